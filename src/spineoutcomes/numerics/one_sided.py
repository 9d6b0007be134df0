"""One-sided tests against a margin, each from the procedure that made the interval."""

from __future__ import annotations

import math

from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile, t_cdf
from spineoutcomes.numerics.intervals import newcombe_difference

Counts = tuple[float, float, float, float]
# Two computations of one interval differ by rounding; two procedures differ by far more.
SAME = 1e-7
# Limits found by another program's root search agree with the statistic to this.
SAME_ROOT = 1e-4
# Beyond this many standard errors a p-value is zero for every purpose.
FARTHEST = 8.0
HALVINGS = 100


def above(estimate: float, std_error: float, df: float, limit: float) -> tuple[float, float]:
    """Return the statistic and the p-value of "not above `limit`" from an error; df may be nan."""
    if not std_error > 0:
        return math.nan, math.nan
    statistic = (estimate - limit) / std_error
    tail = normal_cdf(-statistic) if math.isnan(df) else t_cdf(df, -statistic)
    return statistic, float(tail)


def risk_difference_above(
    counts: Counts, interval: tuple[float, float], conf_level: float, limit: float
) -> tuple[float, float]:
    """Return the same for a difference of risks whose interval has no error.

    The procedure is recognised by its numbers: the interval is computed again from the counts
    (x1, n1, x0, n0), and the test is given only where it comes out the same. Newcombe's p-value
    is the level at which its own limit touches the margin; Miettinen and Nurminen's is that of
    their score statistic.
    """
    again = newcombe_difference(*counts, conf_level)
    if math.dist((again.low, again.high), interval) < SAME:
        return math.nan, _newcombe_tail(counts, limit)
    z = float(normal_quantile((1 + conf_level) / 2))
    at_limits = (score_statistic(counts, interval[0]), score_statistic(counts, interval[1]))
    if math.dist(at_limits, (z, -z)) < SAME_ROOT:
        statistic = score_statistic(counts, limit)
        return statistic, float(normal_cdf(-statistic))
    return math.nan, math.nan


def score_statistic(counts: Counts, delta: float) -> float:
    """Return the score statistic of p1 - p0 = delta (Miettinen & Nurminen 1985).

    The variance is that of the risks that are most likely among those delta apart, in the closed
    form of Farrington & Manning (1990), times N/(N - 1).
    """
    x1, n1, x0, n0 = counts
    p1, p0 = x1 / n1, x0 / n0
    one = _restricted(p1, p0, n0 / n1, delta)
    zero = min(max(one - delta, 0.0), 1.0)
    variance = one * (1 - one) / n1 + zero * (1 - zero) / n0
    variance *= (n1 + n0) / (n1 + n0 - 1)
    if variance <= 0:
        return 0.0 if p1 - p0 == delta else math.copysign(math.inf, p1 - p0 - delta)
    return (p1 - p0 - delta) / math.sqrt(variance)


def _restricted(p1: float, p0: float, ratio: float, delta: float) -> float:
    """Return the most likely p1 among p1 - p0 = delta: the root of a cubic by trigonometry."""
    a = 1 + ratio
    b = -(1 + ratio + p1 + ratio * p0 + delta * (ratio + 2))
    c = delta**2 + delta * (2 * p1 + ratio + 1) + p1 + ratio * p0
    d = -p1 * delta * (1 + delta)
    v = b**3 / (27 * a**3) - b * c / (6 * a**2) + d / (2 * a)
    u = math.copysign(math.sqrt(max(b**2 / (9 * a**2) - c / (3 * a), 0.0)), v)
    inside = v / u**3 if u else 0.0
    w = (math.pi + math.acos(min(max(inside, -1.0), 1.0))) / 3
    return min(max(2 * u * math.cos(w) - b / (3 * a), 0.0), 1.0)


def _newcombe_tail(counts: Counts, limit: float) -> float:
    """Return the one-sided level at which Newcombe's limit touches `limit`."""
    x1, n1, x0, n0 = counts
    beyond = x1 / n1 - x0 / n0 < limit

    def distance(z: float) -> float:
        """Return how far the limit still is from the margin: it falls as z grows."""
        interval = newcombe_difference(*counts, 1 - 2 * float(normal_cdf(-z)))
        return limit - interval.high if beyond else interval.low - limit

    near, far = 0.0, FARTHEST
    if distance(far) > 0:
        return 1.0 if beyond else 0.0
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if distance(middle) > 0 else (near, middle)
    tail = float(normal_cdf(-near))
    return 1 - tail if beyond else tail
