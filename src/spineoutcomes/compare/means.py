"""Differences of means: Welch, and adjusted for the baseline value (ANCOVA)."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._ancova import adjusted_means
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import arm_row, inexact_row, require_arms, warn_sparse
from spineoutcomes.numerics.moments import Moments, mean_interval, sample_moments, welch_difference
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
NAME = "mean_difference"


def mean_difference(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    baseline: str | None = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare the mean of an outcome between arms, optionally adjusted for its baseline value.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Numeric column, in its own unit; the result has the same unit.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the mean of one
        group, "all", is returned.
    baseline : str, optional
        Numeric column with the value before treatment. It gives the analysis of covariance.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `mean_difference` for each arm against the reference, then a row `mean` for each arm;
        with `baseline`, the arm rows are the means adjusted to the overall mean baseline.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, a Design this function does not respect, or a
        `baseline` without arms to compare.
    NotEstimableError
        When an arm has fewer than two complete rows, or the baseline does not vary or coincides
        with the arms.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When an outcome does not vary, or the model fits it exactly: the estimate stands, but its
        error, interval and p-value are missing.

    Notes
    -----
    Missing data: rows lacking the outcome, the baseline (when asked for) or the arm are left out
    and counted in `n_missing`: by arm in the arm rows, in total in the contrast rows.

    Without `baseline` the arms keep their own variances (Welch [1]_)::

        se^2 = s1^2/n1 + s0^2/n0
        df   = se^4 / ((s1^2/n1)^2/(n1 - 1) + (s0^2/n0)^2/(n0 - 1))

    and each arm has its own t interval; several arms are compared pair by pair. With `baseline`
    one linear model, outcome ~ arm + baseline, holds all arms (ANCOVA [2]_), with the classical
    error and t quantiles with n - p degrees of freedom. With fewer than 5 rows in an arm neither
    gives a p-value: only exact tests do, as `hodges_lehmann_shift` without ties.

    References
    ----------
    .. [1] Welch BL (1947). The generalization of "Student's" problem when several different
       population variances are involved. Biometrika 34:28-35. doi:10.1093/biomet/34.1-2.28
    .. [2] Vickers AJ, Altman DG (2001). Analysing controlled trials with baseline and follow up
       measurements. BMJ 323:1123-1124. doi:10.1136/bmj.323.7321.1123

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> pain = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "vas": [1, 2, 3, 3, 4, 8]})
    >>> effects = so.compare.mean_difference(
    ...     pain, outcome="vas", treatment="arm", reference="open")
    >>> effects.tidy()[["contrast", "measure", "estimate"]].values.tolist()
    [['mis - open', 'mean_difference', -3.0], ['mis', 'mean', 2.0], ['open', 'mean', 5.0]]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"outcome": outcome, "baseline": baseline},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    if baseline is not None and rows.treatment is None:
        raise ArgumentError(
            f"{NAME}: `baseline` adjusts a comparison; give `treatment` and `reference` with it."
        )
    require_arms(rows, NAME, at_least=2)
    effects = (
        _welch(rows, outcome, conf_level)
        if baseline is None
        else adjusted_means(rows, outcome, baseline, conf_level)
    )
    for note in effects.warnings:
        warn_sparse(f"{NAME}: {note}")
    return effects


def _welch(rows: Rows, outcome: str, conf_level: float) -> Effects:
    y = rows.numbers("outcome")
    arms = [_arm_moments(y, rows, arm) for arm in range(len(rows.groups))]
    contrasts = [
        inexact_row(
            rows,
            pair,
            welch_difference(arms[pair[0]], arms[pair[1]], conf_level),
            measure="mean_difference",
            method="difference of means, Welch t interval (unequal variances)",
        )
        for pair in rows.pairs()
    ]
    levels = [
        arm_row(
            rows,
            code,
            mean_interval(arm, conf_level),
            measure="mean",
            method="mean, t interval",
        )
        for code, arm in enumerate(arms)
    ]
    constant = [label for label, arm in zip(rows.groups, arms, strict=True) if not arm.variance]
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method="Means with t intervals"
        + ("; differences of means by Welch's t (unequal variances)." if contrasts else "."),
        sources=("doi:10.1093/biomet/34.1-2.28",) if contrasts else (),
        estimand="marginal",
        conf_level=conf_level,
        warnings=_constant_note(outcome, constant),
    )


def _arm_moments(y: FloatArray, rows: Rows, arm: int) -> Moments:
    own = rows.group == arm
    return sample_moments(y[own], rows.counts[own])


def _constant_note(outcome: str, arms: list[str]) -> tuple[str, ...]:
    if not arms:
        return ()
    return (
        f"{outcome!r} does not vary in {named(arms)}; an interval that would rest on no "
        "variation is left missing.",
    )
