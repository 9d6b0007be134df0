"""A statistical file as it is stored, nothing interpreted yet, or why it cannot be read."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.statistical.formats import WIDTH, Program
from spineoutcomes.loaders.statistical.process import read_apart
from spineoutcomes.registry.findings import rows_found

PROGRAMS: dict[str, Program] = {
    ".sav": "spss",
    ".zsav": "spss",
    ".por": "spss",
    ".dta": "stata",
    ".sas7bdat": "sas",
    ".xpt": "sas",
}


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A file as it is stored.

    Attributes
    ----------
    columns : mapping of str to list
        Cells: text, numbers, None; in a column of numbers a letter is a tagged missing value.
    formats : mapping of str to (str or None)
        The format of each column.
    types : mapping of str to str
        How each column is stored: "string", "double", "float", "int8" …
    titles : mapping of str to (str or None)
        Labels of the columns.
    labels : mapping of str to mapping
        What codes stand for, by column.
    missing : mapping of str to list of mapping
        The ranges, `lo` to `hi`, that SPSS counts as missing, by column.
    """

    columns: Mapping[str, list[Any]]
    formats: Mapping[str, str | None]
    types: Mapping[str, str]
    titles: Mapping[str, str | None]
    labels: Mapping[str, Mapping[Any, str]]
    missing: Mapping[str, list[Mapping[str, Any]]]


def stored_file(path: Path, encoding: str | None, catalog: Path | None) -> Stored:
    """Read a file with pyreadstat.

    Parameters
    ----------
    path : Path
        A file with one of the endings of `PROGRAMS`.
    encoding : str, optional
        Encoding of its text; None takes the one the file declares.
    catalog : Path, optional
        A SAS catalog of formats.

    Raises
    ------
    ArgumentError
        When pyreadstat is not installed, or there is no such encoding.
    ValidationError
        When the file or the catalog cannot be read, or its text is in another encoding.
    """
    if find_spec("pyreadstat") is None:
        raise ArgumentError(
            f"Reading {path.name} needs pyreadstat: pip install 'spineoutcomes[stat-files]'."
        )
    read = read_apart(path, None if encoding is None else _known(encoding), catalog)
    if "error" in read:
        culprit = catalog if catalog is not None and read["file"] == "catalog" else path
        raise _not_read(culprit.name, encoding, read["error"])
    labels: Mapping[str, Mapping[Any, str]] = {
        column: dict(pairs) for column, pairs in read["labels"].items()
    }
    if catalog is not None:
        named = {format_: dict(pairs) for format_, pairs in read["catalog"].items()}
        labels = _labels_by_format(read["formats"], named)
    _refuse_names(path.name, read["names"])
    return Stored(
        columns=read["columns"],
        formats=read["formats"],
        types=read["types"],
        titles=read["titles"],
        labels=labels,
        missing=read["missing"],
    )


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise ArgumentError(f"There is no encoding {encoding!r}; utf-8 is the usual one.") from None


def _labels_by_format(
    formats: Mapping[str, str | None], catalog: Mapping[str, Mapping[Any, str]]
) -> dict[str, Mapping[Any, str]]:
    # The name of a SAS format never ends in a digit: what does is its width.
    named = {column: WIDTH.sub("", (name or "").upper()) for column, name in formats.items()}
    return {column: catalog[name] for column, name in named.items() if name in catalog}


def _not_read(name: str, encoding: str | None, reason: str) -> ValidationError:
    """Return what to say; the words of the error itself stay behind, they may quote a cell."""
    if reason == "encoding":
        tried = encoding or "the encoding that it declares (utf-8 where it declares none)"
        message = (
            f'The text in {name} is not in {tried}. Say which it is: encoding = "cp1252" or '
            '"latin-1" for Western Europe, "gb18030" for Chinese, "utf-8".'
        )
        return _unreadable(name, "not_in_encoding", message)
    if reason == "character_set":
        tried = (
            "declares an encoding that"
            if encoding is None
            else f"is to be read as {encoding}, which"
        )
        message = f'{name} {tried} pyreadstat does not know; try encoding = "cp1252" or "utf-8".'
        return _unreadable(name, "not_in_encoding", message)
    message = (
        f"{name} cannot be read: it is cut short, damaged, or not what its ending says. Export it "
        "anew from the program that made it."
    )
    return _unreadable(name, "not_readable", message)


def _refuse_names(name: str, columns: list[str]) -> None:
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        message = (
            f"{name} names a column more than once ({', '.join(twice)}); rename or remove one."
        )
        raise _unreadable(name, "repeated_column", message)
    if not columns:
        raise _unreadable(name, "empty_file", f"{name} has no columns.")


def _unreadable(name: str, rule: str, message: str) -> ValidationError:
    return ValidationError(message, rows_found(name, None, None, rule, message))
