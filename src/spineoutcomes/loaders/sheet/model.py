"""One sheet of a workbook as an engine gives it, before its head is known or a cell is text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

# Excel keeps 15 digits of a number; the rest of a longer one are zeros that nobody typed.
FIRST_TOO_LONG = 1e15


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell that is not simply its value: what is read in its place, and the rule that says so."""

    text: str
    rule: str


class Area(NamedTuple):
    """A rectangle of merged cells, positions from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


Value = str | bool | int | float | date | datetime | time | timedelta | Shown | None
Grid = npt.NDArray[np.object_]  # of Value, rows by columns


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The cells of one sheet.

    Attributes
    ----------
    name : str
        What its tab says.
    values : array of object, rows by columns
        From cell A1 to the last cell that holds anything; None where empty.
    visible : bool
        Whether its tab is shown.
    merged : tuple of Area
        Merged cells, of which only the first holds a value.
    hidden_rows, hidden_columns : frozenset of int
        Positions of rows and columns that are not shown.
    filtered : bool
        Whether a filter is on.
    checked : bool
        Whether the engine tells all of the above; one that does not leaves them empty.
    """

    name: str
    values: Grid
    visible: bool = True
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False
    checked: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return self.values.size == 0


def number_cell(value: Any) -> Value:
    """Return a number as a sheet keeps it, or what is wrong with it."""
    try:
        number = float(value)
    except OverflowError:
        return Shown("", "error_cell")
    if not np.isfinite(number):
        return Shown("", "error_cell")
    if number.is_integer() and abs(number) >= FIRST_TOO_LONG:
        return Shown(str(int(number)), "digits_lost")
    return number


def column_letter(position: int) -> str:
    """Return the letters of a column, counted from 0: A, B, ..., Z, AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
