"""The six cases of real life: what was removed, what the operation took, and who felt better."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest
from tests.metrics.real_life import CASE_REPORT, case, told

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "case_report"
ARMS = {"mis": {"approach": ["mis", "hybrid"]}, "open": {"approach": ["open", "mini_open"]}}


# The published case; `test_case_report` holds the rest of its statements.


@pytest.mark.parametrize("table", CASE_REPORT)
def test_the_sample_holds_the_rows_of_the_case(table):
    written = pd.read_csv(StringIO(dedent(CASE_REPORT[table]).strip()))
    # The sample has the words of the paper besides.
    sample = pd.read_csv(SAMPLE / f"{table}.csv")[[*written]]
    pd.testing.assert_frame_equal(sample, written)


def test_about_60_percent_removed_of_the_intraspinal_part_and_no_volume():
    registry = case("CASE_REPORT")
    row = metrics.residual_lesion(registry, measure="percent_removed", compartment="intraspinal")
    assert told(row, "residual_percent", "day", "approximate", "confounded") == [
        [40, 7, True, True]
    ]
    extent = {"compartment": "intraspinal", "visit": "1w", "window": (3, 21)}
    generic = metrics.resection_extent(
        registry, scheme="eor_generic", measure="percent_removed", **extent
    )
    assert told(generic, "extent", "status") == [["partial", "observed"]]
    volume = metrics.resection_extent(
        registry, scheme="rano_resect_style", measure="volume", limits={"small": 1.0}, **extent
    )
    assert told(volume, "extent", "status") == [[None, "missing"]]


def test_progression_was_looked_for_and_not_seen_until_the_fourth_month():
    result = metrics.time_to_recurrence(
        case("CASE_REPORT"), assessment="imaging", max_gap_days=365, censor_at="last_scan"
    )
    assert told(result, "time", "event", "endpoint", "n_scans", "approximate") == [
        [120, "censored", "residual_progression", 2, True]
    ]
    window = metrics.observation_window(case("CASE_REPORT"), endpoint="imaging")
    assert told(window, "start", "end", "reason", "approximate") == [[0, 120, "last_scan", True]]
    # Nobody was told to have been met again: of survival nothing is known beyond the scan.
    survival = metrics.time_to_event(case("CASE_REPORT"), kind="death", censor_at="last_contact")
    assert told(survival, "time", "status") == [[None, "missing"]]


def test_pain_at_the_end_is_known_and_no_change_of_it():
    ask = {"instrument": "vas_pain", "visit": "final"}
    score = metrics.score_at(case("CASE_REPORT"), **ask)
    assert told(score, "value", "status") == [[0, "observed"]]
    change = metrics.change_from_baseline(case("CASE_REPORT"), **ask)
    assert told(change, "value", "change", "status") == [[0, None, "no_baseline"]]
    grade = metrics.score_at(
        case("CASE_REPORT"), instrument="mrc_muscle_grade", visit="final", side="right"
    )
    assert told(grade, "grade", "status") == [["4+", "observed"]]


# The staged and converted metastasis.


def test_a_conversion_belongs_to_the_arm_it_was_planned_in():
    registry = case("STAGED_METASTASIS")
    with pytest.raises(ArgumentError, match="assignment"):
        select_cohort(registry, arms=ARMS)
    with pytest.raises(ArgumentError, match=r"No episode falls into the arm\(s\) open"):
        select_cohort(registry, arms=ARMS, assignment="planned")
    performed = select_cohort(registry, arms=ARMS, assignment="performed").data["arm"]
    assert performed.tolist() == ["open", "mis", "mis", "mis"]
    converted = metrics.perioperative(registry)["conversion"]
    assert converted.tolist() == [1, 0, 0, 0]


def test_stages_are_summed_and_a_missing_stage_makes_the_sum_missing():
    result = metrics.perioperative(case("STAGED_METASTASIS"))
    # E1: 60 + 120 + 200 min, 150 + 800 mL (nobody measures the blood of an embolization), stays of
    # days 0 to 5 and 14 to 24. E3: the second stage has no blood loss, no cost and no discharge.
    assert told(result, "operative_time_min", "blood_loss_ml", "cost", "los_days") == [
        [380, 950, 24000, 15],
        [110, 100, 8000, None],
        [280, None, None, None],
        [210, 500, 11000, 6],
    ]
    stay = metrics.time_to_discharge(case("STAGED_METASTASIS"))
    assert told(stay, "time", "event", "status") == [
        [15, "discharge", "observed"],
        [9, "death", "observed"],
        [None, None, "missing"],
        [6, "discharge", "observed"],
    ]
    assert told(result, "same_day_discharge") == [[0], [None], [None], [0]]


def test_the_planned_second_stage_is_no_readmission():
    result = metrics.perioperative(case("STAGED_METASTASIS"))
    # E2 was observed until death on day 9, without a complication; nothing can follow.
    assert told(result, "readmission_30d", "reoperation_90d", "died_30d", "status") == [
        [0, 0, 0, "observed"],
        [0, 0, 1, "observed"],
        [0, 0, 0, "observed"],
        [0, 0, 0, "observed"],
    ]
    graded = metrics.complications(case("STAGED_METASTASIS"), scale="clavien_dindo", within_days=30)
    assert told(graded, "complication", "n_complications", "highest", "n_I", "n_IIIb") == [
        [1, 2, "IIIb", 1, 1],
        [0, 0, "none", 0, 0],
        [0, 0, "none", 0, 0],
        [0, 0, "none", 0, 0],
    ]


def test_radiotherapy_has_the_denominator_of_day_0():
    result = metrics.time_to_radiotherapy(case("STAGED_METASTASIS"))
    assert told(result, "intended", "time", "event") == [
        [1, 42, "radiotherapy_start"],
        [1, 9, "death"],
        [0, None, None],
        [1, 30, "radiotherapy_start"],
    ]


def test_the_course_of_the_staged_metastasis_in_order():
    timeline = metrics.episode_timeline(case("STAGED_METASTASIS")).loc["E1"]
    assert told(timeline, "day", "kind") == [
        [-1, "embolization"],
        [0, "percutaneous_pedicle_screw"],
        [5, "discharge"],
        [14, "separation_surgery"],
        [14, "imaging"],
        [14, "percent_removed"],
        [14, "conversion"],
        [14, "readmission"],
        [20, "complication"],
        [22, "complication"],
        [24, "discharge"],
        [42, "radiotherapy_start"],
        [100, "imaging"],
        [180, "imaging"],
        [180, "residual_progression"],
        [260, "last_contact"],
        [260, "death"],
    ]


# The recurrence that opened a new episode.


@pytest.mark.parametrize(
    ("side", "rule", "expected"),
    [
        ("left", "whole_grade", [["5", 1], ["4+", 0]]),
        ("left", "rank", [["5", 1], ["4+", 1]]),
        ("right", "whole_grade", [["4+", 0], ["4", 1]]),
        ("right", "rank", [["4+", 1], ["4", 1]]),
    ],
)
def test_grades_by_side_and_by_rule(side, rule, expected):
    # Left: 3 to 5, then 4 to 4+. Right: 4- to 4+, then 2 to 4.
    result = metrics.grade_change(
        case("RECURRENCE_OPENS_EPISODE"),
        instrument="mrc_muscle_grade",
        visit="3m",
        rule=rule,
        side=side,
    )
    assert told(result, "grade", "improved") == expected


def test_the_weaker_side_is_another_one_in_each_episode():
    result = metrics.grade_change(
        case("RECURRENCE_OPENS_EPISODE"),
        instrument="mrc_muscle_grade",
        visit="3m",
        rule="whole_grade",
        muscle="worst",
    )
    # Left before the first operation (3 against 4-), right before the second (2 against 4).
    assert told(result, "side", "grade", "improved") == [["left", "5", 1], ["right", "4", 1]]


def test_what_was_removed_before_and_after_the_recurrence():
    registry = case("RECURRENCE_OPENS_EPISODE")
    residual = metrics.residual_lesion(registry, measure="percent_removed")
    assert told(residual, "residual_percent", "day") == [[0, 7], [10, 6]]
    extent = metrics.resection_extent(registry, scheme="eor_generic", measure="percent_removed")
    assert told(extent, "extent") == [["complete"], ["subtotal"]]


def test_the_second_episode_is_the_next_step_of_the_first():
    result = metrics.time_to_next_step(
        case("RECURRENCE_OPENS_EPISODE"),
        target="levels",
        terminal=["laminectomy"],
        censor_at="last_contact",
    )
    assert told(result, "time", "event", "intent", "next_intent", "start", "stop") == [
        [410, "next_step", "phased", "terminal", 0, 410],
        # A laminectomy is the highest step there is.
        [None, None, "terminal", None, None, None],
    ]
    assert result["status"].tolist() == ["observed", "not_attainable"]
    timeline = metrics.episode_timeline(case("RECURRENCE_OPENS_EPISODE"))
    other = timeline[timeline["kind"].isin(["earlier_episode", "later_episode"])]
    assert told(other, "kind", "day") == [["later_episode", 410], ["earlier_episode", -410]]


# Two lesions, of which one recurs.


def test_a_residual_for_each_lesion():
    registry = case("TWO_LESIONS")
    removed = metrics.residual_lesion(registry, measure="percent_removed", by="lesion")
    assert told(removed, "residual_percent") == [[0], [0], [0], [0], [0], [None]]
    grown = metrics.residual_lesion(
        registry, measure="volume", reference_scan="preoperative", by="lesion", visit="final"
    )
    # 4 cm3 before surgery and 8 at the end: more than there was is kept, and flagged.
    assert told(grown.loc[[("E3", "L2")]], "residual_percent", "value", "over_100") == [
        [200, 8, True]
    ]
    response = metrics.lesion_response(
        registry,
        criterion="volumetric",
        thresholds={"response": 65, "progression": 73},
        reference_scan="preoperative",
        visit="final",
    )
    assert told(response, "response", "day") == [[None, None], [None, None], ["PD", 220]]


def test_the_recurrence_of_a_lesion_has_a_date_of_that_lesion():
    dates = metrics.recurrence_dates(case("TWO_LESIONS"), by="lesion")
    # In E2 nobody told which of the two it was.
    assert told(dates, "imaging_day", "status") == [
        [200, "observed"],
        [None, "observed"],
        [None, "missing"],
        [None, "missing"],
        [None, "observed"],
        [220, "observed"],
    ]


# Vertebroplasty.


def test_fractures_by_where_they_lie_to_what_was_treated():
    result = metrics.time_to_new_fracture(
        case("VERTEBROPLASTY"),
        max_gap_days=None,
        censor_at="last_contact",
        partial_dates="latest",
    )
    assert told(result.loc["E1"], "time", "event") == [
        [60, "new_fracture"],  # any
        [600, "censored"],  # index: L1 broke again in the second episode
        [60, "new_fracture"],  # adjacent: T12
        [300, "new_fracture"],  # remote: L3
    ]
    assert told(result.loc["E2"], "time") == [[50], [90], [50], [80]]
    # A fracture of nobody knows which vertebra is one, and may be of any of the three sorts.
    assert told(result.loc["E3"], "time") == [[200], [None], [None], [None]]
    assert told(result.loc["E4"], "event") == [
        ["new_fracture"],
        ["death"],
        ["new_fracture"],
        ["death"],
    ]


def test_cement_that_was_looked_for_and_a_death_after_90_days():
    result = metrics.perioperative(case("VERTEBROPLASTY"))
    # The death of the last lies between days 100 and 130.
    assert told(result, "cement_leak", "died_90d") == [[0, 0], [1, 0], [None, 0], [None, 0]]


# The ladder.

# An improvement of 3.2 points or more.
RELIEF = {"instrument": "nrs_pain", "location": "leg", "threshold": "swespine_leg"}


def test_the_ladder_is_climbed_within_one_centre_only():
    registry = case("LADDER")
    assert registry.tables["patients"]["patient_id"].tolist() == ["north/1", "south/1"]
    result = metrics.time_to_next_step(
        registry,
        target="patient",
        terminal=["endoscopic_decompression"],
        censor_at="last_contact",
    )
    assert told(result, "time", "event", "step", "next_step", "start", "stop") == [
        [60, "next_step", 1, 2, 0, 60],
        [200, "next_step", 2, 3, 60, 260],
        [640, "censored", 3, None, 260, 900],
        [300, "censored", 1, None, 0, 300],
    ]


def test_relief_between_the_answers_stands_beside_what_is_claimed():
    result = metrics.relief_duration(case("LADDER"), retreatment="ends", **RELIEF)
    assert told(result, "relieved", "begins_lower", "begins_upper", "ends_lower", "ends_upper") == [
        # 8, then 3 on day 14 and 7 on day 45.
        [1, 0, 14, 14, 45],
        # 7, then 2, 3 and 6 on days 30, 90 and 180.
        [1, 0, 30, 90, 180],
        # 8, then 1 and 1: not seen to end.
        [1, 0, 30, 365, None],
        # 7, then 6.
        [0, None, None, None, None],
    ]
    assert told(result, "duration_lower", "duration_upper", "ended_by") == [
        [0, 45, "score"],
        [60, 180, "score"],
        [335, None, None],
        [None, None, None],
    ]
    assert "1 to several months" in result["claimed"].iloc[0]
    assert result["n_claims"].iloc[0] == 2


def test_a_comparison_of_relief_uses_the_time_within_a_horizon():
    result = metrics.time_in_response(
        case("LADDER"), tau=60, carry_days=30, retreatment="ends", **RELIEF
    )
    # Half of the way between answers that differ: 14 / 2 + 31 / 2; 30 / 2 + 30, for the next answer
    # says the same. Days that no answer bounds are none at least and all at most.
    assert told(result, "time_in_response", "lower", "upper", "responded", "status") == [
        [22.5, 0, 60, 1, "observed"],
        [45, 30, 60, 1, "observed"],
        [45, 30, 60, 1, "observed"],
        [0, 0, 30, 0, "observed"],
    ]
