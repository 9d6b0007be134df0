"""hodges_lehmann_shift: by hand, against R, pairs, and beside the difference of medians."""

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

# R finds limits and ties by a search; the entries of both programs are the same differences.
ROOT = {"rel": 1e-6, "abs": 1e-7}
CLOSED = {"rel": 1e-8, "abs": 1e-10}
ARMS = {"treatment": "arm", "reference": "open"}
KEYS = ["estimate", "conf_low", "conf_high", "p_value"]

TWO_SAMPLES = {
    "desc.wilcoxon.ASAT": ("ASAT", "asat", "group", "Control", "Compound"),
    "desc.wilcoxon.sleep": ("sleep", "extra", "group", 2, 1),
    "desc.wilcoxon.BtheB": ("BtheB", "bdi.3m", "treatment", "BtheB", "TAU"),
    "desc.wilcoxon.lung_untied_small": ("lung_untied_small", "time", "sex", 2, 1),
    "desc.wilcoxon.pbc_untied_small": ("pbc_untied_small", "bili", "trt", 2, 1),
}


def shift(data: pd.DataFrame | so.Design, outcome: str = "y", **call: object) -> pd.Series:
    arms = {} if isinstance(data, so.Design) else ARMS
    return so.compare.hodges_lehmann_shift(data, outcome=outcome, **{**arms, **call}).tidy().iloc[0]


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates(
    "compare.hodges_lehmann_shift", source="R stats 4.2.2, exactRankTests 0.8-35"
)
@pytest.mark.parametrize("entry", TWO_SAMPLES)
def test_shift_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, arm, treated, control = TWO_SAMPLES[entry]
    frame = reference_data(name)
    frame = frame[frame[arm].isin([treated, control])]
    values = reference(entry)["values"]
    row = shift(frame, outcome, treatment=arm, reference=control)
    # Without ties R's default is exact; with ties the interval without continuity correction.
    expected = values.get("exact") or values["asymptotic_nocorrect"]
    assert row["estimate"] == pytest.approx(values["hl_median_of_differences"], **CLOSED)
    limits = [expected["lower"], expected["upper"]]
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(limits, **ROOT)
    assert row["p_value"] == pytest.approx(expected["p"], **CLOSED)
    assert ("exact" in row["method"]) == ("exact" in values)
    assert row["n"] == values["n"]["n1"] + values["n"]["n0"]


def test_by_hand() -> None:
    # Differences 4-1, 4-2, 4-3, ... of {4, 6, 9} and {1, 2, 3}: 1 2 3 3 4 5 6 7 8.
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [4.0, 6, 9, 1, 2, 3]})
    row = shift(frame, conf_level=0.8)
    # Of 20 orderings one has 9 wins and one 8: depth 2 has 2 in 20 in both tails together.
    assert row[KEYS].tolist() == pytest.approx([4, 2, 7, 2 / 20])
    assert np.isnan(row["std_error"])
    tidy = so.compare.hodges_lehmann_shift(frame, outcome="y", conf_level=0.5, **ARMS).tidy()
    assert tidy["measure"].tolist() == ["hodges_lehmann_shift", "median", "median"]
    assert tidy["estimate"].tolist() == [4, 6, 2]


def test_arms_too_small_for_the_level() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [4.0, 6, 9, 1, 2, 3]})
    with pytest.warns(SparseDataWarning, match="mis - open: too few values") as caught:
        row = shift(frame)
    assert [one.filename for one in caught] == [__file__]
    assert np.isnan(row["conf_low"])
    assert row["p_value"] == pytest.approx(0.1)


def test_constant_outcome() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 9 + ["open"] * 9, "y": [2.0] * 18})
    with pytest.warns(SparseDataWarning, match="no variation"):
        row = shift(frame)
    assert row["estimate"] == 0
    assert np.isnan(row["p_value"])
    with pytest.warns(SparseDataWarning, match="no variation"):
        row = shift(frame.assign(y=np.repeat([2.0, 3], 9)))
    assert row["estimate"] == -1
    assert np.isnan(row["conf_low"])
    assert row["p_value"] < 0.001


def test_fifty_an_arm_is_the_last_exact_size() -> None:
    y = np.random.default_rng(8).permutation(np.arange(202.0))
    frame = pd.DataFrame({"arm": ["mis", "open"] * 101, "y": y})
    assert "exact" in shift(frame.iloc[:100])["method"]
    assert "normal" in shift(frame.iloc[:102])["method"]
    tied = frame.iloc[:100].assign(y=lambda f: np.maximum(f["y"], f["y"].nsmallest(2).iloc[1]))
    assert "normal" in shift(tied)["method"]


def test_blood_loss_of_150_against_600() -> None:
    """The shift is not the difference of the medians, -450: with log-normal losses it is -391."""
    rank = (np.arange(2000) + 0.5) / 2000
    z = np.array([math.sqrt(2) * _erfinv(2 * p - 1) for p in rank])
    loss = np.concatenate([150 * np.exp(1.11 * z), 600 * np.exp(1.11 * z)])
    frame = pd.DataFrame({"arm": np.repeat(["mis", "open"], 2000), "ml": loss})
    assert shift(frame, "ml")["estimate"] == pytest.approx(-391, abs=1)
    medians = so.compare.median_difference(frame, outcome="ml", **ARMS).tidy()
    assert medians["estimate"].tolist() == pytest.approx([-450, 150, 600], abs=1)


def _erfinv(x: float) -> float:
    low, high = -6.0, 6.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < x else (low, middle)
    return low


@given(
    st.lists(st.integers(-9, 9), min_size=6, max_size=15),
    st.lists(st.integers(-9, 9), min_size=6, max_size=15),
)
@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.SparseDataWarning")
def test_estimate_is_the_median_of_all_differences(x: list[int], y: list[int]) -> None:
    frame = pd.DataFrame({"arm": ["mis"] * len(x) + ["open"] * len(y), "y": x + y}).astype(
        {"y": float}
    )
    row = shift(frame)
    assert row["estimate"] == np.median(np.subtract.outer(x, y))
    if not np.isnan(row["conf_low"]):
        assert row["conf_low"] <= row["estimate"] <= row["conf_high"]


def paired(x: list[float], y: list[float], **more: object) -> so.Design:
    n = len(x)
    frame = pd.DataFrame(
        {"arm": ["mis"] * n + ["open"] * n, "y": [*x, *y], "pair": [*range(n)] * 2}
    )
    return so.Design(frame.assign(**more), **ARMS, sets="pair")


PAIRS = {
    "desc.signed_rank.anorexia_FT_post_minus_pre": ("anorexia", "exact_ties"),
    "desc.signed_rank.sleep_group2_minus_group1": ("sleep", "asym_nocorrect"),
    "desc.signed_rank.BtheB_3m_minus_pre": ("BtheB", "asym_nocorrect"),
}


def both_of_pairs(name: str, frame: pd.DataFrame) -> tuple[list[float], list[float]]:
    if name == "anorexia":
        own = frame[frame["Treat"] == "FT"]
        return own["Postwt"].tolist(), own["Prewt"].tolist()
    if name == "sleep":
        by = frame.pivot(index="ID", columns="group", values="extra")
        return by[2].tolist(), by[1].tolist()
    own = frame.dropna(subset=["bdi.3m", "bdi.pre"])
    return own["bdi.3m"].tolist(), own["bdi.pre"].tolist()


@pytest.mark.validates(
    "compare.hodges_lehmann_shift", source="R stats 4.2.2, exactRankTests 0.8-35"
)
@pytest.mark.parametrize("entry", PAIRS)
def test_pairs_equal_r(entry: str, reference, reference_data) -> None:
    name, kind = PAIRS[entry]
    x, y = both_of_pairs(name, reference_data(name))
    values = reference(entry)["values"]
    expected = values[kind]
    row = shift(paired(x, y))
    assert row["estimate"] == pytest.approx(values["walsh_median"], **CLOSED)
    assert row["p_value"] == pytest.approx(expected["p"], **CLOSED)
    assert row["n"] == 2 * values["n"]
    # R leaves pairs that do not differ out of the interval too, as if they had not been seen.
    moved = [(a, b) for a, b in zip(x, y, strict=True) if abs(a - b) > 1e-9]
    assert len(x) - len(moved) == values["n_zero"]
    row = shift(paired(*map(list, zip(*moved, strict=True))))
    limits = [expected["lower"], expected["upper"]]
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(limits, **ROOT)


def test_pairs_by_hand() -> None:
    # Differences 1, 2, 4, -.5; averages of two: -.5 .25 .75 1 1.5 1.75 2 2.5 3 4.
    row = shift(paired([2, 4, 7, 1.5], [1, 2, 3, 2]), conf_level=0.75)
    # Sixteen signs: one has sum 0, one has 1: depth 2 has 4 in 16 in both tails.
    # The positive ranks are 2, 3 and 4, sum 9: two of 16 on that side, so p = 4/16.
    assert row[KEYS].tolist() == pytest.approx([1.625, 0.25, 3, 0.25])
    assert "pairs" in row["method"]


def test_pairs_that_do_not_differ_tell_where_the_shift_lies() -> None:
    row = shift(paired([5.0] * 12 + [6, 7, 8], [5.0] * 15))
    assert row["estimate"] == 0
    assert row["conf_low"] == 0


def test_differences_of_decimals_are_tied() -> None:
    # 1.1 - 1.0, 2.1 - 2.0, ... differ in their last bits only.
    design = paired([1.1, 2.1, 3.1, 4.1, 5.1, 6.1, 7.4], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    assert "normal" in shift(design)["method"]


def test_half_pairs_are_left_out_and_counted() -> None:
    design = paired([2, 4, 7, 1.5, np.nan, 9], [1, 2, 3, 2, 5, np.nan])
    message = "2 of 12 rows lack a value of y and are left out, and 2 more whose pair is then inc"
    with pytest.warns(MissingDataWarning, match=message) as caught:
        tidy = so.compare.hodges_lehmann_shift(design, outcome="y", conf_level=0.75).tidy()
    assert tidy["n"].tolist() == [8, 4, 4]
    assert len(caught) == 1
    assert tidy["n_missing"].tolist() == [4, 2, 2]
    assert tidy["estimate"].iloc[0] == pytest.approx(1.625)


def test_a_set_without_a_partner_is_left_out_and_counted() -> None:
    data = paired([2, 4, 7, 1.5, 9], [1, 2, 3, 2, 5]).data
    alone = so.Design(data.iloc[:-1].reset_index(drop=True), **ARMS, sets="pair")
    with pytest.warns(MissingDataWarning, match="1 of 5 pairs lack a member and are left out"):
        tidy = so.compare.hodges_lehmann_shift(alone, outcome="y", conf_level=0.75).tidy()
    assert tidy["n"].tolist() == [8, 4, 4]
    assert tidy["n_missing"].tolist() == [1, 1, 0]
    assert tidy["estimate"].iloc[0] == pytest.approx(1.625)


def test_rows_outside_the_sets_are_not_used() -> None:
    data = pd.concat(
        [
            paired([2, 4, 7, 1.5], [1, 2, 3, 2]).data,
            pd.DataFrame({"arm": ["mis", "open"], "y": [99.0, np.nan], "pair": [np.nan] * 2}),
        ],
        ignore_index=True,
    )
    tidy = so.compare.hodges_lehmann_shift(
        so.Design(data, **ARMS, sets="pair"), outcome="y", conf_level=0.75
    ).tidy()
    assert tidy["estimate"].iloc[0] == pytest.approx(1.625)
    assert tidy["n"].tolist() == [8, 4, 4]
    assert tidy["n_missing"].tolist() == [0, 0, 0]


def test_pairs_swap_sign_with_the_arms() -> None:
    design = paired([2, 4, 7, 1.5, 8, 3], [1, 2, 3, 2, 4, 9])
    back = so.Design(design.data, treatment="arm", reference="mis", sets="pair")
    a, b = shift(design), shift(back)
    assert b[["estimate", "conf_high", "conf_low"]].tolist() == (-a[KEYS[:3]]).tolist()


def test_other_sets_are_refused() -> None:
    data = paired([2, 4, 7, 1.5], [1, 2, 3, 2]).data
    triples = so.Design(data.assign(pair=[0, 1, 1, 2, 0, 1, 2, 2]), **ARMS, sets="pair")
    with pytest.raises(ArgumentError, match="one row of each arm; 2 of 3 sets hold several"):
        shift(triples)
    with pytest.raises(ArgumentError, match="leave `counts` out"):
        shift(paired([2, 4], [1, 2], times=[1, 1, 1, 1]), counts="times")
    three = data.assign(arm=["mis", "mis", "hybrid", "mis", *["open"] * 4])
    with pytest.raises(ArgumentError, match="pairs need two arms with a reference; found 3"):
        shift(so.Design(three, **ARMS, sets="pair"))


def test_no_complete_pair() -> None:
    with pytest.raises(NotEstimableError, match="none of 2 sets holds a row of each arm with a va"):
        shift(paired([1, np.nan], [np.nan, 2]))
