"""Permutation tests: the treated are drawn anew, within strata, from those who were there.

A draw says how often each distinct value stands among the treated. With few distinct values it is
one multivariate hypergeometric draw, whatever the number of rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes._progress import progressing
from spineoutcomes.numerics.cells import Cells, cells_of
from spineoutcomes.numerics.resampling import CROWDED, block_size

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
# From values, draws and counts to treated minus rest, as in `numerics.levels`.
Contrast = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
# Draws that share a seed, for seeding costs more than drawing; fewer where a draw is large. The
# last block is drawn whole and cut, so draw k is the same however many there are.
BLOCK = 200
# Contrasts that differ by less, as a share of the range of the values, are equal up to rounding.
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """Where the treated are drawn from.

    Attributes
    ----------
    all : Cells
        Values of both arms.
    treated : array of shape (k,)
        How many of each value are treated in fact.
    """

    all: Cells
    treated: FloatArray

    @property
    def n_treated(self) -> int:
        """Number of the treated."""
        return int(self.treated.sum())

    @property
    def weight(self) -> float:
        """What the stratum counts for: n1 n0 / n, zero with one arm only."""
        return self.n_treated * (self.all.n - self.n_treated) / self.all.n


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """A contrast and how often one as far from zero comes up by chance.

    Attributes
    ----------
    estimate : float
        Contrast of levels; over strata, the mean of theirs with weights n1 n0 / n.
    p_value : float
        Two-sided: the share at least as far from zero; (1 + b) / (1 + B) of B random draws.
    n_draws : int
        Number of draws, or of all assignments.
    exact : bool
        Whether all assignments were looked at.
    """

    estimate: float
    p_value: float
    n_draws: int
    exact: bool


def strata_of(
    y: FloatArray, counts: FloatArray, treated: BoolArray, stratum: IntArray
) -> list[Stratum]:
    """Return the strata that hold both arms; values are counted from the lowest.

    A contrast does not change by that, and its rounding is then that of the values' range.
    """
    found, y = [], y - y.min()
    for code in np.unique(stratum):
        own = stratum == code
        cells = cells_of(y[own], counts[own])
        place = np.searchsorted(cells.values, y[own])
        drawn = np.bincount(place, counts[own] * treated[own], minlength=len(cells.values))
        one = Stratum(cells, drawn.astype(float))
        if one.weight > 0:
            found.append(one)
    return found


def permutation_p(
    strata: Sequence[Stratum], contrast: Contrast, n_permutations: int, seed: int
) -> PermutationTest:
    """Return the test of the contrast, treated minus the others.

    All assignments are looked at when there are no more than `n_permutations` of them.
    """
    observed = float(_over_strata(strata, [one.treated[None, :] for one in strata], contrast)[0])
    lowest = min(one.all.values[0] for one in strata)
    highest = max(one.all.values[-1] for one in strata)
    reach = abs(observed) - ROUNDING * (highest - lowest)
    possible = _assignments_up_to(strata, n_permutations)
    exact = possible <= n_permutations
    spread = [one if _crowded(one) and not exact else _one_each(one) for one in strata]
    blocks = _assignments(spread) if exact else _blocks(spread, n_permutations, seed)
    far = sum(
        int((np.abs(_over_strata(spread, block, contrast)) >= reach).sum()) for block in blocks
    )
    if exact:
        return PermutationTest(observed, far / possible, possible, True)
    return PermutationTest(observed, (1 + far) / (1 + n_permutations), n_permutations, False)


def _over_strata(
    strata: Sequence[Stratum], draws: Sequence[FloatArray], contrast: Contrast
) -> FloatArray:
    """Return the contrast of each draw, the mean over strata with their weights."""
    weighted = [
        one.weight * contrast(one.all.values, drawn, one.all.counts.astype(float))
        for one, drawn in zip(strata, draws, strict=True)
    ]
    return np.asarray(sum(weighted) / sum(one.weight for one in strata))


def _blocks(
    strata: Sequence[Stratum], n_permutations: int, seed: int
) -> Iterator[list[FloatArray]]:
    block = block_size(sum(len(one.all.values) for one in strata), BLOCK)
    starts = range(0, n_permutations, block)
    seeds = np.random.SeedSequence(seed).spawn(len(starts))
    pairs = list(zip(starts, seeds, strict=True))
    for start, own in progressing(pairs, "Permutations", "block"):
        rng = np.random.default_rng(own)
        kept = min(block, n_permutations - start)
        yield [_drawn(rng, one, block)[:kept] for one in strata]


def _drawn(rng: np.random.Generator, one: Stratum, block: int) -> FloatArray:
    """Return a block of draws of the treated."""
    if _crowded(one):
        drawn = rng.multivariate_hypergeometric(
            one.all.counts, one.n_treated, size=block, method="marginals"
        )
        return drawn.astype(float)
    n, size = one.all.n, one.n_treated
    # About the right number by one random byte each; then as many as it takes, chosen at random,
    # change sides. Given its size a draw is uniform before and after, and no row is shuffled.
    members = rng.integers(0, 256, (block, n), dtype=np.uint8) < round(256 * size / n)
    for draw in members:
        excess = int(np.count_nonzero(draw)) - size
        if excess:
            movable = np.flatnonzero(draw if excess > 0 else ~draw)
            draw[rng.choice(movable, abs(excess), replace=False, shuffle=False)] ^= True
    return members.astype(float)


def _assignments_up_to(strata: Sequence[Stratum], most: int) -> int:
    """Return the number of assignments, or some number above `most`: it may have many digits."""
    possible = 1
    for one in strata:
        n = one.all.n
        for taken in range(min(one.n_treated, n - one.n_treated)):
            # After this step: the ways to choose taken + 1, never fewer than those to choose taken.
            possible = possible * (n - taken) // (taken + 1)
            if possible > most:
                return possible
    return possible


def _assignments(strata: Sequence[Stratum]) -> Iterator[list[FloatArray]]:
    """Yield all ways to choose the treated, every stratum's with every other's, in blocks."""
    ways = [_ways(one) for one in strata]
    at = np.indices([len(own) for own in ways]).reshape(len(ways), -1)
    block = block_size(sum(one.all.n for one in strata), BLOCK)
    for start in range(0, at.shape[1], block):
        yield [
            _members(one, own[index[start : start + block]])
            for one, own, index in zip(strata, ways, at, strict=True)
        ]


def _ways(one: Stratum) -> IntArray:
    """Return the members of the smaller arm in each assignment."""
    n, few = one.all.n, min(one.n_treated, one.all.n - one.n_treated)
    return np.array(list(itertools.combinations(range(n), few)), dtype=np.int64)


def _members(one: Stratum, smaller: IntArray) -> FloatArray:
    members = np.zeros((len(smaller), one.all.n))
    np.put_along_axis(members, smaller, 1.0, axis=1)
    return members if smaller.shape[1] == one.n_treated else 1 - members


def _crowded(one: Stratum) -> bool:
    return one.all.n > CROWDED * len(one.all.values)


def _one_each(one: Stratum) -> Stratum:
    """Return the stratum with equal values side by side, each with a count of one."""
    values = np.repeat(one.all.values, one.all.counts)
    return Stratum(Cells(values, np.ones(len(values), dtype=np.int64)), _split(one))


def _split(one: Stratum) -> FloatArray:
    """Return which of the single members are treated: the first of each value."""
    within = np.arange(one.all.n) - np.repeat(
        np.cumsum(one.all.counts) - one.all.counts, one.all.counts
    )
    return (within < np.repeat(one.treated, one.all.counts)).astype(float)
