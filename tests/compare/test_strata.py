"""Mantel-Haenszel effects and tests: against R, by hand, invariants, strata that say nothing."""

from __future__ import annotations

from collections.abc import Callable

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
from spineoutcomes.numerics.strata_2x2 import (
    breslow_day,
    mantel_haenszel_chi_square,
    mantel_haenszel_difference,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_ratio,
)

# Demanded of these entries.
ROOT = {"rel": 1e-6, "abs": 1e-7}
CLOSED = {"rel": 1e-8, "abs": 1e-10}
EFFECTS = (so.compare.risk_difference, so.compare.risk_ratio, so.compare.odds_ratio)
MH = {"method": "mantel-haenszel"}


def admissions(read: Callable[[str], pd.DataFrame]) -> tuple[pd.DataFrame, dict]:
    data = read("UCBAdmissions").assign(event=lambda d: d["Admit"] == "Admitted")
    return data, {"treatment": "Gender", "reference": "Female", "strata": "Dept", "counts": "n"}


def babies(read: Callable[[str], pd.DataFrame]) -> tuple[pd.DataFrame, dict]:
    data = read("birthwt").assign(event=lambda d: d["low"])
    return data, {"treatment": "smoke", "reference": 0, "strata": "race"}


def colons(read: Callable[[str], pd.DataFrame]) -> tuple[pd.DataFrame, dict]:
    data = read("colon_death").assign(event=lambda d: d["status"])
    data = data[data["rx"].isin(["Lev+5FU", "Obs"])]
    return data, {"treatment": "rx", "reference": "Obs", "strata": ["extent"]}


DATA = {"UCBAdmissions": admissions, "birthwt": babies, "colon_death": colons}


@pytest.mark.validates("compare.odds_ratio", source="R stats 4.2.2 (mantelhaen.test), metafor")
@pytest.mark.parametrize("name", DATA)
def test_stratified_effects_equal_r(name: str, reference, reference_data) -> None:
    data, call = DATA[name](reference_data)
    values = reference(f"desc.mantel_haenszel.{name}")["values"]
    odds = so.compare.odds_ratio(data, outcome="event", **MH, **call).tidy()
    row = odds.iloc[0]
    assert row["estimate"] == pytest.approx(values["or_mh"], **ROOT)
    assert row["conf_low"] == pytest.approx(values["lower"], **ROOT)
    assert row["conf_high"] == pytest.approx(values["upper"], **ROOT)
    error = values["log_or_se_robins_breslow_greenland"]
    assert row["std_error"] == pytest.approx(error, **ROOT)
    for term in ("breslow_day", "tarone"):
        (test,) = odds[odds["term"] == term].to_dict("records")
        assert test["measure"] == "test"
        assert test["statistic"] == pytest.approx(values[term]["chi2"], **ROOT)
        assert test["p_value"] == pytest.approx(values[term]["p"], **ROOT)
    risk = so.compare.risk_ratio(data, outcome="event", **MH, **call).tidy().iloc[0]
    assert np.log(risk["estimate"]) == pytest.approx(values["log_rr"]["est"], **ROOT)
    assert risk["std_error"] == pytest.approx(values["log_rr"]["se"], **ROOT)
    difference = so.compare.risk_difference(data, outcome="event", **MH, **call).tidy().iloc[0]
    assert difference["estimate"] == pytest.approx(values["rd"]["est"], **ROOT)
    assert difference["std_error"] == pytest.approx(values["rd"]["se"], **ROOT)


@pytest.mark.validates("compare.mantel_haenszel_test", source="R stats 4.2.2 (mantelhaen.test)")
@pytest.mark.parametrize("name", DATA)
def test_the_test_equals_r(name: str, reference, reference_data) -> None:
    data, call = DATA[name](reference_data)
    values = reference(f"desc.mantel_haenszel.{name}")["values"]
    for method, word in (("asymptotic", "nocorrect"), ("corrected", "correct")):
        effects = so.compare.mantel_haenszel_test(data, outcome="event", method=method, **call)
        (row,) = effects.tidy().to_dict("records")
        assert row["measure"] == "test"
        assert row["statistic"] == pytest.approx(values[f"chi2_{word}"], **ROOT)
        assert row["p_value"] == pytest.approx(values[f"p_{word}"], **ROOT)
        assert row["df"] == 1
        assert np.isnan(row["estimate"])


def trials(name: str, read: Callable[[str], pd.DataFrame]) -> tuple[np.ndarray, ...]:
    if name == "bcg":
        d = read("dat.bcg").astype({"tpos": float, "cpos": float})
        columns = (d["tpos"], d["tpos"] + d["tneg"], d["cpos"], d["cpos"] + d["cneg"])
    else:
        d = read({"hine": "dat.hine1989", "li": "dat.li2007"}[name])
        columns = (d["ai"], d["n1i"], d["ci"], d["n2i"])
    return tuple(c.to_numpy(dtype=float) for c in columns)


@pytest.mark.validates("compare.risk_difference", source="R metafor 3.8-1 (rma.mh)")
@pytest.mark.parametrize("name", ["bcg", "hine", "li"])
def test_many_strata_equal_r(name: str, reference, reference_data) -> None:
    values = reference(f"meta.mh_peto.{name}")["values"]
    tables = trials(name, reference_data)
    for kernel, key in (
        (mantel_haenszel_odds_ratio, "mh_or"),
        (mantel_haenszel_risk_ratio, "mh_rr"),
        (mantel_haenszel_difference, "mh_rd"),
    ):
        found, expected = kernel(*tables, 0.95), values[key]
        log = (lambda x: x) if key == "mh_rd" else np.log
        numbers = (log(found.estimate), found.std_error, log(found.low), log(found.high))
        asked = (expected["est"], expected["se"], expected["lower"], expected["upper"])
        assert numbers == pytest.approx(asked, **CLOSED), key


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"] * 2,
            "event": [1, 0] * 4,
            "centre": ["A"] * 4 + ["B"] * 4,
            "n": [8, 2, 5, 5, 6, 4, 3, 7],
        }
    )


ASKED = {"outcome": "event", "treatment": "arm", "reference": "open", "counts": "n"}


def test_by_hand() -> None:
    # Equal weights 5 and 5: differences .3 and .3.
    tidy = so.compare.risk_difference(table(), strata="centre", **MH, **ASKED).tidy()
    assert tidy["estimate"].tolist() == pytest.approx([0.3, 0.7, 0.4])
    assert tidy["method"].iloc[0].endswith("Sato's error, over 2 strata")
    ratio = so.compare.risk_ratio(table(), strata="centre", **MH, **ASKED).tidy()
    assert ratio["estimate"].iloc[0] == pytest.approx(14 / 8)
    odds = so.compare.odds_ratio(table(), strata="centre", **MH, **ASKED).tidy()
    assert odds["estimate"].iloc[0] == pytest.approx((8 * 5 + 6 * 7) / (2 * 5 + 4 * 3))
    assert odds["estimand"].tolist() == [
        "conditional",
        "marginal",
        "marginal",
        "conditional",
        "conditional",
    ]
    assert odds["df"].tolist()[3:] == [1, 1]


def test_one_stratum_is_the_crude_effect() -> None:
    for function, method in zip(EFFECTS, ("newcombe", "wald", "wald"), strict=True):
        crude = function(table(), method=method, **ASKED).tidy()["estimate"]
        whole = function(table().assign(all=1), strata="all", **MH, **ASKED).tidy()
        assert whole["estimate"].to_numpy() == pytest.approx(crude.to_numpy())
        # One stratum leaves nothing to compare: no test of homogeneity.
        assert len(whole) == 3


def test_strata_are_the_combinations_of_columns() -> None:
    frame = pd.concat([table().assign(sex="f"), table().assign(sex="m")], ignore_index=True)
    frame["both"] = frame["centre"] + frame["sex"]
    for function in EFFECTS:
        listed = function(frame, strata=["centre", "sex"], **MH, **ASKED)
        named = function(frame, strata="both", **MH, **ASKED)
        pd.testing.assert_frame_equal(listed.tidy(), named.tidy())


@pytest.mark.parametrize("function", [*EFFECTS, so.compare.mantel_haenszel_test])
def test_counts_equal_repeated_rows(function: Callable[..., so.Effects]) -> None:
    more = MH if function in EFFECTS else {}
    counted = function(table(), strata="centre", **more, **ASKED).tidy()
    repeated = table().loc[np.repeat(table().index, table()["n"])].iloc[::-1]
    call = {k: v for k, v in ASKED.items() if k != "counts"}
    pd.testing.assert_frame_equal(
        counted, function(repeated, strata="centre", **more, **call).tidy()
    )


counts = st.lists(st.integers(0, 9), min_size=4, max_size=4)


@given(strata=st.lists(counts, min_size=1, max_size=6))
def test_arms_swapped_and_strata_shuffled(strata: list[list[int]]) -> None:
    a, b, c, d = np.array(strata, dtype=float).T
    kernels = (mantel_haenszel_odds_ratio, mantel_haenszel_risk_ratio)
    if not ((a + b > 0) & (c + d > 0)).any():
        return
    for kernel in kernels:
        found, swapped = kernel(a, a + b, c, c + d, 0.95), kernel(c, c + d, a, a + b, 0.95)
        if np.isfinite(found.low):
            assert 1 / swapped.estimate == pytest.approx(found.estimate)
            assert 1 / swapped.high == pytest.approx(found.low)
            assert (found.p_value < 0.05) == (found.low > 1 or found.high < 1)
        turned = kernel(*(x[::-1] for x in (a, a + b, c, c + d)), 0.95)
        assert turned.estimate == pytest.approx(found.estimate, nan_ok=True)
    found = mantel_haenszel_difference(a, a + b, c, c + d, 0.95)
    swapped = mantel_haenszel_difference(c, c + d, a, a + b, 0.95)
    assert (swapped.estimate, swapped.low) == pytest.approx(
        (-found.estimate, -found.high), nan_ok=True, abs=1e-12
    )
    failures = mantel_haenszel_difference(b, a + b, d, c + d, 0.95)
    assert failures.low == pytest.approx(-found.high, nan_ok=True, abs=1e-12)
    # Nothing that holds one arm only moves anything.
    more = [np.append(x, y) for x, y in zip((a, a + b, c, c + d), (3, 5, 0, 0), strict=True)]
    assert mantel_haenszel_difference(*more, 0.95) == found or np.isnan(found.low)
    first = mantel_haenszel_chi_square(a, a + b, c, c + d, corrected=False)
    assert first == pytest.approx(mantel_haenszel_chi_square(*more, corrected=False), nan_ok=True)
    assert breslow_day(*more, tarone=True) == pytest.approx(
        breslow_day(a, a + b, c, c + d, tarone=True), nan_ok=True
    )


@pytest.mark.parametrize("function", EFFECTS)
def test_a_stratum_of_one_arm_is_named(function: Callable[..., so.Effects]) -> None:
    alone = pd.DataFrame({"arm": ["mis"], "event": [1], "centre": ["C"], "n": [4]})
    frame = pd.concat([table(), alone])
    with pytest.warns(SparseDataWarning, match="1 of 3 strata hold one arm only of mis - open; "):
        found = function(frame, strata="centre", **MH, **ASKED)
    assert "their 4 rows say nothing" in found.warnings[0]
    plain = function(table(), strata="centre", **MH, **ASKED).tidy()
    assert found.tidy()["estimate"].iloc[0] == pytest.approx(plain["estimate"].iloc[0])


@pytest.mark.parametrize("function", [*EFFECTS, so.compare.mantel_haenszel_test])
def test_a_missing_stratum_is_counted(function: Callable[..., so.Effects]) -> None:
    more = MH if function in EFFECTS else {}
    frame = table()
    frame.loc[0, "centre"] = None
    with pytest.warns(MissingDataWarning, match="8 of 40 rows lack a value of centre") as caught:
        found = function(frame, strata="centre", **more, **ASKED).tidy()
    assert len(caught) == 1
    assert found["n_missing"].iloc[0] == 8
    assert found["n"].iloc[0] == 32


@pytest.mark.parametrize("function", EFFECTS)
def test_no_stratum_holds_both_arms(function: Callable[..., so.Effects]) -> None:
    with pytest.raises(NotEstimableError, match="none of 2 strata holds both arms of mis - open"):
        function(table(), strata="arm", **MH, **ASKED)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (so.compare.risk_ratio, "no events in an arm of mis - open"),
        (so.compare.odds_ratio, "no stratum compares .* in mis - open"),
    ],
)
def test_no_events_in_an_arm(function: Callable[..., so.Effects], words: str) -> None:
    frame = table().assign(n=[0, 10, 5, 5, 0, 10, 3, 7])
    with pytest.warns(SparseDataWarning, match=words):
        tidy = function(frame, strata="centre", **MH, **ASKED).tidy()
    assert tidy["estimate"].iloc[0] == 0
    assert np.isnan(tidy["conf_high"].iloc[0])


def test_no_events_at_all() -> None:
    frame = table().assign(n=[0, 10, 0, 10, 0, 10, 0, 10])
    with pytest.warns(SparseDataWarning, match="no stratum of mis - open holds both outcomes"):
        found = so.compare.mantel_haenszel_test(frame, strata="centre", **ASKED).tidy()
    assert found[["statistic", "df", "p_value"]].isna().all(axis=None)
    with pytest.warns(SparseDataWarning, match="no stratum with both arms has both outcomes"):
        so.compare.risk_difference(frame, strata="centre", **MH, **ASKED)


def test_small_arms_have_no_p() -> None:
    frame = table().assign(n=[2, 1, 5, 5, 1, 0, 3, 7])
    found = so.compare.mantel_haenszel_test(frame, strata="centre", **ASKED).tidy()
    assert np.isnan(found["p_value"].iloc[0])
    assert found["method"].iloc[0].endswith("mis has 4, and below 5 only exact tests give one")


@pytest.mark.parametrize("function", EFFECTS)
def test_strata_and_method_come_together(function: Callable[..., so.Effects]) -> None:
    with pytest.raises(ArgumentError, match=r'`strata` needs method="mantel-haenszel", got'):
        function(table(), strata="centre", **ASKED)
    with pytest.raises(ArgumentError, match='method="mantel-haenszel" needs `strata`'):
        function(table(), **MH, **ASKED)
    with pytest.raises(ArgumentError, match="`strata` adjusts a comparison"):
        function(table(), outcome="event", strata="centre", **MH)
    with pytest.raises(ArgumentError, match="no column 'absent'"):
        function(table(), strata="absent", **MH, **ASKED)


def test_unknown_method_of_the_test() -> None:
    with pytest.raises(ArgumentError, match="unknown method 'exact'; there are: asymptotic, cor"):
        so.compare.mantel_haenszel_test(table(), strata="centre", method="exact", **ASKED)
    with pytest.raises(ArgumentError, match="needs `strata`"):
        so.compare.mantel_haenszel_test(table(), strata=[], **ASKED)
