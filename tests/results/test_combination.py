"""combine: all rows, told apart by name."""

from __future__ import annotations

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError


def effects(*groups: str, **fields: object) -> so.Effects:
    frame = pd.DataFrame({"measure": ["risk_ratio"] * max(1, len(groups)), "estimate": 0.8})
    return so.Effects(frame.assign(group=list(groups)) if groups else frame, **fields)


def test_names_go_into_group() -> None:
    both = so.combine(crude=effects(), by_sex=effects("f", "m"))
    assert both.tidy()["group"].tolist() == ["crude", "by_sex: f", "by_sex: m"]
    assert both.tidy()["estimate"].tolist() == [0.8] * 3


def test_each_row_keeps_its_method_and_estimand() -> None:
    both = so.combine(
        a=effects(method="Koopman.", estimand="marginal", sources=("x", "y"), warnings=("few",)),
        b=effects(method="Wald.", estimand="conditional", sources=("y",)),
    )
    assert both.tidy()["method"].tolist() == ["Koopman.", "Wald."]
    assert both.tidy()["estimand"].tolist() == ["marginal", "conditional"]
    assert both.method == "a: Koopman. b: Wald."
    assert both.estimand is None
    assert both.sources == ("x", "y")
    assert both.warnings == ("a: few",)
    assert both.covariance is None


def test_a_row_without_a_method_does_not_take_that_of_another() -> None:
    both = so.combine(a=effects(method="Koopman."), b=effects())
    assert both.tidy()["method"].tolist() == ["Koopman.", None]


def test_one_method_and_estimand_stay() -> None:
    both = so.combine(
        a=effects(method="Wald.", estimand="ATE"), b=effects(method="Wald.", estimand="ATE")
    )
    assert (both.method, both.estimand) == ("Wald.", "ATE")


def test_other_keys_are_kept() -> None:
    frame = pd.DataFrame({"measure": ["survival_difference"], "horizon": [24.0], "visit": ["2y"]})
    tidy = so.combine(a=so.Effects(frame), b=effects()).tidy()
    assert tidy["horizon"].tolist()[0] == 24
    assert tidy["visit"].tolist() == ["2y", None]


def test_errors() -> None:
    with pytest.raises(ArgumentError, match="at least one Effects, by name"):
        so.combine()
    with pytest.raises(ArgumentError, match="'a' is a DataFrame"):
        so.combine(a=pd.DataFrame())
    with pytest.raises(ArgumentError, match="a 95%, b 90%"):
        so.combine(a=effects(), b=effects(conf_level=0.9))
