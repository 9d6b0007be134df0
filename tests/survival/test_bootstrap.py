"""Bootstrap intervals over time: draws against repeated rows, theory, invariants, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.survival import (
    bootstrap_survival,
    cumulative_incidence,
    milestone_difference,
    rmst,
    survival_curve,
)
from spineoutcomes.survival.drawn import follow_ups
from spineoutcomes.survival.outcome import Outcome
from spineoutcomes.survival.risk_sets import count

# Two ways to the same sum.
ROUNDING = 1e-10
# Limits of 4,000 replicates have a Monte-Carlo error near 3 % of a standard error; Wald limits are
# right to the order 1 / sqrt(n) as well.
NEAR = 0.15


def cohort(seed: int = 5, n: int = 200, causes: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": np.where(rng.random(n) < 0.5, "a", "b"),
            "time": np.minimum(np.ceil(rng.exponential(12, n)), 30),
            "event": rng.integers(0, causes + 1, n) if causes > 1 else rng.random(n) < 0.8,
            "centre": np.arange(n) // 8,
        }
    )


def found(data: Any, **more: Any) -> pd.DataFrame:
    arms = {} if isinstance(data, so.Design) else {"treatment": "g", "reference": "b"}
    call = {"time": "time", "event": "event", "n_resamples": 300, "seed": 1}
    return bootstrap_survival(data, **(call | arms | more)).tidy()


ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)),
    min_size=1,
    max_size=12,
)


@given(ROWS)
def test_a_draw_is_a_table_of_repeated_rows(rows: list[tuple[int, int, int, int]]) -> None:
    # Each row: time, event, entry (before the time, or both 0) and how often it is drawn.
    time = np.array([float(t) for t, *_ in rows])
    event = np.array([e for _, e, *_ in rows])
    entry = np.array([float(max(0, min(s, t - 1))) for t, _, s, _ in rows])
    times = np.array([m for *_, m in rows])
    kinds = follow_ups(Outcome(time, event, entry, ("1", "2")), np.zeros(len(rows), int), 1)
    values, place = np.unique(kinds.code, return_inverse=True)
    drawn = np.bincount(place, times, len(values))[None]
    ours = kinds.counts(values, drawn)
    kept = np.repeat(np.arange(len(rows)), times)
    (theirs,) = count(
        time[kept], event[kept], np.zeros(len(kept), int), n_causes=2, n_groups=1, entry=entry[kept]
    )
    for k, t in enumerate(kinds.times):
        assert (
            ours.n_risk[0, k] == theirs.at_risk(np.array([t]))[0]
            or ours.n_event[0, :, k].sum() == 0
        )
        at = theirs.time == t
        assert ours.n_event[0, :, k].tolist() == theirs.n_event[:, at].sum(axis=1).tolist()


@pytest.mark.parametrize("late", [False, True])
def test_estimates_are_those_of_the_functions(late: bool) -> None:
    data = cohort(causes=2)
    entry = np.where(np.arange(200) % 3 == 0, data["time"] // 2, 0)
    more = {"entry": "entry"} if late else {}
    data = data.assign(entry=entry, any=(data["event"] > 0).astype(int))
    arms = {"time": "time", "treatment": "g", "reference": "b"} | more
    area = rmst(data, event="event", tau=20, **arms).tidy()
    for measure, level, cause in (
        ("rmst_difference", "rmst", None),
        ("rmst_ratio", "rmst", None),
        ("lost_time_difference", "lost_time", 2),
        ("lost_time_ratio", "lost_time", 1),
    ):
        ours = found(data, measure=measure, tau=20, cause=cause, **more)
        keys = area["cause"].isna() if cause is None else area["cause"] == str(cause)
        theirs = area[area["measure"].isin([measure, level]) & keys]
        np.testing.assert_allclose(ours["estimate"], theirs["estimate"], atol=ROUNDING)
        assert ours["measure"].tolist() == [measure, level, level]
    for measure, cause, event in (
        ("survival_difference", None, "any"),
        ("incidence_difference", 1, "event"),
    ):
        ours = found(data, event=event, measure=measure, horizon=9.5, cause=cause, **more)
        theirs = milestone_difference(data, event=event, horizon=9.5, cause=cause, **arms).tidy()
        np.testing.assert_allclose(ours["estimate"], theirs["estimate"], atol=ROUNDING)
    medians = survival_curve(data, time="time", event="any", by="g", **more).quantile(0.5)
    ours = found(data, event="any", measure="median_difference", **more)
    assert ours["estimate"].tolist()[1:] == medians["estimate"].tolist()


def test_the_time_lost_to_any_event_is_what_is_not_kept() -> None:
    data = cohort()
    kept, lost = (found(data, measure=f"{m}_difference", tau=20) for m in ("rmst", "lost_time"))
    np.testing.assert_allclose(lost["estimate"][1:], 20 - kept["estimate"][1:], atol=ROUNDING)
    np.testing.assert_allclose(lost["conf_low"][0], -kept["conf_high"][0], rtol=ROUNDING)
    np.testing.assert_allclose(lost["conf_low"][1:], 20 - kept["conf_high"][1:], rtol=ROUNDING)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_limits_approach_those_of_theory(method: str) -> None:
    data = cohort(n=1_500)
    wald = rmst(data, time="time", event="event", treatment="g", reference="b", tau=20).tidy()
    ours = found(data, tau=20, n_resamples=4_000, method=method)
    theirs = wald[wald["measure"].isin(["rmst_difference", "rmst"])]
    for limit in ("conf_low", "conf_high"):
        gap = (ours[limit].to_numpy() - theirs[limit].to_numpy()) / theirs["std_error"].to_numpy()
        assert (np.abs(gap) < NEAR).all()
    assert ours["std_error"].isna().all()
    assert ours["p_value"].isna().all()


def test_draws_do_not_depend_on_the_order_of_rows_nor_on_how_they_are_counted() -> None:
    data = cohort(causes=2)
    for more in ({}, {"cluster": "centre"}):
        call = {"measure": "incidence_difference", "horizon": 12, "cause": 1} | more
        plain = found(data, **call)
        pd.testing.assert_frame_equal(found(data.sample(frac=1, random_state=3), **call), plain)
        keys = [*data.columns]
        counted = data.groupby(keys).size().reset_index(name="n")
        pd.testing.assert_frame_equal(found(counted, counts="n", **call), plain)
    again, other = (found(data, **call, seed=seed) for seed in (1, 2))
    assert again["conf_low"].tolist() == plain["conf_low"].tolist()
    assert other["conf_low"].tolist() != plain["conf_low"].tolist()


def test_pairs_are_drawn_whole() -> None:
    rng = np.random.default_rng(8)
    time = np.repeat(rng.integers(1, 20, 60), 2) + rng.integers(0, 3, 120)
    data = pd.DataFrame({"g": list("ab") * 60, "time": time, "event": 1, "k": np.arange(120) // 2})
    design = so.Design(data, treatment="g", reference="b", sets="k")
    paired, apart = found(design, tau=12), found(data, tau=12)
    width = [float((r["conf_high"] - r["conf_low"]).iloc[0]) for r in (paired, apart)]
    assert width[0] < width[1] / 2
    assert "bootstrap of clusters" in paired["method"][0]


def test_one_group() -> None:
    data = cohort(causes=2)
    call = {"time": "time", "event": "event", "measure": "incidence_difference", "seed": 3}
    rows = bootstrap_survival(data, **call, horizon=12, cause=2, n_resamples=200).tidy()
    assert rows["measure"].tolist() == ["incidence"]
    curve = cumulative_incidence(data, time="time", event="event", cause=2).at(12)
    assert rows["estimate"][0] == pytest.approx(curve["estimate"][0], abs=ROUNDING)


def test_a_median_that_some_replicates_do_not_reach_has_an_open_limit() -> None:
    # In a 6 of 11 have the event: many draws hold fewer than one half. All of b do.
    a = pd.DataFrame({"g": "a", "time": range(1, 12), "event": [1] * 6 + [0] * 5})
    b = pd.DataFrame({"g": "b", "time": range(1, 12), "event": 1})
    with pytest.warns(SparseDataWarning, match="the replicates of a - b, a do not vary"):
        rows = found(pd.concat([a, b]), measure="median_difference")
    assert rows["estimate"].tolist() == [0, 6, 6]
    assert rows["conf_high"].isna().tolist() == [True, True, False]
    assert rows["conf_low"].notna().all()


SIX = pd.DataFrame({"g": list("aaabbb"), "time": [1, 2, 3, 2, 3, 4], "event": [1, 0, 1, 1, 1, 0]})


@pytest.mark.parametrize(
    ("change", "more", "error", "message"),
    [
        ({}, {}, ArgumentError, "rmst_difference needs `tau`, a time above 0; got None"),
        ({}, {"tau": 2, "horizon": 2}, ArgumentError, "rmst_difference takes no `horizon`"),
        ({}, {"measure": "hazard_ratio"}, ArgumentError, "unknown measure 'hazard_ratio'; there"),
        ({}, {"tau": 2, "method": "t"}, ArgumentError, "unknown method 't'; there are: bca"),
        ({}, {"tau": 2, "n_resamples": 99}, ArgumentError, "at least 100, got 99"),
        ({}, {"tau": 2, "cause": 1}, ArgumentError, "rmst is of any event; leave `cause` out"),
        (
            {},
            {"measure": "incidence_difference", "horizon": 2},
            ArgumentError,
            "incidence needs `cause`, one of: 1",
        ),
        ({}, {"tau": 9}, NotEstimableError, r"tau = 9 lies beyond the follow-up \(b to 4\)"),
        (
            {},
            {"measure": "survival_difference", "horizon": 9},
            NotEstimableError,
            "horizon = 9 lies beyond the follow-up",
        ),
        (
            {"event": 0},
            {"measure": "median_difference"},
            NotEstimableError,
            "in a, b fewer than one half had the event",
        ),
        (
            {},
            {"measure": "median_difference"},
            NotEstimableError,
            "of 300 replicates two arms do not come down to one half",
        ),
    ],
)
def test_errors(
    change: dict[str, Any], more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        found(SIX.assign(**change), **more)
