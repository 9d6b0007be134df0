"""Differences at a horizon: by hand, against R, with curves, designs, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.survival import cumulative_incidence, milestone_difference, survival_curve

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# Two ways to the same sum.
ROUNDING = 1e-10
SIX = pd.DataFrame({"g": list("aaabbb"), "time": [1, 2, 3, 2, 3, 4], "event": [1, 0, 1, 1, 1, 0]})


def found(data: Any, **more: Any) -> pd.DataFrame:
    arms = {} if isinstance(data, so.Design) else {"treatment": "g", "reference": "b"}
    return milestone_difference(data, **({"time": "time", "event": "event"} | arms | more)).tidy()


def test_six_rows_by_hand() -> None:
    # At 2 both arms have S = 2/3 with variance 4/9 * 1 / (3 * 2) = 2/27.
    rows = found(SIX, horizon=2)
    assert rows["measure"].tolist() == ["survival_difference", "survival", "survival"]
    assert rows["contrast"].tolist() == ["a - b", "a", "b"]
    np.testing.assert_allclose(rows["estimate"], [0, 2 / 3, 2 / 3], atol=1e-15)
    np.testing.assert_allclose(rows["std_error"] ** 2, [4 / 27, 2 / 27, 2 / 27], rtol=1e-12)
    assert rows["horizon"].tolist() == [2, 2, 2]
    assert rows["p_value"].isna().all()


@pytest.mark.parametrize("name", ["lung", "gbsg"])
@pytest.mark.validates("survival.milestone_difference", source="R survival 3.5-3")
def test_against_survfit(reference, reference_data, name: str) -> None:
    values = reference(f"surv.rmst.{name}")["values"]
    expected = values["surv_diff_at_tau"]
    data = reference_data(name).rename(columns={"rfstime": "time", "hormon": "g", "sex": "g"})
    low = data["g"].min()
    rows = milestone_difference(
        data.assign(event=data["status"] - (1 if name == "lung" else 0)),
        time="time",
        event="event",
        treatment="g",
        reference=low,
        horizon=values["tau"],
    ).tidy()
    ours = rows.iloc[0][["estimate", "std_error", "conf_low", "conf_high"]].astype(float)
    np.testing.assert_allclose(
        ours, [expected[k] for k in ("diff", "se", "lower", "upper")], **CLOSED
    )


def competing(seed: int = 5, n: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": np.where(rng.random(n) < 0.5, "a", "b"),
            "time": rng.integers(1, 30, n).astype(float),
            "event": rng.integers(0, 3, n),
            "w": rng.uniform(0.5, 3, n),
            "centre": np.arange(n) // 8,
            "entry": 0.0,
        }
    ).assign(entry=lambda d: np.where(np.arange(n) % 3 == 0, d["time"] // 2, 0))


DESIGNS: list[dict[str, Any]] = [
    {},
    {"weights": "w"},
    {"cluster": "centre"},
    {"weights": "w", "cluster": "centre"},
    {"entry": "entry"},
]


@pytest.mark.parametrize("more", DESIGNS, ids=str)
@pytest.mark.parametrize("cause", [None, 1], ids=["survival", "incidence"])
def test_arms_are_the_curves_at_the_horizon(cause: int | None, more: dict[str, Any]) -> None:
    data = competing()
    if cause is None:
        data["event"] = (data["event"] > 0).astype(int)
        curve = survival_curve(data, time="time", event="event", by="g", **more)
    else:
        curve = cumulative_incidence(data, time="time", event="event", by="g", cause=1, **more)
    rows = found(data, horizon=[6, 12.5], cause=cause, **more)
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    for horizon in (6, 12.5):
        own = rows[rows["horizon"] == horizon]
        np.testing.assert_allclose(own[columns].iloc[1:], curve.at(horizon)[columns], rtol=1e-9)
        assert own["estimate"].iloc[0] == pytest.approx(
            own["estimate"].iloc[1:].diff().iloc[1] * -1
        )
        if "cluster" not in more:
            variance = (own["std_error"].iloc[1:] ** 2).sum()
            assert own["std_error"].iloc[0] == pytest.approx(np.sqrt(variance))
    assert ("cause" in rows.columns) == (cause is not None)


def test_pairs_bring_their_covariance() -> None:
    # Without censoring before the horizon the curves are proportions, and pairs a paired mean.
    rng = np.random.default_rng(9)
    time = np.repeat(rng.integers(1, 20, 50), 2) + rng.integers(0, 6, 100)
    data = pd.DataFrame({"g": list("ab") * 50, "time": time, "event": 1, "k": np.arange(100) // 2})
    rows = found(so.Design(data, treatment="g", reference="b", sets="k"), horizon=10)
    alive = (time > 10).reshape(50, 2).astype(float)
    gap = alive[:, 0] - alive[:, 1]
    assert rows["estimate"][0] == pytest.approx(gap.mean())
    assert rows["std_error"][0] == pytest.approx(np.sqrt(((gap - gap.mean()) ** 2).sum()) / 50)


def test_order_counts_and_swapped_arms() -> None:
    data = competing()
    more = {"horizon": 10, "cause": 2}
    plain = found(data, **more)
    pd.testing.assert_frame_equal(found(data.sample(frac=1, random_state=4), **more), plain)
    counts = data.groupby(["g", "time", "event"]).size().reset_index(name="n")
    pd.testing.assert_frame_equal(found(counts, counts="n", **more), plain)
    swapped = found(data, reference="a", **more)
    assert swapped["estimate"][0] == -plain["estimate"][0]
    assert swapped["conf_low"][0] == -plain["conf_high"][0]
    assert swapped["p_value"][0] == plain["p_value"][0]


def test_a_horizon_beyond_is_allowed_where_all_had_the_event() -> None:
    # All of a had the event by 3, so that nobody is unaccounted for at 3.5.
    with pytest.warns(SparseDataWarning, match="a: an estimate has no error of its own"):
        rows = found(SIX, horizon=3.5)
    assert rows["estimate"][1] == 0
    assert rows.loc[:1, ["std_error", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("change", "more", "error", "message"),
    [
        (
            {},
            {"horizon": 5},
            NotEstimableError,
            r"horizon = 5 lies beyond .* \(b to 4\)",
        ),
        ({}, {"horizon": -1}, ArgumentError, "horizons must be finite times of at least 0"),
        (
            {"event": [1, 2, 0, 1, 2, 0]},
            {"horizon": 2},
            ArgumentError,
            "the event has the causes 1, 2; say whose incidence",
        ),
        ({"entry": 0.5}, {"horizon": 0.2, "entry": "entry"}, NotEstimableError, "nobody of a, b"),
        ({"g": "b"}, {"horizon": 2}, NotEstimableError, "'g' has one arm only, b"),
        ({}, {"horizon": 2, "conf_level": 95}, ArgumentError, "conf_level"),
    ],
)
def test_errors(
    change: dict[str, Any], more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        found(SIX.assign(**change), **more)
