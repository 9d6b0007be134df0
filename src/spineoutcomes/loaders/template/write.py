"""Write the workbook that a surgeon fills in and loads as it is."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.sheet.model import column_letter
from spineoutcomes.loaders.template.codebook import (
    CATALOGUES,
    CODEBOOK_HEAD,
    READ_ME,
    Rows,
    code_lists,
    codebook_rows,
    entered,
    listed_words,
)
from spineoutcomes.loaders.template.words import WORDS
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.columns import Column, TableSpec
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW = 1_048_576
# As text, an id keeps its zeros, and 1-2 or 4/5 does not become a date.
FORMATS = {"date": "yyyy-mm-dd", "number": "General"}
AS_TEXT = "@"
WIDTHS = {"id": 18, "text": 22, "category": 22, "number": 14, "date": 14, "flag": 14}
# A year typed alone into a date cell becomes a day of 1905.
FIRST_DATE = "DATE(1930,1,1)"
LONGEST_PROMPT = 255  # of Excel; so is the longest list within a cell's own rule
LIST_GAP = 2
PAGE_WIDTH = 95  # characters of the sheet "read me"
LINE_HEIGHT = 16
FONT = "Calibri"
DARK, LIGHT, WHITE = "1F4E79", "DDEBF7", "FFFFFF"


def write_template(path: str | Path) -> Path:
    """Write an empty workbook with a sheet for each table, to fill in and load without a mapping.

    Beside the six tables it holds a sheet "codebook" (each column with its meaning, unit and
    allowed words; the codes of instruments, procedures, diagnoses and kinds of events) and a sheet
    "read me". The cells of a column offer its words and refuse others.

    Parameters
    ----------
    path : path
        The file to write, ending in .xlsx. One that is there is never overwritten.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ArgumentError
        When the name does not end in .xlsx, is taken, or cannot be written.

    Notes
    -----
    Missing data: an empty cell is missing; a reason stands in `scores.missing_reason`. There is no
    example row, since it would be loaded. Rows can be typed or pasted; what is pasted escapes the
    rules of the cells, and is checked when the workbook is loaded.

    Examples
    --------
    >>> import tempfile
    >>> import spineoutcomes as so
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = so.write_template(f"{folder}/registry.xlsx")
    ...     file.name
    'registry.xlsx'
    """
    place = Path(path)
    if place.suffix.lower() != ".xlsx":
        raise ArgumentError(f"A template is a workbook: {place.name} must end in .xlsx.")
    content = _content(SHIPPED_VOCABULARY)
    try:
        with place.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise ArgumentError(
            f"{place} is there already, perhaps filled in, and is not overwritten. Give another "
            "name."
        ) from None
    except OSError as error:
        raise ArgumentError(f"{place} cannot be written: {error.strerror}.") from None
    return place


def _content(vocabulary: Vocabulary) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    _write_read_me(book)
    for spec in TABLES.values():
        _write_table(book, spec, vocabulary)
    _write_codebook(book, vocabulary)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_table(book: Workbook, spec: TableSpec, vocabulary: Vocabulary) -> None:
    sheet: Worksheet = book.create_sheet(spec.name)
    sheet.freeze_panes = "A2"
    for position, column in enumerate(spec.columns):
        letter = column_letter(position)
        _write_head(sheet, position, column.name, needed=column.required)
        dimension = sheet.column_dimensions[letter]
        dimension.width = max(WIDTHS[column.kind], len(column.name) + 3)
        dimension.number_format = FORMATS.get(column.kind, AS_TEXT)
        rule = _rule(spec.name, column, vocabulary)
        rule.add(f"{letter}2:{letter}{LAST_ROW}")
        sheet.add_data_validation(rule)


def _write_head(sheet: Worksheet, position: int, name: str, *, needed: bool) -> None:
    from openpyxl.styles import Font, PatternFill

    cell = sheet.cell(1, position + 1, name)
    cell.font = Font(name=FONT, bold=True, color=WHITE if needed else None)
    cell.fill = PatternFill("solid", start_color=DARK if needed else LIGHT)
    cell.number_format = AS_TEXT


def _rule(table: str, column: Column, vocabulary: Vocabulary) -> DataValidation:
    """Return what the cells of a column accept, and say when one clicks into them."""
    from openpyxl.worksheet.datavalidation import DataValidation

    meaning, unit = WORDS[table, column.name]
    what = entered(column, vocabulary)
    rule = DataValidation(allow_blank=True, showInputMessage=True, showErrorMessage=True)
    rule.promptTitle = column.name
    rule.prompt = f"{meaning}{f' ({unit})' if unit else ''}: {what}."[:LONGEST_PROMPT]
    rule.errorTitle = column.name
    rule.error = f"Expected is {what}."[:LONGEST_PROMPT]
    words = listed_words(column)
    if column.catalogue is not None:
        rule.type, rule.formula1 = "list", _codes(column.catalogue, vocabulary)
    elif words:
        rule.type, rule.formula1 = "list", f'"{",".join(words)}"'
    elif column.kind == "date":
        rule.type, rule.operator, rule.formula1 = "date", "greaterThanOrEqual", FIRST_DATE
        rule.errorStyle = "warning"  # a month or a year alone is text, and allowed
    elif column.kind == "number":
        _set_range(rule, column)
    return rule


def _set_range(rule: DataValidation, column: Column) -> None:
    rule.type = "decimal"
    low = -1e9 if column.low is None else column.low
    high = 1e9 if column.high is None else column.high
    rule.operator, rule.formula1, rule.formula2 = "between", f"{low:.0f}", f"{high:.0f}"


def _codes(catalogue: str, vocabulary: Vocabulary) -> str:
    """Return where the codes of a catalogue stand on the codebook."""
    letter = column_letter(_list_positions(vocabulary)[catalogue])
    last = 1 + len(getattr(vocabulary, catalogue))
    return f"codebook!${letter}$2:${letter}${last}"


def _list_positions(vocabulary: Vocabulary) -> dict[str, int]:
    """Return the first column of each list on the codebook, right of the columns."""
    positions = {}
    position = len(CODEBOOK_HEAD) + LIST_GAP - 1
    for name, rows in code_lists(vocabulary).items():
        positions[name] = position
        position += len(rows[0]) + LIST_GAP - 1
    return positions


def _write_codebook(book: Workbook, vocabulary: Vocabulary) -> None:
    sheet: Worksheet = book.create_sheet("codebook")
    sheet.freeze_panes = "A2"
    blocks: list[tuple[int, tuple[str, ...], Rows]] = [
        (0, CODEBOOK_HEAD, codebook_rows(vocabulary))
    ]
    lists, positions = code_lists(vocabulary), _list_positions(vocabulary)
    heads = ("name", "result")
    for name in CATALOGUES:
        head = (name, *heads[: len(lists[name][0]) - 1])
        blocks.append((positions[name], head, lists[name]))
    for first, head, rows in blocks:
        for position, title in enumerate(head, start=first):
            _write_head(sheet, position, title, needed=False)
            widest = max(len(row[position - first]) for row in rows)
            sheet.column_dimensions[column_letter(position)].width = max(widest, 8) + 2
        for number, row in enumerate(rows, start=2):
            for position, text in enumerate(row, start=first):
                sheet.cell(number, position + 1, text or None)


def _write_read_me(book: Workbook) -> None:
    from openpyxl.styles import Alignment, Font

    sheet: Worksheet = book.create_sheet("read me")
    sheet.column_dimensions["A"].width = PAGE_WIDTH + 5
    for number, line in enumerate(READ_ME, start=1):
        cell = sheet.cell(number, 1, line or None)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        # Said outright: not every program makes a row as high as its text.
        sheet.row_dimensions[number].height = LINE_HEIGHT * math.ceil(len(line) / PAGE_WIDTH or 1)
    sheet["A1"].font = Font(name=FONT, bold=True, size=14)
    sheet.row_dimensions[1].height = 2 * LINE_HEIGHT
