"""The first event of each unit, and the death of those who had none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.metrics.observation import PartialDates, death_bounds, is_interval, settled_days
from spineoutcomes.metrics.times.clocks import Clock
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.metrics.times.units import Mask, Units
from spineoutcomes.registry.links import Positions


@dataclass(frozen=True, slots=True, eq=False)
class Firsts:
    """The first event of each unit, in days from day 0 of its episode.

    Attributes
    ----------
    day : array of float
        Infinite without an event.
    cause : array of int
        0 without an event, else 1, 2, ...
    lower, upper : array of float
        First and last day it may have happened on; missing without an event.
    approximate, of_patient : array of bool
        The day is only about right; the event names only the patient.
    untold : array of bool
        Something may have come first that has no day, or nobody knows of which unit.
    before : array of bool
        The event asked for, or one that ends the time at risk, came before that time.
    dead : array of bool
        No event, and known to have died by the cutoff.
    """

    day: Floats
    cause: Positions
    lower: Floats
    upper: Floats
    approximate: Mask
    of_patient: Mask
    untold: Mask
    before: Mask
    dead: Mask


def first_events(rows: pd.DataFrame, clock: Clock) -> Firsts:
    """Return the first event of each unit among its occurrences, deaths left aside.

    Parameters
    ----------
    rows : DataFrame
        As `occurrences` returns it.
    clock : Clock
    """
    n = len(clock.origin)
    floor = np.minimum(np.where(np.isnan(clock.origin), 0.0, clock.origin), 0.0)
    # What lies before day 0 belongs to the history, or to an earlier episode.
    rows = rows[~(rows["upper"].to_numpy() < floor[rows["unit"].to_numpy()])]
    unit, day = rows["unit"].to_numpy(), rows["day"].to_numpy()
    placed = rows["sure"].to_numpy() & (day >= floor[unit])
    order = np.lexsort((rows["cause"].to_numpy()[placed], day[placed], unit[placed]))
    first = rows[placed].iloc[order].drop_duplicates("unit")
    at = first["unit"].to_numpy()
    found = _nothing(n)
    found.day[at] = first["day"]
    found.cause[at] = first["cause"]
    for name in ("lower", "upper", "approximate", "of_patient"):
        getattr(found, name)[at] = first[name]
    # A day that nobody knows may have been any, from its first possible one on.
    doubtful = ~placed & ~(rows["lower"].to_numpy() > found.day[unit])
    doubtful &= ~(day < floor[unit])
    found.untold[unit[doubtful]] = True
    found.before[:] = _is_before(found.day, clock)
    return found


def with_deaths(
    firsts: Firsts,
    seen: pd.DataFrame,
    units: Units,
    *,
    cause: int | None,
    partial_dates: PartialDates | None,
) -> Firsts:
    """Return first events with the deaths of units that had none.

    Parameters
    ----------
    firsts : Firsts
    seen : DataFrame
        As `observe` returns it.
    units : Units
    cause : int or None
        Number of the cause death is; None counts no death, and `dead` tells who died.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional

    Raises
    ------
    ArgumentError
        When a death known to a month or year is met, and nothing was chosen.
    """
    of_unit = seen.take(units.episode)
    lower, upper = death_bounds(of_unit)
    died = lower.notna() | upper.notna() | of_unit["death_undated"]
    # Who died after an event died second.
    dead = (died & ~(lower > of_unit["cutoff"])).to_numpy() & (firsts.cause == 0)
    if cause is None:
        return replace(firsts, dead=dead)
    lower, upper = lower.where(dead), upper.where(dead)
    day = settled_days(lower, upper, what="death", partial_dates=partial_dates).to_numpy()
    placed = dead & ~np.isnan(day)
    return replace(
        firsts,
        day=np.where(placed, day, firsts.day),
        cause=np.where(placed, cause, firsts.cause),
        lower=np.where(placed, lower, firsts.lower),
        upper=np.where(placed, upper, firsts.upper),
        approximate=firsts.approximate | (placed & is_interval(lower, upper).to_numpy()),
        untold=firsts.untold | (dead & ~placed),
        dead=dead,
    )


def _is_before(day: Floats, clock: Clock) -> Mask:
    """Return whether an event came before its unit was at risk."""
    begin = np.where(np.isnan(clock.entry), np.inf, clock.entry)
    return np.isfinite(day) & ((day < begin) if clock.whole else (day <= begin))


def _nothing(n: int) -> Firsts:
    no = np.zeros(n, dtype=bool)
    unknown = np.full(n, np.nan)
    return Firsts(
        day=np.full(n, np.inf),
        cause=np.zeros(n, dtype=np.intp),
        lower=unknown.copy(),
        upper=unknown.copy(),
        approximate=no.copy(),
        of_patient=no.copy(),
        untold=no.copy(),
        before=no.copy(),
        dead=no.copy(),
    )
