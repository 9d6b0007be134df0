"""On which days anybody looked: scans of each unit, the last before a day, how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import PartialDates, bounds, settled_days
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.metrics.times.units import Units, spread
from spineoutcomes.registry.links import Positions


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Scans after day 0, one a unit and day, in the order of units and days.

    Attributes
    ----------
    unit : array of int
    day : array of float
    approximate : array of bool
    n : int
        Number of units.
    """

    unit: Positions
    day: Floats
    approximate: npt.NDArray[np.bool_]
    n: int

    def last(self, limit: Floats, *, strictly: bool = False) -> Floats:
        """Return the last look of each unit at, or strictly before, a day; missing without one."""
        until = limit[self.unit]
        kept = (self.day < until) if strictly else (self.day <= until)
        last = np.full(self.n, -np.inf)
        np.maximum.at(last, self.unit[kept], self.day[kept])
        return np.where(np.isfinite(last), last, np.nan)

    def count(self, start: Floats, end: Floats) -> npt.NDArray[np.intp]:
        """Return the number of looks of each unit after its start and up to its end."""
        kept = (self.day > start[self.unit]) & (self.day <= end[self.unit])
        return np.bincount(self.unit[kept], minlength=self.n)

    def approximate_on(self, day: Floats) -> npt.NDArray[np.bool_]:
        """Return which units have a look on that day which is only about right."""
        found = np.zeros(self.n, dtype=bool)
        found[self.unit[self.approximate & (self.day == day[self.unit])]] = True
        return found


def looks_at(
    cohort: Cohort,
    units: Units,
    found: pd.DataFrame,
    *,
    needed: bool,
    partial_dates: PartialDates | None,
) -> Looks:
    """Return the scans of each unit.

    A scan is an imaging event, or the scan that an event names. One that names a lesion looked at
    that lesion only.

    Parameters
    ----------
    cohort : Cohort
    units : Units
    found : DataFrame
        Occurrences whose scan counts even where it is no imaging event.
    needed : bool
        A scan known to a month or year must be settled; else it is left out.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional

    Raises
    ------
    ArgumentError
        When such a scan is needed and nothing was chosen.
    """
    columns = ["kind", "status", "day", "lower_day", "upper_day", "lesion_id", "approximate"]
    events = cohort.located("events", columns)
    scans = events[(events["kind"] == "imaging") & (events["status"] == "occurred")]
    lower, upper = bounds(scans)
    day = scans["day"]
    if needed:
        # Before surgery nothing could recur, on whichever day that was.
        later = ~(upper <= 0)
        lower, upper = lower.where(later), upper.where(later)
        day = settled_days(lower, upper, what="scans", partial_dates=partial_dates)
    loose = scans["approximate"].fillna(False).astype(bool) | (scans["day"].isna() & day.notna())
    to = spread(units, scans["episode"].to_numpy(), scans["lesion_id"], to_all=True)
    named = found[found["on_scan"]]
    rows = pd.DataFrame(
        {
            "unit": np.concatenate([to.unit, named["unit"].to_numpy(dtype=np.intp)]),
            "day": np.concatenate([day.to_numpy()[to.row], named["day"].to_numpy()]),
            "approximate": np.concatenate(
                [loose.to_numpy()[to.row], named["approximate"].to_numpy(dtype=bool)]
            ),
        }
    )
    rows = rows[rows["day"] > 0].sort_values(["unit", "day", "approximate"])
    rows = rows.drop_duplicates(["unit", "day"])
    return Looks(
        rows["unit"].to_numpy(), rows["day"].to_numpy(), rows["approximate"].to_numpy(), len(units)
    )
