"""The flat files of REDCap, data and metadata alike: delimited text, or a JSON list of records."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.plain_text import decoded, holds_half_characters
from spineoutcomes.registry.findings import rows_found

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Flat:
    """Names of the columns, and below them rows of as many cells of text."""

    name: str
    sha256: str
    heads: list[str]
    rows: list[list[str]]


def read_flat(path: Path, first: tuple[str, ...], *, encoding: str, delimiter: str | None) -> Flat:
    """Read a flat file whose first column is known by name.

    Parameters
    ----------
    path : Path
        The file; a JSON list of records begins with "[".
    first : tuple of str
        What the first column may be called; the delimiter that makes it so is the file's.
    encoding : str
        Encoding of the text.
    delimiter : str, optional
        What stands between cells; None finds it among comma, semicolon, tab and bar.

    Raises
    ------
    ValidationError
        When it is no such table: another first column, or rows that are longer or shorter than
        the head.
    ArgumentError
        When it cannot be opened, or there is no such encoding.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ArgumentError(f"delimiter is one character, such as ';' or '\\t', got {delimiter!r}.")
    content, sha256 = _bytes(path)
    text = decoded(content, path.name, encoding)
    if text.lstrip()[:1] in ("[", "{"):
        heads, rows = _records(text, path.name)
    else:
        heads, rows = _table(text, path.name, delimiter or _delimiter(text, first))
    _check_first(heads, first, path.name)
    return Flat(path.name, sha256, heads, rows)


def unreadable(name: str, rule: str, message: str) -> ValidationError:
    """Return an error on a whole file."""
    return ValidationError(message, rows_found(name, None, None, rule, message))


def _bytes(path: Path) -> tuple[bytes, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None
    return content, hashlib.sha256(content).hexdigest()


def _delimiter(text: str, first: tuple[str, ...]) -> str:
    """Return the delimiter under which the head has the first column, and most columns."""
    heads = {delimiter: _head(text, delimiter) for delimiter in DELIMITERS}
    known = [delimiter for delimiter, head in heads.items() if set(first) & set(head)]
    return max(known or DELIMITERS, key=lambda delimiter: len(heads[delimiter]))


def _check_first(heads: list[str], first: tuple[str, ...], name: str) -> None:
    if heads and heads[0] in first:
        return
    expected = " or ".join(map(repr, first))
    place = next((number for number, head in enumerate(heads, start=1) if head in first), None)
    # The head is not quoted: without one, its cells would be a patient's.
    message = (
        f"The first column of {name} should be {expected}, and none of its {len(heads)} columns "
        "is. Check that it is the export, that its first row names the columns, and that the "
        "dictionary is of the same project; cells may be separated by comma, semicolon, tab or bar."
    )
    if place is not None:
        message = (
            f"{name} has {heads[place - 1]!r} as its column {place}; REDCap writes it first. "
            "Remove what stands before it (a column of row numbers comes from R's write.csv; "
            "row.names = FALSE leaves it out), or export the file again."
        )
    elif {"field_name", "value"} <= set(heads):
        message = f"{name} has a row per value; export it with type=flat, a row per record."
    raise unreadable(name, "first_column", message)


def _head(text: str, delimiter: str) -> list[str]:
    try:
        head = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in head]


def _table(text: str, name: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = list(reader)
    except csv.Error:
        # What csv says is left behind: it may quote a cell.
        message = (
            f"{name} is not a table with cells separated by {delimiter!r}: a quotation mark is "
            "never closed, or a cell is longer than 131072 characters. The file may be cut off; "
            "export it again."
        )
        raise unreadable(name, "ragged_rows", message) from None
    while lines and not any(lines[-1]):
        lines.pop()
    if not lines:
        raise unreadable(name, "empty_file", f"{name} is empty; export it again.")
    heads = [cell.strip() for cell in lines[0]]
    ragged = [n for n, line in enumerate(lines[1:]) if len(line) != len(heads)]
    if ragged:
        message = (
            f"{len(ragged)} row(s) of {name} have not {len(heads)} cells, as its head has (first: "
            f"row {ragged[0] + 1} below it). The file may be cut off, or edited; export it again."
        )
        raise ValidationError(message, rows_found(name, ragged, None, "ragged_rows", message))
    return heads, lines[1:]


def _records(text: str, name: str) -> tuple[list[str], list[list[str]]]:
    """Return a JSON list of flat records as a table; numbers keep the digits they have."""
    try:
        records = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_record
        )
    except (ValueError, RecursionError):
        message = f"{name} is not JSON; the file may be cut off. Export it again."
        raise unreadable(name, "not_json", message) from None
    if holds_half_characters(text, records):
        message = f"{name} holds half a character, which is no text. Export it again."
        raise unreadable(name, "not_in_encoding", message)
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        message = (
            f"{name} is not a JSON list of records, as the API exports with format=json and "
            "type=flat; an object may be an error that the server sent instead."
        )
        raise unreadable(name, "not_records", message)
    if not records:
        raise unreadable(name, "empty_file", f"{name} is an empty list; export it again.")
    heads = list(dict.fromkeys(key for record in records for key in record))
    rows = [[_cell(record.get(head)) for head in heads] for record in records]
    nested = [n for n, row in enumerate(rows) if None in row]
    if nested:
        message = (
            f"{len(nested)} record(s) of {name} hold lists, objects or true/false where text is "
            "expected; export with type=flat."
        )
        raise ValidationError(message, rows_found(name, nested, None, "not_flat", message))
    return heads, [[cell or "" for cell in row] for row in rows]


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key twice")
    return record


def _cell(value: Any) -> str | None:
    """Return a value as text, "" where there is none, None where it is not flat."""
    if value is None:
        return ""
    return value if isinstance(value, str) else None
