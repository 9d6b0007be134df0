"""number_needed_to_treat: against R, through infinity, directions, errors."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError

# The reciprocal of a closed formula.
CLOSED = {"rel": 1e-8}


def numbers(estimate: float, low: float, high: float, better: bool, **more: object) -> dict:
    rows = pd.DataFrame(
        {
            "measure": ["risk_difference", "risk"],
            "contrast": ["mis - open", "mis"],
            "estimate": [estimate, 0.4],
            "conf_low": [low, 0.3],
            "conf_high": [high, 0.5],
            "n": [40, 20],
        }
    ).assign(**more)
    found = so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=better).tidy()
    assert set(found["group"]) <= {"mis - open"}
    return dict(zip(found["statistic"], found["value"], strict=True))


@pytest.mark.validates("compare.number_needed_to_treat", source="R stats 4.2.2")
@pytest.mark.parametrize("entry", ["newcombe1998_a", "bcg_aronson", "small"])
def test_numbers_equal_r(entry: str, reference) -> None:
    values = reference(f"desc.two_by_two_example.{entry}")["values"]
    table = pd.DataFrame({"arm": ["a", "a", "b", "b"], "event": [1, 0, 1, 0]})
    effects = so.compare.risk_difference(
        table.assign(n=[values["table"][cell] for cell in "abcd"]),
        outcome="event",
        treatment="arm",
        reference="b",
        counts="n",
    )
    found = so.compare.number_needed_to_treat(effects, higher_is_better=True).tidy()
    side = "nnt_benefit" if values["nnt"] > 0 else "nnt_harm"
    assert found["statistic"].iloc[0] == side
    assert found["value"].iloc[0] == pytest.approx(abs(values["nnt"]), **CLOSED)
    assert found["variable"].iloc[0] == "event"


def test_an_interval_on_one_side() -> None:
    expected = {"nnt_benefit": 10, "nnt_benefit_low": 5, "nnt_benefit_high": 20}
    assert numbers(0.1, 0.05, 0.2, True) == pytest.approx(expected)
    assert numbers(-0.1, -0.2, -0.05, False) == pytest.approx(expected)
    harm = {name.replace("benefit", "harm"): value for name, value in expected.items()}
    assert numbers(0.1, 0.05, 0.2, False) == pytest.approx(harm)
    assert numbers(-0.1, -0.2, -0.05, True) == pytest.approx(harm)


def test_an_interval_through_infinity() -> None:
    # Altman 1998: 10% better, interval from 5% worse to 25% better.
    assert numbers(0.1, -0.05, 0.25, True) == pytest.approx(
        {
            "nnt_benefit": 10,
            "nnt_benefit_low": 4,
            "nnt_benefit_high": math.inf,
            "nnt_harm_low": 20,
            "nnt_harm_high": math.inf,
        }
    )


def test_the_edges() -> None:
    assert numbers(0.0, -0.1, 0.1, True)["nnt_benefit"] == math.inf
    touching = numbers(0.1, 0.0, 0.2, True)
    assert touching == pytest.approx(
        {"nnt_benefit": 10, "nnt_benefit_low": 5, "nnt_benefit_high": math.inf}
    )
    assert numbers(0.1, math.nan, math.nan, True) == pytest.approx({"nnt_benefit": 10})
    assert numbers(math.nan, math.nan, math.nan, True) == {}


def test_a_difference_of_survival_at_horizons() -> None:
    rows = pd.DataFrame(
        {
            "measure": "survival_difference",
            "contrast": "mis - open",
            "horizon": [12.0, 24.0],
            "estimate": [0.1, 0.2],
        }
    )
    found = so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=True).tidy()
    assert found["level"].tolist() == ["12", "24"]
    assert found["value"].tolist() == [10, 5]
    assert found["variable"].tolist() == ["survival_difference"] * 2


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["a", "a", "b", "b", "c", "c"],
            "site": [1, 2, 1, 2, 1, 2],
            "event": [1, 0] * 3,
            "n": [8, 2, 3, 7, 5, 5],
        }
    )


CALL = {"outcome": "event", "treatment": "arm", "reference": "c", "counts": "n"}


@pytest.mark.parametrize(
    ("function", "method"),
    [
        (so.compare.risk_ratio, "koopman"),
        (so.compare.odds_ratio, "wald"),
        (so.compare.odds_ratio, "exact"),
    ],
)
def test_a_crude_ratio_has_the_numbers_of_the_difference(function, method: str) -> None:
    beside = function(table(), method=method, risk_interval="jeffreys", **CALL)
    found = so.compare.number_needed_to_treat(beside, higher_is_better=True)
    plain = so.compare.risk_difference(table(), **CALL)
    expected = so.compare.number_needed_to_treat(plain, higher_is_better=True)
    pd.testing.assert_frame_equal(found.tidy(), expected.tidy())
    assert "Differences of the crude risks, Newcombe interval." in found.method
    assert "crude" not in expected.method


def test_outcomes_are_kept_apart() -> None:
    both = pd.concat(
        [
            so.compare.risk_ratio(table(), **CALL).tidy(),
            so.compare.risk_ratio(
                table().assign(other=lambda d: 1 - d["event"]), **CALL | {"outcome": "other"}
            ).tidy(),
        ]
    )
    found = so.compare.number_needed_to_treat(so.Effects(both), higher_is_better=True).tidy()
    first, second = (
        found[(found["variable"] == name) & (found["group"] == "a - c")]
        for name in ("event", "other")
    )
    assert first["statistic"].iloc[0] == "nnt_benefit"
    assert second["statistic"].iloc[0] == "nnt_harm"
    assert first["value"].iloc[0] == pytest.approx(1 / 0.3)


@pytest.mark.parametrize("function", [so.compare.risk_ratio, so.compare.odds_ratio])
def test_a_stratified_ratio_has_none(function) -> None:
    frame = (
        table().loc[[0, 0, 1, 1, 2, 2, 3, 3]].assign(event=[1, 0] * 4, n=[8, 2, 5, 9, 3, 7, 6, 4])
    )
    asked = CALL | {"reference": "b"}
    effects = function(frame, strata="site", method="mantel-haenszel", **asked)
    with pytest.raises(ArgumentError, match="'a - b' is not that of two plain risks beside it"):
        so.compare.number_needed_to_treat(effects, higher_is_better=True)
    difference = so.compare.risk_difference(frame, strata="site", method="mantel-haenszel", **asked)
    assert len(so.compare.number_needed_to_treat(difference, higher_is_better=True).tidy())


def test_what_has_none() -> None:
    rows = pd.DataFrame({"measure": ["hazard_ratio", "risk"], "estimate": [2.0, 0.1]})
    with pytest.raises(
        ArgumentError, match=r"needs a contrast of one of .*; found: hazard_ratio, risk"
    ):
        so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=True)
    alone = pd.DataFrame({"measure": ["risk_ratio"], "contrast": ["a - b"], "estimate": [2.0]})
    with pytest.raises(ArgumentError, match="give the risk_difference by the same method"):
        so.compare.number_needed_to_treat(so.Effects(alone), higher_is_better=True)


def test_a_direction_must_be_said() -> None:
    rows = pd.DataFrame({"measure": ["risk_difference"], "estimate": [0.1]})
    with pytest.raises(ArgumentError, match="higher_is_better must be True or False, got None"):
        so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=None)  # type: ignore[arg-type]


def test_an_interaction_treats_nobody_and_subgroups_are_named() -> None:
    rows = pd.DataFrame(
        {
            "group": ["men", "women", None],
            "visit": ["12 months", "12 months", None],
            "contrast": ["mis - open", "mis - open", None],
            "measure": "risk_difference",
            "estimate": [-0.1, -0.2, -0.1],
            "conf_low": [-0.2, -0.25, -0.3],
            "conf_high": [-0.05, -0.125, 0.1],
        }
    )
    found = so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=False).tidy()
    points = found[found["statistic"] == "nnt_benefit"]
    assert points["level"].tolist() == ["men, 12 months", "women, 12 months"]
    assert points["value"].tolist() == pytest.approx([10, 5])
    assert set(found["group"]) == {"mis - open"}
