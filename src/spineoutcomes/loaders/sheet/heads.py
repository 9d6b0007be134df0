"""The head of a sheet: where it stands, and what each column is called. Nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.sheet.findings import letters
from spineoutcomes.loaders.sheet.model import Grid, Sheet, Shown
from spineoutcomes.registry.findings import rows_found

Mask = npt.NDArray[np.bool_]
BETWEEN = "_"  # joins the two rows of a head: VAS over 术前 is VAS_术前
LOOKED_AT = 20  # rows in which a head is looked for, to name it in a message
MOST = 0.8  # of the columns are named in a row that seems to be the head


@dataclass(frozen=True, slots=True)
class Head:
    """The columns of a sheet by name, with their positions, and the first row below the head."""

    columns: dict[str, int]
    start: int


def read_head(
    sheet: Sheet, text: Grid, *, file: str, first_row: int | None, header_rows: int
) -> Head:
    """Return the columns that have a name, left to right.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    text : array of object
        Its cells as text.
    file : str
        Name of the file.
    first_row : int, optional
        The row of the head, counted from 1; None is the first.
    header_rows : {1, 2}
        How many rows it has. Merged cells of the first of two are spread over their columns.

    Raises
    ------
    ArgumentError
        For a row that is not there.
    ValidationError
        When a column with data has no name, two with data have the same, or the head is of numbers.
    """
    row = 1 if first_row is None else first_row
    _check_arguments(row, header_rows, len(text), sheet.name, file)
    start = row - 1 + header_rows
    filled = _filled(sheet, text)
    below: Mask = np.any(filled[start:], axis=0)
    names = _names(sheet, text, row - 1, header_rows)
    unnamed = [position for position, name in enumerate(names) if below[position] and not name]
    if unnamed:
        raise _no_name(sheet, filled, file, row, header_rows, unnamed, first_row is None)
    _check_numbers(names, sheet.name, file, row)
    return Head(_unique(names, below, sheet.name, file), start)


def _check_arguments(row: int, header_rows: int, n_rows: int, sheet: str, file: str) -> None:
    if header_rows not in (1, 2):
        raise ArgumentError(f"header_rows must be 1 or 2, got {header_rows!r}.")
    if not 1 <= row <= n_rows:
        raise ArgumentError(
            f"first_row must be a row of the sheet {sheet!r} of {file}, 1 to {n_rows}, got {row!r}."
        )


def _filled(sheet: Sheet, text: Grid) -> Mask:
    """Return which cells hold anything, an error or a formula without a result included."""
    told = [isinstance(value, Shown) for value in sheet.values.ravel()]
    filled: Mask = np.array(told, dtype=bool).reshape(text.shape)
    filled |= text != ""
    return filled


def _names(sheet: Sheet, text: Grid, top: int, header_rows: int) -> list[str]:
    rows = [[" ".join(str(cell).split()) for cell in row] for row in text[top : top + header_rows]]
    if header_rows == 1:
        return rows[0]
    for area in sheet.merged:
        if area.top == top:
            for position in range(area.left, min(area.right + 1, len(rows[0]))):
                rows[0][position] = rows[0][area.left]
    below = rows[1] if len(rows) == 2 else [""] * len(rows[0])
    return [BETWEEN.join(filter(None, pair)) for pair in zip(rows[0], below, strict=True)]


def _unique(names: list[str], below: Mask, sheet: str, file: str) -> dict[str, int]:
    """Return positions by name; of columns with the same name, the one that holds data."""
    found: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        if name:
            found.setdefault(name, []).append(position)
    holding = {name: [p for p in own if below[p]] or own[:1] for name, own in found.items()}
    twice = {name: own for name, own in holding.items() if len(own) > 1}
    if twice:
        named = "; ".join(f"{name!r} in {letters(own)}" for name, own in twice.items())
        message = (
            f"The sheet {sheet!r} of {file} has the same name over several columns: {named}. "
            "Rename them; if their names differ in a row above, say header_rows = 2 and the row of "
            "the first as first_row."
        )
        raise _wrong(file, "repeated_column", message)
    return {name: holding[name][0] for name in found}


def _check_numbers(names: list[str], sheet: str, file: str, row: int) -> None:
    named = [name for name in names if name]
    n_numbers = sum(name.replace(".", "", 1).lstrip("-").isdigit() for name in named)
    if named and 2 * n_numbers >= len(named):
        message = (
            f"{n_numbers} of {len(named)} filled cells in row {row} of the sheet {sheet!r} of "
            f"{file} are numbers, so it seems to have no column names. Add a row that names the "
            "columns, or say which row it is: first_row."
        )
        raise _wrong(file, "no_header", message)


def _no_name(
    sheet: Sheet,
    filled: Mask,
    file: str,
    row: int,
    header_rows: int,
    unnamed: list[int],
    by_default: bool,
) -> ValidationError:
    likely = _likely_head(sheet, filled)
    if by_default and likely is not None and likely[0] != row:
        at, height = likely
        two = ", header_rows = 2" if height == 2 else ""
        message = (
            f"Row {row} of the sheet {sheet.name!r} of {file} has {int(filled[row - 1].sum())} "
            f"filled cell(s) of {int(filled.any(axis=0).sum())}; the head seems to be row {at}: "
            f"say first_row = {at}{two}."
        )
        return _wrong(file, "no_header", message)
    merged = any(area.top == row - 1 and area.right > area.left for area in sheet.merged)
    hint = ""
    if header_rows == 1 and merged:
        hint = " Cells of that row are merged: if the head has two rows, say header_rows = 2."
    elif header_rows == 2:
        hint = " A name that stands over several columns is spread only if its cells are merged."
    rows = f"row {row}" if header_rows == 1 else f"rows {row} and {row + 1}"
    message = (
        f"{len(unnamed)} column(s) of the sheet {sheet.name!r} of {file} hold data and have no "
        f"name in {rows}: {letters(unnamed)}. Name them, or delete what they hold.{hint}"
    )
    return _wrong(file, "unnamed_column", message)


def _likely_head(sheet: Sheet, filled: Mask) -> tuple[int, int] | None:
    """Return the row, from 1, that seems to be the head, and how many rows it has; for a hint."""
    width = int(filled.any(axis=0).sum())
    for row in range(min(LOOKED_AT, len(filled))):
        own = int(filled[row].sum())
        texts = sum(isinstance(value, str) for value in sheet.values[row])
        if own >= MOST * width and 2 * texts > own:
            over = any(area.top == row - 1 and area.right > area.left for area in sheet.merged)
            return (row, 2) if over else (row + 1, 1)
    return None


def _wrong(file: str, rule: str, message: str) -> ValidationError:
    return ValidationError(message, rows_found(file, None, None, rule, message))
