"""Kaplan-Meier curves: by hand, against R, invariants, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError
from spineoutcomes.survival import survival_curve

# Closed forms on both sides: only the order of sums and products differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# The anchors are printed with so many digits.
PRINTED = 5e-8

# Six rows with a tie of two deaths, a censoring at a death time and a last censoring:
#   t  n  d  c   S                 Greenwood sum
#   2  6  1  0   5/6               1/(6*5)
#   3  5  2  0   5/6 * 3/5 = 1/2   + 2/(5*3)
#   5  3  1  1   1/2 * 2/3 = 1/3   + 1/(3*2)
#   8  1  0  1   1/3
SIX = pd.DataFrame({"time": [5, 2, 3, 8, 3, 5], "event": [1, 1, 1, 0, 1, 0]})
COLUMNS = ["group", "time", "n_risk", "n_event", "n_censor", "estimate"]


def curve_of(data: pd.DataFrame, **more: object) -> so.Curves:
    return survival_curve(data, time="time", event="event", **more)  # type: ignore[arg-type]


def test_six_rows_by_hand() -> None:
    rows = curve_of(SIX).tidy()
    assert rows["time"].tolist() == [0, 2, 3, 5, 8]
    assert rows["n_risk"].tolist() == [6, 6, 5, 3, 1]
    assert rows["n_event"].tolist() == [0, 1, 2, 1, 0]
    assert rows["n_censor"].tolist() == [0, 0, 0, 1, 1]
    S = np.array([1, 5 / 6, 1 / 2, 1 / 3, 1 / 3])
    greenwood = np.cumsum([0, 1 / 30, 2 / 15, 1 / 6, 0])
    np.testing.assert_allclose(rows["estimate"], S, rtol=1e-14)
    np.testing.assert_allclose(rows["std_error"], S * np.sqrt(greenwood), rtol=1e-14)
    assert rows["cause"].isna().all()


def test_late_entry_by_hand() -> None:
    # Entries 0, 1, 1, 3; at risk entry < t <= time:
    #   t=0: 1 enters; t=1: the one of 0; t=2: 3 (one dies); t=3: 2 (the entry at 3 not yet);
    #   t=4: 3 (one dies); t=6: 2 (both die)
    data = pd.DataFrame({"entry": [0, 1, 1, 3], "time": [4, 2, 6, 6], "event": [1, 1, 1, 1]})
    rows = curve_of(data, entry="entry").tidy()
    assert rows["time"].tolist() == [0, 1, 2, 3, 4, 6]
    assert rows["n_risk"].tolist() == [1, 1, 3, 2, 3, 2]
    np.testing.assert_allclose(rows["estimate"], [1, 1, 2 / 3, 2 / 3, 4 / 9, 0], rtol=1e-14)


def test_first_row_counts_who_enters_then() -> None:
    data = pd.DataFrame({"entry": [5, 5, 7], "time": [9, 8, 9], "event": [0, 1, 1]})
    rows = curve_of(data, entry="entry").tidy()
    assert rows["time"].tolist() == [5, 7, 8, 9]
    assert rows["n_risk"].tolist() == [2, 2, 3, 2]


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_limits_where_the_curve_is_1_or_0(conf_type: str) -> None:
    data = pd.DataFrame({"time": [1, 2, 3, 3], "event": [0, 1, 1, 1]})
    rows = curve_of(data, conf_type=conf_type).tidy()
    assert rows.loc[
        rows["time"] == 1, ["std_error", "conf_low", "conf_high"]
    ].to_numpy().tolist() == [[0, 1, 1]]
    assert rows.loc[rows["time"] == 3, ["std_error", "conf_low", "conf_high"]].isna().all(axis=None)


KM = [
    ("lung", "log", "sex"),
    ("lung", "loglog", "sex"),
    ("lung", "plain", "sex"),
    ("colon_death", "log", "rx"),
    ("colon_death", "loglog", "rx"),
    ("gbsg", "loglog", "hormon"),
    ("aml", "log", "x"),
    ("aml", "loglog", "x"),
    ("aml", "plain", "x"),
    ("stanford2", "loglog", None),
    ("kidney", "plain", "sex"),
]


def prepared(data: pd.DataFrame, name: str) -> pd.DataFrame:
    if name == "gbsg":
        return data.rename(columns={"rfstime": "time"})
    if name == "colon_death":
        data["rx"] = pd.Categorical(data["rx"], ["Obs", "Lev", "Lev+5FU"])
    return data.assign(status=data["status"] - (1 if name == "lung" else 0))


def n_risk_as_r(curve: so.Curves, asked: pd.DataFrame) -> np.ndarray:
    """Return R's numbers at risk: those at the next exit, later entries before it included."""
    rows = curve.tidy()
    exits = rows[
        (rows["group"] == asked["group"].iloc[0]) & (rows["n_event"] + rows["n_censor"] > 0)
    ]
    following = np.searchsorted(exits["time"], asked["time"])
    return np.append(exits["n_risk"], 0)[following]


def check_at_times(curve: so.Curves, values: dict) -> None:
    for stratum, expected in values["at_times"].items():
        ours = curve.at(expected["time"])
        ours = ours[ours["group"] == stratum.split("=")[-1]]
        last = curve.tidy().groupby("group")["time"].max()[stratum.split("=")[-1]]
        seen = np.asarray(expected["time"]) <= last
        np.testing.assert_array_equal(n_risk_as_r(curve, ours), expected["n_risk"])
        for column, name in (
            ("estimate", "surv"),
            ("std_error", "std_err"),
            ("conf_low", "lower"),
            ("conf_high", "upper"),
        ):
            theirs = np.array(expected[name], dtype=float)[seen]
            np.testing.assert_allclose(ours[column].to_numpy()[seen], theirs, **CLOSED)


def check_quantiles(curve: so.Curves, quantiles: dict) -> None:
    for column, name in (("estimate", "quantile"), ("conf_low", "lower"), ("conf_high", "upper")):
        theirs = quantiles[name]
        matrix = theirs["m"] if "m" in theirs else [list(theirs.values())]
        ours = curve.quantile([0.25, 0.5, 0.75])[column].to_numpy()
        np.testing.assert_allclose(ours, np.array(matrix, dtype=float).ravel(), **CLOSED)


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3")
@pytest.mark.parametrize(("name", "conf_type", "by"), KM)
def test_against_r(reference, reference_data, name, conf_type, by) -> None:
    values = reference(f"surv.km.{name}.{conf_type}")["values"]
    data = prepared(reference_data(name), name)
    curve = survival_curve(
        data,
        time="time",
        event="status",
        by=by,
        conf_type="log-log" if conf_type == "loglog" else conf_type,
    )
    check_at_times(curve, values)
    check_quantiles(curve, values["quantiles"])
    assert curve.tidy()["n_event"].sum() == values["events"]


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3")
@pytest.mark.parametrize("start", [816, 780])
def test_late_entry_against_r(reference, reference_data, start) -> None:
    values = reference(f"surv.km_left_truncated.channing_from_{start}")["values"]
    data = reference_data("channing")
    data = data[(data["age"] > data["ageentry"]) & (data["age"] > start)]
    data = data.assign(ageentry=data["ageentry"].clip(lower=start))
    curve = survival_curve(
        data, time="age", event="death", entry="ageentry", by="gender", conf_type="log"
    )
    check_at_times(curve, values)
    check_quantiles(curve, values["quantiles"])
    # In the edge case the men's only one at risk dies before the others enter: the reader is told.
    assert bool(curve.warnings) == (start == 780)


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3")
def test_late_entry_of_one_group_against_r(reference, reference_data) -> None:
    values = reference("surv.km_left_truncated.psych")["values"]
    data = reference_data("psych")
    data = data[data["age"] >= 25].assign(exit=data["age"] + data["time"])
    curve = survival_curve(data, time="exit", event="death", entry="age", conf_type="log")
    check_at_times(curve, values)
    check_quantiles(curve, values["quantiles"])


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3")
@pytest.mark.parametrize(
    ("conf_type", "low", "high"),
    [
        ("log", 0.884080301, 0.925496478),
        ("log-log", 0.881588668, 0.923255833),
        ("plain", 0.883845103, 0.925257663),
    ],
)
def test_mgus2_at_120_months(reference_data, conf_type, low, high) -> None:
    data = reference_data("mgus2_cr").dropna(subset=["age", "sex", "hgb", "mspike"])
    data = data.assign(progression=data["ev"] == 1)
    at = survival_curve(data, time="etime", event="progression", conf_type=conf_type).at(120)
    np.testing.assert_allclose(
        at[["conf_low", "conf_high"]].to_numpy().ravel(), [low, high], rtol=PRINTED
    )


def test_quantile_of_a_curve_flat_at_exactly_the_level() -> None:
    # R: S is 1/2 from 2 to the end at 4 and never below; the median is the midpoint, 3.
    ends_flat = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 1, 0, 0]})
    assert curve_of(ends_flat).quantile([0.25, 0.5, 0.75])["estimate"].tolist()[:2] == [1.5, 3.0]
    ends_there = pd.DataFrame({"time": [1, 2, 2, 2], "event": [1, 1, 0, 0]})
    assert curve_of(ends_there).quantile(0.5)["estimate"].tolist() == [2.0]


# ---- invariants


def two_arms(n: int = 60, seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "arm": rng.choice(["mis", "open"], n),
            "time": rng.integers(1, 15, n),
            "event": rng.integers(0, 2, n),
            "k": rng.integers(1, 4, n),
        }
    )


def test_row_order_does_not_matter() -> None:
    data = two_arms()
    shuffled = data.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        curve_of(data, by="arm").tidy(), curve_of(shuffled, by="arm").tidy()
    )


def test_counts_are_repeated_rows() -> None:
    data = two_arms()
    repeated = data.loc[data.index.repeat(data["k"])]
    pd.testing.assert_frame_equal(
        curve_of(data, by="arm", counts="k").tidy(), curve_of(repeated, by="arm").tidy()
    )


def test_unit_of_time_moves_times_only() -> None:
    data = two_arms()
    days = curve_of(data.assign(time=data["time"] * 30.4375), by="arm").tidy()
    months = curve_of(data, by="arm").tidy()
    pd.testing.assert_frame_equal(
        days.assign(time=days["time"] / 30.4375), months, check_exact=False, rtol=1e-13
    )


def test_groups_do_not_touch_each_other() -> None:
    data = two_arms()
    both = curve_of(data, by="arm").tidy()
    alone = curve_of(data[data["arm"] == "open"]).tidy().assign(group="open")
    own = both[both["group"] == "open"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone, check_dtype=False)


def test_entry_at_zero_is_no_entry() -> None:
    data = two_arms().assign(start=0)
    pd.testing.assert_frame_equal(curve_of(data, entry="start").tidy(), curve_of(data).tidy())


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(1, 6), st.booleans()), min_size=1, max_size=25
    )
)
def test_curve_falls_within_0_and_1(rows: list[tuple[int, int, bool]]) -> None:
    frame = pd.DataFrame(rows, columns=["entry", "length", "event"])
    frame["time"] = frame["entry"] + frame["length"]
    tidy = curve_of(frame, entry="entry").tidy()
    S = tidy["estimate"].to_numpy()
    assert ((S >= 0) & (S <= 1)).all()
    assert (np.diff(S) <= 0).all()
    known = tidy.dropna(subset=["conf_low"])
    assert (known["conf_low"] <= known["estimate"] + 1e-12).all()
    assert (known["estimate"] <= known["conf_high"] + 1e-12).all()


# ---- designs, missing data, errors


def test_a_plain_design_is_the_frame() -> None:
    data = two_arms()
    design = so.Design(data, treatment="arm", reference="open")
    framed = curve_of(data, treatment="arm", reference="open")
    pd.testing.assert_frame_equal(curve_of(design).tidy(), framed.tidy())


def test_missing_rows_are_counted_once() -> None:
    data = SIX.astype(float)
    data.loc[0, "time"] = np.nan
    data.loc[1, "event"] = np.nan
    with pytest.warns(MissingDataWarning, match="2 of 6 rows"):
        curve = curve_of(data)
    assert curve.tidy()["n_risk"].max() == 4
    assert curve.warnings == ("2 rows lacking time, event, entry or group are left out.",)


def test_no_event_leaves_the_curve_at_1() -> None:
    rows = curve_of(SIX.assign(event=0)).tidy()
    assert (rows[["estimate", "conf_low", "conf_high"]] == 1).all(axis=None)


def test_several_causes_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"2 causes .* use cumulative_incidence"):
        curve_of(SIX.assign(event=[1, 2, 0, 1, 2, 0]))


def test_a_group_without_complete_rows_is_refused() -> None:
    data = SIX.assign(g=["a", "a", "a", "b", "b", "b"], event=[1, 0, 1, None, None, None])
    with (
        pytest.warns(MissingDataWarning),
        pytest.raises(NotEstimableError, match="no complete rows in b"),
    ):
        curve_of(data, by="g")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"conf_type": "logit"}, "Unknown conf_type 'logit'; choose one of: log-log, log, plain"),
        ({"conf_level": 95}, "conf_level must lie between 0 and 1"),
        ({"horizons": (-1,)}, "horizons must be finite times of at least 0"),
        ({"by": "arm"}, "no column 'arm'"),
    ],
)
def test_bad_options(more: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        curve_of(SIX, **more)


def test_words_of_the_result() -> None:
    curve = curve_of(SIX, horizons=[2, 5], time_unit="months", conf_level=0.9)
    assert curve.method == "Kaplan-Meier estimate, Greenwood error, 90% log-log limits"
    assert curve.horizons == (2.0, 5.0)
    assert curve.time_unit == "months"
    assert curve.tidy()["group"].unique().tolist() == ["all"]
