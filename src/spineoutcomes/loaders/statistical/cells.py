"""From the numbers that statistical programs store to cells of text: numbers, dates, times."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.statistical.formats import Clock

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]  # text; "" where there is no value, None where it cannot be written

WHOLE = 2.0**53  # above it a float no longer holds every whole number
DAY = 86_400
MONTHS = {"month": 1, "quarter": 3, "half": 6}
DAYS_OF_WEEK, WEEKS_OF_YEAR = 7, 52
# What is left of YYYY-MM-DD when every cell is the first day of its month, or of its year.
SHORTER = {"month": ("-01", 7), "year": ("-01-01", 4)}


def number_text(value: float) -> str:
    """Return a number so that it reads back to the last digit, a whole one without ".0"."""
    if value.is_integer() and abs(value) < WHOLE:
        return str(int(value))
    return repr(float(value))


def single_text(value: float) -> str:
    """Return a number of single precision by the digits it has: 1.1, not 1.100000023841858."""
    return number_text(value) if value.is_integer() else str(np.float32(value))


def written(values: Floats, write: Callable[[float], str | None]) -> Texts:
    """Return numbers as text, each distinct one written once; "" where there is none."""
    codes, distinct = pd.factorize(values)
    texts = np.empty(len(distinct) + 1, dtype=object)
    texts[:-1] = [write(float(value)) for value in distinct]
    texts[-1] = ""  # what the code -1 of a missing value picks
    return texts[codes]


def time_cells(values: Floats, clock: Clock) -> Texts:
    """Return dates as YYYY-MM-DD, moments as YYYY-MM-DDThh:mm:ss, times as hh:mm:ss.

    A format that shows a month (or a year) gives YYYY-MM (or YYYY) when every cell is the first day
    of one; otherwise the days are real and are kept.
    """
    texts = written(values, lambda value: time_text(value, clock))
    end, length = SHORTER.get(clock.shows, ("", 0))
    if not end or not all(text is None or text.endswith(end) for text in texts if text != ""):
        return texts
    return np.array([text and text[:length] for text in texts], dtype=object)


def time_text(value: float, clock: Clock) -> str | None:
    """Return one date, moment or time as text; None for what no calendar has."""
    try:
        if clock.counts in ("week", "year", *MONTHS):
            return _first_day(math.floor(value), clock).isoformat()
        seconds = value * DAY if clock.counts == "day" else value
        seconds = seconds / 1000 if clock.counts == "millisecond" else seconds
        if clock.shows == "time":
            return _time(seconds)
        days, rest = _divided(seconds)
        on = (clock.origin + timedelta(days=days)).isoformat()
        return f"{on}T{_time(rest)}" if clock.shows == "moment" else on
    except (OverflowError, ValueError):
        return None


def _first_day(count: int, clock: Clock) -> date:
    """Return the first day of a period, counted from the first of 1960; years count from 0."""
    if clock.counts == "year":
        return date(count, 1, 1)
    if clock.counts == "week":
        year, week = divmod(count, WEEKS_OF_YEAR)
        return date(clock.origin.year + year, 1, 1) + timedelta(days=week * DAYS_OF_WEEK)
    year, month = divmod(count * MONTHS[clock.counts], 12)
    return date(clock.origin.year + year, month + 1, 1)


def _divided(seconds: float) -> tuple[int, float]:
    """Return whole days and the seconds left, rounded to the thousandth that a float holds."""
    whole = math.floor(seconds)
    thousandths = round((seconds - whole) * 1000)
    days, rest = divmod(whole * 1000 + thousandths, DAY * 1000)
    return days, rest / 1000


def _time(seconds: float) -> str:
    """Return hh:mm:ss; hours run on past 24, since a time may be a duration."""
    thousandths = round(abs(seconds) * 1000)
    whole, rest = divmod(thousandths, 1000)
    sign = "-" if seconds < 0 and thousandths else ""
    text = f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{rest:03}" if rest else text
