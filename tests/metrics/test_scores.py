import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import load_sample, metrics
from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError

THREE_MONTHS = {"3m": (60, 120)}

# A: three scores in the window; B: label only; C: outside; D: died; E: data end; F: withdrawn;
# G: lost; H: nothing; I: lost, but seen within the window; J: row says refused.
SCORES = """
episode_id,instrument,location,day,visit,value,missing_reason
A,nrs_pain,back,-3,,8,
A,nrs_pain,back,70,3m,5,
A,nrs_pain,back,85,,4,
A,nrs_pain,back,95,,3,
A,nrs_pain,back,400,,1,
B,nrs_pain,back,,3m,6,
B,nrs_pain,back,,pre,9,
C,nrs_pain,back,121,3m,2,
C,nrs_pain,back,0,,7,
D,nrs_pain,back,0,preop,7,
J,nrs_pain,back,,3m,,refused
"""
PATIENTS = """
patient_id,death_day,last_contact_day,last_contact_status
pD,100,,
pE,,50,alive
pF,,30,withdrawn
pG,,59,lost
pI,,80,lost
"""
EPISODES = """
episode_id,cutoff_day
E,59
"""


@pytest.fixture(scope="module")
def ten(registry):
    return registry("A B C D E F G H I J", scores=SCORES, patients=PATIENTS, episodes=EPISODES)


def test_every_status_and_the_nearest_score(ten):
    result = metrics.score_at(ten, instrument="nrs_pain", visit="3m", windows=THREE_MONTHS)
    assert list(result.columns) == ["value", "day", "status"]
    assert result.index.tolist() == list("ABCDEFGHIJ") and result.index.name == "episode_id"
    # Days 85 and 95 are equally near to 90: the earlier counts.
    assert result["value"].fillna(-1).tolist() == [4, 6, *[-1] * 8]
    assert result["day"].fillna(-1).tolist() == [85, -1, *[-1] * 8]
    assert result["status"].tolist() == [
        *["observed", "observed", "missing", "dead", "not_due"],
        *["withdrawn", "lost", "missing", "missing", "missing"],
    ]
    assert result["status"].cat.categories.tolist() == [
        *["observed", "dead", "not_due", "withdrawn", "lost"],
        *["missing", "no_baseline", "not_attainable"],
    ]


@pytest.mark.parametrize(("rule", "value", "day"), [("first", 5, 70), ("last", 3, 95)])
def test_first_and_last_in_the_window(ten, rule, value, day):
    row = metrics.score_at(
        ten, instrument="nrs_pain", visit="3m", windows=THREE_MONTHS, rule=rule
    ).loc["A"]
    assert (row["value"], row["day"]) == (value, day)


def test_window_ends_belong_to_it(ten):
    result = metrics.score_at(ten, instrument="nrs_pain", visit="x", windows={"x": (121, 121)})
    assert result.loc["C", "value"] == 2


def test_by_label_without_a_window(ten):
    result = metrics.score_at(ten, instrument="nrs_pain", visit="3m")
    assert result["value"].fillna(-1).tolist() == [5, 6, 2, *[-1] * 7]
    # The label stands on days 70 to 121: D died by then, G and F were lost before, I was not.
    assert result["status"].tolist()[3:] == [
        *["dead", "not_due", "withdrawn", "lost", "missing", "missing", "missing"]
    ]


def test_baseline_is_the_last_before_surgery(ten):
    result = metrics.score_at(ten, instrument="nrs_pain", visit="baseline")
    # C has a score on day 0 without a label: nothing says that it precedes surgery.
    assert result["value"].fillna(-1).tolist() == [8, 9, -1, 7, *[-1] * 6]
    short = metrics.score_at(
        ten, instrument="nrs_pain", visit="preoperative", windows={"preoperative": (-2, 0)}
    )
    assert pd.isna(short.loc["A", "value"]) and short.loc["D", "value"] == 7


def test_final_is_the_label_or_the_last_day(ten, registry):
    result = metrics.score_at(ten, instrument="nrs_pain", visit="final")
    assert result["value"].fillna(-1).tolist() == [1, -1, 2, *[-1] * 7]
    # Lost or dead whenever, the last score will not come.
    assert result["status"].tolist() == [
        *["observed", "missing", "observed", "dead", "missing"],
        *["withdrawn", "lost", "missing", "lost", "missing"],
    ]
    labelled = registry(
        "A",
        scores="""
        episode_id,instrument,day,visit,value
        A,vas_pain,30,final,2
        A,vas_pain,60,,5
        """,
    )
    row = metrics.score_at(labelled, instrument="vas_pain", visit="final").loc["A"]
    assert (row["value"], row["day"]) == (2, 30)


def test_a_preoperative_row_never_stands_for_a_visit(registry):
    one = registry(
        "A", scores="episode_id,instrument,day,visit,value\nA,vas_pain,0,pre,9\nA,vas_pain,0,,4"
    )
    result = metrics.score_at(one, instrument="vas_pain", visit="1w", windows={"1w": (0, 7)})
    assert result.loc["A", "value"] == 4


def test_reasons_in_the_rows(registry):
    three = registry(
        "A B C",
        scores="""
        episode_id,instrument,visit,value,missing_reason
        A,odi,1y,,withdrawn
        B,odi,1y,,lost
        C,odi,1y,,not_due
        """,
    )
    result = metrics.score_at(three, instrument="odi", visit="1y")
    assert result["status"].tolist() == ["withdrawn", "lost", "not_due"]


def test_grades_are_ordered_as_the_vocabulary_orders_them(registry):
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,location,side,visit,grade
        A,mrc_muscle_grade,tibialis,left,final,4-
        B,mrc_muscle_grade,tibialis,left,final,5-
        """,
    )
    grade = metrics.score_at(two, instrument="mrc_muscle_grade", visit="final")["grade"]
    assert grade.cat.ordered and grade.cat.categories[:4].tolist() == ["0", "1", "2-", "2"]
    assert (grade < "4").tolist() == [True, False]


def test_sites_are_never_mixed(registry):
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,location,side,day,value
        A,nrs_pain,back,,30,3
        A,nrs_pain,leg,left,30,5
        B,nrs_pain,leg,right,30,7
        """,
    )
    ask = {"instrument": "nrs_pain", "visit": "final"}
    with pytest.raises(ArgumentError, match=r"several values of location: back, leg; .*location="):
        metrics.score_at(two, **ask)
    with pytest.raises(ArgumentError, match=r"several values of side: left, right"):
        metrics.score_at(two, **ask, location="leg")
    with pytest.raises(ArgumentError, match=r"not recorded with location 'arm'.*back, leg"):
        metrics.score_at(two, **ask, location="arm")
    result = metrics.score_at(two, **ask, location="leg", side="right")
    assert result["status"].tolist() == ["missing", "observed"]


def test_raters_at_the_same_time(registry):
    one = registry(
        "A",
        scores="""
        episode_id,instrument,day,rater,value
        A,kps,30,surgeon,80
        A,kps,30,nurse,60
        """,
    )
    with pytest.raises(ArgumentError, match=r"1 episode\(s\) have different scores .* 2 rater"):
        metrics.score_at(one, instrument="kps", visit="final")
    assert (
        metrics.score_at(one, instrument="kps", visit="final", rater="nurse")["value"][0:1]
        .eq(60)
        .all()
    )


def test_a_label_on_two_days_needs_a_rule(registry):
    one = registry(
        "A",
        scores="episode_id,instrument,day,visit,value\nA,odi,80,3m,30\nA,odi,95,3m,20",
    )
    with pytest.raises(ArgumentError, match=r"1 episode.*labelled '3m' on several days"):
        metrics.score_at(one, instrument="odi", visit="3m")
    assert metrics.score_at(one, instrument="odi", visit="3m", rule="last").loc["A", "value"] == 20


def test_what_cannot_be_asked(ten):
    ask = {"instrument": "nrs_pain", "visit": "3m"}
    with pytest.raises(ArgumentError, match="Unknown instrument 'vas'; known are"):
        metrics.score_at(ten, instrument="vas", visit="3m")
    with pytest.raises(ArgumentError, match="No row has the visit '6m'; the labels are: 3m, pre"):
        metrics.score_at(ten, instrument="nrs_pain", visit="6m")
    with pytest.raises(ArgumentError, match="rule must be"):
        metrics.score_at(ten, **ask, rule="mean")
    with pytest.raises(ArgumentError, match=r"window of '3m' must be two days in order"):
        metrics.score_at(ten, **ask, windows={"3m": (120, 60)})
    with pytest.raises(ArgumentError, match="partial_dates must be"):
        metrics.score_at(ten, **ask, partial_dates="middle")
    with pytest.raises(ArgumentError, match="visit must be the label"):
        metrics.score_at(ten, instrument="nrs_pain", visit=3)
    with pytest.raises(ArgumentError, match="Expected a Cohort or a Registry"):
        metrics.score_at(pd.DataFrame(), **ask)


def test_a_cohort_without_scores(registry):
    one = registry("A")
    assert metrics.score_at(one, instrument="odi", visit="final").loc["A", "status"] == "missing"
    with pytest.raises(ArgumentError, match="no row has a visit label"):
        metrics.score_at(one, instrument="odi", visit="3m")
    windows = {"3m": (60, 120)}
    result = metrics.score_at(one, instrument="odi", visit="3m", windows=windows, location="x")
    assert result.loc["A", "status"] == "missing"


@pytest.mark.parametrize(
    ("lower", "upper", "choice", "status"),
    [
        (70, 100, None, "dead"),
        (130, 160, None, "missing"),
        (100, 131, "midpoint", "dead"),
        (110, 131, "midpoint", "missing"),
        (110, 131, "earliest", "dead"),
        (110, 131, "latest", "missing"),
        (110, 131, "exclude", "missing"),
    ],
)
def test_a_death_known_to_the_month(registry, lower, upper, choice, status):
    # The bounds are columns a loader derives from a month; here they stand in the file.
    one = registry(
        "A",
        patients=f"patient_id,death_lower_day,death_upper_day\npA,{lower},{upper}",
    )
    result = metrics.score_at(
        one, instrument="odi", visit="3m", windows=THREE_MONTHS, partial_dates=choice
    )
    assert result.loc["A", "status"] == status


def test_a_death_that_straddles_the_window_asks(registry):
    one = registry("A", patients="patient_id,death_lower_day,death_upper_day\npA,110,131")
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of death are needed .* partial_dates="):
        metrics.score_at(one, instrument="odi", visit="3m", windows=THREE_MONTHS)


def test_trajectory_has_every_visit_of_every_episode(ten):
    long = metrics.score_trajectory(
        ten, instrument="nrs_pain", visits=["baseline", "3m"], windows=THREE_MONTHS
    )
    assert long.index.names == ["episode_id", "visit"] and len(long) == 20
    assert long.index[:4].tolist() == [
        ("A", "baseline"),
        ("A", "3m"),
        ("B", "baseline"),
        ("B", "3m"),
    ]
    assert long.loc[("A", "baseline"), "value"] == 8 and long.loc[("A", "3m"), "value"] == 4
    assert long.loc[("D", "3m"), "status"] == "dead"
    for visits in ([], ["3m", "3m"]):
        with pytest.raises(ArgumentError, match="each visit once"):
            metrics.score_trajectory(ten, instrument="nrs_pain", visits=visits)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(list("ABCDEFGHIJ")), seed=st.integers(0, 1000))
def test_order_of_rows_changes_nothing(order, seed):
    plain = build("A B C D E F G H I J", scores=SCORES, patients=PATIENTS, episodes=EPISODES)
    lines = SCORES.strip().splitlines()
    rows = np.random.default_rng(seed).permutation(lines[1:])
    mixed = build(
        " ".join(order),
        scores="\n".join([lines[0], *rows]),
        patients=PATIENTS,
        episodes=EPISODES,
    )
    ask = {"instrument": "nrs_pain", "visit": "3m", "windows": THREE_MONTHS}
    result = metrics.change_from_baseline(mixed, **ask)
    assert result.index.tolist() == as_cohort(mixed).data.index.tolist() == list(order)
    expected = metrics.change_from_baseline(plain, **ask)
    pd.testing.assert_frame_equal(result.sort_index(), expected)
    pd.testing.assert_frame_equal(
        metrics.score_at(mixed, **ask).sort_index(), metrics.score_at(plain, **ask)
    )


@pytest.mark.parametrize(
    "windows", [{"3m": (60, 200), "12m": (150, 455)}, {"3m": (60, 150), "12m": (150, 455)}]
)
def test_a_score_stands_for_one_visit_only(windows):
    sample = load_sample("metastases")
    asked = {"instrument": "nrs_pain", "location": "back", "visits": ["12m", "3m"]}
    with pytest.raises(ArgumentError, match="windows of '3m' and '12m' share the days 150 to"):
        metrics.score_trajectory(sample, windows=windows, **asked)
    with pytest.raises(ArgumentError, match="share the days"):
        metrics.time_to_threshold(
            sample, windows=windows, threshold="ostelo_2008", kind="first", **asked
        )
    apart = windows | {"3m": (60, 149)}
    assert len(metrics.score_trajectory(sample, windows=apart, **asked)) == 870
