"""Ratios of geometric means."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
import pandas as pd

from spineoutcomes.compare._outcomes import positive_logs
from spineoutcomes.design import Design
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import arm_row, inexact_row, require_arms, warn_sparse
from spineoutcomes.numerics.intervals import NAN, Interval
from spineoutcomes.numerics.moments import mean_interval, sample_moments, welch_difference
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

NAME = "geometric_mean_ratio"
WELCH = "doi:10.1093/biomet/34.1-2.28"
BLAND = "doi:10.1136/bmj.312.7038.1079"


def geometric_mean_ratio(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare the geometric mean of a positive, skewed outcome between arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Numeric column with values above 0, such as days in hospital or millilitres of blood.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the geometric
        mean of one group, "all", is returned.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `geometric_mean_ratio` for each arm against the reference, its `std_error` on the log
        scale, then a row `geometric_mean` for each arm in the unit of the outcome.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, values of 0 or below, or a Design this function does
        not respect.
    NotEstimableError
        When an arm has fewer than two complete rows, or there is only one arm.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When the outcome does not vary in an arm: what would rest on no variation is missing.

    Notes
    -----
    Missing data: rows lacking the outcome or the arm are left out and counted in `n_missing`: by
    arm in the arm rows, in total in the contrast rows.

    The logarithms are compared as means are by `mean_difference` (Welch [1]_), and everything but
    the error is taken back by the exponential [2]_::

        exp(m1 - m0 -/+ t(df) sqrt(s1^2/n1 + s0^2/n0)),   m, s: mean and SD of log(outcome)

    An arm's geometric mean, exp(m), has no error on its own scale: its `std_error` is missing. No
    constant is added to zeros, since the ratio would depend on it. With fewer than 5 rows in an arm
    there is no p-value: only exact tests give one.

    References
    ----------
    .. [1] Welch BL (1947). The generalization of "Student's" problem when several different
       population variances are involved. Biometrika 34:28-35. doi:10.1093/biomet/34.1-2.28
    .. [2] Bland JM, Altman DG (1996). Transformations, means, and confidence intervals. BMJ
       312:1079. doi:10.1136/bmj.312.7038.1079

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> loss = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3,
    ...                      "ml": [50, 100, 200, 200, 400, 800]})
    >>> effects = so.compare.geometric_mean_ratio(
    ...     loss, outcome="ml", treatment="arm", reference="open")
    >>> effects.tidy()["estimate"].round(6).tolist()
    [0.25, 100.0, 400.0]
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
    require_arms(rows, NAME, at_least=2)
    y = positive_logs(rows, outcome, NAME)
    own = [rows.group == arm for arm in range(len(rows.groups))]
    arms = [sample_moments(y[arm], rows.counts[arm]) for arm in own]
    contrasts = [
        inexact_row(
            rows,
            pair,
            _from_logs(welch_difference(arms[pair[0]], arms[pair[1]], conf_level)),
            measure=NAME,
            method="ratio of geometric means, Welch t interval of the logarithms",
        )
        for pair in rows.pairs()
    ]
    levels = [
        arm_row(
            rows,
            code,
            replace(_from_logs(mean_interval(arm, conf_level)), std_error=NAN),
            measure="geometric_mean",
            method="geometric mean, t interval of the logarithms",
        )
        for code, arm in enumerate(arms)
    ]
    constant = [label for label, arm in zip(rows.groups, arms, strict=True) if not arm.variance]
    notes = _notes(outcome, constant)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method="Geometric means with t intervals of the logarithms"
        + ("; their ratios by Welch's t (unequal variances)." if contrasts else "."),
        sources=(WELCH, BLAND) if contrasts else (BLAND,),
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _from_logs(log: Interval) -> Interval:
    """Return the estimate and limits by the exponential; error and test stay on the log scale."""
    estimate, low, high = np.exp([log.estimate, log.low, log.high])
    return replace(log, estimate=float(estimate), low=float(low), high=float(high))


def _notes(outcome: str, constant: list[str]) -> tuple[str, ...]:
    if not constant:
        return ()
    return (
        f"{outcome!r} does not vary in {named(constant)}; an interval that would rest on no "
        "variation is left missing.",
    )
