"""Hedges' g: a difference of means in pooled standard deviations, freed of small-sample bias."""

from __future__ import annotations

import math

import numpy as np

from spineoutcomes.numerics.distributions import (
    gamma_quantile,
    log_gamma,
    noncentral_t_cdf,
    normal_quantile,
    t_cdf,
)
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.moments import Moments

# Limits of the noncentrality are found to this; far below the digits anybody prints.
ROOT = 1e-12
# Doublings of the search; past these the noncentral t is zero or one in double precision.
WIDEST = 60
# From here on the noncentral t loses digits, then fails; the formula is right to 1e-8.
FAR = 1e4


def hedges_g(a: Moments, b: Moments, conf_level: float) -> Interval:
    """Return Hedges' g of a against b, with the noncentral t interval and the pooled t test.

    g is J(df) times d, the difference of means over the pooled standard deviation, with
    df = n_a + n_b - 2 and J(df) = gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2)). The limits are the
    effects under which the observed t has (1 - conf_level)/2 of the distribution beyond it. There
    is no single standard error, so `std_error` and `statistic` are missing.

    The pooled variance must not be zero.
    """
    df = a.n + b.n - 2
    pooled = ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / df
    d = (a.mean - b.mean) / math.sqrt(pooled)
    root = math.sqrt(1 / a.n + 1 / b.n)
    t = d / root
    J = exact_correction(df)
    tail = (1 - conf_level) / 2
    return Interval(
        estimate=J * d,
        low=J * root * _noncentrality(df, t, 1 - tail),
        high=J * root * _noncentrality(df, t, tail),
        df=df,
        p_value=float(2 * t_cdf(df, -abs(t))),
    )


def exact_correction(df: float) -> float:
    """Return the factor J that makes g unbiased under normal distributions (Hedges 1981)."""
    return float(np.exp(log_gamma(df / 2) - log_gamma((df - 1) / 2))) / math.sqrt(df / 2)


def _noncentrality(df: float, t: float, probability: float) -> float:
    """Return the noncentrality under which P(T <= t) is `probability`."""
    from scipy.optimize import brentq

    # Mirrored to t >= 0, where the tails are computed well.
    if t < 0:
        return -_noncentrality(df, -t, 1 - probability)

    def excess(shift: float) -> float:
        return float(noncentral_t_cdf(df, shift, t)) - probability

    start = _far_noncentrality(df, t, probability)
    if t > FAR:
        return start
    # The distribution falls as the noncentrality grows.
    low, high, step = start - 2, start + 2, 2.0
    for _ in range(WIDEST):
        too_high, too_low = excess(low) < 0, excess(high) > 0
        if not (too_high or too_low):
            break
        low, high, step = low - step * too_high, high + step * too_low, 2 * step
    if not (excess(low) >= 0 >= excess(high)):
        return start
    return float(brentq(excess, low, high, xtol=ROOT))


def _far_noncentrality(df: float, t: float, probability: float) -> float:
    """Return the noncentrality of a large t, to the order of 1/t^2.

    It is t S - Z, with S^2 chi-square over its df and Z standard normal, whose spread adds to that
    of t S as variances do.
    """
    middle, limit = (
        math.sqrt(2 / df * float(gamma_quantile(df / 2, p))) for p in (0.5, 1 - probability)
    )
    spread = math.hypot(t * (limit - middle), float(normal_quantile(1 - probability)))
    return t * middle + math.copysign(spread, limit - middle)
