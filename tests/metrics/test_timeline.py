import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.registry import build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY


def test_lanes_order_and_words(registry):
    two = registry(
        "A B C",
        patients="patient_id,death_day,last_contact_day,last_contact_status\npA,200,150,\npB,,90,lost",
        procedures="""
        procedure_id,episode_id,component,approach,day,sequence
        3,A,biopsy,mis,,3
        2,A,laminectomy,open,0,2
        1,A,embolization,interventional,,1
        """,
        scores="""
        episode_id,instrument,location,side,day,visit,value,approximate,missing_reason
        A,odi,,,90,3m,22.5,yes,
        A,odi,,,,pre,60,,
        A,odi,,,,1y,,,refused
        A,nrs_pain,leg,left,90,3m,3,,
        """,
        lesions="""
        episode_id,lesion_id,measure,day,value,unit,qualitative
        A,L1,volume,30,3.5,cm3,smaller
        A,L1,percent_residual,30,35,%,
        """,
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day,label
        1,A,imaging,occurred,30,,,
        2,A,complication,occurred,3,,,dural tear
        3,A,new_fracture,absent,30,,,
        4,A,local_recurrence,occurred,,100,130,
        """,
    )
    items = metrics.episode_timeline(two)
    assert list(items.columns) == [
        *["lane", "kind", "label", "day", "end_day", "value", "approximate"]
    ]
    a = items.loc["A"]
    assert a[["lane", "label"]].apply(tuple, axis=1).tolist() == [
        ("scores", "ODI 60 (pre)"),
        ("procedures", "Arterial embolization"),
        ("procedures", "Laminectomy (open decompression)"),
        ("procedures", "Biopsy"),
        ("events", "Complication: dural tear"),
        ("scans", "Imaging"),
        ("scans", "35 % left"),
        ("scans", "volume 3.5 cm3, smaller"),
        ("findings", "looked for, not seen: new vertebral fracture"),
        ("scores", "NRS 3, left leg (3m)"),
        ("scores", "ODI about 22.5 (3m)"),
        ("findings", "Local recurrence"),
        ("events", "Last contact"),
        ("events", "Death"),
    ]
    fuzzy = a[a["kind"] == "local_recurrence"].iloc[0]
    assert (fuzzy["day"], fuzzy["end_day"], fuzzy["approximate"]) == (100, 130, True)
    assert a[a["kind"] == "volume"]["value"].tolist() == [3.5]
    assert items.loc[["B"], "label"].tolist() == ["Last contact (lost)"]
    assert "C" not in items.index


def test_nothing_recorded_is_an_empty_timeline(registry):
    items = metrics.episode_timeline(registry("A"))
    assert len(items) == 0 and items.index.name == "episode_id"


def course(items, name):
    return items.loc[[name], ["lane", "kind", "label", "day"]].fillna(-9).apply(tuple, axis=1)


def test_several_episodes_of_one_patient(registry):
    three = registry(
        "A B",
        patients="patient_id,death_day\npA,400",
        procedures="""
        procedure_id,episode_id,component,approach,day
        1,A,nerve_root_block,interventional,0
        2,B,laminectomy,open,0
        """,
    )
    assert not metrics.episode_timeline(three)["kind"].str.endswith("episode").any()
    tables = {name: frame for name, frame in three.tables.items() if len(frame)}
    tables["episodes"] = pd.DataFrame(
        {
            "episode_id": ["A1", "A2", "A3", "B1"],
            "patient_id": ["pA", "pA", "pA", "pB"],
            "diagnosis": "lumbar_disc_herniation",
            "index_day": [0.0, 100, 100, 0],
        }
    )
    tables["procedures"] = pd.DataFrame(
        {
            "procedure_id": ["1", "2", "3", "4"],
            "episode_id": ["A1", "A2", "A2", "A2"],
            "component": ["nerve_root_block", "biopsy", "laminectomy", "open_fusion_fixation"],
            "day": [0.0, -1, 0, 0],
            "sequence": [1.0, 1, 2, 3],
        }
    )
    registry = build_registry(tables, vocabulary=SHIPPED_VOCABULARY)
    items = metrics.episode_timeline(registry)
    block = "Selective nerve root block"
    assert course(items, "A1").tolist() == [
        ("procedures", "nerve_root_block", block, 0),
        ("procedures", "later_episode", "Later episode", 100),  # of A3 nothing is recorded
        ("procedures", "later_episode",
         "Later episode: Laminectomy (open decompression) and more", 100),
        ("events", "death", "Death", 400),
    ]  # fmt: skip
    assert course(items, "A3").tolist() == [
        ("procedures", "earlier_episode", f"Earlier episode: {block}", -100),
        ("procedures", "simultaneous_episode",
         "Simultaneous episode: Laminectomy (open decompression) and more", 0),
        ("events", "death", "Death", 300),
    ]  # fmt: skip
    first = so.select_cohort(registry, episodes="first")
    assert (metrics.episode_timeline(first)["kind"] == "later_episode").sum() == 2


def test_the_stay_is_a_span_where_it_is_a_single_one(registry):
    four = registry(
        "A B C D",
        episodes="episode_id,los_days,discharge\nA,5,home\nB,0,\nC,9,\nD,,home",
        procedures="""
        procedure_id,episode_id,component,approach,day,stage
        1,C,laminectomy,open,0,1
        2,C,percutaneous_pedicle_screw,mis,20,2
        """,
        events="""
        event_id,episode_id,kind,status,day
        1,C,discharge,occurred,5
        """,
    )
    items = metrics.episode_timeline(four)
    stays = items[items["kind"] == "stay"]
    assert stays.index.tolist() == ["A", "B"]
    assert stays["label"].tolist() == ["Stay in hospital (home)", "Stay in hospital"]
    assert stays["day"].tolist() == [0, 0]
    assert stays["end_day"].fillna(-9).tolist() == [5, -9]
    assert course(items, "C").tolist()[1] == ("events", "discharge", "Discharge from hospital", 5)
    assert "D" not in items.index


def test_a_death_that_nobody_dated(registry):
    two = registry(
        "A B",
        patients="patient_id,last_contact_day,last_contact_status,death_cause\n"
        "pA,40,dead,\npB,,,cancer",
    )
    items = metrics.episode_timeline(two)
    assert course(items, "A").tolist() == [
        ("events", "last_contact", "Last contact (dead)", 40),
        ("events", "death", "Death", -9),
    ]
    assert course(items, "B").tolist() == [("events", "death", "Death", -9)]
    assert not items["approximate"].any()


def test_what_was_known_only_to_have_come_by_a_day(registry):
    one = registry(
        "A",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,complication,occurred,,,20
        2,A,reoperation,occurred,30,,
        3,A,readmission,occurred,,40,
        4,A,ambulation,occurred,1,,
        """,
    )
    items = metrics.episode_timeline(one)
    assert items["kind"].tolist() == ["ambulation", "complication", "reoperation", "readmission"]
    by = items.iloc[1]
    assert np.isnan(by["day"]) and by["end_day"] == 20 and by["approximate"]
    since = items.iloc[3]
    assert since["day"] == 40 and np.isnan(since["end_day"]) and since["approximate"]


def test_a_component_known_to_the_month_stands_by_its_month(registry):
    tables = registry(
        "A",
        procedures="""
        procedure_id,episode_id,component,approach,day
        1,A,laminectomy,open,0
        2,A,embolization,interventional,-10
        3,A,biopsy,mis,-60
        """,
    ).tables
    given = {name: frame for name, frame in tables.items() if len(frame)}
    given["episodes"] = given["episodes"].assign(index_date="2020-03-15")
    given["procedures"] = given["procedures"].assign(
        day=None, date=["2020-03-15", "2020-02", "2020-01-10"]
    )
    items = metrics.episode_timeline(build_registry(given, vocabulary=SHIPPED_VOCABULARY))
    assert items["kind"].tolist() == ["biopsy", "embolization", "laminectomy"]
    # 2020-02-01 to 2020-02-29, before 2020-03-15.
    assert items["day"].tolist() == [-65, -43, 0]
    assert items["end_day"].fillna(-9).tolist() == [-9, -15, -9]


@pytest.mark.parametrize(
    ("kind", "lane"),
    [
        ("imaging", "scans"),
        *[(kind, "findings") for kind in ("finding", "new_site", "new_fracture", "cement_leak")],
        *[(kind, "findings") for kind in ("local_recurrence", "systemic_progression")],
        *[(kind, "events") for kind in ("complication", "reoperation", "radiotherapy_start")],
        ("discharge", "events"),
    ],
)
def test_the_lane_of_each_kind(registry, kind, lane):
    events = f"event_id,episode_id,kind,status,day\n1,A,{kind},occurred,5"
    items = metrics.episode_timeline(registry("A", events=events))
    assert items.loc[items["kind"] == kind, "lane"].tolist() == [lane]


@settings(deadline=None, max_examples=15)
@given(order=st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(order):
    lines = [
        "1,A,imaging,occurred,30,,",
        "2,A,complication,occurred,,,",
        "3,A,complication,occurred,3,,",
        "4,B,reoperation,occurred,,10,40",
        "5,A,new_fracture,absent,30,,",
        "6,B,readmission,occurred,10,,",
    ]
    head = "event_id,episode_id,kind,status,day,lower_day,upper_day\n"
    plain = metrics.episode_timeline(build("A B", events=head + "\n".join(lines)))
    mixed = metrics.episode_timeline(build("A B", events=head + "\n".join(lines[n] for n in order)))
    pd.testing.assert_frame_equal(mixed, plain)
