"""The log-rank family: by hand, against R, invariants, large numbers, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError
from spineoutcomes.survival import logrank_test

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# Digits printed in the anchors.
PRINTED = 5e-7
# Two ways to the same sum.
ROUNDING = 1e-10


def logrank_rows(data: pd.DataFrame, **more: object) -> pd.DataFrame:
    more = {"by": "g"} | more
    return logrank_test(data, time="time", event="event", **more).tidy()  # type: ignore[arg-type]


# Groups a (times 1, 2+, 3) and b (2, 3, 4+), + = censored:
#   t  n  n_a  d  d_a   E_a = d n_a / n   V = d (n-d)/(n-1) (n_a/n)(n_b/n)
#   1  6  3    1  1     1/2               1 * 1 * 1/4
#   2  5  2    1  0     2/5               1 * 1 * 6/25
#   3  3  1    2  1     2/3               2 * 1/2 * 2/9
SIX = pd.DataFrame({"g": list("aaabbb"), "time": [1, 2, 3, 2, 3, 4], "event": [1, 0, 1, 1, 1, 0]})
EXPECTED_A = 1 / 2 + 2 / 5 + 2 / 3
VARIANCE = 1 / 4 + 6 / 25 + 2 / 9


def test_six_rows_by_hand() -> None:
    rows = logrank_rows(SIX)
    assert rows["measure"].tolist() == ["test", "observed", "expected", "observed", "expected"]
    assert rows["contrast"].tolist()[1:] == ["a", "a", "b", "b"]
    assert rows["term"].unique().tolist() == ["g"]
    np.testing.assert_allclose(rows["statistic"][0], (2 - EXPECTED_A) ** 2 / VARIANCE, rtol=1e-13)
    np.testing.assert_allclose(rows["estimate"][1:], [2, EXPECTED_A, 2, 4 - EXPECTED_A], rtol=1e-13)
    assert rows["estimate"].isna()[0]
    assert rows["df"][0] == 1
    assert rows[["n", "n_event", "n_missing"]].iloc[0].tolist() == [6, 4, 0]
    assert rows[["n", "n_event", "n_missing"]].iloc[1].tolist() == [3, 2, 0]


def test_late_entry_by_hand() -> None:
    # t=2: at risk a: 1 (entry 0), b: 1 (entry 1; the entry at 2 not yet), a dies:
    #      E_a = 1/2, V = 1/4.
    # t=4: a: 0, b: 2: E_a = 0, V = 0.
    data = pd.DataFrame(
        {"g": list("abb"), "entry": [0, 1, 2], "time": [2, 4, 5], "event": [1, 1, 0]}
    )
    rows = logrank_rows(data, entry="entry")
    np.testing.assert_allclose(rows["statistic"][0], (1 - 1 / 2) ** 2 / (1 / 4))
    np.testing.assert_allclose(rows["estimate"][1:], [1, 1 / 2, 1, 3 / 2])


def prepared(data: pd.DataFrame, name: str) -> pd.DataFrame:
    if name == "lung":
        return data.assign(status=data["status"] - 1)
    if name == "colon_death":
        return data.assign(rx=pd.Categorical(data["rx"], ["Obs", "Lev", "Lev+5FU"]))
    if name == "gbsg":
        return data.rename(columns={"rfstime": "time"})
    if name == "pbc":
        return data[data["trt"].notna()].assign(status=lambda d: d["status"] == 2)
    if name == "rotterdam":
        # Relapse-free survival: relapse or death, whichever is first.
        time = np.where(data["recur"] == 1, data["rtime"], data["dtime"])
        return data.assign(time=time, status=np.maximum(data["recur"], data["death"]))
    return data


TESTS = [
    ("lung", "lung", "sex", None),
    ("lung_strat_ecog", "lung", "sex", "ph.ecog"),
    ("colon_death", "colon_death", "rx", None),
    ("gbsg", "gbsg", "grade", None),
    ("gbsg_hormon", "gbsg", "hormon", None),
    ("aml", "aml", "x", None),
    ("rotterdam", "rotterdam", "hormon", None),
    ("pbc_stage", "pbc", "stage", None),
]


@pytest.mark.validates("survival.logrank_test", source="R survival 3.5-3")
@pytest.mark.parametrize("rho", [0, 1])
@pytest.mark.parametrize(("entry", "name", "by", "strata"), TESTS)
def test_against_r(reference, reference_data, entry, name, by, strata, rho) -> None:
    expected = reference(f"surv.logrank.{entry}")["values"][f"rho{rho}"]
    data = prepared(reference_data(name), name).dropna(subset=[by, *([strata] if strata else [])])
    rows = logrank_test(data, time="time", event="status", by=by, strata=strata, rho=rho).tidy()
    np.testing.assert_allclose(rows["statistic"][0], expected["chisq"], **CLOSED)
    np.testing.assert_allclose(rows["p_value"][0], expected["p"], **CLOSED)
    assert rows["df"][0] == expected["df"]
    for measure, key in (("observed", "obs"), ("expected", "exp")):
        ours = rows[rows["measure"] == measure]
        np.testing.assert_allclose(ours["estimate"], expected[key], **CLOSED)
        np.testing.assert_array_equal(ours["n"], expected["n"])


@pytest.mark.validates("survival.logrank_test", source="R survival 3.5-3")
def test_mgus2_by_sex(reference_data) -> None:
    data = reference_data("mgus2_cr").dropna(subset=["age", "sex", "hgb", "mspike"])
    rows = logrank_test(data, time="etime", event="ev", cause=1, by="sex").tidy()
    np.testing.assert_allclose(rows["statistic"][0], 0.08315424, rtol=PRINTED)
    assert "cause-specific for 1 (other causes censored)" in rows["method"][0]


# ---- invariants


def random_rows(n: int = 120, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": rng.choice(["mis", "open"], n),
            "s": rng.integers(0, 4, n),
            "time": rng.integers(1, 20, n),
            "event": rng.integers(0, 2, n),
            "k": rng.integers(1, 4, n),
        }
    )


def test_row_order_counts_and_unit_of_time() -> None:
    data = random_rows()
    pd.testing.assert_frame_equal(
        logrank_rows(data), logrank_rows(data.sample(frac=1, random_state=5))
    )
    repeated = data.loc[data.index.repeat(data["k"])]
    pd.testing.assert_frame_equal(logrank_rows(data, counts="k"), logrank_rows(repeated))
    pd.testing.assert_frame_equal(
        logrank_rows(data), logrank_rows(data.assign(time=data["time"] * 30.4375))
    )


def test_one_stratum_is_none() -> None:
    data = random_rows().assign(one="x")
    plain, one = logrank_rows(data), logrank_rows(data, strata="one")
    pd.testing.assert_frame_equal(plain.drop(columns="method"), one.drop(columns="method"))
    assert "stratified by one" in one["method"][0]


def test_strata_of_two_columns_are_their_pairs() -> None:
    data = random_rows()
    data["half"] = data["s"] % 2
    data["pair"] = data["s"].astype(str) + "/" + data["half"].astype(str)
    pd.testing.assert_frame_equal(
        logrank_rows(data, strata=["s", "half"]).drop(columns="method"),
        logrank_rows(data, strata="pair").drop(columns="method"),
    )


def test_other_causes_are_censored() -> None:
    data = random_rows().assign(event=np.arange(120) % 3)
    censored = data.assign(event=(data["event"] == 2).astype(int))
    rows = logrank_rows(data, cause=2)
    assert rows["cause"].unique().tolist() == ["2"]
    pd.testing.assert_frame_equal(
        rows.drop(columns=["method", "cause"]), logrank_rows(censored).drop(columns="method")
    )


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 6), st.integers(0, 1)), min_size=4, max_size=30
    ),
    st.sampled_from([0, 0.5, 1]),
)
def test_swapped_arms_give_the_same_test(rows: list[tuple[bool, int, int]], rho: float) -> None:
    # Two events at 1 with both groups at risk: there is always something to compare.
    frame = pd.DataFrame(
        [*rows, (True, 1, 1), (False, 1, 1), (True, 9, 0), (False, 9, 0)],
        columns=["g", "time", "event"],
    )
    one, other = logrank_rows(frame, rho=rho), logrank_rows(frame.assign(g=~frame["g"]), rho=rho)
    np.testing.assert_allclose(one["statistic"][0], other["statistic"][0], atol=ROUNDING)
    sums = one.groupby("measure")["estimate"].sum()
    np.testing.assert_allclose(sums["observed"], sums["expected"], atol=ROUNDING)


def test_huge_numbers_do_not_overflow() -> None:
    # All counts a million times as large: chi-square is too, but for (n - d) / (n - 1).
    data = random_rows()
    huge = data.assign(k=10**6 * 20_000)
    rows = logrank_rows(huge, counts="k")
    small = logrank_rows(data.assign(k=10**4), counts="k")
    np.testing.assert_allclose(rows["statistic"][0] / small["statistic"][0], 2e6, rtol=1e-4)
    assert rows["n"][0] == 120 * 2e10


def test_groups_never_at_risk_together_lose_a_degree_of_freedom() -> None:
    # a and b are observed before 5, c and d after 5: two separate comparisons.
    early = SIX.assign(entry=0)
    late = SIX.assign(g=SIX["g"].map({"a": "c", "b": "d"}), time=SIX["time"] + 5, entry=5)
    both = logrank_rows(pd.concat([early, late]), entry="entry")
    alone = logrank_rows(early, entry="entry")
    assert both["df"][0] == 2
    np.testing.assert_allclose(both["statistic"][0], 2 * alone["statistic"][0])


# ---- designs, missing data, errors


def test_a_design_brings_its_contrast() -> None:
    data = random_rows()
    rows = logrank_test(
        so.Design(data, treatment="g", reference="open"), time="time", event="event"
    ).tidy()
    assert rows["contrast"][0] == "mis - open"
    pd.testing.assert_frame_equal(
        rows.assign(contrast=None), logrank_rows(data).assign(contrast=None)
    )


def test_missing_strata_are_counted() -> None:
    data = random_rows().astype({"s": float})
    data.loc[:4, "s"] = np.nan
    with pytest.warns(MissingDataWarning, match="5 of 120 rows"):
        rows = logrank_rows(data, strata="s")
    assert rows["n_missing"][0] == 5
    assert rows.loc[rows["measure"] == "observed", "n_missing"].sum() == 5


@pytest.mark.parametrize(
    ("change", "more", "message"),
    [
        ({"g": "a"}, {}, "two groups or more; found only 'a'"),
        ({}, {"by": None}, "two groups or more; found only 'all'"),
        ({}, {"rho": -1}, "rho must be at least 0, got -1"),
        ({}, {"rho": np.nan}, "rho must be at least 0"),
        ({"event": [1, 2, 0, 1, 2, 0]}, {}, "the causes 1, 2; say which is tested with `cause`"),
        ({}, {"cause": "death"}, "no cause 'death'; the causes are: 1"),
        ({}, {"strata": "centre"}, "no column 'centre'"),
    ],
)
def test_bad_calls(change: dict, more: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        logrank_rows(SIX.assign(**change), **more)


def test_no_event_is_not_estimable() -> None:
    with pytest.raises(NotEstimableError, match="there is no event"):
        logrank_rows(SIX.assign(event=0))


def test_never_at_risk_together_is_not_estimable() -> None:
    with pytest.raises(NotEstimableError, match="while two groups were at risk"):
        logrank_rows(SIX, strata="g")
