"""Rows in order of group and time, for times that are no places in a table.

A time of at least 0 and the whole number that its 64 bits spell are in the same order. Where the
times span few enough of these numbers, those of a group, a time and a kind fit into one: sorting
such keys is several times faster than finding the order of the times and taking the rest in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.columns import small_integer
from spineoutcomes.numerics.in_blocks import blocks

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]
Sorted = tuple[FloatArray, Codes, list[FloatArray | None]]

BITS = 63  # of a whole number, but for its sign


def in_order(
    time: FloatArray,
    kind: Codes,
    group: Codes,
    masses: Sequence[FloatArray | None],
    n_kinds: int,
    n_groups: int,
) -> Iterator[Sorted]:
    """Yield the times of each group, from the first on, their kinds and what they add.

    Parameters
    ----------
    time : array of shape (n,)
        At least 0 and finite.
    kind, group : array of shape (n,)
        Whole numbers from 0, below `n_kinds` and `n_groups`.
    masses : sequence of array of shape (n,) or None
        What a row adds to each count; None is 1.
    """
    keys = _packed(time, kind, group, n_kinds, n_groups)
    if keys is not None and all(mass is None for mass in masses):
        yield from ((*rows, list(masses)) for rows in keys.in_order(n_groups))
        return
    order = np.lexsort((time, group)) if keys is None else np.argsort(keys.values)
    bounds = np.searchsorted(group.take(order), np.arange(n_groups + 1))
    for start, end in pairwise(bounds):
        at = order[start:end]
        own = [None if mass is None else mass.take(at) for mass in masses]
        yield time.take(at), kind.take(at), own


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """Group, time and kind of each row as one whole number, whose bits they are in this order.

    Attributes
    ----------
    values : array of shape (n,)
    least : int
        The bits of a time that stand as 0.
    zero : bool
        Whether what stands as 0 is the time 0, far below all others.
    time_bits, kind_bits : int
        How many there are.
    """

    values: IntArray
    least: int
    zero: bool
    time_bits: int
    kind_bits: int

    def in_order(self, n_groups: int) -> Iterator[tuple[FloatArray, Codes]]:
        """Sort the keys, and yield the times of each group and their kinds."""
        self.values.sort()
        firsts = np.arange(n_groups, dtype=np.int64) << (self.time_bits + self.kind_bits)
        bounds = [*np.searchsorted(self.values, firsts), len(self.values)]
        kinds = (self.values & (2**self.kind_bits - 1)).astype(small_integer(2**self.kind_bits))
        # In place: the keys are of no more use.
        bits = self.values
        bits >>= self.kind_bits
        bits &= 2**self.time_bits - 1
        lowest = bits == 0
        bits += self.least
        times = bits.view(np.float64)
        if self.zero:
            times[lowest] = 0.0
        yield from ((times[i:j], kinds[i:j]) for i, j in pairwise(bounds))


def _packed(
    time: FloatArray, kind: Codes, group: Codes, n_kinds: int, n_groups: int
) -> _Keys | None:
    """Return the keys of the rows; None where they do not fit."""
    least, most = _bits(time.min()), _bits(time.max())
    zero = least == 0
    if zero:
        above = time[time > 0]
        least = _bits(above.min()) - 1 if len(above) else 0
    time_bits = (most - least).bit_length()
    kind_bits = (n_kinds - 1).bit_length()
    if time_bits + kind_bits + (n_groups - 1).bit_length() > BITS:
        return None
    values = np.empty(len(time), dtype=np.int64)
    for part in blocks(len(time)):
        bits = np.abs(time[part]).view(np.int64)  # a zero with a sign is 0
        bits -= least
        key = group[part].astype(np.int64)
        key <<= time_bits
        key |= np.maximum(bits, 0) if zero else bits
        key <<= kind_bits
        key |= kind[part]
        values[part] = key
    return _Keys(values, least, zero, time_bits, kind_bits)


def _bits(time: np.float64) -> int:
    return int(np.abs(time).view(np.int64))
