"""The first event of each episode: recurrence or progression, reoperation, death."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import PartialDates, bounds, observe, settled_days

EVENT: Final = "recurrence_or_progression"
ENDPOINTS = ("local_recurrence", "residual_progression")


@dataclass(frozen=True, slots=True, eq=False)
class FirstEvents:
    """The first event of each episode.

    Attributes
    ----------
    day : Series of float
        Days from day 0; infinite without an event.
    kind : Series of str
        What happened; without meaning where nothing did.
    lower, upper : Series of float
        First and last day the first recurrence or progression may have been recorded on.
    unplaced : Series of bool
        An event or death that matters has no day.
    """

    day: pd.Series
    kind: pd.Series
    lower: pd.Series
    upper: pd.Series
    unplaced: pd.Series


def placed_events(
    cohort: Cohort, competing: Sequence[str], scans_count: bool, partial_dates: PartialDates | None
) -> pd.DataFrame:
    """Return the events that occurred and matter, each with one day.

    `lower_day` and `upper_day` bound it; `needed` tells whether the analysis cannot do without it.
    """
    events = cohort.rows("events")
    occurred = events["status"] == "occurred"
    needed_kinds = [*ENDPOINTS, *(name for name in competing if name != "death")]
    needed = events["kind"].isin([*needed_kinds, *(["imaging"] if scans_count else [])])
    kept = events[occurred & (needed | (events["kind"] == "imaging"))]
    needed = needed[kept.index]
    lower, upper = bounds(kept)
    day = settled_days(
        lower.where(needed), upper.where(needed), what="events", partial_dates=partial_dates
    )
    # A scan that nobody dated tells nothing; an event that nobody dated makes the time unknown.
    undated_scan = (kept["kind"] == "imaging") & lower.isna() & upper.isna()
    return kept.assign(
        day=day.where(needed, kept["day"]),
        lower_day=lower,
        upper_day=upper,
        needed=needed & ~undated_scan,
    )


def first_events(
    cohort: Cohort,
    events: pd.DataFrame,
    competing: Sequence[str],
    partial_dates: PartialDates | None,
) -> FirstEvents:
    """Return the first event of each episode among placed events and deaths."""
    ids = cohort.data.index
    unplaced = pd.Series(
        ids.isin(events.loc[events["needed"] & events["day"].isna(), "episode_id"])
    )
    unplaced.index = ids
    # Rows that name only the patient may lie before this episode: those belong to an earlier one.
    later = events[events["day"] >= 0].sort_values("day", kind="stable")
    endpoint = later[later["kind"].isin(ENDPOINTS)].drop_duplicates("episode_id")
    endpoint = endpoint.set_index("episode_id").reindex(ids)
    days = {EVENT: endpoint["day"]}
    if "reoperation" in competing:
        again = later[later["kind"] == "reoperation"]
        days["reoperation"] = again.groupby("episode_id")["day"].min().reindex(ids)
    if "death" in competing:
        seen = observe(cohort)
        lower, upper = seen["death_lower"], seen["death_upper"]
        days["death"] = settled_days(lower, upper, what="death", partial_dates=partial_dates)
        dead = lower.notna() | upper.notna() | seen["death_undated"]
        unplaced |= dead & days["death"].isna()
    table = pd.DataFrame(days, index=ids).astype(float).fillna(np.inf)
    kinds = np.array(list(days), dtype=object)[table.to_numpy().argmin(axis=1)]
    return FirstEvents(
        day=table.min(axis="columns"),
        kind=pd.Series(kinds, index=ids, dtype=object),
        lower=endpoint["lower_day"],
        upper=endpoint["upper_day"],
        unplaced=unplaced,
    )
