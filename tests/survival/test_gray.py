"""Gray's test: by hand, against R, invariants, large numbers, errors."""

from __future__ import annotations

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
from spineoutcomes.survival import gray_test, logrank_test

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# Digits printed in the reference table.
PRINTED = 5e-7
# Two ways to the same sum.
ROUNDING = 1e-9


def gray_rows(data: pd.DataFrame, **more: object) -> pd.DataFrame:
    more = {"by": "g", "cause": 1} | more
    return gray_test(data, time="time", event="event", **more).tidy()  # type: ignore[arg-type]


# Groups a (1 of the cause, 3 other, 4+) and b (2 other, 3 and 4 of the cause), + = censored. Q_g is
# Y_g / S_g(t-), R_g is Q_g (1 - F_g(t-)), F the pooled incidence, growing by 1 / Q:
#   t  Y_a Y_b  S_a-  S_b-  Q_a Q_b  F_a-  F_b-  R_a R_b  event    F    S_a  S_b
#   1   3   3    1     1     3   3    0     0     3   3   a cause  1/6  2/3   1
#   2   2   3   2/3    1     3   3   1/3    0     2   3   b other  1/6  2/3  2/3
#   3   2   2   2/3   2/3    3   3   1/3    0     2   3   b cause  1/3  1/3  1/3
#                                                         a other
#   4   1   1   1/3   1/3    3   3   1/3   1/3    2   2   b cause  1/2  1/3   0
SIX = pd.DataFrame({"g": list("aaabbb"), "time": [1, 3, 4, 2, 3, 4], "event": [1, 2, 0, 2, 1, 1]})
EXPECTED_A = 3 / 6 + 2 / 5 + 2 / 4
# a_aa = Q_a (1 - Q_a / Q) = 3/2 and a_ab = -3/2 throughout; dF / (1 - F(t-)) is 1/6, 1/5 and 1/4 at
# 1, 3 and 4, so that the integral of a_aa beyond 1 and 2 is 27/40, beyond 3 it is 3/8.
# An event of the cause weighs a + (1 - (1 - F) / S) beyond, times 1/6 (S(t-) / Y) = 1/18:
OWN = [3 / 2 - 27 / 40 / 4, 3 / 2 - 3 / 8, 3 / 2]  # of a at 1, 3, 4
OWN += [-3 / 2 - 27 / 40 / 6, -3 / 2 + 3 / 8, -3 / 2]  # of b
# Another event weighs (1 - F) / S beyond, times S(t-) / Y = 1/3: a at 3, b at 2.
OTHER = [2 * 3 / 8 / 3, 5 / 4 * 27 / 40 / 3]
VARIANCE = sum(x**2 for x in OWN) / 18 + sum(x**2 for x in OTHER)


def test_six_rows_by_hand() -> None:
    rows = gray_rows(SIX)
    assert rows["measure"].tolist() == ["test", "observed", "expected", "observed", "expected"]
    assert rows["contrast"].tolist()[1:] == ["a", "a", "b", "b"]
    assert rows["term"].unique().tolist() == ["g"]
    assert rows["cause"].unique().tolist() == ["1"]
    np.testing.assert_allclose(rows["statistic"][0], (1 - EXPECTED_A) ** 2 / VARIANCE, rtol=1e-13)
    np.testing.assert_allclose(rows["estimate"][1:], [1, EXPECTED_A, 2, 3 - EXPECTED_A], rtol=1e-13)
    assert rows["estimate"].isna()[0]
    assert rows["df"][0] == 1
    assert rows[["n", "n_event", "n_missing"]].iloc[0].tolist() == [6, 3, 0]
    assert rows[["n", "n_event", "n_missing"]].iloc[1].tolist() == [3, 1, 0]


def prepared(data: pd.DataFrame, name: str) -> pd.DataFrame:
    if name == "mgus2_cr":
        data = data.rename(columns={"etime": "time", "ev": "event", "sex": "g"})
        return data.assign(s=10 * (data["age"] // 10))
    if name == "Melanoma":
        event = data["status"].map({1: 1, 3: 2, 2: 0})
        return data.assign(event=event, g=data["ulcer"], s=data["thickness"] > 2)
    event = np.where(data["d2"] == 1, 1, np.where(data["d3"] == 1, 2, 0))
    return data.rename(columns={"t2": "time", "group": "g", "z3": "s"}).assign(event=event)


@pytest.mark.validates("survival.gray_test", source="R cmprsk 2.2-11")
@pytest.mark.parametrize("name", ["mgus2_cr", "Melanoma", "bmt"])
@pytest.mark.parametrize("cause", [1, 2])
def test_against_r(reference, reference_data, name, cause) -> None:
    statistic, p, df = reference(f"cr.cuminc.{name}")["values"]["gray_tests"]["m"][cause - 1]
    test = gray_rows(prepared(reference_data(name), name), cause=cause).iloc[0]
    np.testing.assert_allclose(
        [test["statistic"], test["p_value"], test["df"]], [statistic, p, df], **CLOSED
    )


@pytest.mark.validates("survival.gray_test", source="R cmprsk 2.2-11")
@pytest.mark.parametrize("rho", [0, 0.5, 1])
@pytest.mark.parametrize("strata", [None, "s"])
@pytest.mark.parametrize("name", ["mgus2_cr", "Melanoma", "bmt"])
def test_weights_and_strata_against_r(reference, reference_data, name, strata, rho) -> None:
    entry = name.removesuffix("_cr") + ("_strata" if strata else "")
    expected = reference(f"cr.gray.{entry}.rho{rho}")["values"]
    data = reference_data(name)
    if name == "mgus2_cr":
        data = data.dropna(subset=["age", "sex", "hgb", "mspike"])
    data = prepared(data, name)
    tests = [gray_rows(data, cause=c, strata=strata, rho=rho).iloc[0] for c in (1, 2)]
    for column, values in (("statistic", "statistic"), ("p_value", "p"), ("df", "df")):
        np.testing.assert_allclose([test[column] for test in tests], expected[values], **CLOSED)


@pytest.mark.validates("survival.gray_test", source="R cmprsk 2.2-11")
@pytest.mark.parametrize(
    ("cause", "statistic", "p"), [(1, 1.072887, 0.300294), (2, 10.696405, 0.001073)]
)
def test_mgus2_by_sex(reference_data, cause, statistic, p) -> None:
    data = reference_data("mgus2_cr").dropna(subset=["age", "sex", "hgb", "mspike"])
    rows = gray_test(data, time="etime", event="ev", cause=cause, by="sex").tidy()
    np.testing.assert_allclose(rows["statistic"][0], statistic, rtol=PRINTED)
    np.testing.assert_allclose(rows["p_value"][0], p, atol=PRINTED)
    assert f"incidence of {cause} (other causes compete)" in rows["method"][0]


# ---- invariants


def random_rows(n: int = 120, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": rng.choice(["mis", "open"], n),
            "s": rng.integers(0, 4, n),
            "time": rng.integers(1, 20, n),
            "event": rng.integers(0, 3, n),
            "k": rng.integers(1, 4, n),
        }
    )


def test_row_order_counts_and_unit_of_time() -> None:
    data = random_rows()
    pd.testing.assert_frame_equal(gray_rows(data), gray_rows(data.sample(frac=1, random_state=5)))
    repeated = data.loc[data.index.repeat(data["k"])]
    pd.testing.assert_frame_equal(gray_rows(data, counts="k"), gray_rows(repeated))
    pd.testing.assert_frame_equal(
        gray_rows(data), gray_rows(data.assign(time=data["time"] * 30.4375))
    )


def test_only_the_order_of_times_matters() -> None:
    data = random_rows()
    pd.testing.assert_frame_equal(gray_rows(data), gray_rows(data.assign(time=data["time"] + 7.5)))


def test_one_stratum_is_none_and_two_columns_are_their_pairs() -> None:
    data = random_rows().assign(one="x")
    data["half"] = data["s"] % 2
    for one, other in (("one", None), (["s", "half"], "s")):
        pd.testing.assert_frame_equal(
            gray_rows(data, strata=one).drop(columns="method"),
            gray_rows(data, strata=other).drop(columns="method"),
        )
    assert "stratified by s, half" in gray_rows(data, strata=["s", "half"])["method"][0]


def test_names_of_causes() -> None:
    data = random_rows()
    labels = ["censored", "recurrence", "death"]
    named = data.assign(event=pd.Categorical.from_codes(data["event"], labels, ordered=True))
    rows = gray_rows(named, cause="recurrence")
    assert rows["cause"].unique().tolist() == ["recurrence"]
    assert rows["statistic"][0] == gray_rows(data)["statistic"][0]


def test_all_other_causes_compete_alike() -> None:
    data = random_rows().assign(event=np.arange(120) % 4)
    merged = data.assign(event=data["event"].clip(upper=2))
    pd.testing.assert_frame_equal(gray_rows(data), gray_rows(merged))


def test_without_competing_events_it_observes_and_expects_as_the_logrank_test() -> None:
    data = random_rows().assign(event=lambda d: d["event"] % 2)
    ours = gray_rows(data, cause=None)
    theirs = logrank_test(data, time="time", event="event", by="g").tidy()
    assert "cause" not in ours.dropna(axis="columns", how="all")
    np.testing.assert_allclose(ours["estimate"], theirs["estimate"], rtol=ROUNDING)


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 6), st.integers(0, 2)), min_size=20, max_size=40
    ),
    st.sampled_from([0, 0.5, 1]),
)
def test_swapped_arms_give_the_same_test(rows: list[tuple[bool, int, int]], rho: float) -> None:
    # An event at 0 with all at risk: there is always something to compare.
    frame = pd.DataFrame(
        [*rows, (True, 0, 1), (False, 9, 0), (True, 9, 0)], columns=["g", "time", "event"]
    )
    one, other = gray_rows(frame, rho=rho), gray_rows(frame.assign(g=~frame["g"]), rho=rho)
    np.testing.assert_allclose(one["statistic"][0], other["statistic"][0], atol=ROUNDING)
    sums = one.groupby("measure")["estimate"].sum()
    np.testing.assert_allclose(sums["observed"], sums["expected"], atol=ROUNDING)


def test_huge_numbers_do_not_overflow() -> None:
    # With all counts times m the score is m times as large, and so is its variance but for the
    # factors of ties, (n - d) / (n - 1): so is the statistic. 12 million patients, then 2.4e12.
    data = random_rows()
    one, other = (gray_rows(data.assign(k=m), counts="k").iloc[0] for m in (10**5, 10**6 * 20_000))
    np.testing.assert_allclose(other["statistic"] / one["statistic"], 2e5, rtol=1e-5)
    assert other["n"] == 120 * 2e10
    assert one["statistic"] > 10_000


# Found by searching random rows: time, event, group. In so few rows with
# so many ties the factors of ties, which the reference uses too, sum to a negative variance.
TIED = [(3, 1, 4), (8, 1, 1), (3, 2, 3), (7, 2, 2), (8, 1, 1), (2, 2, 2), (3, 0, 3)]
TIED += [(2, 0, 1), (6, 0, 3), (4, 2, 3), (7, 2, 3), (4, 2, 3), (8, 1, 4), (1, 0, 3)]


# ---- designs, missing data, errors


def test_a_design_brings_its_contrast() -> None:
    data = random_rows()
    design = so.Design(data, treatment="g", reference="open")
    rows = gray_test(design, time="time", event="event", cause=1).tidy()
    assert rows["contrast"][0] == "mis - open"
    pd.testing.assert_frame_equal(rows.assign(contrast=None), gray_rows(data).assign(contrast=None))


@pytest.mark.parametrize(
    "feature", [{"weights": np.ones(120)}, {"cluster": "k"}, {"sets": "k"}], ids=str
)
def test_a_design_with_more_is_refused(feature: dict) -> None:
    design = so.Design(random_rows(), treatment="g", reference="open", **feature)
    with pytest.raises(ArgumentError, match="gray_test does not respect"):
        gray_test(design, time="time", event="event", cause=1)


def test_missing_strata_are_counted() -> None:
    data = random_rows().astype({"s": float})
    data.loc[:4, "s"] = np.nan
    with pytest.warns(MissingDataWarning, match="5 of 120 rows"):
        rows = gray_rows(data, strata="s")
    assert rows["n_missing"][0] == 5


@pytest.mark.parametrize(
    ("change", "more", "message"),
    [
        ({"g": "a"}, {}, "two groups or more; found only 'a'"),
        ({}, {"by": None}, "two groups or more; found only 'all'"),
        ({}, {"rho": -1}, "rho must be at least 0, got -1"),
        ({}, {"rho": np.inf}, "rho must be at least 0, got inf"),
        ({}, {"cause": None}, r"the causes 1, 2; .* `cause` \(the others compete with it\)"),
        ({}, {"cause": "death"}, "no cause 'death'; the causes are: 1, 2"),
        ({}, {"strata": "centre"}, "no column 'centre'"),
        ({"k": 0.5}, {"counts": "k"}, "counts must be whole numbers"),
        ({"time": -1}, {}, "must not be negative; 6 of 6 values are"),
    ],
)
def test_bad_calls(change: dict, more: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        gray_rows(SIX.assign(**change), **more)


def test_no_event_of_the_cause_is_not_estimable() -> None:
    labels = ["censored", "recurrence", "death"]
    event = pd.Categorical(["death"] * 5 + ["censored"], labels, ordered=True)
    with pytest.raises(NotEstimableError, match="no event of the cause"):
        gray_rows(SIX.assign(event=event), cause="recurrence")


def test_never_at_risk_together_is_not_estimable() -> None:
    with pytest.raises(NotEstimableError, match="while two groups were at risk"):
        gray_rows(SIX, strata="g")


def test_an_arm_without_follow_up_is_named() -> None:
    unseen = pd.DataFrame({"g": ["c", "c"], "time": [0, 0], "event": [0, 0]})
    with pytest.warns(SparseDataWarning, match="c cannot be compared"):
        effects = gray_test(pd.concat([SIX, unseen]), time="time", event="event", by="g", cause=1)
    rows = effects.tidy()
    assert rows["df"][0] == 1
    np.testing.assert_allclose(rows["statistic"][0], gray_rows(SIX)["statistic"][0])
    assert "c cannot be compared" in effects.warnings[0]
    with pytest.raises(NotEstimableError, match="while two groups were at risk"):
        gray_rows(pd.concat([SIX[SIX["g"] == "a"], unseen]))


def test_ties_among_very_few_have_no_positive_variance() -> None:
    data = pd.DataFrame(TIED, columns=["time", "event", "g"])
    with pytest.raises(NotEstimableError, match="no positive variance"):
        gray_rows(data, rho=1)


def test_a_stratum_without_events_says_nothing() -> None:
    # cmprsk 2.2-11, cuminc(time, event, group, strata): 3.60174187454154.
    data = pd.DataFrame(
        {
            "time": [1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 4, 5],
            "event": [1, 2, 1, 0, 1, 2, 0, 1, 0, 0, 0, 0],
            "group": list("abababababab"),
            "stratum": [1] * 8 + [2] * 4,
        }
    )
    test = gray_test(data, time="time", event="event", by="group", cause=1, strata="stratum")
    np.testing.assert_allclose(test.tidy()["statistic"][0], 3.60174187454154, rtol=1e-12)
