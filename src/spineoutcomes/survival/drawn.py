"""Estimates of many draws at once, from how often each kind of follow-up is drawn.

Follow-ups that pass the same event times and end in the same way are alike for every estimate, so a
draw is a row of counts and nothing is sorted again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.outcome import Outcome
from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# From the counts of all draws, the end of follow-up, and the arm's estimates of shape (B,).
Estimate = Callable[[RiskSets, float], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class FollowUps:
    """The kinds of follow-up of an analysis, each with a number of its own.

    Attributes
    ----------
    times : array of shape (E,)
        Distinct times at which an event happened, in any arm.
    code : array of shape (n,)
        Number of each row's kind: of its arm, the event times it passes and how it ends.
    n_causes : int
    ends : array of shape (G,)
        Last time of each arm.
    """

    times: FloatArray
    code: FloatArray
    n_causes: int
    ends: FloatArray

    def counts(self, values: FloatArray, drawn: FloatArray) -> RiskSets:
        """Return the counts of many draws, the draws along the first axis.

        Parameters
        ----------
        values : array of shape (k,)
            Kinds of one arm, ascending.
        drawn : array of shape (B, k)
            How often each draw holds them.
        """
        E = len(self.times)
        enter, leave, way = self._places(values)
        leaves = _by_slot(drawn, leave, E + 1)
        n_event = np.stack(
            [
                _by_slot(drawn[:, way == j], leave[way == j], E + 1)[:, 1:]
                for j in range(1, self.n_causes + 1)
            ],
            axis=1,
        )
        entered = np.cumsum(_by_slot(drawn, enter, E + 1), axis=1)
        left = np.cumsum(leaves, axis=1)
        # At risk of the event at slot k: entered in an earlier slot, not yet gone before it.
        n_risk = entered[:, :-1] - left[:, :-1]
        n_censor = leaves[:, 1:] - n_event.sum(axis=1)
        return RiskSets(self.times, n_risk, n_event, n_censor, np.zeros_like(n_risk))

    def arm(self, values: FloatArray) -> int:
        """Return the arm that kinds of follow-up belong to."""
        return int(values[0]) // self._size

    @property
    def _size(self) -> int:
        return (len(self.times) + 1) ** 2 * (self.n_causes + 1)

    def _places(self, values: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
        rest, way = np.divmod(values.astype(np.int64) % self._size, self.n_causes + 1)
        leave, enter = np.divmod(rest, len(self.times) + 1)
        return enter, leave, way


def follow_ups(outcome: Outcome, group: IntArray, n_groups: int) -> FollowUps:
    """Return the kind of follow-up of each row."""
    times = np.unique(outcome.time[outcome.codes > 0])
    slots, ways = len(times) + 1, len(outcome.causes) + 1
    leave = outcome.ranks(times, "right")
    enter = np.zeros_like(leave)
    if outcome.entry is not None:
        # Who is there from the origin on is at risk of an event at the origin as well.
        late = outcome.entry > 0
        enter[late] = np.searchsorted(times, outcome.entry[late], side="right")
    code = ((group * slots + leave) * slots + enter) * ways + outcome.event
    ends = np.array([outcome.time[group == g].max() for g in range(n_groups)])
    return FollowUps(times, code.astype(np.float64), len(outcome.causes), ends)


def _by_slot(drawn: FloatArray, slot: IntArray, n_slots: int) -> FloatArray:
    """Return the draws summed over kinds of the same slot, of shape (B, n_slots)."""
    found = np.zeros((len(drawn), n_slots))
    if not len(slot):
        return found
    if (np.diff(slot) < 0).any():
        order = np.argsort(slot, kind="stable")
        drawn, slot = drawn[:, order], slot[order]
    first = np.flatnonzero(np.append(True, slot[1:] != slot[:-1]))
    found[:, slot[first]] = drawn if len(first) == len(slot) else np.add.reduceat(drawn, first, 1)
    return found
