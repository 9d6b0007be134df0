import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import metrics
from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError, MissingDataWarning
from spineoutcomes.registry import build_registry
from spineoutcomes.selection import select_cohort
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

EVENT = "recurrence_or_progression"
IMAGING = {"assessment": "imaging", "max_gap_days": 200, "censor_at": "last_scan"}
CLINICAL = {"assessment": "clinical", "max_gap_days": None, "censor_at": "last_contact"}

# A: clean at 90, 180. B: clean at 90, recurrence on the scan of 180. C: clean at 90, died at 200.
# D: clean at 90, died at 600. E: no scan. F: no scan, died at 40. G: clean at 90, recurrence told
# at 400 without a scan. H: re-operated at 120, recurrence at 180. I: died at 600 without a scan.
EVENTS = """
event_id,episode_id,kind,status,day,scan_id
1,A,imaging,occurred,90,s1
2,A,imaging,occurred,180,s2
3,B,imaging,occurred,90,s1
4,B,imaging,occurred,180,s2
5,B,local_recurrence,occurred,180,s2
6,C,imaging,occurred,90,s1
7,D,imaging,occurred,90,s1
8,G,imaging,occurred,90,s1
9,G,local_recurrence,occurred,400,
10,H,imaging,occurred,-3,s0
11,H,imaging,occurred,90,s1
12,H,reoperation,occurred,120,
13,H,imaging,occurred,180,s2
14,H,local_recurrence,occurred,180,s2
15,A,local_recurrence,absent,180,s2
"""
PATIENTS = """
patient_id,death_day,last_contact_day,last_contact_status
pA,,250,alive
pB,,250,alive
pC,200,200,dead
pD,600,,
pE,,100,alive
pF,40,,
pI,600,,
"""


@pytest.fixture(scope="module")
def nine(registry):
    return registry("A B C D E F G H I", events=EVENTS, patients=PATIENTS)


def test_imaging_endpoint_by_hand(nine):
    result = metrics.time_to_recurrence(nine, **IMAGING)
    assert list(result.columns) == [
        *["time", "event", "entry", "interval_lower", "interval_upper", "n_scans"],
        *["person_years", "endpoint", "approximate", "censored_by_gap", "status"],
    ]
    assert result["event"].cat.categories.tolist() == ["censored", EVENT, "death"]
    assert result["event"].cat.ordered
    assert result["time"].fillna(-9).tolist() == [180, 180, 200, 90, -9, 40, 90, 180, -9]
    assert result["event"].astype(object).fillna("").tolist() == [
        *["censored", EVENT, "death", "censored", "", "death", "censored", EVENT, ""]
    ]
    assert result["censored_by_gap"].tolist() == [
        *[False, False, False, True, False, False, True, False, True]
    ]
    assert result["interval_lower"].fillna(-9).tolist() == [180, 90, 90, 90, -9, 0, 90, 90, -9]
    assert result["interval_upper"].fillna(-9).tolist() == [-9, 180, *[-9] * 5, 180, -9]
    assert result["n_scans"].tolist() == [2, 2, 1, 1, 0, 0, 1, 2, 0]
    assert result["status"].tolist() == [*["observed"] * 4, "missing", *["observed"] * 3, "missing"]
    assert result["entry"].eq(0).all() and result["endpoint"].eq("recurrence").all()
    assert result.loc["A", "person_years"] == pytest.approx(180 / 365.25)


def test_the_limit_of_the_gap_itself_is_not_beyond_it(nine):
    ask = IMAGING | {"max_gap_days": 110}
    assert metrics.time_to_recurrence(nine, **ask).loc["C", "event"] == "death"
    ask = IMAGING | {"max_gap_days": 109}
    row = metrics.time_to_recurrence(nine, **ask).loc["C"]
    assert row["event"] == "censored" and row["time"] == 90 and row["censored_by_gap"]


def test_competing_events(nine):
    result = metrics.time_to_recurrence(nine, **IMAGING, competing=("death", "reoperation"))
    assert result["event"].cat.categories.tolist() == ["censored", EVENT, "death", "reoperation"]
    assert result.loc["H", "event"] == "reoperation" and result.loc["H", "time"] == 120
    assert result.loc["H", "n_scans"] == 1
    none = metrics.time_to_recurrence(nine, **IMAGING, competing=())
    # A death that is no event of its own ends nothing: the last scan does.
    assert none.loc["C", "event"] == "censored" and none.loc["C", "time"] == 90
    assert not none.loc["D", "censored_by_gap"]


def test_clinical_endpoint_by_hand(nine):
    result = metrics.time_to_recurrence(nine, **CLINICAL)
    assert result["time"].fillna(-9).tolist() == [250, 180, 200, 600, 100, 40, 400, 180, 600]
    assert result["event"].tolist() == [
        *["censored", EVENT, "death", "death", "censored", "death", EVENT, EVENT, "death"]
    ]
    assert not result["censored_by_gap"].any()
    assert result.loc["B", ["interval_lower", "interval_upper"]].tolist() == [180, 180]
    assert result.loc["A", "interval_lower"] == 250


def test_the_last_contact_censors_an_imaging_endpoint_where_asked(nine):
    result = metrics.time_to_recurrence(nine, **(IMAGING | {"censor_at": "last_contact"}))
    # A was last clean on the scan of 180, whatever the contact at 250 says.
    assert result.loc["A", ["time", "interval_lower"]].tolist() == [250, 180]
    assert result.loc["E", "time"] == 100 and result.loc["E", "interval_lower"] == 0


def test_last_followup_stands_in_for_the_last_contact(registry):
    one = registry("A", episodes="episode_id,last_followup_day\nA,77")
    assert metrics.time_to_recurrence(one, **CLINICAL).loc["A", "time"] == 77


def test_residual_or_recurrence(registry):
    four = registry(
        "A B C D",
        events="""
        event_id,episode_id,kind,status,day
        1,A,imaging,occurred,90
        2,B,imaging,occurred,90
        3,C,imaging,occurred,90
        4,D,imaging,occurred,90
        5,D,residual_progression,absent,90
        """,
        lesions="""
        episode_id,lesion_id,compartment,measure,day,value,unit
        A,L1,intraspinal,percent_removed,7,100,%
        B,L1,intraspinal,volume,-7,5,cm3
        B,L1,intraspinal,volume,7,1,cm3
        C,L1,intraspinal,volume,7,0,cm3
        C,L1,intraspinal,volume,300,2,cm3
        """,
    )
    result = metrics.time_to_recurrence(four, **IMAGING)
    # C was removed wholly; what its scan of day 300 shows is new.
    assert result["endpoint"].tolist() == [
        *["recurrence", "residual_progression", "recurrence", "residual_progression"]
    ]


def test_what_was_left_may_be_told_in_words(registry):
    six = registry(
        "A B C D E F",
        events="event_id,episode_id,kind,status,day\n"
        + "\n".join(f"{one},{one},imaging,occurred,90" for one in "ABCDEF"),
        lesions="""
        episode_id,lesion_id,measure,day,value,unit,qualitative
        A,L1,,7,,,smaller
        B,L1,,7,,,unchanged
        C,L1,,7,,,absent
        C,L1,,300,,,larger
        D,L1,percent_removed,7,100,%,
        D,L1,,300,,,larger
        E,L1,percent_removed,7,100,%,smaller
        F,L1,,-7,,,larger
        F,L1,,7,,,absent
        F,L1,volume,300,2,cm3,
        """,
    )
    # In C, D and F the first scan showed nothing. In E its number counts: nothing was left.
    assert metrics.time_to_recurrence(six, **IMAGING)["endpoint"].tolist() == [
        *["residual_progression"] * 2,
        *["recurrence"] * 4,
    ]


def test_an_event_without_a_day_is_neither_event_nor_censored(registry):
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day
        1,A,imaging,occurred,90
        2,A,local_recurrence,occurred,
        3,B,imaging,occurred,90
        4,B,imaging,occurred,
        """,
        patients="patient_id,last_contact_status,death_day\npB,dead,",
    )
    result = metrics.time_to_recurrence(two, **IMAGING)
    # B is known to have died, nobody knows when.
    assert result["time"].isna().all() and result["status"].eq("missing").all()
    alone = metrics.time_to_recurrence(two, **IMAGING, competing=())
    assert alone.loc["B", "time"] == 90 and alone.loc["B", "n_scans"] == 1


@pytest.mark.parametrize(
    ("choice", "time"), [("midpoint", 115), ("earliest", 100), ("latest", 130), ("exclude", -9)]
)
def test_days_known_to_the_month(registry, choice, time):
    one = registry(
        "A",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,imaging,occurred,90,,
        2,A,local_recurrence,occurred,,100,130
        """,
    )
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of events .* interval .* partial_dates="):
        metrics.time_to_recurrence(one, **IMAGING)
    row = metrics.time_to_recurrence(one, **IMAGING, partial_dates=choice).loc["A"]
    assert np.nan_to_num(row["time"], nan=-9) == time
    assert row["status"] == ("missing" if choice == "exclude" else "observed")
    assert row["approximate"] == (choice != "exclude")
    if choice != "exclude":
        bounds = metrics.time_to_recurrence(one, **(CLINICAL | {"partial_dates": choice})).loc["A"]
        assert (bounds["interval_lower"], bounds["interval_upper"]) == (100, 130)


def test_a_death_known_to_the_month(registry):
    one = registry(
        "A",
        events="event_id,episode_id,kind,status,day\n1,A,imaging,occurred,90",
        patients="patient_id,death_lower_day,death_upper_day\npA,100,131",
    )
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of death"):
        metrics.time_to_recurrence(one, **IMAGING)
    ask = {**IMAGING, "partial_dates": "latest"}
    assert metrics.time_to_recurrence(one, **ask).loc["A", "time"] == 131
    ask = {**IMAGING, "partial_dates": "exclude"}
    assert metrics.time_to_recurrence(one, **ask).loc["A", "status"] == "missing"


def test_time_counts_from_the_landmark(nine):
    cohort = select_cohort(nine, landmark_day=100)
    result = metrics.time_to_recurrence(cohort, **IMAGING)
    # F died before; E was last seen on the day itself and is kept, with nothing observed after it.
    assert result.index.tolist() == list("ABCDEGHI")
    assert result["time"].fillna(-9).tolist() == [80, 80, 100, -9, -9, -9, 80, -9]
    assert result.loc["B", ["interval_lower", "interval_upper"]].tolist() == [0, 80]
    assert result["n_scans"].tolist() == [1, 1, 0, 0, 0, 0, 1, 0]
    late = metrics.time_to_recurrence(select_cohort(nine, landmark_day=200), **CLINICAL)
    assert late.loc["B", "status"] == "not_attainable" and pd.isna(late.loc["B", "time"])
    assert late.loc["G", "time"] == 200


def test_events_of_the_patient_count_from_each_episode():
    patients = pd.DataFrame({"patient_id": ["p"], "death_day": [400]})
    episodes = pd.DataFrame({"episode_id": ["A", "B"], "index_day": [0, 300]})
    events = pd.DataFrame({"event_id": ["1", "2"], "patient_id": "p", "day": [50, 350]})
    two = build_registry(
        {
            "patients": patients,
            "episodes": episodes.assign(patient_id="p", diagnosis="spinal_metastasis"),
            "events": events.assign(kind="imaging", status="occurred"),
        },
        vocabulary=SHIPPED_VOCABULARY,
    )
    result = metrics.time_to_recurrence(two, **(IMAGING | {"max_gap_days": 1000}))
    # Death on day 400 of the patient is day 400 of A and day 100 of B, which began on day 300; the
    # scan of day 50 lies before B, that of day 350 is its day 50.
    assert result["time"].tolist() == [400, 100]
    assert result["event"].tolist() == ["death", "death"]
    assert result["n_scans"].tolist() == [2, 1]


def test_unequal_scanning_warns(registry):
    rows = [f"{n},A,imaging,occurred,{day}" for n, day in enumerate((90, 180, 270, 360))]
    rows += ["9,B,imaging,occurred,360"]
    two = registry(
        "A B",
        events="event_id,episode_id,kind,status,day\n" + "\n".join(rows),
        episodes="episode_id,approach_planned\nA,mis\nB,open",
    )
    arms = {"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}}
    cohort = select_cohort(two, arms=arms, assignment="planned")
    with pytest.warns(MissingDataWarning, match=r"mis: 4\.06 \(4 scans in 1\.0 .* open: 1\.01"):
        metrics.time_to_recurrence(cohort, **IMAGING)
    metrics.time_to_recurrence(cohort, **(CLINICAL | {"censor_at": "last_scan"}))  # no warning


def test_what_cannot_be_asked(nine):
    with pytest.raises(TypeError):
        metrics.time_to_recurrence(nine)
    for change, message in (
        ({"assessment": "both"}, 'assessment must be "imaging" or "clinical"'),
        ({"censor_at": "death"}, 'censor_at must be "last_scan" or "last_contact"'),
        ({"max_gap_days": None}, "An imaging endpoint needs max_gap_days"),
        ({"max_gap_days": -1}, "max_gap_days must be 0 or more"),
        ({"competing": "death"}, "competing must be a list of reoperation and death"),
        ({"competing": ("new_fracture",)}, "competing must be a list"),
        ({"partial_dates": "mean"}, "partial_dates must be"),
    ):
        with pytest.raises(ArgumentError, match=message):
            metrics.time_to_recurrence(nine, **(IMAGING | change))


def test_a_cohort_without_events(registry):
    row = metrics.time_to_recurrence(registry("A"), **IMAGING).loc["A"]
    assert pd.isna(row["time"]) and row["status"] == "missing" and row["n_scans"] == 0


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(list("ABCDEFGHI")), seed=st.integers(0, 1000))
def test_order_of_rows_changes_nothing(order, seed):
    lines = EVENTS.strip().splitlines()
    rows = np.random.default_rng(seed).permutation(lines[1:])
    plain = build("A B C D E F G H I", events=EVENTS, patients=PATIENTS)
    mixed = build(" ".join(order), events="\n".join([lines[0], *rows]), patients=PATIENTS)
    for metric in (
        lambda data: metrics.time_to_recurrence(data, **IMAGING),
        metrics.perioperative,
    ):
        result = metric(mixed)
        assert result.index.tolist() == as_cohort(mixed).data.index.tolist() == list(order)
        pd.testing.assert_frame_equal(result.sort_index(), metric(plain))
    mixed_items = metrics.episode_timeline(mixed).sort_index(kind="stable")
    pd.testing.assert_frame_equal(mixed_items, metrics.episode_timeline(plain))


def one_episode(events):
    episode = {"episode_id": ["A"], "patient_id": ["p"], "diagnosis": ["spinal_metastasis"]}
    return build_registry(
        {
            "patients": pd.DataFrame({"patient_id": ["p"]}),
            "episodes": pd.DataFrame(episode),
            "events": events.assign(episode_id="A", status="occurred"),
        },
        vocabulary=SHIPPED_VOCABULARY,
    )


@pytest.mark.parametrize(
    ("max_gap_days", "time", "event", "by_gap"),
    [
        (700, 900, "recurrence_or_progression", False),
        (699, 200, "censored", True),
        (100, 200, "censored", True),
    ],
)
def test_a_recurrence_is_held_against_the_scan_before_it(max_gap_days, time, event, by_gap):
    # Clean scans on days 100 and 200, nothing for 700 days, then a scan that shows recurrence.
    days = [100, 200, 900, 900]
    kinds = ["imaging", "imaging", "imaging", "local_recurrence"]
    events = pd.DataFrame({"event_id": list("1234"), "day": days, "kind": kinds})
    one = one_episode(events)
    ask = IMAGING | {"max_gap_days": max_gap_days}
    row = metrics.time_to_recurrence(one, **ask).loc["A"]
    assert (row["time"], row["event"], row["censored_by_gap"]) == (time, event, by_gap)


def test_a_first_scan_too_late_leaves_nothing_observed():
    events = pd.DataFrame(
        {
            "event_id": ["1", "2"],
            "day": 300,
            "kind": ["imaging", "local_recurrence"],
        }
    )
    one = one_episode(events)
    late = metrics.time_to_recurrence(one, **IMAGING).loc["A"]
    assert pd.isna(late["time"]) and late["status"] == "missing" and late["censored_by_gap"]
    in_time = metrics.time_to_recurrence(one, **(IMAGING | {"max_gap_days": 300})).loc["A"]
    assert in_time["time"] == 300 and in_time["interval_lower"] == 0
