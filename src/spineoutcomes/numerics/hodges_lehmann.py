"""The Hodges-Lehmann shift of two samples or of pairs, with the interval of its rank test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spineoutcomes.numerics.cells import Cells
from spineoutcomes.numerics.distributions import normal_cdf, normal_quantile
from spineoutcomes.numerics.intervals import NAN, Interval
from spineoutcomes.numerics.pairwise import (
    PairTable,
    differences,
    middle_entry,
    ordered_entry,
    sums_of_pairs,
)
from spineoutcomes.numerics.rank_distributions import (
    RankDistribution,
    rank_sum_distribution,
    signed_rank_distribution,
)
from spineoutcomes.numerics.ranks import midranks, tie_sum

# The most values an arm, or pairs, whose ranks are compared exactly.
MOST_EXACT = 50


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift with its interval and p-value, and whether they are exact."""

    interval: Interval
    exact: bool


def rank_sum_shift(a: Cells, b: Cells, conf_level: float) -> Shift:
    """Return the median of the differences a - b, with the interval of the rank-sum test.

    Without a tie in both samples together and with at most 50 values each, the interval and the
    p-value are exact. Else the limits are the differences at which the normal statistic, its
    variance corrected for ties, crosses the quantile without continuity correction; a difference
    that lies between two entries breaks every tie of one sample with the other, so only ties
    within a sample count there.
    """
    m, n, table = a.n, b.n, differences(a, b)
    both = np.concatenate([a.values, b.values])
    counts = np.concatenate([a.counts, b.counts]).astype(float)
    ties = tie_sum(both, counts)
    wins = _wins(a, b)
    if ties == 0 and max(m, n) <= MOST_EXACT:
        exact = rank_sum_distribution(m, n)
        return Shift(_exact(table, 1, exact, round(wins), conf_level), True)
    total = m + n
    within = sum(tie_sum(s.values, s.counts.astype(float)) for s in (a, b))
    error, own_error = (_rank_sum_error(m, n, total, tied) for tied in (ties, within))
    p = _two_sided((wins - m * n / 2) / error) if error > 0 else NAN
    return Shift(_normal(table, 1, own_error, p, conf_level), False)


def signed_rank_shift(d: Cells, conf_level: float) -> Shift:
    """Return the median of the averages of two differences, with the signed-rank interval.

    Without a tie among the absolute differences or a zero, and with at most 50, it is exact. Else
    the normal statistic is corrected for ties, without continuity correction; differences of zero
    are left out of the p-value, but not of the interval: at any other shift they are not zero.
    """
    size = np.abs(d.values)
    counts = d.counts.astype(float)
    table = sums_of_pairs(d)
    moved = d.values != 0
    ranks = midranks(size[moved], counts[moved]) if moved.any() else np.zeros(0)
    weight = counts[moved] * (d.values[moved] > 0)
    positive = float(weight @ ranks)
    tied = tie_sum(size[moved], counts[moved]) if moved.any() else 0.0
    if moved.all() and tied == 0 and d.n <= MOST_EXACT:
        exact = signed_rank_distribution(d.n)
        return Shift(_exact(table, 2, exact, round(positive), conf_level), True)
    n = float(counts[moved].sum())
    error = _signed_rank_error(n, tied)
    p = _two_sided((positive - n * (n + 1) / 4) / error) if error > 0 else NAN
    # Away from zero only equal differences are tied.
    own_error = _signed_rank_error(float(d.n), tie_sum(d.values, counts))
    return Shift(_normal(table, 2, own_error, p, conf_level), False)


def _exact(
    table: PairTable, parts: int, null: RankDistribution, value: int, conf_level: float
) -> Interval:
    """Return the interval of the k-th smallest and k-th largest entry, by the exact null."""
    k = null.depth((1 - conf_level) / 2)
    return _interval(table, parts, k, null.two_sided(value))


def _normal(
    table: PairTable, parts: int, error: float, p_value: float, conf_level: float
) -> Interval:
    """Return the interval of the entries where the normal statistic crosses the quantile."""
    if len(table.left) == len(table.right) == 1:
        # Nothing varies: an interval without width would rest on no variation.
        return Interval(middle_entry(table) / parts, p_value=p_value)
    reach = float(normal_quantile((1 + conf_level) / 2)) * error
    k = math.ceil(table.n / 2 - reach) if error > 0 else 0
    return _interval(table, parts, max(k, 0), p_value)


def _interval(table: PairTable, parts: int, k: int, p_value: float) -> Interval:
    middle = middle_entry(table) / parts
    if k == 0:
        return Interval(middle, p_value=p_value)
    low, high = (ordered_entry(table, rank) / parts for rank in (k, table.n + 1 - k))
    return Interval(middle, low, high, p_value=p_value)


def _wins(a: Cells, b: Cells) -> float:
    """Return the number of pairs in which the value of a is above that of b, ties as half."""
    below = np.concatenate([[0], np.cumsum(b.counts)])
    sides = [below[np.searchsorted(b.values, a.values, side=side)] for side in ("left", "right")]
    return float(a.counts @ (sides[0] + sides[1])) / 2


def _rank_sum_error(m: int, n: int, total: int, tied: float) -> float:
    return math.sqrt(max(m * n / 12 * (total + 1 - tied / (total * (total - 1))), 0.0))


def _signed_rank_error(n: float, tied: float) -> float:
    return math.sqrt(max(n * (n + 1) * (2 * n + 1) / 24 - tied / 48, 0.0))


def _two_sided(z: float) -> float:
    return float(2 * normal_cdf(-abs(z)))
