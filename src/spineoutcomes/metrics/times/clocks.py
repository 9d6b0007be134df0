"""Where the clock of each unit starts, and from when on the unit was at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, bounds, settled_days
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.metrics.times.units import Mask, Units, spread

LAST_STAGE: Final = "last_stage"
# A row needs some length: what happens on the day on which risk begins lies within that day.
HALF_DAY: Final = 0.5
Moment = str | int


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """The clock of each unit, in days from day 0 of its episode.

    Attributes
    ----------
    origin : array of float
        Where it starts.
    entry : array of float
        From when on the unit was at risk; never before the origin or day 0.
    reached : array of bool
        The unit came to its origin and its entry.
    untold : array of bool
        It did, but nobody knows on which day.
    whole : bool
        The day on which risk begins is itself at risk. The day of a landmark is over before.
    """

    origin: Floats
    entry: Floats
    reached: Mask
    untold: Mask
    whole: bool


def clock_of(
    cohort: Cohort,
    units: Units,
    origin: Moment | None,
    entry: Moment | None,
    partial_dates: PartialDates | None,
) -> Clock:
    """Return the clock of each unit.

    Parameters
    ----------
    cohort : Cohort
    units : Units
    origin, entry : str or int, optional
        A kind of event, a component, a number of a stage, "last_stage", or a column of days in
        `episodes`. None is day 0, or the landmark of the cohort.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional

    Raises
    ------
    ArgumentError
        For another word, an origin besides a landmark, or a month or year with nothing chosen.
    """
    if origin is not None and cohort.landmark_day > 0:
        raise ArgumentError(
            f"The cohort counts time from its landmark, day {cohort.landmark_day:g}; leave origin "
            "out, or select the cohort without landmark_day."
        )
    n = len(units)
    start, everyone = np.full(n, cohort.landmark_day), np.ones(n, dtype=bool)
    untold = ~everyone
    # A vertebra treated at a later stage has its day 0 there.
    staged = units.opens if cohort.landmark_day == 0 else start
    first, reached = np.fmax(start, staged), everyone
    if origin is not None:
        first, reached = _days_of(cohort, units, origin, "origin", partial_dates)
        untold = reached & np.isnan(first)
    # Who comes to the origin before surgery is seen only from surgery on.
    begin = np.fmax(np.fmax(first, start), units.opens)
    if entry is not None:
        late, came = _days_of(cohort, units, entry, "entry", partial_dates)
        untold = untold | (came & np.isnan(late))
        begin, reached = np.fmax(begin, late), reached & came
    return Clock(first, begin, reached, untold & reached, cohort.landmark_day == 0)


def _days_of(
    cohort: Cohort, units: Units, asked: Moment, role: str, partial_dates: PartialDates | None
) -> tuple[Floats, Mask]:
    """Return the first day of what is asked, by unit, and whether it came at all."""
    rows = _rows_of(cohort, asked, role)
    key = rows["lesion_id"] if units.by == "lesion" else pd.Series(None, index=rows.index)
    found = spread(units, rows["episode"].to_numpy(), key, to_all=True)
    rows = rows.take(found.row)
    day = settled_days(rows["lower"], rows["upper"], what=role, partial_dates=partial_dates)
    first = np.full(len(units), np.inf)
    np.fmin.at(first, found.unit, day.to_numpy())
    reached = np.zeros(len(units), dtype=bool)
    reached[found.unit] = True
    first[~np.isfinite(first)] = np.nan
    # One that nobody dated may have come before the first that has a day.
    undated = rows["undated"].to_numpy()
    first[found.unit[undated]] = np.nan
    return first, reached


def _rows_of(cohort: Cohort, asked: Moment, role: str) -> pd.DataFrame:
    """Return the rows that say when: `episode`, `lesion_id`, `lower`, `upper`, `undated`."""
    column = cohort.registry.tables["episodes"].get(asked)
    if isinstance(asked, int) and not isinstance(asked, bool):
        rows = _planned(cohort)
        rows = rows[rows["stage"] == asked]
        if not len(rows):
            raise ArgumentError(f"{role}={asked}: no component of the cohort is of stage {asked}.")
    elif asked == LAST_STAGE:
        rows = _planned(cohort)
        number = rows["stage"].fillna(-np.inf)
        rows = rows[number == number.groupby(rows["episode"]).transform("max")]
    elif asked in cohort.vocabulary.procedures:
        rows = _components(cohort)
        rows = rows[rows["component"] == asked]
    elif asked in cohort.vocabulary.event_kinds:
        return _events(cohort, str(asked))
    elif column is not None and _is_number(column):
        days = cohort.each("episodes", [str(asked)])[str(asked)].to_numpy(dtype=float)
        known = np.flatnonzero(~np.isnan(days))
        rows = pd.DataFrame({"episode": known, "lesion_id": None})
        return rows.assign(lower=days[known], upper=days[known], undated=False)
    else:
        raise ArgumentError(
            f"{role} must be a kind of event, a component, the number of a stage, "
            f'"{LAST_STAGE}", or a column of days in episodes; got {asked!r}.'
        )
    lower, upper = bounds(rows)
    rows = rows[["episode", "lesion_id"]].assign(lower=lower, upper=upper)
    # Components of a stage share its day; one that has none takes nothing away from it.
    dated = lower.notna() | upper.notna()
    some = dated.groupby(rows["episode"]).transform("any").astype(bool)
    return rows[dated | ~some].assign(undated=False)


def _events(cohort: Cohort, kind: str) -> pd.DataFrame:
    columns = ["kind", "status", "lesion_id", "day", "lower_day", "upper_day"]
    rows = cohort.located("events", columns)
    rows = rows[(rows["kind"] == kind) & (rows["status"] == "occurred")]
    lower, upper = bounds(rows)
    return rows[["episode", "lesion_id"]].assign(
        lower=lower, upper=upper, undated=lower.isna() & upper.isna()
    )


def _components(cohort: Cohort) -> pd.DataFrame:
    columns = ["component", "stage", "planned", "lesion_id", "day", "lower_day", "upper_day"]
    return cohort.located("procedures", columns)


def _planned(cohort: Cohort) -> pd.DataFrame:
    """Return the components of each episode but those known not to have been planned."""
    rows = _components(cohort)
    return rows[rows["planned"].fillna(True).astype(bool)]


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))
