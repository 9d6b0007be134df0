"""Permutation tests of the difference between arms."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import names_in
from spineoutcomes.compare._measured import Measured, measured
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.cells import cells_of
from spineoutcomes.numerics.effect_rows import arm_row, contrast_row, require_arms, test_term
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.permutation import PermutationTest, permutation_p, strata_of
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.seeds import require_draws, require_seed
from spineoutcomes.results import Effects

FloatArray = npt.NDArray[np.float64]
NAME = "permutation_test"
PHIPSON_SMYTH = "doi:10.2202/1544-6115.1585"
PITMAN = "doi:10.2307/2984124"
# numpy draws from fewer.
MOST_DRAWN = 1e9


def permutation_test(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    measure: Literal[
        "mean_difference", "median_difference", "geometric_mean_ratio", "risk_difference"
    ] = "mean_difference",
    strata: str | Sequence[str] | None = None,
    counts: str | None = None,
    n_permutations: int = 10_000,
    seed: int = 0,
) -> Effects:
    """Test a difference between arms by drawing the treated anew from all patients.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Numeric column, in its own unit; the difference has the same unit.
    treatment, reference : str and object
        Column of the arms and the arm the others are compared with.
    measure : str
        The effect that is tested: "mean_difference", "median_difference", "geometric_mean_ratio"
        or "risk_difference".
    strata : str or sequence of str, optional
        Columns; rows are of one stratum where all agree, and are only exchanged within it.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    n_permutations : int
        Number of random draws. Where there are no more assignments than this, all of them are
        looked at and the test is exact.
    seed : int
        Seed of the draws; the same data and seed give the same digits.

    Returns
    -------
    Effects
        For each arm against the reference a row of `measure` with the estimate alone and a row
        `test` (term `permutation`, of several arms `permutation[arm]`) with its two-sided p-value;
        without `strata` then a row for each arm with its level.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, an unknown measure, no `treatment`, fewer than 1
        permutation, a seed that is no whole number of 0 or more, values the measure does not take,
        or a Design this function does not respect.
    NotEstimableError
        When an arm has no complete row, there is only one arm, or no stratum holds both arms.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or a stratum are left out and counted in
    `n_missing`: by arm in the arm rows, in total in the others.

    If the arm made no difference to anybody, any n1 of the patients could have been the treated
    ones [1]_. With b of B random draws at least as far from zero as the estimate (ratios: their
    logarithm)::

        p = (1 + b) / (1 + B)

    which is never zero and keeps its level for any B [2]_; its Monte Carlo error stands in
    `method`. Over strata the estimate is the mean of their differences with weights n1 n0 / n; a
    stratum with one arm has no say. For an interval use the function of the measure.

    References
    ----------
    .. [1] Pitman EJG (1937). Significance tests which may be applied to samples from any
       populations. Supplement to the Journal of the Royal Statistical Society 4:119-130.
       doi:10.2307/2984124
    .. [2] Phipson B, Smyth GK (2010). Permutation P-values should never be zero. Statistical
       Applications in Genetics and Molecular Biology 9:39. doi:10.2202/1544-6115.1585

    Examples
    --------
    With 3 of 6 patients treated there are 20 assignments, two of them as far apart as this one:

    >>> import pandas as pd, spineoutcomes as so
    >>> pain = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "vas": [1, 2, 3, 4, 6, 8]})
    >>> effects = so.compare.permutation_test(
    ...     pain, outcome="vas", treatment="arm", reference="open")
    >>> float(effects.tidy().loc[1, "p_value"])
    0.1
    """
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
    effect = measured(NAME, measure)
    require_draws(NAME, "n_permutations", n_permutations, 1)
    require_seed(NAME, seed)
    if rows.treatment is None:
        raise ArgumentError(f"{NAME} compares arms; give `treatment` and `reference`.")
    require_arms(rows, NAME, at_least=1)
    y = effect.read(rows, outcome, NAME)
    stratum = _codes(rows, names)
    contrasts = []
    for pair in rows.pairs():
        test = _test(rows, pair, y, stratum, effect, n_permutations, seed)
        estimate = Interval(effect.shown(test.estimate))
        words = f"{effect.words}, {'weighted mean of strata' if names else 'estimate alone'}"
        contrasts.append(contrast_row(rows, pair, estimate, measure=measure, method=words))
        p = Interval(math.nan, statistic=test.estimate, p_value=test.p_value)
        more = {"measure": "test", "term": test_term(rows, pair[0], "permutation")}
        contrasts.append(contrast_row(rows, pair, p, method=_words(test, effect), **more))
    levels = [] if names else [_arm(rows, arm, y, effect) for arm in range(len(rows.groups))]
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method=f"Permutation test of the {effect.words}"
        + (f" within strata of {', '.join(names)}." if names else "."),
        sources=(PITMAN, PHIPSON_SMYTH),
        estimand="marginal" if not names else "within strata",
    )


def _codes(rows: Rows, names: list[str]) -> npt.NDArray[np.int64]:
    if not names:
        return np.zeros(len(rows.group), dtype=np.int64)
    columns = [rows.frame[f"stratum {name}"] for name in names]
    # Sorted, so that the order of the rows does not change the draws.
    return np.asarray(pd.MultiIndex.from_arrays(columns).factorize(sort=True)[0], dtype=np.int64)


def _test(
    rows: Rows,
    pair: tuple[int, int],
    y: FloatArray,
    stratum: npt.NDArray[np.int64],
    effect: Measured,
    n_permutations: int,
    seed: int,
) -> PermutationTest:
    own = np.isin(rows.group, pair)
    treated = rows.group[own] == pair[0]
    strata = strata_of(y[own], rows.counts[own], treated, stratum[own])
    if not strata:
        raise NotEstimableError(
            f"{NAME}: no stratum holds both arms of {rows.contrast(*pair)}; use coarser strata."
        )
    if rows.counts[own].sum() >= MOST_DRAWN:
        raise NotEstimableError(
            f"{NAME}: {rows.contrast(*pair)} counts {MOST_DRAWN:.0e} rows or more, too many to "
            "draw from; with so many the interval of the effect says the same."
        )
    return permutation_p(strata, effect.contrast, n_permutations, seed)


def _words(test: PermutationTest, effect: Measured) -> str:
    if test.exact:
        return f"exact permutation test of the {effect.words}, all {test.n_draws} assignments"
    error = math.sqrt(test.p_value * (1 - test.p_value) / test.n_draws)
    return (
        f"permutation test of the {effect.words}, {test.n_draws} random draws, Monte Carlo error "
        f"of p {error:.2g}"
    )


def _arm(rows: Rows, arm: int, y: FloatArray, effect: Measured) -> dict[str, object]:
    own = rows.group == arm
    cells = cells_of(y[own], rows.counts[own])
    level = float(effect.level(cells.values, cells.counts[None, :].astype(float))[0])
    return arm_row(
        rows,
        arm,
        Interval(effect.shown(level)),
        measure=effect.level_measure,
        method=f"{effect.level_measure.replace('_', ' ')}, estimate alone",
    )
