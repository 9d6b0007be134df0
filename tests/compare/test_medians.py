"""median_difference: by hand, exact arms, coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import SparseDataWarning
from spineoutcomes.numerics.cells import cells_of
from spineoutcomes.numerics.medians import median_difference_interval, median_interval

ARMS = {"treatment": "arm", "reference": "open"}


def cells(x: np.ndarray) -> object:
    return cells_of(np.asarray(x, dtype=float), np.ones(len(x)))


def test_by_hand() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 8 + ["open"] * 8, "y": [*range(8), *range(10, 26, 2)]})
    tidy = so.compare.median_difference(frame, outcome="y", **ARMS).tidy()
    assert tidy["measure"].tolist() == ["median_difference", "median", "median"]
    assert tidy["estimate"].tolist() == [-13.5, 3.5, 17]
    # Eight coins: P(0 heads) = 1/256, P(at most 1) = 9/256 > .025, so k = 1.
    assert tidy[["conf_low", "conf_high"]].iloc[1:].to_numpy().tolist() == [[0, 7], [10, 24]]
    # Coverage .9921875 at k = 1, .9296875 at k = 2; the share of the way inward is
    # 7 I/(1 + 6 I) with I = (.9921875 - .95)/.0625.
    excess = (0.9921875 - 0.95) / 0.0625
    inward = 7 * excess / (1 + 6 * excess)
    half = math.hypot(3.5 - inward, 7 - 2 * inward)
    assert tidy["conf_low"].iloc[0] == pytest.approx(-13.5 - half)
    assert tidy["conf_high"].iloc[0] == pytest.approx(-13.5 + half)
    assert tidy[["std_error", "p_value"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("n", "k"),
    # Conover, Practical Nonparametric Statistics, and the binomial distribution: 95% at least.
    [(5, 0), (6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (20, 6), (25, 8), (50, 18), (100, 40)],
)
def test_depths_of_the_sign_test(n: int, k: int) -> None:
    found = median_interval(cells(np.arange(1.0, n + 1)), 0.95)
    assert found.estimate == (n + 1) / 2
    assert (found.low, found.high) == (
        (k, n + 1 - k) if k else pytest.approx((np.nan,) * 2, nan_ok=True)
    )


def test_a_level_that_is_met_exactly() -> None:
    # Two values hold their median between them with probability one half.
    found = median_interval(cells(np.array([1.0, 2])), 0.5)
    assert (found.low, found.high) == (1, 2)


def test_too_few_for_an_interval() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 4 + ["open"] * 8, "y": np.arange(12.0)})
    with pytest.warns(SparseDataWarning, match="an arm of mis - open has too few rows") as caught:
        tidy = so.compare.median_difference(frame, outcome="y", **ARMS).tidy()
    assert [one.filename for one in caught] == [__file__]
    assert tidy["conf_low"].isna().tolist() == [True, True, False]
    assert tidy["estimate"].tolist() == [-6, 1.5, 7.5]
    assert "too few values" in tidy["method"].iloc[1]


@pytest.mark.validates("compare.median_difference", source="simulation, true difference 0")
@pytest.mark.parametrize("heaped", [False, True])
@pytest.mark.parametrize("sizes", [(8, 8), (12, 30), (60, 60)])
def test_coverage_of_skewed_and_heaped_outcomes(heaped: bool, sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(20)
    repeats, covered = 800, 0
    for _ in range(repeats):
        a, b = (rng.lognormal(5, 1, n) for n in sizes)
        if heaped:
            a, b = (np.round(x / 50) * 50 for x in (a, b))
        found = median_difference_interval(cells(a), cells(b), 0.95)
        covered += found.low <= 0 <= found.high
    # Three Monte Carlo errors below the level.
    assert covered / repeats >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / repeats)
