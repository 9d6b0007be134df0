"""What the arguments of an analysis must be, said before anything is computed."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from numbers import Real

import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError


def frame_of(function: str, data: object) -> pd.DataFrame:
    """Return the rows of a DataFrame or Design.

    Raises
    ------
    ArgumentError
        For anything else, or columns with names of several levels.
    """
    frame = data.data if isinstance(data, Design) else data
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"{function}: data must be a pandas DataFrame or a Design, got a "
            f"{type(frame).__name__}. Other tables become one by `pd.DataFrame(...)` or "
            "`.to_pandas()`."
        )
    if isinstance(frame.columns, pd.MultiIndex):
        raise ArgumentError(
            f"{function}: columns must have plain names; these have {frame.columns.nlevels} "
            "levels. Join them, such as `data.columns = ['_'.join(c) for c in data.columns]`."
        )
    return frame


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
        For anything else.
    """
    if given is None:
        return []
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise ArgumentError(
            f"{function}: {argument} must be a column or a list of columns, got a "
            f"{type(given).__name__}."
        )
    return list(names)


def require_number(function: str, argument: str, value: object, expected: str) -> float:
    """Return a number.

    Raises
    ------
    ArgumentError
        For text, a truth value, None or anything else; `expected` says what the number is.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise ArgumentError(
            f"{function}: {argument} must be {expected}, got a {type(value).__name__}."
        )
    return float(value)


def require_one_of(function: str, argument: str, value: object, known: Collection[str]) -> None:
    """Raise unless a word is one of those known.

    Raises
    ------
    ArgumentError
        The message lists them.
    """
    if not isinstance(value, str) or value not in known:
        raise ArgumentError(
            f"{function}: unknown {argument} {value!r}; there are: {', '.join(known)}."
        )
