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


def test_a_ratio_has_none() -> None:
    rows = pd.DataFrame({"measure": ["odds_ratio", "risk"], "estimate": [2.0, 0.1]})
    with pytest.raises(ArgumentError, match=r"found: odds_ratio, risk\. A ratio has none"):
        so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=True)
