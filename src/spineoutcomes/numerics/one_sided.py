"""One-sided tests against a margin, each from the procedure that made the interval."""

from __future__ import annotations

import math

from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile, t_cdf
from spineoutcomes.numerics.two_risks import newcombe_difference, score_statistic

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
    at_limits = [score_statistic(*counts, end) for end in interval]
    if math.dist(at_limits, (z, -z)) < SAME_ROOT:
        statistic = score_statistic(*counts, limit)
        return statistic, float(normal_cdf(-statistic))
    return math.nan, math.nan


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
