"""Read a delimited file as text, cell by cell: nothing is typed, nothing is missing by its name."""

from __future__ import annotations

import codecs
import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd

from spineoutcomes._progress import progressing_stream
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.plain_text import decoded, is_utf8
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import rows_found

TAIL = 1000  # rows looked at together for the end of the table
OTHER_DELIMITERS = {";": "a semicolon", "\t": "a tab", "|": "a bar"}


def read_delimited(path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> SourceFile:
    """Read a file of delimited text whose first row names the columns.

    Parameters
    ----------
    path : Path
        The file.
    delimiter : str
        What stands between cells.
    encoding : str
        Encoding of the text.

    Raises
    ------
    ValidationError
        When the file is not in the encoding, has no header, names a column twice, has rows longer
        than its header, or holds no row.
    ArgumentError
        When it cannot be opened, or there is no such encoding.
    """
    return table_of_text(content_of(path), path.name, delimiter=delimiter, encoding=encoding)


def content_of(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    ArgumentError
        When it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None


def table_of_text(
    content: bytes, name: str, *, delimiter: str = ",", encoding: str = "utf-8"
) -> SourceFile:
    """Read the bytes of a file of delimited text, as `read_delimited` does."""
    cells = _cells(_utf8(content, name, encoding), name, delimiter)
    rows = _under_header(_without_empty_end(cells), name, delimiter)
    return SourceFile(name, hashlib.sha256(content).hexdigest(), rows)


def _utf8(content: bytes, name: str, encoding: str) -> bytes:
    """Return the text as UTF-8; what is UTF-8 already is looked at and not copied once more."""
    text = decoded(content, name, encoding)
    return content.removeprefix(codecs.BOM_UTF8) if is_utf8(encoding) else text.encode("utf-8")


def _cells(text: bytes, name: str, delimiter: str) -> pd.DataFrame:
    try:
        with progressing_stream(io.BytesIO(text), len(text), f"Reading {name}") as stream:
            return pd.read_csv(
                stream,
                sep=delimiter,
                header=None,
                dtype=str,
                keep_default_na=False,
                na_filter=False,
                skip_blank_lines=False,
            )
    except pd.errors.EmptyDataError:
        message = f"{name} is empty; a table begins with a row of column names."
        raise _unreadable(name, "empty_file", message) from None
    except pd.errors.ParserError:
        # What pandas says is left behind: it may quote a cell.
        message = (
            f"{name} is not a table: a row has more cells than the first, or a quotation mark is "
            f"never closed. Cells are expected to be separated by {delimiter!r}; one that holds it "
            "stands in double quotes."
        )
        raise _unreadable(name, "ragged_rows", message) from None


def _without_empty_end(cells: pd.DataFrame) -> pd.DataFrame:
    """Leave out empty lines below the table; one inside stays, so that rows keep their numbers."""
    end = len(cells)
    while end:
        last = cells.iloc[max(end - TAIL, 0) : end]
        filled = np.flatnonzero((last != "").any(axis="columns"))
        if len(filled):
            return cells.iloc[: end - len(last) + int(filled[-1]) + 1]
        end -= len(last)
    return cells.iloc[:0]


def _under_header(cells: pd.DataFrame, name: str, delimiter: str) -> pd.DataFrame:
    if not len(cells):
        message = f"{name} is empty; a table begins with a row of column names."
        raise _unreadable(name, "empty_file", message)
    header = [str(cell).strip() for cell in cells.iloc[0]]
    _check_header(header, name, delimiter)
    if len(cells) == 1:
        message = f"{name} has {len(header)} column name(s) and no row below them."
        raise _unreadable(name, "no_rows", message)
    rows = cells.iloc[1:]
    # Named in place: the cells of a large file are not copied once more.
    rows.index, rows.columns = pd.RangeIndex(len(rows)), pd.Index(header)
    return rows


def _check_header(header: list[str], name: str, delimiter: str) -> None:
    n_numbers = sum(cell.replace(".", "", 1).lstrip("-").isdigit() for cell in header)
    if 2 * n_numbers >= len(header):
        message = (
            f"{n_numbers} of {len(header)} cells in the first row of {name} are numbers, so it "
            "seems to have no column names. Add a first row that names the columns."
        )
        raise _unreadable(name, "no_header", message)
    for other, words in OTHER_DELIMITERS.items():
        if len(header) == 1 and other != delimiter and other in header[0]:
            message = (
                f"{name} seems to be separated by {words}, not by {delimiter!r}. Save it with "
                "commas, or declare `delimiter` under [file] of a mapping."
            )
            raise _unreadable(name, "other_delimiter", message)
    twice = sorted({cell for cell in header if header.count(cell) > 1})
    if twice:
        named = ", ".join(repr(cell) for cell in twice)
        message = f"{name} names a column more than once ({named}); rename or remove one."
        raise _unreadable(name, "repeated_column", message)


def _unreadable(name: str, rule: str, message: str) -> ValidationError:
    return ValidationError(message, rows_found(name, None, None, rule, message))
