"""The odds ratio of one 2 x 2 table given its margins: exact and mid-p, with their tests.

Given both margins the events in the first arm follow a noncentral hypergeometric distribution that
holds nothing but the odds ratio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import log_choose
from spineoutcomes.numerics.intervals import Interval, ratio_interval
from spineoutcomes.numerics.roots import exp_root

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """What the margins of a table leave possible.

    Attributes
    ----------
    x : float
        Events seen in the first arm.
    support : array of shape (k,)
        Events the first arm could have had.
    log_weight : array of shape (k,)
        Log probability of each, up to a constant, when the odds ratio is 1.
    """

    x: float
    support: FloatArray
    log_weight: FloatArray

    def probabilities(self, log_odds: float) -> FloatArray:
        """Return the probability of each possible number of events."""
        log = self.log_weight + log_odds * (self.support - self.x)
        weight = np.exp(log - log.max())
        return np.asarray(weight / weight.sum())

    def at_most(self, log_odds: float, *, share: float = 1.0) -> float:
        """Return P(X < x) + share P(X = x)."""
        return self._tail(log_odds, self.support < self.x, share)

    def at_least(self, log_odds: float, *, share: float = 1.0) -> float:
        """Return P(X > x) + share P(X = x)."""
        return self._tail(log_odds, self.support > self.x, share)

    def _tail(self, log_odds: float, beyond: npt.NDArray[np.bool_], share: float) -> float:
        p = self.probabilities(log_odds)
        return min(1.0, float(p[beyond].sum() + share * p[self.support == self.x].sum()))


def margins(x1: float, n1: float, x0: float, n0: float) -> Margins:
    """Return the events possible in the first arm, given both margins."""
    events = x1 + x0
    support = np.arange(max(0.0, events - n0), min(n1, events) + 1)
    return Margins(x1, support, log_choose(n1, support) + log_choose(n0, events - support))


def wald_odds_ratio(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return the cross-product odds ratio with the normal interval of its log (Woolf 1955)."""
    cells = (x1, n1 - x1, x0, n0 - x0)
    above, below = x1 * (n0 - x0), x0 * (n1 - x1)
    if not all(cells):
        return Interval(above / below if below else (math.inf if above else math.nan))
    return ratio_interval(above / below, math.sqrt(sum(1 / c for c in cells)), conf_level)


def exact_odds_ratio(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return the conditional maximum-likelihood odds ratio with exact limits and test.

    Each limit gives what was seen, or more of it, half of 1 - conf_level (Cornfield 1956); the
    p-value is twice the smaller tail at odds ratio 1, so it falls below 1 - conf_level exactly
    when the interval leaves out 1.
    """
    return _by_tails(margins(x1, n1, x0, n0), conf_level, share=1.0)


def mid_p_odds_ratio(x1: float, n1: float, x0: float, n0: float, conf_level: float) -> Interval:
    """Return the same with half the probability of the table seen in each tail (Lancaster 1961)."""
    return _by_tails(margins(x1, n1, x0, n0), conf_level, share=0.5)


def _by_tails(table: Margins, conf_level: float, share: float) -> Interval:
    lowest, highest = table.support[0], table.support[-1]
    if lowest == highest:
        # The margins leave one table: it says nothing of the odds ratio.
        return Interval(math.nan, low=0.0, high=math.inf, p_value=1.0)
    half = (1 - conf_level) / 2
    at_lowest, at_highest = table.x == lowest, table.x == highest

    def beyond_low(t: float) -> float:
        return half - table.at_least(t, share=share)

    def within_high(t: float) -> float:
        return table.at_most(t, share=share) - half

    def excess(t: float) -> float:
        return float(table.probabilities(t) @ (table.x - table.support))

    smaller = min(table.at_most(0.0, share=share), table.at_least(0.0, share=share))
    return Interval(
        estimate=0.0 if at_lowest else math.inf if at_highest else exp_root(excess),
        low=0.0 if at_lowest else exp_root(beyond_low),
        high=math.inf if at_highest else exp_root(within_high),
        p_value=min(1.0, 2 * smaller),
    )
