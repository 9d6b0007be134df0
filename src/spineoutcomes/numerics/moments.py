"""Mean and variance of counted values, and the difference of two means."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.intervals import Interval, t_interval

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Size, mean and variance of a sample.

    Attributes
    ----------
    n : float
        Number of values, repetitions included.
    mean : float
        Missing without values.
    variance : float
        With divisor n - 1; missing below two values, exactly zero when all values are equal.
    """

    n: float
    mean: float
    variance: float


def sample_moments(x: FloatArray, counts: FloatArray) -> Moments:
    """Return the moments of the values `x`, each standing for `counts` equal values."""
    n = float(counts.sum())
    if n == 0:
        return Moments(0.0, math.nan, math.nan)
    # Counted from the first value, equal values give a variance of exactly zero.
    d = x - x[0]
    # Sums, not dot products: numpy adds pairwise, and starts no threads to do so.
    m = float((counts * d).sum()) / n
    variance = float((counts * (d - m) ** 2).sum()) / (n - 1) if n > 1 else math.nan
    return Moments(n, float(x[0]) + m, variance)


def welch_difference(a: Moments, b: Moments, conf_level: float) -> Interval:
    """Return mean a - mean b; each arm keeps its own variance (Welch 1947)."""
    va, vb = a.variance / a.n, b.variance / b.n
    v = va + vb
    if not v > 0:
        return t_interval(a.mean - b.mean, 0.0, math.nan, conf_level)
    # The shares of the variance, not its square, so that tiny units do not underflow.
    df = 1 / ((va / v) ** 2 / (a.n - 1) + (vb / v) ** 2 / (b.n - 1))
    return t_interval(a.mean - b.mean, math.sqrt(v), df, conf_level)


def mean_interval(a: Moments, conf_level: float) -> Interval:
    """Return the mean of one sample with its t interval."""
    return t_interval(a.mean, math.sqrt(a.variance / a.n), a.n - 1, conf_level)
