"""How often one arm is above the other, with the variance of Brunner and Munzel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spineoutcomes.numerics.cells import Cells
from spineoutcomes.numerics.intervals import Interval, exponential, t_interval
from spineoutcomes.numerics.moments import Moments, sample_moments


@dataclass(frozen=True, slots=True)
class Superiority:
    """P(A > B) + P(A = B)/2 for a value A of one arm and B of the other.

    Attributes
    ----------
    probability : float
    std_error : float
        Zero where no value of one arm lies among those of the other.
    df : float
        Satterthwaite's; missing with an error of zero.
    """

    probability: float
    std_error: float
    df: float


def superiority(a: Cells, b: Cells) -> Superiority:
    """Return how often a value of `a` is above one of `b`, ties counted as half.

    The error is that of Brunner & Munzel (2000): each value is replaced by the share of the other
    arm below it, its placement, and the two variances of placements add up as those of two means
    do. Each arm needs two values.
    """
    one, zero = _placement_moments(a, b), _placement_moments(b, a)
    v1, v0 = one.variance / one.n, zero.variance / zero.n
    v = v1 + v0
    if not v > 0:
        return Superiority(one.mean, 0.0, math.nan)
    df = 1 / ((v1 / v) ** 2 / (one.n - 1) + (v0 / v) ** 2 / (zero.n - 1))
    return Superiority(one.mean, math.sqrt(v), df)


def win_odds_interval(found: Superiority, conf_level: float) -> Interval:
    """Return p/(1 - p) with the t interval of its logarithm; the error is that of the logarithm."""
    p = found.probability
    if p in (0, 1):
        return Interval(0.0 if p == 0 else math.inf)
    odds = p / (1 - p)
    log = t_interval(math.log(odds), found.std_error / (p * (1 - p)), found.df, conf_level)
    return Interval(
        odds,
        exponential(log.low),
        exponential(log.high),
        log.std_error,
        log.statistic,
        log.df,
        log.p_value,
    )


def _placement_moments(a: Cells, b: Cells) -> Moments:
    """Return the moments of the shares of b below each value of a, ties counted as half."""
    below = np.concatenate([[0], np.cumsum(b.counts)])
    under = below[np.searchsorted(b.values, a.values, side="left")]
    upto = below[np.searchsorted(b.values, a.values, side="right")]
    return sample_moments((under + upto) / (2 * b.n), a.counts.astype(float))
