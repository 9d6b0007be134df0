"""Medians and their differences, with intervals from order statistics."""

from __future__ import annotations

import math

from spineoutcomes.numerics.cells import Cells
from spineoutcomes.numerics.distributions import binomial_cdf
from spineoutcomes.numerics.intervals import Interval

# A probability that should equal (1 - conf_level)/2 may be rounded to just above it.
ROUNDING = 1e-12


def median_interval(sample: Cells, conf_level: float) -> Interval:
    """Return the median with the interval between two order statistics.

    The limits are the k-th smallest and k-th largest value with the largest k for which fewer than
    k of n fair coins come up heads with probability at most (1 - conf_level)/2. It covers at least
    as often as it says, whatever the distribution and however heaped. Values too few for any k (up
    to 5 at 95%) give no limits.
    """
    k = _depth(sample.n, (1 - conf_level) / 2)
    if k == 0:
        return Interval(sample.median())
    return Interval(sample.median(), sample.at_rank(k), sample.at_rank(sample.n + 1 - k))


def median_difference_interval(a: Cells, b: Cells, conf_level: float) -> Interval:
    """Return median a - median b, its limits recovered from those of the medians.

    The distance from each median to its own limit plays the part of the standard error times the
    quantile (Zou & Donner 2008); there is no single error and no test. The limits of the medians
    are interpolated between order statistics (Hettmansperger & Sheather 1986), or the difference
    would inherit what two discrete intervals cover in excess.
    """
    one, zero = a.median(), b.median()
    low1, high1 = _interpolated_limits(a, conf_level)
    low0, high0 = _interpolated_limits(b, conf_level)
    difference = one - zero
    return Interval(
        estimate=difference,
        low=difference - math.hypot(one - low1, high0 - zero),
        high=difference + math.hypot(high1 - one, zero - low0),
    )


def _interpolated_limits(sample: Cells, conf_level: float) -> tuple[float, float]:
    n = sample.n
    k = _depth(n, (1 - conf_level) / 2)
    if k == 0:
        return math.nan, math.nan
    wide, narrow = (1 - 2 * float(binomial_cdf(depth - 1, n, 0.5)) for depth in (k, k + 1))
    excess = (wide - conf_level) / (wide - narrow)
    inward = (n - k) * excess / (k + (n - 2 * k) * excess)
    outer = sample.at_rank(k), sample.at_rank(n + 1 - k)
    inner = sample.at_rank(k + 1), sample.at_rank(n - k)
    low, high = (far + inward * (near - far) for far, near in zip(outer, inner, strict=True))
    return low, high


def _depth(n: int, tail: float) -> int:
    """Return the largest k with P(fewer than k heads of n fair coins) <= tail, by bisection."""
    low, high = 0, n // 2 + 1
    while high - low > 1:
        middle = (low + high) // 2
        if binomial_cdf(middle - 1, n, 0.5) <= tail + ROUNDING:
            low = middle
        else:
            high = middle
    return low
