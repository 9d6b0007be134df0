"""The bootstrap by multiplicities: how often each unit of each arm is drawn.

Every replicate has a seed of its own, so replicate k is the same however many there are and in
whatever order they are made. Values stand in ascending order, so neither the order of the rows nor
giving rows with counts instead of repeated changes a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes._progress import progressing
from spineoutcomes.numerics.cells import Cells

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Level = Callable[[FloatArray, FloatArray], FloatArray]
# Fewer units than this for each distinct one are drawn one by one, more in one multinomial draw.
CROWDED = 8
# Draws that are made at once; fewer where a draw is large, so that they stay near the processor.
BLOCK = 100
MOST = 500_000


class Individuals:
    """Arms whose members are drawn one by one, with replacement, as many as there are."""

    def __init__(self, arms: Sequence[Cells]) -> None:
        self._arms = tuple(arms)

    @property
    def values(self) -> Sequence[FloatArray]:
        """Values of each arm, ascending."""
        return [arm.values for arm in self._arms]

    def draw(self, rng: np.random.Generator) -> Sequence[FloatArray]:
        """Return how often one draw holds each value, by arm."""
        return [multiplicities(rng, arm.counts) for arm in self._arms]


class Clusters:
    """Arms whose clusters (patients) are drawn whole, with all their rows.

    Where every cluster lies in one arm, as many are drawn as the arm has; else they are drawn from
    all, and the sizes of the arms vary.

    Parameters
    ----------
    y, counts : array of shape (n,)
    arm, cluster : integer array of shape (n,)
        Codes from 0.
    """

    def __init__(self, y: FloatArray, counts: FloatArray, arm: IntArray, cluster: IntArray) -> None:
        order = np.lexsort((y, arm))
        y, counts, arm = y[order], counts[order], arm[order]
        opens = np.ones(len(y), dtype=bool)
        opens[1:] = (y[1:] != y[:-1]) | (arm[1:] != arm[:-1])
        self._cell = np.cumsum(opens) - 1
        self._counts = counts
        self._arm_of_cell = arm[opens]
        self._cluster = _in_order_of_content(cluster[order], self._cell, counts)
        size = int(self._cluster.max()) + 1
        first, last = np.full(size, arm.max()), np.zeros(size, dtype=np.int64)
        np.minimum.at(first, self._cluster, arm)
        np.maximum.at(last, self._cluster, arm)
        self._pool = first if (first == last).all() else np.zeros(size, dtype=np.int64)
        self._values = [y[opens][self._arm_of_cell == code] for code in range(int(arm.max()) + 1)]

    @property
    def values(self) -> Sequence[FloatArray]:
        """Values of each arm, ascending."""
        return self._values

    @property
    def by_arm(self) -> bool:
        """Whether every cluster lies in one arm."""
        return bool(self._pool.any())

    def draw(self, rng: np.random.Generator) -> Sequence[FloatArray]:
        """Return how often one draw holds each value, by arm."""
        times = np.empty(len(self._pool))
        for pool in range(int(self._pool.max()) + 1):
            members = np.flatnonzero(self._pool == pool)
            times[members] = multiplicities(rng, np.ones(len(members), dtype=np.int64))
        drawn = np.bincount(self._cell, weights=self._counts * times[self._cluster])
        return [drawn[self._arm_of_cell == code] for code in range(len(self._values))]


def multiplicities(rng: np.random.Generator, counts: IntArray) -> FloatArray:
    """Return how often each cell is drawn when as many are drawn as there are members."""
    n = int(counts.sum())
    if n > CROWDED * len(counts):
        return rng.multinomial(n, counts / n).astype(float)
    member = rng.integers(0, n, n)
    cell = np.repeat(np.arange(len(counts)), counts)[member] if n > len(counts) else member
    return np.bincount(cell, minlength=len(counts)).astype(float)


def block_size(width: int, most: int) -> int:
    """Return how many draws of so many values are held at once: at least one."""
    return max(1, min(most, MOST // width))


def bootstrap_levels(
    sample: Individuals | Clusters, level: Level, n_resamples: int, seed: int
) -> FloatArray:
    """Return the level of each arm in each replicate.

    Parameters
    ----------
    sample : Individuals or Clusters
    level : callable
        From values and draws to levels, as in `numerics.levels`.
    n_resamples : int
    seed : int

    Returns
    -------
    array of shape (arms, n_resamples)
        Missing where a replicate holds nobody of an arm.
    """
    seeds = np.random.SeedSequence(seed).spawn(n_resamples)
    size = block_size(sum(len(values) for values in sample.values), BLOCK)
    blocks = [seeds[start : start + size] for start in range(0, n_resamples, size)]
    found = []
    for block in progressing(blocks, "Bootstrap", "block"):
        draws = [sample.draw(np.random.default_rng(one)) for one in block]
        by_arm = zip(*draws, strict=True)
        found.append(
            [level(v, np.array(drawn)) for v, drawn in zip(sample.values, by_arm, strict=True)]
        )
    return np.concatenate(found, axis=1)


def _in_order_of_content(cluster: IntArray, cell: IntArray, counts: FloatArray) -> IntArray:
    """Return cluster codes that depend on what clusters hold, not on where their rows stand."""
    code = np.unique(cluster, return_inverse=True)[1]
    keys = [np.bincount(code, weights=counts * cell**power) for power in (2.0, 1.0, 0.0)]
    rank = np.empty(len(keys[0]), dtype=np.int64)
    rank[np.lexsort(keys)] = np.arange(len(rank))
    return rank[code]
