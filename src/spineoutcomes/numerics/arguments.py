"""What the arguments of an analysis must be, said before anything is computed."""

from __future__ import annotations

from collections.abc import Collection
from numbers import Real

import pandas as pd

from spineoutcomes._asked import plain_frame
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError


def frame_of(function: str, data: object) -> pd.DataFrame:
    """Return the rows of a DataFrame or Design.

    Raises
    ------
    ArgumentError
        For anything else, or columns with names of several levels.
    """
    return plain_frame(function, data.data if isinstance(data, Design) else data)


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


def require_text(function: str, argument: str, value: object) -> None:
    """Raise unless a word is text.

    Raises
    ------
    ArgumentError
    """
    if not isinstance(value, str):
        raise ArgumentError(f"{function}: {argument} must be text, got a {type(value).__name__}.")
