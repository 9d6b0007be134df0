"""Time to a first event: events, death, competitors, clocks, days known only to the month."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build
from tests.metrics.real_life import from_csv, told

from spineoutcomes import metrics, survival
from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort

COLUMNS = [
    *("time", "event", "entry", "interval_lower", "interval_upper", "origin_day", "reason"),
    *("unseen_days", "approximate", "of_patient", "status"),
]
REOPERATION = {"kind": "reoperation", "competing": ("death",), "censor_at": "last_contact"}

# A: re-operated on day 120. B: died on 200. C: last seen on 250, followed up until 180. D: on day
# 0. E: on a day nobody knows. F: nothing is known. G: re-operated and dead on day 90. H: in a month
# in which death came first. I: after the end of the study. J: dead, nobody knows when. K: looked
# for and not seen; no contact, but a follow-up. L: dead after the end of the study.
EVENTS = """
event_id,episode_id,kind,status,day,lower_day,upper_day,approximate
1,A,reoperation,occurred,120,,,
2,A,reoperation,occurred,200,,,
3,D,reoperation,occurred,0,,,
4,E,reoperation,occurred,,,,
5,G,reoperation,occurred,90,,,True
6,H,reoperation,occurred,,100,130,
7,I,reoperation,occurred,400,,,
8,K,reoperation,absent,50,,,
9,A,complication,occurred,10,,,
"""
PATIENTS = """
patient_id,death_day,last_contact_day,last_contact_status
pA,,300,alive
pB,200,200,dead
pC,,250,lost
pD,,300,alive
pE,,300,alive
pG,90,90,dead
pH,110,110,dead
pI,,500,alive
pJ,,,dead
pL,400,400,dead
"""
EPISODES = """
episode_id,last_followup_day,cutoff_day
C,180,
I,,365
K,77,
L,350,365
"""


@pytest.fixture(scope="module")
def twelve(registry):
    return registry("A B C D E F G H I J K L", events=EVENTS, patients=PATIENTS, episodes=EPISODES)


def test_first_events_by_hand(twelve):
    result = metrics.time_to_event(twelve, **REOPERATION, partial_dates="latest")
    assert list(result.columns) == COLUMNS
    assert result["event"].cat.categories.tolist() == ["censored", "reoperation", "death"]
    assert result["event"].cat.ordered
    assert result.index.tolist() == list("ABCDEFGHIJKL")
    assert told(result, "time", "event", "reason", "status") == [
        [120, "reoperation", "event", "observed"],
        [200, "death", "competing", "observed"],
        [250, "censored", "last_contact", "observed"],
        [0, "reoperation", "event", "observed"],
        [None, None, None, "missing"],
        [None, None, None, "missing"],
        # Both on one day: the operation came first.
        [90, "reoperation", "event", "observed"],
        # Nobody is operated on after death, so the month ends there.
        [110, "reoperation", "event", "observed"],
        [365, "censored", "cutoff", "observed"],
        [None, None, None, "missing"],
        [77, "censored", "last_followup", "observed"],
        # Known to have lived at the end of the study.
        [365, "censored", "cutoff", "observed"],
    ]
    assert told(result, "interval_lower", "interval_upper", "approximate") == [
        [120, 120, False],
        [200, None, False],
        [250, None, False],
        [0, 0, False],
        [None, None, False],
        [None, None, False],
        [90, 90, True],
        [100, 110, True],
        [365, None, False],
        [None, None, False],
        [77, None, False],
        [365, None, False],
    ]
    assert result["entry"].eq(0).all() and result["origin_day"].eq(0).all()
    assert result["unseen_days"].isna().all() and not result["of_patient"].any()


def test_events_of_the_clinic_end_at_the_last_follow_up(twelve):
    ask = REOPERATION | {"censor_at": "last_followup", "partial_dates": "latest"}
    result = metrics.time_to_event(twelve, **ask)
    assert told(result.loc[["C", "K", "L"]], "time", "reason") == [
        [180, "last_followup"],
        [77, "last_followup"],
        [350, "last_followup"],
    ]
    # Without a follow-up the last contact stands in, and death is death.
    assert told(result.loc[["A", "B"]], "time") == [[120], [200]]


def test_competing_events_in_the_order_that_is_asked(twelve):
    ask = {"kind": "complication", "censor_at": "last_contact", "partial_dates": "latest"}
    result = metrics.time_to_event(twelve, **ask, competing=("death", "reoperation"))
    assert result["event"].cat.categories.tolist() == [
        *["censored", "complication", "death", "reoperation"]
    ]
    assert told(result.loc[["A", "B", "D", "G", "H"]], "time", "event") == [
        [10, "complication"],
        [200, "death"],
        [0, "reoperation"],
        # Death comes last of what happens on a day.
        [90, "reoperation"],
        [110, "reoperation"],
    ]


def test_death_as_the_event(twelve):
    result = metrics.time_to_event(twelve, kind="death", censor_at="last_contact")
    assert result["event"].cat.categories.tolist() == ["censored", "death"]
    assert told(result, "time", "event") == [
        *[[300, "censored"], [200, "death"], [250, "censored"], [300, "censored"]],
        *[[300, "censored"], [None, None], [90, "death"], [110, "death"]],
        *[[365, "censored"], [None, None], [77, "censored"], [365, "censored"]],
    ]


def test_a_death_that_is_no_event_must_have_a_word(twelve):
    ask = {"kind": "reoperation", "censor_at": "last_contact", "partial_dates": "latest"}
    # B and J; L died after the end of the study, G and H were operated on before.
    with pytest.raises(ArgumentError, match=r"2 row\(s\) end in death .* competing=\(\"death\",\)"):
        metrics.time_to_event(twelve, **ask)
    result = metrics.time_to_event(twelve, **ask, death="censor")
    assert result["event"].cat.categories.tolist() == ["censored", "reoperation"]
    assert told(result.loc[["B"]], "time", "event", "reason") == [[200, "censored", "last_contact"]]
    assert told(result.loc[["J"]], "time", "status") == [[None, "missing"]]
    with pytest.raises(ArgumentError, match="Death is an event here already"):
        metrics.time_to_event(twelve, **REOPERATION, death="censor")


def test_censoring_at_a_death_that_came_before_any_contact(registry):
    three = registry(
        "A B C",
        patients="""
        patient_id,death_day,death_lower_day,death_upper_day,last_contact_day,last_contact_status
        pA,200,,,,
        pB,,100,130,,
        pC,,100,130,90,lost
        """,
    )
    ask = {"kind": "reoperation", "censor_at": "last_contact", "death": "censor"}
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of death are needed"):
        metrics.time_to_event(three, **ask)
    result = metrics.time_to_event(three, **ask, partial_dates="earliest")
    # Only B's month matters: C was censored before it.
    assert told(result, "time", "reason", "approximate") == [
        [200, "death", False],
        [100, "death", True],
        [90, "last_contact", False],
    ]
    left_out = metrics.time_to_event(three, **ask, partial_dates="exclude")
    assert told(left_out, "time", "status") == [
        [200, "observed"],
        [None, "missing"],
        [90, "observed"],
    ]


@pytest.mark.parametrize(
    ("choice", "time"), [("midpoint", 115), ("earliest", 100), ("latest", 130), ("exclude", None)]
)
def test_a_month_that_decides_must_have_a_word(registry, choice, time):
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,reoperation,occurred,,100,130
        2,B,reoperation,occurred,50,,
        3,B,reoperation,occurred,,100,130
        """,
    )
    # The second operation of B surely came after the first.
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of events are needed"):
        metrics.time_to_event(two, **REOPERATION)
    result = metrics.time_to_event(two, **REOPERATION, partial_dates=choice)
    assert told(result, "time") == [[time], [50]]
    assert told(result, "approximate", "status") == [
        [time is not None, "missing" if time is None else "observed"],
        [False, "observed"],
    ]
    if time is not None:
        assert told(result.loc[["A"]], "interval_lower", "interval_upper") == [[100, 130]]


def test_the_month_of_surgery_begins_with_surgery(registry):
    one = registry(
        "A",
        events="""
        event_id,episode_id,kind,status,lower_day,upper_day
        1,A,complication,occurred,-12,18
        """,
    )
    ask = {"kind": "complication", "competing": ("death",), "censor_at": "last_contact"}
    row = metrics.time_to_event(one, **ask, partial_dates="earliest")
    assert told(row, "time", "interval_lower", "interval_upper") == [[0, 0, 18]]
    assert told(metrics.time_to_event(one, **ask, partial_dates="midpoint"), "time") == [[9]]


def test_a_month_that_decides_who_came_first(registry):
    # Operated on in the month [100, 130]; died on day 105 or in the same month.
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,lower_day,upper_day
        1,A,reoperation,occurred,100,130
        2,B,reoperation,occurred,100,130
        """,
        patients="""
        patient_id,death_day,death_lower_day,death_upper_day
        pA,105,,
        pB,,100,130
        """,
    )
    for choice in ("earliest", "midpoint", "latest"):
        result = metrics.time_to_event(two, **REOPERATION, partial_dates=choice)
        assert result["event"].tolist() == ["reoperation", "reoperation"], choice
    with pytest.raises(ArgumentError, match=r"2 day\(s\) of events"):
        metrics.time_to_event(two, **REOPERATION)


def test_a_last_contact_known_to_the_month(registry):
    two = registry(
        "A B",
        patients="""
        patient_id,last_contact_lower_day,last_contact_upper_day,last_contact_status
        pA,190,220,alive
        pB,190,220,alive
        """,
        events="event_id,episode_id,kind,status,day\n1,B,reoperation,occurred,30",
    )
    # B has had the event: nobody needs the day of B's last contact.
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of last contact"):
        metrics.time_to_event(two, **REOPERATION)
    result = metrics.time_to_event(two, **REOPERATION, partial_dates="midpoint")
    assert told(result, "time", "approximate") == [[205, True], [30, False]]


def test_radiotherapy_before_surgery_is_another_one(registry):
    three = registry(
        "A B C",
        events="""
        event_id,episode_id,kind,status,day
        1,A,radiotherapy_start,occurred,-30
        2,A,radiotherapy_start,occurred,40
        3,B,radiotherapy_start,occurred,-30
        4,C,radiotherapy_start,occurred,20
        """,
        patients="patient_id,last_contact_day\npB,90",
        episodes="episode_id,radiotherapy_planned\nA,True\nB,True\nC,",
    )
    ask = {"kind": "radiotherapy_start", "competing": ("death",), "censor_at": "last_contact"}
    result = metrics.time_to_event(three, **ask)
    # Nobody told whether C was meant for it.
    assert told(result, "time", "event", "status") == [
        [40, "radiotherapy_start", "observed"],
        [90, "censored", "observed"],
        [None, None, "missing"],
    ]
    everyone = metrics.time_to_event(three, **ask, within="everyone")
    assert told(everyone.loc[["C"]], "time", "event") == [[20, "radiotherapy_start"]]


def test_who_is_within_the_denominator():
    registry = from_csv(
        patients="patient_id,last_contact_day\np1,90\np2,90\np3,90",
        episodes="""
        episode_id,patient_id,diagnosis,trial,kps,discharge
        A,p1,spinal_metastasis,True,70,home
        B,p2,spinal_metastasis,False,80,home
        C,p3,spinal_metastasis,True,90,home
        """,
    )
    ask = {"kind": "reoperation", "censor_at": "last_contact"}
    result = metrics.time_to_event(registry, **ask, within="trial")
    assert told(result, "time", "status") == [
        [90, "observed"],
        [None, "not_attainable"],
        [90, "observed"],
    ]
    for name, message in (
        ("kps", r"within must be a column of yes and no .*; 3 of 3 values of 'kps' are neither"),
        ("absent", "within must be a column of episodes known at day 0, or 'everyone'; got 'abs"),
        ("discharge", "within must be a column of episodes known at day 0"),
    ):
        with pytest.raises(ArgumentError, match=message):
            metrics.time_to_event(registry, **ask, within=name)
    # Nobody told who was meant for radiotherapy: all are at risk.
    radio = metrics.time_to_event(registry, kind="radiotherapy_start", censor_at="last_contact")
    assert radio["status"].eq("observed").all()


def test_time_counts_from_the_landmark(twelve):
    cohort = select_cohort(twelve, landmark_day=100)
    result = metrics.time_to_event(cohort, **REOPERATION, partial_dates="latest")
    assert told(result.loc[["A", "B", "C"]], "time", "entry", "origin_day") == [
        [20, 0, 100],
        [100, 0, 100],
        [150, 0, 100],
    ]
    # Operated on before the landmark: the first operation is over. K was not seen after it.
    assert told(result.loc[["D", "K"]], "time", "status") == [
        [None, "not_attainable"],
        [None, "missing"],
    ]
    assert told(result.loc[["H"]], "interval_lower", "interval_upper") == [[0, 10]]
    on_the_day = metrics.time_to_event(select_cohort(twelve, landmark_day=120), **REOPERATION)
    assert told(on_the_day.loc[["A"]], "status") == [["not_attainable"]]


def test_a_study_that_ends_before_the_clock_starts(registry):
    one = registry(
        "A",
        episodes="episode_id,cutoff_day\nA,90",
        patients="patient_id,last_contact_day\npA,200",
    )
    late = metrics.time_to_event(
        select_cohort(one, landmark_day=100), kind="death", censor_at="last_contact"
    )
    assert told(late, "time", "status") == [[None, "not_due"]]


def test_what_only_a_scan_shows_is_held_against_the_scan_before(registry):
    two = registry(
        "A B C",
        events="""
        event_id,episode_id,kind,status,day,scan_id
        1,A,imaging,occurred,100,s1
        2,A,imaging,occurred,400,s2
        3,A,new_site,occurred,400,s2
        4,B,imaging,occurred,100,s1
        5,C,imaging,occurred,120,s1
        """,
        patients="patient_id,death_day,last_contact_day\npB,500,500\npC,,300",
    )
    ask = {"kind": "new_site", "competing": ("death",), "censor_at": "last_scan"}
    result = metrics.time_to_event(two, **ask)
    assert told(result, "time", "event", "interval_lower", "unseen_days", "reason") == [
        [400, "new_site", 100, 300, "event"],
        [500, "death", 100, 400, "competing"],
        [120, "censored", 120, None, "last_scan"],
    ]
    limited = metrics.time_to_event(two, **ask, max_gap_days=300)
    assert told(limited, "time", "event", "interval_lower", "unseen_days", "reason") == [
        [400, "new_site", 100, 300, "event"],
        [100, "censored", 100, 400, "gap"],
        [120, "censored", 120, None, "last_scan"],
    ]


def test_a_scan_known_to_the_month(registry):
    one = registry(
        "A",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,imaging,occurred,,100,130
        2,A,imaging,occurred,,-40,-10
        3,A,imaging,occurred,,,
        """,
        patients="patient_id,last_contact_day\npA,300",
    )
    ask = {"kind": "new_site", "censor_at": "last_scan"}
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of scans"):
        metrics.time_to_event(one, **ask)
    row = metrics.time_to_event(one, **ask, partial_dates="earliest")
    assert told(row, "time", "approximate") == [[100, True]]
    # With another clock nobody asks.
    row = metrics.time_to_event(one, **(ask | {"censor_at": "last_contact"}))
    assert told(row, "time", "approximate") == [[300, False]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "relapse"}, "Unknown event kind 'relapse'; known are: ambulation"),
        ({"competing": ("relapse",)}, "Unknown event kind 'relapse'"),
        ({"competing": "death"}, "competing must be a list of kinds, got the text 'death'"),
        ({"competing": ("reoperation",)}, "each kind once; reoperation stands there twice"),
        ({"competing": ("death", "death")}, "each kind once; death stands there twice"),
        ({"censor_at": "death"}, 'censor_at must be "last_contact", "last_followup" or'),
        ({"by": "side"}, 'by must be "patient", "episode", "level" or "lesion", got \'side\''),
        ({"relation": "near"}, 'relation must be "index", "adjacent" or "remote", got \'near\''),
        ({"relation": "index", "by": "lesion"}, "relation is about vertebrae"),
        ({"death": "ignore"}, "death must be \"censor\" or left out, got 'ignore'"),
        ({"max_gap_days": 90}, "max_gap_days is about scans"),
        ({"censor_at": "last_scan", "max_gap_days": -1}, "max_gap_days must be 0 or more days"),
        ({"partial_dates": "mean"}, "partial_dates must be"),
        ({"origin": "birth"}, "origin must be a kind of event, a component, the number of a stage"),
        ({"entry": "levels"}, "entry must be .* a column of days in episodes; got 'levels'"),
        ({"origin": 3}, "origin=3: no component of the cohort is of stage 3"),
        ({"origin": True}, "origin must be a kind of event"),
    ],
)
def test_what_cannot_be_asked(twelve, change, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.time_to_event(twelve, **(REOPERATION | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"censor_at": "last_followup"}, "Survival is known up to the last contact"),
        ({"censor_at": "last_scan"}, "Survival is known up to the last contact"),
        ({"by": "level"}, "Death belongs to the patient"),
        ({"by": "lesion"}, "Death belongs to the patient"),
        ({"relation": "index"}, "Death belongs to the patient"),
    ],
)
def test_what_cannot_be_asked_of_death(twelve, change, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.time_to_event(twelve, **({"kind": "death", "censor_at": "last_contact"} | change))


def test_an_empty_registry_but_for_its_episodes(registry):
    result = metrics.time_to_event(registry("A B"), **REOPERATION)
    assert told(result, "time", "event", "status") == [[None, None, "missing"]] * 2
    for by in ("patient", "level", "lesion"):
        assert metrics.time_to_event(registry("A B"), **REOPERATION, by=by)["time"].isna().all()


def test_survival_functions_take_the_frame(twelve):
    result = metrics.time_to_event(twelve, **REOPERATION, partial_dates="latest")
    known = result.dropna(subset=["time"])
    curves = survival.cumulative_incidence(known, time="time", event="event", entry="entry")
    # 9 at risk, an operation on days 0, 90, 110, 120.
    assert curves.at(0).set_index("cause").loc["reoperation", "estimate"] == pytest.approx(1 / 9)


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(list("ABCDEFGHIJKL")), seed=st.integers(0, 1000))
def test_order_of_rows_changes_nothing(order, seed):
    lines = EVENTS.strip().splitlines()
    rows = np.random.default_rng(seed).permutation(lines[1:])
    tables = {"patients": PATIENTS, "episodes": EPISODES}
    plain = build("A B C D E F G H I J K L", events=EVENTS, **tables)
    mixed = build(" ".join(order), events="\n".join([lines[0], *rows]), **tables)
    ask = REOPERATION | {"partial_dates": "midpoint"}
    result = metrics.time_to_event(mixed, **ask)
    assert result.index.tolist() == as_cohort(mixed).data.index.tolist() == list(order)
    pd.testing.assert_frame_equal(result.sort_index(), metrics.time_to_event(plain, **ask))


# One row of what may happen to a patient: events of two kinds, death, last contact, cutoff.
HISTORY = st.tuples(
    st.lists(st.tuples(st.sampled_from(["reoperation", "complication"]), st.integers(0, 9))),
    st.one_of(st.none(), st.integers(9, 14)),
    st.one_of(st.none(), st.integers(0, 14)),
    st.one_of(st.none(), st.integers(1, 14)),
)


def by_hand(history):
    """Return time and event of one patient, found the long way."""
    events, death, contact, cutoff = history
    happened = sorted(
        [(day, ["reoperation", "complication"].index(kind), kind) for kind, day in events]
        + ([(death, 2, "death")] if death is not None else [])
    )
    last = np.inf if cutoff is None else cutoff
    if happened and happened[0][0] <= last:
        return happened[0][0], happened[0][2]
    # Who died did so after the cutoff: the contact may be missing, which ends nothing.
    if contact is None:
        return None, None
    end = min(contact, last)
    return (end, "censored") if end > 0 else (None, None)


@settings(max_examples=8, deadline=None)
@given(histories=st.lists(HISTORY, min_size=1, max_size=60))
def test_against_the_long_way_round(histories):
    ids = [f"E{n}" for n in range(len(histories))]
    rows = [
        f"e{n}_{k},{ids[n]},{kind},occurred,{day}"
        for n, (events, *_) in enumerate(histories)
        for k, (kind, day) in enumerate(events)
    ]
    empty = {None: ""}
    # A contact after death is an error of the registry, and is left out of this one.
    histories = [
        (events, death, None if death is not None and (contact or 0) > death else contact, cutoff)
        for events, death, contact, cutoff in histories
    ]
    patients = [
        f"p{one},{empty.get(death, death)},{empty.get(contact, contact)}"
        for one, (_, death, contact, _) in zip(ids, histories, strict=True)
    ]
    tables = {"patients": "patient_id,death_day,last_contact_day\n" + "\n".join(patients)}
    tables["episodes"] = "episode_id,cutoff_day\n" + "\n".join(
        f"{one},{empty.get(cutoff, cutoff)}"
        for one, (*_, cutoff) in zip(ids, histories, strict=True)
    )
    if rows:
        tables["events"] = "event_id,episode_id,kind,status,day\n" + "\n".join(rows)
    result = metrics.time_to_event(
        build(" ".join(ids), **tables),
        kind="reoperation",
        competing=("complication", "death"),
        censor_at="last_contact",
    )
    assert told(result, "time", "event") == [[*by_hand(history)] for history in histories]


def test_the_complement_of_kaplan_meier_overstates_what_death_competes_with(registry):
    four = registry(
        "A B C D",
        patients="""
        patient_id,death_day,last_contact_day
        pA,,30
        pB,5,5
        pC,15,15
        pD,,30
        """,
        events="""
        event_id,episode_id,kind,status,day
        1,A,reoperation,occurred,10
        2,D,reoperation,occurred,20
        """,
    )
    ask = {"kind": "reoperation", "censor_at": "last_contact"}
    # In its own category death leaves 2 of 4 with a reoperation, at day 20.
    competing = metrics.time_to_event(four, **ask, competing=("death",))
    incidence = survival.cumulative_incidence(competing, time="time", event="event").at(20)
    assert incidence.set_index("cause").loc["reoperation", "estimate"] == 0.5
    # Censored at death: 2 of 3 are free after day 10, none of 1 after day 20.
    censored = metrics.time_to_event(four, **ask, death="censor")
    free = survival.survival_curve(censored, time="time", event="event").at([10, 20])
    assert free["estimate"].tolist() == pytest.approx([2 / 3, 0])
