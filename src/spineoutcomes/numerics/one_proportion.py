"""Intervals of one proportion: score, exact, and two that sit beside them."""

from __future__ import annotations

import math

from spineoutcomes.numerics.distributions import beta_quantile, normal_quantile
from spineoutcomes.numerics.intervals import Interval


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


def clopper_pearson_interval(x: float, n: float, conf_level: float) -> Interval:
    """Return the exact interval of x events among n (Clopper & Pearson 1934).

    Each limit is the proportion under which what was seen, or more of it, has half of
    1 - conf_level: the coverage is never below the level.
    """
    tail = (1 - conf_level) / 2
    return Interval(
        estimate=x / n,
        low=0.0 if x == 0 else float(beta_quantile(x, n - x + 1, tail)),
        high=1.0 if x == n else float(beta_quantile(x + 1, n - x, 1 - tail)),
    )


def agresti_coull_interval(x: float, n: float, conf_level: float) -> Interval:
    """Return the normal interval around Wilson's centre (Agresti & Coull 1998).

    It can reach beyond 0 or 1 when few or nearly all have the event.
    """
    z = float(normal_quantile((1 + conf_level) / 2))
    size = n + z**2
    centre = (x + z**2 / 2) / size
    half = z * math.sqrt(centre * (1 - centre) / size)
    return Interval(estimate=x / n, low=centre - half, high=centre + half)


def jeffreys_interval(x: float, n: float, conf_level: float) -> Interval:
    """Return the equal-tailed posterior interval under the prior Beta(1/2, 1/2).

    The lower limit is 0 without events and the upper 1 when all have one (Brown, Cai & DasGupta
    2001); else coverage would break down there.
    """
    tail = (1 - conf_level) / 2
    a, b = x + 0.5, n - x + 0.5
    return Interval(
        estimate=x / n,
        low=0.0 if x == 0 else float(beta_quantile(a, b, tail)),
        high=1.0 if x == n else float(beta_quantile(a, b, 1 - tail)),
    )
