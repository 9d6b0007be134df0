"""The times at which an estimate changes: those of events.

With few ties most times of a curve are censorings, at which nothing is to be estimated anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EventTimes:
    """The times with events among the K times of one group.

    Attributes
    ----------
    counts : RiskSets
        Of the group, at these times only: estimates of them are those of all times. Who is
        censored or enters in between is in none but the numbers at risk.
    at : array of shape (E,)
        Where these times are among all.
    latest : array of shape (K,)
        Which of them is at or last before each time, from 1 on; 0 before any.
    """

    counts: RiskSets
    at: IntArray
    latest: IntArray

    def carried(self, first: float, values: FloatArray) -> FloatArray:
        """Return at all K times a value that holds at first, and then others of shape (E,)."""
        return np.append(first, values).take(self.latest)


def event_times(counts: RiskSets) -> EventTimes:
    """Return the times at which anybody had an event of any cause."""
    at = np.flatnonzero(counts.n_event.any(axis=0))
    latest = np.repeat(np.arange(len(at) + 1), np.diff(at, prepend=0, append=len(counts.time)))
    return EventTimes(counts.only(at), at, latest)
