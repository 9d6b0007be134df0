"""Standardized differences of means."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import arm_row, inexact_row, require_arms
from spineoutcomes.numerics.hedges import hedges_g
from spineoutcomes.numerics.moments import mean_interval, sample_moments
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

NAME = "standardized_difference"
HEDGES = "doi:10.3102/10769986006002107"


def standardized_difference(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare the mean of an outcome between arms in standard deviations (Hedges' g).

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Numeric column; the difference has no unit, the means of the arms have the outcome's.
    treatment, reference : str and object
        Column of the arms and the arm the others are compared with.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `standardized_difference` for each arm against the reference, then a row `mean` for
        each arm with its t interval.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, no `treatment`, or a Design this function does not
        respect.
    NotEstimableError
        When an arm has fewer than two complete rows, or neither arm of a contrast varies.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.

    Notes
    -----
    Missing data: rows lacking the outcome or the arm are left out and counted in `n_missing`: by
    arm in the arm rows, in total in the contrast rows.

    With the standard deviation s pooled over the two arms and df = n1 + n0 - 2 [1]_::

        g = J(df) (mean1 - mean0) / s,   J(df) = gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2))

    The limits are J sqrt(1/n1 + 1/n0) times the noncentralities under which the observed t has
    (1 - conf_level)/2 of its distribution beyond it [2]_; the p-value is that of the same t under
    no difference, the pooled t test; it is missing with fewer than 5 rows in an arm, where only
    exact tests give one. There is no single standard error: it is missing. Several arms are
    compared pair by pair, each with its own pooled standard deviation.

    References
    ----------
    .. [1] Hedges LV (1981). Distribution theory for Glass's estimator of effect size and related
       estimators. Journal of Educational Statistics 6:107-128. doi:10.3102/10769986006002107
    .. [2] Steiger JH (2004). Beyond the F test: effect size confidence intervals and tests of
       close fit. Psychological Methods 9:164-182. doi:10.1037/1082-989X.9.2.164

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> pain = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "vas": [1, 2, 3, 3, 4, 8]})
    >>> effects = so.compare.standardized_difference(
    ...     pain, outcome="vas", treatment="arm", reference="open")
    >>> float(effects.tidy().loc[0, "estimate"].round(3))
    -1.197
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"outcome": outcome},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    if rows.treatment is None:
        raise ArgumentError(f"{NAME} compares arms; give `treatment` and `reference`.")
    require_arms(rows, NAME, at_least=2)
    y = rows.numbers("outcome")
    own = [rows.group == arm for arm in range(len(rows.groups))]
    arms = [sample_moments(y[arm], rows.counts[arm]) for arm in own]
    flat = [
        rows.contrast(*pair) for pair in rows.pairs() if not any(arms[a].variance for a in pair)
    ]
    if flat:
        raise NotEstimableError(
            f"{NAME}: {outcome!r} does not vary within the arms of {named(flat)}, so there is "
            "no standard deviation to measure by; use mean_difference."
        )
    contrasts = [
        inexact_row(
            rows,
            pair,
            hedges_g(arms[pair[0]], arms[pair[1]], conf_level),
            measure=NAME,
            method="Hedges' g (pooled SD, exact correction), noncentral t interval, pooled t test",
        )
        for pair in rows.pairs()
    ]
    levels = [
        arm_row(
            rows, code, mean_interval(arm, conf_level), measure="mean", method="mean, t interval"
        )
        for code, arm in enumerate(arms)
    ]
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method="Hedges' g: differences of means over the pooled standard deviation, with the exact "
        "small-sample correction, noncentral t intervals and the pooled t test.",
        sources=(HEDGES, "doi:10.1037/1082-989X.9.2.164"),
        estimand="marginal",
        conf_level=conf_level,
    )
