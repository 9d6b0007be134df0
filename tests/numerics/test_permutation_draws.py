"""Permutation draws and p-values, as arrays."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.numerics import permutation
from spineoutcomes.numerics.levels import mean_contrasts, median_contrasts
from spineoutcomes.numerics.permutation import permutation_p, strata_of

CHANCE = 5


def strata(y: list[float], treated: list[int], stratum: list[int] | None = None) -> list:
    return strata_of(
        np.array(y, dtype=float),
        np.ones(len(y)),
        np.array(treated, dtype=bool),
        np.zeros(len(y), dtype=np.int64) if stratum is None else np.array(stratum),
    )


@given(
    st.lists(st.integers(0, 6), min_size=3, max_size=8),
    st.integers(1, 7),
    st.sampled_from([(np.mean, mean_contrasts), (np.median, median_contrasts)]),
)
def test_exact_p_is_the_share_of_all_assignments(y: list[int], size: int, pair: tuple) -> None:
    level, contrast = pair
    size = min(size, len(y) - 1)
    treated = [1] * size + [0] * (len(y) - size)
    found = permutation_p(strata(y, treated), contrast, 100, 0)
    ways = [
        level([y[i] for i in chosen]) - level([y[i] for i in range(len(y)) if i not in chosen])
        for chosen in itertools.combinations(range(len(y)), size)
    ]
    assert found.exact
    assert found.n_draws == len(ways)
    assert found.estimate == pytest.approx(ways[0])
    assert found.p_value == pytest.approx(np.mean(np.abs(ways) >= abs(ways[0]) - 1e-9))


def test_exact_within_strata_by_hand() -> None:
    # Two strata of two, each with one treated: four assignments, differences 1 and 2 with weights
    # one half, so 1.5, .5, -.5, -1.5: two of four are as far as 1.5.
    found = permutation_p(strata([2, 1, 9, 7], [1, 0, 1, 0], [0, 0, 1, 1]), mean_contrasts, 4, 0)
    assert (found.estimate, found.p_value, found.n_draws) == (1.5, 0.5, 4)
    # A stratum with one arm has no say.
    alone = strata([2, 1, 9, 7, 50], [1, 0, 1, 0, 1], [0, 0, 1, 1, 2])
    assert permutation_p(alone, mean_contrasts, 4, 0) == found


@pytest.mark.parametrize("contrast", [mean_contrasts, median_contrasts])
@pytest.mark.parametrize("crowded", [True, False])
def test_random_draws_agree_with_all_assignments(contrast, crowded: bool) -> None:
    # 18 patients, 6 treated: 18564 assignments. Two values are crowded, 18 are not.
    y = [0.0] * 9 + [1.0] * 9 if crowded else list(np.arange(18.0) ** 1.5)
    treated = [1, 0, 0] * 6 if not crowded else [1, 0, 0, 0, 0, 0, 0, 0, 0, *[1] * 5, *[0] * 4]
    exact = permutation_p(strata(y, treated), contrast, 20_000, 0)
    drawn = permutation_p(strata(y, treated), contrast, 15_000, 1)
    assert exact.exact
    assert not drawn.exact
    error = math.sqrt(exact.p_value * (1 - exact.p_value) / 15_000)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=CHANCE * error + 1 / 15_000)
    # The count of draws as far plus one over the draws plus one.
    assert (drawn.p_value * 15_001) == pytest.approx(round(drawn.p_value * 15_001))


@pytest.mark.parametrize("size", [3, 150, 297])
@pytest.mark.parametrize("distinct", [5, 300])
def test_draws_have_the_size_of_the_arm_and_are_fair(size: int, distinct: int) -> None:
    y = np.arange(300.0) % distinct
    one = strata(list(y), [1] * size + [0] * (300 - size))[0]
    drawn = np.concatenate(
        [permutation._drawn(np.random.default_rng(seed), one, 200) for seed in range(20)]
    )
    n, c = 300, one.all.counts
    assert (drawn.sum(axis=1) == size).all()
    assert (drawn >= 0).all()
    assert (drawn <= c).all()
    # Hypergeometric mean and variance.
    variance = c * (size / n) * (1 - size / n) * (n - c) / (n - 1)
    error = np.sqrt(variance / len(drawn))
    assert (np.abs(drawn.mean(axis=0) - c * size / n) <= CHANCE * error).all()
    assert drawn.var(axis=0).mean() == pytest.approx(variance.mean(), rel=0.05)


def test_draws_are_the_same_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []

    def kept(values: np.ndarray, drawn: np.ndarray, counts: np.ndarray) -> np.ndarray:
        seen.append(drawn)
        return mean_contrasts(values, drawn, counts)

    one = strata(list(np.arange(40.0)), [1, 0] * 20)
    found = []
    for n in (250, 700):
        seen.clear()
        permutation_p(one, kept, n, 3)
        found.append(np.concatenate(seen[1:]))  # the first is what was observed
    assert [len(draws) for draws in found] == [250, 700]
    assert (found[0] == found[1][:250]).all()


def test_one_treated_among_many_is_exact() -> None:
    # The treated has the highest of 3000 values; the mean of the others then is lowest. The lowest
    # value is as far to the other side.
    found = permutation_p(
        strata(list(np.arange(3000.0)), [0] * 2999 + [1]), mean_contrasts, 5000, 0
    )
    assert (found.n_draws, found.exact) == (3000, True)
    assert found.p_value == pytest.approx(2 / 3000)
    other = permutation_p(
        strata(list(np.arange(3000.0)), [1] * 2999 + [0]), mean_contrasts, 5000, 0
    )
    assert other.p_value == found.p_value


def test_a_large_offset_does_not_hide_ties() -> None:
    y = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    near, far = (
        permutation_p(
            strata(list(np.round(y * 8) / 8 + k), [1, 1, 0, 1, 0, 0, 1, 0]), mean_contrasts, 100, 0
        )
        for k in (0, 2.0**30)
    )
    assert near.p_value == far.p_value


def test_no_difference_is_never_unusual() -> None:
    assert permutation_p(strata([1, 1, 1, 1], [1, 1, 0, 0]), mean_contrasts, 3, 0).p_value == 1


def test_many_assignments_are_not_counted_out() -> None:
    many = strata(list(np.arange(50_000.0) % 7), [1, 0] * 25_000)
    assert permutation._assignments_up_to(many, 10_000) > 10_000
    few = strata([1, 2, 3, 4, 5], [1, 1, 0, 0, 0])
    assert permutation._assignments_up_to([*few, *few], 1000) == 100
