"""Differences of medians."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from spineoutcomes.compare._median_rows import median_rows
from spineoutcomes.compare._outcomes import arm_cells
from spineoutcomes.design import Design
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import contrast_row, require_arms, warn_sparse
from spineoutcomes.numerics.medians import median_difference_interval
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

NAME = "median_difference"
ZOU_DONNER = "doi:10.1002/sim.3095"
INTERPOLATED = "doi:10.1016/0167-7152(86)90021-0"


def median_difference(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare the median of an outcome between arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Numeric column, in its own unit; the result has the same unit.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the median of
        one group, "all", is returned.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `median_difference` for each arm against the reference, then a row `median` for each
        arm.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, or a Design this function does not respect.
    NotEstimableError
        When an arm has no complete row, or there is only one arm.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When an arm of a contrast is too small for an interval of its median (fewer than 6 rows at
        95%): the interval of the difference is missing.

    Notes
    -----
    Missing data: rows lacking the outcome or the arm are left out and counted in `n_missing`: by
    arm in the arm rows, in total in the contrast rows.

    This is the difference of two medians. `hodges_lehmann_shift`, the median of all differences
    between a patient of one arm and a patient of the other, is another number where the arms
    differ in shape.

    The median of an arm lies between its k-th smallest and k-th largest value, with the largest k
    for which the binomial distribution allows it: exact, whatever the distribution. For the
    difference m1 - m0 these limits (l, u) are interpolated between order statistics, so that they
    cover as often as they say [1]_, and combined [2]_::

        d - sqrt((m1 - l1)^2 + (u0 - m0)^2)  to  d + sqrt((u1 - m1)^2 + (m0 - l0)^2)

    In simulation it covers .96 to .98 of smooth distributions, more of heaped ones. It is not
    built from a standard error and has no test of its own, so `std_error` and `p_value` are
    missing; `permutation_test` and `bootstrap_effect` take the same measure.

    References
    ----------
    .. [1] Hettmansperger TP, Sheather SJ (1986). Confidence intervals based on interpolated order
       statistics. Statistics & Probability Letters 4:75-79. doi:10.1016/0167-7152(86)90021-0
    .. [2] Zou GY, Donner A (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine 27:1693-1702. doi:10.1002/sim.3095

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> stay = pd.DataFrame({"arm": ["mis"] * 7 + ["open"] * 7,
    ...                      "days": [1, 2, 2, 3, 3, 4, 9, 3, 4, 5, 6, 8, 9, 20]})
    >>> effects = so.compare.median_difference(
    ...     stay, outcome="days", treatment="arm", reference="open")
    >>> effects.tidy()["estimate"].tolist()
    [-3.0, 3.0, 6.0]
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
    require_arms(rows, NAME, at_least=1)
    arms = arm_cells(rows, rows.numbers("outcome"))
    differences = {
        (one, zero): median_difference_interval(arms[one], arms[zero], conf_level)
        for one, zero in rows.pairs()
    }
    contrasts = [
        contrast_row(
            rows,
            pair,
            value,
            measure=NAME,
            method="difference of medians, limits recovered (MOVER) from interpolated "
            "order-statistic intervals of the medians",
        )
        for pair, value in differences.items()
    ]
    without = [rows.contrast(*pair) for pair, d in differences.items() if np.isnan(d.low)]
    notes = _notes(without, conf_level)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *median_rows(rows, arms, conf_level)]).assign(outcome=outcome),
        method="Medians with exact order-statistic intervals"
        + (
            "; the limits of their differences are recovered (MOVER) from interpolated ones."
            if contrasts
            else "."
        ),
        sources=(INTERPOLATED, ZOU_DONNER) if contrasts else (INTERPOLATED,),
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _notes(without: list[str], conf_level: float) -> tuple[str, ...]:
    if not without:
        return ()
    return (
        f"an arm of {named(without)} has too few rows for a median's interval at the level "
        f"{conf_level:g}; the interval of the difference is left missing. hodges_lehmann_shift is "
        "exact in small arms.",
    )
