"""Win odds of ordered outcomes, and their stratified rank test."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import names_in
from spineoutcomes.compare._median_rows import median_rows
from spineoutcomes.compare._outcomes import arm_cells, ordered_values
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.direction import require_direction
from spineoutcomes.numerics.effect_rows import inexact_row, require_arms, test_term, warn_sparse
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.placements import superiority, win_odds_interval
from spineoutcomes.numerics.rank_tests import van_elteren
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
NAME = "win_odds"
TEST = "van Elteren test, chi-square"
BRUNNER_MUNZEL = "doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U"
BRUNNER = "doi:10.1002/sim.8967"
VAN_ELTEREN = (
    "van Elteren PH (1960). Bulletin of the International Statistical Institute 37:351-361"
)


def win_odds(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    higher_is_better: bool,
    strata: str | Sequence[str] | None = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare an ordered outcome between arms: the odds that a patient of one fares better.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Ordered Categorical, such as grades, or numeric column.
    treatment, reference : str and object
        Column of the arms and the arm the others are compared with.
    higher_is_better : bool
        Whether a later category, or a larger number, is the better outcome.
    strata : str or sequence of str, optional
        Columns; rows are of one stratum where all agree. They add a test stratified by them; the
        win odds stay those of all patients.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `win_odds` for each arm against the reference, above 1 when its patients fare better;
        with `strata` after each a row `test` with the term `van_elteren` (of several arms
        `van_elteren[arm]`); for a numeric outcome then a row `median` for each arm. Categories have
        no median: `baseline_summary` counts them.

    Raises
    ------
    ArgumentError
        For an unknown column, an outcome without an order, no `treatment`, a `higher_is_better`
        that is neither True nor False, or a Design this function does not respect.
    NotEstimableError
        When an arm has fewer than two complete rows, or there is only one arm.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When all patients of one arm fare better than all of the other, or all fare the same: the
        win odds (0, infinite or 1) stand without interval and p-value; or when no stratum holds
        both arms and different outcomes, so there is no stratified test.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or a stratum are left out and counted in
    `n_missing`: by arm in the arm rows, in total in the others.

    With p = P(better) + P(equal)/2 for a patient of the arm and one of the reference, the win odds
    are p / (1 - p) [1]_: odds of 1.5 say that the better outcome is with the arm in 60 of 100 such
    pairs, ties shared. Variance v of p and degrees of freedom are those of Brunner and Munzel
    [2]_, which need neither equal variances nor continuous outcomes; interval and p-value are of
    the logarithm::

        exp(log(p / (1 - p)) -/+ t(df) sqrt(v) / (p (1 - p)))

    With fewer than about ten rows an arm the t approximation is rough; with fewer than 5 there is
    no p-value, here or of van Elteren's test: only exact tests give one.

    Van Elteren's test [3]_ ranks within each stratum, divides by the size of the stratum plus one,
    and refers the sum, with its permutation variance under ties, to chi-square with one degree of
    freedom.

    References
    ----------
    .. [1] Brunner E, Vandemeulebroecke M, Mütze T (2021). Win odds: an adaptation of the win ratio
       to include ties. Statistics in Medicine 40:3367-3384. doi:10.1002/sim.8967
    .. [2] Brunner E, Munzel U (2000). The nonparametric Behrens-Fisher problem: asymptotic theory
       and a small-sample approximation. Biometrical Journal 42:17-25.
       doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U
    .. [3] van Elteren PH (1960). On the combination of independent two-sample tests of Wilcoxon.
       Bulletin of the International Statistical Institute 37:351-361.

    Examples
    --------
    Six wins, two ties and one loss in nine pairs:

    >>> import pandas as pd, spineoutcomes as so
    >>> odom = pd.CategoricalDtype(["poor", "fair", "good", "excellent"], ordered=True)
    >>> frame = pd.DataFrame({
    ...     "arm": ["mis"] * 3 + ["open"] * 3,
    ...     "odom": pd.Series(["excellent", "good", "fair", "good", "fair", "poor"], dtype=odom)})
    >>> effects = so.compare.win_odds(
    ...     frame, outcome="odom", higher_is_better=True, treatment="arm", reference="open")
    >>> float(effects.tidy().loc[0, "estimate"].round(3))
    3.5
    """
    require_conf_level(conf_level)
    names = names_in(NAME, "strata", strata)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"outcome": outcome, **{f"stratum {name}": name for name in names}},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    if rows.treatment is None:
        raise ArgumentError(f"{NAME} compares arms; give `treatment` and `reference`.")
    higher_is_better = require_direction(NAME, higher_is_better)
    values = ordered_values(rows, outcome, NAME)
    require_arms(rows, NAME, at_least=2)
    arms = arm_cells(rows, values if higher_is_better else -values)
    found = {
        pair: win_odds_interval(superiority(arms[pair[0]], arms[pair[1]]), conf_level)
        for pair in rows.pairs()
    }
    contrasts, untested = [], []
    for pair, value in found.items():
        contrasts.append(
            inexact_row(
                rows,
                pair,
                value,
                measure=NAME,
                method="win odds, Brunner-Munzel error on the logit scale, t interval",
            )
        )
        if names:
            test = _stratified(rows, pair, values, _codes(rows, names))
            contrasts.append(
                inexact_row(rows, pair, test, measure="test", method=TEST)
                | {"term": test_term(rows, pair[0], "van_elteren")}
            )
            untested += [rows.contrast(*pair)] if np.isnan(test.p_value) else []
    numeric = not isinstance(rows.frame["outcome"].dtype, pd.CategoricalDtype)
    levels = median_rows(rows, arm_cells(rows, values), conf_level) if numeric else []
    notes = _notes([rows.contrast(*pair) for pair, v in found.items() if np.isnan(v.low)], untested)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method=f"Win odds ({'higher' if higher_is_better else 'lower'} is better; ties count half) "
        "with Brunner-Munzel errors on the logit scale"
        + (f"; van Elteren's test stratified by {', '.join(names)}." if names else "."),
        sources=(BRUNNER, BRUNNER_MUNZEL, *([VAN_ELTEREN] if names else [])),
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _codes(rows: Rows, names: list[str]) -> npt.NDArray[np.int64]:
    columns = [rows.frame[f"stratum {name}"] for name in names]
    return np.asarray(pd.MultiIndex.from_arrays(columns).factorize()[0], dtype=np.int64)


def _stratified(
    rows: Rows, pair: tuple[int, int], values: FloatArray, stratum: npt.NDArray[np.int64]
) -> Interval:
    own = np.isin(rows.group, pair)
    treated = rows.group[own] == pair[0]
    test = van_elteren(values[own], rows.counts[own], treated, stratum[own])
    return Interval(np.nan, statistic=test.statistic, df=test.df, p_value=test.p_value)


def _notes(without: list[str], untested: list[str]) -> tuple[str, ...]:
    notes = []
    if without:
        notes.append(
            f"{named(without)}: one arm fares better throughout, or all fare the same; the "
            "interval, which would rest on no variation, is left missing."
        )
    if untested:
        notes.append(
            f"{named(untested)}: no stratum holds both arms and different outcomes; there is "
            "no stratified test."
        )
    return tuple(notes)
