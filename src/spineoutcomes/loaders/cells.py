"""From cells of text to numbers, dates and codes; a cell that does not fit is said, not guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.source import SourceFile

# A leading zero ("007") marks a code, not a number.
PLAIN_NUMBER = r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"
ANY_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]  # text, or None where there is none
Values = Texts | npt.NDArray[np.float64]
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


def text_cells(file: SourceFile, column: str, missing: Mapping[str, str]) -> Cells:
    """Return stripped text; empty cells and those with a code for missing have no value.

    The reason is that of the code, or the one the format itself gives.
    """
    raw = file.rows[column].to_numpy(dtype=object)
    text = np.array([str(cell).strip() for cell in raw], dtype=object)
    reasons = np.array([missing.get(cell) for cell in text], dtype=object)
    if column in file.reasons:
        reasons = np.where(pd.isna(reasons), file.reasons[column], reasons)
    text[(text == "") | ~pd.isna(reasons)] = None
    return Cells(text, reasons, np.zeros(len(text), dtype=bool))


def decoded(cells: Cells, codes: Mapping[str, str]) -> Cells:
    """Return what the codes stand for; a value that is no code is bad."""
    meant = np.array([codes.get(v) if isinstance(v, str) else None for v in cells.values], object)
    bad = ~pd.isna(cells.values) & pd.isna(meant)
    return Cells(meant, cells.reasons, bad, "value_not_in_codes", "among the codes declared for it")


def as_numbers(cells: Cells, *, decimal: str = ".") -> Cells:
    """Return numbers; full-width digits are read, separators of thousands are not."""
    text = [_half_width(value) for value in cells.values]
    if decimal == ",":
        # The point becomes a comma, which no number has: "1.234,5" is not read as 1.2345.
        text = [cell.translate(COMMA_FOR_POINT) for cell in text]
    numbers = _numbers(pd.Series(text, dtype=object), ANY_NUMBER)
    bad = ~pd.isna(cells.values) & np.isnan(numbers)
    expected = f"a number with the decimal mark {decimal!r}"
    return Cells(numbers, cells.reasons, bad, "not_a_number", expected)


def as_dates(cells: Cells, date_format: str) -> Cells:
    """Return dates written in a declared format as YYYY-MM-DD text."""
    known = ~pd.isna(cells.values)
    text = pd.Series(np.where(known, cells.values, ""), dtype=object)
    dates = pd.to_datetime(text, format=date_format, errors="coerce", exact=True)
    values = dates.dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    readable = dates.notna().to_numpy()
    bad = known & ~readable
    return Cells(values, cells.reasons, bad, "not_a_date", f"a date written as {date_format!r}")


def are_plain_numbers(text: pd.Series, *, decimal: str = ".") -> bool:
    """Tell whether every cell that is filled holds a number as one writes it; none is no number."""
    filled = text[text != ""].str.strip()
    written = filled if decimal == "." else filled.str.translate(COMMA_FOR_POINT)
    return len(filled) > 0 and bool(written.str.fullmatch(PLAIN_NUMBER).all())


def _numbers(text: pd.Series, pattern: str) -> npt.NDArray[np.float64]:
    values = text.to_numpy(dtype=object)
    readable = text.astype(str).str.fullmatch(pattern).to_numpy(dtype=bool)
    numbers = np.full(len(values), np.nan)
    numbers[readable] = values[readable].astype(float)
    # An exponent can make a number infinite.
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _half_width(value: object) -> str:
    return "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
