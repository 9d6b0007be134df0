"""Read one field of a mapping for every row of the file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import (
    Cells,
    Texts,
    are_plain_numbers,
    as_dates,
    as_numbers,
    decoded,
    nothing_wrong,
    text_cells,
)
from spineoutcomes.loaders.mapping.grammar import Field, FileFormat
from spineoutcomes.loaders.mapping.labelled import without_labelled_missing
from spineoutcomes.loaders.mapping.units import scaled, unit_factor
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
    if field.column is None:
        return _made(file, field)
    cells = text_cells(file, field.column, {**written.missing, **field.missing})
    if field.codes:
        return decoded(cells, field.codes)
    decimal = field.decimal or written.decimal
    kind = next((c.kind for c in TABLES[table].columns if c.name == name), None)
    moved = field.multiply is not None or field.unit is not None
    if (
        kind == "number"
        or moved
        or (kind is None and are_plain_numbers(cells.values, decimal=decimal))
    ):
        numbers = as_numbers(cells, decimal=decimal)
        numbers = without_labelled_missing(numbers, cells, file, field.column)
        return scaled(numbers, unit=unit_factor(name, field.unit), multiply=field.multiply)
    date_format = field.date_format or (written.date_format if kind == "date" else None)
    return cells if date_format is None else as_dates(cells, date_format)


def _made(file: SourceFile, field: Field) -> Cells:
    """Return cells that no single column holds: a constant, the row's number, or joined ids."""
    n = len(file.rows)
    if field.always is not None:
        return Cells(np.full(n, str(field.always), dtype=object), *nothing_wrong(n))
    if field.row_number:
        # The index says where a row stands in the whole file.
        return Cells((file.rows.index + 1).astype(str).to_numpy(dtype=object), *nothing_wrong(n))
    return Cells(_joined(file, field), *nothing_wrong(n))


def _joined(file: SourceFile, field: Field) -> Texts:
    """Return the cells of several columns as one id; none where any of them is empty."""
    first, *others = (
        np.asarray(text_cells(file, column, {}).values, dtype=object) for column in field.columns
    )
    ids = first
    for part in others:
        known = ~(pd.isna(ids) | pd.isna(part))
        joined = np.full(len(ids), None, dtype=object)
        joined[known] = ids[known] + "-" + part[known]
        ids = joined
    return ids
