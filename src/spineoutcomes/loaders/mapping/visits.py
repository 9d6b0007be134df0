"""Visits of a mapped file: which column belongs to which, and when each was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.cells import Cells, Texts, Values, as_dates, as_numbers, text_cells
from spineoutcomes.loaders.mapping.grammar import VISIT, FileFormat, NamedFile, Score, Visits
from spineoutcomes.loaders.mapping.units import scaled, unit_factor
from spineoutcomes.loaders.source import SourceFile


def visits_of(visits: Visits | None, written: FileFormat) -> Visits | None:
    """Return the visits as one file has them; a named file may have columns of its own.

    The column, date and day under [visits] are those of files with a row per visit; a date or day
    with the mark of the visit in its name is one of the others.
    """
    if visits is None or not isinstance(written, NamedFile):
        return visits
    long = written.one_row_per == "visit"
    date, day = written.visit_date, written.visit_day
    if date is None and day is None:
        date, day = (_if_of_kind(name, long) for name in (visits.date, visits.day))
    column = (written.visit_column or visits.column) if long else written.visit_column
    return replace(visits, column=column, date=date, day=day)


def _if_of_kind(column: str | None, long: bool) -> str | None:
    return None if column is None or (VISIT in column) == long else column


def alternatives(column: str) -> tuple[str, list[str], str] | None:
    """Return what stands before, in, and after the group of alternatives in a column's name.

    `vas_(pre|3m)` has one: two or more codes in parentheses, with bars between them. Parentheses
    without a bar are part of the name, and nothing else has a meaning. Several groups are an error.

    Raises
    ------
    ValueError
        When there are several groups.
    """
    groups = [
        (start, end)
        for start, end in _parentheses(column)
        if "|" in column[start + 1 : end] and "(" not in column[start + 1 : end]
    ]
    if len(groups) > 1:
        raise ValueError("several groups of alternatives")
    if not groups:
        return None
    ((start, end),) = groups
    return column[:start], column[start + 1 : end].split("|"), column[end + 1 :]


def _parentheses(text: str) -> list[tuple[int, int]]:
    """Return where each opening parenthesis and the next closing one stand."""
    opened = [place for place, letter in enumerate(text) if letter == "("]
    pairs = [(place, text.find(")", place)) for place in opened]
    return [(start, end) for start, end in pairs if end > 0]


def visit_columns(
    score: Score, written: FileFormat, visits: Visits | None
) -> list[tuple[str, str | None]]:
    """Return the columns of a score, each with the code of its visit (None: the row says it)."""
    if score.columns:
        return list(score.columns.items())
    column = score.column or ""
    if written.one_row_per == "visit" or visits is None:
        return [(column, None)]
    group = alternatives(column)
    if group is not None:
        before, codes, after = group
        return [(f"{before}{code}{after}", code) for code in codes]
    return [(column.replace(VISIT, code), code) for code in score.visits or visits.codes]


def visit_of_rows(
    file: SourceFile, written: FileFormat, visits: Visits | None, code: str | None
) -> tuple[dict[str, Values], list[tuple[str, Cells]]]:
    """Return visit, day and date of every row, and the cells they were read from.

    `code` names the visit; None means that each row of the file says its own.
    """
    n = len(file.rows)
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
    when = _when(file, written, visits, code)
    if when is not None:
        # The day as it was stands instead of the day as planned, even where it is not known.
        columns |= {"day": np.full(n, np.nan), when[0]: when[1].values}
        read.append(when)
    return columns, read


def _said_by_rows(file: SourceFile, visits: Visits) -> tuple[Texts, npt.NDArray[np.float64], Cells]:
    place, found = pd.factorize(file.rows[visits.column or ""].to_numpy(dtype=object))
    codes: Sequence[str | None] = [str(code).strip() for code in found]
    codes = [code if code in visits.codes else None for code in codes]
    days = [None if code is None else visits.codes[code].day for code in codes]
    names = [None if code is None else visits.name_of(code) for code in codes]
    # The last one stands for a missing cell, whose place is -1.
    known = np.array([code is not None for code in codes] + [False])[place]
    planned = np.array([np.nan if day is None else day for day in days] + [np.nan])[place]
    none = np.full(len(place), None, dtype=object)
    cells = Cells(none, none, ~known, "unknown_visit", "a code of [visits.codes]")
    return np.array([*names, None], dtype=object)[place], planned, cells


def _when(
    file: SourceFile, written: FileFormat, visits: Visits, code: str | None
) -> tuple[str, Cells] | None:
    """Return the column of the visit's date or day, where the file has one."""
    key, column = ("date", visits.date) if visits.date is not None else ("day", visits.day)
    if column is None:
        return None
    column = column if code is None else column.replace(VISIT, code)
    if column not in file.rows.columns:
        return None
    cells = text_cells(file, column, written.missing)
    if key == "day":
        numbers = as_numbers(cells, decimal=written.decimal)
        unit = unit_factor("day", visits.unit)
        return key, scaled(numbers, unit=unit, multiply=visits.multiply)
    date_format = visits.date_format or written.date_format
    return key, cells if date_format is None else as_dates(cells, date_format)
