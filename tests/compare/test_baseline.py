"""baseline_summary: by hand, against R, invariants, errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, SparseDataWarning

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
ARMS = {"treatment": "arm", "reference": "open"}


def value(
    summary: so.Summary, variable: str, statistic: str, group: str = "all", level: str | None = None
) -> float:
    tidy = summary.tidy()
    own = (tidy["variable"] == variable) & (tidy["statistic"] == statistic)
    own &= tidy["group"] == group
    own &= tidy["level"].isna() if level is None else tidy["level"] == level
    [found] = tidy.loc[own, "value"]
    return found


def test_all_rows_by_hand() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["mis", "mis", "mis", "open", "open"],
            "age": [50.0, 60, np.nan, 70, 80],
            "smoker": [True, False, True, False, True],
            "tumour": ["lung", "breast", "lung", None, "breast"],
        }
    )
    summary = so.compare.baseline_summary(frame, **ARMS)
    got = list(
        summary.tidy()[["variable", "level", "group", "statistic", "value", "n"]].itertuples(
            index=False, name=None
        )
    )
    mis_age = [("n", 2), ("missing", 1), ("mean", 55), ("sd", math.sqrt(50)), ("median", 55)]
    mis_age += [("q1", 52.5), ("q3", 57.5), ("min", 50), ("max", 60)]
    expected = [("age", None, "mis", name, number, 2) for name, number in mis_age]
    assert got[:9] == expected
    assert [row[3] for row in got[9:18]] == [name for name, _ in mis_age]
    assert got[18] == ("age", None, "mis - open", "smd", pytest.approx(-20 / math.sqrt(50)), 4)
    assert got[19:27] == [
        ("smoker", None, "mis", "n", 3, 3),
        ("smoker", None, "mis", "missing", 0, 3),
        ("smoker", None, "mis", "count", 2, 3),
        ("smoker", None, "mis", "proportion", 2 / 3, 3),
        ("smoker", None, "open", "n", 2, 2),
        ("smoker", None, "open", "missing", 0, 2),
        ("smoker", None, "open", "count", 1, 2),
        ("smoker", None, "open", "proportion", 0.5, 2),
    ]
    smd = (2 / 3 - 1 / 2) / math.sqrt((2 / 9 + 1 / 4) / 2)
    assert got[27] == ("smoker", None, "mis - open", "smd", pytest.approx(smd), 5)
    assert got[28:40] == [
        ("tumour", None, "mis", "n", 3, 3),
        ("tumour", None, "mis", "missing", 0, 3),
        ("tumour", "breast", "mis", "count", 1, 3),
        ("tumour", "breast", "mis", "proportion", 1 / 3, 3),
        ("tumour", "lung", "mis", "count", 2, 3),
        ("tumour", "lung", "mis", "proportion", 2 / 3, 3),
        ("tumour", None, "open", "n", 1, 1),
        ("tumour", None, "open", "missing", 1, 1),
        ("tumour", "breast", "open", "count", 1, 1),
        ("tumour", "breast", "open", "proportion", 1, 1),
        ("tumour", "lung", "open", "count", 0, 1),
        ("tumour", "lung", "open", "proportion", 0, 1),
    ]
    # Two levels: the square root of (2/3)^2 over the average variance (2/9 + 0)/2.
    assert got[40] == ("tumour", None, "mis - open", "smd", pytest.approx(2), 4)
    assert len(got) == 41


def test_one_group_has_no_smd() -> None:
    summary = so.compare.baseline_summary(pd.DataFrame({"age": [1, 2, 3, 10]}))
    assert summary.tidy()["group"].unique().tolist() == ["all"]
    assert "smd" not in summary.tidy()["statistic"].tolist()
    assert value(summary, "age", "q3") == 4.75


GROUPS = {"lalonde_w": ("treat", 1, 0), "birthwt_w": ("smoke", 1, 0), "pbc_w": ("trt", 2, 1)}


def against(name: str, frame: pd.DataFrame, variables: list[str]) -> tuple[so.Summary, str]:
    arm, treated, control = GROUPS[name]
    frame = frame.dropna(subset=[arm])
    summary = so.compare.baseline_summary(
        frame, variables=variables, treatment=arm, reference=control
    )
    return summary, f"{treated} - {control}"


@pytest.mark.validates("compare.baseline_summary", source="R base 4.2.2")
@pytest.mark.parametrize("name", GROUPS)
def test_continuous_smd_equals_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.smd_continuous.{name}")["values"]
    summary, pair = against(name, reference_data(name), list(values))
    one, zero = pair.split(" - ")
    for variable, expected in values.items():
        assert value(summary, variable, "smd", pair) == pytest.approx(
            expected["smd_avgvar"], **CLOSED
        )
        assert value(summary, variable, "mean", one) == pytest.approx(expected["mean1"], **CLOSED)
        assert value(summary, variable, "sd", zero) == pytest.approx(expected["sd0"], **CLOSED)


@pytest.mark.validates("compare.baseline_summary", source="R base 4.2.2")
@pytest.mark.parametrize("name", ["lalonde_w", "birthwt_w"])
def test_binary_smd_equals_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.smd_binary.{name}")["values"]
    summary, pair = against(name, reference_data(name), list(values))
    for variable, both in values.items():
        expected = both["unweighted"]
        assert value(summary, variable, "smd", pair) == pytest.approx(expected["smd"], **CLOSED)
        assert value(summary, variable, "proportion", "1") == pytest.approx(
            expected["p1"], **CLOSED
        )


@pytest.mark.validates("compare.baseline_summary", source="R MASS 7.3.58.2 (Yang & Dalton)")
@pytest.mark.parametrize("name", GROUPS)
def test_multilevel_smd_equals_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.smd_multilevel.{name}")["values"]
    frame = reference_data(name).astype(dict.fromkeys(values, "category"))
    summary, pair = against(name, frame, list(values))
    for variable, both in values.items():
        expected = both["unweighted"]
        assert value(summary, variable, "smd", pair) == pytest.approx(expected["smd"], **CLOSED)
        for level, share in expected["p0"].items():
            zero = pair.split(" - ")[1]
            assert value(summary, variable, "proportion", zero, level) == pytest.approx(
                share, **CLOSED
            )


@pytest.mark.validates("compare.baseline_summary", source="R stats 4.2.2")
def test_quantiles_equal_r(reference, reference_data) -> None:
    values = reference("desc.quantiles.airquality")["values"]
    summary = so.compare.baseline_summary(reference_data("airquality"), variables=list(values))
    for variable, expected in values.items():
        for name in ("n", "missing", "mean", "sd", "median", "min", "max"):
            assert value(summary, variable, name) == pytest.approx(expected[name], **CLOSED)
        assert value(summary, variable, "q1") == pytest.approx(expected["type7"]["p25"], **CLOSED)
        assert value(summary, variable, "q3") == pytest.approx(expected["type7"]["p75"], **CLOSED)


def registry(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "arm": np.where(np.arange(n) % 2 == 0, "mis", "open"),
            "age": np.where(rng.random(n) < 0.2, np.nan, rng.normal(60, 9, n)),
            "asa": pd.Categorical(rng.choice(["I", "II", "III"], n)),
            "smoker": rng.integers(0, 2, n),
        }
    )


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(12, 40))
@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.SparseDataWarning")
def test_counts_equal_repeated_rows_in_any_order(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    frame = registry(n, seed).assign(times=rng.integers(1, 4, n))
    repeated = frame.loc[np.repeat(frame.index, frame["times"])].drop(columns="times")
    repeated = repeated.iloc[rng.permutation(len(repeated))]
    a = so.compare.baseline_summary(frame, counts="times", **ARMS).tidy()
    b = so.compare.baseline_summary(repeated, **ARMS).tidy()
    pd.testing.assert_frame_equal(a, b, rtol=1e-9)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.SparseDataWarning")
def test_smd_has_no_unit_and_changes_sign_with_the_reference(
    seed: int, scale: float, shift: float
) -> None:
    frame = registry(40, seed)
    plain = so.compare.baseline_summary(frame, **ARMS)
    swapped = so.compare.baseline_summary(frame, treatment="arm", reference="mis")
    moved = so.compare.baseline_summary(frame.assign(age=frame["age"] * scale + shift), **ARMS)
    smd = value(plain, "age", "smd", "mis - open")
    assert value(moved, "age", "smd", "mis - open") == pytest.approx(smd, rel=1e-6, abs=1e-9)
    for name, sign in {"age": -1, "smoker": -1, "asa": 1}.items():
        assert value(swapped, name, "smd", "open - mis") == pytest.approx(
            sign * value(plain, name, "smd", "mis - open")
        )


def test_a_two_level_category_is_the_binary_smd_without_sign() -> None:
    frame = registry(40, 3)
    frame["words"] = frame["smoker"].map({0: "no", 1: "yes"})
    summary = so.compare.baseline_summary(frame, **ARMS)
    binary = value(summary, "smoker", "smd", "mis - open")
    assert value(summary, "words", "smd", "mis - open") == pytest.approx(abs(binary))


def test_three_arms_give_the_largest_pairwise_smd() -> None:
    frame = pd.DataFrame({"arm": list("aabbcc"), "x": [0.0, 2, 1, 3, 9, 11]})
    summary = so.compare.baseline_summary(frame, treatment="arm", reference="b")
    assert value(summary, "x", "smd", "all") == pytest.approx(9 / math.sqrt(2))


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["x", "x", "y", "y"], math.inf),
        (["x", "w", "y", "z"], math.inf),
        ([1.0, 1.0, 0.0, 0.0], math.inf),
        ([2.0, 2.0, 3.0, 3.0], -math.inf),
    ],
)
def test_arms_without_overlap_are_infinitely_far(column: list[object], expected: float) -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "x": column})
    with pytest.warns(SparseDataWarning, match=r"smd of 'x' \(mis - open\) is infinite") as caught:
        summary = so.compare.baseline_summary(frame, **ARMS)
    assert caught[0].filename == __file__
    assert value(summary, "x", "smd", "mis - open") == expected
    assert len(summary.warnings) == 1


@pytest.mark.parametrize("column", [["x"] * 4, [0.1] * 4, [0] * 4])
def test_one_value_everywhere_is_no_difference(column: list[object]) -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "x": column})
    summary = so.compare.baseline_summary(frame, **ARMS)
    assert value(summary, "x", "smd", "mis - open") == 0


@pytest.mark.parametrize(
    "column", [[1.5, 2.5, None, None], ["x", "y", None, None], [1, 0, None, None]]
)
def test_an_arm_without_values_has_no_smd(column: list[object]) -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "x": column})
    summary = so.compare.baseline_summary(frame, **ARMS)
    assert math.isnan(value(summary, "x", "smd", "mis - open"))
    assert value(summary, "x", "missing", "open") == 2


def test_category_order_and_labels() -> None:
    grade = pd.Categorical([2.0, 1.0, 2.0], categories=[2.0, 1.0, 3.0])
    tidy = so.compare.baseline_summary(pd.DataFrame({"grade": grade})).tidy()
    assert tidy["level"].dropna().unique().tolist() == ["2", "1"]


def test_variables_of_a_design() -> None:
    frame = registry(20, 1).assign(patient_id=range(20))
    plain = so.Design(frame, **ARMS)
    assert described(so.compare.baseline_summary(plain)) == ["age", "asa", "smoker"]
    confounders = so.Design(frame, covariates=["rcs(age, 4)", "smoker:asa", "smoker"], **ARMS)
    assert described(so.compare.baseline_summary(confounders)) == ["age", "smoker", "asa"]
    asked = so.compare.baseline_summary(confounders, variables=["asa"])
    assert described(asked) == ["asa"]


def described(summary: so.Summary) -> list[str]:
    return summary.tidy()["variable"].unique().tolist()


def test_rows_without_an_arm_are_told() -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open", None], "age": [1.0, 2, 3, 4, 5]})
    with pytest.warns(MissingDataWarning, match="1 of 5 rows"):
        summary = so.compare.baseline_summary(frame, **ARMS)
    assert value(summary, "age", "n", "open") == 2


def test_errors() -> None:
    frame = pd.DataFrame({"arm": ["mis", "open"], "age": [1.0, np.inf], "day": pd.Timestamp(0)})
    with pytest.raises(ArgumentError, match=r"write \['age'\]"):
        so.compare.baseline_summary(frame, variables="age")
    with pytest.raises(ArgumentError, match="no column 'weight'"):
        so.compare.baseline_summary(frame, variables=["weight"])
    with pytest.raises(ArgumentError, match=r"'day' .dtype datetime64.* neither numbers"):
        so.compare.baseline_summary(frame, variables=["day"])
    with pytest.raises(ArgumentError, match="age must be finite"):
        so.compare.baseline_summary(frame, variables=["age"])
    with pytest.raises(ArgumentError, match="there is no variable to describe"):
        so.compare.baseline_summary(frame[["arm"]], **ARMS)
