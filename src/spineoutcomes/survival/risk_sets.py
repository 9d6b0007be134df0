"""The kernel: rows in, counts per group, cause and distinct time out.

Counting is apart from estimating. Every estimator of this room is a few cumulative sums over the
counts, so that its cost, and that of its resampling, does not grow with the number of patients.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# A table of all groups x causes x times is used up to so many cells a row; beyond it (many strata
# with times of their own) only the cells that occur are kept.
CELLS_PER_ROW = 8
SMALL_TABLE = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Counts of one group at its K distinct entry, event and censoring times.

    Attributes
    ----------
    time : array of shape (K,)
        Increasing times; the first is the first entry (0 without late entry).
    n_risk : array of shape (K,)
        Observed just before each time, entry < t <= time; at the first time those who enter then.
    n_event : array of shape (C, K)
        Events by cause.
    n_censor : array of shape (K,)
        Censored at each time, after its events.
    n_enter : array of shape (K,)
        Entering at each time, at risk from then on.
    """

    time: FloatArray
    n_risk: FloatArray
    n_event: FloatArray
    n_censor: FloatArray
    n_enter: FloatArray

    def at_risk(self, times: FloatArray) -> FloatArray:
        """Return the numbers at risk of an event at any times, of shape (len(times),)."""
        if not len(self.time):
            return np.zeros(len(times))
        following = np.searchsorted(self.time, times, side="left")
        n_risk = np.append(self.n_risk, 0.0)[following]
        # Who enters at 0 is at risk at 0; who enters later is at risk only after that time.
        first = self.time[0]
        started = times > first if first > 0 else times >= first
        return np.where(started, n_risk, 0.0)


def count(
    time: FloatArray,
    event: IntArray,
    group: IntArray,
    *,
    n_causes: int,
    n_groups: int,
    entry: FloatArray | None = None,
    counts: FloatArray | None = None,
) -> tuple[RiskSets, ...]:
    """Count rows once per group, cause and distinct time.

    Parameters
    ----------
    time : array of shape (n,)
        End of observation, at least 0.
    event : array of shape (n,)
        0 = censored, 1 to `n_causes` = cause.
    group : array of shape (n,)
        Code of the group, 0 to `n_groups` - 1.
    n_causes, n_groups : int
        C and G; a group may be empty.
    entry : array of shape (n,), optional
        Start of observation; 0 without it.
    counts : array of shape (n,), optional
        How many equal rows each row stands for; 1 without it.

    Returns
    -------
    tuple of RiskSets
        One per group.
    """
    instants = time if entry is None else np.concatenate([time, entry])
    grid, code = _on_grid(instants)
    K, n = len(grid), len(time)
    m = None if counts is None or bool((counts == 1).all()) else counts
    leaving = group * K + code[:n]
    entering = group * K + (0 if entry is None else code[n:])
    cells, leaving, entering = _occupied(leaving, entering, n_groups * K, n * CELLS_PER_ROW)
    J = len(cells)
    table = np.bincount(event * J + leaving, m, (n_causes + 1) * J).reshape(n_causes + 1, J)
    column = np.bincount(entering, m, J)
    present = np.flatnonzero((table.sum(axis=0) + column) > 0)
    exits, enters = table[:, present].astype(np.float64), column[present].astype(np.float64)
    owner, at = np.divmod(cells[present], K)
    bounds = np.searchsorted(owner, np.arange(n_groups + 1))
    return tuple(_cumulated(grid[at[a:b]], exits[:, a:b], enters[a:b]) for a, b in pairwise(bounds))


def _on_grid(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return increasing times that start with 0 and hold all values, and each value's place."""
    highest = float(values.max())
    if highest <= CELLS_PER_ROW * len(values) + SMALL_TABLE:
        place = values.astype(np.int64)
        if bool((place == values).all()):
            # Whole-number times are places already: no sorting.
            return np.arange(highest + 1), place
    grid, place = np.unique(values, return_inverse=True)
    return (grid, place) if grid[0] == 0 else (np.append(0.0, grid), place + 1)


def _occupied(
    leaving: IntArray, entering: IntArray, size: int, limit: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the cells to count in, and the two arrays of cells as places among them."""
    if size <= limit + SMALL_TABLE:
        return np.arange(size), leaving, entering
    cells, place = np.unique(np.concatenate([leaving, entering]), return_inverse=True)
    return cells, place[: len(leaving)], place[len(leaving) :]


def _cumulated(time: FloatArray, exits: FloatArray, enters: FloatArray) -> RiskSets:
    leaves = exits.sum(axis=0)
    n_risk = (np.cumsum(enters) - enters) - (np.cumsum(leaves) - leaves)
    # Nobody entered before the first time: there, those who enter are counted.
    n_risk[:1] = enters[:1]
    return RiskSets(time, n_risk, exits[1:], exits[0], enters)
