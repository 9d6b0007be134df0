"""Intervals of one number from its error and the degrees of freedom of the error."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace

from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile, t_cdf, t_quantile

NAN = math.nan
# e to a larger power is more than a float can hold.
LARGEST_LOG = math.log(sys.float_info.max)


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


def exponential(log: float) -> float:
    """Return e to a power, infinite where it is more than a float can hold."""
    return math.exp(log) if log <= LARGEST_LOG or math.isnan(log) else math.inf


def ratio_interval(estimate: float, log_error: float, conf_level: float) -> Interval:
    """Return a ratio with its normal interval, built on the log scale.

    The error stays on the log scale. Without an error above zero, or where the ratio is 0, infinite
    or missing, everything but the estimate is missing.
    """
    if not (0 < estimate < math.inf and 0 < log_error < math.inf):
        return Interval(estimate)
    log = t_interval(math.log(estimate), log_error, math.inf, conf_level)
    return replace(log, estimate=estimate, low=exponential(log.low), high=exponential(log.high))
