"""Read one field of a mapping for every row of the file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import (
    Cells,
    are_plain_numbers,
    as_dates,
    as_numbers,
    decoded,
    text_cells,
)
from spineoutcomes.loaders.mapping import Field, FileFormat
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry import TABLES


def read_field(file: SourceFile, field: Field, written: FileFormat, table: str, name: str) -> Cells:
    """Return the cells of a field, read as the kind of value its column of the table holds.

    Parameters
    ----------
    file : SourceFile
        The file.
    field : Field
        Where the value comes from.
    written : FileFormat
        How cells are written, unless the field says otherwise.
    table, name : str
        The table and its column; one that the table does not declare keeps text as text, and
        numbers where every cell is one.
    """
    n = len(file.rows)
    if field.column is None:
        return _made(file, field, n)
    cells = text_cells(file, field.column, {**written.missing, **field.missing})
    if field.codes:
        return decoded(cells, field.codes)
    decimal = field.decimal or written.decimal
    kind = next((c.kind for c in TABLES[table].columns if c.name == name), None)
    if (
        kind == "number"
        or field.multiply is not None
        or (kind is None and _all_numbers(cells, decimal))
    ):
        numbers = as_numbers(cells, decimal=decimal)
        factor = 1.0 if field.multiply is None else field.multiply
        values = np.asarray(numbers.values, dtype=float) * factor
        return Cells(values, numbers.reasons, numbers.bad, numbers.rule, numbers.expected)
    date_format = field.date_format or (written.date_format if kind == "date" else None)
    return cells if date_format is None else as_dates(cells, date_format)


def _made(file: SourceFile, field: Field, n: int) -> Cells:
    """Return cells that no single column holds: a constant, the row's number, or joined ids."""
    nothing, fine = np.full(n, None, dtype=object), np.zeros(n, dtype=bool)
    if field.always is not None:
        return Cells(np.full(n, str(field.always), dtype=object), nothing, fine)
    if field.row_number:
        return Cells(np.array([str(row + 1) for row in range(n)], dtype=object), nothing, fine)
    parts = [file.rows[column].str.strip().to_numpy(dtype=object) for column in field.columns]
    joined = ["-".join(cells) if all(cells) else None for cells in zip(*parts, strict=True)]
    return Cells(np.array(joined, dtype=object), nothing, fine)


def _all_numbers(cells: Cells, decimal: str) -> bool:
    text = ["" if pd.isna(value) else str(value) for value in cells.values]
    return are_plain_numbers(pd.Series(text, dtype=object), decimal=decimal)
