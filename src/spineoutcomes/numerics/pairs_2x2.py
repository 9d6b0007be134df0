"""Yes/no outcomes of matched pairs: only those that differ say which arm does better.

`first` counts pairs in which only the first member has the event, `second` those in which only the
second has it; `both` and `neither` agree.
"""

from __future__ import annotations

import math

from spineoutcomes.numerics.distributions import (
    binomial_cdf,
    chi_square_tail,
)
from spineoutcomes.numerics.intervals import Interval, t_interval
from spineoutcomes.numerics.one_proportion import clopper_pearson_interval, wilson_interval


def mcnemar_chi_square(first: float, second: float, *, corrected: bool) -> tuple[float, float]:
    """Return McNemar's chi-square with one degree of freedom, and p; missing when none differ."""
    differ = first + second
    if not differ:
        return math.nan, math.nan
    excess = abs(first - second)
    # The correction never takes the excess below zero.
    statistic = (excess - min(1.0, excess) * corrected) ** 2 / differ
    return statistic, float(chi_square_tail(1, statistic))


def mcnemar_exact_p(first: float, second: float) -> float:
    """Return the two-sided binomial p of the pairs that differ; 1 when none do."""
    return min(1.0, 2 * _smaller_tail(first, second))


def mcnemar_mid_p(first: float, second: float) -> float:
    """Return the exact p with half the probability of what was seen left out of each tail."""
    differ = first + second
    if first == second:
        return 1.0
    seen = float(_binomial(min(first, second), differ) - _binomial(min(first, second) - 1, differ))
    return 2 * _smaller_tail(first, second) - seen


def conditional_odds_ratio(first: float, second: float, conf_level: float) -> Interval:
    """Return the ratio of pairs that differ one way to those that differ the other.

    It is the conditional maximum-likelihood odds ratio; its limits are those of the exact
    binomial share first/(first + second), as odds, and the p-value is the exact binomial test.
    """
    differ = first + second
    if not differ:
        return Interval(math.nan, low=0.0, high=math.inf, p_value=1.0)
    share = clopper_pearson_interval(first, differ, conf_level)
    rest = clopper_pearson_interval(second, differ, conf_level)
    return Interval(
        estimate=_odds(first, second),
        low=_odds(share.low, rest.high),
        high=_odds(share.high, rest.low),
        p_value=mcnemar_exact_p(first, second),
    )


def wald_paired_difference(
    both: float, first: float, second: float, neither: float, conf_level: float
) -> Interval:
    """Return the difference of risks with the normal interval of its multinomial error."""
    n = both + first + second + neither
    difference = (first - second) / n
    variance = (first + second - (first - second) ** 2 / n) / n**2
    return t_interval(difference, math.sqrt(max(variance, 0.0)), math.inf, conf_level)


def newcombe_paired_difference(
    both: float, first: float, second: float, neither: float, conf_level: float
) -> Interval:
    """Return the difference of risks with the hybrid score interval (Newcombe 1998, method 10).

    As for two independent risks, with the correlation of the members, phi, between the distances;
    a positive phi is pulled toward zero by a continuity correction.
    """
    n = both + first + second + neither
    p1 = wilson_interval(both + first, n, conf_level)
    p0 = wilson_interval(both + second, n, conf_level)
    phi = _phi(both, first, second, neither)
    difference = (first - second) / n
    low1, high1 = p1.estimate - p1.low, p1.high - p1.estimate
    low0, high0 = p0.estimate - p0.low, p0.high - p0.estimate
    return Interval(
        estimate=difference,
        low=difference - math.sqrt(low1**2 - 2 * phi * low1 * high0 + high0**2),
        high=difference + math.sqrt(high1**2 - 2 * phi * high1 * low0 + low0**2),
    )


def _phi(both: float, first: float, second: float, neither: float) -> float:
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not margins:
        return 0.0
    n = both + first + second + neither
    cross = both * neither - first * second
    if cross > 0:
        cross = max(cross - n / 2, 0.0)
    return cross / math.sqrt(margins)


def _smaller_tail(first: float, second: float) -> float:
    return float(_binomial(min(first, second), first + second))


def _binomial(k: float, n: float) -> float:
    if k < 0:
        return 0.0
    return float(binomial_cdf(k, n, 0.5)) if k < n else 1.0


def _odds(share: float, rest: float) -> float:
    if not rest:
        return math.inf if share else math.nan
    return share / rest
