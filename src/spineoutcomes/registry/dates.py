"""Dates as registries write them: a day, a month or a year, and what each tells of a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

# Year, optional month, optional day; a time of day after the date is ignored.
ISO = r"^\s*(?P<year>\d{4})(?:-(?P<month>\d{1,2}))?(?:-(?P<day>\d{1,2})(?:[T ].*)?)?\s*$"


@dataclass(frozen=True, slots=True, eq=False)
class Dates:
    """Dates of one column.

    Attributes
    ----------
    lower, upper : Series of datetime64
        First and last day a value may mean; equal for a full date, missing for none.
    bad : array of bool
        Values that are there but are not dates.
    """

    lower: pd.Series
    upper: pd.Series
    bad: npt.NDArray[np.bool_]

    @property
    def exact(self) -> pd.Series:
        """The dates known to the day; others are missing."""
        return self.lower.where(self.lower == self.upper)


def parse_dates(values: pd.Series) -> Dates:
    """Read dates written as YYYY-MM-DD, YYYY-MM or YYYY, or already stored as dates.

    Any other order of day and month is never guessed: such a value is bad.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.dt.tz_localize(None).dt.normalize()
        return Dates(days, days, np.zeros(len(values), dtype=bool))
    codes, distinct = pd.factorize(values)
    each = _parsed(pd.Series([*map(str, distinct), ""], dtype=object))
    return Dates(
        each.lower.take(codes).set_axis(values.index),
        each.upper.take(codes).set_axis(values.index),
        each.bad[codes],
    )


def _parsed(text: pd.Series) -> Dates:
    """Read distinct dates, "" where there is none."""
    parts = text.str.extract(ISO).astype(float)
    month, day = parts["month"], parts["day"]
    lower = _from_parts(parts["year"], month.fillna(1), day.fillna(1))
    last_month = _from_parts(parts["year"], month.fillna(12), day.fillna(1))
    upper = last_month.where(day.notna(), last_month + pd.offsets.MonthEnd(0))
    bad = (text.str.strip() != "") & lower.isna()
    return Dates(lower, upper.where(lower.notna()), bad.to_numpy(dtype=bool))


def no_dates(index: pd.Index) -> Dates:
    """Return the dates of a column that nobody filled in."""
    nothing = pd.Series(pd.NaT, index=index, dtype="datetime64[ns]")
    return Dates(nothing, nothing, np.zeros(len(index), dtype=bool))


def days_between(later: pd.Series, earlier: pd.Series) -> pd.Series:
    """Return whole days from `earlier` to `later`, missing where either is."""
    return (later - earlier).dt.days.astype(float)


def _from_parts(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    parts = pd.DataFrame({"year": year, "month": month, "day": day})
    return pd.to_datetime(parts, errors="coerce")
