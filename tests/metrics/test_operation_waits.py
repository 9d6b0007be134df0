"""Time to radiotherapy of those for whom it was intended, and to the first walk."""

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError


def rows(result):
    return [
        (None if np.isnan(time) else time, None if pd.isna(event) else event, status)
        for time, event, status in zip(
            result["time"], result["event"], result["status"], strict=True
        )
    ]


PATIENTS = """
patient_id,death_day,last_contact_day,last_contact_status
pA,,300,alive
pB,60,,
pC,,300,alive
pD,,300,alive
pE,,300,alive
pF,,,dead
pG,,300,alive
pH,,200,alive
pI,40,,
pJ,,,
pK,20,,
"""
EPISODES = """
episode_id,radiotherapy_planned,last_followup_day
A,yes,250
B,yes,30
C,yes,250
D,no,250
E,,250
F,yes,100
G,yes,250
H,yes,
I,yes,10
J,yes,
K,no,
"""
EVENTS = """
event_id,episode_id,kind,status,day
1,A,radiotherapy_start,occurred,28
2,A,radiotherapy_start,occurred,200
3,D,radiotherapy_start,occurred,40
4,E,radiotherapy_start,occurred,40
5,G,radiotherapy_start,occurred,-30
6,G,radiotherapy_start,absent,100
7,I,radiotherapy_start,occurred,40
8,C,radiotherapy_start,absent,90
"""


def test_radiotherapy_of_those_for_whom_it_was_intended(registry):
    eleven = registry("A B C D E F G H I J K", patients=PATIENTS, episodes=EPISODES, events=EVENTS)
    result = metrics.time_to_radiotherapy(eleven)
    assert rows(result) == [
        (28, "radiotherapy_start", "observed"),
        (60, "death", "observed"),
        (250, "censored", "observed"),  # the last follow-up, later than when it was asked for
        (None, None, "not_attainable"),  # never intended, though received
        (None, None, "missing"),  # nobody recorded whether it was
        (None, None, "missing"),  # dead, and nobody knows when
        (250, "censored", "observed"),  # before surgery does not count
        (200, "censored", "observed"),
        (40, "radiotherapy_start", "observed"),  # on the day of death
        (None, None, "missing"),
        (None, None, "not_attainable"),
    ]
    assert result["intended"].fillna(-9).tolist() == [1, 1, 1, 0, -9, 1, 1, 1, 1, 1, 0]
    shape = ["time", "event", "entry", "interval_lower", "interval_upper"]
    assert list(result)[:5] == shape
    assert list(result)[-2:] == ["intended", "status"]
    assert result["event"].cat.categories.tolist() == ["censored", "radiotherapy_start", "death"]
    assert result["interval_upper"].fillna(-9).tolist() == [28, *[-9] * 7, 40, -9, -9]
    assert result["interval_lower"].fillna(-9).tolist() == [28, 60, 250, *[-9] * 3, 250, 200, 40,
                                                            -9, -9]  # fmt: skip


def test_alive_and_never_intended_is_not_censoring(registry):
    eleven = registry("A B C D E F G H I J K", patients=PATIENTS, episodes=EPISODES, events=EVENTS)
    result = metrics.time_to_radiotherapy(eleven)
    never = result[result["intended"] == 0]
    assert never[["time", "event"]].isna().all().all()
    assert (result.loc[result["event"] == "censored", "intended"] == 1).all()


PARTIAL = """
event_id,episode_id,kind,status,day,lower_day,upper_day
1,A,radiotherapy_start,occurred,,10,40
2,B,radiotherapy_start,occurred,,10,40
3,B,radiotherapy_start,occurred,5,,
4,C,radiotherapy_start,occurred,,10,40
5,D,radiotherapy_start,occurred,,-20,10
6,E,radiotherapy_start,occurred,,,
"""


@pytest.fixture(scope="module")
def partial(registry):
    return registry(
        "A B C D E",
        patients="patient_id,last_contact_day,last_contact_status\n"
        + "\n".join(f"p{name},300,alive" for name in "ABCDE"),
        episodes="episode_id,radiotherapy_planned\nA,yes\nB,yes\nC,no\nD,yes\nE,yes",
        events=PARTIAL,
    )


def test_a_month_has_to_be_settled_where_it_decides(partial):
    message = r"day\(s\) of events are needed and known only as an interval"
    with pytest.raises(ArgumentError, match=message):
        metrics.time_to_radiotherapy(partial)
    with pytest.raises(ArgumentError, match="partial_dates must be"):
        metrics.time_to_radiotherapy(partial, partial_dates="middle")


@pytest.mark.parametrize(
    ("choice", "times"),
    [
        ("midpoint", [25, 5, None, 300, None]),  # D: day -5, before surgery
        ("earliest", [10, 5, None, 300, None]),
        ("latest", [40, 5, None, 10, None]),
        ("exclude", [None, 5, None, None, None]),
    ],
)
def test_how_a_month_is_settled(partial, choice, times):
    result = metrics.time_to_radiotherapy(partial, partial_dates=choice)
    assert [time for time, _, _ in rows(result)] == times
    assert result["status"].tolist()[4] == "missing"
    if times[0] is not None:
        assert result.loc["A", ["interval_lower", "interval_upper"]].tolist() == [10, 40]


def test_a_death_known_to_the_month_matters_only_without_radiotherapy(registry):
    two = registry(
        "A B",
        patients="patient_id,death_lower_day,death_upper_day\npA,20,50\npB,20,50",
        episodes="episode_id,radiotherapy_planned\nA,yes\nB,yes",
        events="event_id,episode_id,kind,status,day\n1,A,radiotherapy_start,occurred,15",
    )
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of death are needed"):
        metrics.time_to_radiotherapy(two)
    result = metrics.time_to_radiotherapy(two, partial_dates="latest")
    assert rows(result) == [(15, "radiotherapy_start", "observed"), (50, "death", "observed")]


def test_a_contact_known_to_the_month(registry):
    two = registry(
        "A B",
        patients="""
        patient_id,last_contact_lower_day,last_contact_upper_day
        pA,100,130
        pB,100,130
        """,
        episodes="episode_id,radiotherapy_planned,last_followup_day\nA,yes,\nB,yes,90",
    )
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of last contact are needed"):
        metrics.time_to_radiotherapy(two)
    times = metrics.time_to_radiotherapy(two, partial_dates="earliest")["time"]
    assert times.tolist() == [100, 90]


def test_a_landmark_is_the_start(registry):
    four = registry(
        "A B C D",
        patients="""
        patient_id,death_day,last_contact_day
        pA,,300
        pB,,300
        pC,80,
        pD,,300
        """,
        episodes="episode_id,radiotherapy_planned\nA,yes\nB,yes\nC,yes\nD,no",
        events="""
        event_id,episode_id,kind,status,day
        1,A,radiotherapy_start,occurred,28
        2,B,radiotherapy_start,occurred,70
        """,
    )
    cohort = so.select_cohort(four, landmark_day=30)
    result = metrics.time_to_radiotherapy(cohort)
    assert rows(result) == [
        (None, None, "not_attainable"),  # started before the landmark
        (40, "radiotherapy_start", "observed"),
        (50, "death", "observed"),
        (None, None, "not_attainable"),
    ]
    on_the_day = metrics.time_to_radiotherapy(so.select_cohort(four, landmark_day=28))
    assert rows(on_the_day)[0] == (None, None, "not_attainable")
    the_day_before = metrics.time_to_radiotherapy(so.select_cohort(four, landmark_day=27))
    assert rows(the_day_before)[0] == (1, "radiotherapy_start", "observed")


def test_the_first_walk(registry):
    six = registry(
        "A B C D E F",
        patients="""
        patient_id,death_day,last_contact_day,last_contact_status
        pA,,300,alive
        pB,3,,
        pC,,300,alive
        pD,,300,alive
        pE,,,
        pF,,0,lost
        """,
        episodes="episode_id,last_followup_day\nD,90",
        events="""
        event_id,episode_id,kind,status,day
        1,A,ambulation,occurred,0
        2,C,ambulation,occurred,
        3,D,ambulation,absent,30
        4,E,ambulation,absent,30
        5,A,ambulation,occurred,1
        """,
    )
    assert rows(metrics.time_to_ambulation(six)) == [
        (0, "ambulation", "observed"),  # on the day of surgery
        (3, "death", "observed"),
        (None, None, "missing"),  # walked, and nobody knows when
        (90, "censored", "observed"),
        (None, None, "missing"),  # never seen again
        (None, None, "missing"),  # lost on day 0: nothing was observed
    ]


def test_a_registry_that_never_asks_has_no_time_to_the_first_walk(registry):
    one = registry("A", patients="patient_id,last_contact_day\npA,300")
    result = metrics.time_to_ambulation(one)
    assert rows(result) == [(None, None, "missing")]


def test_the_sample_has_the_times_it_was_simulated_with():
    registry = so.load_sample("metastases")
    result = metrics.time_to_radiotherapy(registry)
    truth, first = registry.truth, registry.table("episodes").set_index("episode_id")
    own = truth["radiotherapy_day_mis"].where(truth["arm"] == "mis", truth["radiotherapy_day_open"])
    received = result["event"] == "radiotherapy_start"
    simulated = received & own.notna() & (first["index_day"] == 0)
    assert simulated.sum() > 200
    assert (result["time"] == own)[simulated].all()
