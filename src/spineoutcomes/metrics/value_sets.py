"""The index of a health state from a value set that the user names and brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary.model import Items

KEYS = ("name", "country", "year", "source", "table")


@dataclass(frozen=True, slots=True, eq=False)
class ValueSet:
    """The value of each health state in one population.

    Attributes
    ----------
    name : str
        Its name, with country and year where they were given.
    table : Series of float
        Values by health state, the states as whole numbers such as 11111.
    """

    name: str
    table: pd.Series


def read_value_set(value_set: object, items: Items, what: str) -> ValueSet:
    """Return a checked value set.

    Raises
    ------
    ArgumentError
        When there is none, when it has no name, or when its states are not those of the instrument.
    """
    name, table = _named_table(value_set, what)
    states = pd.Series(table.index.astype(str), dtype=object)
    n_items, top = len(items.names), int(items.high)
    fits = states.str.fullmatch(f"[{int(items.low)}-{top}]{{{n_items}}}")
    if not len(states) or not fits.all() or states.duplicated().any():
        raise ArgumentError(
            f"The states of a value set for {what} are {n_items} digits from {int(items.low)} to "
            f"{top}, each state once; {int((~fits).sum())} of {len(states)} states are not, and "
            f"{int(states.duplicated().sum())} are there twice."
        )
    levels = int(max(states.str.cat()))
    if 1 < levels < top and len(states) == levels**n_items:
        raise ArgumentError(
            f"The value set holds exactly the states of a form with {levels} levels, and {what} "
            f"has {top}; the two are different instruments."
        )
    values = pd.to_numeric(pd.Series(table.to_numpy()), errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(values).all():
        raise ArgumentError(
            f"Every state of a value set needs a number; {int((~np.isfinite(values)).sum())} of "
            f"{len(values)} have none."
        )
    return ValueSet(name, pd.Series(values, index=states.astype("int64")))


def state_values(answers: pd.DataFrame, value_set: ValueSet, what: str) -> pd.Series:
    """Return the value of each form's health state; missing when any dimension is.

    Raises
    ------
    ArgumentError
        When the value set lacks a state that occurs.
    """
    complete = answers.notna().all(axis="columns").to_numpy()
    places = 10.0 ** np.arange(answers.shape[1] - 1, -1, -1)
    states = answers.to_numpy()[complete] @ places
    found = value_set.table.reindex(states.astype("int64")).to_numpy()
    lacking = len(np.unique(states[np.isnan(found)]))
    if lacking:
        raise ArgumentError(
            f"The value set {value_set.name!r} has no value for {lacking} health state(s) of "
            f"{what} that occur; a whole value set is needed."
        )
    values = np.full(len(answers), np.nan)
    values[complete] = found
    return pd.Series(values, index=answers.index)


def _named_table(value_set: object, what: str) -> tuple[str, pd.Series]:
    if value_set is None:
        raise ArgumentError(
            f"{what} has no index without a value set, and none is shipped: countries differ, and "
            'they are licensed. Give value_set={"name": ..., "country": ..., "table": {"11111": '
            "1.0, ...}} or a named Series."
        )
    if isinstance(value_set, pd.Series):
        return _require_name(value_set.name), value_set
    if not isinstance(value_set, Mapping) or not set(value_set) <= set(KEYS):
        raise ArgumentError(
            f"value_set must be a named Series or a mapping with the keys {', '.join(KEYS)}."
        )
    table: Any = value_set.get("table")
    if not isinstance(table, Mapping | pd.Series) or not len(table):
        raise ArgumentError('value_set needs a "table" of the value of each health state.')
    more = [str(value_set[key]) for key in ("country", "year") if key in value_set]
    name = _require_name(value_set.get("name"))
    return ", ".join([name, *more]), pd.Series(table, dtype=object)


def _require_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise ArgumentError("A value set needs a name that says whose values they are.")
    return name
