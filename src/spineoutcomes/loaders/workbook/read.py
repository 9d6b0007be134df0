"""Read workbooks: one sheet, or each of them, as tables of text."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.sheet.model import Sheet
from spineoutcomes.loaders.sheet.table import table_of_sheet
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.workbook.by_calamine import has_calamine, sheets_by_calamine
from spineoutcomes.loaders.workbook.by_openpyxl import sheets_by_openpyxl
from spineoutcomes.loaders.workbook.package import Package, open_package, refused
from spineoutcomes.loaders.workbook.parts import MAX_FAST_CELLS

# Larger files are read by python-calamine where it is installed and reads all there is.
FAST_FROM_BYTES = 1_000_000


def read_workbook(
    path: Path,
    *,
    sheet: str | None = None,
    first_row: int | None = None,
    header_rows: int = 1,
    decimal: Literal[".", ","] = ".",
) -> SourceFile:
    """Read one sheet of a workbook, whose head names the columns.

    Parameters
    ----------
    path : Path
        A file of Excel or a program like it: .xlsx, .xlsm, or .xls with the extra `fast-excel`.
    sheet : str, optional
        Name of the sheet; None for the only one that is not empty.
    first_row : int, optional
        The row of the head, counted from 1 as the sheet shows it; None is row 1.
    header_rows : {1, 2}
        How many rows the head has. Merged cells of the first of two are spread over their columns
        and joined to the second: "VAS" over "3m" is "VAS_3m".
    decimal : {".", ","}
        The decimal mark that text cells have; numbers are written with it too, so that a column of
        both reads as one.

    Returns
    -------
    SourceFile
        The rows below the head, as far as any of them holds anything. Its findings tell of cells
        with errors, formulas never computed, percent formats, ambiguous dates, merged cells, hidden
        rows and columns: an error for what would make a wrong number.

    Raises
    ------
    ValidationError
        When the file is no workbook or no safe one, or the sheet has no head or no rows.
    ArgumentError
        When it cannot be opened, or there is no such sheet or row, or several sheets to choose of.

    Notes
    -----
    Missing data: an empty cell is ""; so is one with an error or a formula never computed, with a
    finding. "/", "无" and "失访" stay, for a mapping to declare.

    The values are read that the spreadsheet program stored, in half-width characters. A date cell
    is YYYY-MM-DD, whatever its format shows, unless that shows no day; text such as 2023.5.6 or
    2023年5月6日 becomes a date in a column of dates. What only the eye sees is not read: colours,
    bold or crossed-out text, comments, drawings. Facts coded so need a column of their own.
    """
    package = open_package(path)
    chosen = _chosen(read_package(package, header_rows), sheet, package.name)
    file = table_of_sheet(
        chosen,
        file=package.name,
        sha256=package.sha256,
        first_row=first_row,
        header_rows=header_rows,
        decimal=decimal,
    )
    if not len(file.rows):
        message = (
            f"The sheet {chosen.name!r} of {package.name} has {len(file.rows.columns)} column "
            "name(s) and no row below them."
        )
        raise refused(package.name, "no_rows", message)
    return file


def read_sheets(path: Path) -> dict[str, SourceFile]:
    """Read each sheet of a workbook that is not empty, with its head in row 1; by name.

    A sheet with a head only has no rows. Everything else is as in `read_workbook`.

    Raises
    ------
    ValidationError
        When the file is no workbook or no safe one, or a sheet has no head.
    ArgumentError
        When it cannot be opened.
    """
    package = open_package(path)
    sheets = [each for each in read_package(package) if not each.is_empty]
    if not sheets:
        raise refused(package.name, "empty_file", f"All sheets of {package.name} are empty.")
    return {
        each.name: table_of_sheet(each, file=package.name, sha256=package.sha256, table=each.name)
        for each in sheets
    }


def read_package(package: Package, header_rows: int = 1) -> list[Sheet]:
    """Return the sheets of a workbook, read by the fast engine where that reads all there is."""
    if package.kind == "xls" or (header_rows == 1 and _is_for_calamine(package)):
        return sheets_by_calamine(package)
    return sheets_by_openpyxl(package)


def _is_for_calamine(package: Package) -> bool:
    facts = package.facts
    return (
        len(package.content) > FAST_FROM_BYTES
        and facts.plain
        and max(facts.n_cells, facts.spread) <= MAX_FAST_CELLS
        and has_calamine()
    )


def _chosen(sheets: list[Sheet], name: str | None, file: str) -> Sheet:
    filled = [each for each in sheets if not each.is_empty]
    if not filled:
        raise refused(file, "empty_file", f"{file} is empty; a table begins with a row of names.")
    listed = ", ".join(repr(s.name) + ("" if s.visible else " (hidden)") for s in filled)
    if name is None and len(filled) > 1:
        raise ArgumentError(
            f"{file} has {len(filled)} sheets that are not empty ({listed}); say which one: sheet."
        )
    own = [each for each in filled if name is None or each.name == name]
    if not own:
        raise ArgumentError(f"{file} has no sheet {name!r} with anything in it; it has: {listed}.")
    return own[0]
