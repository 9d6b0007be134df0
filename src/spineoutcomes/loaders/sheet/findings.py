"""What a reader tells of the cells of a sheet: counts, names and rows, never a value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.sheet.model import Grid, Sheet, Shown, column_letter
from spineoutcomes.registry.findings import Severity, rows_found

ON_CELLS: dict[str, tuple[Severity, str]] = {
    "error_cell": (
        "error",
        "hold an error of the spreadsheet program (such as #DIV/0! or #N/A) or a number out of "
        "range, and were read as empty. Correct the formula, or empty the cell.",
    ),
    "never_computed": (
        "warning",
        "hold a formula without a result, and were read as empty: the file was never opened by a "
        "spreadsheet program after it was made. Open it there and save it.",
    ),
    "shown_as_percent": (
        "warning",
        "are formatted as percent, and were read with the percent sign that the sheet shows (a "
        "cell that shows 5% holds 0.05). Enter plain numbers, so that nobody has to ask which.",
    ),
    "shown_without_day": (
        "warning",
        "are dates that the sheet shows without a day and stores as the first: they were read as "
        "a month or a year alone. Give the cells a format with a day if the first is meant.",
    ),
    "digits_lost": (
        "error",
        "are numbers of more than 15 digits, of which a spreadsheet keeps 15: the last digits are "
        "lost, and two numbers may have become one. Format the column as text and enter them again "
        "from the source.",
    ),
    "ambiguous_date": (
        "error",
        "are dates with the day or the month first, such as 5/6/23, among other dates; which is "
        "which is not guessed. Write YYYY-MM-DD, or give date_format in the mapping. Check the "
        "other dates of the column too: a spreadsheet program with another order of day and month "
        "leaves such text behind, and turns around the rest.",
    ),
    "date_as_number": (
        "error",
        "are plain numbers among dates, as the number of a day that lost its format. Format the "
        "cells as dates, and check them.",
    ),
    "year_as_date": (
        "error",
        "are dates in 1905, which is what a date cell makes of a year typed alone (2021 becomes "
        "1905-07-13). Format the cell as text and type the year, the month (2021-05) or the date "
        "again.",
    ),
    "merged_cells": (
        "warning",
        "belong to merged cells below the head: only the first cell of each holds the value, the "
        "others were read as empty. Unmerge them and fill in each cell.",
    ),
}


def cell_finding(
    rule: str, mask: npt.NDArray[np.bool_], *, table: str, sheet: str, column: str
) -> pd.DataFrame:
    """Return one finding for each cell of a column that a rule tells of."""
    rows = np.flatnonzero(mask)
    severity, words = ON_CELLS[rule]
    message = f"{len(rows)} cell(s) of the column {column!r} of the sheet {sheet!r} {words}"
    return rows_found(table, rows, column, rule, message, severity)


def marked_cells(values: Grid) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the cells of a column that are not simply their value, by the rule that says so."""
    rules = [value.rule if isinstance(value, Shown) else "" for value in values]
    told = np.array(rules, dtype=object)
    return {rule: told == rule for rule in dict.fromkeys(rules) if rule}


def merged_cells(sheet: Sheet, start: int, stop: int) -> npt.NDArray[np.bool_]:
    """Return which cells of some rows are merged with one that holds something."""
    n_rows, n_columns = sheet.values.shape
    merged = np.zeros((n_rows, n_columns), dtype=bool)
    for area in sheet.merged:
        inside = area.top < n_rows and area.left < n_columns
        if inside and sheet.values[area.top, area.left] is not None:
            merged[area.top : area.bottom + 1, area.left : area.right + 1] = True
    below: npt.NDArray[np.bool_] = merged[start:stop]
    return below


def hidden_finding(
    sheet: Sheet, start: int, columns: Mapping[str, int], n_rows: int, table: str
) -> pd.DataFrame:
    """Return a warning that counts the hidden rows and names the hidden columns, if any."""
    rows = [row for row in sheet.hidden_rows if start <= row < start + n_rows]
    names = [name for name, position in columns.items() if position in sheet.hidden_columns]
    parts = []
    if rows:
        parts.append(f"{len(rows)} row(s)" + (" (a filter is on)" if sheet.filtered else ""))
    if names:
        parts.append(f"{len(names)} column(s) ({', '.join(map(repr, names))})")
    if not parts:
        return rows_found(table, [], None, "hidden_cells", "")
    message = (
        f"{' and '.join(parts)} of the sheet {sheet.name!r} are hidden, and were read like the "
        "others. Delete them if they are not meant."
    )
    return rows_found(table, None, None, "hidden_cells", message, "warning")


def unchecked_finding(sheet: Sheet, table: str) -> pd.DataFrame:
    """Return a warning that the format tells too little of a sheet to check it."""
    message = (
        f"The sheet {sheet.name!r} is in the old .xls format, of which only the values are read: "
        "error cells and formulas without a result are empty, and percent formats, merged cells, "
        "hidden rows and columns are not seen. Save it as .xlsx to have them checked."
    )
    return rows_found(table, None, None, "old_format", message, "warning")


def letters(positions: list[int]) -> str:
    """Return columns by their letters, the first few of many."""
    named = ", ".join(column_letter(position) for position in positions[:10])
    return named if len(positions) <= 10 else f"{named} and {len(positions) - 10} more"
