"""Cells of Dataset-JSON as text, in the form that every other format gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from spineoutcomes.loaders.dataset_json.head import NUMBERS, TIMES
from spineoutcomes.loaders.statistical.cells import number_text

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
LONGEST_NUMBER = 400  # characters; what is longer was never a measurement


def column_cells(cells: Sequence[Any], data_type: str) -> list[str | None]:
    """Return the cells of one column as text, "" where empty, None where one does not fit.

    Parameters
    ----------
    cells : sequence
        As parsed: text, Decimal, bool, None; anything else does not fit.
    data_type : str
        What the column declares.
    """
    if data_type in NUMBERS:
        binary = data_type in ("float", "double")
        return [_number(cell, binary=binary) for cell in cells]
    if data_type == "boolean":
        return [_boolean(cell) for cell in cells]
    if data_type in TIMES:
        # A number would be days or seconds since some origin: dates are ISO text here.
        return [cell if isinstance(cell, str) else "" if cell is None else None for cell in cells]
    return [_text(cell) for cell in cells]


def _text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell
    return _number(cell, binary=False)


def _boolean(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None or cell == "" else None


def _number(cell: Any, *, binary: bool) -> str | None:
    """Return a number by its digits; one of a binary type by those that a float holds."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str) and len(cell) <= LONGEST_NUMBER and NUMBER.fullmatch(cell.strip()):
        cell = Decimal(cell.strip())
    if not isinstance(cell, Decimal):
        return None
    shortest = number_text(float(cell))
    try:
        same = binary or Decimal(shortest) == cell
    except InvalidOperation:
        same = False
    return shortest if same else str(cell)
