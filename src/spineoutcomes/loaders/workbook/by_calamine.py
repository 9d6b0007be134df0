"""Sheets as python-calamine reads them: many times as fast, and values only."""

from __future__ import annotations

import importlib.util
import io
from datetime import date, time, timedelta
from typing import Any

import numpy as np

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.sheet.model import Grid, Sheet, Value, number_cell
from spineoutcomes.loaders.workbook.old import OldFormatError, old_sheets
from spineoutcomes.loaders.workbook.package import Package, damaged, encrypted, reading


def has_calamine() -> bool:
    """Tell whether the extra `fast-excel` is installed."""
    return importlib.util.find_spec("python_calamine") is not None


def sheets_by_calamine(package: Package) -> list[Sheet]:
    """Return all sheets of a workbook, of either format; of the old one, the values only.

    Raises
    ------
    ArgumentError
        When the extra is not installed.
    ValidationError
        When the workbook has a password, or cannot be read.
    """
    if package.kind == "xls":
        return _old(package)
    with reading(package.name):
        return _new(package)


def _old(package: Package) -> list[Sheet]:
    if not has_calamine():
        raise ArgumentError(
            f"{package.name} is a workbook of the old .xls format. Save it as .xlsx, or "
            "pip install 'spineoutcomes[fast-excel]'."
        )
    try:
        sheets = old_sheets(package.content)
    except OldFormatError as error:
        raise (encrypted if error.has_password else damaged)(package.name) from None
    return [
        Sheet(each["name"], _grid(each["rows"]), visible=each["visible"], checked=False)
        for each in sheets
    ]


def _new(package: Package) -> list[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(package.content))
    return [
        Sheet(
            name=each.name,
            values=_grid(book.get_sheet_by_name(each.name).to_python(skip_empty_area=False)),
            visible=each.visible == SheetVisibleEnum.Visible,
        )
        for each in book.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet
    ]


def _grid(rows: list[list[Any]]) -> Grid:
    grid = np.full((len(rows), max(map(len, rows), default=0)), None, dtype=object)
    for position, row in enumerate(rows):
        grid[position, : len(row)] = [_value(value) for value in row]
    filled = grid != None  # noqa: E711
    n_rows = int(filled.any(axis=1).nonzero()[0].max(initial=-1)) + 1
    n_columns = int(filled.any(axis=0).nonzero()[0].max(initial=-1)) + 1
    return grid[:n_rows, :n_columns]


def _value(value: Any) -> Value:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool | date | time | timedelta):
        return value
    return number_cell(value) if isinstance(value, int | float) else None
