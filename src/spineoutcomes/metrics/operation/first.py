"""The first of some things that could happen to an episode, with death in its own right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import (
    PartialDates,
    bounds,
    death_bounds,
    observe,
    settled_days,
)
from spineoutcomes.metrics.status import as_status

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
EVENT_COLUMNS = ("kind", "status", "day", "lower_day", "upper_day")


@dataclass(frozen=True, slots=True, eq=False)
class First:
    """When something first happened, one place an episode, in days from day 0.

    Attributes
    ----------
    day : array of float
        The day; missing where it did not happen, or nobody knows when.
    lower, upper : array of float
        First and last day it may have been.
    unplaced : array of bool
        It happened, and no day can be given.
    """

    day: FloatArray
    lower: FloatArray
    upper: FloatArray
    unplaced: BoolArray


def events_of(cohort: Cohort, kind: str, status: str, also: Sequence[str] = ()) -> pd.DataFrame:
    """Return the events of a kind, by position of their episode, not surely before day 0."""
    rows = cohort.located("events", [*EVENT_COLUMNS, *also])
    asked = (rows["kind"] == kind) & (rows["status"] == status)
    return rows[asked & ~(bounds(rows)[1] < 0)]


def first_of_rows(
    rows: pd.DataFrame,
    n: int,
    *,
    what: str,
    partial_dates: PartialDates | None,
    needed: BoolArray | None = None,
) -> First:
    """Return the first of each episode's rows.

    Parameters
    ----------
    rows : DataFrame
        `episode` (position), `day`, `lower_day`, `upper_day`.
    n : int
        Number of episodes.
    what : str
        Whose days they are, for the message.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"} or None
    needed : array of bool, optional
        Episodes in which the day is needed; the rows of others are passed over.

    Raises
    ------
    ArgumentError
        When a month or year decides and `partial_dates` is not given.
    """
    place = rows["episode"].to_numpy()
    lower, upper = (side.to_numpy(dtype=float) for side in bounds(rows))
    soonest = _least(place, upper, n)
    counts = ~(lower > soonest[place])  # later than another one for certain: not the first
    if needed is not None:
        counts &= needed[place]
    place, lower, upper = place[counts], lower[counts], upper[counts]
    settled = settled_days(
        pd.Series(lower), pd.Series(upper), what=what, partial_dates=partial_dates
    ).to_numpy(dtype=float)
    unplaced = np.zeros(n, dtype=bool)
    unplaced[place[np.isnan(settled)]] = True
    after = np.where(settled < 0, np.nan, settled)
    return First(
        _least(place, after, n), _least(place, lower, n), _least(place, upper, n), unplaced
    )


def deaths(cohort: Cohort, *, partial_dates: PartialDates | None, needed: BoolArray) -> First:
    """Return the death of each episode's patient, where it is needed."""
    seen = observe(cohort)
    lower, upper = death_bounds(seen)
    dead = (lower.notna() | upper.notna() | seen["death_undated"]).to_numpy()
    rows = pd.DataFrame({"day": np.nan, "lower_day": lower, "upper_day": upper})
    rows = rows.reset_index(drop=True).assign(episode=np.arange(len(rows)))
    return first_of_rows(
        rows[dead & needed], len(cohort), what="death", partial_dates=partial_dates
    )


def timed(
    cohort: Cohort,
    causes: Mapping[str, First],
    *,
    censored_at: FloatArray,
    unknown: BoolArray,
    not_at_risk: BoolArray,
) -> pd.DataFrame:
    """Return time, event, entry, interval and status of each episode.

    Parameters
    ----------
    cohort : Cohort
    causes : mapping of str to First
        What may end the time at risk; the first one is the event itself, and the order settles
        what happened on the same day.
    censored_at : array of float
        Where the time of those without any of them ends, from day 0.
    unknown : array of bool
        Episodes of which it cannot be told, whatever their days.
    not_at_risk : array of bool
        Episodes to which it cannot happen.
    """
    since = cohort.landmark_day
    names = list(causes)
    own = causes[names[0]]
    days = np.column_stack([cause.day for cause in causes.values()])
    first = np.fmin.reduce(days, axis=1)
    happened = ~np.isnan(first)
    which = np.where(np.isnan(days), np.inf, days).argmin(axis=1)
    unplaced = np.logical_or.reduce([cause.unplaced for cause in causes.values()])
    before = happened & (first <= since) & (since > 0)
    time = np.where(happened, first, censored_at) - since
    known = (time > 0) | (happened & (time == 0))
    known &= ~(unplaced | unknown | not_at_risk | before)
    time = np.where(known, time, np.nan)
    is_event = known & happened & (which == 0)
    codes = np.where(known, np.where(happened, which + 1, 0), -1)
    words = np.select(
        [known, not_at_risk | (before & ~unplaced & ~unknown)],
        ["observed", "not_attainable"],
        "missing",
    )
    lower = np.where(is_event, np.clip(own.lower - since, 0.0, None), time)
    index = cohort.data.index
    return pd.DataFrame(
        {
            "time": time,
            "event": coded(codes, ["censored", *names]),
            "entry": 0.0,
            "interval_lower": lower,
            "interval_upper": np.where(is_event, own.upper - since, np.nan),
            "status": as_status(words, index),
        },
        index=index,
    )


def coded(codes: npt.NDArray[np.integer], categories: Sequence[str]) -> pd.Categorical:
    """Return an ordered Categorical from the place of each value, -1 where it is missing."""
    dtype = pd.CategoricalDtype(list(categories), ordered=True)
    return pd.Categorical.from_codes(codes, dtype=dtype)  # type: ignore[arg-type]


def _least(place: npt.NDArray[np.intp], values: FloatArray, n: int) -> FloatArray:
    """Return the smallest value of each episode, missing where none has one."""
    least = np.full(n, np.nan)
    np.fmin.at(least, place, values)
    return least
