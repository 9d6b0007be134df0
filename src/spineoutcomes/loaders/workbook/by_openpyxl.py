"""Sheets as openpyxl reads them: values, formats, merged and hidden cells."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from spineoutcomes.loaders.sheet.formats import LOCAL_DATES, date_cell, is_percent, percent_cell
from spineoutcomes.loaders.sheet.model import (
    Area,
    Grid,
    Sheet,
    Shown,
    Value,
    column_letter,
    number_cell,
)
from spineoutcomes.loaders.workbook.package import Package, reading, refused
from spineoutcomes.loaders.workbook.parts import MAX_CELLS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

# Elements of a workbook that are no part of a cell, such as comments and drawings.
MAX_OTHER_ELEMENTS = 1_000_000
ELEMENTS_IN_A_CELL = 10
Positions = set[tuple[str, int, int]]


def sheets_by_openpyxl(package: Package) -> list[Sheet]:
    """Return all sheets of a workbook.

    Raises
    ------
    ValidationError
        When it has more cells than fit, or a part that cannot be read.
    """
    _check_size(package)
    with reading(package.name):
        book = _load(package, data_only=True)
        empty_formulas = _formulas(package) if package.facts.open_formulas else set()
        return [_sheet(each, book, empty_formulas, package.name) for each in book.worksheets]


def _check_size(package: Package) -> None:
    facts = package.facts
    if facts.n_cells > MAX_CELLS:
        message = (
            f"{package.name} has about {facts.n_cells:,} cells and rows, filled or not; at most "
            f"{MAX_CELLS:,} are read. Delete the empty ones below and beside the table, save the "
            "sheet as CSV (UTF-8), or, for a sheet without formulas, merged or hidden cells, "
            "pip install 'spineoutcomes[fast-excel]'."
        )
        raise refused(package.name, "too_large", message)
    if facts.n_elements > MAX_OTHER_ELEMENTS + ELEMENTS_IN_A_CELL * facts.n_cells:
        message = (
            f"{package.name} holds more than {MAX_OTHER_ELEMENTS:,} elements that are no cells. "
            "Copy the sheet into a new workbook."
        )
        raise refused(package.name, "too_large", message)


def _load(package: Package, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(package.content), data_only=data_only, keep_links=False)


def _formulas(package: Package) -> Positions:
    """Return where formulas stand; with `data_only`, one without a result looks like nothing."""
    book = _load(package, data_only=False)
    return {
        (each.title, *position)
        for each in book.worksheets
        for position, cell in each._cells.items()
        if cell.data_type == "f"
    }


def _sheet(each: Worksheet, book: Workbook, formulas: Positions, file: str) -> Sheet:
    # `iter_rows` would make every cell between A1 and the last one, styled or not.
    cells: dict[tuple[int, int], Value] = {
        position: value
        for position, cell in each._cells.items()
        if (value := _value(cell, book, (each.title, *position) in formulas)) is not None
    }
    columns = each.column_dimensions.values()
    return Sheet(
        name=each.title,
        values=_grid(cells, each.title, file),
        visible=each.sheet_state == "visible",
        merged=tuple(
            Area(area.min_row - 1, area.min_col - 1, area.max_row - 1, area.max_col - 1)
            for area in each.merged_cells.ranges
        ),
        hidden_rows=frozenset(
            int(number) - 1
            for number, row in each.row_dimensions.items()
            if row.hidden or row.height == 0
        ),
        hidden_columns=frozenset(
            position
            for column in columns
            if column.hidden and column.min and column.max
            for position in range(column.min - 1, column.max)
        ),
        filtered=bool(each.auto_filter.filterColumn),
    )


def _grid(cells: dict[tuple[int, int], Value], sheet: str, file: str) -> Grid:
    n_rows = max((row for row, _ in cells), default=0)
    n_columns = max((column for _, column in cells), default=0)
    if n_rows * n_columns > 10 * MAX_CELLS:
        last = f"{column_letter(n_columns - 1)}{n_rows}"
        message = (
            f"The {len(cells):,} filled cell(s) of the sheet {sheet!r} of {file} are spread over "
            f"A1 to {last}: something stands far from the table. Delete it."
        )
        raise refused(file, "cells_far_apart", message)
    grid = np.full((n_rows, n_columns), None, dtype=object)
    for (row, column), value in cells.items():
        grid[row - 1, column - 1] = value
    return grid


def _value(cell: Cell | MergedCell, book: Workbook, is_formula: bool) -> Value:
    value = cell.value
    if value is None:
        # "str" is what a formula says whose result is a text, if an empty one.
        return Shown("", "never_computed") if is_formula and cell.data_type != "str" else None
    if cell.data_type == "e":
        return Shown("", "error_cell")
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool | time | timedelta):
        return value
    if isinstance(value, int | float):
        return _number(value, cell, book)
    if isinstance(value, datetime):
        return date_cell(value, cell.number_format)
    return value if isinstance(value, date) else None


def _number(value: float, cell: Cell | MergedCell, book: Workbook) -> Value:
    number = number_cell(value)
    if not isinstance(number, float) or not cell.has_style:
        return number
    if cell._style.numFmtId in LOCAL_DATES:  # type: ignore[union-attr]
        return _local_date(number, book.epoch)
    return percent_cell(number) if is_percent(cell.number_format) else number


def _local_date(number: float, epoch: Any) -> Value:
    from openpyxl.utils.datetime import from_excel

    try:
        moment: datetime | time = from_excel(number, epoch)
    except (OverflowError, ValueError):
        return Shown("", "error_cell")
    return moment
