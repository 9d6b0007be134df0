"""Mean counts: by hand, against R, a known truth, invariants, messages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, SparseDataWarning
from spineoutcomes.survival import mean_cumulative_count

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# R's side differentiates with steps of 1e-4, which misses by their square.
DIFFERENCE = 1e-8
# Figures kept with twelve decimals.
PRINTED = 1e-10
# mets divides what deaths do by those at risk, not by those left: terms of order 1 / n (n = 38).
OTHER_INFLUENCE = 2e-3
# Two ways to the same sum.
ROUNDING = 1e-12
# Of 400 data sets: four Monte-Carlo errors of the mean, and of the ratio of errors (1 / sqrt(800)).
REPLICATES, WIDE = 400, 4

# Subject B has an event and dies at 3, D enters at 1 and is censored at 4; C ends with an event.
#   t  n  events  deaths  S(t-)  mean
#   2  4  1 (A)           1      1/4
#   3  4  2 (B, C) 1 (B)  1      3/4
#   5  2           1 (A)  3/4
#   6  1  1 (C)           3/8    9/8
SIX = pd.DataFrame(
    {
        "id": ["A", "B", "C", "D", "A", "C"],
        "start": [0, 0, 0, 1, 2, 3],
        "stop": [2, 3, 3, 4, 5, 6],
        "event": [1, 1, 1, 0, 0, 1],
        "died": [0, 1, 0, 0, 1, 0],
    }
)
ROLES = {"subject": "id", "start": "start", "stop": "stop", "event": "event"}


def curve_of(data: Any, **more: Any) -> so.Curves:
    return mean_cumulative_count(data, **(ROLES | more))


def test_six_rows_by_hand() -> None:
    rows = curve_of(SIX, terminal="died").tidy()
    assert rows["time"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert rows["n_risk"].tolist() == [3, 3, 4, 4, 3, 2, 1]
    assert rows["n_event"].tolist() == [0, 0, 1, 2, 0, 0, 1]
    assert rows["n_censor"].tolist() == [0, 0, 0, 0, 1, 0, 1]
    mean = [0, 0, 1 / 4, 3 / 4, 3 / 4, 3 / 4, 9 / 8]
    np.testing.assert_allclose(rows["estimate"], mean, rtol=1e-14)
    # The change of the mean at 3 as A, B, C, D weigh more is 1, 1, 1 and -3 sixteenths. At 6 what
    # deaths do is added: 3/8 times minus the change of log S(5), which is -5/12, -1/4, 7/12, 1/12.
    np.testing.assert_allclose(rows["std_error"][3] ** 2, (1 + 1 + 1 + 9) / 16**2, rtol=1e-12)
    np.testing.assert_allclose(rows["std_error"][6] ** 2, (9 + 1 + 81 + 25) / 32**2, rtol=1e-12)


def test_without_death_by_hand() -> None:
    curve = curve_of(SIX)
    assert curve.at([2, 3, 6])["estimate"].tolist() == [1 / 4, 3 / 4, 7 / 4]
    assert curve.measure == "mean_count"
    assert "Nelson-Aalen" in curve.method


def test_limits() -> None:
    rows = curve_of(SIX, terminal="died", conf_level=0.9).tidy()
    assert rows.loc[rows["estimate"] == 0, ["conf_low", "conf_high"]].isna().all(axis=None)
    z, mean, error = 1.6448536269514722, 9 / 8, np.sqrt(116) / 32
    low, high = rows[["conf_low", "conf_high"]].iloc[-1]
    np.testing.assert_allclose(low, mean * np.exp(-z * error / mean), rtol=1e-12)
    np.testing.assert_allclose(high, mean * np.exp(z * error / mean), rtol=1e-12)
    twice = curve_of(SIX, terminal="died", conf_level=0.9, conf_type="log-log").tidy()
    pd.testing.assert_frame_equal(twice, rows)
    plain = curve_of(SIX, terminal="died", conf_type="plain").tidy()
    assert plain["conf_low"].min() == 0
    np.testing.assert_allclose(plain["conf_high"].iloc[-1], mean + 1.959963984540054 * error)
    with pytest.raises(ArgumentError, match="conf_type"):
        curve_of(SIX, conf_type="logit")


BLADDER = {
    "bladder2_rx": ("bladder2", "rx", lambda d: d),
    "bladder1_treatment": (
        "bladder1",
        "treatment",
        lambda d: d[d["stop"] > d["start"]].assign(event=lambda x: x["status"] == 1),
    ),
}


@pytest.mark.validates("survival.mean_cumulative_count", source="R survival 3.5-3")
@pytest.mark.parametrize("name", BLADDER)
def test_against_survfit(reference, reference_data, name: str) -> None:
    values = reference(f"recur.mcf.{name}")["values"]
    file, by, prepare = BLADDER[name]
    curve = curve_of(prepare(reference_data(file)), by=by)
    for stratum, expected in values["survfit"].items():
        ours = curve.at(expected["time"])
        ours = ours[ours["group"] == stratum.split("=")[1]]
        by_hand = values["lawless_nadeau"][stratum]
        np.testing.assert_allclose(ours["estimate"], expected["mcf"], **CLOSED)
        np.testing.assert_allclose(ours["std_error"], expected["se_robust"], **CLOSED)
        np.testing.assert_allclose(ours["std_error"], by_hand["se_lawless_nadeau"], **CLOSED)
        assert ours["n_risk"].tolist() == expected["n_risk"]


@pytest.mark.validates("survival.mean_cumulative_count", source="R survival 3.5-3, by hand")
def test_with_death_against_differences_in_r(reference, reference_data) -> None:
    values = reference("recur.ghosh_lin.bladder1")["values"]
    data = BLADDER["bladder1_treatment"][2](reference_data("bladder1"))
    curve = curve_of(data.assign(died=data["status"] >= 2), terminal="died", by="treatment")
    for group in ("placebo", "thiotepa"):
        ours = curve.at(values["time"])
        ours = ours[ours["group"] == group]
        np.testing.assert_allclose(ours["estimate"], values[group]["mcf"], rtol=DIFFERENCE)
        np.testing.assert_allclose(ours["std_error"], values[group]["se"], rtol=DIFFERENCE)


@pytest.mark.validates("survival.mean_cumulative_count", source="R mets 1.3.2, no ties")
def test_with_death_against_mets(reference, reference_data) -> None:
    values = reference("recur.mets.bladder1_untied")["values"]
    data = BLADDER["bladder1_treatment"][2](reference_data("bladder1"))
    for column in ("start", "stop"):
        data[column] = data[column] + np.where(data[column] > 0, data["id"] / 10_000, 0)
    curve = curve_of(data.assign(died=data["status"] >= 2), terminal="died", by="treatment")
    for group in ("placebo", "thiotepa"):
        ours = curve.at(values["time"])
        ours = ours[ours["group"] == group]
        np.testing.assert_allclose(ours["estimate"], values[group]["mcf"], rtol=PRINTED)
        np.testing.assert_allclose(ours["std_error"], values[group]["se"], rtol=OTHER_INFLUENCE)


@pytest.mark.validates("survival.mean_cumulative_count", source="simulation, death ends events")
def test_a_known_mean_with_death(simulate, mean_by) -> None:
    rng = np.random.default_rng(20)
    found = np.array(
        [
            curve_of(simulate(rng, 60), terminal="died")
            .at(2.0)[["estimate", "std_error"]]
            .to_numpy()[0]
            for _ in range(REPLICATES)
        ]
    )
    spread = found[:, 0].std(ddof=1)
    assert abs(found[:, 0].mean() - mean_by(2.0)) < WIDE * spread / np.sqrt(REPLICATES)
    # The jackknife of 60 subjects is about 1/60 too small.
    ratio = np.sqrt((found[:, 1] ** 2).mean()) / spread
    assert abs(ratio - 1) < WIDE / np.sqrt(2 * REPLICATES)


def test_the_order_of_rows_and_the_unit_of_time_do_not_matter(simulate) -> None:
    data = simulate(np.random.default_rng(3), 40)
    expected = curve_of(data, terminal="died", by="g").tidy()
    shuffled = data.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        curve_of(shuffled, terminal="died", by="g").tidy(), expected, rtol=ROUNDING, atol=ROUNDING
    )
    days = data.assign(start=data["start"] * 365.25, stop=data["stop"] * 365.25)
    found = curve_of(days, terminal="died", by="g").tidy()
    found["time"] /= 365.25
    pd.testing.assert_frame_equal(found, expected, rtol=ROUNDING, atol=ROUNDING)


def test_counts_are_equal_subjects() -> None:
    number = SIX["id"].map({"A": 2, "B": 1, "C": 3, "D": 0})
    copies = [SIX[number > k].assign(id=SIX["id"] + str(k)) for k in range(3)]
    curves = (
        curve_of(pd.concat(copies), terminal="died"),
        curve_of(SIX.assign(k=number), terminal="died", counts="k"),
    )
    # Variances are sums of squares that cancel where all influences are 0.
    repeated, found = (
        curve.tidy()
        .assign(std_error=lambda d: d["std_error"] ** 2)
        .drop(columns=["conf_low", "conf_high"])
        for curve in curves
    )
    pd.testing.assert_frame_equal(found, repeated, rtol=ROUNDING, atol=ROUNDING)


def test_cutting_a_row_in_two_changes_nothing_but_adds_a_time() -> None:
    first = SIX.assign(stop=[2, 3, 3, 4, 4.5, 6], died=[0, 1, 0, 0, 0, 0])
    cut = pd.concat([first, SIX.iloc[[4]].assign(start=4.5)])
    found = curve_of(cut, terminal="died").tidy()
    found = found[found["time"] != 4.5].reset_index(drop=True)
    expected = curve_of(SIX, terminal="died").tidy()
    pd.testing.assert_frame_equal(found, expected, rtol=ROUNDING, atol=ROUNDING)


def test_rows_of_a_registry() -> None:
    rows = so.metrics.recurrent_events(so.load_sample("metastases"), kind="complication")
    rows = rows.reset_index().assign(
        again=rows["event"].to_numpy() == "complication", died=rows["event"].to_numpy() == "death"
    )
    curve = curve_of(rows, subject="episode_id", event="again", terminal="died", horizons=30)
    tidy = curve.tidy()
    assert tidy["n_event"].sum() == rows["again"].sum()
    assert tidy["n_censor"].sum() + rows["died"].sum() == rows["episode_id"].nunique()
    assert curve.horizons == (30.0,)
    # A mean count among those who die is lower than one as if nobody did.
    assert (curve_of(rows, subject="episode_id", event="again").at(365)["estimate"] >= 0.2).all()


def design_of(data: pd.DataFrame, **more: Any) -> so.Design:
    return so.Design(data, treatment="g", reference="b", **more)


def test_designs(simulate) -> None:
    data = simulate(np.random.default_rng(4), 60).assign(centre=lambda d: d["id"] % 12)
    plain = curve_of(data, terminal="died", by="g").tidy()
    by_subject = curve_of(design_of(data, cluster="id"), terminal="died")
    pd.testing.assert_frame_equal(by_subject.tidy(), plain)
    by_centre = curve_of(design_of(data, cluster="centre"), terminal="died")
    assert "12 clusters" in by_centre.method
    # One subject a centre is the error by subject.
    single = curve_of(design_of(data.assign(own=data["id"] + 100), cluster="own"), terminal="died")
    pd.testing.assert_frame_equal(single.tidy(), plain, rtol=ROUNDING, atol=ROUNDING)
    pd.testing.assert_series_equal(by_centre.tidy()["estimate"], plain["estimate"])
    assert not np.allclose(by_centre.tidy()["std_error"], plain["std_error"])
    several = int((data["id"].value_counts() > 1).sum())
    with pytest.raises(ArgumentError, match=f"one cluster; {several} of 60"):
        moved = data.assign(centre=np.arange(len(data)) % 12)
        curve_of(design_of(moved, cluster="centre"))
    with pytest.warns(SparseDataWarning, match="3 clusters"):
        curve_of(design_of(data.assign(centre=data["id"] % 3), cluster="centre"))
    with pytest.raises(ArgumentError, match="does not respect the weights"):
        curve_of(design_of(data, cluster="id", weights=np.ones(len(data))))


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "overlap": ({"start": [0, 0, 0, 1, 1, 3]}, "1 subjects have rows that overlap"),
    "after death": ({"died": [1, 1, 0, 0, 0, 0]}, "1 subjects have rows after their death"),
    "no duration": ({"start": [0, 3, 0, 1, 2, 3]}, "1 rows do not start before they stop"),
    "backwards": ({"start": [0, 5, 0, 1, 2, 3]}, "1 rows do not start before they stop"),
    "negative": ({"start": [-1, 0, 0, 1, 2, 3]}, "start .* must not be negative; 1 of 6"),
    "infinite": ({"stop": [2, 3, 3, 4, 5, np.inf]}, "stop must be finite, 1 of 6"),
    "event of 2": ({"event": [1, 1, 2, 0, 0, 1]}, "event must be bool or 0 and 1 .* 1 of 6"),
    "text": ({"event": list("yynnny")}, "event must be bool or 0 and 1 .* dtype"),
    "terminal of 2": ({"died": [0, 2, 0, 0, 1, 0]}, "terminal must be bool or 0 and 1"),
    "two groups": ({"g": list("aaaabb")}, "one group; 2 of 4"),
    "half a patient": ({"k": [1, 1.5, 1, 1, 1, 1]}, "whole"),
    "uneven counts": ({"k": [1, 1, 1, 1, 2, 0]}, "2 subjects have other counts"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows(case: str) -> None:
    columns, message = BAD[case]
    more = {"by": "g" if "g" in columns else None, "counts": "k" if "k" in columns else None}
    with pytest.raises(ArgumentError, match=message):
        curve_of(SIX.assign(**columns), terminal="died", **more)


def test_gaps_are_no_time_at_risk() -> None:
    # A is not looked at between 2 and 2.5, C from 3 to 5.5: at 5 A is alone.
    gaps = SIX.assign(start=[0, 0, 0, 1, 2.5, 5.5])
    rows = curve_of(gaps, terminal="died").tidy()
    assert rows.set_index("time")["n_risk"].to_dict() == {
        0: 3, 1: 3, 2: 4, 2.5: 3, 3: 4, 4: 2, 5: 1, 5.5: 0, 6: 1,
    }  # fmt: skip


def test_missing_values() -> None:
    nobody = pd.DataFrame({"id": ["E"], "start": [np.nan], "stop": [np.nan]})
    with pytest.warns(MissingDataWarning, match="1 of 7 rows"):
        curve = curve_of(pd.concat([SIX, nobody.assign(event=0, died=0)]), terminal="died")
    assert curve.at(6)["estimate"].tolist() == [9 / 8]
    assert curve.warnings == ("1 rows lacking a time, event or group are left out.",)
    torn = SIX.assign(stop=[2, 3, 3, 4, 5, np.nan])
    with (
        pytest.warns(MissingDataWarning),
        pytest.raises(ArgumentError, match="1 subjects lack a value in some of their rows"),
    ):
        curve_of(torn)
