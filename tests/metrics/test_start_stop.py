"""Rows cut where a covariate changes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

INDEX = pd.Index(["A", "B", "C", "D"], name="episode_id")


@pytest.fixture
def frame():
    event = pd.Categorical(
        ["recurrence", "censored", "death", None],
        categories=["censored", "recurrence", "death"],
        ordered=True,
    )
    return pd.DataFrame(
        {
            "time": [100.0, 60.0, 50.0, np.nan],
            "event": event,
            "entry": [0.0, 10.0, 0.0, 0.0],
            "arm": ["mis", "open", "mis", "open"],
            "kps": [70.0, 80.0, 90.0, 60.0],
        },
        index=INDEX,
    )


def test_rows_by_hand(frame):
    changes = pd.DataFrame(
        {
            "episode_id": ["A", "A", "B", "B", "C", "D"],
            "day": [70, 30, 5, 20, 50, 10],
            "kps": [50.0, 60.0, 75.0, np.nan, 10.0, 20.0],
            "radiotherapy": ["sbrt", "none", None, "sbrt", "none", "none"],
        }
    )
    before = frame.copy(), changes.copy()
    result = metrics.start_stop(frame, changes)
    assert list(result.columns) == ["start", "stop", "event", "kps", "radiotherapy", "arm"]
    assert result.index.tolist() == ["A", "A", "A", "B", "B", "C", "D"]
    assert result.index.name == "episode_id"
    assert result["event"].cat.categories.tolist() == ["censored", "recurrence", "death"]
    shown = result.astype(object).where(result.notna(), None)
    assert shown.to_numpy().tolist() == [
        [0, 30, "censored", 70, None, "mis"],
        [30, 70, "censored", 60, "none", "mis"],
        [70, 100, "recurrence", 50, "sbrt", "mis"],
        # What changed before the entry holds from the start; a missing value changes nothing.
        [10, 20, "censored", 75, None, "open"],
        [20, 60, "censored", 75, "sbrt", "open"],
        # A change on the day of the end changes nothing.
        [0, 50, "death", 90, None, "mis"],
        [None, None, None, 60, None, "open"],
    ]
    for now, then in zip((frame, changes), before, strict=True):
        pd.testing.assert_frame_equal(now, then)


def test_an_event_on_the_day_of_a_change_is_under_the_old_value():
    frame = pd.DataFrame({"time": [40.0, 80.0], "event": [1, 1]}, index=["A", "B"])
    changes = pd.DataFrame({"subject": ["B"], "day": [40.0], "treated": [True]})
    result = metrics.start_stop(frame, changes)
    assert result["start"].tolist() == [0, 0, 40] and result["event"].tolist() == [1, 0, 1]
    assert pd.isna(result["treated"].iloc[1]) and result["treated"].iloc[2]


def test_columns_of_one_day_come_together(frame):
    changes = pd.DataFrame(
        {
            "subject": ["A", "A"],
            "day": [40, 40],
            "kps": [50.0, np.nan],
            "walks": [np.nan, 1.0],
        }
    )
    result = metrics.start_stop(frame, changes).loc["A"]
    assert result["start"].tolist() == [0, 40]
    assert result["kps"].tolist() == [70, 50] and result["walks"].fillna(-1).tolist() == [-1, 1]


def test_types_stay(frame):
    frame["grade"] = pd.Categorical(["C", "D", "D", "E"], categories=list("ABCDE"), ordered=True)
    frame["walks"] = [True, True, False, True]
    changes = pd.DataFrame(
        {"subject": ["A", "B"], "day": [40, 40], "grade": ["E", "A"], "walks": [False, False]}
    )
    result = metrics.start_stop(frame, changes)
    assert result["grade"].dtype == frame["grade"].dtype
    assert result["grade"].tolist() == ["C", "E", "D", "A", "D", "E"]
    assert result["walks"].dtype == bool
    with pytest.raises(ArgumentError, match=r"1 row\(s\) of changes give 'grade' a value that"):
        metrics.start_stop(frame, changes.assign(grade=["E", "F"]))


@pytest.mark.parametrize("event", [[1, 0, 2, 0], [True, False, True, False], [1.0, 0.0, 2.0, 0.0]])
def test_events_as_numbers(frame, event):
    frame["event"] = event
    changes = pd.DataFrame({"subject": ["A"], "day": [40], "kps": [50.0]})
    result = metrics.start_stop(frame, changes)
    assert result["event"].dtype == frame["event"].dtype
    assert result["event"].tolist() == [0, event[0], *event[1:]]


def test_without_changes_a_row_is_a_row(frame):
    changes = pd.DataFrame({"subject": [], "day": [], "kps": [], "walks": []}, dtype=float)
    result = metrics.start_stop(frame, changes)
    assert result["stop"].tolist()[:3] == [100, 60, 50] and len(result) == 4
    assert result["kps"].tolist() == [70, 80, 90, 60] and result["walks"].isna().all()


def test_times_of_the_library_can_be_cut(registry):
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day
        1,A,radiotherapy_start,occurred,40
        2,A,local_recurrence,occurred,90
        """,
        patients="patient_id,last_contact_day\npA,100\npB,80",
    )
    times = metrics.time_to_event(two, kind="local_recurrence", censor_at="last_contact")
    irradiated = metrics.time_to_event(
        two, kind="radiotherapy_start", censor_at="last_contact", within="everyone"
    )
    came = irradiated[irradiated["event"] == "radiotherapy_start"]
    changes = came["time"].rename("day").reset_index().assign(irradiated=True)
    result = metrics.start_stop(times.assign(irradiated=False), changes)
    assert result[["start", "stop", "irradiated"]].to_numpy().tolist() == [
        [0, 40, False],
        [40, 90, True],
        [0, 80, False],
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"subject": ["X"], "day": [1], "kps": [1.0]}, r"1 row\(s\) of changes name a subject"),
        ({"subject": ["B"], "day": [61], "kps": [1.0]}, r"1 row\(s\) .* after the end of their"),
        ({"subject": ["B"], "day": [np.nan], "kps": [1.0]}, r"1 row\(s\) of changes have no day"),
        (
            {"subject": ["B", "B"], "day": [20, 20], "kps": [1.0, 2.0]},
            r"1 row\(s\) of changes give 'kps' a second value at the same time",
        ),
        ({"day": [1], "kps": [1.0]}, r"needs the columns subject \(or episode_id\) and day"),
        ({"subject": ["B"], "kps": [1.0]}, "needs the columns subject"),
        ({"subject": ["B"], "day": [1]}, "needs at least one covariate.*it has none"),
        ({"subject": ["B"], "day": [1], "time": [1.0]}, "taken are: time"),
        ({"subject": ["B"], "day": [1], "episode_id": ["B"]}, "taken are: episode_id"),
    ],
)
def test_changes_that_are_refused(frame, rows, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.start_stop(frame, pd.DataFrame(rows))


def test_frames_that_are_refused(frame):
    changes = pd.DataFrame({"subject": ["A"], "day": [40], "kps": [50.0]})
    for wrong, message in (
        (frame.drop(columns="time"), "frame needs the columns time and event; it lacks time"),
        (frame[["arm"]], "it lacks time and event"),
        (pd.concat([frame, frame[:2]]), r"one row per subject; 2 row\(s\) repeat one"),
        (frame.assign(event="death"), "event must be a Categorical .* it has dtype (object|str)"),
        (frame.assign(entry=61.0), r"2 row\(s\) of frame enter after they end"),
        (frame.assign(entry=np.nan), r"3 row\(s\) of frame enter after they end, or at no known"),
    ):
        with pytest.raises(ArgumentError, match=message):
            metrics.start_stop(wrong, changes)
    unnamed = frame.rename_axis(None)
    with pytest.raises(ArgumentError, match="needs the columns subject and day"):
        metrics.start_stop(unnamed, changes.rename(columns={"subject": "who"}))


SUBJECT = st.tuples(
    st.integers(0, 5),  # entry
    st.integers(1, 10),  # how long
    st.booleans(),  # event
    st.dictionaries(st.integers(-3, 15), st.integers(0, 9)),  # day of change: value
)


@settings(max_examples=100, deadline=None)
@given(subjects=st.lists(SUBJECT, min_size=1, max_size=8), scale=st.sampled_from([1.0, 0.1, 30.4]))
def test_time_and_events_are_conserved(subjects, scale):
    frame = pd.DataFrame(
        {
            "entry": [scale * entry for entry, *_ in subjects],
            "time": [scale * (entry + length) for entry, length, *_ in subjects],
            "event": [int(event) for _, _, event, _ in subjects],
            "x": -1,
        }
    )
    told = [
        (n, scale * day, value)
        for n, (entry, length, _, changes) in enumerate(subjects)
        for day, value in changes.items()
        if day <= entry + length
    ]
    changes = pd.DataFrame(told, columns=["subject", "day", "x"])
    result = metrics.start_stop(frame, changes.sample(frac=1, random_state=1))
    by_subject = result.groupby(level=0)
    lasted = (result["stop"] - result["start"]).groupby(level=0).sum()
    assert np.allclose(lasted, frame["time"] - frame["entry"], rtol=0, atol=1e-9)
    assert by_subject["event"].sum().tolist() == frame["event"].tolist()
    assert (result["stop"] > result["start"]).all()
    assert by_subject["start"].first().tolist() == frame["entry"].tolist()
    assert by_subject["stop"].last().tolist() == frame["time"].tolist()
    for n, (_, _, _, days) in enumerate(subjects):
        for start, value in result.loc[[n], ["start", "x"]].itertuples(index=False):
            before = [day for day in days if scale * day <= start]
            assert value == (days[max(before)] if before else -1)
