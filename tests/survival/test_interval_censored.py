"""Curves of interval-censored times: by hand, against R, Kaplan-Meier, invariants, messages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ConvergenceWarning, MissingDataWarning
from spineoutcomes.numerics import interval_masses as numerics
from spineoutcomes.survival import interval_censored_curve, survival_curve

# Derivatives vanish to 1e-8; where the likelihood is curved the curve is known to about as much.
CONVERGED = 1e-6
# R stops its steps early; its own note says by how much.
EARLY = 1.6e-3

# The likelihood is F(1) F(2) (F(2) - F(1)) (1 - F(2))^3: F(2) = 1/2, F(1) = 1/4.
SIX = pd.DataFrame(
    {"lower": [0, 0, 1, 2, 2, 2.0], "upper": [1, 2, 2, np.nan, np.nan, np.nan], "g": list("aabbab")}
)


def curve_of(data: Any, **more: Any) -> so.Curves:
    return interval_censored_curve(data, **({"lower": "lower", "upper": "upper"} | more))


def test_six_rows_by_hand() -> None:
    curve = curve_of(SIX, horizons=2, time_unit="years")
    rows = curve.tidy()
    assert rows["time"].tolist() == [0, 1, 2]
    np.testing.assert_allclose(rows["estimate"], [1, 3 / 4, 1 / 2], atol=CONVERGED)
    assert rows["n_risk"].tolist() == [6, 6, 5]
    assert rows["n_event"].tolist() == [0, 1, 2]
    assert rows["n_censor"].tolist() == [0, 0, 3]
    assert rows[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)
    assert (curve.measure, curve.time_unit, curve.horizons) == ("survival", "years", (2.0,))
    assert np.isnan(curve.at(3)["estimate"].iloc[0])


@pytest.mark.validates("survival.interval_censored_curve", source="R survival 3.5-3, EM by hand")
def test_against_r(reference, reference_data) -> None:
    curve = curve_of(reference_data("visits_interval"), by="g")
    for group, expected in reference("surv.turnbull.visits")["values"].items():
        ours = curve.at(expected["time"])
        ours = ours.loc[ours["group"] == group, "estimate"]
        np.testing.assert_allclose(ours, expected["em"], atol=CONVERGED)
        np.testing.assert_allclose(ours, expected["survfit"], atol=EARLY)


@pytest.mark.parametrize("whole", [True, False])
def test_right_censored_times_give_kaplan_meier(whole: bool) -> None:
    rng = np.random.default_rng(1)
    time = rng.exponential(10, 200)
    data = pd.DataFrame({"time": np.ceil(time) if whole else time, "died": rng.random(200) < 0.6})
    data = data.assign(lower=data["time"], upper=data["time"].where(data["died"]))
    expected = survival_curve(data, time="time", event="died").tidy()
    found = curve_of(data).tidy()
    same = ["time", "n_risk", "n_event", "n_censor"]
    pd.testing.assert_frame_equal(found[same], expected[same])
    np.testing.assert_allclose(found["estimate"], expected["estimate"], atol=CONVERGED)


def simulated(n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    looks = np.cumsum(rng.integers(2, 7, (n, 5)), axis=1)
    time = rng.exponential(14, n)
    before = (looks < time[:, None]).sum(axis=1)
    padded = np.column_stack([np.zeros(n), looks, np.full(n, np.nan)])
    at = np.arange(n)
    ends = {"lower": padded[at, before], "upper": padded[at, before + 1]}
    return pd.DataFrame(ends | {"g": np.where(at % 2, "a", "b")})


def test_order_unit_and_counts() -> None:
    data = simulated()
    expected = curve_of(data, by="g").tidy()
    tolerance = {"rtol": CONVERGED, "atol": CONVERGED}
    shuffled = curve_of(data.sample(frac=1, random_state=3), by="g").tidy()
    pd.testing.assert_frame_equal(shuffled, expected, **tolerance)
    shifted = data.assign(lower=data["lower"] * 0.1, upper=data["upper"] * 0.1)
    found = curve_of(shifted, by="g").tidy()
    pd.testing.assert_frame_equal(found.assign(time=found["time"] * 10), expected, **tolerance)
    number = np.arange(len(data)) % 3
    repeated = curve_of(data.loc[data.index.repeat(number)], by="g").tidy()
    counted = curve_of(data.assign(k=number), by="g", counts="k").tidy()
    pd.testing.assert_frame_equal(counted, repeated, **tolerance)


def test_designs_bring_their_arms() -> None:
    design = so.Design(SIX, treatment="g", reference="a")
    pd.testing.assert_frame_equal(curve_of(design).tidy(), curve_of(SIX, by="g").tidy())
    with pytest.raises(ArgumentError, match="does not respect the weights"):
        curve_of(so.Design(SIX, treatment="g", reference="a", weights=np.ones(6)))


def test_infinite_and_missing_are_both_never_seen() -> None:
    infinite = curve_of(SIX.fillna({"upper": np.inf})).tidy()
    pd.testing.assert_frame_equal(infinite, curve_of(SIX).tidy())
    never = curve_of(SIX.assign(upper=None)).tidy()
    assert never["estimate"].tolist() == [1, 1, 1]


def test_a_time_of_0_and_a_last_event() -> None:
    data = pd.DataFrame({"lower": [0, 0, 3.0], "upper": [0, 2, 3.0]})
    np.testing.assert_allclose(curve_of(data).tidy()["estimate"], [2 / 3, 1 / 3, 0], atol=CONVERGED)
    assert curve_of(data).tidy()["estimate"].iloc[-1] == 0


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "backwards": ({"upper": [1, 2, 0.5, 1, np.nan, np.nan]}, "in 2 of 6 rows it does"),
    "minus infinity": ({"upper": [1, 2, 2, -np.inf, np.nan, np.nan]}, "in 1 of 6 rows it does"),
    "negative": ({"lower": [-1, 0, 1, 2, 2, 2.0]}, "lower .* must not be negative; 1 of 6"),
    "infinite": ({"lower": [0, 0, 1, 2, 2, np.inf]}, "lower must be finite, 1 of 6"),
    "text": ({"upper": list("abcdef")}, "upper must be numeric"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows(case: str) -> None:
    columns, message = BAD[case]
    with pytest.raises(ArgumentError, match=message):
        curve_of(SIX.assign(**columns))


def test_unknown_column() -> None:
    with pytest.raises(ArgumentError, match="seen"):
        curve_of(SIX, upper="seen")


def test_missing_lower() -> None:
    with pytest.warns(MissingDataWarning, match="1 of 6 rows"):
        curve = curve_of(SIX.assign(lower=[0, 0, np.nan, 2, 2, 2]))
    assert curve.warnings == ("1 rows lacking a time or group are left out.",)
    assert curve.tidy()["n_risk"].max() == 5


def test_no_convergence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerics, "MOST_STEPS", 1)
    with pytest.warns(ConvergenceWarning, match="the estimate of all has not converged"):
        curve = curve_of(SIX)
    assert curve.warnings == ("The estimate has not converged in all.",)
