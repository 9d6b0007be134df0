"""What happened within so many days of the operation: whether, how often, and whether it is known.

Observed up to the last follow-up, else the last contact, else death; nothing can follow a death.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import bounds, last_observed
from spineoutcomes.metrics.planned import UNPLANNED, planned_stages, unplanned_until

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
COLUMNS = ("kind", "status", "day", "lower_day", "upper_day", "procedure_id", "grade")


@dataclass(frozen=True, slots=True, eq=False)
class Early:
    """The events of one kind within a number of days, one place an episode.

    Attributes
    ----------
    rows : DataFrame
        The events that surely happened within those days, with `episode`, their position.
    n : array of int
        How many they are.
    open : array of bool
        Another one may have: undated, in a month that straddles the limit, or in doubt.
    whole : array of bool
        The episode was observed that long.
    """

    rows: pd.DataFrame
    n: npt.NDArray[np.intp]
    open: BoolArray
    whole: BoolArray

    def flag(self) -> FloatArray:
        """Return 1 for an event, 0 for none while observed, else missing."""
        none = np.where(self.whole & ~self.open, 0.0, np.nan)
        return np.where(self.n > 0, 1.0, none)

    def count(self) -> FloatArray:
        """Return the number of events, missing where another one may have happened unseen."""
        return np.where(self.whole & ~self.open, self.n.astype(float), np.nan)


def early_events(cohort: Cohort, seen: pd.DataFrame, kind: str, days: float) -> Early:
    """Return the events of a kind from day 0 up to so many days after it.

    Parameters
    ----------
    cohort : Cohort
    seen : DataFrame
        As `observe` returns it.
    kind : str
        A kind of event.
    days : float
    """
    events = cohort.located("events", COLUMNS)
    rows = events[(events["kind"] == kind).to_numpy(dtype=bool)]
    lower, upper = (side.to_numpy(dtype=float) for side in bounds(rows))
    occurred = (rows["status"] == "occurred").to_numpy(dtype=bool)
    doubt = np.zeros(len(rows), dtype=bool)
    if kind in UNPLANNED:
        is_stage, doubt = planned_stages(cohort, rows)
        occurred = occurred & ~is_stage
    may = occurred & ~(lower > days) & ~(upper < 0)
    surely = may & (upper <= days) & ~(lower < 0) & ~doubt
    n = len(cohort)
    episode = rows["episode"].to_numpy()
    in_open = np.bincount(episode[may & ~surely], minlength=n) > 0
    if kind == "reoperation":
        in_open |= unplanned_until(cohort, days)
    clear = np.full(n, np.nan)
    absent = (rows["status"] == "absent").to_numpy(dtype=bool)
    np.fmax.at(clear, episode[absent], rows["day"].to_numpy(dtype=float)[absent])
    counted = np.bincount(episode[surely], minlength=n)
    return Early(rows[surely], counted, in_open, _observed_for(seen, clear, days))


def died_within(seen: pd.DataFrame, days: float) -> FloatArray:
    """Return 1 for a death within so many days, 0 where any later row shows life, else missing."""
    alive = (last_observed(seen, "alive") >= days) | (seen["death_lower"] > days)
    return np.where(seen["death_upper"] <= days, 1.0, np.where(alive, 0.0, np.nan))


def _observed_for(seen: pd.DataFrame, clear: FloatArray, days: float) -> BoolArray:
    """Return which episodes were observed that long; `clear` is when it was looked for last."""
    followed = last_observed(seen, "followup").fillna(seen["death_lower"]).to_numpy(dtype=float)
    until = np.fmax(followed, clear)
    return np.asarray((until >= days) | (until >= seen["death_upper"].to_numpy(dtype=float)))
