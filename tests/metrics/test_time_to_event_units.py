"""Rows that are patients, vertebrae or lesions, and events that name none of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.real_life import from_csv, told

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.times.treated import relation_on, treated_since
from spineoutcomes.selection import select_cohort
from spineoutcomes.vocabulary import relation
from spineoutcomes.vocabulary.levels import VERTEBRAE

# A patient with two episodes (B began on day 300), another with one. Events of the first episode,
# of the second, and two that name the patient only: on day 100, and on day 350 of the patient.
SEVERAL = {
    "patients": "patient_id,death_day,last_contact_day\np,700,700\nq,,500",
    "episodes": """
    episode_id,patient_id,diagnosis,index_day
    A,p,spinal_metastasis,0
    B,p,spinal_metastasis,300
    C,q,spinal_metastasis,
    """,
    "events": """
    event_id,episode_id,patient_id,kind,status,day
    1,A,p,reoperation,occurred,250
    2,B,p,reoperation,occurred,10
    3,,p,readmission,occurred,100
    4,,p,readmission,occurred,350
    5,C,q,readmission,occurred,40
    6,B,p,complication,occurred,20
    """,
}
READMISSION = {"kind": "readmission", "competing": ("death",), "censor_at": "last_contact"}


@pytest.fixture(scope="module")
def several():
    return from_csv(**SEVERAL)


def test_what_names_only_the_patient_counts_in_each_episode_it_follows(several):
    result = metrics.time_to_event(several, **READMISSION)
    # Day 100 of the patient lies before B; day 350 is its day 50.
    assert told(result, "time", "event", "of_patient") == [
        [100, "readmission", True],
        [50, "readmission", True],
        [40, "readmission", False],
    ]


def test_a_patient_has_the_events_of_all_episodes(several):
    with pytest.raises(ArgumentError, match=r"A row per patient needs one episode.*1 patient\(s\)"):
        metrics.time_to_event(several, **READMISSION, by="patient")
    first = select_cohort(several, episodes="first")
    ask = {"competing": ("death",), "censor_at": "last_contact"}
    by_episode = metrics.time_to_event(first, kind="complication", **ask)
    assert told(by_episode, "time", "event") == [[700, "death"], [500, "censored"]]
    by_patient = metrics.time_to_event(first, kind="complication", **ask, by="patient")
    assert told(by_patient, "time", "event") == [[320, "complication"], [500, "censored"]]
    assert by_patient.index.tolist() == ["A", "C"]
    again = metrics.recurrent_events(
        first, kind="readmission", censor_at="last_contact", by="patient"
    )
    assert again.loc["A", "stop"].tolist() == [100, 350, 700]
    # On the clock of the second episode, what the first one had lies before day 0.
    later = from_csv(**SEVERAL)
    is_b = later.table("episodes").set_index("episode_id")["index_day"] == 300
    alone = metrics.time_to_event(
        select_cohort(later, where=is_b), kind="reoperation", **ask, by="patient"
    )
    assert told(alone, "time", "event") == [[10, "reoperation"]]


LESIONS = {
    "patients": "patient_id,death_day,last_contact_day\np,300,300\nq,,300\nr,,300",
    "episodes": """
    episode_id,patient_id,diagnosis
    A,p,spinal_metastasis
    B,q,spinal_metastasis
    C,r,spinal_metastasis
    """,
    "events": """
    event_id,episode_id,kind,status,day,lesion_id
    1,A,local_recurrence,occurred,100,L2
    2,A,reoperation,occurred,80,L1
    3,A,reoperation,occurred,200,
    4,B,local_recurrence,occurred,50,
    5,C,local_recurrence,occurred,50,
    """,
    "lesions": """
    episode_id,lesion_id,measure,day,value,unit
    A,L3,volume,-5,2,cm3
    B,L1,volume,-5,2,cm3
    """,
}


def test_what_competes_without_a_lesion_does_so_in_all():
    result = metrics.time_to_event(
        from_csv(**LESIONS),
        kind="local_recurrence",
        competing=("reoperation", "death"),
        censor_at="last_contact",
        by="lesion",
    )
    assert [*result.index.get_level_values("lesion_id")][:4] == ["L1", "L2", "L3", "L1"]
    assert told(result, "time", "event") == [
        [80, "reoperation"],
        [100, "local_recurrence"],
        [200, "reoperation"],
        # One lesion: it is the one that recurred. C names none at all.
        [50, "local_recurrence"],
        [50, "local_recurrence"],
    ]
    assert len(result) == 5


def test_a_lesion_of_the_patient_only_is_matched_by_its_name():
    registry = from_csv(
        patients="patient_id,last_contact_day\np,300",
        episodes="""
        episode_id,patient_id,diagnosis,index_day
        A,p,spinal_metastasis,0
        B,p,spinal_metastasis,10
        """,
        events="""
        event_id,patient_id,kind,status,day,lesion_id
        1,p,local_recurrence,occurred,100,L1
        """,
        lesions="episode_id,lesion_id,measure,day,value,unit\nA,L1,volume,-5,2,cm3",
    )
    result = metrics.time_to_event(
        registry, kind="local_recurrence", censor_at="last_contact", by="lesion"
    )
    # B names no lesion, so that what names one may be its own.
    assert told(result, "time", "event") == [[100, "local_recurrence"], [90, "local_recurrence"]]


STAGED = {
    "patients": "patient_id,last_contact_day\np,200\nq,200\nr,200",
    "episodes": """
    episode_id,patient_id,diagnosis,levels,index_day
    A,p,osteoporotic_fracture,L1-L2,0
    B,q,osteoporotic_fracture,,0
    C,r,osteoporotic_fracture,L6,0
    """,
    "procedures": """
    procedure_id,episode_id,component,day,stage,levels
    1,A,vertebroplasty,0,1,L1
    2,A,vertebroplasty,7,2,L2
    3,A,biopsy,0,1,T4
    4,B,vertebroplasty,0,1,
    """,
    "events": """
    event_id,episode_id,kind,status,day,levels
    1,A,cement_leak,occurred,7,L2
    2,A,new_fracture,occurred,5,L2
    3,A,new_fracture,occurred,30,L3
    4,A,new_fracture,occurred,60,"T12, T4"
    5,B,new_fracture,occurred,60,T4
    """,
}


def test_a_vertebra_treated_later_has_its_day_0_there():
    registry = from_csv(**STAGED)
    result = metrics.time_to_event(
        registry, kind="cement_leak", censor_at="last_contact", by="level"
    )
    assert [[*key] for key in result.index][:2] == [["A", "L1"], ["A", "L2"]]
    assert told(result.loc["A"], "time", "event", "entry", "origin_day") == [
        [200, "censored", 0, 0],
        [0, "cement_leak", 0, 7],
    ]
    # Neither B nor C names a vertebra that exists.
    assert told(result.loc[["B", "C"]], "time", "status") == [[None, "missing"]] * 2
    late = metrics.time_to_event(
        registry, kind="cement_leak", censor_at="last_contact", by="level", origin=1
    )
    assert told(late.loc["A"], "time", "entry") == [[200, 0], [7, 6.5]]
    landmark = metrics.time_to_event(
        select_cohort(registry, landmark_day=2),
        kind="new_fracture",
        censor_at="last_contact",
        by="level",
    )
    assert told(landmark.loc["A"], "time", "entry") == [[198, 0], [198, 5]]


def test_a_vertebra_beside_a_treated_one_leaves_when_it_is_treated_itself():
    registry = from_csv(**STAGED)
    ask = {"kind": "new_fracture", "censor_at": "last_contact", "by": "level"}
    beside = metrics.time_to_event(registry, **ask, relation="adjacent")
    # L2 broke beside L1 on day 5, before it was treated on day 7. L3 came beside L2 on day 7.
    assert beside.loc["A"].index.tolist() == ["T12", "L2", "L3"]
    assert told(beside.loc["A"], "time", "event", "origin_day", "reason") == [
        [60, "new_fracture", 0, "event"],
        [5, "new_fracture", 0, "event"],
        [23, "new_fracture", 7, "event"],
    ]
    far = metrics.time_to_event(registry, **ask, relation="remote")
    # A biopsy treats nothing: T4 is remote. L3 was, until its neighbour was treated.
    rows = far.loc[("A", ["T4", "L3"]), :]
    assert told(rows, "time", "reason") == [[60, "event"], [7, "treated"]]


def test_relations_of_events_in_an_episode_with_stages():
    registry = from_csv(**STAGED)
    ask = {"kind": "new_fracture", "censor_at": "last_contact"}
    times = {
        name: told(metrics.time_to_event(registry, **ask, relation=name), "time", "status")
        for name in ("index", "adjacent", "remote")
    }
    assert times["adjacent"][0] == [5, "observed"]
    # Of an event at two vertebrae, T12 is adjacent and T4 remote.
    assert times["remote"][0] == [60, "observed"]
    assert times["index"][0] == [200, "observed"]
    # Nobody knows what was treated in B, so that its fracture may lie anyhow.
    assert [times[name][1] for name in times] == [[None, "missing"]] * 3


def test_an_undated_fracture_far_off_changes_nothing():
    registry = from_csv(
        patients="patient_id,last_contact_day\np,200\nq,200",
        episodes="""
        episode_id,patient_id,diagnosis,levels
        A,p,osteoporotic_fracture,L1
        B,q,osteoporotic_fracture,L1
        """,
        events="""
        event_id,episode_id,kind,status,day,levels
        1,A,new_fracture,occurred,,T4
        2,B,new_fracture,occurred,,L2
        """,
    )
    result = metrics.time_to_event(
        registry, kind="new_fracture", censor_at="last_contact", relation="adjacent"
    )
    assert told(result, "time", "status") == [[200, "observed"], [None, "missing"]]


@settings(max_examples=5, deadline=None)
@given(
    treated=st.lists(st.sampled_from(VERTEBRAE), max_size=3, unique=True),
    here=st.sampled_from(VERTEBRAE),
)
def test_relations_are_those_of_the_vocabulary(treated, here):
    levels = f'"{", ".join(treated)}"'
    registry = from_csv(
        patients="patient_id\np",
        episodes=f"episode_id,patient_id,diagnosis,levels\nA,p,spinal_metastasis,{levels}",
    )
    since = treated_since(registry, np.array([0]))
    found = relation_on(since, np.array([VERTEBRAE.index(here)]), np.array([0.0]))
    assert found.tolist() == [relation(here, treated)]


def test_death_as_a_competitor_needs_no_single_episode(several):
    result = metrics.time_to_event(
        several, kind="complication", competing=("death",), censor_at="last_contact"
    )
    assert told(result, "time", "event") == [
        [700, "death"],
        [20, "complication"],
        [500, "censored"],
    ]
    with pytest.raises(ArgumentError, match="Time to death needs one episode a patient"):
        metrics.time_to_event(several, kind="death", censor_at="last_contact")
