"""CSV that no spreadsheet runs: text that would be a formula is marked, and read back unmarked.

A spreadsheet takes a cell that begins with =, +, - or @ for a formula, and a report of patients
travels to many of them. Such text is written with an apostrophe before it. Numbers, grades ("4+",
"3-") and signs alone ("-", "+") are no formulas and stay as they are. Text that begins with
apostrophes before a formula gets one more, so that every text comes back as it was.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from spineoutcomes.registry.texts import is_text

MARK = "'"
# Full-width signs count in East Asian editions; blanks and control characters before are skipped.
_FORMULA = r"[\x00-\x20]*[=+\-@＝＋－＠]|[\t\r\n]"
_HARMLESS = re.compile(r"[+-]+|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_RUNS = re.compile(rf"{MARK}*(?:{_FORMULA})")
_MARKED = re.compile(rf"{MARK}+(?:{_FORMULA})")
# The same where a cell begins in the bytes of a file; \xef\xbc begins the full-width signs.
_IN_FILE = re.compile(rb"(?:\A|[,\"\r\n\xbf])'+(?:[\x00-\x20]*(?:[=+\-@]|\xef\xbc)|[\t\r\n])")


def marked(text: str) -> str:
    """Return text that no spreadsheet runs."""
    if _RUNS.match(text) is None or _HARMLESS.fullmatch(text) is not None:
        return text
    return MARK + text


def unmarked(text: str) -> str:
    """Return the text that `marked` was given."""
    return text.removeprefix(MARK) if _MARKED.match(text) else text


def safe_for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose text, names of columns included, no spreadsheet runs.

    Numbers, dates and flags are left alone: a negative number is no formula.
    """
    columns = {name: _marked_column(frame[name]) for name in frame.columns if is_text(frame[name])}
    return frame.assign(**columns).rename(columns=_marked_cell)


def holds_marks(content: bytes) -> bool:
    """Tell whether any cell of a CSV file may be marked: most files have none, told at a glance."""
    return MARK.encode() in content and _IN_FILE.search(content) is not None


def as_saved(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of text as it was before `safe_for_spreadsheets`, names of columns included.

    Text of other origin changes only where it begins with an apostrophe before a formula.
    """
    texts = {name: frame[name] for name in frame.columns if is_text(frame[name])}
    columns = {name: values.map(_unmarked_cell) for name, values in texts.items()}
    return frame.assign(**columns).rename(columns=_unmarked_cell)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV that no spreadsheet runs: UTF-8, no index, dates as YYYY-MM-DD."""
    safe = safe_for_spreadsheets(frame)
    safe.to_csv(
        path,
        index=False,
        encoding="utf-8",
        lineterminator="\n",
        date_format="%Y-%m-%d",
        quoting=_quoting(safe),
    )


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame as CSV that no spreadsheet runs, without its index."""
    safe = safe_for_spreadsheets(frame)
    return safe.to_csv(index=False, lineterminator="\n", quoting=_quoting(safe))


def _quoting(frame: pd.DataFrame) -> Literal[0, 2]:
    """Return how to quote: all text where any holds a carriage return, else what needs it.

    A lone carriage return ends a line for most readers, and pandas quotes no cell for it.
    """
    texts = [frame[name] for name in frame.columns if is_text(frame[name])]
    returns = "\r" in "".join(map(str, frame.columns)) or any(
        isinstance(cell, str) and "\r" in cell for values in texts for cell in _different(values)
    )
    return csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL


def _different(values: pd.Series) -> Iterable[object]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.categories)
    return list(values.to_numpy(dtype=object))


def _marked_column(values: pd.Series) -> pd.Series:
    """Return text marked where it needs it; each of the different texts of a category once."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.rename_categories(_marked_cell)
    return values.map(_marked_cell)


def _marked_cell(cell: Any) -> Any:
    """Return a cell marked; what is no text, such as a number among texts, stays as it is."""
    return marked(cell) if isinstance(cell, str) else cell


def _unmarked_cell(cell: Any) -> Any:
    return unmarked(cell) if isinstance(cell, str) else cell
