"""Cumulative incidence: by hand, against R (two errors), invariants, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.survival import cumulative_incidence, survival_curve

# Closed forms on both sides: only the order of sums and products differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# The anchors are printed with seven digits.
PRINTED = 5e-7
# A central difference in one weight, step 1e-5: error near 1e-10 of estimates below 1.
NUMERIC = 1e-8
# Two ways to the same sum.
ROUNDING = 1e-12


def incidence(data: pd.DataFrame, **more: object) -> so.Curves:
    return cumulative_incidence(data, time="time", event="event", **more)  # type: ignore[arg-type]


# Six rows, two causes, a tie of both causes and a censoring at 3:
#   t  n  d1 d2  S(t-)   F1                  F2             S
#   1  6  1  0   1       1/6                 0              5/6
#   3  5  1  1   5/6     1/6 + 1/6 = 1/3     1/6            1/2
#   4  2  0  1   1/2     1/3                 1/6+1/4=5/12   1/4
#   6  1  0  0   1/4
SIX = pd.DataFrame({"time": [3, 1, 3, 6, 4, 3], "event": [2, 1, 0, 0, 2, 1]})


def test_six_rows_by_hand() -> None:
    rows = incidence(SIX).tidy()
    first, second = rows[rows["cause"] == "1"], rows[rows["cause"] == "2"]
    assert first["time"].tolist() == [0, 1, 3, 4, 6]
    assert first["n_risk"].tolist() == [6, 6, 5, 2, 1]
    assert first["n_event"].tolist() == [0, 1, 1, 0, 0]
    assert second["n_event"].tolist() == [0, 0, 1, 1, 0]
    assert first["n_censor"].tolist() == second["n_censor"].tolist() == [0, 0, 1, 0, 1]
    np.testing.assert_allclose(first["estimate"], [0, 1 / 6, 1 / 3, 1 / 3, 1 / 3], rtol=1e-14)
    np.testing.assert_allclose(second["estimate"], [0, 0, 1 / 6, 5 / 12, 5 / 12], rtol=1e-14)


def test_delta_error_by_hand() -> None:
    # At t = 1: S(t-)^2 d (n - d) / (n^2 (n - 1)) = 1 * 1 * 5 / (36 * 5) = 1/36.
    # At t = 3, F = 1/3: the step at 1 weighs 1 + (1/6 - 1/3) / (5/6) = 4/5, squared * 1/36; the
    # own step at 3 weighs 1: (5/6)^2 * 1/25 = 1/36; the other cause at 3 weighs 0.
    first = incidence(SIX, cause=1).tidy()
    np.testing.assert_allclose(
        first["std_error"] ** 2,
        [0, 1 / 36, (16 / 25 + 1) / 36, (16 / 25 + 1) / 36, (16 / 25 + 1) / 36],
        rtol=1e-13,
    )


def test_late_entry_by_hand() -> None:
    # At risk: t=2: 2 (entries 0, 1), cause 2; t=4: 2 (the one left, and the entry at 3), cause 1.
    data = pd.DataFrame({"entry": [0, 1, 3], "time": [2, 5, 4], "event": [2, 0, 1]})
    rows = incidence(data, entry="entry", cause=1)
    assert rows.at([2, 4])["n_risk"].tolist() == [2, 2]
    assert rows.at([2, 4])["estimate"].tolist() == [0, 1 / 4]
    assert "late entry" in rows.method


# ---- against R

PREPARE = {
    "mgus2_cr": lambda d: d.assign(time=d["etime"], event=d["ev"], by=d["sex"]),
    "Melanoma": lambda d: d.assign(event=d["status"].map({1: 1, 3: 2, 2: 0}), by=d["ulcer"]),
    "bmt": lambda d: d.assign(
        time=d["t2"],
        event=np.where(d["d2"] == 1, 1, np.where(d["d3"] == 1, 2, 0)),
        by=d["group"],
    ),
}


@pytest.mark.validates("survival.cumulative_incidence", source="R cmprsk 2.2-11")
@pytest.mark.parametrize("name", PREPARE)
def test_delta_error_against_cmprsk(reference, reference_data, name) -> None:
    values = reference(f"cr.cuminc.{name}")["values"]
    at = incidence(PREPARE[name](reference_data(name)), by="by").at(values["times"])
    for row, (label, estimates) in enumerate(
        zip(values["cmprsk_est"]["rows"], values["cmprsk_est"]["m"], strict=True)
    ):
        group, cause = label.split()
        ours = at[(at["group"] == group) & (at["cause"] == cause)]
        np.testing.assert_allclose(ours["estimate"], estimates, **CLOSED)
        np.testing.assert_allclose(ours["std_error"] ** 2, values["cmprsk_var"]["m"][row], **CLOSED)


@pytest.mark.validates("survival.cumulative_incidence", source="R survival 3.5-3")
@pytest.mark.parametrize("name", PREPARE)
def test_jackknife_error_against_survfit(reference, reference_data, name) -> None:
    values = reference(f"cr.cuminc.{name}")["values"]
    curves = incidence(
        PREPARE[name](reference_data(name)),
        by="by",
        variance="infinitesimal-jackknife",
        conf_type="log",
    )
    at = curves.at(values["times"])
    for stratum, theirs in values["aj"].items():
        for cause in (1, 2):
            ours = at[(at["group"] == stratum.split("=")[1]) & (at["cause"] == str(cause))]
            np.testing.assert_array_equal(ours["n_risk"], theirs["n_risk"])
            for column, key in (
                ("estimate", "pstate"),
                ("std_error", "std_err"),
                ("conf_low", "lower"),
                ("conf_high", "upper"),
            ):
                expected = [row[cause] for row in theirs[key]["m"]]
                np.testing.assert_allclose(ours[column], np.array(expected, float), **CLOSED)


@pytest.mark.validates("survival.cumulative_incidence", source="R cmprsk 2.2-11, survival 3.5-3")
def test_mgus2_progression(reference_data) -> None:
    data = reference_data("mgus2_cr").dropna(subset=["age", "sex", "hgb", "mspike"])
    horizons = [60, 120, 240]

    def at(variance: str) -> pd.DataFrame:
        curves = cumulative_incidence(data, time="etime", event="ev", cause=1, variance=variance)
        return curves.at(horizons)

    delta, jackknife = at("delta"), at("infinitesimal-jackknife")
    np.testing.assert_allclose(delta["estimate"], [0.03469249, 0.06388474, 0.1002593], rtol=PRINTED)
    np.testing.assert_allclose(
        delta["std_error"] ** 2, [2.473841e-05, 4.701015e-05, 9.774160e-05], rtol=PRINTED
    )
    np.testing.assert_allclose(
        jackknife["std_error"], [0.004972140, 0.006853708, 0.009864587], rtol=PRINTED
    )


# ---- invariants


def two_arms(n: int = 80, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    event = pd.Categorical.from_codes(
        rng.integers(0, 3, n), ["censored", "recurrence", "death"], ordered=True
    )
    return pd.DataFrame(
        {
            "arm": rng.choice(["mis", "open"], n),
            "time": rng.integers(1, 15, n),
            "event": event,
            "k": rng.integers(1, 4, n),
        }
    )


@pytest.mark.parametrize("variance", ["delta", "infinitesimal-jackknife"])
def test_row_order_and_counts(variance: str) -> None:
    data = two_arms()
    plain = incidence(data, by="arm", variance=variance).tidy()
    shuffled = incidence(data.sample(frac=1, random_state=1), by="arm", variance=variance).tidy()
    pd.testing.assert_frame_equal(plain, shuffled)
    repeated = data.loc[data.index.repeat(data["k"])]
    pd.testing.assert_frame_equal(
        incidence(data, by="arm", counts="k", variance=variance).tidy(),
        incidence(repeated, by="arm", variance=variance).tidy(),
    )


def test_unit_of_time_moves_times_only() -> None:
    data = two_arms()
    days = incidence(data.assign(time=data["time"] * 30.4375)).tidy()
    pd.testing.assert_frame_equal(
        days.assign(time=days["time"] / 30.4375), incidence(data).tidy(), rtol=1e-13
    )


def test_one_cause_is_one_minus_kaplan_meier() -> None:
    data = two_arms().assign(event=lambda d: (d["event"] != "censored").astype(int))
    km = survival_curve(data, time="time", event="event", by="arm").tidy()
    jackknife = incidence(data, by="arm", variance="infinitesimal-jackknife").tidy()
    np.testing.assert_allclose(jackknife["estimate"], 1 - km["estimate"], atol=ROUNDING)
    # The infinitesimal jackknife of a Kaplan-Meier curve is Greenwood's error.
    inside = km["estimate"] > 0
    np.testing.assert_allclose(
        jackknife["std_error"][inside], km["std_error"][inside], atol=ROUNDING
    )


def test_one_cause_is_all_causes_narrowed() -> None:
    data = two_arms()
    rows = incidence(data, by="arm").tidy()
    death = incidence(data, by="arm", cause="death").tidy()
    pd.testing.assert_frame_equal(rows[rows["cause"] == "death"].reset_index(drop=True), death)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 6), st.integers(0, 2)), min_size=2, max_size=25
    )
)
def test_incidences_sum_to_one_minus_survival(rows: list[tuple[int, int, int]]) -> None:
    frame = pd.DataFrame([*rows, (0, 1, 1), (0, 1, 2)], columns=["entry", "length", "event"])
    frame["time"] = frame["entry"] + frame["length"]
    F = incidence(frame, entry="entry").tidy()
    S = survival_curve(
        frame.assign(event=frame["event"] > 0), time="time", event="event", entry="entry"
    ).tidy()
    total = F.groupby("time")["estimate"].sum().to_numpy()
    np.testing.assert_allclose(total, 1 - S["estimate"], atol=ROUNDING)
    assert (F.groupby("cause")["estimate"].diff().fillna(0) >= 0).all()
    assert F["std_error"].notna().all()


# ---- designs, words, errors


def test_a_plain_design_is_the_frame() -> None:
    data = two_arms()
    design = so.Design(data, treatment="arm", reference="open")
    pd.testing.assert_frame_equal(incidence(design).tidy(), incidence(data, by="arm").tidy())


def test_words_of_the_result() -> None:
    curves = incidence(two_arms(), by="arm", horizons=12)
    assert curves.method == "Aalen-Johansen estimate, delta-method error, 95% log-log limits"
    assert curves.horizons == (12.0,)
    tidy = curves.tidy()
    assert tidy["cause"].unique().tolist() == ["recurrence", "death"]
    assert tidy["group"].unique().tolist() == ["mis", "open"]


@pytest.mark.parametrize(
    ("conf_type", "expected"), [("log-log", np.nan), ("log", np.nan), ("plain", 0)]
)
def test_limits_of_an_incidence_of_0(conf_type: str, expected: float) -> None:
    start = incidence(SIX, cause=1, conf_type=conf_type).tidy().iloc[0]
    assert start["std_error"] == 0
    np.testing.assert_equal([start["conf_low"], start["conf_high"]], [expected] * 2)


def test_a_cause_that_never_happened_stays_at_0() -> None:
    event = pd.Categorical(
        ["censored", "death"] * 3, ["censored", "recurrence", "death"], ordered=True
    )
    rows = incidence(SIX.assign(event=event), cause="recurrence").tidy()
    assert (rows[["estimate", "std_error"]] == 0).all(axis=None)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"variance": "bootstrap"}, "Unknown variance 'bootstrap'; choose one of: delta"),
        ({"cause": 3}, "no cause '3'; the causes are: 1, 2"),
        ({"horizons": [np.inf]}, "horizons must be finite"),
        ({"conf_type": "x"}, "Unknown conf_type"),
    ],
)
def test_bad_options(more: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        incidence(SIX, **more)


def test_an_event_without_causes() -> None:
    event = pd.Categorical(["censored"] * 6, ["censored"], ordered=True)
    with pytest.raises(NotEstimableError, match="no cause beside 'censored'"):
        incidence(SIX.assign(event=event))
