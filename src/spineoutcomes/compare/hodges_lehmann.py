"""The Hodges-Lehmann shift, of arms or of pairs."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from spineoutcomes.compare._median_rows import median_rows
from spineoutcomes.compare._outcomes import arm_cells
from spineoutcomes.compare._pairs import complete_pairs, pair_differences
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.cells import cells_of
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import contrast_row, inexact_row, require_arms, warn_sparse
from spineoutcomes.numerics.hodges_lehmann import Shift, rank_sum_shift, signed_rank_shift
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

NAME = "hodges_lehmann_shift"
HODGES_LEHMANN = "doi:10.1214/aoms/1177704172"
BAUER = "doi:10.1080/01621459.1972.10481279"
WILCOXON = "doi:10.2307/3001968"
NORMAL = "(normal, corrected for ties, no continuity correction)"


def hodges_lehmann_shift(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Estimate by how much an outcome is shifted between arms, with the interval of the rank test.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        1:1 matched sets is analysed by its pairs; weights, clusters and other sets are refused.
    outcome : str
        Numeric column, in its own unit; the result has the same unit.
    treatment, reference : str and object
        Column of the arms and the arm the others are compared with.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for; not with matched sets.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `hodges_lehmann_shift` for each arm against the reference, then a row `median` for
        each arm.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, no `treatment`, sets that hold several rows of an arm
        or have weights, or a Design this function does not respect.
    NotEstimableError
        When an arm has no complete row, there is only one arm, or no pair is complete.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value, or pairs for a missing member.
    SparseDataWarning
        When the arms are too small, or vary too little, for an interval at this level: it is
        missing.

    Notes
    -----
    Missing data: rows lacking the outcome or the arm are left out and counted in `n_missing`: by
    arm in the arm rows, in total in the contrast rows. A pair that lacks a value or a member is
    left out whole and all its rows count; rows outside the sets are neither used nor counted.

    The shift is the median of the n1 n0 differences between a patient of one arm and a patient of
    the other [1]_. It is not the difference of the medians (`median_difference`) unless the arms
    have the same shape.

    Interval and p-value belong to the rank-sum test. Without a tie and with at most 50 rows an
    arm they are exact [2]_: the k-th smallest and k-th largest difference. Else the limits are the
    ordered differences where the normal statistic, its variance corrected for ties, crosses its
    quantile, without continuity correction; with fewer than 5 rows in an arm there is then no
    p-value. They are not built from a standard error, so `std_error` is missing.

    Pairs have one difference each, d. The shift is the median of the averages (di + dj)/2, i <= j,
    with the interval of the signed-rank test [3]_, by the same rules. Pairs that do not differ are
    left out of the p-value but not of the shift and its interval, for they tell where it lies.

    References
    ----------
    .. [1] Hodges JL, Lehmann EL (1963). Estimates of location based on rank tests. Annals of
       Mathematical Statistics 34:598-611. doi:10.1214/aoms/1177704172
    .. [2] Bauer DF (1972). Constructing confidence sets using rank statistics. Journal of the
       American Statistical Association 67:687-690. doi:10.1080/01621459.1972.10481279
    .. [3] Wilcoxon F (1945). Individual comparisons by ranking methods. Biometrics Bulletin
       1:80-83. doi:10.2307/3001968

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> loss = pd.DataFrame({"arm": ["mis"] * 4 + ["open"] * 4,
    ...                      "ml": [50, 80, 120, 300, 200, 350, 500, 900]})
    >>> effects = so.compare.hodges_lehmann_shift(
    ...     loss, outcome="ml", treatment="arm", reference="open")
    >>> effects.tidy().loc[0, ["estimate", "conf_low", "conf_high", "p_value"]].astype(
    ...     float).round(3).tolist()
    [-285.0, -850.0, 100.0, 0.057]
    """
    require_conf_level(conf_level)
    paired = isinstance(data, Design) and data.sets is not None
    rows = analysis_rows(
        data,
        function=NAME,
        respects={"sets"},
        columns={"outcome": outcome},
        treatment=treatment,
        reference=reference,
        counts=counts,
        in_pairs=paired,
    )
    if rows.treatment is None:
        raise ArgumentError(f"{NAME} compares arms; give `treatment` and `reference`.")
    require_arms(rows, NAME, at_least=1)
    if paired:
        rows, shifts = _of_pairs(rows, data, counts, conf_level)
        source, words, units = WILCOXON, "signed-rank", "pairs"
    else:
        cells = arm_cells(rows, rows.numbers("outcome"))
        shifts = {
            pair: rank_sum_shift(cells[pair[0]], cells[pair[1]], conf_level)
            for pair in rows.pairs()
        }
        source, words, units = BAUER, "rank-sum", "an arm"
    contrasts = [_row(rows, pair, shift, words) for pair, shift in shifts.items()]
    arms = arm_cells(rows, rows.numbers("outcome"))
    notes = _notes([rows.contrast(*pair) for pair, s in shifts.items() if np.isnan(s.interval.low)])
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *median_rows(rows, arms, conf_level)]).assign(outcome=outcome),
        method=f"Hodges-Lehmann shift with the interval and p-value of the {words} test: exact "
        f"without ties up to 50 {units}, else the rank interval {NORMAL}; medians of the arms with "
        "exact order-statistic intervals.",
        sources=(HODGES_LEHMANN, source),
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _of_pairs(
    rows: Rows, data: pd.DataFrame | Design, counts: str | None, conf_level: float
) -> tuple[Rows, dict[tuple[int, int], Shift]]:
    """Return the rows of complete pairs, and their shift."""
    if counts is not None:
        raise ArgumentError(
            f"{NAME}: the rows of matched sets stand for themselves; leave `counts` out."
        )
    paired, _ = complete_pairs(rows, data, NAME)
    differences = pair_differences(paired)
    shift = signed_rank_shift(cells_of(differences, np.ones(len(differences))), conf_level)
    return paired, {paired.pairs()[0]: shift}


def _row(rows: Rows, pair: tuple[int, int], shift: Shift, words: str) -> dict[str, object]:
    row = contrast_row if shift.exact else inexact_row
    return row(rows, pair, shift.interval, measure=NAME, method=_method(shift, words))


def _method(shift: Shift, words: str) -> str:
    estimate = (
        "median of the averages of two differences within pairs"
        if words == "signed-rank"
        else "median of the pairwise differences"
    )
    how = f"exact {words} interval" if shift.exact else f"{words} interval {NORMAL}"
    return f"{estimate} (Hodges-Lehmann), {how}"


def _notes(without: list[str]) -> tuple[str, ...]:
    if not without:
        return ()
    return (
        f"{named(without)}: too few values, or no variation, for a rank interval at this "
        "level; it is left missing.",
    )
