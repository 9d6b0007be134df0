"""Exact null distributions of the rank sum and the signed rank, without ties."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
# A probability that should equal (1 - conf_level)/2 may be rounded to just above it.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class RankDistribution:
    """A statistic on 0, 1, ..., largest, symmetric about the middle.

    Attributes
    ----------
    upto : array of shape (largest + 1,)
        Probability of each value or a smaller one.
    """

    upto: FloatArray

    @property
    def largest(self) -> int:
        """The largest value of the statistic."""
        return len(self.upto) - 1

    def two_sided(self, value: int) -> float:
        """Return twice the probability of the value or one further out on its side."""
        return min(1.0, 2 * float(self.upto[min(value, self.largest - value)]))

    def depth(self, tail: float) -> int:
        """Return the largest k with P(statistic < k) <= tail; 0 where even k = 1 has more."""
        return int(np.searchsorted(self.upto, tail + ROUNDING, side="right"))


@lru_cache(maxsize=32)
def rank_sum_distribution(m: int, n: int) -> RankDistribution:
    """Return the distribution of the number of pairs of m and n values in which the first wins.

    Let c(i, j, u) be the orderings of i and j values with u wins. The largest of all is one of the
    j, or one of the i with j wins, so c(i, j, u) = c(i, j - 1, u) + c(i - 1, j, u - j).
    """
    c = np.zeros((n + 1, m * n + 1))
    c[:, 0] = 1
    for _ in range(m):
        c[0, 1:] = 0
        for j in range(1, n + 1):
            c[j, j:] = c[j, : m * n + 1 - j].copy() + c[j - 1, j:]
            c[j, :j] = c[j - 1, :j]
    return _of_orderings(c[n])


@lru_cache(maxsize=32)
def signed_rank_distribution(n: int) -> RankDistribution:
    """Return the distribution of the sum of the positive ranks 1 to n."""
    orderings = np.zeros(n * (n + 1) // 2 + 1)
    orderings[0] = 1
    for rank in range(1, n + 1):
        orderings[rank:] = orderings[rank:] + orderings[:-rank]
    return _of_orderings(orderings)


def _of_orderings(orderings: FloatArray) -> RankDistribution:
    return RankDistribution(np.cumsum(orderings) / orderings.sum())
