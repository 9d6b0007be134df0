"""Influences on a mean function against means in which one subject weighs a little more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from spineoutcomes.survival.influence import Members, influence_at
from spineoutcomes.survival.member_squares import squares_of_members
from spineoutcomes.survival.recurrent_mean import mean_function, mean_influence
from spineoutcomes.survival.risk_sets import RiskSets, count

Array = npt.NDArray[np.float64]
# A central difference with steps of 1e-5 misses the derivative by its square and by rounding.
DIFFERENCE = 1e-8
STEP = 1e-5

rng = np.random.default_rng(7)
N, CUTS = 40, 3
# Rows of a subject end at three of its times, in order; it may die in the last, or at an event.
ENDS = np.sort(np.array([rng.choice(np.arange(1, 20), CUTS, replace=False) for _ in range(N)]))
STOP = ENDS.ravel().astype(float)
START = np.column_stack([np.zeros(N), ENDS[:, :-1] + rng.integers(0, 2, (N, CUTS - 1))]).ravel()
START = np.minimum(START, STOP - 1)
SUBJECT = np.repeat(np.arange(N), CUTS)
DIES = (np.arange(N * CUTS) % CUTS == CUTS - 1) * rng.integers(0, 2, N * CUTS)
WAY = rng.integers(0, 2, N * CUTS) + 2 * DIES


def counts_of(weight: Array) -> RiskSets:
    group = np.zeros(len(STOP), int)
    return count(STOP, WAY, group, n_causes=3, n_groups=1, entry=START, counts=weight[SUBJECT])[0]


@pytest.mark.parametrize("factor", [False, True], ids=["plain", "known factors"])
def test_each_subject_at_every_time(factor: bool) -> None:
    weight = rng.uniform(0.5, 2, N)
    counts = counts_of(weight)
    K = len(counts.time)
    known = rng.uniform(0, 3, K) if factor else None
    expected = np.array(
        [
            mean_function(counts_of(weight + row), known)
            - mean_function(counts_of(weight - row), known)
            for row in np.eye(N) * STEP
        ]
    ) / (2 * STEP)
    enter, leave = (np.searchsorted(counts.time, x) for x in (START, STOP))
    members, influence = Members(enter, leave, WAY), mean_influence(counts, known)
    for k in range(K):
        rows = influence_at(influence, members, k)
        np.testing.assert_allclose(np.bincount(SUBJECT, rows), expected[:, k], atol=DIFFERENCE)
    squares = squares_of_members(
        influence,
        members,
        weight=weight[SUBJECT],
        counts=np.ones(len(STOP)),
        cluster=SUBJECT,
        nuisance=None,
    )
    own = expected * weight[:, None]
    np.testing.assert_allclose(squares, (own**2).sum(axis=0), atol=10 * DIFFERENCE)
