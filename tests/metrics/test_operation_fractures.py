"""New fractures by where they lie, seen on scans, death competing."""

import numpy as np
import pandas as pd
import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

CHOICES = {"max_gap_days": 365, "censor_at": "last_scan"}


def told(result, relation):
    own = result.xs(relation, level="relation")
    return [
        (None if np.isnan(time) else time, None if pd.isna(event) else event)
        for time, event in zip(own["time"], own["event"], strict=True)
    ]


@pytest.fixture(scope="module")
def six(registry):
    return registry(
        "A B C D E F",
        patients="patient_id,death_day,last_contact_day\npA,,900\npC,200,\npE,,900\npF,,900",
        episodes="episode_id,levels\nA,L1\nB,T12\nC,L1\nD,\nE,L1\nF,L1",
        procedures="""
        procedure_id,episode_id,component,approach,day,levels
        1,A,vertebroplasty,mis,0,"L1, L3"
        2,C,vertebroplasty,mis,0,
        3,D,vertebroplasty,mis,0,
        4,E,biopsy,mis,0,T4
        """,
        events="""
        event_id,episode_id,kind,status,day,levels
        1,A,imaging,occurred,90,
        2,A,new_fracture,occurred,180,L2
        3,A,new_fracture,occurred,300,L3
        4,A,imaging,occurred,400,
        5,B,imaging,occurred,100,
        6,B,new_fracture,occurred,150,"T11, L5"
        7,C,imaging,occurred,100,
        8,D,new_fracture,occurred,60,L2
        9,E,new_fracture,occurred,50,
        10,E,new_fracture,occurred,80,L2
        11,E,new_fracture,occurred,30,L1
        12,F,new_fracture,absent,120,
        13,F,imaging,occurred,70,
        """,
    )


def test_where_the_fracture_lies(six):
    result = metrics.time_to_new_fracture(six, **CHOICES)
    assert result.index.tolist() == [
        (name, relation) for name in "ABCDEF" for relation in ("any", "index", "adjacent", "remote")
    ]
    # A was treated at L1 and L3, as its component says: L2 lies next to both, L3 is treated.
    # B broke two vertebrae at once, next to T12 and far from it. C died. D has no treated level, E
    # (treated at L1: the biopsy treats nothing) a fracture on day 50 that nobody placed.
    fracture = "new_fracture"
    assert told(result, "any") == [
        (180, fracture), (150, fracture), (200, "death"),
        (60, fracture), (30, fracture), (70, "censored"),
    ]  # fmt: skip
    assert told(result, "index") == [
        (300, fracture), (100, "censored"), (200, "death"),
        (None, None), (30, fracture), (70, "censored"),
    ]  # fmt: skip
    assert told(result, "adjacent") == [
        (180, fracture), (150, fracture), (200, "death"),
        (None, None), (None, None), (70, "censored"),
    ]  # fmt: skip
    assert told(result, "remote") == [
        (400, "censored"), (150, fracture), (200, "death"),
        (None, None), (None, None), (70, "censored"),
    ]  # fmt: skip
    status = result["time"].notna().map({True: "observed", False: "missing"})
    assert result["status"].astype(object).tolist() == status.tolist()
    # Between the scan before it and the scan that shows it.
    bounds = result.loc[("A", "adjacent"), ["interval_lower", "interval_upper"]]
    assert bounds.tolist() == [90, 180]


def test_nobody_had_looked(registry):
    patients = "patient_id,death_day,last_contact_day\npA,,900\npB,600,\npC,101,\npD,,900"
    four = registry(
        "A B C D",
        patients=patients,
        episodes="episode_id,levels\nA,L1\nB,L1\nC,L1\nD,L1",
        events="""
        event_id,episode_id,kind,status,day,levels
        1,A,imaging,occurred,100,
        2,A,new_fracture,occurred,500,L1
        3,B,imaging,occurred,100,
        4,D,new_fracture,occurred,100,L1
        """,
    )
    near = metrics.time_to_new_fracture(four, max_gap_days=100, censor_at="last_scan")
    # C died 101 days after day 0 without a scan: nothing was observed.
    assert told(near, "index") == [
        (100, "censored"), (100, "censored"), (None, None), (100, "new_fracture")
    ]  # fmt: skip
    far = metrics.time_to_new_fracture(four, max_gap_days=None, censor_at="last_scan")
    assert told(far, "index") == [
        (500, "new_fracture"), (600, "death"), (101, "death"), (100, "new_fracture")
    ]  # fmt: skip
    contact = metrics.time_to_new_fracture(four, max_gap_days=None, censor_at="last_contact")
    assert told(contact, "remote") == [
        (900, "censored"), (600, "death"), (101, "death"), (900, "censored")
    ]  # fmt: skip


def test_it_is_the_time_to_an_event_of_each_relation(six):
    result = metrics.time_to_new_fracture(six, **CHOICES)
    for relation in ("index", "adjacent", "remote"):
        one = metrics.time_to_event(
            six, kind="new_fracture", competing=["death"], relation=relation, **CHOICES
        )
        own = result.xs(relation, level="relation")
        pd.testing.assert_frame_equal(own, one, check_names=False)


def test_a_fracture_known_to_the_month(registry):
    one = registry(
        "A",
        episodes="episode_id,levels\nA,L1",
        events="""
        event_id,episode_id,kind,status,lower_day,upper_day,levels
        1,A,new_fracture,occurred,61,91,L2
        """,
    )
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of events are needed"):
        metrics.time_to_new_fracture(one, **CHOICES)
    result = metrics.time_to_new_fracture(one, partial_dates="midpoint", **CHOICES)
    assert told(result, "adjacent") == [(76, "new_fracture")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"censor_at": "death"}, "censor_at must be .*got 'death'"),
        ({"max_gap_days": -1}, "max_gap_days must be 0 or more days"),
        ({"partial_dates": "x"}, "partial_dates must be"),
    ],
)
def test_choices_that_cannot_be(six, given, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.time_to_new_fracture(six, **{**CHOICES, **given})
