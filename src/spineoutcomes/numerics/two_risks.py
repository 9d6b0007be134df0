"""Differences and ratios of two risks: x1 events among n1 against x0 among n0.

No cell is ever added to: where an empty one leaves a method without an error, the interval is
missing, and the score methods need none.
"""

from __future__ import annotations

import math

from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile
from spineoutcomes.numerics.intervals import Interval, ratio_interval, t_interval
from spineoutcomes.numerics.one_proportion import wilson_interval
from spineoutcomes.numerics.roots import exp_root, falling_root


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
    """Return x1/n1 - x0/n0 with the normal interval from the unpooled error.

    An arm where none or all have the event has no variance of its own: the error would take its
    risk for certain, so it is missing.
    """
    p1, p0 = x1 / n1, x0 / n0
    if not (0 < x1 < n1 and 0 < x0 < n0):
        return Interval(p1 - p0)
    error = math.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    return t_interval(p1 - p0, error, math.inf, conf_level)


def score_difference(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return x1/n1 - x0/n0 with its score interval and test (Miettinen & Nurminen 1985).

    The limits are the differences whose test, with the variance under that difference times
    N/(N - 1), would just be rejected; the p-value is the same test of no difference.
    """
    difference = x1 / n1 - x0 / n0

    def score(delta: float) -> float:
        return score_statistic(x1, n1, x0, n0, delta)

    z = float(normal_quantile((1 + conf_level) / 2))
    return Interval(
        estimate=difference,
        low=falling_root(lambda delta: score(delta) - z, -1.0, difference),
        high=falling_root(lambda delta: score(delta) + z, difference, 1.0),
        p_value=_two_sided(score(0.0)),
    )


def score_statistic(x1: float, n1: float, x0: float, n0: float, delta: float) -> float:
    """Return the score statistic of p1 - p0 = delta (Miettinen & Nurminen 1985).

    The variance is that of the risks that are most likely among those delta apart, times N/(N - 1).
    """
    p0 = risk_given_difference(x1, n1, x0, n0, delta)
    p1 = min(max(p0 + delta, 0.0), 1.0)
    n = n1 + n0
    variance = (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * n / (n - 1)
    return _over(x1 / n1 - x0 / n0 - delta, variance)


def risk_given_difference(x1: float, n1: float, x0: float, n0: float, delta: float) -> float:
    """Return the most likely p0 when p1 = p0 + delta: the one root of a cubic that is possible.

    Miettinen & Nurminen (1985), appendix; the derivative of the likelihood falls through zero
    there, and halving finds it without the cancellation of the closed form.
    """
    low, high = max(0.0, -delta), min(1.0, 1.0 - delta)
    n, x = n1 + n0, x1 + x0
    # The derivative of the log-likelihood times p0 (1 - p0) p1 (1 - p1), in powers of p0.
    a3 = n
    a2 = (n1 + 2 * n0) * delta - n - x
    a1 = (n0 * delta - n - 2 * x0) * delta + x
    a0 = x0 * delta * (1 - delta)
    return falling_root(lambda p: ((a3 * p + a2) * p + a1) * p + a0, low, high)


def wald_risk_ratio(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return the ratio of risks with the normal interval of its log (Katz 1978)."""
    ratio = _ratio(x1 * n0, x0 * n1)
    if not (x1 and x0):
        return Interval(ratio)
    error = math.sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
    return ratio_interval(ratio, error, conf_level)


def koopman_ratio(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return the ratio of risks with its score interval and test (Koopman 1984).

    The limits are the ratios whose chi-square would just be rejected; the p-value is the same test
    of ratio 1, which is Pearson's. Without events in both arms there is no ratio and no limit.
    """
    ratio = _ratio(x1 * n0, x0 * n1)
    if x1 == x0 == 0:
        return Interval(ratio)

    def score(log_ratio: float) -> float:
        phi = math.exp(log_ratio)
        p0 = _risk_given_ratio(x1, n1, x0, n0, phi)
        p1 = min(phi * p0, 1.0)
        # Its square is Koopman's chi-square; p1 stands for phi p0, which never overflows.
        variance = p1 * (1 - p1) / n1 + p1**2 * (1 - p0) / (p0 * n0)
        return _over(x1 / n1 - phi * x0 / n0, variance)

    z = float(normal_quantile((1 + conf_level) / 2))
    start = math.log(ratio) if 0 < ratio < math.inf else 0.0
    return Interval(
        estimate=ratio,
        low=exp_root(lambda t: score(t) - z, start) if x1 else 0.0,
        high=exp_root(lambda t: score(t) + z, start) if x0 else math.inf,
        p_value=_two_sided(score(0.0)),
    )


def _risk_given_ratio(x1: float, n1: float, x0: float, n0: float, phi: float) -> float:
    """Return the most likely p0 when p1 = phi p0: the smaller root of a quadratic."""
    n, x = n1 + n0, x1 + x0
    b = phi * (n1 + x0) + x1 + n0
    return 2 * x / (b + math.sqrt(max(b * b - 4 * phi * n * x, 0.0)))


def _two_sided(z: float) -> float:
    return min(1.0, 2 * float(normal_cdf(-abs(z))))


def _ratio(above: float, below: float) -> float:
    if not below:
        return math.inf if above else math.nan
    return above / below


def _over(difference: float, variance: float) -> float:
    """Return difference over the root of its variance; nothing over nothing is no evidence."""
    if variance > 0:
        return difference / math.sqrt(variance)
    return math.copysign(math.inf, difference) if difference else 0.0
