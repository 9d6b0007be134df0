"""Times that are equal up to rounding, such as 0.1 + 0.2 and 0.3, and are made equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.in_blocks import blocks
from spineoutcomes.results.curves import TIE_TOLERANCE

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CloseTimes:
    """Times that follow another one closely, and take the one their run begins with.

    Attributes
    ----------
    times, heads : array of shape (m,)
        Such times, distinct and ascending, and what each becomes.
    lowest, highest : float
        Of all times.
    """

    times: FloatArray
    heads: FloatArray
    lowest: float
    highest: float

    def settled(self, values: FloatArray) -> FloatArray:
        """Return times in any order, settled."""
        at, which = self._found(values)
        result = values.copy()
        result[at] = self.heads[which]
        return result

    def settle(self, ascending: FloatArray) -> None:
        """Settle ascending times where they are: they stay in order."""
        first = np.searchsorted(ascending, self.times, side="left")
        sizes = np.searchsorted(ascending, self.times, side="right") - first
        before = np.cumsum(sizes) - sizes
        at = np.repeat(first - before, sizes) + np.arange(sizes.sum())
        ascending[at] = np.repeat(self.heads, sizes)

    def _found(self, values: FloatArray) -> tuple[IntArray, IntArray]:
        """Return where values are among the close times, and which of these each is."""
        marked = np.zeros(len(values) + 1, dtype=bool)
        marked[self._cells(self.times, len(values))] = True
        # Most values lie in a cell without any close time.
        cells = (self._cells(values[part], len(values)) for part in blocks(len(values)))
        near = np.flatnonzero(np.concatenate([marked.take(some) for some in cells]))
        which = np.minimum(np.searchsorted(self.times, values[near]), len(self.times) - 1)
        exact = np.flatnonzero(self.times[which] == values[near])
        return near[exact], which[exact]

    def _cells(self, values: FloatArray, n: int) -> IntArray:
        share = values - self.lowest
        share /= self.highest - self.lowest
        share *= n
        return share.astype(np.intp)


def close_times(values: FloatArray) -> CloseTimes | None:
    """Return the times that are equal to others up to rounding only; None where there are none."""
    ordered = np.sort(values)
    step = np.diff(ordered)
    near = step <= TIE_TOLERANCE * (ordered[-1] - ordered[0])
    if not step[near].any():
        return None
    # Each run of times that follow one another closely takes the time it begins with.
    follows = np.flatnonzero(near) + 1
    begins = np.append(True, np.diff(follows) > 1)
    heads = ordered[(follows[begins] - 1)[np.cumsum(begins) - 1]]
    later = ordered[follows] > heads
    times, first = np.unique(ordered[follows][later], return_index=True)
    return CloseTimes(times, heads[later][first], ordered[0], ordered[-1])


def with_ties(values: FloatArray) -> FloatArray:
    """Return the times with those equal up to rounding made equal."""
    close = close_times(values)
    return values if close is None else close.settled(values)


def both_with_ties(one: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two columns of times with those equal up to rounding made equal."""
    both = with_ties(np.concatenate([one, other]))
    return both[: len(one)], both[len(one) :]
