"""A workbook with a sheet for each table of a registry: a filled template, read without mapping."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace
from pathlib import Path

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.sheet.model import Sheet
from spineoutcomes.loaders.sheet.table import table_of_sheet
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.workbook.package import open_package, refused
from spineoutcomes.loaders.workbook.read import read_package
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.findings import joined, rows_found

ALIKE = 0.8  # `patient` and `score s` are alike to a table, `codebook` is not


def read_tables(path: Path) -> dict[str, SourceFile]:
    """Read the sheets of a workbook that are named as the tables of a registry.

    Case and spaces around a name do not matter. Other sheets are left alone; one whose name is
    close to that of a table is a warning among the findings of the first table. A sheet with only
    its head is no table, unless the registry cannot do without it.

    Parameters
    ----------
    path : Path
        A workbook such as `write_template` makes, filled in.

    Returns
    -------
    dict of str to SourceFile
        By name of the table; findings name the table and its column.

    Raises
    ------
    ValidationError
        When the file is no workbook or no safe one, or a sheet has no head.
    ArgumentError
        When it cannot be opened, or has no sheet named as a table.
    """
    package = open_package(path)
    sheets = read_package(package)
    named = _named(sheets, package.name)
    near = {name: table for name, table in _alike(sheets).items() if table not in named}
    if not named:
        hint = f" There is {', '.join(map(repr, near))}: rename it." if near else ""
        raise ArgumentError(
            f"{package.name} has no sheet named as a table; expected some of: "
            f"{', '.join(TABLES)}.{hint}"
        )
    files = {
        name: _table(sheet, name, package.name, package.sha256) for name, sheet in named.items()
    }
    kept = {n: file for n, file in files.items() if len(file.rows) or TABLES[n].required}
    also = [_misspelt(name, table) for name, table in _alike(sheets).items()]
    for first, file in list(kept.items())[:1]:
        kept[first] = replace(file, found=joined([file.found, *also]))
    return kept


def _table(sheet: Sheet, name: str, file: str, sha256: str) -> SourceFile:
    if sheet.is_empty:
        return SourceFile(file, sha256, pd.DataFrame())
    dates = {column.name for column in TABLES[name].columns if column.kind == "date"}
    return table_of_sheet(sheet, file=file, sha256=sha256, table=name, dates=dates)


def _named(sheets: list[Sheet], file: str) -> dict[str, Sheet]:
    """Return the sheets of tables, in the order of the tables."""
    found = {name: [s for s in sheets if _plain(s.name) == name] for name in TABLES}
    twice = [name for name, own in found.items() if len(own) > 1]
    if twice:
        message = f"{file} has two sheets each for {', '.join(twice)}; merge or rename one."
        raise refused(file, "repeated_sheet", message)
    return {name: own[0] for name, own in found.items() if own}


def _alike(sheets: list[Sheet]) -> dict[str, str]:
    """Return the names of sheets that look like a misspelt table, with the table meant."""
    found = {}
    for sheet in sheets:
        name = _plain(sheet.name)
        near = difflib.get_close_matches(name, TABLES, n=1, cutoff=ALIKE)
        if near and name not in TABLES and not sheet.is_empty:
            found[sheet.name] = near[0]
    return found


def _misspelt(name: str, table: str) -> pd.DataFrame:
    message = f"The sheet {name!r} is not a table and was not read; was {table!r} meant?"
    return rows_found(table, None, None, "unknown_sheet", message, "warning")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
