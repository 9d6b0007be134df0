"""Curves: values at times and times of values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError

# S is a running product of fractions.
ROUNDING = 1e-9


def steps() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": "all",
            "time": [2.0, 4, 5, 8],
            "n_risk": [4, 3, 2, 1],
            "n_event": [1, 1, 0, 1],
            "n_censor": [0, 0, 1, 0],
            "estimate": [0.75, 0.5, 0.5, 0.0],
            "std_error": [0.2, 0.25, 0.25, 0.0],
            "conf_low": [0.3, 0.1, 0.1, 0.0],
            "conf_high": [0.95, 0.85, 0.85, 0.4],
        }
    )


def survival(frame: pd.DataFrame | None = None) -> so.Curves:
    return so.Curves(steps() if frame is None else frame, measure="survival")


def test_at_its_own_times_is_the_curve_itself() -> None:
    curve = survival()
    found = curve.at(curve.tidy()["time"])
    pd.testing.assert_frame_equal(found, curve.tidy(), check_dtype=False)


def test_at_before_between_and_after() -> None:
    found = survival().at([0, 3, 4.5, 8, 8.5])
    assert found["time"].tolist() == [0, 3, 4.5, 8, 8.5]
    assert found["estimate"].to_numpy() == pytest.approx([1, 0.75, 0.5, 0, np.nan], nan_ok=True)
    assert found["std_error"].iloc[0] == 0
    assert found["conf_low"].iloc[0] == 1
    assert found["conf_high"].isna().tolist() == [False] * 4 + [True]
    assert found["n_risk"].tolist() == [4, 3, 2, 1, 0]
    assert found["n_event"].tolist() == [0, 0, 0, 1, 0]


def test_at_one_time_and_several_curves() -> None:
    frame = pd.concat([steps(), steps().assign(group="b", time=[1.0, 2, 3, 4])])
    found = survival(frame).at(4)
    assert found["group"].tolist() == ["all", "b"]
    assert found["estimate"].tolist() == [0.5, 0]
    assert found["cause"].tolist() == [None, None]


def test_incidence_starts_at_zero() -> None:
    frame = steps().assign(estimate=[0.1, 0.2, 0.2, 0.6], cause="death")
    curve = so.Curves(frame, measure="incidence")
    assert curve.at(0)["estimate"].tolist() == [0]
    assert curve.at(0)["cause"].tolist() == ["death"]
    assert curve.quantile([0.15, 0.7])["estimate"].to_numpy() == pytest.approx(
        [4, np.nan], nan_ok=True
    )


def test_quantile() -> None:
    found = survival().quantile([0.2, 0.25, 0.5, 0.6])
    assert found.columns.tolist() == ["group", "cause", "p", "estimate", "conf_low", "conf_high"]
    # Exactly a quarter had the event from 2 to 4, exactly half from 4 to 8.
    assert found["estimate"].tolist() == [2, 3, 6, 8]
    assert found["conf_low"].tolist() == [2, 2, 2, 2]
    assert found["conf_high"].to_numpy() == pytest.approx([8, 8, 8, 8])


def test_quantile_not_reached() -> None:
    found = survival(steps().iloc[:1]).quantile(0.5)
    assert np.isnan(found["estimate"].iloc[0])


@given(
    risk=st.lists(st.floats(0.05, 0.9), min_size=1, max_size=12),
    p=st.floats(0.05, 0.95),
)
def test_quantile_and_at_agree(risk: list[float], p: float) -> None:
    times = np.arange(1, len(risk) + 1, dtype=float)
    frame = pd.DataFrame(
        {"group": "all", "time": times, "estimate": np.cumprod(1 - np.array(risk))}
    )
    curve = survival(frame)
    median = curve.quantile(p)["estimate"].iloc[0]
    if np.isnan(median):
        assert frame["estimate"].iloc[-1] > 1 - p - ROUNDING
        return
    # At the quantile at least p had the event; half a step earlier, at most p.
    assert curve.at(median)["estimate"].iloc[0] <= 1 - p + ROUNDING
    assert curve.at(max(median - 0.5, 0))["estimate"].iloc[0] >= 1 - p - ROUNDING


def test_rows_are_put_in_time_order_curve_by_curve() -> None:
    frame = pd.concat([steps().assign(group="b"), steps()]).iloc[::-1]
    tidy = survival(frame).tidy()
    assert tidy["group"].tolist() == ["all"] * 4 + ["b"] * 4
    assert tidy["time"].tolist() == [2, 4, 5, 8] * 2
    assert tidy.columns.tolist() == [
        "group",
        "cause",
        "time",
        "n_risk",
        "n_event",
        "n_censor",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
    ]


def test_overview() -> None:
    text = survival().summary()
    assert "estimate_at_last_time" in text
    # Under late entry more were observed than were ever at risk at once.
    assert "most_at_risk" in text
    assert "survival over days" in repr(survival())
    assert "<table" in survival()._repr_html_()


def test_errors() -> None:
    for other, kind in [(None, "NoneType"), ([1, 2], "list"), ({}, "dict"), ([], "list")]:
        with pytest.raises(ArgumentError, match=f"Curves needs a DataFrame of steps, got a {kind}"):
            so.Curves(other, measure="survival")
    with pytest.raises(ArgumentError, match="Unknown measure of a curve 'hazard'; known are: surv"):
        so.Curves(steps(), measure="hazard")
    with pytest.raises(ArgumentError, match="Curves needs a complete column 'estimate'"):
        survival(steps().drop(columns="estimate"))
    with pytest.raises(ArgumentError, match="does not know the column"):
        survival(steps().assign(oops=1))
    with pytest.raises(ArgumentError, match="conf_level must lie"):
        so.Curves(steps(), measure="survival", conf_level=1)
    with pytest.raises(ArgumentError, match="p must lie strictly between 0 and 1"):
        survival().quantile(1)
    with pytest.raises(ArgumentError, match="A mean count has no quantiles"):
        so.Curves(steps(), measure="mean_count").quantile(0.5)


def test_nobody_is_at_risk_before_the_first_entry() -> None:
    rows = pd.DataFrame({"time": [8, 9, 10, 12], "entry": [5, 5, 6, 7], "event": [1, 0, 1, 1]})
    curve = so.survival.survival_curve(rows, time="time", event="event", entry="entry")
    assert curve.at([0, 3, 5, 5.5, 7.5, 8])["n_risk"].tolist() == [0, 0, 2, 2, 4, 4]
