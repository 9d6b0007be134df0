"""mean_difference: by hand, against R, invariants, errors."""

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

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
# Sums in another order, of numbers near 100.
ROUNDING = {"rel": 1e-9, "abs": 1e-9}
ARMS = {"treatment": "arm", "reference": "open"}


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["mis", "mis", "mis", "open", "open", "open"],
            "vas": [1.0, 2, 3, 3, 4, 8],
            "before": [2.0, 4, 6, 3, 5, 7],
        }
    )


def one(effects: so.Effects, contrast: str) -> pd.Series:
    tidy = effects.tidy()
    return tidy[tidy["contrast"] == contrast].iloc[0]


def test_welch_by_hand(small: pd.DataFrame) -> None:
    tidy = so.compare.mean_difference(small, outcome="vas", **ARMS).tidy()
    assert tidy["contrast"].tolist() == ["mis - open", "mis", "open"]
    assert tidy["measure"].tolist() == ["mean_difference", "mean", "mean"]
    assert tidy["term"].tolist() == ["arm", None, None]
    assert tidy["outcome"].tolist() == ["vas"] * 3
    assert tidy["n"].tolist() == [6, 3, 3]
    assert tidy["n_missing"].tolist() == [0, 0, 0]
    # Variances 1 and 7, so se^2 = 8/3 and df = (8/3)^2 / ((1/3)^2/2 + (7/3)^2/2).
    row = tidy.iloc[0]
    assert row["estimate"] == -3
    assert row["std_error"] == pytest.approx(np.sqrt(8 / 3))
    assert row["df"] == pytest.approx(64 / 9 / (50 / 18))
    assert row["statistic"] == pytest.approx(-3 / np.sqrt(8 / 3))
    # t with 2 degrees of freedom at .975 is 4.302653.
    assert tidy.iloc[1]["conf_low"] == pytest.approx(2 - 4.30265273 * np.sqrt(1 / 3))
    assert np.isnan(tidy.iloc[1]["p_value"])


def test_ancova_by_hand() -> None:
    # y = 1 + 2 x - 3 (mis), with residuals +-1 that are orthogonal to the columns.
    frame = pd.DataFrame(
        {"arm": ["mis"] * 4 + ["open"] * 4, "x": [0.0, 0, 2, 2] * 2, "e": [1.0, -1, 1, -1] * 2}
    )
    frame["y"] = 1 + 2 * frame["x"] - 3 * (frame["arm"] == "mis") + frame["e"]
    effects = so.compare.mean_difference(frame, outcome="y", baseline="x", **ARMS)
    tidy = effects.tidy()
    assert tidy["estimate"].to_numpy() == pytest.approx([-3, 0, 3])
    assert tidy["df"].tolist() == [5, 5, 5]
    # Residual variance 8/5; arms of four, orthogonal to x.
    assert tidy["std_error"].to_numpy() == pytest.approx(np.sqrt([0.8, 0.4, 0.4]))
    assert effects.covariance is not None
    assert effects.covariance.loc["arm", "arm"] == pytest.approx(0.8)
    assert "ANCOVA" in effects.method
    assert "adjusted" in tidy["method"].iloc[1]


def test_single_arm_is_one_row() -> None:
    frame = pd.DataFrame({"vas": [2.0, 4, 6]})
    tidy = so.compare.mean_difference(frame, outcome="vas").tidy()
    assert tidy["contrast"].tolist() == ["all"]
    assert tidy["measure"].tolist() == ["mean"]
    assert tidy["std_error"].iloc[0] == pytest.approx(2 / np.sqrt(3))


@pytest.mark.parametrize("baseline", [None, "x"])
def test_three_arms_each_against_the_reference(baseline: str | None) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"arm": list("abc") * 8, "y": rng.normal(size=24), "x": range(24)})
    effects = so.compare.mean_difference(
        frame, outcome="y", treatment="arm", reference="b", baseline=baseline
    )
    tidy = effects.tidy()
    assert tidy["contrast"].tolist() == ["a - b", "c - b", "a", "b", "c"]
    assert tidy["term"].tolist() == ["arm[a]", "arm[c]", None, None, None]
    assert tidy["n"].tolist() == [16, 16, 8, 8, 8]
    means = dict(zip(tidy["contrast"], tidy["estimate"], strict=True))
    assert means["a - b"] == pytest.approx(means["a"] - means["b"])
    if baseline:
        assert tidy["df"].unique().tolist() == [20]
        assert list(effects.covariance.columns) == ["arm[a]", "arm[c]"]


WELCH = {
    "desc.ttest.anorexia_CBT_Cont": ("anorexia", "Postwt", "Treat", "CBT", "Cont"),
    "desc.ttest.BtheB": ("BtheB", "bdi.2m", "treatment", "BtheB", "TAU"),
    "desc.ttest.birthwt": ("birthwt", "bwt", "smoke", 1, 0),
    "desc.ttest.ToothGrowth": ("ToothGrowth", "len", "supp", "VC", "OJ"),
}
BASELINES = {"anorexia": "Prewt", "BtheB": "bdi.pre", "birthwt": "lwt", "ToothGrowth": "dose"}


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates("compare.mean_difference", source="R stats 4.2.2")
@pytest.mark.parametrize("entry", WELCH)
def test_welch_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, arm, treated, control = WELCH[entry]
    frame = reference_data(name)
    frame = frame[frame[arm].isin([treated, control])]
    effects = so.compare.mean_difference(frame, outcome=outcome, treatment=arm, reference=control)
    values = reference(entry)["values"]
    row, expected = effects.tidy().iloc[0], values["welch"]
    columns = {
        "diff": "estimate",
        "se": "std_error",
        "t": "statistic",
        "df": "df",
        "p": "p_value",
        "lower": "conf_low",
        "upper": "conf_high",
    }
    for theirs, ours in columns.items():
        assert row[ours] == pytest.approx(expected[theirs], **CLOSED), theirs
    assert row["n"] == sum(values["n"])


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates("compare.mean_difference", source="R stats 4.2.2")
@pytest.mark.parametrize("entry", WELCH)
def test_ancova_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, arm, treated, control = WELCH[entry]
    frame = reference_data(name)
    frame = frame[frame[arm].isin([treated, control])]
    effects = so.compare.mean_difference(
        frame, outcome=outcome, treatment=arm, reference=control, baseline=BASELINES[name]
    )
    values = reference(entry.replace("ttest", "ancova"))["values"]
    row, term = effects.tidy().iloc[0], f"grp{treated}"
    assert row["estimate"] == pytest.approx(values["coef"][term], **CLOSED)
    assert row["std_error"] == pytest.approx(values["se"][term], **CLOSED)
    assert row["df"] == values["df"]
    limits = values["ci"]["m"][values["ci"]["rows"].index(term)]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx(limits, **CLOSED)
    for arm_label, mean in values["adjusted_means"].items():
        adjusted = one(effects, arm_label)
        assert adjusted["estimate"] == pytest.approx(mean, **CLOSED)
        error = values["adjusted_means_se"][arm_label]
        assert adjusted["std_error"] == pytest.approx(error, **CLOSED)


@pytest.mark.validates("compare.mean_difference", source="R stats 4.2.2")
def test_single_mean_equals_r(reference, reference_data) -> None:
    values = reference("desc.quantiles.airquality")["values"]["Wind"]
    effects = so.compare.mean_difference(reference_data("airquality"), outcome="Wind")
    row = effects.tidy().iloc[0]
    limits = [values["ci_mean"]["lower"], values["ci_mean"]["upper"]]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx(limits, **CLOSED)


def numbers(effects: so.Effects) -> np.ndarray:
    return effects.tidy().select_dtypes("number").to_numpy()


@pytest.mark.parametrize("baseline", [None, "before"])
def test_counts_equal_repeated_rows(small: pd.DataFrame, baseline: str | None) -> None:
    counted = small.assign(times=[1, 2, 3, 0, 4, 2])
    repeated = counted.loc[np.repeat(counted.index, counted["times"])].reset_index(drop=True)
    # A row that stands for none is not there, so both arms still have their own values.
    a = so.compare.mean_difference(
        counted, outcome="vas", baseline=baseline, counts="times", **ARMS
    )
    b = so.compare.mean_difference(repeated, outcome="vas", baseline=baseline, **ARMS)
    assert numbers(a) == pytest.approx(numbers(b), nan_ok=True, **ROUNDING)


@pytest.mark.parametrize("baseline", [None, "before"])
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_invariants(baseline: str | None, seed: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 30))
    frame = pd.DataFrame(
        {
            "arm": np.where(np.arange(n) % 2 == 0, "mis", "open"),
            "vas": rng.normal(5, 2, n),
            "before": rng.normal(7, 1, n),
        }
    )
    call = {"outcome": "vas", "baseline": baseline, "treatment": "arm"}
    plain = so.compare.mean_difference(frame, reference="open", **call)
    shuffled = frame.iloc[rng.permutation(n)]
    again = so.compare.mean_difference(shuffled, reference="open", **call)
    assert numbers(plain) == pytest.approx(numbers(again), nan_ok=True, rel=1e-7, abs=1e-9)

    row = one(plain, "mis - open")
    swapped = one(so.compare.mean_difference(frame, reference="mis", **call), "open - mis")
    assert swapped["estimate"] == pytest.approx(-row["estimate"], rel=1e-7, abs=1e-9)
    assert swapped["conf_low"] == pytest.approx(-row["conf_high"], rel=1e-7, abs=1e-9)
    assert swapped["p_value"] == pytest.approx(row["p_value"], rel=1e-6, abs=1e-12)

    moved = frame.assign(vas=frame["vas"] * scale + shift)
    other = one(so.compare.mean_difference(moved, reference="open", **call), "mis - open")
    assert other["estimate"] == pytest.approx(row["estimate"] * scale, rel=1e-6, abs=1e-9)
    assert other["std_error"] == pytest.approx(row["std_error"] * scale, rel=1e-6)
    assert other["p_value"] == pytest.approx(row["p_value"], rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("baseline", [None, "before"])
def test_few_rows_of_an_arm_give_no_p(baseline: str | None) -> None:
    frame = pd.DataFrame(
        {
            "arm": ["mis"] * 4 + ["open"] * 5 + ["hybrid"] * 5,
            "vas": [1.0, 2, 4, 3, 5, 4, 6, 8, 5, 2, 5, 3, 3, 6],
            "before": [5.0, 6, 8, 7, 7, 6, 9, 8, 7, 6, 8, 7, 8, 9],
        }
    )
    tidy = so.compare.mean_difference(frame, outcome="vas", baseline=baseline, **ARMS).tidy()
    hybrid, mis = tidy.iloc[0], tidy.iloc[1]
    assert (hybrid["contrast"], mis["contrast"]) == ("hybrid - open", "mis - open")
    assert np.isnan(mis["p_value"])
    words = "; no p-value: mis has 4, and below 5 only exact tests give one"
    assert mis["method"].endswith(words)
    assert mis[["std_error", "statistic", "df", "conf_low", "conf_high"]].notna().all()
    assert np.isfinite(hybrid["p_value"])
    assert "no p-value" not in hybrid["method"]


def test_a_design_gives_the_same(small: pd.DataFrame) -> None:
    design = so.Design(small, **ARMS)
    a = so.compare.mean_difference(design, outcome="vas")
    b = so.compare.mean_difference(small, outcome="vas", **ARMS)
    pd.testing.assert_frame_equal(a.tidy(), b.tidy())


def test_data_do_not_change(small: pd.DataFrame) -> None:
    before = small.copy()
    so.compare.mean_difference(small, outcome="vas", baseline="before", **ARMS)
    pd.testing.assert_frame_equal(small, before)


@pytest.mark.parametrize("column", ["vas", "before", "arm"])
def test_missing_values_are_counted_and_told_once(small: pd.DataFrame, column: str) -> None:
    extra = pd.DataFrame({"arm": ["mis", "mis"], "vas": [1.0, 5], "before": [1.0, 9]})
    extra.loc[0, column] = None
    frame = pd.concat([small, extra], ignore_index=True)
    with pytest.warns(MissingDataWarning, match="mean_difference: 1 of 8 rows") as caught:
        effects = so.compare.mean_difference(frame, outcome="vas", baseline="before", **ARMS)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    lost_in_arm = 0 if column == "arm" else 1
    assert effects.tidy()["n_missing"].tolist() == [1, lost_in_arm, 0]
    assert effects.tidy()["n"].tolist() == [7, 4, 3]


def test_an_outcome_without_variation_has_no_error() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [0.1] * 3 + [0.3] * 3})
    with pytest.warns(SparseDataWarning, match="'y' does not vary in mis, open") as caught:
        effects = so.compare.mean_difference(frame, outcome="y", **ARMS)
    assert caught[0].filename == __file__
    assert len(effects.warnings) == 1
    tidy = effects.tidy()
    assert tidy["estimate"].to_numpy() == pytest.approx([-0.2, 0.1, 0.3])
    assert tidy[["std_error", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)


def test_one_constant_arm_keeps_the_contrast() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [1.0, 1, 1, 2, 4, 6]})
    with pytest.warns(SparseDataWarning, match="does not vary in mis;"):
        row = so.compare.mean_difference(frame, outcome="y", **ARMS).tidy().iloc[0]
    assert row["df"] == 2
    assert row["std_error"] == pytest.approx(2 / np.sqrt(3))


def test_an_exact_model_has_no_error(small: pd.DataFrame) -> None:
    frame = small.assign(y=small["before"] * 1.1 + 2.3 * (small["arm"] == "mis"))
    with pytest.warns(SparseDataWarning, match="give 'y' exactly"):
        tidy = so.compare.mean_difference(frame, outcome="y", baseline="before", **ARMS).tidy()
    assert tidy["estimate"].iloc[0] == pytest.approx(2.3)
    assert tidy["conf_low"].isna().all()


def test_small_arm(small: pd.DataFrame) -> None:
    with pytest.raises(NotEstimableError, match=r"at least 2 complete row.*mis has 1"):
        so.compare.mean_difference(small.iloc[2:], outcome="vas", **ARMS)


def test_one_arm_is_no_comparison(small: pd.DataFrame) -> None:
    with pytest.raises(NotEstimableError, match="'arm' has one arm only, open"):
        so.compare.mean_difference(small.iloc[3:], outcome="vas", **ARMS)


def test_baseline_needs_arms(small: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="`baseline` adjusts a comparison"):
        so.compare.mean_difference(small, outcome="vas", baseline="before")


def test_constant_baseline(small: pd.DataFrame) -> None:
    frame = small.assign(before=0.1)
    with pytest.raises(NotEstimableError, match="before cannot be told apart"):
        so.compare.mean_difference(frame, outcome="vas", baseline="before", **ARMS)


def test_baseline_equal_to_the_arm(small: pd.DataFrame) -> None:
    frame = small.assign(before=(small["arm"] == "mis") * 1)
    with pytest.raises(NotEstimableError, match="before cannot be told apart"):
        so.compare.mean_difference(frame, outcome="vas", baseline="before", **ARMS)


def test_text_and_infinite_outcomes(small: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="outcome must be numeric"):
        so.compare.mean_difference(small.assign(vas=list("abcdef")), outcome="vas", **ARMS)
    with pytest.raises(ArgumentError, match="1 of 6 values are infinite"):
        so.compare.mean_difference(small.assign(vas=[np.inf, 1, 2, 3, 4, 5]), outcome="vas", **ARMS)


def test_conf_level(small: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="conf_level must lie between 0 and 1, got 95"):
        so.compare.mean_difference(small, outcome="vas", conf_level=95, **ARMS)
