"""What the number format of a cell tells beyond its value: a date, a percent, a month only."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from spineoutcomes.loaders.sheet.model import Shown, Value

# Formats that a file names by number alone and that are dates in Chinese, Japanese, Korean and Thai
# versions of Excel (ECMA-376 part 1, 18.8.30); readers that do not know them return 45052.
LOCAL_DATES = frozenset({*range(27, 37), *range(50, 59), *range(71, 82)})
PERCENT = frozenset({9, 10})
# Text in quotes, an escaped character, or a colour, language or condition in brackets.
NOT_A_FIELD = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def fields_of(code: str) -> str:
    """Return a format without quoted text, escapes and brackets, its first section only."""
    return NOT_A_FIELD.sub("", code).split(";")[0].lower()


def is_percent(code: str) -> bool:
    """Tell whether a format shows 0.6 as 60 %."""
    return "%" in fields_of(code)


def is_without_day(code: str) -> bool:
    """Tell whether a format shows a year, or a year and a month, and no day or time."""
    fields = fields_of(code)
    return "y" in fields and not any(field in fields for field in "dhse")


def percent_cell(number: float) -> Shown:
    """Return 0.6 as what the sheet shows: 60%."""
    scaled = Decimal(repr(number)).scaleb(2).normalize()
    return Shown(f"{scaled:f}%", "shown_as_percent")


def date_cell(value: datetime, code: str) -> Value:
    """Return a date; its month or year alone where the sheet shows no more and stores day 1.

    "2021-05" typed into a spreadsheet is stored as the first of May and shown as a month: the day
    is one that nobody wrote.
    """
    if value.day != 1 or not is_without_day(code):
        return value
    if "m" in fields_of(code):
        return Shown(value.isoformat()[:7], "shown_without_day")
    return Shown(value.isoformat()[:4], "shown_without_day") if value.month == 1 else value
