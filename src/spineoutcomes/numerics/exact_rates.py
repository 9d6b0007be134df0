"""Exact intervals of Poisson rates (Garwood 1936) and ratios (Przyborowski & Wilenski 1940)."""

from __future__ import annotations

import math

from spineoutcomes.numerics.distributions import beta_quantile, binomial_cdf, gamma_quantile
from spineoutcomes.numerics.intervals import Interval


def exact_rate(events: float, exposure: float, conf_level: float) -> Interval:
    """Return events / exposure with the interval that inverts both Poisson tails."""
    tail = (1 - conf_level) / 2
    return Interval(
        estimate=events / exposure,
        low=float(gamma_quantile(events, tail)) / exposure if events else 0.0,
        high=float(gamma_quantile(events + 1, 1 - tail)) / exposure,
    )


def exact_rate_ratio(x1: float, t1: float, x0: float, t0: float, conf_level: float) -> Interval:
    """Return the ratio of two rates, x events in time t, with interval and p given x1 + x0.

    Given the total, x1 is binomial; the limits are those of Clopper and Pearson, and p is twice the
    smaller tail at equal rates, so that p < 1 - conf_level exactly where the interval leaves 1.
    """
    total, tail = x1 + x0, (1 - conf_level) / 2
    if total == 0:
        return Interval(math.nan)
    low = float(beta_quantile(x1, x0 + 1, tail)) if x1 else 0.0
    high = float(beta_quantile(x1 + 1, x0, 1 - tail)) if x0 else 1.0
    share = t1 / (t1 + t0)
    lower = float(binomial_cdf(x1, total, share))
    upper = 1.0 - float(binomial_cdf(x1 - 1, total, share)) if x1 else 1.0
    return Interval(
        estimate=x1 / x0 * (t0 / t1) if x0 else math.inf,
        low=_odds(low) * (t0 / t1),
        high=_odds(high) * (t0 / t1),
        p_value=min(1.0, 2 * min(lower, upper)),
    )


def _odds(p: float) -> float:
    return p / (1 - p) if p < 1 else math.inf
