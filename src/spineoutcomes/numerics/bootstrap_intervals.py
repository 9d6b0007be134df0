"""Intervals from bootstrap replicates: percentile and BCa."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile
from spineoutcomes.numerics.intervals import NAN, Interval

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def percentile_interval(estimate: float, replicates: FloatArray, conf_level: float) -> Interval:
    """Return the quantiles of the replicates, those of rank (B + 1) p."""
    tail = (1 - conf_level) / 2
    return _between(estimate, replicates, tail, 1 - tail)


def bca_interval(
    estimate: float, replicates: FloatArray, acceleration: float, conf_level: float
) -> Interval:
    """Return the bias-corrected and accelerated interval (Efron 1987).

    With b the share of replicates below the estimate (those equal to it as half), z0 its normal
    quantile and a the acceleration, a limit at the normal quantile z stands at the share
    Phi(z0 + (z0 + z) / (1 - a (z0 + z))). It is missing where all replicates lie on one side, or
    are equal.
    """
    below = float((replicates < estimate).mean() + (replicates == estimate).mean() / 2)
    if not 0 < below < 1:
        return Interval(estimate)
    z0 = float(normal_quantile(below))
    tail = (1 - conf_level) / 2
    moved = z0 + normal_quantile(np.array([tail, 1 - tail]))
    low, high = normal_cdf(z0 + moved / (1 - acceleration * moved))
    return _between(estimate, replicates, float(low), float(high))


def jackknife_of_means(
    y: FloatArray, counts: FloatArray, unit: IntArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return what each unit adds to a mean by the jackknife, and how many such units there are.

    Parameters
    ----------
    y, counts : array of shape (n,)
        Rows of one arm.
    unit : integer array of shape (n,), optional
        Code of the unit that is left out whole; without it each of the counted rows is one.
    """
    if unit is None:
        n, times = counts.sum(), counts
        without = (counts @ y - y) / (n - 1) if n > 1 else np.full(len(y), NAN)
    else:
        code = np.unique(unit, return_inverse=True)[1]
        size, sums = np.bincount(code, weights=counts), np.bincount(code, weights=counts * y)
        left = counts.sum() - size
        n, times = float(len(size)), np.ones(len(size))
        without = np.divide(sums.sum() - sums, left, where=left > 0, out=np.full(len(size), NAN))
    centre = times @ without / n
    return (n - 1) * (centre - without), times


def acceleration(arms: Sequence[tuple[FloatArray, FloatArray, float]]) -> float:
    """Return the acceleration of a difference of independent arms (Davison & Hinkley 1997, 5.36).

    Each arm has the contributions of its units, how many units have each, and its sign: +1, or -1
    for the arm subtracted.
    """
    sizes = [times.sum() for _, times, _ in arms]
    parts = list(zip(arms, sizes, strict=True))
    cubes = sum(sign * float(times @ own**3) / n**3 for (own, times, sign), n in parts)
    squares = sum(float(times @ own**2) / n**2 for (own, times, _), n in parts)
    return float(cubes / (6 * squares**1.5)) if squares > 0 else 0.0


def _between(estimate: float, replicates: FloatArray, low: float, high: float) -> Interval:
    if replicates.min() == replicates.max():
        # An interval without width would rest on no variation.
        return Interval(estimate)
    limits = np.quantile(replicates, [low, high], method="weibull")
    return Interval(estimate, float(limits[0]), float(limits[1]))
