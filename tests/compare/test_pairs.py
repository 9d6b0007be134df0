"""Matched pairs: McNemar, the conditional odds ratio, the paired difference of risks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import (
    ArgumentError,
    MissingDataWarning,
    NotEstimableError,
    SparseDataWarning,
)
from spineoutcomes.numerics.pairs_2x2 import (
    conditional_odds_ratio,
    mcnemar_exact_p,
    mcnemar_mid_p,
    newcombe_paired_difference,
    wald_paired_difference,
)

# A closed formula computed twice.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
# Published to three decimals.
PRINTED = {"abs": 5e-4}


def backpain(read) -> tuple[pd.DataFrame, dict]:
    data = read("backpain").assign(event=lambda d: d["driver"] == "yes")
    return data, {"treatment": "status", "reference": "control", "sets": "ID"}


def respiratory(read) -> tuple[pd.DataFrame, dict]:
    data = read("respiratory").assign(event=lambda d: d["status"] == "good")
    data = data[data["month"].isin([0, 4])]
    return data, {"treatment": "month", "reference": 0, "sets": "subject"}


def retinopathy(read) -> tuple[pd.DataFrame, dict]:
    data = read("retinopathy").assign(event=lambda d: d["status"])
    return data, {"treatment": "trt", "reference": 0, "sets": "id"}


DATA = {
    "backpain_driver": backpain,
    "respiratory_0_4": respiratory,
    "retinopathy_eyes": retinopathy,
}
METHODS = {"asymptotic": "p", "corrected": "p_cc", "exact": "exact_p", "mid-p": "mid_p"}


@pytest.mark.validates("compare.mcnemar_test", source="R stats 4.2.2 (mcnemar.test, binom.test)")
@pytest.mark.parametrize("name", DATA)
def test_pairs_equal_r(name: str, reference, reference_data) -> None:
    data, call = DATA[name](reference_data)
    values = reference(f"desc.mcnemar.{name}")["values"]
    found = {
        method: so.compare.mcnemar_test(data, outcome="event", method=method, **call).tidy()
        for method in METHODS
    }
    for method, key in METHODS.items():
        assert found[method]["p_value"].tolist() == pytest.approx([values[key]], **CLOSED)
        assert found[method]["measure"].tolist() == ["test"]
    for method, key in (("asymptotic", "chi2"), ("corrected", "chi2_cc")):
        assert found[method]["statistic"].tolist() == pytest.approx([values[key]], **CLOSED)
        assert found[method]["df"].tolist() == [1]


@pytest.mark.validates("compare.odds_ratio", source="R stats 4.2.2 (binom.test)")
@pytest.mark.parametrize("name", DATA)
def test_conditional_odds_equal_r(name: str, reference, reference_data) -> None:
    data, call = DATA[name](reference_data)
    values = reference(f"desc.mcnemar.{name}")["values"]
    tidy = so.compare.odds_ratio(data, outcome="event", method="conditional", **call).tidy()
    row = tidy.iloc[0]
    assert row["estimate"] == pytest.approx(values["cond_or"], **CLOSED)
    assert row["conf_low"] == pytest.approx(values["cond_or_lower"], **CLOSED)
    assert row["conf_high"] == pytest.approx(values["cond_or_upper"], **CLOSED)
    assert row["p_value"] == pytest.approx(values["exact_p"], **CLOSED)
    assert tidy["estimand"].tolist() == ["conditional", "marginal", "marginal"]
    ((a, b), (c, d)) = values["table"]["m"]
    assert sorted(tidy["n_event"].tolist()[1:]) == sorted([a + b, a + c])
    assert tidy["n"].tolist() == [2 * (a + b + c + d), a + b + c + d, a + b + c + d]


@pytest.mark.validates("compare.risk_difference", source="R stats 4.2.2, paired")
@pytest.mark.parametrize("name", DATA)
def test_paired_wald_equals_r(name: str, reference, reference_data) -> None:
    data, call = DATA[name](reference_data)
    values = reference(f"desc.mcnemar.{name}")["values"]
    effects = so.compare.risk_difference(data, outcome="event", method="wald", **call)
    row = effects.tidy().iloc[0]
    assert row["estimate"] == pytest.approx(values["diff"], **CLOSED)
    assert row["conf_low"] == pytest.approx(values["diff_lower"], **CLOSED)
    assert row["conf_high"] == pytest.approx(values["diff_upper"], **CLOSED)


@pytest.mark.validates(
    "compare.risk_difference",
    source="Fagerland, Lydersen & Laake 2014 (airway hyper-responsiveness)",
)
def test_a_published_paired_table() -> None:
    # Of 21 children 1 before and after, 1 before only, 7 after only, 12 never.
    found = newcombe_paired_difference(1, 1, 7, 12, 0.95)
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (-0.286, -0.507, -0.026), **PRINTED
    )
    # 2 (1 + 8)/2^8, and the same less 8/2^8.
    assert mcnemar_exact_p(1, 7) == pytest.approx(18 / 256)
    assert mcnemar_mid_p(1, 7) == pytest.approx(10 / 256)


def test_hybrid_interval_by_hand() -> None:
    # 10 of 20 either way. The cross product 64 - 4 = 60 less n/2 = 10, over 10^2, is phi = .5;
    # Wilson's limits lie z/(2 sqrt(n + z^2)) from one half, and the root is that distance.
    z = 1.959963984540054
    half = z / 2 / math.sqrt(20 + z**2)
    found = newcombe_paired_difference(8, 2, 2, 8, 0.95)
    assert (found.low, found.high) == pytest.approx((-half, half))
    # A small positive cross product is none, a negative one stays: phi = -.6.
    assert newcombe_paired_difference(5, 5, 5, 5, 0.95).high == pytest.approx(half * math.sqrt(2))
    negative = newcombe_paired_difference(2, 8, 8, 2, 0.95)
    assert negative.high == pytest.approx(half * math.sqrt(2 + 1.2))


def pairs() -> pd.DataFrame:
    """Return pairs as rows with counts: 4 both, 7 treated only, 2 control only, 6 neither."""
    return pd.DataFrame(
        {
            "pair": [1, 1, 2, 2, 3, 3, 4, 4],
            "arm": ["mis", "open"] * 4,
            "event": [1, 1, 1, 0, 0, 1, 0, 0],
            "n": [4, 4, 7, 7, 2, 2, 6, 6],
        }
    )


ASKED = {"outcome": "event", "treatment": "arm", "reference": "open", "sets": "pair"}
CALLS = [(so.compare.mcnemar_test, {"method": method}) for method in METHODS] + [
    (so.compare.odds_ratio, {"method": "conditional"}),
    (so.compare.risk_difference, {"method": "newcombe"}),
    (so.compare.risk_difference, {"method": "wald"}),
]


def repeated() -> pd.DataFrame:
    """Return the same pairs row by row, from the last to the first."""
    frame = pairs()
    whole = frame.loc[np.repeat(frame.index, frame["n"])]
    again = whole.groupby(["pair", "arm"]).cumcount()
    return whole.assign(pair=whole["pair"] * 100 + again).drop(columns="n").iloc[::-1]


@pytest.mark.parametrize(("function", "more"), CALLS)
def test_counts_equal_repeated_pairs(function, more) -> None:
    counted = function(pairs(), counts="n", **ASKED, **more).tidy()
    pd.testing.assert_frame_equal(counted, function(repeated(), **ASKED, **more).tidy())
    assert "19 pairs" in counted["method"].iloc[0]


@pytest.mark.parametrize(("function", "more"), CALLS)
def test_a_design_with_sets_says_the_same(function, more) -> None:
    plain = function(repeated(), **ASKED, **more).tidy()
    design = so.Design(repeated(), treatment="arm", reference="open", sets="pair")
    pd.testing.assert_frame_equal(plain, function(design, outcome="event", **more).tidy())
    with pytest.raises(ArgumentError, match="already says which rows are matched"):
        function(design, outcome="event", sets="pair", **more)


def test_a_design_as_matching_makes_it() -> None:
    # A frame of sets; a discarded row stands in none and has no part.
    frame = repeated().reset_index(drop=True)
    sets = pd.DataFrame(
        {
            "set": frame["pair"],
            "row": frame.index,
            "role": frame["arm"].map({"mis": "treated", "open": "control"}),
            "weight": 1.0,
        }
    )
    extra = pd.concat([frame, frame.iloc[:1]], ignore_index=True)
    design = so.Design(extra, treatment="arm", reference="open", sets=sets)
    found = so.compare.odds_ratio(design, outcome="event", method="conditional").tidy()
    plain = so.compare.odds_ratio(frame, method="conditional", **ASKED).tidy()
    pd.testing.assert_frame_equal(found, plain)
    twice = so.Design(
        extra, treatment="arm", reference="open", sets=pd.concat([sets, sets.iloc[[0]]])
    )
    with pytest.raises(ArgumentError, match="1 rows stand in more than one set"):
        so.compare.odds_ratio(twice, outcome="event", method="conditional")


def test_swapped_arms() -> None:
    asked = ASKED | {"reference": "mis", "counts": "n"}
    odds = so.compare.odds_ratio(pairs(), method="conditional", **asked).tidy().iloc[0]
    assert odds["estimate"] == pytest.approx(2 / 7)
    back = so.compare.odds_ratio(pairs(), method="conditional", **ASKED, counts="n").tidy().iloc[0]
    assert 1 / odds["conf_low"] == pytest.approx(back["conf_high"])
    difference = so.compare.risk_difference(pairs(), **asked).tidy().iloc[0]
    other = so.compare.risk_difference(pairs(), **ASKED, counts="n").tidy().iloc[0]
    assert difference["conf_low"] == pytest.approx(-other["conf_high"])


cells = st.integers(0, 12)


@given(both=cells, first=cells, second=cells, neither=cells)
def test_what_always_holds(both: int, first: int, second: int, neither: int) -> None:
    if not both + first + second + neither:
        return
    found = newcombe_paired_difference(both, first, second, neither, 0.95)
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    opposite = newcombe_paired_difference(neither, second, first, both, 0.95)
    assert opposite.low == pytest.approx(-found.high, abs=1e-12)
    swapped = newcombe_paired_difference(both, second, first, neither, 0.95)
    assert swapped.low == pytest.approx(-found.high, abs=1e-12)
    odds = conditional_odds_ratio(first, second, 0.95)
    assert 0 < odds.p_value <= 1
    assert (odds.p_value < 0.05) == (not odds.low <= 1 <= odds.high)
    assert mcnemar_mid_p(first, second) <= mcnemar_exact_p(first, second)
    if first + second:
        assert odds.low <= odds.estimate <= odds.high
    wald = wald_paired_difference(both, first, second, neither, 0.95)
    assert wald.estimate == pytest.approx(found.estimate)


def test_no_pair_differs() -> None:
    frame = pairs().assign(n=[4, 4, 0, 0, 0, 0, 6, 6])
    with pytest.warns(SparseDataWarning, match='no pair of mis - open differs.*method="exact"'):
        found = so.compare.mcnemar_test(frame, counts="n", method="asymptotic", **ASKED).tidy()
    assert found[["statistic", "df", "p_value"]].isna().all(axis=None)
    exact = so.compare.mcnemar_test(frame, counts="n", **ASKED).tidy()
    assert exact["p_value"].tolist() == [1]
    with pytest.warns(SparseDataWarning, match="leave the ratio undefined"):
        so.compare.odds_ratio(frame, counts="n", method="conditional", **ASKED)
    with pytest.warns(SparseDataWarning, match="Wald interval"):
        so.compare.risk_difference(frame, counts="n", method="wald", **ASKED)


def test_below_five_pairs_only_the_exact_test_has_a_p() -> None:
    frame = pairs().assign(n=1)
    for method in METHODS:
        row = so.compare.mcnemar_test(frame, method=method, **ASKED).tidy().iloc[0]
        assert np.isnan(row["p_value"]) == (method != "exact")
    assert so.compare.odds_ratio(frame, method="conditional", **ASKED).tidy().loc[0, "p_value"] == 1


@pytest.mark.parametrize(("function", "more"), CALLS)
def test_a_missing_value_takes_its_pair(function, more) -> None:
    frame = repeated().astype({"event": float}).reset_index(drop=True)
    frame.loc[0, "event"] = np.nan
    message = r"1 of 38 rows lack a value of event and are left out, and 1 more whose pair is"
    with pytest.warns(MissingDataWarning, match=message) as caught:
        found = function(frame, **ASKED, **more).tidy()
    assert len(caught) == 1
    assert found["n"].iloc[0] == 36
    assert found["n_missing"].iloc[0] == 2
    assert "18 pairs, 1 incomplete left out" in found["method"].iloc[0]


def test_a_row_without_a_partner_is_said() -> None:
    frame = repeated().iloc[1:]
    with pytest.warns(MissingDataWarning, match="1 of 19 pairs lack a member and are left out"):
        found = so.compare.mcnemar_test(frame, **ASKED).tidy()
    assert found["n_missing"].tolist() == [1]


@pytest.mark.parametrize(("function", "more"), CALLS)
def test_sets_with_weights_are_refused(function, more) -> None:
    design = so.Design(repeated(), treatment="arm", reference="open", sets="pair")
    sets = design.sets.assign(weight=[0.5] * 4 + [1.0] * 34)
    weighted = so.Design(design.data, treatment="arm", reference="open", sets=sets)
    with pytest.raises(ArgumentError, match="count once each; 4 of 38 rows of the sets have a wei"):
        function(weighted, outcome="event", **more)


@pytest.mark.parametrize(("function", "more"), CALLS)
def test_what_is_no_pair(function, more) -> None:
    name = function.__name__
    with pytest.raises(ArgumentError, match=f"{name}: a pair is one row of each arm; 1 of 4 sets"):
        function(pd.concat([pairs(), pairs().iloc[:1]]), **ASKED, **more)
    with pytest.raises(ArgumentError, match="the counts of 1 pairs differ"):
        function(pairs().assign(n=[4, 5, 7, 7, 2, 2, 6, 6]), counts="n", **ASKED, **more)
    with pytest.raises(NotEstimableError, match="none of 8 sets holds a row of each arm"):
        function(pairs().assign(pair=range(8)), **ASKED, **more)
    with pytest.raises(ArgumentError, match="two arms with a reference; found 3: a, b, c"):
        function(pairs().assign(arm=list("abcabcab")), **ASKED | {"reference": "a"}, **more)
    with pytest.raises(ArgumentError, match="two arms with a reference; found 1: all"):
        function(pairs(), outcome="event", sets="pair", **more)


def test_pairs_and_method_come_together() -> None:
    asked = {key: value for key, value in ASKED.items() if key != "sets"}
    with pytest.raises(ArgumentError, match="method='conditional' needs pairs"):
        so.compare.odds_ratio(pairs(), method="conditional", **asked)
    with pytest.raises(ArgumentError, match=r"'wald' does not compare pairs; .* do: conditional"):
        so.compare.odds_ratio(pairs(), **ASKED)
    with pytest.raises(ArgumentError, match=r"'miettinen-nurminen' .* do: newcombe, wald"):
        so.compare.risk_difference(pairs(), method="miettinen-nurminen", **ASKED)
    with pytest.raises(ArgumentError, match="mcnemar_test needs pairs"):
        so.compare.mcnemar_test(pairs(), **asked)
    with pytest.raises(ArgumentError, match="unknown method 'chi'; there are: asymptotic"):
        so.compare.mcnemar_test(pairs(), method="chi", **ASKED)
    design = so.Design(repeated(), treatment="arm", reference="open", sets="pair")
    with pytest.raises(ArgumentError, match="does not respect the matched sets"):
        so.compare.odds_ratio(design, outcome="event")
