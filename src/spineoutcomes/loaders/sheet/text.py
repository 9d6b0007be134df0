"""Cells of a sheet as text: half-width, numbers to the last digit, dates as YYYY-MM-DD."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import cache

import numpy as np

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.sheet.model import Grid, Sheet, Shown, Value, column_letter
from spineoutcomes.registry.findings import rows_found

# Spreadsheet programs refuse longer text in a cell; a file that has it was not made by one.
LONGEST_CELL = 32_767
# Whole floats from here on are written with an exponent: nobody reads 300 digits.
LARGEST_WRITTEN_OUT = 1e22
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def cells_as_text(sheet: Sheet, file: str, decimal: str) -> Grid:
    """Return every cell as text, "" where empty.

    Raises
    ------
    ValidationError
        For a cell with more text than a spreadsheet program allows.
    """
    known: dict[str, str] = {}
    flat: list[str] = []
    for value in sheet.values.ravel():
        if isinstance(value, str):
            if value not in known:
                if not _fits(value):
                    raise _too_long(sheet, file, len(flat))
                known[value] = plain_text(value)
            flat.append(known[value])
        else:
            flat.append(_text(value, decimal))
    return np.array(flat, dtype=object).reshape(sheet.values.shape)


def plain_text(text: str) -> str:
    """Return text in half-width characters, white space alone as "", line ends all the same."""
    if "_x" in text:
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _half_width(text)
    return text if text.strip() else ""


def number_text(number: float, decimal: str = ".") -> str:
    """Return a number so that it reads back to the last digit, a whole one without ".0"."""
    if number.is_integer() and abs(number) < LARGEST_WRITTEN_OUT:
        return str(int(number))
    return repr(number).replace(".", decimal)


def _half_width(text: str) -> str:
    kept = "".join(sorted(filter(_becomes_digit, set(text))))
    pieces = re.split(f"([{kept}])", text) if kept else [text]
    pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
    return "".join(pieces)


@cache
def _becomes_digit(character: str) -> bool:
    """Tell whether NFKC would append a digit: 10² is not 102, and 7 with a footnote ① not 71."""
    plain = unicodedata.normalize("NFKC", character)
    return not character.isdecimal() and any(map(str.isdecimal, plain))


def _text(value: Value, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Shown):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(float(value), decimal)
    if isinstance(value, time):
        value = timedelta(
            hours=value.hour,
            minutes=value.minute,
            seconds=value.second,
            microseconds=value.microsecond,
        )
    return _clock(value) if isinstance(value, timedelta) else _calendar(value)


def _clock(duration: timedelta) -> str:
    seconds = round(abs(duration.total_seconds()))
    sign = "-" if duration < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _calendar(value: date | str) -> str:
    if not isinstance(value, datetime):
        return str(value)
    # A time of day is stored as a fraction of a day, exact to some milliseconds.
    half = timedelta(milliseconds=500)
    moment = value.replace(tzinfo=None)
    moment = moment + half if moment < datetime.max - half else moment
    moment = moment.replace(microsecond=0)
    midnight = moment.time() == time(0)
    return moment.date().isoformat() if midnight else moment.isoformat(sep=" ")


def _fits(text: str) -> bool:
    return len(text) <= LONGEST_CELL or len(ESCAPED.sub("?", text)) <= LONGEST_CELL


def _too_long(sheet: Sheet, file: str, position: int) -> ValidationError:
    row, column = divmod(position, sheet.values.shape[1])
    message = (
        f"Cell {column_letter(column)}{row + 1} of the sheet {sheet.name!r} of {file} holds more "
        f"than {LONGEST_CELL:,} characters, which no spreadsheet program allows: the file is "
        "damaged or was not made by one. Shorten the cell, or export the sheet again."
    )
    return ValidationError(message, rows_found(file, None, None, "cell_too_long", message))
