"""Dates that a sheet holds as text: year first becomes YYYY-MM-DD, day or month first is asked."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from spineoutcomes.loaders.sheet.model import Grid

Mask = npt.NDArray[np.bool_]
YEAR = r"(?P<year>(?:19|20)\d\d)"
CLOCK = r"(?:[ T]+(?P<clock>\d{1,2}:\d\d(?::\d\d)?))?"
# 2023.5.6, 2023/5/6 14:30, 2023年5月6日, 2023年5月. Hyphens are left: 2023-5-6 is read as it is.
YEAR_FIRST = (
    re.compile(YEAR + r"\s*(?P<mark>[./])\s*(?P<month>\d\d?)\s*(?P=mark)\s*(?P<day>\d\d?)" + CLOCK),
    re.compile(YEAR + r"\s*年\s*(?P<month>\d\d?)\s*月(?:\s*(?P<day>\d\d?)\s*[日号])?" + CLOCK),
)
IN_PLACE = re.compile(YEAR + r"-\d\d?(?:-\d\d?(?:[ T].*)?)?")
EIGHT_DIGITS = re.compile(YEAR + r"(?P<month>\d\d)(?P<day>\d\d)")
DAY_OR_MONTH_FIRST = re.compile(r"\d\d?([./-])\d\d?\1(?:\d{4}|\d\d)(?:[ T]+\d.*)?")
# Serial numbers of days in 1954 to 2119.
SERIALS = (20_000, 80_000)
# What a date cell makes of a year alone: 1900 to 2100 as the number of a day.
YEAR_AS_DAY = (date(1905, 3, 14), date(1905, 9, 30))


def settled_dates(text: Grid, values: Grid, declared: bool | None) -> tuple[Grid, dict[str, Mask]]:
    """Return the cells of a column with its dates settled, and cells to tell of, by rule.

    Parameters
    ----------
    text, values : array of object
        The column as text, and as the sheet stores it.
    declared : bool, optional
        Whether the column is known to hold dates. None tells it by content: half of what is filled
        looks like a date and some of it can be nothing else. In any other column all stays as it
        is, so that 20230506 and 2023/1/12 may be somebody's number.
    """
    if declared is False:
        return text, {}
    stored = np.array([isinstance(value, date) for value in values], dtype=bool)
    cells = [str(cell).strip() for cell in text]
    written = [_year_first(cell) for cell in cells]
    sure = stored | _mask(written) | _mask([IN_PLACE.fullmatch(cell) for cell in cells])
    if declared is None and not sure.any():
        return text, {}
    digits = [_from_parts(EIGHT_DIGITS.fullmatch(cell)) for cell in cells]
    unsure = _mask([DAY_OR_MONTH_FIRST.fullmatch(cell) for cell in cells]) & ~sure
    alike = sure | unsure | _mask(digits)
    if declared is None and 2 * alike.sum() < sum(cell != "" for cell in cells):
        return text, {}
    settled = text.copy()
    for found in (digits, written):
        for position in np.flatnonzero(_mask(found)):
            settled[position] = found[position]
    return settled, {
        "ambiguous_date": unsure,
        "date_as_number": np.array([_is_serial(value) for value in values], dtype=bool),
        "year_as_date": stored & np.array([_is_year(cell) for cell in cells], dtype=bool),
    }


def _year_first(cell: str) -> str | None:
    if not cell.startswith(("19", "20")):
        return None  # most cells: not worth a pattern
    found = YEAR_FIRST[0].fullmatch(cell) or YEAR_FIRST[1].fullmatch(cell)
    return _from_parts(found)


def _from_parts(found: re.Match[str] | None) -> str | None:
    """Return YYYY-MM-DD, or YYYY-MM without a day; None for what no calendar has."""
    if found is None:
        return None
    parts = found.groupdict()
    try:
        day = date(int(parts["year"]), int(parts["month"]), int(parts["day"] or 1))
    except ValueError:
        return None
    if not parts["day"]:
        return day.isoformat()[:7]
    clock = parts.get("clock")
    return f"{day.isoformat()} {clock}" if clock and clock.strip("0:") else day.isoformat()


def _is_serial(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer() and SERIALS[0] <= value < SERIALS[1]


def _is_year(cell: str) -> bool:
    return YEAR_AS_DAY[0].isoformat() <= cell <= YEAR_AS_DAY[1].isoformat()


def _mask(found: list[Any]) -> Mask:
    return np.array([one is not None for one in found], dtype=bool)
