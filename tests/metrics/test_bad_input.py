"""What cannot be right is refused or counted: never read as if it were."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError, ValidationError

RECURRENCE = {"assessment": "imaging", "max_gap_days": 300, "censor_at": "last_scan"}
VOLUME = {"measure": "volume", "reference_scan": "preoperative"}
VOLUMETRIC = {
    "criterion": "volumetric",
    "thresholds": {"response": 65, "progression": 73},
    "reference_scan": "preoperative",
}


def test_a_measure_before_surgery_is_no_reference_for_another_one_after_it(registry):
    one = registry(
        "A",
        lesions="""
        episode_id,lesion_id,measure,day,value,unit
        A,L1,volume,-10,10,cm3
        A,L1,area,30,4,cm2
        A,L1,diameter,30,20,mm
        """,
    )
    for measure in ("volume", "area", "diameter"):
        row = metrics.residual_lesion(one, **VOLUME | {"measure": measure}).loc["A"]
        assert pd.isna(row["residual_percent"])
        assert row["status"] == ("missing" if measure == "volume" else "no_baseline")
    with pytest.raises(ArgumentError, match=r"thresholds|criterion"):
        metrics.lesion_response(one, **VOLUMETRIC | {"measure": "diameter"})


def test_a_residual_needs_its_reference_scan(registry):
    lesions = """
        episode_id,lesion_id,measure,day,value,unit
        A,L1,volume,30,4,cm3
        """
    one = registry("A", lesions=lesions)
    with pytest.raises(ArgumentError, match=r"say reference_scan="):
        metrics.residual_lesion(one, measure="volume")
    # Asked for, and nobody made it: what was left is known, and of what it is a part is not.
    row = metrics.residual_lesion(one, **VOLUME).loc["A"]
    assert pd.isna(row["residual_percent"]) and row["value"] == 4
    assert row["status"] == "no_baseline"


@pytest.mark.parametrize("after", ["", "\nA,L1,volume,365,1y,5,cm3"])
def test_a_scan_before_surgery_is_no_follow_up(registry, after):
    one = registry(
        "A",
        lesions="""
        episode_id,lesion_id,measure,day,visit,value,unit
        A,L1,volume,-10,pre,10,cm3
        A,L1,volume,-3,1y,4,cm3"""
        + after.replace("\n", "\n        "),
    )
    message = r"1 measurement\(s\) of the visit '1y' were made before surgery"
    with pytest.raises(ArgumentError, match=message):
        metrics.residual_lesion(one, **VOLUME, visit="1y")
    with pytest.raises(ArgumentError, match=message):
        metrics.lesion_response(one, **VOLUMETRIC, visit="1y")
    # By its days the scan of day -3 is the last one before surgery, and 4 its volume.
    row = metrics.residual_lesion(one, **VOLUME, window=(300, 400)).loc["A"]
    assert row["status"] == ("observed" if after else "missing")
    assert not after or row["residual_percent"] == 125


def test_a_scan_before_surgery_is_no_time_without_recurrence(registry):
    one = registry(
        "A",
        events="""
        event_id,episode_id,kind,status,day
        1,A,imaging,occurred,-5
        """,
    )
    row = metrics.time_to_recurrence(one, **RECURRENCE).loc["A"]
    assert pd.isna(row["time"]) and row["n_scans"] == 0 and row["status"] == "missing"


def test_a_recurrence_of_a_lesion_never_removed_is_counted_and_called_progression(registry):
    one = registry(
        "A",
        procedures="""
        procedure_id,episode_id,component,day,lesion_id
        1,A,laminectomy,0,L1
        """,
        lesions="""
        episode_id,lesion_id,measure,day,value,unit
        A,L1,percent_removed,5,100,%
        A,L2,volume,-3,4,cm3
        """,
        events="""
        event_id,episode_id,kind,status,day,lesion_id
        1,A,imaging,occurred,100,
        2,A,local_recurrence,occurred,100,L2
        """,
    )
    findings = one.findings()
    assert findings["rule"].tolist() == ["recurrence_without_removal"]
    assert findings["row"].tolist() == [2]
    result = metrics.time_to_recurrence(one, **RECURRENCE, by="lesion")
    assert result["endpoint"].tolist() == ["recurrence", "residual_progression"]


def test_an_event_of_another_patient_is_refused_at_loading(registry):
    with pytest.raises(ValidationError, match="who is not the patient of that episode") as caught:
        registry(
            "A B C",
            patients="patient_id,last_contact_day\npA,200\npB,200\npC,200",
            events="""
            event_id,episode_id,patient_id,kind,status,day
            1,A,pB,reoperation,occurred,10
            2,B,pB,reoperation,occurred,20
            3,C,,reoperation,occurred,30
            """,
        )
    assert caught.value.findings[["rule", "row"]].values.tolist() == [["other_patient", 1]]
    assert "pB" not in str(caught.value)


@pytest.mark.parametrize(
    ("patients", "episodes", "rule"),
    [
        ("patient_id,death_day\npA,10\npA,20", "episode_id\nA", "duplicate_key"),
        (
            "patient_id,death_date,death_day\npA,2020-01-11,20",
            "episode_id,index_date\nA,2020-01-01",
            "day_disagrees_with_date",
        ),
    ],
)
def test_a_patient_dies_once(registry, patients, episodes, rule):
    with pytest.raises(ValidationError) as caught:
        registry("A", patients=patients, episodes=episodes)
    assert rule in caught.value.findings["rule"].tolist()


def test_death_is_a_fact_of_the_patient_and_no_event(registry):
    with pytest.raises(ValidationError, match="kind are unknown"):
        registry("A", events="event_id,episode_id,kind,status,day\n1,A,death,occurred,10")
