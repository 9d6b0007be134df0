"""A seed is a whole number, for every function that draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.seeds import require_draws, require_seed

PATIENTS = pd.DataFrame(
    {
        "arm": ["mis", "open"] * 8,
        "days": [3.0, 5, 2, 7, 4, 9, 1, 6, 8, 11, 5, 4, 3, 10, 2, 6],
        "died": [1, 1, 0, 1] * 4,
    }
)
ARMS = {"treatment": "arm", "reference": "open"}
DRAW: dict[str, Callable[[object], object]] = {
    "bootstrap_effect": lambda seed: so.compare.bootstrap_effect(
        PATIENTS, outcome="days", n_resamples=100, seed=seed, **ARMS
    ),
    "permutation_test": lambda seed: so.compare.permutation_test(
        PATIENTS, outcome="days", n_permutations=99, seed=seed, **ARMS
    ),
    "bootstrap_survival": lambda seed: so.survival.bootstrap_survival(
        PATIENTS,
        time="days",
        event="died",
        measure="rmst_difference",
        tau=5,
        n_resamples=100,
        seed=seed,
        **ARMS,
    ),
    "simulate_registry": lambda seed: so.simulate_registry(5, seed=seed),
}


@pytest.mark.parametrize("function", DRAW)
@pytest.mark.parametrize("seed", [None, -1, 1.5, 2.0, "a", True, np.nan, np.True_])
def test_what_is_no_seed_is_refused(function: str, seed: object) -> None:
    with pytest.raises(ArgumentError, match=f"{function}: seed must be a whole number of 0 or mo"):
        DRAW[function](seed)


@pytest.mark.parametrize("seed", [0, 7, np.int64(7), 2**70])
def test_whole_numbers_are_seeds(seed: int) -> None:
    require_seed("f", seed)
    one, two = (DRAW["bootstrap_effect"](s) for s in (seed, int(seed)))
    pd.testing.assert_frame_equal(one.tidy(), two.tidy())


def test_numbers_of_draws_are_whole_whatever_they_are_stored_as() -> None:
    require_draws("f", "n", np.int64(200), 100)
    for value in (True, 200.0, "200", 99, None):
        with pytest.raises(ArgumentError, match="f: n must be a whole number of at least 100"):
            require_draws("f", "n", value, 100)
