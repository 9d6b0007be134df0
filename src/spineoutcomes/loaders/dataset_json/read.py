"""Read CDISC Dataset-JSON 1.1: one object in a .json file, or line by line in a .ndjson file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.dataset_json.cells import column_cells
from spineoutcomes.loaders.dataset_json.head import Head, head_of, refused
from spineoutcomes.loaders.plain_text import holds_half_characters
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found

LARGEST_FILE = 2**30  # bytes of a .json file, which is parsed at once
LONGEST_LINE = 2**26  # bytes of a line of a .ndjson file
Row = list[Any]


def read_dataset_json(path: Path) -> SourceFile:
    """Read a dataset in Dataset-JSON 1.1.

    Parameters
    ----------
    path : Path
        A .json file of one object, or a .ndjson file with the metadata in its first line and one
        row in each line below, which is read line by line.

    Returns
    -------
    SourceFile
        Dates are the ISO text of the file, partial ones too; null and "" are empty.

    Raises
    ------
    ValidationError
        When the file is not Dataset-JSON 1.1, is cut short, holds another number of rows than it
        says, or a row of another length than its columns. A cell that its dataType does not allow
        is an error in `found`.
    ArgumentError
        When it cannot be opened, or is neither .json nor .ndjson.
    """
    kind = path.suffix.lower()
    if kind == ".dsjc":
        raise ArgumentError(
            f"{path.name} is compressed Dataset-JSON, which is not read; unpack it to .ndjson with "
            "the tool that made it."
        )
    if kind not in (".json", ".ndjson"):
        raise ArgumentError(f"{path.name} is not one of .json, .ndjson.")
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            head, rows = _lines(stream, path) if kind == ".ndjson" else _object(stream, path)
    except OSError as error:
        raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None
    _check_rows(head, rows, path.name)
    cells = _cells(head, rows)
    return SourceFile(
        name=path.name,
        sha256=sha256,
        rows=cells.mask(cells.isna(), "").astype(str),
        titles={column.name: column.title for column in head.columns if column.title},
        found=_doubts(path.name, head, cells),
    )


def _object(stream: BinaryIO, path: Path) -> tuple[Head, list[Row]]:
    """Return the metadata and the rows of a file that is one JSON object."""
    if path.stat().st_size > LARGEST_FILE:
        message = (
            f"{path.name} has more than {LARGEST_FILE} bytes, too many to parse at once. Export it "
            "as .ndjson, which is read line by line."
        )
        raise refused(path.name, "too_large", message)
    data = _parsed(stream.read(), path.name, "")
    head = head_of(data, path.name)
    rows = data.get("rows", [])
    if not isinstance(rows, list):
        raise refused(path.name, "no_rows", f"{path.name} has no list of rows.")
    return head, rows


def _lines(stream: BinaryIO, path: Path) -> tuple[Head, list[Row]]:
    """Return the metadata in the first line and the rows in the lines below it."""
    lines = _numbered_lines(stream, path.name)
    number, first = next(lines, (1, b""))
    head = head_of(_parsed(first, path.name, f", line {number}"), path.name)
    return head, [_parsed(line, path.name, f", line {number}") for number, line in lines]


def _numbered_lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            message = f"Line {number} of {name} has more than {LONGEST_LINE} bytes: no row has."
            raise refused(name, "too_large", message)
        if line.strip():
            yield number, line


def _parsed(content: bytes, name: str, where: str) -> Any:
    """Return parsed JSON, its numbers to the last digit; a message never quotes the text."""
    try:
        text = content.decode("utf-8-sig")
        parsed = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        message = (
            f"{name}{where} is not UTF-8 text (byte {error.start + 1} does not fit), which "
            "Dataset-JSON is. Export it anew."
        )
        raise refused(name, "not_in_encoding", message) from None
    except RecursionError:
        message = f"{name}{where} nests far deeper than rows of cells do; it is not Dataset-JSON."
        raise refused(name, "nested_cells", message) from None
    except json.JSONDecodeError as error:
        at = where or f", line {error.lineno}"
        message = (
            f"{name}{at}, column {error.colno}, is not JSON: the file is cut short or damaged. A "
            "file with one row in each line has the ending .ndjson. Export it anew."
        )
        raise refused(name, "not_json", message) from None
    except (ValueError, InvalidOperation):
        message = (
            f"{name}{where} has a key that stands twice, or a number that no JSON has. Export it "
            "anew."
        )
        raise refused(name, "not_json", message) from None
    if holds_half_characters(text, parsed):
        message = f"{name}{where} holds half a character, which is no text. Export it anew."
        raise refused(name, "not_in_encoding", message)
    return parsed


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key stands twice")
    return data


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


_DECODER = json.JSONDecoder(
    parse_float=Decimal,
    parse_int=Decimal,
    parse_constant=_no_constant,
    object_pairs_hook=_unique_keys,
)


def _check_rows(head: Head, rows: list[Row], name: str) -> None:
    n_columns = len(head.columns)
    if len(rows) != head.records:
        message = (
            f"{name} says that it has {head.records} row(s) and has {len(rows)}: it is cut short, "
            "or was changed by hand. Export it anew."
        )
        raise refused(name, "rows_disagree", message)
    wrong = [at for at, row in enumerate(rows) if not _is_row(row, n_columns)]
    if wrong:
        message = (
            f"{len(wrong)} row(s) of {name} are not lists of {n_columns} cells, one for each "
            "column. Export it anew."
        )
        raise ValidationError(message, rows_found(name, wrong, None, "ragged_rows", message))


def _is_row(row: Any, n_columns: int) -> bool:
    return isinstance(row, list) and len(row) == n_columns


def _cells(head: Head, rows: list[Row]) -> pd.DataFrame:
    """Return cells as text, None where one is not of the dataType of its column."""
    columns = {
        column.name: column_cells([row[at] for row in rows], column.data_type)
        for at, column in enumerate(head.columns)
    }
    return pd.DataFrame(columns, dtype=object)


def _doubts(name: str, head: Head, cells: pd.DataFrame) -> pd.DataFrame:
    """Return an error for each cell that does not fit, and a warning when there is no row."""
    message = f"{name} has {len(head.columns)} column(s) and no row."
    found = [rows_found(name, [] if len(cells) else None, None, "no_rows", message, "warning")]
    for column in head.columns:
        rows = np.flatnonzero(cells[column.name].isna())
        message = (
            f"{len(rows)} cell(s) of the column {column.name!r} of {name} are not of its dataType "
            f"{column.data_type!r}. Export it anew."
        )
        found.append(rows_found(name, rows, column.name, "not_of_data_type", message))
    return joined(found)
