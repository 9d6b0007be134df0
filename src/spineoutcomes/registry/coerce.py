"""Give each declared column its type; say which values do not have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.columns import DERIVED, Column, Kind, TableSpec
from spineoutcomes.registry.dates import Dates, no_dates, parse_dates
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.registry.own_columns import untyped

Read = tuple[pd.Series, npt.NDArray[np.bool_]]  # the values, and which cells do not fit

EMPTY = pd.Categorical.from_codes([-1], categories=pd.Index([], dtype=object))
# No leading zero, and no more digits than a float keeps: "007" and the number of a card are codes,
# and would not survive as numbers.
PLAIN_NUMBER = r"[+-]?(?:0|[1-9]\d{0,14}|(?:0|[1-9]\d*)\.\d+)(?:[eE][+-]?\d+)?"
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
    frame = frame.copy(deep=False)
    frame.index = pd.RangeIndex(len(frame))
    columns: dict[str, pd.Series] = {}
    dates: dict[str, Dates] = {}
    found = []
    absent: dict[Kind, pd.Series] = {}
    for column in spec.columns:
        if column.name not in frame:
            # Nobody writes into a column: those that nobody filled in are one and the same.
            if column.kind not in absent:
                absent[column.kind] = _absent(frame.index, column.kind)
            columns[column.name] = absent[column.kind]
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
    extra, found_there = _others(spec, frame)
    # Columns were made here or belong to the file: stacking them would copy each once more.
    typed = pd.DataFrame(columns | extra, index=frame.index, copy=False)
    return typed, dates, joined([*found, found_there])


def _others(spec: TableSpec, frame: pd.DataFrame) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    """Return the columns that are not declared; those made from dates, in a saved table, too."""
    columns, found = {}, []
    for name in frame.columns.difference(list(spec.names), sort=False):
        if name not in DERIVED:
            columns[name] = _tidy_extra(frame[name])
            continue
        columns[name], bad = _numbers(frame[name])
        found.append(_not_of_kind(spec.name, Column(name, "number"), np.flatnonzero(bad)))
    return columns, joined(found)


def _absent(index: pd.Index, kind: Kind) -> pd.Series:
    """Return a column of a kind that nobody filled in."""
    n = len(index)
    empty: dict[str, Callable[[], Any]] = {
        "number": lambda: np.full(n, np.nan),
        "date": lambda: np.full(n, np.datetime64("NaT"), dtype="datetime64[ns]"),
        "flag": lambda: pd.arrays.BooleanArray(np.zeros(n, dtype=bool), np.ones(n, dtype=bool)),
        "id": lambda: EMPTY.repeat(n),
        "text": lambda: EMPTY.repeat(n),
        "category": lambda: EMPTY.repeat(n),
    }
    return pd.Series(empty[kind](), index=index)


@dataclass(frozen=True, slots=True, eq=False)
class _Distinct:
    """The distinct texts of a column, and which of them each row has: cells are read once each.

    Attributes
    ----------
    texts : array of object
        Stripped, None where empty; the last one is None and stands for a missing cell.
    codes : array of int
        Of every row, its place among the texts.
    index : Index
        Of the column.
    """

    texts: npt.NDArray[np.object_]
    codes: npt.NDArray[np.integer[Any]]
    index: pd.Index

    @classmethod
    def of(cls, values: pd.Series) -> _Distinct:
        """Return the texts of a column; whole-number floats are written without ".0"."""
        if isinstance(values.dtype, pd.CategoricalDtype):
            texts = _stripped(values.cat.categories)
            return cls(texts, values.cat.codes.to_numpy(), values.index)
        if pd.api.types.is_float_dtype(values):
            whole = values.dropna() % 1 == 0
            values = values.astype("Int64") if bool(whole.all()) else values
        elif pd.api.types.is_object_dtype(values) and not _is_text(values):
            # True equals 1 and would be taken for it; each is written as it is.
            values = values.map(str, na_action="ignore")
        codes, distinct = pd.factorize(values)
        return cls(_stripped(distinct), codes, values.index)

    @property
    def is_missing(self) -> npt.NDArray[np.bool_]:
        """Which rows have no text."""
        return np.asarray(pd.isna(self.texts)[self.codes])


def _stripped(distinct: pd.Index) -> npt.NDArray[np.object_]:
    """Return texts without space around them, None where empty; last None, where code -1 is."""
    written = distinct.tolist()
    plain = pd.api.types.infer_dtype(distinct) == "string"
    texts = list(map(str.strip, written if plain else map(str, written)))
    filled = [text or None for text in texts] if "" in texts else texts
    return np.array([*filled, None], dtype=object)


def _is_text(values: pd.Series) -> bool:
    return pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")


def _ids(values: pd.Series) -> Read:
    """Return ids as categories, each text once: so are they compared fast (see `as_text`)."""
    cells = _Distinct.of(values)
    kept = isinstance(values.dtype, pd.CategoricalDtype)
    if kept and cells.texts[:-1].tolist() == values.cat.categories.tolist():
        return values, np.zeros(len(values), dtype=bool)
    codes, names = pd.factorize(cells.texts)
    kinds = pd.CategoricalDtype(pd.Index(names))
    ids = pd.Categorical.from_codes(codes[cells.codes], dtype=kinds)
    return pd.Series(ids, index=cells.index), np.zeros(len(ids), dtype=bool)


def as_text(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose ids are text, as its users expect."""
    ids = {c.name: frame[c.name] for c in spec.columns if c.kind == "id"}
    text = {name: own.astype(own.cat.categories.dtype) for name, own in ids.items()}
    return with_columns(frame, text)


def with_columns(frame: pd.DataFrame, columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return a table with some columns put in place; the others are shared, not copied."""
    every = {str(name): values for name, values in frame.items()}
    return pd.DataFrame({**every, **columns}, index=frame.index, copy=False)


def _categories(values: pd.Series) -> Read:
    cells = _Distinct.of(values)
    kinds = pd.Categorical(cells.texts)
    # The last text is missing, so that its code is -1.
    each = pd.Categorical.from_codes(kinds.codes[cells.codes], dtype=kinds.dtype)
    return pd.Series(each, index=cells.index), np.zeros(len(values), dtype=bool)


def _numbers(values: pd.Series) -> Read:
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype(float)
        return numbers, np.isinf(numbers.to_numpy())
    cells = _Distinct.of(values)
    finite = np.isfinite(pd.to_numeric(pd.Series(cells.texts), errors="coerce").to_numpy(float))
    exact = np.full(len(cells.texts), np.nan)
    # to_numeric tells numbers from text but may miss the last digit, and a saved number must come
    # back as it was.
    exact[finite] = cells.texts[finite].astype(float)
    return pd.Series(exact[cells.codes], index=cells.index), ~cells.is_missing & ~finite[
        cells.codes
    ]


def as_flags(values: pd.Series) -> Read:
    """Return a column as True, False or missing, and which cells are none of these."""
    cells = _Distinct.of(values)
    meant = [None if text is None else FLAGS.get(text.lower()) for text in cells.texts]
    flags = pd.Series(pd.array(meant, dtype="boolean").take(cells.codes), index=cells.index)
    return flags, ~cells.is_missing & flags.isna().to_numpy()


_READERS: dict[str, Callable[[pd.Series], Read]] = {
    "id": _ids,
    "text": _categories,
    "category": _categories,
    "number": _numbers,
    "flag": as_flags,
}


def _tidy_extra(values: pd.Series) -> pd.Series:
    """Keep a column nobody declared: numbers throughout are numbers, other text a category."""
    values = untyped(values)
    if pd.api.types.is_float_dtype(values) and values.notna().any():
        return values.astype(float)
    text = pd.Series(_Distinct.of(values).texts).dropna().astype(str)
    if len(text) and bool(text.str.fullmatch(PLAIN_NUMBER).all()):
        return _numbers(values)[0]
    return _categories(values)[0]


def only_used(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return some rows of a table as if no others had been in the file."""
    kinds = [str(n) for n in frame if isinstance(frame[n].dtype, pd.CategoricalDtype)]
    used = {name: _without_unused(frame[name]) for name in kinds}
    own = [str(n) for n in frame if n not in spec.names and n not in DERIVED]
    tidy = {name: _tidy_extra(used.get(name, frame[name])) for name in own}
    return with_columns(frame, {**used, **tidy})


def _without_unused(values: pd.Series) -> pd.Series:
    used = values.cat.remove_unused_categories()
    empty = not len(used.cat.categories)
    return pd.Series(EMPTY.repeat(len(used)), index=used.index) if empty else used


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
