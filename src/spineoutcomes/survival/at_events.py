"""The times at which an estimate changes: those of events.

With few ties most times of a curve are censorings, at which nothing is to be estimated anew.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def carried(self, first: Sequence[float], values: Sequence[FloatArray]) -> FloatArray:
        """Return columns at all K times, each of a value that holds at first and others (E,)."""
        # One block of memory for all: for large ones the system is asked once.
        columns = np.empty((len(values), len(self.latest)))
        for column, start, later in zip(columns, first, values, strict=True):
            np.append(start, later).take(self.latest, out=column, mode="clip")
        return columns


def event_times(counts: RiskSets) -> EventTimes:
    """Return the times at which anybody had an event of any cause."""
    at = np.flatnonzero(counts.n_event.any(axis=0))
    latest = np.repeat(np.arange(len(at) + 1), np.diff(at, prepend=0, append=len(counts.time)))
    return EventTimes(counts.only(at), at, latest)
