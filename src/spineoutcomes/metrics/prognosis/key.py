"""What a score is made of: items, the points of their words or numbers, and bands of the sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a score.

    Attributes
    ----------
    name : str
    words : mapping of str to int
        Points of each word, in lower case with single spaces.
    numbers : tuple of (float, float, int)
        Lowest number, highest number, points: of an item that is a number.
    step : int
        What the number must be a multiple of.
    also : mapping of str to str
        Other spellings of the words.
    levels : mapping of str to str
        Vertebra -> the word it means, of an item that is read from levels.
    own : tuple of str
        Columns of a registry's episodes that hold the item under another name.
    """

    name: str
    words: Mapping[str, int] = field(default_factory=dict)
    numbers: tuple[tuple[float, float, int], ...] = ()
    step: int = 1
    also: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()

    @property
    def points(self) -> tuple[int, ...]:
        """The points that the item can give, each once, ascending."""
        given = [*self.words.values(), *(points for *_, points in self.numbers)]
        return tuple(sorted(set(given)))

    @property
    def takes(self) -> str:
        """What may stand in a cell, for messages."""
        if self.numbers:
            low, high = self.numbers[0][0], self.numbers[-1][1]
            last = "" if np.isinf(high) else f" to {high:g}"
            steps = "" if self.step == 1 else f" in steps of {self.step}"
            return f"whole numbers from {low:g}{last}{steps}"
        words = ", ".join(self.words)
        return f"vertebrae (such as T12-L1), or {words}" if self.levels else words


@dataclass(frozen=True, slots=True)
class Band:
    """What sums are called from a lowest one up to that of the next band."""

    label: str
    low: int


@dataclass(frozen=True, kw_only=True)
class Key:
    """How a score is made.

    Attributes
    ----------
    code : str
        Its code; the vocabulary's instrument of that code has its range and direction.
    items : tuple of Item
    bands : tuple of Band
        From the lowest sums up; empty where none was published.
    made_for : tuple of str
        Groups of diagnoses, or diagnoses, that the score was made for; empty: any.
    """

    code: str
    items: tuple[Item, ...]
    bands: tuple[Band, ...] = ()
    made_for: tuple[str, ...] = ()

    @cached_property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest sum."""
        low = sum(item.points[0] for item in self.items)
        return low, sum(item.points[-1] for item in self.items)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the items, in order."""
        return tuple(item.name for item in self.items)

    def band_of(self, sums: pd.Series) -> pd.Series:
        """Return the band of each sum, as an ordered Categorical; missing where the sum is."""
        labels = [band.label for band in self.bands]
        kind = pd.CategoricalDtype(labels, ordered=True)
        codes = np.full(len(sums), -1)
        if labels:
            values = sums.to_numpy(dtype=float)
            lows = [band.low for band in self.bands]
            place = np.searchsorted(lows, values, side="right") - 1
            codes = np.where(np.isnan(values), -1, place)
        return pd.Series(pd.Categorical.from_codes(codes.tolist(), dtype=kind), index=sums.index)
