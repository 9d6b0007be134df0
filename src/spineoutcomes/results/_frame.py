"""The one way a result takes in a tidy frame: known columns, in order, with settled types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError

# Of the optional columns, which say what a row is about, those that are numbers.
NUMERIC_KEYS = frozenset({"horizon"})


def arranged(
    frame: pd.DataFrame,
    *,
    kind: str,
    text: Sequence[str],
    numbers: Sequence[str],
    optional: Sequence[str] = (),
    extra: Sequence[str] = (),
    last: Mapping[str, str | None] = MappingProxyType({}),
    required: Sequence[str] = (),
    apart: Sequence[str] = (),
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
        Columns of numbers kept, after the others, only where `frame` has them.
    last : mapping of str to str or None
        Text columns at the end, and what rows say there that say nothing themselves.
    required : sequence of str
        Columns that must be there and complete.
    apart : sequence of str
        Columns that `kind` has too, but keeps in a way of its own: they are left out.

    Raises
    ------
    ArgumentError
        For a column that `kind` does not know or that is there twice, a required one that is absent
        or incomplete, or text in a column of numbers.
    """
    given = {str(name): values for name, values in frame.items()}
    if len(given) < frame.shape[1]:
        names = list(map(str, frame.columns))
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ArgumentError(f"{kind} needs each column once; twice there: {', '.join(twice)}.")
    known = [*optional, *text, *numbers, *extra, *last]
    unknown = sorted(given.keys() - {*known, *apart})
    if unknown:
        raise ArgumentError(
            f"{kind} does not know the column(s) {', '.join(unknown)}; it has: "
            f"{', '.join([*apart, *known])}."
        )
    for name in required:
        if name not in given or given[name].isna().any():
            raise ArgumentError(f"{kind} needs a complete column {name!r}.")
    texts = {*optional, *text, *last} - NUMERIC_KEYS
    index = pd.RangeIndex(len(frame))
    columns = {
        name: _as_text(given.get(name), index, last.get(name))
        if name in texts
        else _as_number(given.get(name), index, f"{kind} needs numbers in the column {name!r}.")
        for name in known
        if name in given or not (name in optional or name in extra)
    }
    # Column by column: one block of all columns would be filled anew, which for a million rows
    # takes longer than most estimates.
    return pd.DataFrame(columns, index=index, copy=False)


def stacked(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several frames as one, whatever their columns and empty ones.

    Row by row: pandas' own concatenation is about to change what an empty column does to types.
    """
    return pd.DataFrame([row for frame in frames for row in frame.to_dict("records")])


def _as_text(column: pd.Series | None, index: pd.RangeIndex, default: str | None) -> pd.Series:
    if column is None:
        values = np.full(len(index), default, dtype=object)
    else:
        values = np.array(column, dtype=object)
        values[pd.isna(values)] = default
    # A series: as a bare array its type would be up to pandas.
    return pd.Series(values, index=index, dtype=object, copy=False)


def _as_number(
    column: pd.Series | None, index: pd.RangeIndex, message: str
) -> npt.NDArray[np.float64]:
    if column is None:
        return np.full(len(index), np.nan)
    # A copy: what the caller does to `frame` later changes no result.
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        return np.array(column.to_numpy(), dtype=float)
    try:
        return column.to_numpy(dtype=float, na_value=np.nan, copy=True)
    except (TypeError, ValueError):
        raise ArgumentError(message) from None
