"""Means of arms adjusted for a baseline value: the analysis of covariance."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.numerics.effect_rows import arm_row, inexact_row, term
from spineoutcomes.numerics.intervals import Interval, t_interval
from spineoutcomes.numerics.least_squares import LeastSquares, fit_least_squares
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results import Effects

FloatArray = npt.NDArray[np.float64]


def adjusted_means(rows: Rows, outcome: str, baseline: str, conf_level: float) -> Effects:
    """Return the contrasts and adjusted means of one model, outcome ~ arm + baseline.

    The columns of the model are the intercept, one indicator for each arm but the reference, in
    the order of `rows.pairs()`, and the baseline.
    """
    pairs = rows.pairs()
    terms = [term(rows, arm) for arm, _ in pairs]
    fit = _fit(rows, [*terms, baseline])
    unit = np.eye(len(fit.coefficients))
    # The baseline is centred, so the intercept is the reference arm's adjusted mean.
    at_mean = {arm: unit[0] + unit[1 + place] for place, (arm, _) in enumerate(pairs)}
    contrasts = [
        inexact_row(
            rows,
            pair,
            _combination(fit, unit[1 + place], conf_level),
            measure="mean_difference",
            method=f"difference of means adjusted for {baseline} (ANCOVA), classical error",
        )
        for place, pair in enumerate(pairs)
    ]
    levels = [
        arm_row(
            rows,
            arm,
            _combination(fit, at_mean.get(arm, unit[0]), conf_level),
            measure="mean",
            method=f"mean adjusted to the overall mean of {baseline} (ANCOVA), classical error",
        )
        for arm in range(len(rows.groups))
    ]
    own = slice(1, 1 + len(terms))
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method=f"Linear model of {outcome} on the arm and {baseline} (ANCOVA) with the classical "
        "error and t quantiles with n - p degrees of freedom; the means of the arms are adjusted "
        f"to the overall mean of {baseline}.",
        sources=("doi:10.1136/bmj.323.7321.1123",),
        estimand="conditional",
        conf_level=conf_level,
        covariance=pd.DataFrame(fit.covariance[own, own], index=terms, columns=terms),
        warnings=_notes(fit, outcome, baseline),
    )


def _fit(rows: Rows, names: list[str]) -> LeastSquares:
    y, baseline = rows.numbers("outcome"), rows.numbers("baseline")
    # Counted from the first value, a constant baseline is exactly zero.
    centred = baseline - baseline[0]
    centred = centred - rows.counts @ centred / rows.counts.sum()
    indicators = [(rows.group == arm).astype(float) for arm, _ in rows.pairs()]
    X = np.column_stack([np.ones(len(y)), *indicators, centred])
    return fit_least_squares(X, y, rows.counts, ["the intercept", *names])


def _combination(fit: LeastSquares, weights: FloatArray, conf_level: float) -> Interval:
    """Return a linear combination of the coefficients with its interval."""
    variance = float(weights @ fit.covariance @ weights)
    estimate = float(weights @ fit.coefficients)
    return t_interval(estimate, math.sqrt(variance), fit.df, conf_level)


def _notes(fit: LeastSquares, outcome: str, baseline: str) -> tuple[str, ...]:
    if fit.residual_variance > 0:
        return ()
    return (
        f"The arms and {baseline!r} give {outcome!r} exactly; the intervals, which would rest on "
        "no variation, are left missing.",
    )
