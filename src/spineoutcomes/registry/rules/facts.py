"""What every rule looks at: the typed tables, their words, and which row each row belongs to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.links import Links, Positions
from spineoutcomes.registry.texts import texts_that
from spineoutcomes.vocabulary import Vocabulary

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Tables = Mapping[str, pd.DataFrame]
# table, rows from 0 (None: the table as a whole), column, message
Hits = Iterator[tuple[str, npt.NDArray[np.intp] | None, str | None, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The tables of a registry before anything is left out, and what they may be held against.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        The six tables, typed, with their days.
    vocabulary : Vocabulary
        The codes they may use.
    as_of : Timestamp or None
        The day on which the data were taken; nothing known can lie after it. None: not declared.
    places : mapping of (str, str) to array of int
        By table and column that names a parent: the first row of the parent that holds that id;
        -1 where there is none.
    """

    tables: Tables
    vocabulary: Vocabulary
    as_of: pd.Timestamp | None
    places: Links

    def by_episode(self, name: str, values: Floats) -> Floats:
        """Return, for each row of a table, the value of its episode; NaN where it has none."""
        return taken(values, self.places[name, "episode_id"])

    def by_patient(self, values: Floats) -> Floats:
        """Return, for each episode, the value of its patient; NaN where it has none."""
        return taken(values, self.places["episodes", "patient_id"])

    def numbers(self, name: str, column: str) -> Floats:
        """Return a column as numbers, missing throughout where the table lacks it."""
        frame = self.tables[name]
        if column not in frame:
            return np.full(len(frame), np.nan)
        return frame[column].to_numpy(dtype=float, na_value=np.nan)


def taken(values: Floats, places: Positions) -> Floats:
    """Return values by position; NaN for position -1."""
    return np.append(values, np.nan)[places]


def is_any(values: pd.Series, wanted: Collection[str]) -> Mask:
    """Tell which values are one of some texts."""
    return texts_that(values, lambda text: text in wanted)


def first_known(*columns: Floats) -> Floats:
    """Return, row by row, the first of some numbers that is known."""
    result = columns[0]
    for other in columns[1:]:
        result = np.where(np.isnan(result), other, result)
    return result
