"""Tests of a baseline table, chosen by what is there: ranks of a number, a table of levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.contingency import pearson_test
from spineoutcomes.numerics.fisher import fisher_exact
from spineoutcomes.numerics.rank_distributions import rank_sum_distribution
from spineoutcomes.numerics.rank_tests import kruskal_wallis_in_order
from spineoutcomes.numerics.small_samples import FEW_IN_ARM

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# Up to this many in each arm, ranks without ties are tested exactly.
EXACT_RANKS = 50
# Below this expected count the chi-square distribution is a poor guide (Cochran 1954).
SMALLEST_EXPECTED = 5
CHI_SQUARE = "chi-square test (no continuity correction)"


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
    """
    name = "Wilcoxon rank-sum test" if groups == 2 else "Kruskal-Wallis test"
    size = np.bincount(group, counts, groups)
    if (size > 0).sum() < 2 or x[0] == x[-1]:
        return Verdict(name)
    untied = not (x[1:] == x[:-1]).any() and counts.max() == 1
    if groups == 2 and size.max() <= EXACT_RANKS and untied:
        return _exact_ranks(group, int(size[0]), int(size[1]))
    found = kruskal_wallis_in_order(x, counts, group)
    if groups == 2:
        name += " (normal approximation, ties corrected, no continuity correction)"
    if size[size > 0].min() < FEW_IN_ARM:
        name += f", without p: an arm has fewer than {FEW_IN_ARM}, where only exact tests give one"
        return Verdict(name, found.statistic, found.df)
    return Verdict(name, found.statistic, found.df, found.p_value)


def level_test(table: FloatArray) -> Verdict:
    """Compare levels between arms: chi-square, or Fisher's exact test where counts are small.

    Parameters
    ----------
    table : array of shape (levels, arms)
        Counts; levels and arms without any are left out.
    """
    found = pearson_test(table)
    if not found.df > 0:
        return Verdict(CHI_SQUARE)
    small = bool(found.expected.min() < SMALLEST_EXPECTED)
    exact = fisher_exact(table) if small else None
    if exact is not None:
        return Verdict("Fisher's exact test", p_value=exact)
    doubt = (
        "an expected count is below 5, and there are too many tables for Fisher's exact test; "
        "merge rare levels"
    )
    return Verdict(
        CHI_SQUARE, found.statistic, found.df, found.p_value, doubt=doubt if small else ""
    )


def _exact_ranks(group: IntArray, m: int, n: int) -> Verdict:
    """Return the exact test of values without ties, in ascending order."""
    wins = int(np.flatnonzero(group == 0).sum()) - m * (m - 1) // 2
    p = rank_sum_distribution(m, n).two_sided(wins)
    return Verdict("Wilcoxon rank-sum test (exact)", float(wins), p_value=p)
