"""Arms whose number has no error are not taken for certain, nor curves that a few have settled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import NotEstimableError, SparseDataWarning

S = so.survival
ARMS = {"treatment": "g", "reference": "b"}
OUT = {"time": "time", "event": "event"}
TESTED = ["std_error", "statistic", "p_value", "conf_low", "conf_high"]
NO_ERROR = "a: an estimate has no error of its own"
SETTLED = "In a everyone at risk had the event before later rows entered"

# In a nobody has the event until 7; in b half.
NOBODY = pd.DataFrame(
    {"g": list("aaaaaabbbbbb"), "time": [7, 8, 8, 9, 9, 9, 2, 3, 4, 8, 8, 9], "event": 0}
).assign(event=[0] * 6 + [1, 1, 1, 0, 0, 0])
# In a one is observed from 0 and dies at 2, before five more enter; b is observed from 0.
LATE = pd.DataFrame(
    {
        "g": list("aaaaaabbbbbb"),
        "time": [2, 9, 9, 9, 9, 8, 2, 5, 9, 9, 9, 9],
        "event": [1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1],
        "entry": [0, 3, 3, 3, 4, 4, 0, 0, 0, 0, 0, 0],
    }
)
CALLS: dict[str, Any] = {
    "rmst": lambda data, **more: S.rmst(data, **OUT, **ARMS, tau=6, **more),
    "milestone": lambda data, **more: S.milestone_difference(
        data, **OUT, **ARMS, horizon=6, **more
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_arm_without_events_is_not_certain(call: Any) -> None:
    with pytest.warns(SparseDataWarning, match=NO_ERROR) as told:
        effects = call(NOBODY)
    assert len(told) == 1
    assert NO_ERROR in effects.warnings[0]
    rows = effects.tidy()
    between = rows[rows["contrast"] == "a - b"]
    assert between[TESTED].isna().all(axis=None)
    assert between["estimate"].notna().all()
    # What is known of b stays known.
    assert (rows.loc[rows["contrast"] == "b", "std_error"] > 0).all()


def test_everybody_of_an_arm() -> None:
    data = NOBODY.assign(time=[1, 2, 3, 3, 4, 5, 2, 3, 4, 8, 8, 9], event=[1] * 9 + [0] * 3)
    with pytest.warns(SparseDataWarning, match=NO_ERROR):
        rows = S.milestone_difference(data, **OUT, **ARMS, horizon=6).tidy()
    assert rows["estimate"].tolist() == pytest.approx([-0.5, 0, 0.5])
    assert rows.loc[:1, TESTED].isna().all(axis=None)


def test_one_patient_has_no_spread() -> None:
    data = NOBODY.iloc[5:].assign(time=[4, 2, 3, 4, 8, 8, 9], event=[1, 1, 1, 1, 0, 0, 0])
    with pytest.warns(SparseDataWarning, match=NO_ERROR):
        rows = S.rmst(data, **OUT, **ARMS, tau=6).tidy()
    assert rows.loc[rows["contrast"] == "a - b", TESTED].isna().all(axis=None)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.filterwarnings("ignore:.*clusters are very few")
def test_an_arm_that_is_one_cluster(call: Any) -> None:
    data = NOBODY.assign(
        event=[1, 0] * 6, time=[2, 8, 3, 9, 4, 9] * 2, surgeon=[0] * 6 + [1, 2, 1, 2, 3, 3]
    )
    with pytest.warns(SparseDataWarning, match=NO_ERROR):
        rows = call(data, cluster="surgeon").tidy()
    assert rows.loc[rows["contrast"] == "a - b", TESTED].isna().all(axis=None)
    assert rows.loc[rows["contrast"] == "a", "std_error"].isna().all()
    assert (rows.loc[rows["contrast"] == "b", "std_error"] > 0).all()


@pytest.mark.filterwarnings("ignore:.*clusters are very few")
def test_a_curve_of_one_cluster_has_no_error() -> None:
    data = NOBODY.assign(surgeon=[0] * 6 + [1, 1, 1, 2, 2, 2])
    for curves in (
        S.survival_curve(data, **OUT, by="g", cluster="surgeon").tidy(),
        S.cumulative_incidence(data, **OUT, by="g", cluster="surgeon").tidy(),
    ):
        later = curves[curves["time"] >= 2]
        assert later.loc[later["group"] == "b", "std_error"].gt(0).all()
    data["event"] = [1, 0] * 6
    steps = S.survival_curve(data, **OUT, by="g", cluster="surgeon").tidy()
    assert steps.loc[(steps["group"] == "a") & (steps["time"] >= 7), "std_error"].isna().all()


@pytest.mark.parametrize("name", ["survival_curve", "cumulative_incidence", "logrank_test"])
def test_one_cluster_in_all_is_refused(name: str) -> None:
    with pytest.raises(NotEstimableError, match="One cluster has no variation"):
        getattr(S, name)(NOBODY.assign(surgeon=1), **OUT, by="g", cluster="surgeon")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_few_at_risk_at_first_do_not_decide(call: Any) -> None:
    with pytest.raises(NotEstimableError, match=SETTLED):
        call(LATE, entry="entry")


def test_nor_in_a_bootstrap() -> None:
    with pytest.raises(NotEstimableError, match=SETTLED):
        S.bootstrap_survival(
            LATE, **OUT, **ARMS, entry="entry", horizon=6, measure="survival_difference",
            n_resamples=100, seed=1,
        )  # fmt: skip


def test_before_they_are_gone_arms_can_be_compared() -> None:
    data = LATE.assign(
        time=[3, 9, 9, 9, 9, 8, 2, 5, 9, 9, 9, 9],
        entry=[0, 0, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0],
        event=[1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0],
    )
    effects = S.milestone_difference(data, **OUT, **ARMS, entry="entry", horizon=5)
    rows = effects.tidy()
    # a: 1 of 2 at 3; b: 1 of 6 at 2, 1 of 5 at 5.
    assert rows["estimate"].tolist() == pytest.approx([1 / 2 - 2 / 3, 1 / 2, 2 / 3])


def test_mean_counts_say_so_or_refuse() -> None:
    rows = pd.DataFrame(
        {
            "id": range(8),
            "g": list("aaaabbbb"),
            "start": [0, 3, 3, 3, 0, 0, 0, 0],
            "stop": [2, 9, 9, 9, 9, 9, 8, 9],
            "event": [0, 1, 1, 0, 1, 0, 1, 0],
            "died": [1, 0, 0, 0, 0, 0, 0, 1],
        }
    )
    names = {"subject": "id", "start": "start", "stop": "stop", "event": "event"}
    curves = S.mean_cumulative_count(rows, **names, terminal="died", by="g")
    assert "In a everyone at risk died before later rows entered" in curves.warnings[0]
    with pytest.raises(NotEstimableError, match="In a everyone at risk died before"):
        S.mean_count_difference(rows, **names, terminal="died", **ARMS, horizon=9)
    # Without death as an end the gap is a gap only.
    effects = S.mean_count_difference(rows, **names, **ARMS, horizon=9)
    assert np.isfinite(effects.tidy()["estimate"][0])


@pytest.mark.parametrize(
    ("horizon", "message"),
    [([], "milestone_difference: name a horizon"), ([5, 5], "each horizon is needed once")],
)
def test_horizons_are_some_and_each_once(horizon: list[float], message: str) -> None:
    with pytest.raises(so.errors.ArgumentError, match=message):
        S.milestone_difference(NOBODY, **OUT, **ARMS, horizon=horizon)


@pytest.mark.parametrize("name", ["logrank_test", "gray_test"])
@pytest.mark.parametrize("n", [4, 5])
def test_groups_below_five_have_no_p(name: str, n: int) -> None:
    data = pd.DataFrame(
        {"g": ["a"] * n + ["b"] * 9, "time": range(n + 9), "event": [1, 0, 1, 1] + [1] * (n + 5)}
    )
    row = getattr(S, name)(data, **OUT, by="g").tidy().iloc[0]
    assert np.isfinite(row["statistic"])
    assert np.isnan(row["p_value"]) == (n == 4)
    assert ("no p-value: a has 4, and below 5" in row["method"]) == (n == 4)
