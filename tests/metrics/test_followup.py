"""Which answers were due and came, and for how long each episode was observed."""

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

VISITS = {"instrument": "odi", "visits": ["3m", "12m"]}
WINDOWS = {"windows": {"3m": (60, 120), "12m": (330, 400)}}


@pytest.fixture(scope="module")
def eight(registry):
    return registry(
        "A B C D E F G H",
        patients="""
        patient_id,death_day,last_contact_day,last_contact_status,death_cause
        pA,,800,alive,
        pB,200,190,,
        pC,,100,lost,
        pD,,50,withdrawn,
        pE,,,,
        pF,,90,,cancer
        pG,900,,,
        pH,,700,alive,
        """,
        episodes="""
        episode_id,cutoff_day,last_followup_day
        A,1000,400
        B,1000,
        C,1000,
        D,1000,
        E,300,
        F,1000,
        G,600,
        H,,
        """,
        scores="""
        episode_id,instrument,day,visit,value
        A,odi,90,,20
        A,odi,360,,10
        B,odi,100,,20
        C,odi,80,,30
        E,odi,61,,30
        G,odi,340,,30
        H,nrs_pain,90,,3
        """,
        events="event_id,episode_id,kind,status,day\n1,E,imaging,occurred,250",
    )


def test_expected_and_seen(eight):
    result = metrics.followup_completeness(eight, **VISITS, **WINDOWS)
    assert list(result) == [
        *("expected", "seen", "day", "observed_until", "potential_until", "status")
    ]
    three, twelve = (result.xs(visit, level="visit") for visit in VISITS["visits"])
    # F is dead, and nobody knows when: known to live on day 90, within the days of the visit.
    assert three["status"].tolist() == [
        *("observed", "observed", "observed", "withdrawn", "observed", "dead", "missing", "missing")
    ]
    assert three["expected"].tolist() == [1, 1, 1, 1, 1, 0, 1, 1]
    assert three["seen"].tolist() == [1, 1, 1, 0, 1, 0, 0, 0]
    assert three["day"].fillna(-9).tolist() == [90, 100, 80, -9, 61, -9, -9, -9]
    assert twelve["status"].tolist() == [
        *("observed", "dead", "lost", "withdrawn", "not_due", "dead", "observed", "missing")
    ]
    assert twelve["expected"].tolist() == [1, 0, 1, 1, 0, 0, 1, 1]
    assert twelve["seen"].tolist() == [1, 0, 0, 0, 0, 0, 1, 0]


def test_observed_and_potential_time(eight):
    result = metrics.followup_completeness(eight, **VISITS, **WINDOWS)
    by_visit = result[["observed_until", "potential_until"]].unstack("visit")
    assert (by_visit.xs("3m", axis=1, level=1).fillna(-9)
            == by_visit.xs("12m", axis=1, level=1).fillna(-9)).all().all()  # fmt: skip
    times = result.xs("3m", level="visit")
    # B is complete until death; E was last seen on a scan; G died after the end of the study.
    assert times["observed_until"].tolist() == [800, 200, 100, 50, 250, 90, 900, 700]
    # F died on an unknown day, H has no end of potential follow-up.
    assert times["potential_until"].fillna(-9).tolist() == [
        1000, 200, 1000, 1000, 300, -9, 600, -9
    ]  # fmt: skip


def test_order_of_episodes_and_visits(eight):
    result = metrics.followup_completeness(eight, instrument="odi", visits=["12m", "3m"], **WINDOWS)
    assert result.index.tolist() == [(name, v) for name in "ABCDEFGH" for v in ("12m", "3m")]
    assert result.index.names == ["episode_id", "visit"]
    grouped = result.groupby("visit", observed=True)["seen"].sum()
    assert grouped.to_dict() == {"12m": 2, "3m": 4}
    assert grouped.index.tolist() == ["12m", "3m"]
    one = metrics.followup_completeness(eight, instrument="odi", visits="3m", **WINDOWS)
    assert one["seen"].sum() == 4


def test_it_agrees_with_the_scores(eight):
    result = metrics.followup_completeness(eight, **VISITS, **WINDOWS)
    scores = metrics.score_trajectory(eight, **VISITS, **WINDOWS)
    beside = scores.assign(seen=result["seen"])
    assert (beside["value"].notna() == (beside["seen"] == 1)).all()
    assert result["status"].astype(str).tolist() == scores["status"].astype(str).tolist()


def test_days_known_to_the_month(registry):
    three = registry(
        "A B C",
        patients="""
        patient_id,death_lower_day,death_upper_day,last_contact_lower_day,last_contact_upper_day
        pA,200,230,,
        pB,,,500,530
        pC,200,230,100,130
        """,
        episodes="episode_id,cutoff_day\nA,1000\nB,1000\nC,1000",
        scores="episode_id,instrument,day,value\nA,odi,90,5\nB,odi,90,5\nC,odi,90,5",
    )
    asked = {"instrument": "odi", "visits": ["3m"], "windows": {"3m": (60, 120)}}
    with pytest.raises(ArgumentError, match=r"2 day\(s\) of death are needed"):
        metrics.followup_completeness(three, **asked)
    result = metrics.followup_completeness(three, **asked, partial_dates="midpoint")
    assert result["observed_until"].tolist() == [215, 515, 215]
    assert result["potential_until"].tolist() == [215, 1000, 215]
    left_out = metrics.followup_completeness(three, **asked, partial_dates="exclude")
    assert left_out["observed_until"].tolist() == [90, 90, 100]
    assert left_out["potential_until"].fillna(-9).tolist() == [-9, 1000, -9]


def test_a_landmark_is_the_start_of_the_person_time(eight):
    cohort = so.select_cohort(eight, landmark_day=60)
    result = metrics.followup_completeness(cohort, **VISITS, **WINDOWS).xs("3m", level="visit")
    assert result.loc["A", ["observed_until", "potential_until"]].tolist() == [740, 940]
    assert result.loc["A", "day"] == 90
    # Only those seen on day 60 or later: D is not among them.
    assert "D" not in result.index


def test_a_study_that_ended_before_the_landmark_could_observe_nothing(registry):
    one = registry(
        "A",
        patients="patient_id,last_contact_day\npA,100",
        episodes="episode_id,cutoff_day\nA,40",
        scores="episode_id,instrument,day,value\nA,odi,90,20",
    )
    cohort = so.select_cohort(one, landmark_day=60)
    result = metrics.followup_completeness(
        cohort, instrument="odi", visits=["3m"], windows={"3m": (60, 120)}
    )
    assert result["observed_until"].tolist() == [40]
    assert result["potential_until"].tolist() == [0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"visits": []}, "visits must name each visit once"),
        ({"windows": {"3m": (60, 120), "12m": (100, 400)}}, "share the days 100 to 120"),
        ({"windows": None}, "No row has the visit '3m'"),
        ({"instrument": "nrs"}, "Unknown instrument 'nrs'"),
    ],
)
def test_choices_that_cannot_be(eight, given, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.followup_completeness(eight, **{**VISITS, **WINDOWS, **given})


def test_a_baseline_is_expected_of_everybody(eight):
    result = metrics.followup_completeness(eight, instrument="odi", visits=["baseline"])
    assert (result["expected"] == 1).all()
    assert (result["seen"] == 0).all()
    assert pd.api.types.is_float_dtype(result["expected"])
