"""Small changes to small tables, to break them in one respect."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from .conftest import Tables

Change = Callable[[Tables], object]


def put(table: str, row: int, column: str, value: object) -> Change:
    """Return a change that puts a value into one cell, in a new column if need be."""

    def change(tables: Tables) -> None:
        frame = tables[table].astype(object)
        if column not in frame:
            frame[column] = None
        frame.loc[row, column] = value
        tables[table] = frame

    return change


def all_of(*changes: Change) -> Change:
    """Return a change that makes several, one after the other."""

    def change(tables: Tables) -> None:
        for one in changes:
            one(tables)

    return change


def column(table: str, **values: object) -> Change:
    """Return a change that sets whole columns."""

    def change(tables: Tables) -> None:
        tables[table] = tables[table].assign(**values)

    return change


def without(table: str, name: str) -> Change:
    """Return a change that takes a column away."""

    def change(tables: Tables) -> None:
        tables[table] = tables[table].drop(columns=name)

    return change


def more(table: str, **row: object) -> Change:
    """Return a change that adds a row."""

    def change(tables: Tables) -> None:
        added = pd.DataFrame([row]).astype(object)
        tables[table] = pd.concat([tables[table].astype(object), added], ignore_index=True)

    return change
