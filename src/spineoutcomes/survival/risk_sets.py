"""The kernel: rows in, counts per group, cause and distinct time out.

Counting is apart from estimating. Every estimator of this room is a few cumulative sums over the
counts, so that its cost, and that of its resampling, does not grow with the number of patients.
Times that are whole numbers are places in a table already; others are sorted once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.results.curves import TIE_TOLERANCE
from spineoutcomes.survival.cross_table import as_places, crossed, most_cells
from spineoutcomes.survival.runs import counted_runs
from spineoutcomes.survival.ties import CloseTimes

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Counts of one group at its K distinct entry, event and censoring times.

    Counts of weighted rows are sums of weights, at the same times.

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

    @property
    def n_any(self) -> FloatArray:
        """Events of any cause at each time, shape (K,); of many counts at once, of each."""
        if self.n_event.shape[-2] == 1:
            return self.n_event[..., 0, :]
        return np.asarray(self.n_event.sum(axis=-2))

    def only(self, at: IntArray) -> RiskSets:
        """Return the counts at some of the times, given by place."""
        return RiskSets(
            self.time[at],
            self.n_risk[at],
            self.n_event[:, at],
            self.n_censor[at],
            self.n_enter[at],
        )

    def reached(self, time: float) -> int:
        """Return the place of the last time at or before a given one, -1 before the first."""
        if not len(self.time):
            return -1
        rounding = TIE_TOLERANCE * (self.time[-1] - self.time[0])
        return int(np.searchsorted(self.time, time + rounding, side="right")) - 1

    def ends_before(self, time: float) -> bool:
        """Return whether a time lies beyond the last one."""
        return self.reached(time) == len(self.time) - 1 and not bool(
            np.isclose(time, self.time[-1], rtol=0, atol=TIE_TOLERANCE * self.time[-1])
        )

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
    event: Codes,
    group: Codes,
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
    kept = None if counts is None or bool((counts > 0).all()) else np.flatnonzero(counts > 0)
    if kept is not None and counts is not None:
        time, event, group, counts = time[kept], event[kept], group[kept], counts[kept]
        entry = None if entry is None else entry[kept]
    (only,) = count_masses(
        time, event, group, n_causes=n_causes, n_groups=n_groups, entry=entry, masses=(counts,)
    )
    return only


def count_masses(
    time: FloatArray,
    event: Codes,
    group: Codes,
    *,
    n_causes: int,
    n_groups: int,
    entry: FloatArray | None,
    masses: Sequence[FloatArray | None],
    place: Codes | None = None,
    close: CloseTimes | None = None,
) -> list[tuple[RiskSets, ...]]:
    """Count rows as `count` does, several times over, at the same times.

    Parameters
    ----------
    time, event, group, n_causes, n_groups, entry
        As in `count`; every row is observed.
    masses : sequence of array of shape (n,) or None
        What each row adds to the counts: the first how many rows it stands for, above 0, the
        others weights of at least 0; None is 1 for each.
    place : array of shape (n,), optional
        What `as_places(time)` gives, where it is known already.
    close : CloseTimes, optional
        Times that are equal to others up to rounding, and count as these.

    Returns
    -------
    list of tuple of RiskSets
        For each mass one per group.
    """
    if not len(time):
        return [tuple(_nothing(n_causes) for _ in range(n_groups)) for _ in masses]
    place = as_places(time) if place is None else place
    entered = None if entry is None else as_places(entry)
    K = int(place.max()) + 1 if place is not None else 0
    if (
        place is None
        or (entry is not None and entered is None)
        or K * n_groups > most_cells(len(time))
    ):
        runs = counted_runs(time, event, group, n_causes, n_groups, entry, masses, close)
        by_group = [_cumulated(*counts) for counts in runs]
    else:
        table = _tabulated(place, event, group, n_causes, n_groups, K, entered, masses)
        by_group = list(table)
    return list(zip(*by_group, strict=True))


def _tabulated(
    place: Codes,
    event: Codes,
    group: Codes,
    n_causes: int,
    n_groups: int,
    K: int,
    entered: Codes | None,
    masses: Sequence[FloatArray | None],
) -> Iterator[list[RiskSets]]:
    """Yield the counts of each group, from whole-number times that are places in a table."""
    exits = crossed((event, group), place, (n_causes + 1, n_groups, K), masses)
    if entered is None:
        enters = [np.zeros((n_groups, K)) for _ in masses]
        for enter, leave in zip(enters, exits, strict=True):
            enter[:, 0] = leave.sum(axis=(0, 2))
    else:
        enters = crossed((group,), entered, (n_groups, K), masses)
    occupied = exits[0].sum(axis=0) + enters[0] > 0
    for g in range(n_groups):
        at = np.flatnonzero(occupied[g])
        yield _cumulated(
            at.astype(np.float64), [e[:, g, at] for e in exits], [e[g, at] for e in enters]
        )


def _cumulated(
    time: FloatArray,
    exits: Sequence[FloatArray],
    enters: Sequence[FloatArray],
    n_risk: FloatArray | None = None,
) -> list[RiskSets]:
    """Return the counts of one group for each mass: those at risk are those yet to leave.

    `n_risk` of the first mass may be known already.
    """
    sets: list[RiskSets] = []
    for leave, enter in zip(exits, enters, strict=True):
        at_risk = _yet_to_leave(leave, enter) if sets or n_risk is None else n_risk
        if sets:
            # Where all at risk leave, their weights are those that leave, to the last digit.
            emptied = sets[0].n_risk == exits[0].sum(axis=0)
            at_risk = np.where(emptied, leave.sum(axis=0), at_risk)
        sets.append(RiskSets(time, at_risk, leave[1:], leave[0], enter))
    return sets


def _yet_to_leave(leave: FloatArray, enter: FloatArray) -> FloatArray:
    # Summed from the end, so that the few who are left are not what remains of large sums.
    n_risk = np.cumsum((leave.sum(axis=0) - enter)[::-1])[::-1]
    # Nobody entered before the first time: there, those who enter are counted.
    n_risk[:1] = enter[:1]
    return n_risk


def _nothing(n_causes: int) -> RiskSets:
    none = np.zeros(0)
    return RiskSets(none, none, np.zeros((n_causes, 0)), none, none)
