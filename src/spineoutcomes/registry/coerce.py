"""Give each declared column its type; say which values do not have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.registry.columns import Column, Kind, TableSpec
from spineoutcomes.registry.dates import Dates, no_dates, parse_dates
from spineoutcomes.registry.findings import joined, rows_found

# No leading zero: "007" is a code, and would not survive as a number.
PLAIN_NUMBER = r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"
FLAGS = {
    "true": True,
    "yes": True,
    "y": True,
    "1": True,
    "1.0": True,
    "false": False,
    "no": False,
    "n": False,
    "0": False,
    "0.0": False,
}


def coerced(
    spec: TableSpec, frame: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Dates], pd.DataFrame]:
    """Return the table with settled types, its dates, and findings on values that do not fit.

    Declared columns that are absent are added, missing throughout; other columns are kept, behind
    the declared ones. The index becomes the position of the row.
    """
    frame = frame.reset_index(drop=True)
    columns: dict[str, pd.Series] = {}
    dates: dict[str, Dates] = {}
    found = []
    for column in spec.columns:
        if column.name not in frame:
            columns[column.name] = _absent(frame.index, column.kind)
            if column.kind == "date":
                dates[column.name] = no_dates(frame.index)
            continue
        values = frame[column.name]
        if column.kind == "date":
            dates[column.name] = parse_dates(values)
            columns[column.name], bad = dates[column.name].exact, dates[column.name].bad
        else:
            columns[column.name], bad = _READERS[column.kind](values)
        found.append(_not_of_kind(spec.name, column, np.flatnonzero(bad)))
    extra = {name: _tidy_extra(frame[name]) for name in frame.columns if name not in columns}
    typed = pd.DataFrame(columns | extra, index=frame.index)
    return typed, dates, joined(found)


def _absent(index: pd.Index, kind: Kind) -> pd.Series:
    """Return a column of a kind that nobody filled in."""
    n = len(index)
    empty: dict[str, Any] = {
        "number": np.full(n, np.nan),
        "date": np.full(n, np.datetime64("NaT"), dtype="datetime64[ns]"),
        "flag": pd.array([pd.NA] * n, dtype="boolean"),
        "id": np.full(n, None, dtype=object),
        "text": pd.Categorical([None] * n),
        "category": pd.Categorical([None] * n),
    }
    return pd.Series(empty[kind], index=index)


def _as_text(values: pd.Series) -> pd.Series:
    """Return stripped text; whole-number floats without ".0"; empty cells as missing."""
    if values.isna().all():
        return _absent(values.index, "id")
    if pd.api.types.is_float_dtype(values):
        whole = values.dropna() % 1 == 0
        values = values.astype("Int64") if bool(whole.all()) else values
    texts = [None if missing else str(value).strip() for value, missing in _with_missing(values)]
    known = [text or None for text in texts]
    # Left to pandas to choose, so that ids are `str` where pandas 3 (or its rehearsal) says so.
    return pd.Series(known, index=values.index, dtype=None if any(known) else object)


def _with_missing(values: pd.Series) -> Iterator[tuple[object, bool]]:
    # As objects: stepping through an array of strings itself takes ten times as long.
    return zip(values.to_numpy(dtype=object), values.isna().to_numpy(), strict=True)


def _ids(values: pd.Series) -> tuple[pd.Series, np.ndarray]:
    return _as_text(values), np.zeros(len(values), dtype=bool)


def _categories(values: pd.Series) -> tuple[pd.Series, np.ndarray]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values, np.zeros(len(values), dtype=bool)
    return _as_text(values).astype("category"), np.zeros(len(values), dtype=bool)


def _numbers(values: pd.Series) -> tuple[pd.Series, np.ndarray]:
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype(float)
        return numbers, np.isinf(numbers.to_numpy())
    text = _as_text(values)
    finite = np.isfinite(pd.to_numeric(text, errors="coerce").to_numpy(dtype=float))
    exact = np.full(len(text), np.nan)
    # to_numeric tells numbers from text but may miss the last digit, and a saved number must come
    # back as it was.
    exact[finite] = text.to_numpy(dtype=object)[finite].astype(float)
    return pd.Series(exact, index=text.index), text.notna().to_numpy() & ~finite


def _flags(values: pd.Series) -> tuple[pd.Series, np.ndarray]:
    text = _as_text(values).str.lower() if len(values.dropna()) else _as_text(values)
    flags = text.map(FLAGS)
    return flags.astype("boolean"), (text.notna() & flags.isna()).to_numpy()


_READERS: dict[str, Callable[[pd.Series], tuple[pd.Series, np.ndarray]]] = {
    "id": _ids,
    "text": _categories,
    "category": _categories,
    "number": _numbers,
    "flag": _flags,
}


def _tidy_extra(values: pd.Series) -> pd.Series:
    """Keep a column nobody declared: numbers throughout are numbers, other text a category."""
    if not (pd.api.types.is_object_dtype(values) or pd.api.types.is_string_dtype(values)):
        return values
    text = _as_text(values)
    known = text.dropna().astype(str)
    if len(known) and bool(known.str.fullmatch(PLAIN_NUMBER).all()):
        return _numbers(text)[0]
    return text.astype("category")


def _not_of_kind(table: str, column: Column, rows: np.ndarray) -> pd.DataFrame:
    if not len(rows):
        return rows_found(table, [], column.name, "", "")
    expected = {
        "number": ("not_a_number", "a number"),
        "date": (
            "not_a_date",
            "a date as YYYY-MM-DD, or a month YYYY-MM or year YYYY; another order of day and month "
            "is declared as date_format in a mapping, never guessed",
        ),
        "flag": ("not_yes_or_no", "yes or no (true/false, 1/0)"),
    }
    rule, words = expected[column.kind]
    message = f"{len(rows)} value(s) of {table}.{column.name} are not {words}."
    return rows_found(table, rows, column.name, rule, message)
