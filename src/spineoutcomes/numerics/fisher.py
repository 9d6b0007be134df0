"""Fisher's exact test of a table of counts, r rows by c columns.

The p-value is the probability, given the margins, of all tables no more probable than the one seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import log_choose, log_factorial

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# Two log probabilities that differ by less are the same number computed in two ways.
TIED = 1e-7
# Numbers laid out at once, and in all: some seconds.
MOST_AT_ONCE = 3e7
MOST_IN_ALL = 5e7


def fisher_exact(table: FloatArray) -> float | None:
    """Return the p-value; None when there are too many tables to count them in a few seconds.

    The rows are filled in two halves that meet in what the first leaves of the columns. All ways to
    fill the second half that fit one such remainder are put in order once, so that each way to fill
    the first finds by search how many of them make a table no more probable than the one seen.
    """
    seen = np.asarray(table, dtype=np.int64)
    seen = seen[seen.sum(axis=1) > 0][:, seen.sum(axis=0) > 0]
    if min(seen.shape) < 2:
        return 1.0  # no other table has these margins
    if seen.shape[0] < seen.shape[1]:
        seen = seen.T
    seen = seen[np.argsort(seen.sum(axis=1), kind="stable")]
    rows, columns = seen.sum(axis=1), seen.sum(axis=0)
    log = np.asarray(log_factorial(np.arange(seen.sum() + 1)))
    # The last row takes what remains, so all but it are laid out.
    if any(_number(total, len(columns)) * len(columns) > MOST_AT_ONCE for total in rows[:-1]):
        return None
    ways = [_ways(int(total), len(columns)) for total in rows[:-1]]
    half = len(rows) // 2 if len(rows) > 2 else 0
    first = _filled(columns, ways[:half], log)
    if first is None:
        return None
    remainders, group = np.unique(first[0], axis=0, return_inverse=True)
    if len(remainders) * np.prod([float(len(each)) for each in ways[half:]]) > MOST_IN_ALL:
        return None
    order = np.argsort(group.ravel(), kind="stable")
    weights = np.split(first[1][order], np.cumsum(np.bincount(group.ravel()))[:-1])
    threshold = TIED - log[seen].sum()
    whole = log[rows.sum()] - log[rows].sum() - log[columns].sum()
    # All ways to fill the second half weigh this together, less what the remainder takes off.
    constant = log[rows[half:].sum()] - log[rows[half:]].sum()
    p = 0.0
    for remainder, own in zip(remainders, weights, strict=True):
        together = constant - log[remainder].sum()
        share = np.ones(len(own))
        if own.max() + together > threshold:  # else none of them is more probable than the seen
            second = _filled(remainder, ways[half:], log)
            if second is None:
                return None
            ordered = np.sort(second[1] - log[second[0]].sum(axis=1))
            cumulated = np.append(0.0, np.cumsum(np.exp(ordered - together)))
            share = cumulated[np.searchsorted(ordered, threshold - own, side="right")]
        p += float((np.exp(own + together - whole) * share).sum())
    return min(1.0, p)


def _filled(
    columns: IntArray, ways: list[IntArray], log: FloatArray
) -> tuple[IntArray, FloatArray] | None:
    """Return what each way to fill some rows leaves of the columns, and its log weight."""
    left, weight = columns[None, :], np.zeros(1)
    for each in ways:
        fitting = each[(each <= columns).all(axis=1)]
        if left.size * len(fitting) > MOST_AT_ONCE:
            return None
        rest = left[:, None, :] - fitting[None, :, :]
        fits = (rest >= 0).all(axis=2)
        weight = (weight[:, None] - log[fitting].sum(axis=1)[None, :])[fits]
        left = rest[fits]
    return left, weight


def _number(total: int, parts: int) -> float:
    return float(np.exp(log_choose(total + parts - 1, parts - 1)))


def _ways(total: int, parts: int) -> IntArray:
    """Return every way to write `total` as a sum of `parts` whole numbers, a row each."""
    ways, left = np.zeros((1, 0), dtype=np.int64), np.array([total])
    for _ in range(parts - 1):
        times = left + 1
        start = np.repeat(np.cumsum(times) - times, times)
        part = np.arange(len(start)) - start
        ways = np.column_stack([np.repeat(ways, times, axis=0), part])
        left = np.repeat(left, times) - part
    return np.column_stack([ways, left])
