"""Tests of a baseline table: ranks of a number, and a table of levels by arm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import chi_square_tail, log_factorial

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# Up to this many in each arm, ranks without ties are tested exactly.
EXACT_RANKS = 50
# Below this expected count the chi-square distribution is a poor guide (Cochran 1954).
SMALLEST_EXPECTED = 5
# Tables as probable as the one seen count as such, whatever the last digits of their logarithm.
AS_PROBABLE = 1e-7
CHI_SQUARE = "chi-square test (no continuity correction)"
# Cells of memory that Fisher's test may ask for.
MOST_TABLES = 5_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test by name.

    Attributes
    ----------
    name : str
        Words for a footnote.
    statistic, df, p_value : float
        `df` is missing for an exact test, everything where there is nothing to test.
    doubt : str
        Why the p-value is not to be trusted, where it is not.
    """

    name: str
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    doubt: str = ""


def rank_test(x: FloatArray, group: IntArray, counts: FloatArray, groups: int) -> Verdict:
    """Compare ranks between groups: Wilcoxon's test of two, Kruskal and Wallis' of more.

    Parameters
    ----------
    x : array of shape (n,)
        Values in ascending order.
    group, counts : array of shape (n,)
        Group code of each value, and how many equal values it stands for.
    groups : int
        How many groups were to be compared; those without values are left out.

    Notes
    -----
    With midranks, N values and t in each tie::

        H = 12 / (N (N + 1)) sum n_g (mean rank_g - (N + 1)/2)^2 / (1 - sum (t^3 - t) / (N^3 - N))

    is chi-square with one degree of freedom less than groups. For two groups it is the square of
    the normal Wilcoxon statistic without continuity correction.
    """
    name = "Wilcoxon rank-sum test" if groups == 2 else "Kruskal-Wallis test"
    size = np.bincount(group, counts, groups)
    N = float(size.sum())
    if (size > 0).sum() < 2 or x[0] == x[-1]:
        return Verdict(name)
    last = np.flatnonzero(np.append(x[1:] != x[:-1], True))
    upto = np.cumsum(counts)[last]
    tied = np.diff(upto, prepend=0.0)
    from_middle = np.repeat(upto - (tied - 1) / 2 - (N + 1) / 2, np.diff(last, prepend=-1))
    off = np.bincount(group, counts * from_middle, groups)[size > 0]
    used = size[size > 0]
    if groups == 2 and used.max() <= EXACT_RANKS and tied.max() == 1:
        return _exact_ranks(float(off[0] + used[0] * used[1] / 2), int(used[0]), int(used[1]))
    correction = 1 - float(((tied**3 - tied) / (N**3 - N)).sum())
    H = 12 / (N * (N + 1)) * float((off**2 / used).sum()) / correction
    if groups == 2:
        name += " (normal approximation, ties corrected, no continuity correction)"
    return Verdict(name, H, len(used) - 1, float(chi_square_tail(len(used) - 1, H)))


def level_test(table: FloatArray) -> Verdict:
    """Compare levels between arms: chi-square, or Fisher's exact test where counts are small.

    Parameters
    ----------
    table : array of shape (levels, arms)
        Counts; levels and arms without any are left out.
    """
    own = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(own.shape) < 2:
        return Verdict(CHI_SQUARE)
    expected = np.outer(own.sum(axis=1), own.sum(axis=0)) / own.sum()
    small = expected.min() < SMALLEST_EXPECTED
    if small:
        exact = fisher_exact(own)
        if exact is not None:
            return Verdict("Fisher's exact test", p_value=exact)
    df = (own.shape[0] - 1) * (own.shape[1] - 1)
    chi2 = float(((own - expected) ** 2 / expected).sum())
    return Verdict(
        CHI_SQUARE,
        chi2,
        df,
        float(chi_square_tail(df, chi2)),
        doubt="an expected count is below 5, and there are too many tables for Fisher's exact "
        "test; merge rare levels"
        if small
        else "",
    )


def fisher_exact(table: FloatArray) -> float | None:
    """Return the p-value of Fisher's exact test: tables no more probable than the one seen.

    All tables with the same margins are laid out level by level, the smallest level first; the
    largest takes what remains. None when there are too many of them.
    """
    ordered = table[np.argsort(table.sum(axis=1), kind="stable")]
    rest = ordered.sum(axis=0)[None, :]
    weight = np.zeros(1)
    for level in ordered[:-1]:
        ways = _compositions(int(level.sum()), len(rest[0]), MOST_TABLES // len(rest))
        if ways is None:
            return None
        left = rest[:, None, :] - ways[None, :, :]
        fits = (left >= 0).all(axis=2)
        weight = (weight[:, None] - log_factorial(ways).sum(axis=1)[None, :])[fits]
        rest = left[fits]
    weight = weight - log_factorial(rest).sum(axis=1)
    seen = -float(log_factorial(ordered).sum())
    top = weight.max()
    probability = np.exp(weight - top)
    as_extreme = weight <= seen + AS_PROBABLE
    return min(1.0, float(probability[as_extreme].sum() / probability.sum()))


def _compositions(total: int, parts: int, most: int) -> FloatArray | None:
    """Return all ways to write `total` as a sum of `parts` whole numbers, a row each."""
    if math.comb(total + parts - 1, parts - 1) * parts > most:
        return None
    rows = np.zeros((1, 0))
    left = np.full(1, total)
    for _ in range(parts - 1):
        times = left + 1
        start = np.repeat(np.cumsum(times) - times, times)
        part = np.arange(len(start)) - start
        rows = np.column_stack([np.repeat(rows, times, axis=0), part])
        left = np.repeat(left, times) - part
    return np.column_stack([rows, left]).astype(float)


def _exact_ranks(U: float, m: int, n: int) -> Verdict:
    p = _mann_whitney(m, n)
    at = round(U)
    tail = min(float(p[: at + 1].sum()), float(p[at:].sum()))
    return Verdict("Wilcoxon rank-sum test (exact)", U, p_value=min(1.0, 2 * tail))


@lru_cache(maxsize=64)
def _mann_whitney(m: int, n: int) -> FloatArray:
    """Return P(U = u), u = 0 ... m n, by the recursion of Mann and Whitney (1947).

    The largest of all values belongs to the first sample with probability i / (i + j) and then
    exceeds the whole second sample.
    """
    below = [np.ones(1) for _ in range(n + 1)]
    for i in range(1, m + 1):
        row = [np.ones(1)]
        for j in range(1, n + 1):
            p = np.zeros(i * j + 1)
            p[j:] += i / (i + j) * below[j]
            p[: i * (j - 1) + 1] += j / (i + j) * row[j - 1]
            row.append(p)
        below = row
    return below[n]
