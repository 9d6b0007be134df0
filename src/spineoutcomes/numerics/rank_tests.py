"""Tests of ranks by their permutation moments: Kruskal-Wallis and van Elteren."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.ranks import midranks, tie_sum

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A test with a chi-square statistic; missing where nothing varies."""

    statistic: float
    df: float
    p_value: float


def kruskal_wallis(x: FloatArray, counts: FloatArray, group: IntArray) -> ChiSquare:
    """Return the Kruskal-Wallis test of the groups, corrected for ties (Kruskal & Wallis 1952).

    With two groups it is the Wilcoxon rank-sum test, normal and without continuity correction:
    the statistic is its z squared.
    """
    n = counts.sum()
    size = np.bincount(group, weights=counts)
    sums = np.bincount(group, weights=counts * midranks(x, counts))
    used = size > 0
    spread = 1 - tie_sum(x, counts) / (n**3 - n) if n > 1 else 0.0
    if not spread > 0:
        return ChiSquare(math.nan, math.nan, math.nan)
    between = float((size[used] * (sums[used] / size[used] - (n + 1) / 2) ** 2).sum())
    return _chi_square(12 / (n * (n + 1)) * between / spread, float(used.sum()) - 1)


def van_elteren(
    x: FloatArray, counts: FloatArray, treated: npt.NDArray[np.bool_], stratum: IntArray
) -> ChiSquare:
    """Return van Elteren's stratified rank-sum test (van Elteren 1960).

    Ranks are taken within each stratum and divided by its size plus one; their sum among the
    treated is compared with its permutation mean and variance, ties included. A stratum with one
    arm only has no say.
    """
    size = np.bincount(stratum, weights=counts)
    score = midranks(x, counts, stratum) / (size + 1)[stratum]
    n1 = np.bincount(stratum, weights=counts * treated)
    # The mean score of any stratum is one half.
    spread = np.bincount(stratum, weights=counts * (score - 0.5) ** 2)
    excess = float(counts[treated] @ (score[treated] - 0.5))
    share = np.divide(n1 * (size - n1), size * (size - 1), where=size > 1, out=np.zeros(len(size)))
    variance = float(share @ spread)
    if not variance > 0:
        return ChiSquare(math.nan, math.nan, math.nan)
    return _chi_square(excess**2 / variance, 1.0)


def _chi_square(statistic: float, df: float) -> ChiSquare:
    return ChiSquare(statistic, df, float(chi_square_tail(df, statistic)))
