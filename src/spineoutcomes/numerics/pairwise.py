"""Order statistics of all pairwise differences or averages, without writing them all down.

A row of the imagined table holds one value minus, or averaged with, each value of the other
sample; it ascends, so how many of its entries lie below a bound is one binary search. The bounds
close in on the entries asked for until those between them can be written down and sorted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.cells import Cells

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# Entries that are written down at once.
MOST = 2_000_000
# Bounds are kept this far, relative to the largest value, from the entries they must enclose.
SLACK = 8 * np.finfo(float).eps
# The window around an interpolated bound, as a share of the distance between the bounds.
WINDOW = 0.02
# Values of each sample in the coarse table that gives the first bounds.
COARSE = 300
# Bounds that close in by less than this are halved instead.
SHRUNK = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Entries `left[i] + right[j]` for j >= start[i], ascending in both, each with a count.

    Attributes
    ----------
    left, right : array of shape (r,), (c,)
        Ascending.
    start : integer array of shape (r,)
        First column of each row.
    left_counts : integer array of shape (r,)
    right_before : integer array of shape (c + 1,)
        Count of the columns before each column.
    diagonal : integer array of shape (r,)
        What the first entry of each row counts less than the product of its counts.
    """

    left: FloatArray
    right: FloatArray
    start: IntArray
    left_counts: IntArray
    right_before: IntArray
    diagonal: IntArray

    @property
    def n(self) -> int:
        """Number of entries, repetitions included."""
        return self.count(np.full(len(self.left), len(self.right)))

    def count(self, end: IntArray) -> int:
        """Return how many entries lie in the columns before `end`, one column for each row."""
        seen = self.left_counts * (self.right_before[end] - self.right_before[self.start])
        return int((seen - self.diagonal * (end > self.start)).sum())

    def ends(self, bound: float, side: str) -> IntArray:
        """Return the column where each row passes the bound."""
        find: Callable[..., IntArray] = np.searchsorted
        return np.maximum(find(self.right, bound - self.left, side=side), self.start)

    def written(self, first: IntArray, end: IntArray) -> tuple[FloatArray, IntArray]:
        """Return the entries in columns first to end - 1 of each row, and their counts."""
        width = end - first
        row = np.repeat(np.arange(len(width)), width)
        column = np.arange(int(width.sum())) - np.repeat(np.cumsum(width) - width - first, width)
        counts = self.left_counts[row] * np.diff(self.right_before)[column]
        counts = counts - self.diagonal[row] * (column == self.start[row])
        return self.left[row] + self.right[column], counts


def differences(a: Cells, b: Cells) -> PairTable:
    """Return the table of every value of a minus every value of b."""
    return PairTable(
        left=a.values,
        right=-b.values[::-1],
        start=np.zeros(len(a.values), dtype=np.int64),
        left_counts=a.counts,
        right_before=_before(b.counts[::-1]),
        diagonal=np.zeros(len(a.values), dtype=np.int64),
    )


def sums_of_pairs(d: Cells) -> PairTable:
    """Return the table of sums of two values, each value also with itself, each pair once.

    Half of an entry is a Walsh average.
    """
    return PairTable(
        left=d.values,
        right=d.values,
        start=np.arange(len(d.values)),
        left_counts=d.counts,
        right_before=_before(d.counts),
        # Of c equal values there are c (c + 1)/2 pairs, not c^2.
        diagonal=d.counts * (d.counts - 1) // 2,
    )


def ordered_entry(table: PairTable, rank: int) -> float:
    """Return the entry of a rank; the smallest has rank 1."""
    return _entries(table, rank, rank)[0]


def middle_entry(table: PairTable) -> float:
    """Return the median of the entries: the middle one, or the mean of the two in the middle."""
    low, high = _entries(table, (table.n + 1) // 2, table.n // 2 + 1)
    return low + (high - low) / 2


def _entries(table: PairTable, one: int, other: int) -> tuple[float, float]:
    """Return the entries of two ranks that are equal or follow one another."""
    low = float((table.left + table.right[table.start]).min())
    high = float(table.left[-1] + table.right[-1])
    slack = SLACK * float(max(np.abs(table.left).max(), np.abs(table.right).max()))
    first, end = table.start, np.full(len(table.left), len(table.right))
    below, upto = 0, table.n
    bounds = _first_bounds(table, one / table.n)
    while int((end - first).sum()) > MOST and high - low > slack:
        width = high - low
        for bound in bounds:
            column = table.ends(bound, "right")
            seen = table.count(column)
            if one <= seen < other:
                return _beside(table, column)
            if seen >= other and bound < high:
                high, end, upto = bound, table.ends(bound + slack, "right"), seen
            elif seen < one and bound > low:
                low, first, below = bound, table.ends(bound - slack, "left"), seen
        if high - low > width * SHRUNK:
            bounds = [low + (high - low) / 2]
        else:
            at, window = low + (one - below) / (upto - below) * (high - low), WINDOW * (high - low)
            bounds = [max(at - window, low), min(at + window, high)]
    entries, counts = table.written(first, end)
    order = np.argsort(entries)
    upto_each = np.cumsum(counts[order]) + table.count(first)
    places = np.searchsorted(upto_each, [one, other], side="left")
    found = entries[order[places]]
    return float(found[0]), float(found[1])


def _beside(table: PairTable, column: IntArray) -> tuple[float, float]:
    """Return the largest entry before a column of each row, and the smallest from it on."""
    before, after = column > table.start, column < len(table.right)
    return (
        float((table.left[before] + table.right[column[before] - 1]).max()),
        float((table.left[after] + table.right[column[after]]).min()),
    )


def _first_bounds(table: PairTable, share: float) -> list[float]:
    """Return bounds beside the entry in a coarse table; it need not be right, only near."""
    rows, columns = (
        np.linspace(0, len(values) - 1, min(len(values), COARSE)).round().astype(np.int64)
        for values in (table.left, table.right)
    )
    coarse = np.add.outer(table.left[rows], table.right[columns]).ravel()
    low, high = np.quantile(coarse, [max(share - WINDOW, 0), min(share + WINDOW, 1)])
    return [float(low), float(high)]


def _before(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)])
