"""baseline_summary with weights: by hand, against R, invariants."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
ARMS = {"treatment": "arm", "reference": "open"}
GROUPS = {"lalonde_w": ("treat", 1, 0), "birthwt_w": ("smoke", 1, 0), "pbc_w": ("trt", 2, 1)}


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
            "arm": ["mis", "mis", "mis", "open", "open", "open"],
            "age": [50.0, 60, np.nan, 70, 80, 90],
            "asa": ["I", "II", "I", "II", "II", "I"],
        }
    )
    design = so.Design(frame, **ARMS, weights=[1.0, 3, 2, 1, 1, 0])
    tidy = so.compare.baseline_summary(design).tidy()
    rows = list(
        tidy[["variable", "level", "group", "statistic", "value", "n"]].itertuples(
            index=False, name=None
        )
    )
    # Weights 1 and 3: mean (50 + 180)/4; V1 = 4, V2 = 10, variance 4/6 (1 * 7.5^2 + 3 * 2.5^2).
    assert rows[:10] == [
        ("age", None, "mis", "n", 2, 2),
        ("age", None, "mis", "missing", 1, 2),
        ("age", None, "mis", "effective_n", 1.6, 2),
        ("age", None, "mis", "mean", 57.5, 2),
        ("age", None, "mis", "sd", pytest.approx(math.sqrt(50)), 2),
        ("age", None, "mis", "median", 60, 2),
        ("age", None, "mis", "q1", 50, 2),
        ("age", None, "mis", "q3", 60, 2),
        ("age", None, "mis", "min", 50, 2),
        ("age", None, "mis", "max", 60, 2),
    ]
    # The row of weight 0 is not described, but its age is in the spread before weighting (10).
    assert rows[10] == ("age", None, "open", "n", 2, 2)
    assert rows[19] == ("age", None, "open", "max", 80, 2)
    smd = (57.5 - 75) / math.sqrt((50 + 100) / 2)
    assert rows[20] == ("age", None, "mis - open", "smd", pytest.approx(smd), 4)
    assert rows[21:28] == [
        ("asa", None, "mis", "n", 3, 3),
        ("asa", None, "mis", "missing", 0, 3),
        ("asa", None, "mis", "effective_n", pytest.approx(36 / 14), 3),
        ("asa", "I", "mis", "count", 3, 3),
        ("asa", "I", "mis", "proportion", 0.5, 3),
        ("asa", "II", "mis", "count", 3, 3),
        ("asa", "II", "mis", "proportion", 0.5, 3),
    ]
    assert rows[31] == ("asa", "I", "open", "count", 0, 2)


@pytest.mark.parametrize(
    ("estimand", "spread"), [("ATT", 50), ("ATC", 100), ("ATE", 75), ("ATO", 75), (None, 75)]
)
def test_the_spread_is_that_of_the_population_aimed_at(estimand: str | None, spread: float) -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 3, "age": [50.0, 60, 70, 80, 90]})
    design = so.Design(frame, **ARMS, weights=[1.0, 3, 1, 1, 2], estimand=estimand)
    summary = so.compare.baseline_summary(design, variables=["age"])
    smd = value(summary, "age", "smd", "mis - open")
    assert smd == pytest.approx((57.5 - 82.5) / math.sqrt(spread))
    assert summary.estimand == estimand


def against(name: str, frame: pd.DataFrame, variables: list[str]) -> tuple[so.Summary, str, str]:
    arm, treated, control = GROUPS[name]
    frame = frame.dropna(subset=[arm])
    design = so.Design(frame, treatment=arm, reference=control, weights=frame["w"])
    summary = so.compare.baseline_summary(design, variables=variables)
    return summary, str(treated), str(control)


@pytest.mark.validates("compare.baseline_summary", source="R base 4.2.2, weighted")
@pytest.mark.parametrize("name", GROUPS)
def test_weighted_numbers_equal_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.smd_continuous_weighted.{name}")["values"]
    summary, one, zero = against(name, reference_data(name), list(values))
    for variable, expected in values.items():
        for statistic, group, key in [
            ("mean", one, "wmean1"),
            ("mean", zero, "wmean0"),
            ("effective_n", one, "ess1"),
            ("effective_n", zero, "ess0"),
            ("smd", f"{one} - {zero}", "smd_unweighted_denominator"),
        ]:
            assert value(summary, variable, statistic, group) == pytest.approx(
                expected[key], **CLOSED
            ), key
        # The weighted variances are checked through the other conventions of the same entry.
        v1, v0 = (value(summary, variable, "sd", group) ** 2 for group in (one, zero))
        smd = expected["diff"] / math.sqrt((v1 + v0) / 2)
        assert smd == pytest.approx(expected["smd_wvar_reliability"], **CLOSED)
        assert v1 / v0 == pytest.approx(expected["var_ratio_reliability"], **CLOSED)


@pytest.mark.validates("compare.baseline_summary", source="R base 4.2.2, weighted")
@pytest.mark.parametrize("name", ["lalonde_w", "birthwt_w"])
def test_weighted_binary_smd_equals_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.smd_binary.{name}")["values"]
    summary, one, zero = against(name, reference_data(name), list(values))
    for variable, both in values.items():
        expected = both["weighted"]
        assert value(summary, variable, "proportion", one) == pytest.approx(
            expected["p1"], **CLOSED
        )
        assert value(summary, variable, "smd", f"{one} - {zero}") == pytest.approx(
            expected["smd"], **CLOSED
        )


@pytest.mark.validates("compare.baseline_summary", source="R MASS 7.3.58.2, weighted")
@pytest.mark.parametrize("name", GROUPS)
def test_weighted_multilevel_smd_equals_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.smd_multilevel.{name}")["values"]
    frame = reference_data(name).astype(dict.fromkeys(values, "category"))
    summary, one, zero = against(name, frame, list(values))
    for variable, both in values.items():
        expected = both["weighted"]
        assert value(summary, variable, "smd", f"{one} - {zero}") == pytest.approx(
            expected["smd"], **CLOSED
        )
        for level, share in expected["p1"].items():
            assert value(summary, variable, "proportion", one, level) == pytest.approx(
                share, **CLOSED
            )


@pytest.mark.validates("compare.baseline_summary", source="R Hmisc 4.8.0")
def test_weighted_quantiles_equal_r(reference, reference_data) -> None:
    values = reference("desc.quantiles_weighted.lung_w")["values"]
    summary = so.compare.baseline_summary(
        reference_data("lung_w"), variables=list(values), weights="w"
    )
    for variable, expected in values.items():
        assert value(summary, variable, "mean") == pytest.approx(expected["wmean"], **CLOSED)
        assert value(summary, variable, "sd") ** 2 == pytest.approx(
            expected["wvar_reliability"], **CLOSED
        )
        for name, p in {"q1": "p25", "median": "p50", "q3": "p75"}.items():
            assert value(summary, variable, name) == expected["ecdf_left_inverse"][p]


def registry(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "arm": np.where(np.arange(n) % 2 == 0, "mis", "open"),
            "age": np.where(rng.random(n) < 0.2, np.nan, rng.normal(60, 9, n)),
            "asa": pd.Categorical(rng.choice(["I", "II", "III"], n)),
            "smoker": rng.integers(0, 2, n),
            "w": rng.uniform(0.2, 4, n),
        }
    )


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-6, 1e6))
@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.SparseDataWarning")
def test_only_counts_depend_on_the_unit_of_the_weights(seed: int, scale: float) -> None:
    frame = registry(30, seed)
    a = so.compare.baseline_summary(frame, weights="w", **ARMS).tidy()
    b = so.compare.baseline_summary(frame.assign(w=frame["w"] * scale), weights="w", **ARMS).tidy()
    free = a["statistic"] != "count"
    pd.testing.assert_frame_equal(a[free], b[free], rtol=1e-8)
    np.testing.assert_allclose(b.loc[~free, "value"], a.loc[~free, "value"] * scale, rtol=1e-8)


@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.SparseDataWarning")
def test_counts_and_weights_multiply_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = registry(30, seed).assign(times=rng.integers(1, 4, 30))
    repeated = frame.loc[np.repeat(frame.index, frame["times"])].drop(columns="times")
    repeated = repeated.iloc[rng.permutation(len(repeated))]
    a = so.compare.baseline_summary(frame, counts="times", weights="w", **ARMS).tidy()
    b = so.compare.baseline_summary(repeated, weights="w", **ARMS).tidy()
    pd.testing.assert_frame_equal(a, b, rtol=1e-8)


def test_equal_weights_change_neither_means_nor_differences() -> None:
    frame = registry(40, 5).assign(w=2.5)
    plain = so.compare.baseline_summary(frame.drop(columns="w"), **ARMS)
    weighted = so.compare.baseline_summary(frame, weights="w", **ARMS)
    for statistic in ("mean", "sd", "min", "max", "n", "missing"):
        assert value(weighted, "age", statistic, "mis") == pytest.approx(
            value(plain, "age", statistic, "mis")
        )
    for variable in ("age", "asa", "smoker"):
        assert value(weighted, variable, "smd", "mis - open") == pytest.approx(
            value(plain, variable, "smd", "mis - open")
        )
    assert value(weighted, "age", "effective_n", "mis") == pytest.approx(
        value(plain, "age", "n", "mis")
    )
    assert "unweighted SD of both arms" in weighted.method


def test_an_arm_of_weight_zero_has_no_numbers() -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "age": [1.0, 2, 3, 5]})
    design = so.Design(frame, **ARMS, weights=[1, 1, 0, 0])
    summary = so.compare.baseline_summary(design)
    assert value(summary, "age", "n", "open") == 0
    assert value(summary, "age", "effective_n", "open") == 0
    for statistic in ("mean", "sd", "median", "max"):
        assert math.isnan(value(summary, "age", statistic, "open"))
    assert math.isnan(value(summary, "age", "smd", "mis - open"))


def test_a_discarded_row_is_not_missing_either() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "age": [1.0, 2, np.nan] * 2})
    design = so.Design(frame, **ARMS, weights=[1, 1, 0, 1, 1, 2])
    summary = so.compare.baseline_summary(design)
    assert value(summary, "age", "missing", "mis") == 0
    assert value(summary, "age", "missing", "open") == 1


def test_weighted_data_are_not_tested() -> None:
    frame = registry(20, 1)
    with pytest.raises(ArgumentError, match="tests=True takes no weights"):
        so.compare.baseline_summary(frame, weights="w", tests=True, **ARMS)


def test_negative_weights_are_refused() -> None:
    frame = registry(20, 1)
    frame.loc[3, "w"] = -1
    with pytest.raises(ArgumentError, match="1 of 20 in 'w' are not"):
        so.compare.baseline_summary(frame, weights="w", **ARMS)
