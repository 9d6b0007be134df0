"""The counting process of each unit: its events, its end, and the time between them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.times.clocks import HALF_DAY, Clock
from spineoutcomes.metrics.times.ends import Ends
from spineoutcomes.metrics.times.looks import Looks
from spineoutcomes.metrics.times.stretches import cut, stretch_at, stretches_of
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.registry.links import Positions

SameDay = Literal["once", "each"]


def while_at_risk(events: pd.DataFrame, clock: Clock, limit: Floats) -> pd.DataFrame:
    """Return events that came, or may have come, while their unit was at risk.

    Parameters
    ----------
    events : DataFrame
        As `occurrences` returns it.
    clock : Clock
    limit : array of float
        Last day that counts, by unit.
    """
    unit = events["unit"].to_numpy()
    known = events["day"].notna()
    last = events["day"].where(known, events["upper"]).to_numpy()
    first = events["day"].where(known, events["lower"]).to_numpy()
    begin = clock.entry[unit]
    early = (last < begin) if clock.whole else (last <= begin)
    return events.take(np.flatnonzero(~early & ~(first > limit[unit])))


def process_rows(
    events: pd.DataFrame,
    clock: Clock,
    end: Ends,
    looks: Looks,
    *,
    gap: float,
    same_day: SameDay | None,
) -> pd.DataFrame:
    """Return the rows of every unit of which anything was observed.

    Parameters
    ----------
    events : DataFrame
        Events at risk, each with its day.
    clock : Clock
    end : Ends
    looks : Looks
    gap : float
        Days between two looks beyond which nobody was observing.
    same_day : {"once", "each"} or None
        How to count several events of a unit on one day.

    Returns
    -------
    DataFrame
        `unit`, `start`, `stop` (from day 0), `cause`, `reason`, in order.

    Raises
    ------
    ArgumentError
        When a unit has several events on one day and nothing was chosen.
    """
    unit, day = _counted(events, same_day)
    until = _observed_until(unit, day, clock, end, looks, gap)
    day = _moved(clock, unit, day)
    stretches = stretches_of(clock, until, looks, gap)
    ended = np.flatnonzero((end.cause > 0) & ~np.isnan(until))
    units = np.concatenate([unit, ended])
    days = np.concatenate([day, until[ended]])
    causes = np.concatenate([np.ones(len(unit), dtype=np.intp), end.cause[ended]])
    inside = stretch_at(stretches, units, days) >= 0
    rows = cut(stretches, units[inside], days[inside], causes[inside])
    quiet = np.where(rows["last"], end.reason[rows["unit"]], "gap")
    happened = np.where(rows["cause"] == 1, "event", "competing")
    return rows.assign(reason=np.where(rows["cause"] == 0, quiet, happened))


def _counted(
    events: pd.DataFrame, same_day: SameDay | None
) -> tuple[Positions, npt.NDArray[np.float64]]:
    """Return units and days of events, those of one day as asked."""
    rows = events[["unit", "day"]].sort_values(["unit", "day"])
    again = int(rows.duplicated().sum())
    if again and same_day is None:
        raise ArgumentError(
            f"{again} event(s) share their day with another of the same unit; say "
            'same_day="once" (they count as one) or "each" (each counts).'
        )
    rows = rows.drop_duplicates() if same_day == "once" else rows
    return rows["unit"].to_numpy(), rows["day"].to_numpy()


def _observed_until(
    unit: Positions, day: Floats, clock: Clock, end: Ends, looks: Looks, gap: float
) -> Floats:
    """Return the last day of each unit: who came with an event was observed until then."""
    latest = np.full(len(end.day), -np.inf)
    np.maximum.at(latest, unit, day)
    living = (end.cause == 0) & (end.reason != "gap")
    near = latest - np.nan_to_num(looks.last(latest)) <= gap
    until = np.where(living & near & np.isfinite(latest), np.fmax(end.day, latest), end.day)
    happened = (end.cause > 0) | (latest == clock.entry)
    at_once = happened & (until == clock.entry) & clock.whole
    return np.where(at_once, until + HALF_DAY, until)


def _moved(clock: Clock, unit: Positions, day: Floats) -> Floats:
    """Return days with those on which risk begins moved to noon, where that day is at risk."""
    first = day == clock.entry[unit]
    return np.where(first & clock.whole, day + HALF_DAY, day)
