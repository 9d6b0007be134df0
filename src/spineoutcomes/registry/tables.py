"""The six tables as checked schemas: what each column may hold, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.registry.coerce import coerced
from spineoutcomes.registry.columns import TABLES, Column, TableSpec
from spineoutcomes.registry.dates import Dates
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.vocabulary import Vocabulary


def checked_table(
    name: str, frame: pd.DataFrame, vocabulary: Vocabulary
) -> tuple[pd.DataFrame, dict[str, Dates], pd.DataFrame]:
    """Return a table with settled types, its dates and its findings.

    Parameters
    ----------
    name : str
        One of the six tables.
    frame : DataFrame
        The rows as read.
    vocabulary : Vocabulary
        The codes that may be used.
    """
    spec = TABLES[name]
    absent = [c.name for c in spec.columns if c.required and c.name not in frame.columns]
    typed, dates, found = coerced(spec, frame)
    missing = [
        rows_found(
            name,
            None,
            column,
            "missing_column",
            f"The table {name!r} has no column {column!r}; it needs one.",
        )
        for column in absent
    ]
    present = tuple(c for c in spec.columns if c.name not in absent)
    empty = [_empty_cells(spec, column, typed) for column in present if column.required]
    broken = _schema_findings(spec, present, typed, vocabulary)
    return typed, dates, joined([*missing, found, *empty, broken])


def _empty_cells(spec: TableSpec, column: Column, typed: pd.DataFrame) -> pd.DataFrame:
    """Return empty cells that must be filled; pandera fails to report those of categories."""
    rows = np.flatnonzero(typed[column.name].isna())
    message = f"{len(rows)} value(s) of {spec.name}.{column.name} are empty; every row needs one."
    return rows_found(spec.name, rows, column.name, "required", message)


def _schema_findings(
    spec: TableSpec, columns: tuple[Column, ...], typed: pd.DataFrame, vocabulary: Vocabulary
) -> pd.DataFrame:
    """Return what pandera finds; its own messages hold patients' values and are left behind."""
    from pandera.errors import SchemaErrors

    checked = tuple(column for column in columns if _is_limited(column, vocabulary))
    # Only what is looked at, in place: pandera copies what it is given, and changes nothing here.
    seen = pd.DataFrame({c.name: typed[c.name] for c in checked}, index=typed.index, copy=False)
    try:
        _schema(checked, vocabulary).validate(seen, lazy=True, inplace=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        return joined(
            _one_finding(spec.name, column, rule, cases, vocabulary)
            for column in checked
            for rule in ("unknown_value", "out_of_range")
        )
    return joined([])


def _is_limited(column: Column, vocabulary: Vocabulary) -> bool:
    bounded = column.low is not None or column.high is not None
    return bounded or allowed_values(column, vocabulary) is not None


def _schema(columns: tuple[Column, ...], vocabulary: Vocabulary) -> Any:
    import pandera.pandas as pa

    def declared(column: Column) -> Any:
        checks = []
        allowed = allowed_values(column, vocabulary)
        if allowed is not None:
            checks.append(pa.Check(lambda v: v.isin(allowed), name="unknown_value"))
        if column.low is not None or column.high is not None:
            low = -np.inf if column.low is None else column.low
            high = np.inf if column.high is None else column.high
            checks.append(pa.Check(lambda v: v.between(low, high), name="out_of_range"))
        return pa.Column(checks=checks, nullable=True)

    return pa.DataFrameSchema({c.name: declared(c) for c in columns})


def allowed_values(column: Column, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Return the values a column may hold, or None when it may hold any."""
    if column.catalogue is not None:
        return tuple(getattr(vocabulary, column.catalogue))
    return column.allowed


def _one_finding(
    table: str, column: Column, rule: str, cases: pd.DataFrame, vocabulary: Vocabulary
) -> pd.DataFrame:
    hit = cases[(cases["column"] == column.name) & (cases["check"] == rule)]
    if hit["index"].isna().any():
        # pandera lists a check that broke down like one that found nothing, only without rows.
        message = f"The check {rule!r} of {table}.{column.name} could not be made."
        return rows_found(table, None, column.name, "check_broke_down", message)
    rows = np.unique(hit["index"].to_numpy(dtype=int))
    words = _expectation(column, rule, vocabulary)
    message = f"{len(rows)} value(s) of {table}.{column.name} {words}."
    return rows_found(table, rows, column.name, rule, message)


def _expectation(column: Column, rule: str, vocabulary: Vocabulary) -> str:
    if rule == "out_of_range":
        return f"lie outside {_bounds(column)}"
    allowed = allowed_values(column, vocabulary) or ()
    known = ", ".join(allowed)
    own = "; add your own through a vocabulary file" if column.catalogue else ""
    return f"are unknown; known are: {known}{own}"


def _bounds(column: Column) -> str:
    low = "any" if column.low is None else f"{column.low:g}"
    high = "any" if column.high is None else f"{column.high:g}"
    return f"{low} to {high}"


def empty_tables(given: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return all six tables; one that was not given has no rows."""
    return {
        name: given.get(name, pd.DataFrame(columns=list(spec.names)))
        for name, spec in TABLES.items()
    }
