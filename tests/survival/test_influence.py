"""Influences against estimates in which one individual weighs a little more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from spineoutcomes.survival.aalen_johansen import incidence_influence, incidence_of_cause
from spineoutcomes.survival.influence import (
    Influence,
    Members,
    influence_at,
    integrated,
    squares_from_counts,
)
from spineoutcomes.survival.member_squares import squares_of_members
from spineoutcomes.survival.product_limit import survival, survival_influence
from spineoutcomes.survival.risk_sets import RiskSets, count

Array = npt.NDArray[np.float64]
# A central difference with steps of 1e-5 misses the derivative by its square and by rounding.
DIFFERENCE = 1e-8
STEP = 1e-5
# Two ways to the same sum.
ROUNDING = 1e-12

rng = np.random.default_rng(0)
N = 120
TIME = rng.integers(1, 20, N).astype(float)
EVENT = rng.integers(0, 3, N)
ENTRY = np.minimum(np.where(rng.random(N) < 0.5, 0, rng.integers(0, 10, N)), TIME - 1)
WEIGHT = rng.uniform(0.5, 2, N)
CENTRE = rng.integers(0, 15, N)


def counts_of(weight: Array, entry: Array | None) -> RiskSets:
    group = np.zeros(N, int)
    return count(TIME, EVENT, group, n_causes=2, n_groups=1, entry=entry, counts=weight)[0]


ESTIMATES: dict[str, tuple[Callable[[RiskSets], Array], Callable[[RiskSets], Influence]]] = {
    "survival": (survival, survival_influence),
    "incidence": (lambda c: incidence_of_cause(c, 0).F, lambda c: incidence_influence(c, 0)),
}


def derivatives(estimate: Callable[[RiskSets], Array], entry: Array | None) -> Array:
    """Return the derivative of the estimate by the weight of each individual, shape (n, K)."""
    one = np.eye(N) * STEP
    return np.array(
        [
            estimate(counts_of(WEIGHT + row, entry)) - estimate(counts_of(WEIGHT - row, entry))
            for row in one
        ]
    ) / (2 * STEP)


def members_of(counts: RiskSets, entry: Array | None) -> Members:
    enter = np.zeros(N) if entry is None else entry
    return Members(np.searchsorted(counts.time, enter), np.searchsorted(counts.time, TIME), EVENT)


@pytest.mark.parametrize("entry", [None, ENTRY], ids=["all at 0", "late entry"])
@pytest.mark.parametrize("name", ESTIMATES)
def test_each_individual_at_every_time(name: str, entry: Array | None) -> None:
    estimate, influence = ESTIMATES[name]
    counts = counts_of(WEIGHT, entry)
    expected = derivatives(estimate, entry)
    found = influence(counts)
    members = members_of(counts, entry)
    for k in range(len(counts.time)):
        np.testing.assert_allclose(influence_at(found, members, k), expected[:, k], atol=DIFFERENCE)


@pytest.mark.parametrize("entry", [None, ENTRY], ids=["all at 0", "late entry"])
@pytest.mark.parametrize("name", ESTIMATES)
def test_squares_of_individuals_and_of_clusters(name: str, entry: Array | None) -> None:
    estimate, influence = ESTIMATES[name]
    counts = counts_of(WEIGHT, entry)
    own = derivatives(estimate, entry) * WEIGHT[:, None]
    by_centre = np.array([own[c == CENTRE].sum(axis=0) for c in range(15)])
    more = {"weight": WEIGHT, "counts": np.ones(N), "nuisance": None}
    for cluster, parts in ((None, own), (CENTRE, by_centre)):
        found = squares_of_members(
            influence(counts), members_of(counts, entry), cluster=cluster, **more
        )
        np.testing.assert_allclose(found, (parts**2).sum(axis=0), atol=DIFFERENCE)


@pytest.mark.parametrize("name", ESTIMATES)
def test_counts_give_the_same_squares_as_individuals(name: str) -> None:
    influence = ESTIMATES[name][1](counts_of(WEIGHT, None))
    members = members_of(counts_of(WEIGHT, None), None)
    one_by_one = squares_of_members(
        influence, members, weight=WEIGHT, counts=np.ones(N), cluster=None, nuisance=None
    )
    found = squares_from_counts(influence, counts_of(WEIGHT**2, None))
    np.testing.assert_allclose(found, one_by_one, atol=ROUNDING)


@pytest.mark.parametrize("entry", [None, ENTRY], ids=["all at 0", "late entry"])
@pytest.mark.parametrize("name", ESTIMATES)
def test_the_integral_over_time(name: str, entry: Array | None) -> None:
    estimate, influence = ESTIMATES[name]
    counts = counts_of(WEIGHT, entry)
    widths = np.diff(counts.time, append=counts.time[-1])
    expected = derivatives(estimate, entry) @ widths
    found = influence_at(
        integrated(influence(counts), widths), members_of(counts, entry), len(widths) - 1
    )
    np.testing.assert_allclose(found, expected, atol=20 * DIFFERENCE)  # a sum over 19 times
