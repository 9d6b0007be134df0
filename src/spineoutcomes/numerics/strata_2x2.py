"""Mantel-Haenszel effects of K strata, 2 x 2 each: x1 events among n1 against x0 among n0, arrays.

Strata may be as small as a pair. One in which an arm is empty says nothing and has no part.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.intervals import Interval, ratio_interval, t_interval

FloatArray = npt.NDArray[np.float64]


def mantel_haenszel_difference(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray, conf_level: float
) -> Interval:
    """Return the common difference of risks; its error serves few large and many small strata.

    Weights n1 n0/N (Greenland & Robins 1985), variance of Sato (1989).
    """
    x1, n1, x0, n0 = informative(x1, n1, x0, n0)
    n = n1 + n0
    weight = (n1 * n0 / n).sum()
    difference = float(((x1 * n0 - x0 * n1) / n).sum() / weight)
    P = (n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2
    Q = (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)
    variance = float((difference * P.sum() + Q.sum()) / weight**2)
    return t_interval(difference, math.sqrt(max(variance, 0.0)), math.inf, conf_level)


def mantel_haenszel_risk_ratio(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray, conf_level: float
) -> Interval:
    """Return the common ratio of risks with the error of Greenland & Robins (1985)."""
    x1, n1, x0, n0 = informative(x1, n1, x0, n0)
    n = n1 + n0
    above, below = float((x1 * n0 / n).sum()), float((x0 * n1 / n).sum())
    if not (above and below):
        return _one_sided(above, below)
    variance = ((n1 * n0 * (x1 + x0) - x1 * x0 * n) / n**2).sum() / (above * below)
    return ratio_interval(above / below, math.sqrt(variance), conf_level)


def mantel_haenszel_odds_ratio(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray, conf_level: float
) -> Interval:
    """Return the common odds ratio with the error of Robins, Breslow & Greenland (1986)."""
    x1, n1, x0, n0 = informative(x1, n1, x0, n0)
    n = n1 + n0
    P, Q = (x1 + n0 - x0) / n, (x0 + n1 - x1) / n
    R, S = x1 * (n0 - x0) / n, x0 * (n1 - x1) / n
    above, below = float(R.sum()), float(S.sum())
    if not (above and below):
        return _one_sided(above, below)
    variance = (
        (P * R).sum() / above**2
        + (P * S + Q * R).sum() / (above * below)
        + (Q * S).sum() / below**2
    ) / 2
    return ratio_interval(above / below, math.sqrt(variance), conf_level)


def mantel_haenszel_chi_square(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray, *, corrected: bool
) -> tuple[float, float]:
    """Return the chi-square with one degree of freedom of no association in any stratum, and p.

    Missing where no stratum has both arms and both outcomes.
    """
    x1, n1, x0, n0 = informative(x1, n1, x0, n0)
    n, x = n1 + n0, x1 + x0
    # A stratum of one row has no variance, which its margins say as well.
    variance = (n1 * n0 * x * (n - x) / (n**2 * np.maximum(n - 1, 1))).sum()
    if not variance > 0:
        return math.nan, math.nan
    excess = abs(float((x1 - n1 * x / n).sum()))
    # The correction never takes the excess below zero.
    statistic = (excess - min(0.5, excess) * corrected) ** 2 / variance
    return float(statistic), float(chi_square_tail(1, statistic))


def breslow_day(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray, *, tarone: bool
) -> tuple[float, float, float]:
    """Return chi-square, degrees of freedom and p of one odds ratio for all strata.

    Breslow & Day (1980) with the Mantel-Haenszel odds ratio; Tarone (1985) takes off what that
    ratio, not being the most likely one, adds. Strata of one outcome or one arm have no part;
    with fewer than two others, or no odds ratio, all is missing.
    """
    common = mantel_haenszel_odds_ratio(x1, n1, x0, n0, 0.95).estimate
    x1, n1, x0, n0 = informative(x1, n1, x0, n0)
    mixed = (x1 + x0 > 0) & (x1 + x0 < n1 + n0)
    x1, n1, x0, n0 = x1[mixed], n1[mixed], x0[mixed], n0[mixed]
    if len(x1) < 2 or not 0 < common < math.inf:
        return math.nan, math.nan, math.nan
    fitted = _fitted(n1, n0, x1 + x0, common)
    x = x1 + x0
    variance = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (x - fitted) + 1 / (n0 - x + fitted))
    statistic = float(((x1 - fitted) ** 2 / variance).sum())
    if tarone:
        statistic -= float((x1 - fitted).sum() ** 2 / variance.sum())
    df = float(len(x1) - 1)
    return statistic, df, float(chi_square_tail(df, statistic))


def informative(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the strata in which both arms have rows."""
    both = (n1 > 0) & (n0 > 0)
    return x1[both], n1[both], x0[both], n0[both]


def _fitted(n1: FloatArray, n0: FloatArray, x: FloatArray, odds_ratio: float) -> FloatArray:
    """Return the events of the first arm that keep the margins and have this odds ratio.

    It is the one possible root of (1 - r) a^2 + (n0 - x + r (n1 + x)) a - r n1 x = 0, in the form
    that loses no digits when r is near 1.
    """
    b = n0 - x + odds_ratio * (n1 + x)
    root = np.sqrt(b**2 + 4 * (1 - odds_ratio) * odds_ratio * n1 * x)
    return np.asarray(2 * odds_ratio * n1 * x / (b + root))


def _one_sided(above: float, below: float) -> Interval:
    if not below:
        return Interval(math.inf if above else math.nan)
    return Interval(0.0)
