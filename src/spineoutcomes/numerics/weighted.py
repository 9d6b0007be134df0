"""Mean, variance, quantiles and effective size of weighted values."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.moments import Moments

FloatArray = npt.NDArray[np.float64]
# A cumulative weight this close to p of the total has reached it: sums of doubles round.
REACHED = 1e-12


def weighted_moments(x: FloatArray, weights: FloatArray, counts: FloatArray) -> Moments:
    """Return the weighted mean and the variance by reliability weights.

    Each value stands for `counts` equal values of the same weight. With V1 the sum of the weights
    and V2 that of their squares the variance is V1 / (V1^2 - V2) times the weighted sum of
    squares: unbiased where weights do not count repetitions, and free of their unit.
    """
    mass = counts * weights
    n, total = float(counts.sum()), float(mass.sum())
    if not total > 0:
        return Moments(n, math.nan, math.nan)
    # Counted from the first value, equal values give a variance of exactly zero.
    d = x - x[0]
    m = float((mass * d).sum()) / total
    free = total - float((mass * weights).sum()) / total
    varies = free > REACHED * total
    variance = float((mass * (d - m) ** 2).sum()) / free if varies else math.nan
    return Moments(n, float(x[0]) + m, variance)


def weighted_quantiles(x: FloatArray, mass: FloatArray, p: FloatArray) -> FloatArray:
    """Return the smallest values at which the weighted distribution reaches p (left inverse)."""
    total = mass.sum()
    if not total > 0:
        return np.full(len(p), np.nan)
    order = np.argsort(x, kind="stable")
    order = order[mass[order] > 0]
    reached = np.cumsum(mass[order])
    at = np.searchsorted(reached, p * total * (1 - REACHED))
    return np.asarray(x[order[np.minimum(at, len(order) - 1)]], dtype=float)


def effective_size(weights: FloatArray, counts: FloatArray) -> float:
    """Return (sum w)^2 / sum w^2: how many equal weights would be as precise (Kish 1965)."""
    squares = float((counts * weights**2).sum())
    return float((counts * weights).sum()) ** 2 / squares if squares else 0.0
