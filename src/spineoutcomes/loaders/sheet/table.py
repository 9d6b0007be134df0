"""From a sheet to a table of text with its findings: what every reader ends in."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from spineoutcomes.loaders.sheet.dates import settled_dates
from spineoutcomes.loaders.sheet.findings import (
    cell_finding,
    hidden_finding,
    marked_cells,
    merged_cells,
    unchecked_finding,
)
from spineoutcomes.loaders.sheet.heads import Head, read_head
from spineoutcomes.loaders.sheet.model import Grid, Sheet, Shown
from spineoutcomes.loaders.sheet.text import cells_as_text
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined


def table_of_sheet(
    sheet: Sheet,
    *,
    file: str,
    sha256: str,
    table: str | None = None,
    first_row: int | None = None,
    header_rows: int = 1,
    decimal: str = ".",
    dates: Collection[str] | None = None,
) -> SourceFile:
    """Return the rows below the head of a sheet; none where there is only a head.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    file, sha256 : str
        Name and hash of the file it stands in.
    table : str, optional
        What findings call it; the name of the file when None.
    first_row, header_rows
        Where the head stands.
    decimal : {".", ","}
        The mark with which numbers are written, so that they read like the text around them.
    dates : collection of str, optional
        Names of the columns that hold dates; None tells them by what they hold.

    Raises
    ------
    ValidationError
        When the head is none, or a cell holds more text than a cell can.
    """
    text = cells_as_text(sheet, file, decimal)
    head = read_head(sheet, text, file=file, first_row=first_row, header_rows=header_rows)
    stop = head.start + _length(sheet, text, head)
    table = table or file
    merged = merged_cells(sheet, head.start, stop)
    columns = {}
    found = []
    for name, position in head.columns.items():
        values = sheet.values[head.start : stop, position]
        declared = None if dates is None else name in dates
        columns[name], told = settled_dates(text[head.start : stop, position], values, declared)
        told |= marked_cells(values) | {"merged_cells": merged[:, position]}
        for rule, mask in told.items():
            found.append(cell_finding(rule, mask, table=table, sheet=sheet.name, column=name))
    n_rows = stop - head.start
    found.append(hidden_finding(sheet, head.start, head.columns, n_rows, table))
    if not sheet.checked:
        found.append(unchecked_finding(sheet, table))
    rows = pd.DataFrame(columns, index=pd.RangeIndex(n_rows), dtype=object)
    return SourceFile(file, sha256, rows, found=joined(found))


def _length(sheet: Sheet, text: Grid, head: Head) -> int:
    """Return the number of rows down to the last that holds anything.

    A formula without a result holds nothing: columns of them are dragged far below the table. An
    error does, since it says that something was meant.
    """
    positions = list(head.columns.values())
    below = sheet.values[head.start :, positions]
    errors = [isinstance(value, Shown) and value.rule == "error_cell" for value in below.ravel()]
    held = text[head.start :, positions] != ""
    held |= np.array(errors, dtype=bool).reshape(held.shape)
    filled = np.flatnonzero(held.any(axis=1))
    return int(filled[-1]) + 1 if len(filled) else 0
