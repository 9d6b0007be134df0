"""From cells of text to numbers, dates and codes; a cell that does not fit is said, not guessed.

A column of a large file has few distinct texts, so each of them is read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.sheet.text import plain_text
from spineoutcomes.loaders.source import SourceFile

# A leading zero ("007") marks a code, not a number.
PLAIN_NUMBER = r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"
ANY_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]  # text, or None where there is none
Values = Texts | npt.NDArray[np.float64]
ISO_DAY = r"\d{4}-\d{2}-\d{2}"  # how a reader writes a date that the file stores as one
# Left as text for a date_format to read; without one it is no date in any case.
LEFT_AS_TEXT = "ambiguous_date"
COMMA_FOR_POINT = str.maketrans(",.", ".,")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of one column once read.

    Attributes
    ----------
    values : array
        Text or float; None or NaN where there is no value.
    reasons : array of object
        Why a value is missing, where a code of the file says so.
    bad : array of bool
        Cells that hold something which could not be read.
    rule : str
        The rule that bad cells break.
    expected : str
        What they were expected to be, in words.
    """

    values: Values
    reasons: Texts
    bad: Mask
    rule: str = "value_not_in_codes"
    expected: str = ""

    @property
    def filled(self) -> Mask:
        """Cells that say anything: a value, a reason, or what could not be read."""
        return ~pd.isna(self.values) | ~pd.isna(self.reasons) | self.bad


def nothing_wrong(n: int) -> tuple[Texts, Mask]:
    """Return no reasons and no bad cells, for cells that are made and not read."""
    return np.full(n, None, dtype=object), np.zeros(n, dtype=bool)


def text_cells(file: SourceFile, column: str, missing: Mapping[str, str]) -> Cells:
    """Return stripped text; empty cells and those with a code for missing have no value.

    The reason is that of the code, or the one the format itself gives.
    """
    place, found = pd.factorize(file.rows[column].to_numpy(dtype=object))
    stripped = [str(text).strip() for text in found]
    # None stands last, where the place -1 of a missing cell finds it.
    values = _texts([None if text in missing else text or None for text in stripped] + [None])
    reasons = _texts([missing.get(text) for text in stripped] + [missing.get("")])
    values, reasons = values[place], reasons[place]
    if column in file.reasons:
        reasons = np.where(pd.isna(reasons), file.reasons[column], reasons)
        values[~pd.isna(reasons)] = None
    return Cells(values, reasons, _unread(file, column), "unreadable_cell", "what can be read")


def _unread(file: SourceFile, column: str) -> Mask:
    """Return the cells that the reader of the file found it could not read as they are meant."""
    found = file.found
    if not len(found):
        return np.zeros(len(file.rows), dtype=bool)
    wrong = found[(found["severity"] == "error") & (found["rule"] != LEFT_AS_TEXT)]
    wrong = wrong[wrong["row"].notna()]
    own = wrong[(wrong["column"] == column) | wrong["column"].isna()]
    return np.asarray(file.rows.index.isin(own["row"].to_numpy(dtype=float) - 1))


def decoded(cells: Cells, codes: Mapping[str, str]) -> Cells:
    """Return what the codes stand for; a value that is no code is bad."""
    meant = by_distinct(cells.values, lambda found: _texts([codes.get(text) for text in found]))
    bad = cells.bad | (~pd.isna(cells.values) & pd.isna(meant))
    return Cells(meant, cells.reasons, bad, "value_not_in_codes", "among the codes declared for it")


def as_numbers(cells: Cells, *, decimal: str = ".") -> Cells:
    """Return numbers; full-width digits are read, separators of thousands are not."""
    numbers = by_distinct(cells.values, lambda found: _numbers(found, decimal), nothing=np.nan)
    bad = cells.bad | (~pd.isna(cells.values) & np.isnan(numbers))
    expected = f"a number with the decimal mark {decimal!r}"
    return Cells(numbers, cells.reasons, bad, "not_a_number", expected)


def as_dates(cells: Cells, date_format: str) -> Cells:
    """Return dates written in a declared format, or stored as dates, as YYYY-MM-DD text."""
    values = by_distinct(cells.values, lambda found: _dates(found, date_format))
    bad = cells.bad | (~pd.isna(cells.values) & pd.isna(values))
    return Cells(values, cells.reasons, bad, "not_a_date", f"a date written as {date_format!r}")


def are_plain_numbers(values: Values, *, decimal: str = ".") -> bool:
    """Tell whether every cell that is filled holds a number as one writes it; none is no number."""
    if values.dtype.kind == "f":
        return bool(~np.isnan(values).all())
    found = [str(text).strip() for text in pd.factorize(values)[1]]
    written = pd.Series(found if decimal == "." else [t.translate(COMMA_FOR_POINT) for t in found])
    return len(found) > 0 and bool(written.str.fullmatch(PLAIN_NUMBER).all())


def by_distinct(
    values: Values, read: Callable[[list[str]], npt.NDArray[Any]], nothing: float | None = None
) -> npt.NDArray[Any]:
    """Return what every cell means, where `read` is asked for the distinct texts alone."""
    place, found = pd.factorize(np.asarray(values, dtype=object))
    meant = read([str(text) for text in found])
    # What a missing cell means stands last, where its place -1 finds it.
    return np.append(meant, np.array([nothing], dtype=meant.dtype))[place]


def _texts(texts: list[str | None]) -> Texts:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _numbers(found: list[str], decimal: str) -> npt.NDArray[np.float64]:
    texts = [plain_text(text).strip() for text in found]
    if decimal == ",":
        # The point becomes a comma, which no number has: "1.234,5" is not read as 1.2345.
        texts = [text.translate(COMMA_FOR_POINT) for text in texts]
    readable = pd.Series(texts, dtype=str).str.fullmatch(ANY_NUMBER).to_numpy(dtype=bool)
    numbers = np.full(len(texts), np.nan)
    numbers[readable] = _texts([*texts])[readable].astype(float)
    # An exponent can make a number infinite.
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _dates(found: list[str], date_format: str) -> Texts:
    text = pd.Series(found, dtype=object)
    dates = pd.to_datetime(text, format=date_format, errors="coerce", exact=True)
    values: Texts = dates.dt.strftime("%Y-%m-%d").to_numpy(dtype=object, copy=True)
    unread = dates.isna().to_numpy()
    written = text.str.fullmatch(ISO_DAY).to_numpy(dtype=bool)
    stored = written & pd.to_datetime(text, format="ISO8601", errors="coerce").notna().to_numpy()
    values[unread] = None
    if re.fullmatch(ISO_DAY, datetime(2020, 1, 31).strftime(date_format)):
        return values  # year, day, month looks like a stored date, and is none
    values[unread & stored] = text.to_numpy()[unread & stored]
    return values
