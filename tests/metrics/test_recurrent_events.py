"""Events that come again: rows of start and stop."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build
from tests.metrics.real_life import from_csv, told

from spineoutcomes import metrics
from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort

# A: two complications, then followed up to day 100. B: one and death on day 80. C: none. D: one
# after the last follow-up. E: one on day 0, and no more known. F: on a day nobody knows. G: nothing
# is known. H: complication and death on day 30. I: after the end of the study. J: died on day 0.
EVENTS = """
event_id,episode_id,kind,status,day
1,A,complication,occurred,40
2,A,complication,occurred,10
3,B,complication,occurred,20
4,D,complication,occurred,150
5,E,complication,occurred,0
6,F,complication,occurred,
7,H,complication,occurred,30
8,I,complication,occurred,20
9,I,complication,occurred,60
10,A,reoperation,occurred,70
11,A,complication,absent,90
"""
PATIENTS = """
patient_id,death_day,last_contact_day
pB,80,80
pC,,100
pF,,100
pH,30,30
pI,,100
pJ,0,
"""
EPISODES = """
episode_id,last_followup_day,cutoff_day
A,100,
D,120,
I,,50
"""


@pytest.fixture(scope="module")
def ten(registry):
    return registry("A B C D E F G H I J", events=EVENTS, patients=PATIENTS, episodes=EPISODES)


def test_rows_by_hand(ten):
    rows = metrics.recurrent_events(ten, kind="complication")
    assert list(rows.columns) == ["start", "stop", "event", "n_before", "reason", "status"]
    assert rows["event"].cat.categories.tolist() == ["censored", "complication", "death"]
    assert rows["event"].cat.ordered
    shown = told(rows, *rows.columns)
    assert [[one, *row] for one, row in zip(rows.index, shown, strict=True)] == [
        ["A", 0, 10, "complication", 0, "event", "observed"],
        ["A", 10, 40, "complication", 1, "event", "observed"],
        ["A", 40, 100, "censored", 2, "last_followup", "observed"],
        ["B", 0, 20, "complication", 0, "event", "observed"],
        ["B", 20, 80, "death", 1, "competing", "observed"],
        ["C", 0, 100, "censored", 0, "last_contact", "observed"],
        # Who came with an event was observed until then.
        ["D", 0, 150, "complication", 0, "event", "observed"],
        ["E", 0, 0.5, "complication", 0, "event", "observed"],
        ["F", None, None, None, 0, None, "missing"],
        ["G", None, None, None, 0, None, "missing"],
        ["H", 0, 29.5, "complication", 0, "event", "observed"],
        ["H", 29.5, 30, "death", 1, "competing", "observed"],
        ["I", 0, 20, "complication", 0, "event", "observed"],
        ["I", 20, 50, "censored", 1, "cutoff", "observed"],
        ["J", 0, 0.5, "death", 0, "competing", "observed"],
    ]


def test_another_kind_may_end_the_process(ten):
    rows = metrics.recurrent_events(ten, kind="complication", competing=("death", "reoperation"))
    assert rows["event"].cat.categories.tolist() == [
        *["censored", "complication", "death", "reoperation"]
    ]
    assert told(rows.loc["A"], "start", "stop", "event")[-1] == [40, 70, "reoperation"]


def test_several_on_one_day(registry):
    one = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day
        1,A,complication,occurred,10
        2,A,complication,occurred,10
        3,A,complication,occurred,10
        4,A,complication,occurred,11
        5,A,complication,occurred,11
        6,B,complication,occurred,0
        7,B,complication,occurred,0
        """,
        patients="patient_id,death_day,last_contact_day\npA,11,11\npB,,40",
    )
    with pytest.raises(ArgumentError, match=r"4 event\(s\) share their day .* same_day=\"once\""):
        metrics.recurrent_events(one, kind="complication")
    once = metrics.recurrent_events(one, kind="complication", same_day="once")
    assert told(once.loc["A"], "start", "stop", "event") == [
        [0, 10, "complication"],
        [10, 10.5, "complication"],
        [10.5, 11, "death"],
    ]
    each = metrics.recurrent_events(one, kind="complication", same_day="each")
    # Three on day 10 lie a third of a day apart; two on day 11 precede death by a third each.
    stops = [10 - 2 / 3, 10 - 1 / 3, 10, 11 - 2 / 3, 11 - 1 / 3, 11]
    assert each.loc["A", "stop"].tolist() == pytest.approx(stops)
    assert each.loc["A", "event"].tolist() == [*["complication"] * 5, "death"]
    assert each.loc["B", "stop"].tolist() == [0.25, 0.5, 40]
    assert each.loc["B", "n_before"].tolist() == [0, 1, 2]


def test_gaps_between_scans(registry):
    # Scans on 50, 100, 400, 450; a finding on each of 100, 400 and 450. Nothing for 300 days.
    three = registry(
        "A B C D",
        events="""
        event_id,episode_id,kind,status,day
        1,A,imaging,occurred,50
        2,A,imaging,occurred,100
        3,A,imaging,occurred,400
        4,A,imaging,occurred,450
        5,A,new_fracture,occurred,100
        6,A,new_fracture,occurred,400
        7,A,new_fracture,occurred,450
        8,B,imaging,occurred,200
        9,B,imaging,occurred,260
        10,C,imaging,occurred,60
        11,D,imaging,occurred,50
        12,D,imaging,occurred,300
        13,D,imaging,occurred,350
        """,
        patients="patient_id,death_day\npA,500\npC,400",
    )
    ask = {"kind": "new_fracture", "censor_at": "last_scan"}
    rows = metrics.recurrent_events(three, **ask, max_gap_days=100)
    assert told(rows.loc["A"], "start", "stop", "event", "reason") == [
        [0, 100, "new_fracture", "event"],
        # What the scan of day 400 shows may have come at any time since day 100.
        [400, 450, "new_fracture", "event"],
        [450, 500, "death", "competing"],
    ]
    assert told(rows.loc[["B", "C", "D"]], "start", "stop", "event", "reason") == [
        [200, 260, "censored", "last_scan"],
        # Nobody looked at C for long before it died.
        [0, 60, "censored", "gap"],
        [0, 50, "censored", "gap"],
        [300, 350, "censored", "last_scan"],
    ]
    whole = metrics.recurrent_events(three, **ask)
    assert whole.loc["A", "stop"].tolist() == [100, 400, 450, 500]
    assert whole.loc[["C"], "event"].tolist() == ["death"]


def test_late_entry_and_other_origins(registry):
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day
        1,A,complication,occurred,10
        2,A,complication,occurred,30
        3,A,complication,occurred,60
        4,A,radiotherapy_start,occurred,30
        5,B,complication,occurred,10
        """,
        patients="patient_id,last_contact_day\npA,100\npB,100",
    )
    ask = {"kind": "complication"}
    since = metrics.recurrent_events(two, **ask, origin="radiotherapy_start")
    # What came before is left out; what came on the day itself stands at noon.
    assert told(since, "start", "stop", "event", "n_before", "status") == [
        [0, 0.5, "complication", 0, "observed"],
        [0.5, 30, "complication", 1, "observed"],
        [30, 70, "censored", 2, "observed"],
        [None, None, None, 0, "not_attainable"],
    ]
    late = metrics.recurrent_events(two, **ask, entry="radiotherapy_start")
    assert told(late.loc["A"], "start", "stop") == [[30, 30.5], [30.5, 60], [60, 100]]
    landmark = metrics.recurrent_events(select_cohort(two, landmark_day=30), **ask)
    assert told(landmark, "start", "stop") == [[0, 30], [30, 70], [0, 70]]


def test_lesions_and_vertebrae():
    registry = from_csv(
        patients="patient_id,last_contact_day\np,100",
        episodes="episode_id,patient_id,diagnosis,levels\nA,p,osteoporotic_fracture,L1-L2",
        events="""
        event_id,episode_id,kind,status,day,levels
        1,A,new_fracture,occurred,20,L1
        2,A,new_fracture,occurred,40,L1
        3,A,new_fracture,occurred,60,L3
        """,
    )
    rows = metrics.recurrent_events(registry, kind="new_fracture", by="level")
    assert rows.index.names == ["episode_id", "level"]
    assert rows.loc[("A", "L1"), "stop"].tolist() == [20, 40, 100]
    assert rows.loc[("A", "L2"), "stop"].tolist() == [100]
    beside = metrics.recurrent_events(registry, kind="new_fracture", relation="adjacent")
    assert beside["stop"].tolist() == [60, 100]


def test_an_undated_event_after_the_end_of_the_study_is_no_matter(registry):
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,complication,occurred,,60,90
        2,B,complication,occurred,,40,60
        """,
        episodes="episode_id,cutoff_day\nA,50\nB,50",
        patients="patient_id,last_contact_day\npA,100\npB,100",
    )
    rows = metrics.recurrent_events(two, kind="complication", partial_dates="exclude")
    assert told(rows, "stop", "status") == [[50, "observed"], [None, "missing"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "death"}, "Nobody dies twice"),
        ({"kind": "relapse"}, "Unknown event kind 'relapse'"),
        ({"censor_at": "end"}, "censor_at must be"),
        ({"competing": ()}, 'competing must name "death"'),
        ({"competing": ("death", "complication")}, "complication stands there twice"),
        ({"max_gap_days": 10}, "max_gap_days is about scans"),
        ({"censor_at": "last_scan", "max_gap_days": -1}, "max_gap_days must be 0 or more"),
        ({"same_day": "both"}, 'same_day must be "once" or "each", got \'both\''),
        ({"partial_dates": "mean"}, "partial_dates must be"),
    ],
)
def test_what_cannot_be_asked(ten, change, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.recurrent_events(ten, **({"kind": "complication"} | change))


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(list("ABCDEFGHIJ")), seed=st.integers(0, 1000))
def test_order_of_rows_changes_nothing(order, seed):
    lines = EVENTS.strip().splitlines()
    rows = np.random.default_rng(seed).permutation(lines[1:])
    tables = {"patients": PATIENTS, "episodes": EPISODES}
    plain = build("A B C D E F G H I J", events=EVENTS, **tables)
    mixed = build(" ".join(order), events="\n".join([lines[0], *rows]), **tables)
    result = metrics.recurrent_events(mixed, kind="complication")
    assert list(dict.fromkeys(result.index)) == as_cohort(mixed).data.index.tolist()
    pd.testing.assert_frame_equal(
        result.sort_index(kind="stable"), metrics.recurrent_events(plain, kind="complication")
    )


@settings(max_examples=6, deadline=None)
@given(
    histories=st.lists(
        st.tuples(st.lists(st.integers(0, 8)), st.integers(1, 9), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_time_and_events_are_kept(histories):
    """Rows of a unit follow each other, cover its time, and hold its events."""
    ids = [f"E{n}" for n in range(len(histories))]
    kept = [[day for day in days if day <= end] for days, end, _ in histories]
    events = [
        f"e{n}_{k},{one},complication,occurred,{day}"
        for n, (one, days) in enumerate(zip(ids, kept, strict=True))
        for k, day in enumerate(days)
    ]
    patients = [
        f"p{one},{end if died else ''},{end}"
        for one, (_, end, died) in zip(ids, histories, strict=True)
    ]
    tables = {"patients": "patient_id,death_day,last_contact_day\n" + "\n".join(patients)}
    if events:
        tables["events"] = "event_id,episode_id,kind,status,day\n" + "\n".join(events)
    rows = metrics.recurrent_events(
        build(" ".join(ids), **tables), kind="complication", same_day="each"
    )
    assert (rows["stop"] > rows["start"]).all() and rows["start"].groupby(level=0).min().eq(0).all()
    for one, days, (_, end, died) in zip(ids, kept, histories, strict=True):
        own = rows.loc[[one]]
        assert own["start"].tolist()[1:] == own["stop"].tolist()[:-1]
        assert (own["stop"] - own["start"]).sum() == pytest.approx(end)
        assert (own["event"] == "complication").sum() == len(days)
        assert (own["event"] == "death").sum() == died
        assert own["event"].iloc[-1] == "death" or not died


def test_a_registry_of_which_nothing_is_known(registry):
    rows = metrics.recurrent_events(registry("A B"), kind="complication")
    assert told(rows, "start", "stop", "event", "status") == [[None, None, None, "missing"]] * 2
