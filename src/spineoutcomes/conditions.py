"""Conditions of a study, such as `age_years = ">= 18"`: parsed, never evaluated as code."""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError, SpineOutcomesWarning

COMPARISON = re.compile(r"^\s*(>=|<=|==|!=|>|<)\s*(.+?)\s*$")
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
Condition = str | float | bool | Sequence[Any]
Where = Mapping[str, Condition]


def meets(values: pd.Series, condition: Condition, *, name: str) -> np.ndarray:
    """Return which values meet a condition; a missing value never does.

    Parameters
    ----------
    values : Series
        One column.
    condition : str, number, bool or list
        A comparison (">= 18"), one value, or a list of allowed values.
    name : str
        Name of the column, for messages.

    Raises
    ------
    ArgumentError
        For a comparison that the column's values do not allow, such as ">= 2" of text.
    """
    if isinstance(condition, str):
        match = COMPARISON.match(condition)
        if match is not None:
            return _compare(values, match[1], match[2], name)
    allowed = [condition] if isinstance(condition, str | int | float) else list(condition)
    return (values.notna() & _comparable(values).isin(_as_kind(values, allowed))).to_numpy()


def _compare(values: pd.Series, sign: str, written: str, name: str) -> np.ndarray:
    known = values.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(values):
        try:
            bound = float(written)
        except ValueError:
            raise ArgumentError(
                f"{name} holds numbers; the condition {sign} {written!r} has none."
            ) from None
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(known & OPERATORS[sign](numbers, bound))
    if pd.api.types.is_datetime64_any_dtype(values):
        return np.asarray(known & OPERATORS[sign](values, _day(written, name)).to_numpy(dtype=bool))
    if sign not in ("==", "!="):
        raise ArgumentError(f"{name} holds text, so {sign!r} means nothing; list the values.")
    return np.asarray(known & OPERATORS[sign](values.astype(object), written).to_numpy(dtype=bool))


def _day(written: str, name: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(datetime.strptime(written, "%Y-%m-%d"))
    except ValueError:
        raise ArgumentError(
            f"{name} holds dates; a condition on them is written as YYYY-MM-DD, not {written!r}."
        ) from None


def _comparable(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values
    return values.astype(object)


def _as_kind(values: pd.Series, allowed: list[Any]) -> list[Any]:
    """Write numbers as text for a column of text: a TOML `2` means the category "2"."""
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return allowed
    return [str(value) for value in allowed]


def warn_of_later_arms(day: pd.Series, *, of: pd.Series, start: float) -> None:
    """Warn when an arm is made of what came after the start: only the living came to it.

    Parameters
    ----------
    day : Series
        On which day each component that decides an arm was done.
    of : Series
        Its episode.
    start : float
        Day 0, or the landmark.
    """
    late = int((day.groupby(of, observed=True).min() > start).sum())
    if late:
        warnings.warn(
            f"{late} episode(s) are in their arm by a component done after day {start:g}: who died "
            "before it is in another arm, and the time up to it is immortal (Suissa 2008). Say "
            'assignment="planned" where planned components are recorded, done or not; take a '
            "landmark_day; or give time_to_event the component as its entry.",
            SpineOutcomesWarning,
            stacklevel=5,
        )
