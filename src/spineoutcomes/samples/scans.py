"""Scans: when they are made, and what they show. A recurrence is dated by the scan that shows it.

Between the last clean scan and that one lies the true day, known only to the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spineoutcomes.samples.draws import Flags, Floats

MONTH = 365.25 / 12
WIDEST_JITTER = 3.0  # standard deviations; so that scans stay in their order


@dataclass(frozen=True, slots=True)
class Schedule:
    """When scans are due (months), how far they stray (SD in days), how often one is missed.

    Jitter and missed shares are one number for all scans, or one each.
    """

    due_months: Sequence[float]
    jitter_days: Sequence[float]
    missed: Sequence[float]


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """The scans of each episode.

    Attributes
    ----------
    day : array, episodes by scans
        Day of each scan that was due.
    done : array of bool, episodes by scans
        Whether it was made.
    shows : array of bool, episodes by scans
        Whether it is the one that shows the recurrence.
    """

    day: Floats
    done: Flags
    shows: Flags

    @property
    def found_day(self) -> Floats:
        """Day of the scan that shows the recurrence; missing when none does."""
        day = np.where(self.shows, self.day, 0.0).sum(axis=1)
        return np.where(self.shows.any(axis=1), day, np.nan)

    @property
    def last_day(self) -> Floats:
        """Day of the last scan made; 0 when there is none."""
        return np.asarray(np.where(self.done, self.day, 0.0).max(axis=1))


def scans_made(
    schedule: Schedule, recurrence: Floats, until: Floats, rng: np.random.Generator
) -> Scans:
    """Return the scans made before the day `until`, the last of them the first to show recurrence.

    Parameters
    ----------
    schedule : Schedule
    recurrence : array
        True day of recurrence of each episode.
    until : array
        Day on which the patient dies, is lost or leaves the data.
    rng : Generator
    """
    size = (len(recurrence), len(schedule.due_months))
    stray = np.clip(rng.standard_normal(size), -WIDEST_JITTER, WIDEST_JITTER)
    due = MONTH * np.asarray(schedule.due_months)
    day = np.round(due + np.asarray(schedule.jitter_days) * stray)
    made = (rng.random(size) >= np.asarray(schedule.missed)) & (day < until[:, None])
    sees = made & (day >= recurrence[:, None])
    shows = sees & (np.cumsum(sees, axis=1) == 1)
    return Scans(day=day, done=(made & ~sees) | shows, shows=shows)
