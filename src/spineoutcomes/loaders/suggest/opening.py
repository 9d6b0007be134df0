"""Open a file of which nothing is known yet, and tell how it was opened."""

from __future__ import annotations

import re
from pathlib import Path

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.delimited import OTHER_DELIMITERS, read_delimited
from spineoutcomes.loaders.mapping.grammar import FileFormat
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.sources import FORMATS, format_of
from spineoutcomes.loaders.suggest.text import Line, quoted
from spineoutcomes.loaders.workbook import read_workbook
from spineoutcomes.loaders.workbook.package import open_package
from spineoutcomes.loaders.workbook.read import read_package
from spineoutcomes.registry import TABLES

BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
NUMBERS = re.compile(r"[\d.,_/ -]+")
TRIED_ROWS = 10
Opened = tuple[SourceFile, list[Line]]


def opened(path: Path, given: str | None) -> Opened:
    """Return a file, and the lines under [file] that open it so.

    Raises
    ------
    ValidationError
        When no way of reading it gives a table.
    ArgumentError
        When its format is not known.
    """
    name = format_of(path, given)
    lines = [] if given is None else [Line(f"format = {quoted(given)}", "as it was given")]
    if name == "redcap":
        # Without its dictionary an export is read as the text it is.
        ask = Line('dictionary = "..."', "the data dictionary of the project", sure=False)
        file, more = _delimited(path)
        return file, [*lines, ask, *more]
    readers = {"csv": _delimited, "workbook": _workbook}
    if name not in readers:
        return FORMATS[name].read(path, FileFormat(one_row_per="patient")), lines
    file, more = readers[name](path)
    return file, [*lines, *more]


def _delimited(path: Path) -> Opened:
    """Return delimited text, by another delimiter or encoding where the usual ones do not fit."""
    lines = []
    encoding = _encoding_of(path)
    if encoding != "utf-8":
        why = "it is not UTF-8: do names and texts look right with this?"
        lines.append(Line(f"encoding = {quoted(encoding)}", why, sure=False))
    try:
        return read_delimited(path, encoding=encoding), lines
    except ValidationError as error:
        # A head of one cell above rows of several is what another delimiter looks like.
        if not set(error.findings["rule"]) <= {"other_delimiter", "ragged_rows"}:
            raise
    for delimiter, words in OTHER_DELIMITERS.items():
        try:
            file = read_delimited(path, delimiter=delimiter, encoding=encoding)
        except ValidationError:
            continue
        if len(file.rows.columns) > 1:
            return file, [*lines, Line(f"delimiter = {quoted(delimiter)}", words)]
    return read_delimited(path, encoding=encoding), lines  # says again what is wrong


def _encoding_of(path: Path) -> str:
    """Return UTF-8, or an encoding that the bytes look like."""
    content = path.read_bytes()
    if content.startswith(BYTE_ORDER_MARKS):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030" if _looks_chinese(content) else "cp1252"
    return "utf-8"


def _looks_chinese(content: bytes) -> bool:
    """Whether characters beyond ASCII stand together, as in Chinese, and not one by one."""
    try:
        runs = BEYOND_ASCII.findall(content.decode("gb18030"))
    except UnicodeDecodeError:
        return False
    return sum(len(run) > 1 for run in runs) > len(runs) / 2


def _workbook(path: Path) -> Opened:
    """Return the largest sheet of a workbook, with its head in the first row that reads as one."""
    sheets = [sheet for sheet in read_package(open_package(path)) if not sheet.is_empty]
    names = [sheet.name for sheet in sheets]
    if len({name.strip().casefold() for name in names} & set(TABLES)) > 1:
        raise ArgumentError(
            f"{path.name} has sheets named as the tables of a registry, and needs no mapping: "
            "load_registry(path) reads it."
        )
    lines, sheet = [], None
    if len(sheets) > 1:
        sheet = max(sheets, key=lambda one: one.values.size).name
        others = ", ".join(repr(name) for name in names if name != sheet)
        why = f"the largest; a [files.NAME] for each reads several: {others}"
        lines.append(Line(f"sheet = {quoted(sheet)}", why))
    file, more = _with_head(path, sheet)
    return file, [*lines, *more]


def _with_head(path: Path, sheet: str | None) -> Opened:
    try:
        return read_workbook(path, sheet=sheet), []
    except ValidationError as error:
        first = error
    for row in range(1, TRIED_ROWS + 1):
        # One row of names before two: an empty row above a head is no part of it.
        for start, height in ((row, 1), (row + 1, 1), (row, 2)):
            try:
                file = read_workbook(path, sheet=sheet, first_row=start, header_rows=height)
            except (ValidationError, ArgumentError):
                continue
            if sum(bool(NUMBERS.fullmatch(str(name))) for name in file.rows.columns):
                continue  # a row of the table, taken for names
            lines = [Line(f"first_row = {start}", "the first row that reads as one of names")]
            if height == 2:
                lines.append(Line("header_rows = 2", "two rows of names, the first over several"))
            return file, lines
    raise first
