"""Intervals of one number: from an error and its degrees of freedom, or from counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile, t_cdf, t_quantile

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval, and the test built from the same error.

    Attributes
    ----------
    estimate, low, high : float
        The estimate and its limits.
    std_error, statistic, df, p_value : float
        Missing where the interval was not built from a standard error; `df` is also missing where
        the reference distribution is the normal one.
    """

    estimate: float
    low: float = NAN
    high: float = NAN
    std_error: float = NAN
    statistic: float = NAN
    df: float = NAN
    p_value: float = NAN


def t_interval(estimate: float, std_error: float, df: float, conf_level: float) -> Interval:
    """Return the interval of an estimate whose error has `df` degrees of freedom.

    An infinite `df` gives the normal interval. An error of zero says that the data do not vary,
    not that the estimate is certain: everything but the estimate is then missing.
    """
    if not std_error > 0:
        return Interval(estimate)
    normal = math.isinf(df)
    quantile = float(
        normal_quantile((1 + conf_level) / 2) if normal else t_quantile(df, (1 + conf_level) / 2)
    )
    statistic = estimate / std_error
    tail = 2 * normal_cdf(-abs(statistic)) if normal else 2 * t_cdf(df, -abs(statistic))
    return Interval(
        estimate=estimate,
        low=estimate - quantile * std_error,
        high=estimate + quantile * std_error,
        std_error=std_error,
        statistic=statistic,
        df=NAN if normal else df,
        p_value=float(tail),
    )


def wilson_interval(x: float, n: float, conf_level: float) -> Interval:
    """Return the score interval of x events among n (Wilson 1927).

    The limits are the proportions whose own normal test would just be rejected, so they stay
    inside [0, 1]; they are exactly 0 without events and exactly 1 when all have one.
    """
    z = float(normal_quantile((1 + conf_level) / 2))
    centre = (x + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(x * (n - x) / n + z**2 / 4)
    return Interval(
        estimate=x / n,
        low=0.0 if x == 0 else centre - half,
        high=1.0 if x == n else centre + half,
    )


def newcombe_difference(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return x1/n1 - x0/n0 with the hybrid score interval (Newcombe 1998, method 10).

    The distance from each proportion to its own Wilson limit plays the part of the standard error,
    so there is no single error and no test.
    """
    p1, p0 = wilson_interval(x1, n1, conf_level), wilson_interval(x0, n0, conf_level)
    difference = p1.estimate - p0.estimate
    return Interval(
        estimate=difference,
        low=difference - math.hypot(p1.estimate - p1.low, p0.high - p0.estimate),
        high=difference + math.hypot(p1.high - p1.estimate, p0.estimate - p0.low),
    )


def wald_difference(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return x1/n1 - x0/n0 with the normal interval from the unpooled error."""
    p1, p0 = x1 / n1, x0 / n0
    error = math.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    return t_interval(p1 - p0, error, math.inf, conf_level)
