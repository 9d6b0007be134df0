"""Restricted mean times: by hand, against R, invariants, designs, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError
from spineoutcomes.survival import cumulative_incidence, rmst, survival_curve

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# Two ways to the same sum.
ROUNDING = 1e-10
# Digits printed in the anchors.
PRINTED = 5e-7


def found(data: Any, **more: Any) -> pd.DataFrame:
    arms = {} if isinstance(data, so.Design) else {"treatment": "g", "reference": "b"}
    return rmst(data, **({"time": "time", "event": "event"} | arms | more)).tidy()


def value(rows: pd.DataFrame, measure: str, column: str = "estimate", **keys: Any) -> float:
    own = rows[rows["measure"] == measure]
    for key, wanted in keys.items():
        own = own[own[key] == wanted]
    assert len(own) == 1
    return float(own[column].iloc[0])


# Group a: event at 1, censored at 2, event at 3. S = 2/3 from 1, 0 from 3.
#   Area to 4: 1 + 2 * 2/3 = 7/3; lost 5/3. Greenwood: area ahead of 1 is 4/3, of 3 is 0:
#   variance (4/3)^2 * 1 / (3 * 2) = 8/27.
# Group b: events at 2 and 3, censored at 4. S = 2/3 from 2, 1/3 from 3.
#   Area to 4: 2 + 2/3 + 1/3 = 3. Areas ahead: of 2 it is 1, of 3 it is 1/3:
#   variance 1 / (3 * 2) + 1/9 * 1 / (2 * 1) = 2/9.
SIX = pd.DataFrame({"g": list("aaabbb"), "time": [1, 2, 3, 2, 3, 4], "event": [1, 0, 1, 1, 1, 0]})


def test_six_rows_by_hand() -> None:
    rows = found(SIX, tau=4)
    assert rows["measure"].tolist() == [
        "rmst_difference",
        "rmst_ratio",
        "lost_time_difference",
        "lost_time_ratio",
        *["rmst", "lost_time"] * 2,
    ]
    assert rows["contrast"].tolist() == ["a - b"] * 4 + ["a", "a", "b", "b"]
    np.testing.assert_allclose(
        rows["estimate"], [-2 / 3, 7 / 9, 2 / 3, 5 / 3, 7 / 3, 5 / 3, 3, 1], rtol=1e-12
    )
    np.testing.assert_allclose(rows["std_error"][0], np.sqrt(8 / 27 + 2 / 9), rtol=1e-12)
    log_error = np.sqrt(8 / 27 / (7 / 3) ** 2 + 2 / 9 / 3**2)
    np.testing.assert_allclose(rows["std_error"][1], log_error, rtol=1e-12)
    assert (rows["horizon"] == 4).all()
    assert rows[["n", "n_event", "n_missing"]].iloc[0].tolist() == [6, 4, 0]
    # Three in an arm are too few for a p that is not exact.
    assert rows["p_value"].isna().all()
    assert "no p-value: a has 3, b has 3" in rows["method"][0]


TREATED = {"lung": ("sex", "2"), "colon_death": ("rx", "Lev+5FU"), "gbsg": ("hormon", "1")}


@pytest.mark.parametrize("name", ["lung", "colon_death", "gbsg", "rotterdam"])
@pytest.mark.validates("survival.rmst", source="R survRM2 1.0-4, survival 3.5-3")
def test_against_survrm2(reference, reference_data, name: str) -> None:
    values = reference(f"surv.rmst.{name}")["values"]
    data = reference_data(name).rename(columns={"rfstime": "time"})
    if name == "rotterdam":
        first = np.where(data["recur"] == 1, data["rtime"], data["dtime"])
        data = data.assign(time=first, status=np.maximum(data["recur"], data["death"]))
    column, treated = TREATED.get(name, ("hormon", "1"))
    data = data.assign(arm=np.where(data[column].astype(str) == treated, "arm1", "arm0"))
    data = data.assign(status=data["status"] - (1 if name == "lung" else 0))
    rows = rmst(
        data, time="time", event="status", treatment="arm", reference="arm0", tau=values["tau"]
    ).tidy()
    for arm, measure, key in (
        ("arm1", "rmst", "rmst"),
        ("arm0", "rmst", "rmst"),
        ("arm1", "lost_time", "rmtl"),
    ):
        theirs = values[f"survRM2_{arm}_{key}"]
        own = rows[(rows["measure"] == measure) & (rows["contrast"] == arm)]
        ours = own[["estimate", "std_error", "conf_low", "conf_high"]].to_numpy()[0]
        expected = [theirs[k] for k in ("Est.", "se", "lower .95", "upper .95")]
        np.testing.assert_allclose(ours, expected, **CLOSED)
    contrasts = dict(zip(values["contrast"]["rows"], values["contrast"]["m"], strict=True))
    for measure, key in (
        ("rmst_difference", "RMST (arm=1)-(arm=0)"),
        ("rmst_ratio", "RMST (arm=1)/(arm=0)"),
        ("lost_time_ratio", "RMTL (arm=1)/(arm=0)"),
    ):
        own = rows[rows["measure"] == measure]
        ours = own[["estimate", "conf_low", "conf_high", "p_value"]].to_numpy()[0]
        np.testing.assert_allclose(ours, contrasts[key], **CLOSED)


@pytest.mark.validates("survival.rmst", source="R survival 3.5-3")
def test_mgus2_progression(reference_data) -> None:
    data = reference_data("mgus2_cr").dropna(subset=["age", "sex", "hgb", "mspike"])
    data = data.assign(progressed=(data["ev"] == 1).astype(int))
    rows = rmst(
        data, time="etime", event="progressed", treatment="sex", reference="M", tau=240
    ).tidy()
    arms = rows[rows["measure"] == "rmst"]
    np.testing.assert_allclose(arms["estimate"], [216.0163, 216.0841], rtol=PRINTED)
    np.testing.assert_allclose(arms["std_error"], [3.074260, 3.050777], rtol=PRINTED)
    assert value(rows, "rmst_difference") == pytest.approx(-0.0678157, rel=2e-6)
    assert value(rows, "rmst_difference", "std_error") == pytest.approx(4.331087, rel=PRINTED)


COMPETING = {
    "mgus2_cr": ("sex", "etime", lambda d: d.assign(cause=d["ev"])),
    "Melanoma": ("ulcer", "time", lambda d: d.assign(cause=d["status"].map({1: 1, 3: 2, 2: 0}))),
    "bmt": (
        "group",
        "t2",
        lambda d: d.assign(cause=np.where(d["d2"] == 1, 1, np.where(d["d3"] == 1, 2, 0))),
    ),
}


@pytest.mark.parametrize("name", COMPETING)
@pytest.mark.validates("survival.rmst", source="R survival 3.5-3")
def test_time_lost_to_each_cause_against_survfit(reference, reference_data, name: str) -> None:
    # Rows: event-free, cause 1, cause 2, each by group; the third column is the mean time.
    table = reference(f"cr.cuminc.{name}")["values"]["mean_time_in_state_tau_last"]
    by, time, event = COMPETING[name]
    data = event(reference_data(name))
    labels = sorted(data[by].astype(str).unique())
    times = np.array(table["m"], float)[:, 2].reshape(3, len(labels))
    for column, label in enumerate(labels):
        own = data[data[by].astype(str) == label]
        tau = times[:, column].sum()
        rows = rmst(own, time=time, event="cause", tau=tau).tidy()
        assert value(rows, "rmst") == pytest.approx(times[0, column], rel=1e-8)
        for cause in (1, 2):
            lost = value(rows, "lost_time", cause=str(cause))
            assert lost == pytest.approx(times[cause, column], rel=1e-8)


def competing(seed: int = 5, n: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": np.where(rng.random(n) < 0.5, "a", "b"),
            "time": rng.integers(1, 30, n).astype(float),
            "event": rng.integers(0, 3, n),
            "w": rng.uniform(0.5, 3, n),
            "centre": np.arange(n) // 8,
        }
    )


def test_lost_times_of_all_causes_add_up_and_are_areas_under_incidences() -> None:
    data = competing()
    rows = found(data, tau=20)
    for arm in "ab":
        own = rows[rows["contrast"] == arm]
        kept = value(own, "rmst")
        lost = [value(own, "lost_time", cause=cause) for cause in ("1", "2")]
        assert kept + sum(lost) == pytest.approx(20, abs=ROUNDING)
        curve = cumulative_incidence(
            data[data["g"] == arm], time="time", event="event", cause=1
        ).tidy()
        steps = curve[curve["time"] < 20]
        area = (steps["estimate"] * np.diff(steps["time"], append=20)).sum()
        assert lost[0] == pytest.approx(area, abs=ROUNDING)
    only = found(data, tau=20, cause=2)
    assert set(only["cause"]) == {"2"}
    assert value(only, "lost_time_difference") == value(rows, "lost_time_difference", cause="2")


def test_the_error_of_a_lost_time_by_leaving_out_each_patient() -> None:
    # The jackknife approaches the infinitesimal one as 1 / n.
    data = competing(n=400).assign(g="all")
    call = {"time": "time", "event": "event", "tau": 15, "cause": 1}
    full = rmst(data, **call).tidy()
    counts = data.groupby(["time", "event"]).size().reset_index(name="n")
    area, repeats = [], []
    for row in range(len(counts)):
        fewer = counts.assign(n=counts["n"] - (np.arange(len(counts)) == row))
        area.append(rmst(fewer, **call, counts="n").tidy()["estimate"].iloc[0])
        repeats.append(counts["n"][row])
    out, m, n = np.array(area), np.array(repeats), 400
    variance = (n - 1) / n * (m * (out - np.average(out, weights=m)) ** 2).sum()
    assert full["std_error"].iloc[0] == pytest.approx(np.sqrt(variance), rel=2 / n)


def test_order_counts_units_and_arms() -> None:
    data = competing().assign(event=lambda d: (d["event"] > 0).astype(int))
    plain = found(data, tau=20)
    shuffled = found(data.sample(frac=1, random_state=2), tau=20)
    pd.testing.assert_frame_equal(shuffled, plain)
    counts = data.groupby(["g", "time", "event"]).size().reset_index(name="n")
    pd.testing.assert_frame_equal(found(counts, tau=20, counts="n"), plain)
    weeks = found(data.assign(time=data["time"] / 7), tau=20 / 7)
    np.testing.assert_allclose(
        value(weeks, "rmst_difference") * 7, value(plain, "rmst_difference"), rtol=1e-9
    )
    assert value(weeks, "rmst_ratio") == pytest.approx(value(plain, "rmst_ratio"), rel=1e-12)
    swapped = found(data, tau=20, reference="a")
    assert value(swapped, "rmst_difference") == -value(plain, "rmst_difference")
    assert value(swapped, "rmst_ratio", "p_value") == pytest.approx(
        value(plain, "rmst_ratio", "p_value")
    )


def test_equal_weights_change_nothing_and_clusters_do() -> None:
    data = competing().assign(event=lambda d: (d["event"] > 0).astype(int), one=2.0)
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "p_value"]
    plain, equal = found(data, tau=20), found(data, tau=20, weights="one")
    np.testing.assert_allclose(equal[numbers], plain[numbers], atol=ROUNDING)
    alone = found(data.assign(own=np.arange(160)), tau=20, cluster="own")
    np.testing.assert_allclose(alone[numbers], plain[numbers], atol=ROUNDING)
    clustered = found(data, tau=20, cluster="centre")
    assert not np.allclose(clustered["std_error"], plain["std_error"])
    assert "by 20 clusters" in clustered["method"][0]


def test_the_difference_within_pairs_has_their_covariance() -> None:
    # Without censoring up to tau the mean time is the mean of min(time, tau): a paired mean.
    rng = np.random.default_rng(8)
    pair = np.repeat(np.arange(40), 2)
    time = np.repeat(rng.integers(1, 20, 40), 2) + rng.integers(0, 4, 80)
    data = pd.DataFrame({"g": list("ab") * 40, "time": time, "event": 1, "pair": pair})
    design = so.Design(data, treatment="g", reference="b", sets="pair")
    rows = found(design, tau=12)
    kept = np.minimum(time, 12).reshape(40, 2)
    gap = kept[:, 0] - kept[:, 1]
    assert value(rows, "rmst_difference") == pytest.approx(gap.mean())
    expected = np.sqrt(((gap - gap.mean()) ** 2).sum()) / 40
    assert value(rows, "rmst_difference", "std_error") == pytest.approx(expected)


def test_one_group_has_its_arm_rows() -> None:
    rows = rmst(SIX, time="time", event="event", tau=3).tidy()
    assert rows["measure"].tolist() == ["rmst", "lost_time"]
    assert rows["contrast"].tolist() == ["all", "all"]
    area = survival_curve(SIX, time="time", event="event").tidy()
    expected = (area["estimate"] * np.diff(area["time"].clip(upper=3), append=3)).sum()
    assert rows["estimate"][0] == pytest.approx(expected)


def test_tau_may_pass_an_arm_whose_curve_is_down_at_zero() -> None:
    # All of a have had the event by 3; b is followed to 4.
    rows = found(SIX, tau=3.5)
    assert value(rows, "rmst", contrast="a") == pytest.approx(7 / 3)


@pytest.mark.parametrize(
    ("change", "more", "error", "message"),
    [
        (
            {},
            {"tau": 5},
            NotEstimableError,
            r"tau = 5 lies beyond the follow-up \(b to 4\)",
        ),
        ({"event": 1}, {"tau": 5}, NotEstimableError, "all follow-up, which ends at 4"),
        ({"event": 0}, {"tau": 3.5}, NotEstimableError, r"beyond the follow-up \(a to 3\)"),
        ({}, {"tau": 0}, ArgumentError, "tau must be a time above 0, got 0"),
        ({}, {"tau": np.inf}, ArgumentError, "tau must be a time above 0, got inf"),
        ({"entry": 0.5}, {"tau": 2, "entry": "entry"}, NotEstimableError, "nobody of a, b was"),
        ({"g": "b"}, {"tau": 2}, NotEstimableError, "'g' has one arm only, b"),
        ({"time": -1}, {"tau": 2}, ArgumentError, "must not be negative; 6 of 6"),
        ({}, {"tau": 2, "cause": 7}, ArgumentError, "no cause '7'; the causes are: 1"),
        ({"n": 0.5}, {"tau": 2, "counts": "n"}, ArgumentError, "counts must be whole numbers"),
    ],
)
def test_errors(
    change: dict[str, Any], more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        found(SIX.assign(**change), **more)


def test_rows_left_out_are_counted() -> None:
    with pytest.warns(MissingDataWarning, match="rmst: 1 of 6 rows lack a value of time"):
        rows = found(SIX.assign(time=[1, 2, 3, None, 3, 4], event=[1, 0, 1, 1, 1, 1]), tau=3.5)
    assert value(rows, "rmst_difference", "n_missing") == 1
    assert value(rows, "rmst", "n_missing", contrast="b") == 1
