"""Cells: the distinct values of a sample in ascending order, and how often each occurs.

Rows in another order, and rows given with counts instead of repeated, have the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Distinct values and their counts.

    Attributes
    ----------
    values : array of shape (k,)
        Ascending.
    counts : integer array of shape (k,)
        At least 1 each.
    """

    values: FloatArray
    counts: IntArray

    @property
    def n(self) -> int:
        """Number of values, repetitions included."""
        return int(self.counts.sum())

    def at_rank(self, rank: int) -> float:
        """Return the value of a rank; the smallest has rank 1."""
        return float(self.values[np.searchsorted(np.cumsum(self.counts), rank, side="left")])

    def median(self) -> float:
        """Return the middle value, or the mean of the two in the middle."""
        low, high = self.at_rank((self.n + 1) // 2), self.at_rank(self.n // 2 + 1)
        return low + (high - low) / 2


def cells_of(x: FloatArray, counts: FloatArray) -> Cells:
    """Return the cells of values that each stand for `counts` equal values."""
    values, place = np.unique(x, return_inverse=True)
    return Cells(values, np.bincount(place, weights=counts).astype(np.int64))
