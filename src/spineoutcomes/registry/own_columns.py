"""Columns of the user's own that a file stores with a type: as the same cells in text would be.

A saved registry is text. What is true of its columns when it is read again has to be true of them
at once, whatever the file was: a moment keeps its time of day, a long number every digit.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

# Whole numbers below this are exact as floats and are written without an exponent. Longer ones are
# card and case numbers, and a float would change their last digits.
LONGEST_NUMBER = 10**15


def untyped(values: pd.Series) -> pd.Series:
    """Return a column as numbers or as text: yes or no, dates and long numbers are text."""
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_object_dtype(values):
        return values
    if pd.api.types.is_string_dtype(values) or pd.api.types.is_float_dtype(values):
        return values
    if pd.api.types.is_integer_dtype(values) and not isinstance(values.dtype, pd.PeriodDtype):
        known = values.dropna()
        if not len(known) or -LONGEST_NUMBER < known.min() <= known.max() < LONGEST_NUMBER:
            return values.astype(float)
    kinds = values.astype("category")
    days = pd.api.types.is_datetime64_any_dtype(values) and _all_midnight(values)
    return kinds.cat.rename_categories([_text(kind, days) for kind in kinds.cat.categories])


def _all_midnight(moments: pd.Series) -> bool:
    known = moments.dropna()
    return moments.dt.tz is None and bool((known == known.dt.normalize()).all())


def _text(value: Any, days: bool) -> str:
    """Return a value as text, the one of a day as YYYY-MM-DD."""
    if not isinstance(value, pd.Timestamp):
        return str(value)
    return f"{value:%Y-%m-%d}" if days else value.isoformat()
