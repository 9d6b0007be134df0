"""Clocks that start elsewhere than on day 0, and time that counts nowhere before them."""

import pandas as pd
import pytest
from tests.metrics.real_life import from_csv, told

from spineoutcomes import metrics, survival
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort

# A: radiotherapy on day 30, complication on 20 and 50. B: radiotherapy before surgery, on day -20.
# C: none. D: radiotherapy on a day nobody knows. E: in a month. F: radiotherapy and complication on
# day 40. G: died before it. H: seen last before it.
PATIENTS = """
patient_id,death_day,last_contact_day,last_contact_status
A,,200,alive
B,,200,alive
C,,200,alive
D,,200,alive
E,,200,alive
F,,200,alive
G,15,15,dead
H,,25,lost
"""
EPISODES = """
episode_id,patient_id,diagnosis,seen_first_day
A,A,spinal_metastasis,-90
B,B,spinal_metastasis,-400
C,C,spinal_metastasis,
D,D,spinal_metastasis,-10
E,E,spinal_metastasis,12
F,F,spinal_metastasis,0
G,G,spinal_metastasis,-30
H,H,spinal_metastasis,40
"""
EVENTS = """
event_id,episode_id,kind,status,day,lower_day,upper_day
1,A,radiotherapy_start,occurred,30,,
2,A,complication,occurred,20,,
3,A,complication,occurred,50,,
4,A,reoperation,occurred,70,,
5,B,radiotherapy_start,occurred,-20,,
6,B,reoperation,occurred,60,,
7,D,radiotherapy_start,occurred,,,
8,E,radiotherapy_start,occurred,,31,60
9,F,radiotherapy_start,occurred,40,,
10,F,reoperation,occurred,40,,
11,H,radiotherapy_start,occurred,25,,
"""
ASK = {"kind": "reoperation", "competing": ("death",), "censor_at": "last_contact"}


@pytest.fixture(scope="module")
def eight():
    return from_csv(patients=PATIENTS, episodes=EPISODES, events=EVENTS)


def test_the_clock_starts_with_an_event(eight):
    ask = ASK | {"origin": "radiotherapy_start"}
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of origin are needed"):
        metrics.time_to_event(eight, **ask)
    result = metrics.time_to_event(eight, **ask, partial_dates="earliest")
    assert told(result, "time", "event", "entry", "origin_day", "status") == [
        [40, "reoperation", 0, 30, "observed"],
        # From before surgery on: at risk from surgery.
        [80, "reoperation", 19.5, -20, "observed"],
        [None, None, None, None, "not_attainable"],
        [None, None, None, None, "missing"],
        [169, "censored", 0, 31, "observed"],
        # On the day itself: it counts, with time 0.
        [0, "reoperation", 0, 40, "observed"],
        [None, None, None, None, "not_attainable"],
        # Nothing was observed after it.
        [None, None, 0, 25, "missing"],
    ]
    assert told(result.loc[["A", "B"]], "interval_lower", "interval_upper") == [[40, 40], [80, 80]]
    left_out = metrics.time_to_event(eight, **ask, partial_dates="exclude")
    assert told(left_out.loc[["E"]], "time", "status") == [[None, "missing"]]


def test_the_same_as_a_late_entry(eight):
    result = metrics.time_to_event(eight, **ASK, entry="radiotherapy_start", partial_dates="latest")
    assert told(result, "time", "entry", "origin_day", "status") == [
        [70, 29.5, 0, "observed"],
        [60, 0, 0, "observed"],
        [None, None, 0, "not_attainable"],
        [None, None, 0, "missing"],
        [200, 59.5, 0, "observed"],
        [40, 39.5, 0, "observed"],
        [None, None, 0, "not_attainable"],
        [None, 24.5, 0, "missing"],
    ]
    curves = survival.cumulative_incidence(
        result.dropna(subset=["time"]), time="time", event="event", entry="entry"
    )
    # F is one of three at risk on day 40 (A and B before it), B one of three on 60, A of two on 70.
    expected = 1 - (1 - 1 / 3) * (1 - 1 / 3) * (1 - 1 / 2)
    found = curves.at(100).set_index("cause").loc["reoperation", "estimate"]
    assert found == pytest.approx(expected)


def test_what_came_before_the_origin_is_over(eight):
    result = metrics.time_to_event(
        eight,
        kind="complication",
        competing=("death",),
        censor_at="last_contact",
        origin="radiotherapy_start",
        partial_dates="earliest",
    )
    # The first complication of A came between surgery and radiotherapy.
    assert told(result.loc[["A", "B"]], "time", "status") == [
        [None, "not_attainable"],
        [220, "observed"],
    ]


def test_a_column_of_days(eight):
    ask = {"kind": "death", "censor_at": "last_contact"}
    result = metrics.time_to_event(eight, **ask, origin="seen_first_day")
    # Nobody in a registry of operations died before the operation: they enter with it.
    assert told(result, "time", "entry", "origin_day", "status") == [
        [290, 89.5, -90, "observed"],
        [600, 399.5, -400, "observed"],
        [None, None, None, "not_attainable"],
        [210, 9.5, -10, "observed"],
        [188, 0, 12, "observed"],
        [200, 0, 0, "observed"],
        [45, 29.5, -30, "observed"],
        [None, 0, 40, "missing"],
    ]
    late = metrics.time_to_event(eight, **ask, entry="seen_first_day")
    assert told(late.loc[["A", "E"]], "time", "entry") == [[200, 0], [200, 11.5]]
    both = metrics.time_to_event(
        eight, **ask, origin="seen_first_day", entry="radiotherapy_start", partial_dates="earliest"
    )
    assert told(both.loc[["A", "B"]], "time", "entry") == [[290, 119.5], [600, 399.5]]


def test_a_landmark_is_an_origin_already(eight):
    cohort = select_cohort(eight, landmark_day=10)
    with pytest.raises(ArgumentError, match="counts time from its landmark, day 10; leave origin"):
        metrics.time_to_event(cohort, **ASK, origin="radiotherapy_start")
    late = metrics.time_to_event(cohort, **ASK, entry="radiotherapy_start", partial_dates="latest")
    # With a landmark the day of an entry is over, like that of the landmark.
    assert told(late.loc[["A", "F"]], "time", "entry", "status") == [
        [60, 20, "observed"],
        [None, 30, "not_attainable"],
    ]


STAGES = {
    "patients": "patient_id,last_contact_day\nA,100\nB,100\nC,100\nD,100",
    "episodes": """
    episode_id,patient_id,diagnosis,index_procedure_id
    A,A,spinal_metastasis,1
    B,B,spinal_metastasis,4
    C,C,spinal_metastasis,6
    D,D,spinal_metastasis,
    """,
    "procedures": """
    procedure_id,episode_id,component,day,lower_day,upper_day,stage,planned
    1,A,percutaneous_pedicle_screw,0,,,1,True
    2,A,separation_surgery,10,,,2,True
    3,A,laminectomy,40,,,3,False
    4,B,percutaneous_pedicle_screw,0,,,1,True
    5,B,separation_surgery,,5,15,2,True
    6,C,laminectomy,0,,,,
    7,C,vertebroplasty,,,,,
    """,
    "events": "event_id,episode_id,kind,status,day\n1,A,reoperation,occurred,40",
}


def test_stages():
    registry = from_csv(**STAGES)

    def starts(asked, **more):
        result = metrics.time_to_event(registry, **(ASK | {"origin": asked} | more))
        return told(result, "origin_day", "status")

    # The unplanned component of A is no stage of the plan.
    months = {"partial_dates": "midpoint"}
    assert starts("last_stage", **months) == [
        [10, "observed"],
        [10, "observed"],
        [0, "observed"],
        [None, "not_attainable"],
    ]
    assert starts(2, **months)[2] == [None, "not_attainable"]
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of origin"):
        starts("last_stage")
    with pytest.raises(ArgumentError, match="no component of the cohort is of stage 3"):
        starts(3)
    assert starts("laminectomy") == [
        [40, "observed"],
        [None, "not_attainable"],
        [0, "observed"],
        [None, "not_attainable"],
    ]
    # C had a vertebroplasty, nobody knows when.
    assert starts("vertebroplasty")[2] == [None, "missing"]


def test_an_origin_of_one_lesion_is_none_of_the_other():
    registry = from_csv(
        patients="patient_id,last_contact_day\nA,100",
        episodes="episode_id,patient_id,diagnosis\nA,A,spinal_metastasis",
        procedures="""
        procedure_id,episode_id,component,day,stage,lesion_id
        1,A,laminectomy,0,1,L1
        2,A,laminectomy,7,2,L2
        """,
        events="event_id,episode_id,kind,status,day,lesion_id\n1,A,local_recurrence,occurred,90,L2",
    )
    result = metrics.time_to_event(
        registry,
        kind="local_recurrence",
        censor_at="last_contact",
        by="lesion",
        origin="laminectomy",
    )
    assert told(result, "time", "event", "origin_day") == [
        [100, "censored", 0],
        [83, "local_recurrence", 7],
    ]


def test_arms_by_stage_give_no_immortal_time():
    """Ten patients die at a steady rate; stage 2, on day 50, goes to the living and does nothing.

    From day 0 the staged look immortal for 50 days; from stage 2 on, or entering there, they die as
    the others do.
    """
    n = 10
    deaths = [10 * (k + 1) for k in range(n)]
    ids = [f"E{k}" for k in range(2 * n)]
    patients = pd.DataFrame({"patient_id": ids, "death_day": deaths * 2})
    episodes = pd.DataFrame({"episode_id": ids, "patient_id": ids})
    first = pd.DataFrame({"episode_id": ids, "day": 0, "stage": 1})
    second = [one for one, day in zip(ids[n:], deaths, strict=True) if day > 50]
    procedures = pd.concat([first, pd.DataFrame({"episode_id": second, "day": 50, "stage": 2})])
    procedures = procedures.assign(
        procedure_id=[str(k) for k in range(len(procedures))], component="laminectomy"
    )
    registry = from_csv(
        patients=patients.to_csv(index=False),
        episodes=episodes.assign(diagnosis="spinal_metastasis").to_csv(index=False),
        procedures=procedures.to_csv(index=False),
    )
    ask = {"kind": "death", "censor_at": "last_contact"}
    plain = metrics.time_to_event(registry, **ask)
    staged = metrics.time_to_event(registry, **ask, origin=2)
    assert staged["status"].value_counts()["observed"] == 5
    # The five alive on day 50 in either arm then live alike.
    since_50 = plain["time"].iloc[:n][lambda t: t > 50] - 50
    assert staged["time"].dropna().tolist() == since_50.tolist() == [10, 20, 30, 40, 50]
    late = metrics.time_to_event(registry, **ask, entry=2)
    known = late.dropna(subset=["time"])
    curve = survival.survival_curve(known, time="time", event="event", entry="entry")
    assert curve.at([60, 80])["estimate"].round(10).tolist() == [0.8, 0.4]
