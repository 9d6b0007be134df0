"""Tests of ranks by their permutation moments: Kruskal-Wallis and van Elteren."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.ranks import midranks

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
    order = np.argsort(x, kind="stable")
    return kruskal_wallis_in_order(x[order], counts[order], group[order])


def kruskal_wallis_in_order(x: FloatArray, counts: FloatArray, group: IntArray) -> ChiSquare:
    """Return the Kruskal-Wallis test of values that ascend.

    With midranks, N values and t in each tie::

        H = 12 / (N (N + 1)) sum n_g (mean rank_g - (N + 1)/2)^2 / (1 - sum (t^3 - t) / (N^3 - N))
    """
    size = np.bincount(group, counts)
    n, used = float(size.sum()), size > 0
    last = np.flatnonzero(np.append(x[1:] != x[:-1], True))
    upto = np.cumsum(counts)[last]
    tied = np.diff(upto, prepend=0.0)
    spread = 1 - float(((tied**3 - tied) / (n**3 - n)).sum()) if n > 1 else 0.0
    if not spread > 0:
        return ChiSquare(math.nan, math.nan, math.nan)
    # Ranks counted from their middle, so that no digits are lost to large sums.
    from_middle = np.repeat(upto - (tied - 1) / 2 - (n + 1) / 2, np.diff(last, prepend=-1))
    off = np.bincount(group, counts * from_middle)[used]
    between = float((off**2 / size[used]).sum())
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
