"""The six cases of real life: when recurrence, death, fractures and further steps came."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.metrics.real_life import case, told

from spineoutcomes import metrics, survival
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort

EVENT = "recurrence_or_progression"

# A staged and converted metastasis, with radiotherapy and death.


def test_progression_of_a_staged_metastasis_then_death():
    result = metrics.time_to_recurrence(
        case("STAGED_METASTASIS"), assessment="imaging", max_gap_days=120, censor_at="last_scan"
    )
    assert told(result, "time", "event", "interval_lower", "interval_upper", "endpoint") == [
        [180, EVENT, 100, 180, "residual_progression"],
        [9, "death", 0, None, "recurrence"],
        [380, "censored", 380, None, "recurrence"],
        # The scan of day 390 lies beyond the end of the study.
        [100, "censored", 100, None, "recurrence"],
    ]


def test_progression_counted_from_the_second_stage():
    ask = {"assessment": "imaging", "max_gap_days": 120, "censor_at": "last_scan"}
    shown = ["time", "event", "entry", "interval_lower", "n_scans", "status"]
    since = metrics.time_to_recurrence(case("STAGED_METASTASIS"), **ask, origin=2)
    # Stage 2 was on day 14, with a scan on that day, and on day 21; E2 died before it.
    assert told(since, *shown) == [
        [166, EVENT, 0, 86, 2, "observed"],
        [None, None, None, None, 0, "not_attainable"],
        [359, "censored", 0, 359, 2, "observed"],
        [None, None, None, None, 0, "not_attainable"],
    ]
    late = metrics.time_to_recurrence(case("STAGED_METASTASIS"), **ask, entry=2)
    assert told(late, *shown) == [
        [180, EVENT, 13.5, 100, 2, "observed"],
        [None, None, None, None, 0, "not_attainable"],
        [380, "censored", 20.5, 380, 2, "observed"],
        [None, None, None, None, 0, "not_attainable"],
    ]
    # Time before the entry is no time under observation.
    assert (late["person_years"] * 365.25).round(6).dropna().tolist() == [166.5, 359.5]
    assert (since["person_years"] * 365.25).round(6).dropna().tolist() == [166, 359]


def test_time_to_radiotherapy_counts_those_it_was_meant_for():
    result = metrics.time_to_event(
        case("STAGED_METASTASIS"),
        kind="radiotherapy_start",
        competing=("death",),
        censor_at="last_contact",
    )
    assert told(result, "time", "event", "status") == [
        [42, "radiotherapy_start", "observed"],
        [9, "death", "observed"],
        [None, None, "not_attainable"],
        [30, "radiotherapy_start", "observed"],
    ]


def test_the_second_stage_is_not_reached_in_immortal_time():
    ask = {"kind": "death", "censor_at": "last_contact"}
    registry = case("STAGED_METASTASIS")
    whole = metrics.time_to_event(registry, **ask)
    assert told(whole, "time", "event") == [
        [260, "death"],
        [9, "death"],
        [400, "censored"],
        [365, "censored"],
    ]
    # From stage 2 on: whoever died before it, or had none, is in no denominator.
    since = metrics.time_to_event(registry, **ask, origin=2)
    assert told(since, "time", "event", "entry", "origin_day", "status") == [
        [246, "death", 0, 14, "observed"],
        [None, None, None, None, "not_attainable"],
        [379, "censored", 0, 21, "observed"],
        [None, None, None, None, "not_attainable"],
    ]
    # The same on the clock of day 0: the days before stage 2 are late entry.
    late = metrics.time_to_event(registry, **ask, entry=2)
    assert told(late, "time", "entry", "origin_day") == [
        [260, 13.5, 0],
        [None, None, 0],
        [400, 20.5, 0],
        [None, None, 0],
    ]
    assert late["event"].tolist() == since["event"].tolist()
    # The last stage of E2 and E4 is their first.
    last = metrics.time_to_event(registry, **ask, origin="last_stage")
    assert told(last, "time", "origin_day") == [[246, 14], [9, 0], [379, 21], [365, 0]]


def test_conversion_on_the_day_of_the_second_stage_counts():
    result = metrics.time_to_event(
        case("STAGED_METASTASIS"),
        kind="conversion",
        competing=("death",),
        censor_at="last_contact",
        entry="separation_surgery",
    )
    # E2 had no separation surgery; in E4 it was on day 0.
    assert told(result, "time", "event", "entry", "status") == [
        [14, "conversion", 13.5, "observed"],
        [None, None, None, "not_attainable"],
        [400, "censored", 20.5, "observed"],
        [365, "censored", 0, "observed"],
    ]
    curves = survival.cumulative_incidence(
        result.dropna(subset=["time"]), time="time", event="event", entry="entry"
    )
    # Two are at risk on day 14: E1, and E4 from day 0.
    assert curves.at(20).set_index("cause").loc["conversion", "estimate"] == 0.5


# Recurrence that opens a new episode, in days without dates, with grades of both sides.


def test_a_recurrence_belongs_to_the_episode_it_ended():
    registry = case("RECURRENCE_OPENS_EPISODE")
    ask = {"assessment": "imaging", "max_gap_days": 300, "censor_at": "last_scan"}
    result = metrics.time_to_recurrence(registry, **ask)
    # The scan of the patient's day 610 is day 200 of E2; the recurrence is over before E2 began.
    assert told(result, "time", "event", "endpoint", "n_scans") == [
        [400, EVENT, "recurrence", 3],
        [200, "censored", "residual_progression", 2],
    ]
    clinical = metrics.time_to_recurrence(
        registry, assessment="clinical", max_gap_days=None, censor_at="last_contact"
    )
    assert told(clinical, "time", "event") == [[380, EVENT], [490, "censored"]]
    dates = metrics.recurrence_dates(registry)
    assert told(dates, "imaging_day", "clinical_day", "lag_days", "status") == [
        [400, 380, 20, "observed"],
        [None, None, None, "observed"],
    ]


def test_the_patient_dies_once_and_operations_are_counted_by_patient():
    registry = case("RECURRENCE_OPENS_EPISODE")
    with pytest.raises(ArgumentError, match=r"one episode a patient; 1 patient"):
        metrics.time_to_event(registry, kind="death", censor_at="last_contact")
    first = select_cohort(registry, episodes="first")
    alive = metrics.time_to_event(first, kind="death", censor_at="last_contact")
    assert told(alive, "time", "event", "reason") == [[900, "censored", "last_contact"]]
    window = metrics.observation_window(first, endpoint="clinical")
    assert told(window, "end", "reason") == [[405, "last_followup"]]


def test_grades_of_both_sides_stay_apart():
    result = metrics.grade_change(
        case("RECURRENCE_OPENS_EPISODE"),
        instrument="mrc_muscle_grade",
        visit="3m",
        rule="whole_grade",
        side="right",
    )
    # 4- to 4+ is no whole grade; 2 to 4 is.
    assert told(result, "grade", "improved") == [["4+", 0], ["4", 1]]


# Two lesions, of which one recurs.


def test_a_lesion_that_recurs_leaves_the_other_at_risk():
    result = metrics.time_to_recurrence(
        case("TWO_LESIONS"),
        assessment="imaging",
        max_gap_days=150,
        censor_at="last_scan",
        by="lesion",
    )
    assert result.index.names == ["episode_id", "lesion_id"]
    assert [[*key] for key in result.index] == [
        [episode, lesion] for episode in ("E1", "E2", "E3") for lesion in ("L1", "L2")
    ]
    assert told(result, "time", "event", "endpoint", "n_scans", "status") == [
        [200, EVENT, "recurrence", 2, "observed"],
        # The scan of day 250 looked at L1 only.
        [300, "censored", "recurrence", 3, "observed"],
        [None, None, "recurrence", 0, "missing"],
        [None, None, "recurrence", 0, "missing"],
        [220, "censored", "recurrence", 2, "observed"],
        # Nobody removed L2: what grows there is no recurrence.
        [220, EVENT, "residual_progression", 2, "observed"],
    ]
    by_episode = metrics.time_to_recurrence(
        case("TWO_LESIONS"), assessment="imaging", max_gap_days=150, censor_at="last_scan"
    )
    assert told(by_episode, "time", "event") == [[200, EVENT], [100, EVENT], [220, EVENT]]
    general = metrics.time_to_event(
        case("TWO_LESIONS"),
        kind="local_recurrence",
        censor_at="last_scan",
        by="lesion",
        max_gap_days=150,
    )
    same = ["time", "interval_lower", "interval_upper", "status"]
    pd.testing.assert_frame_equal(general[same], result[same])


# Vertebroplasty, with fractures adjacent and remote, and a death known to the month.


def test_fractures_lie_to_all_levels_treated_before_them():
    registry = case("VERTEBROPLASTY")
    ask = {"kind": "new_fracture", "competing": ("death",), "censor_at": "last_contact"}
    ask |= {"partial_dates": "latest"}

    def times(relation):
        result = metrics.time_to_event(registry, **ask, relation=relation)
        return told(result, "time", "event")

    any_at_all = metrics.time_to_event(registry, **ask)
    assert told(any_at_all, "time") == [[60], [50], [200], [110]]
    # E1: T12 beside L1. E2: L2 beside L1 and L3. E3: nobody knows. E4: L1 beside T12.
    assert times("adjacent") == [
        [60, "new_fracture"],
        [50, "new_fracture"],
        [None, None],
        [110, "new_fracture"],
    ]
    # L3 was not treated before the day it broke; it is two vertebrae from L1.
    assert times("remote") == [
        [300, "new_fracture"],
        [80, "new_fracture"],
        [None, None],
        [130, "death"],
    ]
    # L1 was treated in the episode before.
    assert times("index") == [
        [600, "censored"],
        [90, "new_fracture"],
        [None, None],
        [130, "death"],
    ]


def test_fractures_by_patient_include_those_of_later_episodes():
    first = select_cohort(case("VERTEBROPLASTY"), episodes="first")
    ask = {"kind": "new_fracture", "competing": ("death",), "censor_at": "last_contact"}
    ask |= {"partial_dates": "latest", "by": "patient"}
    index = metrics.time_to_event(first, **ask, relation="index")
    # Day 90 of E2 is day 390 of the patient.
    assert told(index, "time", "event") == [[390, "new_fracture"], [None, None], [130, "death"]]
    rows = metrics.recurrent_events(first, **(ask | {"competing": ("death",)}))
    assert rows.loc["E1", "stop"].tolist() == [60, 300, 350, 380, 390, 600]
    assert rows.loc["E1", "event"].tolist() == [*["new_fracture"] * 5, "censored"]


def test_vertebrae_as_rows():
    ask = {"kind": "new_fracture", "competing": ("death",), "censor_at": "last_contact"}
    ask |= {"partial_dates": "earliest", "by": "level"}
    index = metrics.time_to_event(case("VERTEBROPLASTY"), **ask)
    assert [[*key] for key in index.index] == [
        ["E1", "L1"],
        ["E2", "L3"],
        ["E3", "T10"],
        ["E4", "T11"],
        ["E4", "T12"],
    ]
    # L1 broke again in E2, whose own vertebra is L3. In E4 the fracture of day 110 came first, so
    # that death cannot have come before it.
    assert told(index, "time", "event", "status") == [
        [600, "censored", "observed"],
        [300, "censored", "observed"],
        [None, None, "missing"],
        [110, "death", "observed"],
        [110, "death", "observed"],
    ]
    beside = metrics.time_to_event(case("VERTEBROPLASTY"), **ask, relation="adjacent")
    assert told(beside.loc["E1"], "time", "event") == [[60, "new_fracture"], [600, "censored"]]
    assert beside.loc["E1"].index.tolist() == ["T12", "L2"]
    assert beside.loc["E2"].index.tolist() == ["L2", "L4"]
    assert beside.loc["E4"].index.tolist() == ["T10", "L1"]
    far = metrics.time_to_event(case("VERTEBROPLASTY"), **ask, relation="remote")
    # L3 was remote to L1 until it was treated, L4 until L3 was.
    assert told(far.loc[("E1", ["L3", "L4"]), :], "time", "event", "reason") == [
        [300, "new_fracture", "event"],
        [300, "censored", "treated"],
    ]


@pytest.mark.parametrize(
    ("choice", "time"), [("earliest", 110), ("midpoint", 120), ("latest", 130), ("exclude", None)]
)
def test_a_death_known_to_the_month_comes_after_what_the_patient_lived_to_see(choice, time):
    cohort = select_cohort(case("VERTEBROPLASTY"), episodes="first")
    ask = {"kind": "death", "censor_at": "last_contact"}
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of death are needed"):
        metrics.time_to_event(cohort, **ask)
    # Between the 100th and the 130th day; the fracture of day 110 shows the patient alive.
    row = told(metrics.time_to_event(cohort, **ask, partial_dates=choice).loc[["E4"]], "time")
    assert row == [[time]]


# Block, ablation, endoscopy, in two centres that number their patients alike.


def test_ids_that_repeat_between_centres_stay_apart():
    registry = case("LADDER")
    result = metrics.time_to_event(registry, kind="symptom_recurrence", censor_at="last_followup")
    assert result.index.tolist() == ["north/1/1", "north/1/2", "north/1/3", "south/1/1"]
    assert told(result, "time", "event", "reason") == [
        [45, "symptom_recurrence", "event"],
        [180, "symptom_recurrence", "event"],
        [640, "censored", "last_followup"],
        [200, "symptom_recurrence", "event"],
    ]
    by_patient = metrics.time_to_event(
        select_cohort(registry, episodes="first"),
        kind="complication",
        censor_at="last_contact",
        by="patient",
    )
    # The first complication of the north is that of the third episode, on day 260 of the patient.
    assert told(by_patient, "time", "event") == [[260, "complication"], [300, "censored"]]


def test_every_return_of_symptoms_up_the_ladder():
    first = select_cohort(case("LADDER"), episodes="first")
    rows = metrics.recurrent_events(
        first, kind="symptom_recurrence", by="patient", censor_at="last_contact"
    )
    assert rows.index.tolist() == ["north/1/1"] * 3 + ["south/1/1"] * 2
    assert told(rows, "start", "stop", "event", "n_before") == [
        [0, 45, "symptom_recurrence", 0],
        [45, 240, "symptom_recurrence", 1],
        [240, 900, "censored", 2],
        [0, 200, "symptom_recurrence", 0],
        [200, 300, "censored", 1],
    ]


def test_two_complications_one_on_the_day_of_surgery():
    rows = metrics.recurrent_events(case("LADDER"), kind="complication")
    assert told(rows.loc[["north/1/3"]], "start", "stop", "event") == [
        [0, 0.5, "complication"],
        [0.5, 12, "complication"],
        [12, 640, "censored"],
    ]
