"""Start, end and reason of observation, by what is observed."""

import pandas as pd
import pytest
from tests.metrics.real_life import told

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import death_bounds, observe
from spineoutcomes.registry import build_registry
from spineoutcomes.selection import select_cohort
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

# A: everything recorded. B: died. C: only a last contact. D: only a follow-up. E: the study ends
# before its last rows. F: nothing. G: died in a month, in which it was scanned.
PATIENTS = """
patient_id,death_day,death_lower_day,death_upper_day,last_contact_day,last_contact_status
pA,,,,900,alive
pB,400,,,400,dead
pC,,,,120,lost
pE,,,,900,withdrawn
pG,,100,130,,dead
"""
EPISODES = """
episode_id,last_followup_day,cutoff_day
A,700,1000
B,300,
D,250,
E,700,365
"""
EVENTS = """
event_id,episode_id,kind,status,day,scan_id,approximate
1,A,imaging,occurred,100,s1,
2,A,imaging,occurred,500,s2,True
3,A,local_recurrence,absent,550,,
4,B,imaging,occurred,200,s1,
5,E,imaging,occurred,90,s1,
6,E,imaging,occurred,500,s2,
7,G,imaging,occurred,110,s1,
8,D,residual_progression,occurred,240,s1,
"""
SCORES = """
episode_id,instrument,day,visit,value,missing_reason
A,odi,-5,preoperative,60,
A,odi,365,12m,20,
A,odi,730,24m,,lost
B,odi,100,3m,30,
E,odi,380,12m,30,
F,odi,-5,preoperative,60,
"""


@pytest.fixture(scope="module")
def seven(registry):
    return registry(
        "A B C D E F G", patients=PATIENTS, episodes=EPISODES, events=EVENTS, scores=SCORES
    )


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (
            "survival",
            [
                *[[900, "last_contact"], [400, "death"], [120, "last_contact"]],
                *[[250, "last_followup"], [365, "cutoff"], [None, None], [130, "death"]],
            ],
        ),
        (
            "clinical",
            [
                *[[700, "last_followup"], [300, "last_followup"], [120, "last_contact"]],
                *[[250, "last_followup"], [365, "cutoff"], [None, None], [130, "death"]],
            ],
        ),
        (
            "imaging",
            [
                *[[500, "last_scan"], [200, "last_scan"], [None, None]],
                # The scan that a progression names is a scan. E's second one came too late.
                *[[240, "last_scan"], [90, "last_scan"], [None, None], [110, "last_scan"]],
            ],
        ),
        (
            "scores",
            [
                *[[365, "last_score"], [100, "last_score"], [None, None], [None, None]],
                # A questionnaire before surgery is no observation after it.
                *[[365, "cutoff"], [-5, "last_score"], [None, None]],
            ],
        ),
    ],
)
def test_ends_by_hand(seven, endpoint, expected):
    result = metrics.observation_window(seven, endpoint=endpoint, partial_dates="latest")
    assert list(result.columns) == [
        *["start", "end", "reason", "approximate", "contact_status", "status"]
    ]
    assert told(result, "end", "reason") == expected
    known = [end is not None and end >= 0 for end, _ in expected]
    assert result["status"].tolist() == ["observed" if one else "missing" for one in known]
    assert result["start"].eq(0).all()
    assert told(result, "contact_status")[:2] == [["alive"], ["dead"]]
    about = {"imaging": ["A"], "survival": ["G"], "clinical": ["G"], "scores": []}[endpoint]
    assert result.index[result["approximate"]].tolist() == about


def test_a_death_known_to_the_month_must_have_a_word(seven):
    for endpoint in ("survival", "clinical"):
        with pytest.raises(ArgumentError, match=r"1 day\(s\) of death are needed"):
            metrics.observation_window(seven, endpoint=endpoint)
    # Scans and questionnaires need none.
    for endpoint in ("imaging", "scores"):
        metrics.observation_window(seven, endpoint=endpoint)


def test_the_start_is_the_landmark(seven):
    cohort = select_cohort(seven, landmark_day=370)
    result = metrics.observation_window(cohort, endpoint="clinical", partial_dates="latest")
    assert told(result.loc[["A", "B", "E"]], "start", "end", "status") == [
        [370, 700, "observed"],
        [370, 300, "missing"],
        [370, 365, "not_due"],
    ]


def test_a_window_is_the_time_without_an_event(seven):
    ask = {"partial_dates": "latest"}
    window = metrics.observation_window(seven, endpoint="survival", **ask)
    times = metrics.time_to_event(seven, kind="death", censor_at="last_contact", **ask)
    known = times["time"].notna()
    pd.testing.assert_series_equal(times["time"][known], window["end"][known], check_names=False)
    window = metrics.observation_window(seven, endpoint="clinical", **ask)
    times = metrics.time_to_event(
        seven, kind="reoperation", censor_at="last_followup", death="censor", **ask
    )
    pd.testing.assert_series_equal(times["time"], window["end"], check_names=False)


def test_what_cannot_be_asked(seven):
    with pytest.raises(ArgumentError, match="endpoint must be one of survival, clinical, imaging"):
        metrics.observation_window(seven, endpoint="pain")
    with pytest.raises(ArgumentError, match="partial_dates must be"):
        metrics.observation_window(seven, endpoint="imaging", partial_dates="mean")
    episodes = pd.DataFrame({"episode_id": ["A", "B"], "index_day": [0, 300]})
    two = build_registry(
        {
            "patients": pd.DataFrame({"patient_id": ["p"]}),
            "episodes": episodes.assign(patient_id="p", diagnosis="spinal_metastasis"),
        },
        vocabulary=SHIPPED_VOCABULARY,
    )
    with pytest.raises(ArgumentError, match="Survival needs one episode a patient"):
        metrics.observation_window(two, endpoint="survival")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("1,A,imaging,occurred,120", (120, 130)),
        ("1,A,imaging,occurred,60", (100, 130)),
        ("1,A,imaging,absent,120", (100, 130)),
        ("1,A,reoperation,occurred,130", (130, 130)),
    ],
)
def test_the_dead_lived_until_what_they_lived_to_see(registry, rows, expected):
    one = registry(
        "A",
        events=f"event_id,episode_id,kind,status,day\n{rows}",
        patients="patient_id,death_lower_day,death_upper_day\npA,100,130",
    )
    lower, upper = death_bounds(observe(select_cohort(one)))
    assert (lower.iloc[0], upper.iloc[0]) == expected


def test_a_month_before_surgery_is_cut_at_surgery(registry):
    one = registry("A", patients="patient_id,death_lower_day,death_upper_day\npA,-10,20")
    lower, upper = death_bounds(observe(select_cohort(one)))
    assert (lower.iloc[0], upper.iloc[0]) == (0, 20)
