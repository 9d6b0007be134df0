"""e_value: against R and published values, by hand, invariants, errors."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.e_values import e_value_of, ratio_by_recovery

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}


def effect(measure: str, estimate: float, low: float, high: float, **more: float) -> so.Effects:
    row = {"measure": measure, "contrast": "mis - open", "estimate": estimate}
    return so.Effects(pd.DataFrame([{**row, "conf_low": low, "conf_high": high, **more}]))


def values(effects: so.Effects, **call: object) -> tuple[float, float]:
    row = so.compare.e_value(effects, **call).tidy().iloc[0]
    assert row["measure"] == "e_value"
    return row["estimate"], row["conf_low"]


@pytest.mark.validates("compare.e_value", source="R base 4.2.2; VanderWeele & Ding 2017")
def test_risk_ratios_equal_r(reference) -> None:
    for name, expected in reference("sens.evalue_rr")["values"].items():
        _, rr, low, high = name.split("_")
        point, limit = values(effect("risk_ratio", float(rr), float(low), float(high)))
        assert point == pytest.approx(expected["point"], **CLOSED), name
        assert limit == pytest.approx(expected["ci"], **CLOSED), name


@pytest.mark.validates("compare.e_value", source="R base 4.2.2")
def test_odds_and_hazard_ratios_equal_r(reference) -> None:
    expected = reference("sens.evalue_hr_or")["values"]
    for name, measure, rare, numbers in [
        ("or_common_2.5_1.4_4.4", "odds_ratio", False, (2.5, 1.4, 4.4)),
        ("hr_common_0.56_0.46_0.69", "hazard_ratio", False, (0.56, 0.46, 0.69)),
        ("hr_rare_1.8_1.2_2.7", "hazard_ratio", True, (1.8, 1.2, 2.7)),
    ]:
        point, limit = values(effect(measure, *numbers), rare_outcome=rare)
        assert point == pytest.approx(expected[name]["point"], **CLOSED), name
        assert limit == pytest.approx(expected[name]["ci"], **CLOSED), name


@pytest.mark.validates("compare.e_value", source="R base 4.2.2")
def test_standardized_differences_equal_r(reference) -> None:
    expected = reference("sens.evalue_smd")["values"]
    found = effect("standardized_difference", 0.42, 0.1, 0.7, std_error=0.14)
    point, limit = values(found)
    assert point == pytest.approx(expected["point"], **CLOSED)
    assert limit == pytest.approx(expected["ci"], **CLOSED)
    # An interval that was not built from an error gives its own limits.
    _, limit = values(effect("standardized_difference", 0.42, 0.1, 0.7))
    assert limit == pytest.approx(e_value_of(math.exp(0.091)))


@pytest.mark.validates("compare.e_value", source="R base 4.2.2")
def test_another_truth_than_none_equals_r(reference) -> None:
    expected = reference("sens.evalue_non_null")["values"]
    point, limit = values(effect("risk_ratio", 2.1, 1.1, 4.0), true_ratio=1.2)
    assert point == pytest.approx(expected["e"], **CLOSED)
    assert limit == 1
    # Two associations of the strength E have just this bias factor; so have those of the entry.
    assert pytest.approx(expected["B"], **CLOSED) == 1.8 * 2.4 / (1.8 + 2.4 - 1)
    assert point**2 / (2 * point - 1) == pytest.approx(2.1 / 1.2, **CLOSED)


@given(ratio=st.floats(0.05, 20))
def test_confounding_of_that_strength_explains_the_ratio(ratio: float) -> None:
    E = e_value_of(ratio)
    assert pytest.approx(max(ratio, 1 / ratio), rel=1e-6) == E**2 / (2 * E - 1)
    assert e_value_of(1 / ratio) == pytest.approx(E, rel=1e-9)


def trial(x1: int, n1: int, x0: int, n0: int, method: str = "newcombe") -> so.Effects:
    table = pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"],
            "y": [1, 0, 1, 0],
            "times": [x1, n1 - x1, x0, n0 - x0],
        }
    )
    return so.compare.risk_difference(
        table, outcome="y", treatment="arm", reference="open", counts="times", method=method
    )


def test_a_risk_difference_goes_through_its_risks() -> None:
    point, limit = values(trial(56, 70, 48, 80))
    assert point == pytest.approx(e_value_of(0.8 / 0.6))
    # At the limit L the interval of p1 - L p0, from those of the arms, just reaches zero.
    effects = trial(56, 70, 48, 80).tidy()
    mis, open_ = effects.iloc[1], effects.iloc[2]
    _, low, high = ratio_by_recovery(
        (mis["estimate"], mis["conf_low"], mis["conf_high"]),
        (open_["estimate"], open_["conf_low"], open_["conf_high"]),
    )
    reach = math.hypot(0.8 - mis["conf_low"], low * (open_["conf_high"] - 0.6))
    assert 0.8 - low * 0.6 == pytest.approx(reach)
    reach = math.hypot(mis["conf_high"] - 0.8, high * (0.6 - open_["conf_low"]))
    assert high * 0.6 - 0.8 == pytest.approx(reach)
    assert limit == pytest.approx(e_value_of(low))


@given(
    a=st.integers(0, 20), b=st.integers(1, 20), c=st.integers(1, 20), d=st.integers(1, 20),
    method=st.sampled_from(["newcombe", "wald"]),
)  # fmt: skip
def test_a_risk_difference_and_the_other_way_round(
    a: int, b: int, c: int, d: int, method: str
) -> None:
    assume(a > 0 or method == "newcombe")  # Wald has no error without events in an arm
    one = trial(a, a + b, c, c + d, method)
    point, limit = values(one)
    assert 1 <= limit <= point
    row = one.tidy().iloc[0]
    if row["conf_low"] <= 0 <= row["conf_high"]:
        assert limit == 1
    swapped = values(trial(c, c + d, a, a + b, method))
    assert swapped == pytest.approx((point, limit), rel=1e-6)


def test_without_interval_there_is_no_limit() -> None:
    point, limit = values(effect("risk_ratio", 2.0, math.nan, math.nan))
    assert point == pytest.approx(2 + math.sqrt(2))
    assert math.isnan(limit)


def test_rows_say_what_they_are_of() -> None:
    found = so.compare.e_value(trial(56, 70, 48, 80)).tidy()
    assert len(found) == 1
    assert found.loc[0, ["outcome", "term", "contrast", "n"]].tolist() == [
        "y", "arm", "mis - open", 150,
    ]  # fmt: skip
    assert "ratio of the risks" in found.loc[0, "method"]


def test_errors() -> None:
    with pytest.raises(ArgumentError, match=r"no E-value is defined for mean_difference"):
        so.compare.e_value(effect("mean_difference", 1, 0, 2))
    with pytest.raises(ArgumentError, match=r"no E-value is defined for rate_ratio"):
        so.compare.e_value(effect("rate_ratio", 1, 0, 2))
    with pytest.raises(ArgumentError, match="needs the `risk` row of each of its arms"):
        so.compare.e_value(effect("risk_difference", 0.1, 0, 0.2))
    with pytest.raises(ArgumentError, match="there is no contrast"):
        so.compare.e_value(so.Effects(trial(5, 9, 4, 9).tidy().iloc[1:]))
    with pytest.raises(ArgumentError, match="true_ratio must be above 0, got 0"):
        so.compare.e_value(effect("risk_ratio", 2, 1.5, 3), true_ratio=0)
    with pytest.raises(ArgumentError, match="expected Effects"):
        so.compare.e_value(3)


def beside_risks(estimate: float, method: str, low: float = -0.3) -> so.Effects:
    rows = {
        "measure": ["risk_difference", "risk", "risk"],
        "contrast": ["mis - open", "mis", "open"],
        "estimate": [estimate, 0.2, 0.3],
        "conf_low": [low, 0.1, 0.2],
        "conf_high": [0.1 if low == low else low, 0.3, 0.4],
        "method": [method, "risk", "risk"],
    }
    return so.Effects(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("estimate", "method"),
    [
        (-0.08, "adjusted difference of risks"),
        (-0.1, "Mantel-Haenszel difference of risks, Sato's error, over 3 strata"),
        (-0.1, "paired difference of risks, Wald interval, 100 pairs"),
    ],
)
def test_the_risks_beside_another_difference_do_not_serve(estimate: float, method: str) -> None:
    with pytest.raises(ArgumentError, match=r"not the crude one .* give the risk_ratio"):
        so.compare.e_value(beside_risks(estimate, method))


def test_a_difference_without_an_interval_has_no_limit() -> None:
    point, limit = values(beside_risks(-0.1, "difference of risks, Wald", low=math.nan))
    assert point == pytest.approx(e_value_of(0.2 / 0.3))
    assert math.isnan(limit)


def test_covariates_have_no_e_value() -> None:
    arm = effect("risk_ratio", 2.0, 1.2, 3.0).tidy().assign(term="arm")
    rows = pd.concat([arm, arm.assign(term="sex[m]", contrast="m - f")])
    assert so.compare.e_value(so.Effects(rows)).tidy()["contrast"].tolist() == ["mis - open"]


def test_arguments_of_another_kind_are_refused() -> None:
    with pytest.raises(ArgumentError, match="rare_outcome must be True or False, got 'no'"):
        so.compare.e_value(effect("odds_ratio", 2, 1.5, 3), rare_outcome="no")
    for value, kind in [("2", "str"), (None, "NoneType"), (True, "bool")]:
        expected = rf"true_ratio must be a risk ratio above 0, got a {kind}\."
        with pytest.raises(ArgumentError, match=expected):
            so.compare.e_value(effect("risk_ratio", 2, 1.5, 3), true_ratio=value)


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio", "hazard_ratio"])
def test_a_ratio_below_zero_is_refused(measure: str) -> None:
    words = measure.replace("_", " ")
    with pytest.raises(
        ArgumentError, match=f"a {words} is never below 0, but estimate, conf_low of 'mis - open'"
    ):
        so.compare.e_value(effect(measure, -0.7, -1.2, 0.1))
    with pytest.raises(ArgumentError, match=r"but conf_low of .* not its logarithm"):
        so.compare.e_value(effect(measure, 0.7, -0.2, 1.1))


def test_ratios_without_end() -> None:
    for measure in ("risk_ratio", "odds_ratio", "hazard_ratio"):
        point, limit = values(effect(measure, 0.0, 0.0, 0.25), rare_outcome=True)
        assert point == math.inf
        assert limit == pytest.approx(4 + math.sqrt(12))
    # 1 - 0.5^x is x log 2 for small x: RR = sqrt(HR) / log 2.
    point, _ = values(effect("hazard_ratio", 1e300, 1e290, math.inf))
    assert point == pytest.approx(2 * 1e150 / math.log(2), rel=1e-12)
    assert values(effect("standardized_difference", 1e3, 1e3, 1e3)) == (math.inf, math.inf)
