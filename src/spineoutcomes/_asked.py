"""The table an analysis is asked about and the names of its columns: what both must be.

A Design and the door of every analysis check them alike.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError

NO_LISTS = (Mapping, pd.Series, pd.DataFrame, np.ndarray)


def plain_frame(
    function: str, data: object, expected: str = "a pandas DataFrame or a Design"
) -> pd.DataFrame:
    """Return a DataFrame whose columns have plain names.

    Raises
    ------
    ArgumentError
        For anything else, or columns with names of several levels.
    """
    if not isinstance(data, pd.DataFrame):
        raise ArgumentError(
            f"{function}: data must be {expected}, got a {type(data).__name__}. Other tables "
            "become a DataFrame by `pd.DataFrame(...)` or `.to_pandas()`."
        )
    if isinstance(data.columns, pd.MultiIndex):
        raise ArgumentError(
            f"{function}: columns must have plain names; these have {data.columns.nlevels} "
            "levels. Join them, such as `data.columns = ['_'.join(c) for c in data.columns]`."
        )
    return data


def require_names(function: str, named: Mapping[str, object]) -> None:
    """Raise unless each argument names one column, or is None.

    Raises
    ------
    ArgumentError
        The message names the argument and the type found.
    """
    for argument, name in named.items():
        if not isinstance(name, Hashable):
            raise ArgumentError(
                f"{function}: {argument} must be the name of one column, got a "
                f"{type(name).__name__}."
            )


def names_in(function: str, argument: str, given: object) -> list[str]:
    """Return the columns of an argument that takes one name or a list of them.

    Raises
    ------
    ArgumentError
        For anything else. A Series or an array holds values of patients more often than names;
        they would be printed as columns that do not exist.
    """
    if given is None:
        return []
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Iterable) or isinstance(names, NO_LISTS):
        raise ArgumentError(
            f"{function}: {argument} must be a column or a list of columns, got a "
            f"{type(given).__name__}."
        )
    listed = list(names)
    strange = {type(name).__name__ for name in listed if not _is_name(name)}
    if strange:
        raise ArgumentError(
            f"{function}: {argument} must list names of columns, this {type(given).__name__} holds "
            f"values of type {', '.join(sorted(strange))}."
        )
    return listed


def _is_name(name: object) -> bool:
    return name is not None and isinstance(name, Hashable)


def require_columns(function: str, frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise unless the frame has rows and all these columns, each once and of single values."""
    absent = sorted({name for name in names if name not in frame.columns}, key=str)
    if absent:
        raise ArgumentError(
            f"{function}: no column {', '.join(map(repr, absent))}; the data have: "
            f"{', '.join(map(str, frame.columns))}."
        )
    repeated = sorted({str(name) for name in names if (frame.columns == name).sum() > 1})
    if repeated:
        raise ArgumentError(
            f"{function}: the data have several columns of the name {', '.join(repeated)}; "
            "rename or drop all but one."
        )
    nested = sorted({str(name) for name in names if _holds_lists(frame[name])})
    if nested:
        raise ArgumentError(
            f"{function}: a cell must hold one value; some of {', '.join(nested)} hold lists or "
            "the like. Give each value a row or a column."
        )
    if not len(frame):
        raise ArgumentError(f"{function}: the data have no rows.")


def _holds_lists(column: pd.Series) -> bool:
    if column.dtype != object or pd.api.types.infer_dtype(column, skipna=True) != "mixed":
        return False
    return not all(isinstance(value, Hashable) for value in column)
