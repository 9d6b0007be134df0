"""Standardized differences between two groups, for balance: no error, no test."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.moments import Moments

FloatArray = npt.NDArray[np.float64]
# An eigenvalue or a distance below this is rounding: proportions are at most 1.
ROUNDING = 1e-10


def standardized_mean(a: Moments, b: Moments) -> float:
    """Return (mean a - mean b) over the root of the average variance.

    Groups that are constant at different values are infinitely far apart; at the same value they
    do not differ.
    """
    return _over(a.mean - b.mean, (a.variance + b.variance) / 2)


def standardized_proportion(p: float, q: float) -> float:
    """Return (p - q) over the root of the average binomial variance."""
    return _over(p - q, (p * (1 - p) + q * (1 - q)) / 2)


def standardized_levels(p: FloatArray, q: FloatArray) -> float:
    """Return the distance of two sets of proportions of k levels (Yang & Dalton 2012).

    It is sqrt(T' S^-1 T) with T = p - q and S the average multinomial covariance. All k levels are
    kept: S has no variance along the sum of the levels, where T is zero as well. Where S has none
    along another direction and T is not zero there, the groups share no level on one side of it:
    they are perfectly separated and the distance is infinite, not zero as a generalised inverse
    would say.
    """
    if not (np.isfinite(p).all() and np.isfinite(q).all()):
        return math.nan
    T = p - q
    S = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    spread, directions = np.linalg.eigh(S)
    along = directions.T @ T
    flat = spread <= ROUNDING
    if (np.abs(along[flat]) > ROUNDING).any():
        return math.inf
    return float(np.sqrt(np.sum(along[~flat] ** 2 / spread[~flat])))


def _over(difference: float, variance: float) -> float:
    if math.isnan(difference) or math.isnan(variance):
        return math.nan
    if variance > 0:
        return difference / math.sqrt(variance)
    return math.copysign(math.inf, difference) if difference else 0.0
