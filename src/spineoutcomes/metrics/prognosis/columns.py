"""Where the items of a score stand: in the episodes of a cohort, or in a frame of items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.answers import listed
from spineoutcomes.metrics.prognosis.key import Item, Key


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What is known of each episode or row.

    Attributes
    ----------
    index : Index
    cells : mapping of str to Series
        By item; items that were never recorded are absent.
    columns : mapping of str to str
        By item, the column it comes from.
    total : Series or None
        The sum as it was recorded.
    outside : Series
        Whether the score was made for other diagnoses; missing where the diagnosis is.
    """

    index: pd.Index
    cells: Mapping[str, pd.Series]
    columns: Mapping[str, str]
    total: pd.Series | None
    outside: pd.Series


def given_items(
    data: Any, key: Key, items: Mapping[str, str | None] | None, total: str | None
) -> Given:
    """Return the cells of each item, the recorded total and whether the diagnosis fits.

    Raises
    ------
    ArgumentError
        For items or columns that are not there, or items that the score does not have.
    """
    declared = _declared(key, items)
    if isinstance(data, pd.DataFrame):
        frame, outside = data, pd.Series(pd.NA, index=data.index, dtype="boolean")
        _refuse_twice(frame, key)
        if not declared and total is None:
            _refuse_strangers(frame, key)
    else:
        cohort = as_cohort(data)
        names = [str(name) for name in cohort.registry.tables["episodes"] if name != "episode_id"]
        frame = cohort.each("episodes", names)
        groups = {code: entry.group for code, entry in cohort.vocabulary.diagnoses.items()}
        outside = _outside(frame["diagnosis"].astype(object), key, groups)
    columns = {
        item.name: column
        for item in key.items
        if (column := _column_of(item, key, declared, frame)) is not None
    }
    recorded = _total_of(frame, key, total)
    lacking = [name for name in key.names if name not in columns and name not in declared]
    if lacking and recorded is not None:
        # A column that serves other ends too says too little beside a total.
        columns = {
            item.name: columns[item.name]
            for item in key.items
            if item.name in columns
            and (item.name in declared or columns[item.name] not in item.own)
        }
    elif lacking:
        raise ArgumentError(
            f"{key.code} needs the items {listed(key.names)}; there is no column for "
            f"{listed(lacking)}. Name the columns: "
            f'items={{"{lacking[0]}": "<column>"}}, or None for an item that was never recorded.'
        )
    cells = {name: frame[column] for name, column in columns.items()}
    return Given(frame.index, cells, columns, recorded, outside)


def _declared(key: Key, items: Mapping[str, str | None] | None) -> Mapping[str, str | None]:
    declared = dict(items or {})
    unknown = [name for name in declared if name not in key.names]
    if unknown:
        raise ArgumentError(
            f"items: {key.code} has no item {listed(unknown)}; its items are {listed(key.names)}."
        )
    return declared


def _column_of(
    item: Item, key: Key, declared: Mapping[str, str | None], frame: pd.DataFrame
) -> str | None:
    """Return the column of an item: the one declared, else the first of its usual names."""
    if item.name in declared:
        column = declared[item.name]
        if column is not None and column not in frame:
            raise ArgumentError(
                f"There is no column {column!r} for {item.name}; there are: "
                f"{listed(list(frame.columns))}."
            )
        return column
    return next((name for name in _usual_names(item, key) if name in frame), None)


def _usual_names(item: Item, key: Key) -> tuple[str, ...]:
    """Return the names under which an item is looked for, the most particular first."""
    short = key.code.split("_")[0]
    return (f"{key.code}_{item.name}", f"{short}_{item.name}", item.name, *item.own)


def _total_of(frame: pd.DataFrame, key: Key, total: str | None) -> pd.Series | None:
    """Return the recorded total: the column named, else the one called like the score."""
    column = total
    if column is None:
        column = key.code if key.code in frame and key.code not in key.names else None
    elif column not in frame:
        raise ArgumentError(f"There is no column {column!r} with the total of {key.code}.")
    if column is None:
        return None
    values = pd.to_numeric(frame[column].astype(object), errors="coerce").astype(float)
    low, high = key.range
    fits = values.between(low, high) & (values % 1 == 0)
    wrong = frame[column].notna() & ~fits
    if wrong.any():
        raise ArgumentError(
            f"{int(wrong.sum())} value(s) of {column!r} are no total of {key.code}, which is a "
            f"whole number from {low} to {high}."
        )
    return values


def _outside(diagnosis: pd.Series, key: Key, groups: Mapping[str, str]) -> pd.Series:
    fits = {code: {code, group} & set(key.made_for) for code, group in groups.items()}
    outside = {code: bool(key.made_for) and not found for code, found in fits.items()}
    return diagnosis.map(outside).astype("boolean")


def _refuse_twice(frame: pd.DataFrame, key: Key) -> None:
    twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
    if twice:
        raise ArgumentError(f"{key.code} takes each column once; there twice: {listed(twice)}.")


def _refuse_strangers(frame: pd.DataFrame, key: Key) -> None:
    """Raise for columns that are no item: a misspelt item would otherwise go unseen."""
    expected = {name for item in key.items for name in _usual_names(item, key)} | {key.code}
    strangers = [name for name in frame.columns if name not in expected]
    if strangers:
        raise ArgumentError(
            f"{key.code} takes the columns {listed(key.names)} and, if recorded, its total as "
            f"{key.code!r}; unknown: {listed(strangers)}. Select the columns, or name them with "
            "items={...}."
        )
