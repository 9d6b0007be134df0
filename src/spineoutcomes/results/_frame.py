"""The one way a result takes in a tidy frame: known columns, in order, with settled types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError


def arranged(
    frame: pd.DataFrame,
    *,
    kind: str,
    text: Sequence[str],
    numbers: Sequence[str],
    optional: Sequence[str] = (),
    extra: Sequence[str] = (),
    required: Sequence[str] = (),
) -> pd.DataFrame:
    """Return a copy of `frame` with the columns of `kind`, in their order.

    Parameters
    ----------
    frame : DataFrame
        The numbers, one row each.
    kind : str
        Name of the result, for messages.
    text, numbers : sequence of str
        Columns of a result, in order; those absent from `frame` are filled with missing values.
    optional : sequence of str
        Text columns kept, in front, only where `frame` has them.
    extra : sequence of str
        Columns of numbers kept, at the end, only where `frame` has them.
    required : sequence of str
        Columns that must be there and complete.

    Raises
    ------
    ArgumentError
        For a column that `kind` does not know, a required one that is absent or incomplete, or
        text in a column of numbers.
    """
    known = [*optional, *text, *numbers, *extra]
    unknown = sorted(set(map(str, frame.columns)) - set(known))
    if unknown:
        raise ArgumentError(
            f"{kind} does not know the column(s) {', '.join(unknown)}; it has: {', '.join(known)}."
        )
    for column in required:
        if column not in frame.columns or frame[column].isna().any():
            raise ArgumentError(f"{kind} needs a complete column {column!r}.")
    columns = {c: _optional(frame, c, kind) for c in optional if c in frame.columns}
    columns |= {c: _as_text(frame, c) for c in text}
    given = [*numbers, *(c for c in extra if c in frame.columns)]
    columns |= {c: _as_number(frame, c, kind) for c in given}
    # Column by column: one block of all columns would be filled anew, which for a million rows
    # takes longer than most estimates.
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)


def stacked(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several frames as one, whatever their columns and empty ones.

    Row by row: pandas' own concatenation is about to change what an empty column does to types.
    """
    return pd.DataFrame([row for frame in frames for row in frame.to_dict("records")])


def _as_text(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame.columns:
        return pd.Series(np.full(len(frame), None, dtype=object), dtype=object)
    given = frame[column]
    if isinstance(given.dtype, pd.CategoricalDtype):
        # The code of a missing value is -1: the last label.
        labels = np.array([*given.cat.categories, None], dtype=object)
        return pd.Series(labels[given.cat.codes], dtype=object)
    values = np.array(given.astype(object), dtype=object)
    values[given.isna().to_numpy()] = None
    return pd.Series(values, dtype=object)


def _as_number(frame: pd.DataFrame, column: str, kind: str) -> pd.Series:
    if column not in frame.columns:
        return pd.Series(np.full(len(frame), np.nan))
    try:
        # A copy: what the caller does to `frame` later changes no result.
        return pd.Series(frame[column].to_numpy(dtype=float, na_value=np.nan, copy=True))
    except (TypeError, ValueError):
        raise ArgumentError(f"{kind} needs numbers in the column {column!r}.") from None


def _optional(frame: pd.DataFrame, column: str, kind: str) -> pd.Series:
    return _as_number(frame, column, kind) if column == "horizon" else _as_text(frame, column)
