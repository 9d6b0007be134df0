"""Answers of a form as numbers: whole, within range, or missing; anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NOT_TESTABLE = "NT"
TEXT = "text or something else that is not a number"
FRACTION = "not a whole number"
OUTSIDE = "out of range"
STARRED = "with a star"
SIGNED = "with a plus or minus"
# What an examiner writes beside or instead of a whole grade.
MARKS = {STARRED: re.compile(r"(?:[0-9]|NT)[+-]?\*"), SIGNED: re.compile(r"[0-9][+-]")}
REMEDIES = {
    STARRED: (
        "A star marks a weakness that is not of the spinal cord (ISNCSCI, revision of 2019): enter "
        "the whole grade that the examiner lets it count as, or NT."
    ),
    SIGNED: (
        "Plus and minus have no place in a sum of whole grades: enter the whole grade, and note "
        "that it was rounded."
    ),
    FRACTION: (
        "A half point is no answer here: where another version of the form has half points, leave "
        "its items out and load its total as a score."
    ),
}


def read_answers(
    frame: pd.DataFrame,
    ranges: Mapping[str, tuple[float, float]],
    *,
    what: str,
    examined: bool = False,
    flags: bool = False,
) -> pd.DataFrame:
    """Return the answers as floats, one column per item in the order of `ranges`.

    Parameters
    ----------
    frame : DataFrame
        One row per form, one column per item, in any order.
    ranges : mapping
        Item -> lowest and highest answer.
    what : str
        What is scored, for messages.
    examined : bool
        Whether "NT" (not testable) may stand among the answers. It makes a file's whole column
        text, so whole numbers written as text are read too; reading "4+" would be rounding, and
        reading "5*" would be taking the examiner's decision.
    flags : bool
        Whether True and False are answers.

    Raises
    ------
    ArgumentError
        For columns that are lacking, unknown or there twice, and for answers that are not whole
        numbers in range.
    """
    names = list(ranges)
    _check_columns(frame, names, what)
    read = [_numbers(frame[name], examined=examined, flags=flags) for name in names]
    values = np.stack([numbers for numbers, _ in read], axis=1)
    low, high = np.array([ranges[name] for name in names], dtype=float).T
    outside = (values < low) | (values > high)
    fraction = ~np.isnan(values) & ~outside & (values != np.floor(values))
    unread = np.stack([refused for _, refused in read], axis=1)
    marks = MARKS if examined else {}
    wrong = _by_mark(frame[names], unread, marks) | {OUTSIDE: outside, FRACTION: fraction}
    _refuse(wrong, names, what, REMEDIES if examined else {})
    return pd.DataFrame(values, index=frame.index, columns=names)


def listed(names: Sequence[object]) -> str:
    """Return names in quotes, the first twelve of many."""
    shown = ", ".join(repr(name) for name in names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"


def _check_columns(frame: pd.DataFrame, names: list[str], what: str) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"{what} needs a DataFrame with one column per item, got a {type(frame).__name__}."
        )
    lacking = [name for name in names if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in names]
    twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
    if lacking or unknown:
        found = [f"lacking: {listed(lacking)}"] * bool(lacking)
        found += [f"unknown: {listed(unknown)}"] * bool(unknown)
        raise ArgumentError(
            f"{what} takes the columns {listed(names)}; {'; '.join(found)}. Rename or select the "
            "columns; an item that was never asked is a column of missing values."
        )
    if twice:
        raise ArgumentError(f"{what} takes each column once; there twice: {listed(twice)}.")


def _numbers(column: pd.Series, *, examined: bool, flags: bool) -> tuple[Floats, Flags]:
    """Return a column as floats, and which of its cells say something that is no number."""
    dtype = column.dtype
    plain = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)
    if plain and not pd.api.types.is_bool_dtype(dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        return values, np.zeros(len(values), dtype=bool)
    cells = column.astype(object)
    read = cells.map(lambda cell: _number(cell, examined=examined, flags=flags), na_action="ignore")
    values = read.to_numpy(dtype=float, na_value=np.nan)
    testable = np.array([not (examined and _is_not_testable(cell)) for cell in cells], dtype=bool)
    return values, cells.notna().to_numpy() & np.isnan(values) & testable


def _number(cell: object, *, examined: bool, flags: bool) -> float:
    """Return a cell as a number, missing when it is none that may be read."""
    if isinstance(cell, bool | np.bool_):
        return float(cell) if flags else np.nan
    if isinstance(cell, str):
        whole = examined and cell.isascii() and cell.isdigit()
        return float(cell) if whole else np.nan
    return float(cell) if isinstance(cell, Real) else np.nan


def _is_not_testable(cell: object) -> bool:
    """Return whether a cell says that a muscle could not be tested."""
    return isinstance(cell, str) and cell == NOT_TESTABLE


def _by_mark(
    frame: pd.DataFrame, unread: Flags, marks: Mapping[str, re.Pattern[str]]
) -> dict[str, Flags]:
    """Return the cells that are no number by why they are none: a grade with a mark, or text."""
    cells = frame.astype(object).to_numpy()
    found = {why: np.zeros_like(unread) for why in (*marks, TEXT)}
    for row, column in np.argwhere(unread):
        cell = cells[row, column]
        fitting = (w for w, mark in marks.items() if isinstance(cell, str) and mark.fullmatch(cell))
        found[next(fitting, TEXT)][row, column] = True
    return found


def _refuse(
    wrong: Mapping[str, Flags], names: Sequence[str], what: str, remedies: Mapping[str, str]
) -> None:
    """Raise with how many answers are wrong, in which columns, and why; never with the answers."""
    found, todo = [], []
    for why, hits in wrong.items():
        columns = [name for place, name in enumerate(names) if hits[:, place].any()]
        if columns:
            found.append(f"{int(hits.sum())} {why} (in {listed(columns)})")
            todo += [remedies[why]] if why in remedies else []
    if found:
        said = [
            f"{what} takes whole numbers in the range of each item, or missing values. Of the "
            f"answers: {'; '.join(found)}. Correct or blank them; nothing is rounded or clipped."
        ]
        raise ArgumentError(" ".join(said + todo))
