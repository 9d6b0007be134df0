"""A stage planned from the start is no reoperation and no readmission, whichever metric counts."""

from __future__ import annotations

import pytest
from tests.metrics.real_life import told

from spineoutcomes import metrics

IMAGING = {"assessment": "imaging", "max_gap_days": 300, "censor_at": "last_scan"}


@pytest.fixture(scope="module")
def six(registry):
    """Return episodes whose second component is a planned stage, or is not, on day 14.

    A names its stage. B had a reoperation that day and names nothing. C names its first component.
    D records an unplanned component and no event. E records both, on one day. F was readmitted for
    the stage six days after it.
    """
    ids = "ABCDEF"
    return registry(
        " ".join(ids),
        patients="patient_id,last_contact_day\n" + "\n".join(f"p{one},400" for one in ids),
        procedures="procedure_id,episode_id,component,day,stage,planned\n"
        + "\n".join(
            f"{one}1,{one},laminectomy,0,1,yes\n"
            f"{one}2,{one},percutaneous_pedicle_screw,14,2,{'no' if one in 'DE' else 'yes'}"
            for one in ids
        ),
        events="""
        event_id,episode_id,kind,status,day,procedure_id
        1,A,reoperation,occurred,14,A2
        2,A,readmission,occurred,14,A2
        3,B,reoperation,occurred,14,
        4,C,reoperation,occurred,14,C1
        5,E,reoperation,occurred,14,
        6,F,readmission,occurred,20,F2
        """
        + "".join(f"\n        i{one},{one},imaging,occurred,100," for one in ids),
        scores="episode_id,instrument,day,visit,value\n"
        + "\n".join(f"{one},odi,-1,preoperative,60\n{one},odi,90,3m,20" for one in ids),
    )


UNKNOWN = [None, None, "missing"]
REOPERATED = [14, "reoperation", "observed"]
NOT_REOPERATED = [400, "censored", "observed"]


def test_the_first_reoperation(six):
    result = metrics.time_to_event(six, kind="reoperation", censor_at="last_contact")
    assert told(result, "time", "event", "status") == [
        NOT_REOPERATED,
        UNKNOWN,
        REOPERATED,
        UNKNOWN,
        REOPERATED,
        NOT_REOPERATED,
    ]
    # The same is known within 30 days.
    early = metrics.perioperative(six)["reoperation_30d"]
    assert told(early.to_frame(), "reoperation_30d") == [[0], [None], [1], [None], [1], [0]]


def test_the_first_readmission(six):
    result = metrics.time_to_event(six, kind="readmission", censor_at="last_contact")
    # F came back six days after the stage.
    assert result["time"].tolist() == [400, 400, 400, 400, 400, 20]
    early = metrics.perioperative(six)["readmission_30d"]
    assert early.tolist() == [0, 0, 0, 0, 0, 1]


def test_by_patient_and_as_it_recurs(six):
    ask = {"kind": "reoperation", "censor_at": "last_contact"}
    by_episode = metrics.time_to_event(six, **ask)
    by_patient = metrics.time_to_event(six, **ask, by="patient")
    assert told(by_patient, "time", "event") == told(by_episode, "time", "event")
    rows = metrics.recurrent_events(six, **ask)
    assert told(rows.loc[["A"]], "stop", "event") == [[400, "censored"]]
    assert told(rows.loc[["B", "D"]], "stop", "status") == [[None, "missing"]] * 2
    assert told(rows.loc[["C"]], "stop", "event") == [[14, "reoperation"], [400, "censored"]]


def test_reoperation_as_a_competitor(six):
    result = metrics.time_to_recurrence(six, **IMAGING, competing=("death", "reoperation"))
    scanned = [100, "censored", "observed"]
    assert told(result, "time", "event", "status") == [
        scanned,
        UNKNOWN,
        REOPERATED,
        UNKNOWN,
        REOPERATED,
        scanned,
    ]
    # Without it the question does not arise.
    assert metrics.time_to_recurrence(six, **IMAGING)["time"].tolist() == [100] * 6


def test_reoperation_as_a_failure(six):
    ask = {"instrument": "odi", "threshold": "ostelo_2008"}
    achieved = metrics.achieved_threshold(
        six, visit="3m", death="exclude", reoperation="failure", **ask
    )
    assert told(achieved, "achieved") == [[1], [None], [0], [None], [0], [1]]
    times = metrics.time_to_threshold(
        six, visits=["3m"], kind="first", competing=("death", "reoperation"), **ask
    )
    assert told(times, "time") == [[90], [None], [14], [None], [14], [90]]


def test_a_doubt_after_the_event_is_none(registry):
    one = registry(
        "A",
        patients="patient_id,last_contact_day\npA,400",
        procedures="""
        procedure_id,episode_id,component,day,stage,planned
        1,A,laminectomy,0,1,yes
        2,A,percutaneous_pedicle_screw,30,2,no
        """,
        events="event_id,episode_id,kind,status,day\n1,A,reoperation,occurred,10",
    )
    ask = {"kind": "reoperation", "censor_at": "last_contact"}
    assert told(metrics.time_to_event(one, **ask), "time", "event") == [[10, "reoperation"]]
    # How often it happened is another question.
    assert metrics.recurrent_events(one, **ask)["status"].tolist() == ["missing"]
