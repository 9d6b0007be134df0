"""Reverse Kaplan-Meier curves: by hand, against R, invariants, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning
from spineoutcomes.survival import followup_curve, survival_curve

# R printed 12 significant digits.
PRINTED = 1e-11
# The product of two curves and a quotient of counts: only the order of operations differs.
CLOSED = 1e-12

# Six rows: a death (d) and a censoring (c) at 5, which decides between the two conventions.
#   t  n  d  c   events first: n - d, G      censorings first: n, G
#   2  6  0  1   6, 5/6                      6, 5/6
#   3  5  2  0   3, 5/6                      5, 5/6
#   5  3  1  1   2, 5/6 * 1/2 = 5/12         3, 5/6 * 2/3 = 5/9
#   8  1  0  1   1, 0                        1, 0
SIX = pd.DataFrame({"time": [5, 2, 3, 8, 3, 5], "event": [1, 0, 1, 0, 1, 0]})
ROWS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), min_size=1, max_size=25)


def curve_of(data: pd.DataFrame, **more: object) -> so.Curves:
    return followup_curve(data, time="time", event="event", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ties", "G", "greenwood"),
    [
        ("events-first", [1, 5 / 6, 5 / 6, 5 / 12, 0], [0, 1 / 30, 1 / 30, 1 / 30 + 1 / 2]),
        ("censorings-first", [1, 5 / 6, 5 / 6, 5 / 9, 0], [0, 1 / 30, 1 / 30, 1 / 30 + 1 / 6]),
    ],
)
def test_six_rows_by_hand(ties: str, G: list[float], greenwood: list[float]) -> None:
    rows = curve_of(SIX, ties=ties).tidy()
    assert rows["time"].tolist() == [0, 2, 3, 5, 8]
    assert rows["n_risk"].tolist() == [6, 6, 5, 3, 1]
    assert rows["n_event"].tolist() == [0, 1, 0, 1, 1]
    assert rows["n_censor"].tolist() == [0, 0, 2, 1, 0]
    np.testing.assert_allclose(rows["estimate"], G, rtol=1e-14)
    np.testing.assert_allclose(rows["std_error"][:4], G[:4] * np.sqrt(greenwood), rtol=1e-14)
    assert np.isnan(rows["std_error"].iloc[-1])


def test_late_entry_by_hand() -> None:
    # Entries 0, 1, 1, 3. Censored at 4 (3 observed, nobody dies) and at 6 (2 observed, one dies).
    data = pd.DataFrame({"entry": [0, 1, 1, 3], "time": [4, 2, 6, 6], "event": [0, 1, 1, 0]})
    rows = curve_of(data, entry="entry").tidy()
    assert rows["time"].tolist() == [0, 1, 2, 3, 4, 6]
    assert rows["n_risk"].tolist() == [1, 1, 3, 2, 3, 2]
    np.testing.assert_allclose(rows["estimate"], [1, 1, 1, 1, 2 / 3, 0], rtol=1e-14)


@pytest.mark.validates("survival.followup_curve", source="R prodlim 2019.11.13, reverse = TRUE")
def test_mgus2_against_prodlim(reference_data) -> None:
    data = reference_data("mgus2_cr")
    curve = followup_curve(data, time="etime", event="ev")
    at = curve.at([60, 120, 240])
    np.testing.assert_allclose(
        at["estimate"], [0.968197760354, 0.753877264431, 0.225591883016], rtol=PRINTED
    )
    np.testing.assert_allclose(
        at["std_error"], [0.00573619113067, 0.01626806141044, 0.02327651796524], rtol=PRINTED
    )
    assert at["n_risk"].tolist() == [874, 424, 57]
    assert curve.quantile([0.25, 0.5, 0.75])["estimate"].tolist() == [122, 184, 227]


@pytest.mark.validates(
    "survival.followup_curve", source="R survival 3.5-3, Surv(time, status == 0)"
)
def test_mgus2_against_a_status_turned_round(reference_data) -> None:
    data = reference_data("mgus2_cr")
    curve = followup_curve(data, time="etime", event="ev", ties="censorings-first")
    expected = {
        "estimate": [0.968400057138, 0.755655903821, 0.227935875931],
        "std_error": [0.00570158369249, 0.01616751644274, 0.02336532460640],
        "conf_low": [0.955046288238, 0.722235442571, 0.183802674745],
        "conf_high": [0.977833003729, 0.785666871313, 0.275042467202],
    }
    at = curve.at([60, 120, 240])
    for column, values in expected.items():
        np.testing.assert_allclose(at[column], values, rtol=PRINTED)
    median = curve.quantile(0.5)[["estimate", "conf_low", "conf_high"]]
    assert median.to_numpy().tolist() == [[184, 175, 191]]


@pytest.mark.validates("survival.followup_curve", source="R prodlim 2019.11.13, reverse = TRUE")
def test_lung_by_sex_against_prodlim(reference_data) -> None:
    data = reference_data("lung").eval("status = status - 1")
    curve = followup_curve(data, time="time", event="status", by="sex")
    at = curve.at([200, 400])
    np.testing.assert_allclose(
        at["estimate"],
        [0.930694314742, 0.754633647118, 0.922903777888, 0.567657285654],
        rtol=PRINTED,
    )
    np.testing.assert_allclose(
        at["std_error"],
        [0.0273350480391, 0.0513573061701, 0.0303031655469, 0.0655292706221],
        rtol=PRINTED,
    )
    assert curve.quantile(0.5)["estimate"].tolist() == [840, 529]


@given(ROWS)
def test_what_survives_times_what_is_followed_is_what_is_observed(rows) -> None:
    frame = pd.DataFrame(rows, columns=["time", "event"])
    died = frame.assign(event=(frame["event"] > 0).astype(int))
    S = survival_curve(died, time="time", event="event").tidy()
    G = curve_of(frame).tidy()
    still = [(frame["time"] > t).mean() for t in G["time"]]
    product = S["estimate"] * G["estimate"]
    # Where the last of a group die, S is 0 whatever G is: both sides are 0.
    np.testing.assert_allclose(product, still, rtol=CLOSED, atol=CLOSED)


@given(ROWS)
def test_censorings_first_is_the_curve_of_a_status_turned_round(rows) -> None:
    frame = pd.DataFrame(rows, columns=["time", "event"])
    turned = frame.assign(event=(frame["event"] == 0).astype(int))
    values = ["time", "n_risk", "n_event", "n_censor", "estimate", "std_error", "conf_low"]
    pd.testing.assert_frame_equal(
        curve_of(frame, ties="censorings-first").tidy()[values],
        survival_curve(turned, time="time", event="event").tidy()[values],
    )


def two_arms() -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "arm": random.choice(["mis", "open"], 80),
            "time": random.integers(1, 15, 80),
            "event": random.integers(0, 3, 80),
            "k": random.integers(1, 4, 80),
        }
    )


def test_counts_are_repeated_rows_in_any_order() -> None:
    data = two_arms()
    repeated = data.loc[data.index.repeat(data["k"])].sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        curve_of(data, by="arm", counts="k").tidy(), curve_of(repeated, by="arm").tidy()
    )


def test_causes_end_follow_up_alike() -> None:
    data = two_arms()
    merged = data.assign(event=(data["event"] > 0).astype(int))
    pd.testing.assert_frame_equal(
        curve_of(data, by="arm").tidy(), curve_of(merged, by="arm").tidy()
    )


def test_nobody_censored_is_followed_completely() -> None:
    curve = curve_of(SIX.assign(event=1))
    assert (curve.tidy()["estimate"] == 1).all()
    assert curve.quantile(0.5)["estimate"].isna().all()


def test_missing_rows_are_counted_once() -> None:
    data = SIX.astype(float)
    data.loc[0, "time"] = np.nan
    with pytest.warns(MissingDataWarning, match="1 of 6 rows"):
        curve = curve_of(data)
    assert curve.warnings == ("1 rows lacking time, event, entry or group are left out.",)


def test_errors() -> None:
    with pytest.raises(ArgumentError, match="unknown ties 'random'; choose one of: events-first"):
        curve_of(SIX, ties="random")
    with pytest.raises(ArgumentError, match=r"followup_curve: time .* must not be negative"):
        curve_of(SIX.assign(time=SIX["time"] - 4))
    with pytest.raises(ArgumentError, match="Unknown conf_type"):
        curve_of(SIX, conf_type="logit")


def test_words_of_the_result() -> None:
    curve = curve_of(SIX, horizons=[3], time_unit="months", conf_level=0.9)
    assert curve.method == (
        "Reverse Kaplan-Meier estimate of follow-up, events first at ties, Greenwood error, "
        "90% log-log limits"
    )
    assert curve.estimand == "share still followed, had nobody had the event"
    assert (curve.horizons, curve.time_unit) == ((3.0,), "months")


def test_the_note_of_an_emptied_risk_set_speaks_of_censoring() -> None:
    # The one observed from 0 is censored at 2, before the other comes under observation at 3.
    data = pd.DataFrame({"entry": [0, 3], "time": [2, 5], "event": [0, 1]})
    curve = followup_curve(data, time="time", event="event", entry="entry")
    assert "In all everyone at risk was censored before later rows entered" in curve.warnings[0]
