"""Every statement of the published case that can be measured."""

import pandas as pd
import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError


def test_final_pain_is_known_and_its_change_is_not(case):
    row = metrics.score_at(case, instrument="vas_pain", visit="final").loc["E1"]
    assert row["value"] == 0 and row["status"] == "observed" and pd.isna(row["day"])
    row = metrics.change_from_baseline(case, instrument="vas_pain", visit="final").loc["E1"]
    assert row["value"] == 0 and row["status"] == "no_baseline"
    assert pd.isna(row["change"]) and pd.isna(row["benefit"])


@pytest.mark.parametrize("rule", ["whole_grade", "rank"])
def test_muscle_grade_has_no_baseline(case, rule):
    row = metrics.grade_change(case, instrument="mrc_muscle_grade", visit="final", rule=rule)
    row = row.loc["E1"]
    assert row["grade"] == "4+" and row["status"] == "no_baseline"
    assert pd.isna(row["improved"]) and pd.isna(row["direction"])


def test_residual_is_40_percent_on_a_confounded_scan(case):
    row = metrics.residual_lesion(case, measure="percent_removed", compartment="intraspinal").loc[
        "E1"
    ]
    assert row["residual_percent"] == 40 and row["day"] == 7
    assert row["approximate"] and row["confounded"] and not row["over_100"]
    assert row["qualitative"] == "smaller" and row["status"] == "observed"
    row = metrics.residual_lesion(
        case, measure="percent_removed", visit="1w", window=(3, 21), by="lesion"
    ).loc[("E1", "L1")]
    assert row["residual_percent"] == 40


@pytest.mark.parametrize("measure", ["volume", "area", "diameter"])
def test_a_percentage_never_becomes_a_size(case, measure):
    row = metrics.residual_lesion(case, measure=measure, reference_scan="preoperative").loc["E1"]
    assert pd.isna(row["residual_percent"]) and pd.isna(row["value"])
    assert row["status"] == "missing" and row["qualitative"] == "smaller"


def test_another_compartment_is_not_there(case):
    with pytest.raises(ArgumentError, match="recorded are: intraspinal"):
        metrics.residual_lesion(case, measure="percent_removed", compartment="vertebra")


def test_no_progression_until_the_last_scan(case):
    row = metrics.time_to_recurrence(
        case, assessment="imaging", max_gap_days=365, censor_at="last_scan"
    ).loc["E1"]
    assert row["time"] == 120 and row["event"] == "censored" and row["approximate"]
    assert row["endpoint"] == "residual_progression" and row["n_scans"] == 2
    assert row["interval_lower"] == 120 and pd.isna(row["interval_upper"])
    assert row["person_years"] == pytest.approx(120 / 365.25)
    assert not row["censored_by_gap"] and row["status"] == "observed"


def test_a_last_contact_that_nobody_recorded_is_not_invented(case):
    row = metrics.time_to_recurrence(
        case, assessment="clinical", max_gap_days=None, censor_at="last_contact"
    ).loc["E1"]
    assert pd.isna(row["time"]) and pd.isna(row["event"]) and row["status"] == "missing"


def test_nothing_of_the_operation_is_known_but_that_he_lived(case):
    row = metrics.perioperative(case).loc["E1"]
    assert row["died_30d"] == 0 and row["died_90d"] == 0
    assert row.drop(["died_30d", "died_90d", "status"]).isna().all()
    assert row["status"] == "missing"


def test_timeline_tells_the_case_in_order(case):
    timeline = metrics.episode_timeline(case)
    assert (timeline.index == "E1").all()
    assert timeline["label"].tolist() == [
        "coil embolization of the feeding artery before surgery",
        "percutaneous bone cement filling of the lesion area",
        "transforaminal endoscopic removal of the tissue in the spinal canal until dural pulsation "
        "was observed",
        "images 1 week after surgery",
        "about 60 % removed, intraspinal (confounded)",
        "exudation of the operative area",
        "images about 4 months after surgery",
        "smaller, intraspinal",
        "looked for, not seen: exudation of the operative area (completely absorbed)",
        "the compressed spinal cord recovered significantly",
        "looked for, not seen: progression of the residual",
        "Muscle grade 4+, right lower limb (final)",
        "VAS 0 (final)",
    ]
    assert timeline["day"].fillna(-1).tolist() == [-1, 0, 0, 7, 7, 7, *[120] * 5, -1, -1]
    assert timeline["end_day"].isna().all()
    assert timeline["approximate"].tolist() == [
        *[False] * 4,
        True,
        False,
        *[True] * 5,
        False,
        False,
    ]
