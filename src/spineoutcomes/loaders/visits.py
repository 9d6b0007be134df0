"""Visits of a mapped file: which column belongs to which, and when each was."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.loaders.cells import Cells, Texts, Values, as_dates, as_numbers, text_cells
from spineoutcomes.loaders.mapping import VISIT, FileMapping, Score, Visits
from spineoutcomes.loaders.source import SourceFile


def visit_columns(score: Score, mapping: FileMapping) -> list[tuple[str, str | None]]:
    """Return the columns of a score, each with the code of its visit (None: the row says it)."""
    if score.columns:
        return list(score.columns.items())
    column = score.column or ""
    if mapping.file.one_row_per == "visit" or mapping.visits is None:
        return [(column, None)]
    return [(column.replace(VISIT, code), code) for code in score.visits or mapping.visits.codes]


def visit_of_rows(
    file: SourceFile, mapping: FileMapping, code: str | None
) -> tuple[dict[str, Values], list[tuple[str, Cells]]]:
    """Return visit, day and date of every row, and the cells they were read from.

    `code` names the visit; None means that each row of the file says its own.
    """
    visits, n = mapping.visits, len(file.rows)
    if visits is None:
        return {}, []
    if code is not None:
        names = np.full(n, visits.name_of(code), dtype=object)
        planned = np.full(n, np.nan if (day := visits.codes[code].day) is None else day)
        read = []
    else:
        names, planned, cells = _said_by_rows(file, visits)
        read = [("visit", cells)]
    columns: dict[str, Values] = {"visit": names, "day": planned}
    when = _when(file, mapping, visits, code)
    if when is not None:
        # The day as it was stands instead of the day as planned, even where it is not known.
        columns |= {"day": np.full(n, np.nan), when[0]: when[1].values}
        read.append(when)
    return columns, read


def _said_by_rows(file: SourceFile, visits: Visits) -> tuple[Texts, npt.NDArray[np.float64], Cells]:
    raw = file.rows[visits.column].str.strip().to_numpy(dtype=object)
    known = np.array([code in visits.codes for code in raw], dtype=bool)
    names = np.array([visits.name_of(c) if c in visits.codes else None for c in raw], dtype=object)
    days = [visits.codes[code].day if code in visits.codes else None for code in raw]
    planned = np.array([np.nan if day is None else day for day in days], dtype=float)
    none = np.full(len(raw), None, dtype=object)
    return names, planned, Cells(names, none, ~known, "unknown_visit", "a code of [visits.codes]")


def _when(
    file: SourceFile, mapping: FileMapping, visits: Visits, code: str | None
) -> tuple[str, Cells] | None:
    """Return the column of the visit's date or day, where the file has one."""
    key, written = ("date", visits.date) if visits.date is not None else ("day", visits.day)
    if written is None:
        return None
    column = written if code is None else written.replace(VISIT, code)
    if column not in file.rows.columns:
        return None
    cells = text_cells(file, column, mapping.file.missing)
    if key == "day":
        return key, as_numbers(cells, decimal=mapping.file.decimal)
    date_format = visits.date_format or mapping.file.date_format
    return key, cells if date_format is None else as_dates(cells, date_format)
