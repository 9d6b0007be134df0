"""Permutation tests of a difference of means, against shuffling with numpy and against scipy."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from contest import Contender, contest

import spineoutcomes as so

DRAWS = 10_000
# Monte Carlo errors by which two programs with their own random draws may differ.
CHANCE = 5


def run(n: int) -> None:
    """Time the tests of n patients: a continuous outcome, and a score from 0 to 10."""
    random = np.random.default_rng(1)
    treated = random.random(n) < 0.45
    noise = random.normal(0, 2, n)
    # An effect of one and a half standard errors, so that p is neither 0 nor 1.
    effect = 1.5 * 2 / math.sqrt(n * 0.45 * 0.55) * treated
    for words, y in (
        ("continuous", 5 + noise + effect),
        ("score from 0 to 10", np.clip(np.round(5 + noise + effect), 0, 10)),
    ):
        _run_one(f"permutation test, {DRAWS:,} draws: {n:,} patients, {words}", y, treated)


def _run_one(title: str, y: np.ndarray, treated: np.ndarray) -> None:
    frame = pd.DataFrame({"y": y, "arm": np.where(treated, "mis", "open")})

    def ours() -> tuple[float, float]:
        found = so.compare.permutation_test(
            frame, outcome="y", treatment="arm", reference="open", n_permutations=DRAWS
        ).tidy()
        return float(found.loc[0, "estimate"]), float(found.loc[1, "p_value"])

    contenders = [
        Contender("permutation_test", ours, _estimate),
        Contender("numpy, shuffled values", lambda: _numpy(y, treated), _estimate),
        Contender("scipy.stats.permutation_test", lambda: _scipy(y, treated), _estimate),
    ]
    p = [contender.run()[1] for contender in contenders]  # type: ignore[index]
    error = math.sqrt(2 * p[0] * (1 - p[0]) / DRAWS)
    assert max(p) - min(p) < CHANCE * error, f"p-values differ by more than chance: {p}"
    contest(title, contenders[0], contenders[1:], rounds=3)


def _estimate(result: object) -> np.ndarray:
    return np.array([result[0]])  # type: ignore[index]


def _numpy(y: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    random = np.random.default_rng(2)
    n, shuffled = int(treated.sum()), y.copy()
    observed = y[treated].mean() - y[~treated].mean()
    reach = abs(observed) - 1e-9
    far = 0
    for _ in range(DRAWS):
        random.shuffle(shuffled)
        far += abs(shuffled[:n].mean() - shuffled[n:].mean()) >= reach
    return observed, (1 + far) / (1 + DRAWS)


def _scipy(y: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    from scipy.stats import permutation_test

    found = permutation_test(
        (y[treated], y[~treated]),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        vectorized=True,
        n_resamples=DRAWS,
        batch=100,
        rng=np.random.default_rng(3),
    )
    return float(found.statistic), float(found.pvalue)
