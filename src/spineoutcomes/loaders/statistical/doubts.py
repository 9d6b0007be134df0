"""What a statistical file leaves open, as findings: coarse dates, lost digits, hidden codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.loaders.statistical.cells import WHOLE, Texts
from spineoutcomes.loaders.statistical.formats import Clock, Program, is_unread_time
from spineoutcomes.registry.findings import joined, rows_found

COARSE = ("week", "quarter", "half")


def column_doubts(
    file: str, column: str, program: Program, written_as: str | None, clock: Clock | None
) -> pd.DataFrame:
    """Return a warning on a column whose format shows less, or other, than its cells can say."""
    if clock is not None and clock.shows in COARSE:
        message = (
            f"The column {column!r} shows a {clock.shows} ({written_as}); its cells are the day "
            f"stored, often the first of the {clock.shows}, and may be no more exact than that."
        )
        return rows_found(file, None, column, "coarse_date", message, "warning")
    if is_unread_time(program, written_as):
        message = (
            f"The column {column!r} counts time as {written_as}, which is not read; its cells are "
            "the numbers stored. In Stata, convert it to %td or %tc."
        )
        return rows_found(file, None, column, "time_not_read", message, "warning")
    return joined([])


def lost_digits(file: str, column: str, values: Sequence[Any]) -> pd.DataFrame:
    """Return a warning on whole numbers longer than the file can store."""
    n = sum(isinstance(value, int | float) and abs(value) >= WHOLE for value in values)
    message = (
        f"{n} number(s) of the column {column!r} are too long to be stored exactly, so their last "
        "digits were lost when the file was written. An id is stored as text."
    )
    return rows_found(file, [] if n == 0 else None, column, "digits_lost", message, "warning")


def dates_outside(file: str, column: str, cells: Texts) -> pd.DataFrame:
    """Return an error for each cell whose date no calendar has: those that hold None."""
    rows = np.flatnonzero([cell is None for cell in cells])
    message = (
        f"{len(rows)} cell(s) of the column {column!r} of {file} hold a date that no calendar has. "
        "Correct them, or store the column as a plain number."
    )
    return rows_found(file, rows, column, "not_a_date", message)


def file_doubts(file: str, suffix: str, n_columns: int, n_rows: int) -> pd.DataFrame:
    """Return a warning on a table without rows, and on what a portable file hides."""
    found = []
    if not n_rows:
        message = f"{file} has {n_columns} column(s) and no row."
        found.append(rows_found(file, None, None, "no_rows", message, "warning"))
    if suffix == ".por":
        message = (
            f"{file} is a portable file: values that it counts as missing are read as empty cells, "
            "without their codes. Save it as .sav to keep the reasons."
        )
        found.append(rows_found(file, None, None, "missing_codes_not_read", message, "warning"))
    return joined(found)
