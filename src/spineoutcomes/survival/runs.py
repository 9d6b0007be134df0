"""Rows of any times counted by run: the rows of one group that share a time, once sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.sorted_rows import in_order
from spineoutcomes.survival.ties import CloseTimes

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]


class RunCounts(NamedTuple):
    """Counts of one group at its K distinct times, several times over.

    Attributes
    ----------
    time : array of shape (K,)
        Ascending; the first is that of the first entry.
    exits : list of array of shape (1 + C, K)
        For each mass what is censored, and has an event of each cause.
    enters : list of array of shape (K,)
        For each mass what enters.
    n_risk : array of shape (K,) or None
        Those at risk, of the first mass, where places tell.
    """

    time: FloatArray
    exits: list[FloatArray]
    enters: list[FloatArray]
    n_risk: FloatArray | None


def counted_runs(
    time: FloatArray,
    event: Codes,
    group: Codes,
    n_causes: int,
    n_groups: int,
    entry: FloatArray | None,
    masses: Sequence[FloatArray | None],
    close: CloseTimes | None,
) -> Iterator[RunCounts]:
    """Yield the counts of each group.

    The arguments are those of `count_masses`, where they are explained.
    """
    n_kinds = n_causes + 1
    if entry is not None:
        # An entry is an instant of its own kind, after the causes.
        time = np.concatenate([time, entry])
        event = np.concatenate([event, np.full(len(entry), n_kinds)])
        group = np.concatenate([group, group])
        masses = [None if mass is None else np.concatenate([mass, mass]) for mass in masses]
        n_kinds += 1
    for times, kinds, own in in_order(time, event, group, masses, n_kinds, n_groups):
        if close is not None:
            close.settle(times)
        runs = _runs(times)
        # All enter at 0 without late entry: a time of its own before the first exit.
        start = int(entry is None and len(times) > 0 and times[0] > 0)
        # One block of memory for all: for large ones the system is asked once.
        tables = np.empty((len(own), n_causes + 2, start + len(runs.first)))
        for mass, table in zip(own, tables, strict=True):
            table[:, :start] = 0
            _add(table[:n_kinds], kinds, mass, runs, start)
            if entry is None:
                table[-1] = 0
                table[-1, :1] = len(times) if mass is None else mass.sum()
        distinct = np.zeros(start + len(runs.first))
        times.take(runs.first, out=distinct[start:], mode="clip")
        alone = entry is None and own[0] is None
        n_risk = _from_there_on(runs.first, len(times), start) if alone else None
        yield RunCounts(distinct, list(tables[:, :-1]), list(tables[:, -1]), n_risk)


class _Runs(NamedTuple):
    """Rows in order of time as runs of one time each.

    Attributes
    ----------
    first : array of shape (K,)
        The row that each begins with.
    more : array of shape (n - K,)
        The other rows.
    owner : array of shape (n - K,)
        Which run these belong to.
    """

    first: IntArray
    more: IntArray
    owner: IntArray


def _runs(times: FloatArray) -> _Runs:
    begins = np.append(True, times[1:] != times[:-1])[: len(times)]
    more = np.flatnonzero(~begins)
    return _Runs(np.flatnonzero(begins), more, more - np.arange(1, len(more) + 1))


def _from_there_on(first: IntArray, n: int, start: int) -> FloatArray:
    """Return how many of n rows are at risk, of single ones that enter at once: those to come."""
    n_risk = np.empty(start + len(first))
    n_risk[:start] = n
    np.subtract(n, first, out=n_risk[start:])
    return n_risk


def _add(table: FloatArray, kinds: Codes, mass: FloatArray | None, runs: _Runs, start: int) -> None:
    """Add the rows to a table of kinds and runs, which begin at a column."""
    first = kinds.take(runs.first)
    amount = None if mass is None else mass.take(runs.first)
    for k, counts in enumerate(table):
        counts[start:] = first == k if amount is None else (first == k) * amount
    # Most times are of one row only; what others share is added to the row they begin with.
    cells = kinds[runs.more] * np.int64(table.shape[1]) + runs.owner + start
    np.add.at(table.reshape(-1), cells, 1.0 if mass is None else mass[runs.more])
