"""No public analysis ignores weights, matched sets or clusters: it changes, or it refuses."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError

# How each public function is called on a design; a function that is not here fails the test below.
CALLS: dict[str, dict[str, Any]] = {
    "baseline_summary": {"variables": ["age", "asa"]},
    "followup_summary": {"status": None, "observed": None, "potential": None},
    "compare_outcomes": {"outcomes": {"pain": "mean_difference", "relief": "risk_difference"}},
    "mean_difference": {"outcome": "pain"},
    "firth_logistic": {"outcome": "relief"},
    "ordinal_odds_ratio": {"outcome": "event", "higher_is_better": True},
    "rate_ratio": {"outcome": "event", "exposure": "time"},
    "risk_difference": {"outcome": "relief"},
    "risk_ratio": {"outcome": "relief"},
    "odds_ratio": {"outcome": "relief"},
    "mantel_haenszel_test": {"outcome": "relief", "strata": "asa"},
    "mcnemar_test": {"outcome": "relief", "sets": "twin"},
    "bootstrap_effect": {"outcome": "pain", "n_resamples": 200},
    "geometric_mean_ratio": {"outcome": "time"},
    "hodges_lehmann_shift": {"outcome": "pain"},
    "median_difference": {"outcome": "pain"},
    "permutation_test": {"outcome": "pain", "n_permutations": 200},
    "standardized_difference": {"outcome": "pain"},
    "win_odds": {"outcome": "pain", "higher_is_better": False},
    # One kind of event here, competing ones below.
    "subgroup_effects": {"outcome": "pain", "subgroup": "asa", "measure": "mean_difference"},
    "survival_curve": {"time": "time", "event": "death"},
    "followup_curve": {"time": "time", "event": "death"},
    "cumulative_incidence": {"time": "time", "event": "event"},
    "gray_test": {"time": "time", "event": "event", "cause": 1},
    "logrank_test": {"time": "time", "event": "death"},
    "milestone_difference": {"time": "time", "event": "death", "horizon": 12},
    "rmst": {"time": "time", "event": "death", "tau": 12},
    "mean_cumulative_count": {
        "subject": "episode_id",
        "start": "began",
        "stop": "time",
        "event": "death",
        "terminal": "seen",
    },
    "mean_count_difference": {
        "subject": "episode_id",
        "start": "began",
        "stop": "time",
        "event": "death",
        "terminal": "seen",
        "horizon": 12,
    },
    "interval_censored_curve": {"lower": "began", "upper": "time"},
    "bootstrap_survival": {"time": "time", "event": "death", "tau": 12, "n_resamples": 200},
}


def takes_rows(function: Any) -> bool:
    """Return whether rows go in; a function of Effects has met the design already."""
    return next(iter(inspect.signature(function).parameters)) in ("data", "design")


FUNCTIONS = [
    pytest.param(getattr(room, name), id=f"{room.__name__.split('.')[-1]}.{name}")
    for room in (so.compare, so.survival)
    for name in room.__all__
    if takes_rows(getattr(room, name))
]
N = 60
ARMS = {"treatment": "arm", "reference": "open"}


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "arm": np.where(np.arange(N) % 2 == 0, "mis", "open"),
            "age": rng.normal(60, 10, N),
            "asa": pd.Categorical(rng.choice(["I", "II", "III"], N)),
            "pain": rng.normal(5, 2, N),
            "relief": rng.integers(0, 2, N),
            "began": 0.0,
            "time": rng.integers(1, 25, N).astype(float),
            "death": rng.integers(0, 2, N),
            "event": rng.integers(0, 3, N),
            "pair": np.arange(N) // 2,
            "twin": (np.arange(N) // 2 + 7 * (np.arange(N) % 2)) % (N // 2),
            "episode_id": np.arange(N),
            "visit": "12m",
            "expected": 1,
            "seen": rng.integers(0, 2, N),
            "surgeon": rng.integers(0, 12, N),
        }
    )


def featured(feature: str) -> so.Design:
    weights = np.random.default_rng(12).uniform(0.2, 3, N)
    more = {"weights": {"weights": weights}, "sets": {"sets": "pair"}}
    return so.Design(frame(), **ARMS, **more.get(feature, {"cluster": "surgeon"}))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_public_function_has_a_call(function: Any) -> None:
    assert function.__name__ in CALLS, "add how it is called on a design to CALLS"
    assert len(function(so.Design(frame(), **ARMS), **CALLS[function.__name__]).tidy())


@pytest.mark.parametrize("feature", ["weights", "sets", "cluster"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_design_changes_the_result_or_is_refused(function: Any, feature: str) -> None:
    call = CALLS[function.__name__]
    plain = function(so.Design(frame(), **ARMS), **call).tidy()
    if feature == "sets":  # who is paired with whom is then said by the design, not by a column
        call = {name: value for name, value in call.items() if name != "sets"}
    try:
        found = function(featured(feature), **call).tidy()
    except ArgumentError as refusal:
        assert "does not respect" in str(refusal)
        assert "design.data" in str(refusal)
    else:
        assert not found.equals(plain), f"{feature} made no difference"
