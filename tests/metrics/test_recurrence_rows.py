"""What recurs, of which lesion, seen or felt, and what ends the wait for it."""

import pandas as pd
import pytest
from tests.metrics.real_life import from_csv, told

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError, MissingDataWarning
from spineoutcomes.selection import select_cohort

EVENT = "recurrence_or_progression"
IMAGING = {"assessment": "imaging", "max_gap_days": 200, "censor_at": "last_scan"}
CLINICAL = {"assessment": "clinical", "max_gap_days": None, "censor_at": "last_contact"}
SCAN = "event_id,episode_id,kind,status,day,lower_day,upper_day,scan_id"


def test_symptoms_and_scans_have_dates_of_their_own(registry):
    four = registry(
        "A B C D E",
        events=f"""
        {SCAN}
        1,A,imaging,occurred,90,,,
        2,A,symptom_recurrence,occurred,120,,,
        3,A,local_recurrence,occurred,180,,,s2
        4,B,local_recurrence,occurred,180,,,s2
        5,C,symptom_recurrence,occurred,150,,,
        6,C,imaging,occurred,170,,,s1
        7,D,symptom_recurrence,occurred,,,,
        8,E,imaging,occurred,90,,,
        """,
        patients="patient_id,last_contact_day\npA,300\npB,300\npC,300\npD,300\npE,300",
    )
    dates = metrics.recurrence_dates(four)
    assert told(dates, "imaging_day", "clinical_day", "lag_days", "status") == [
        [180, 120, 60, "observed"],
        [180, None, None, "observed"],
        [None, 150, None, "observed"],
        [None, None, None, "missing"],
        [None, None, None, "observed"],
    ]
    seen = metrics.time_to_recurrence(four, **IMAGING)
    assert told(seen, "time", "event") == [
        [180, EVENT],
        [180, EVENT],
        [170, "censored"],
        [None, None],
        [90, "censored"],
    ]
    # In the clinic, whichever came first.
    felt = metrics.time_to_recurrence(four, **CLINICAL)
    assert told(felt, "time", "event") == [
        [120, EVENT],
        [180, EVENT],
        [150, EVENT],
        [None, None],
        [300, "censored"],
    ]
    late = metrics.recurrence_dates(select_cohort(four, landmark_day=100))
    assert told(late, "imaging_day", "clinical_day")[0] == [80, 20]
    with pytest.raises(ArgumentError, match='by must be "episode" or "lesion", got \'level\''):
        metrics.recurrence_dates(four, by="level")


def test_dates_known_to_the_month(registry):
    one = registry("A", events=f"{SCAN}\n1,A,local_recurrence,occurred,,100,130,")
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of events"):
        metrics.recurrence_dates(one)
    dates = metrics.recurrence_dates(one, partial_dates="earliest")
    assert told(dates, "imaging_day") == [[100]]


def test_a_recurrence_of_a_lesion_never_removed_is_progression():
    five = from_csv(
        patients="patient_id\n" + "\n".join("pqrst"),
        episodes="episode_id,patient_id,diagnosis\n"
        + "\n".join(f"{one.upper()},{one},spinal_metastasis" for one in "pqrst"),
        procedures="""
        procedure_id,episode_id,component,day
        1,P,biopsy,0
        2,Q,laminectomy,0
        3,R,laminectomy,0
        4,S,laminectomy,0
        """,
        events="""
        event_id,episode_id,kind,status,day
        1,P,local_recurrence,occurred,100
        2,Q,local_recurrence,occurred,100
        3,R,local_recurrence,occurred,100
        4,S,residual_progression,occurred,100
        5,T,local_recurrence,occurred,100
        """,
        lesions="""
        episode_id,lesion_id,measure,day,value,unit
        R,L1,percent_removed,7,60,%
        """,
    )
    result = metrics.time_to_recurrence(five, **IMAGING)
    assert result["event"].eq(EVENT).all()
    assert result["endpoint"].tolist() == [
        "residual_progression",  # a biopsy removes nothing
        "recurrence",
        "residual_progression",  # 40 % was left
        "residual_progression",  # it says so
        "recurrence",  # nobody recorded the operations of this one
    ]


def test_progression_looked_for_without_naming_the_lesion():
    registry = from_csv(
        patients="patient_id\np",
        episodes="episode_id,patient_id,diagnosis\nA,p,spinal_metastasis",
        events="""
        event_id,episode_id,kind,status,day
        1,A,imaging,occurred,90
        2,A,residual_progression,absent,90
        """,
        lesions="""
        episode_id,lesion_id,measure,day,value,unit
        A,L1,volume,7,0,cm3
        A,L2,volume,-7,3,cm3
        """,
    )
    result = metrics.time_to_recurrence(registry, **IMAGING, by="lesion")
    # L1 was seen to be gone: it was looked for in L2.
    assert result["endpoint"].tolist() == ["recurrence", "residual_progression"]
    assert metrics.time_to_recurrence(registry, **IMAGING)["endpoint"].tolist() == [
        "residual_progression"
    ]


def test_renewed_radiotherapy_may_compete(registry):
    one = registry(
        "A",
        events=f"""
        {SCAN}
        1,A,imaging,occurred,90,,,
        2,A,reirradiation,occurred,100,,,
        3,A,local_recurrence,occurred,180,,,s2
        """,
    )
    plain = metrics.time_to_recurrence(one, **IMAGING)
    assert told(plain, "time", "event") == [[180, EVENT]]
    ask = IMAGING | {"competing": ("death", "reirradiation")}
    row = metrics.time_to_recurrence(one, **ask)
    assert told(row, "time", "event") == [[100, "reirradiation"]]
    assert row["event"].cat.categories.tolist() == [*["censored", EVENT, "death", "reirradiation"]]


def test_nobody_is_observed_beyond_the_end_of_the_study(registry):
    three = registry(
        "A B C",
        events=f"""
        {SCAN}
        1,A,imaging,occurred,90,,,
        2,A,local_recurrence,occurred,180,,,s2
        3,B,imaging,occurred,90,,,
        4,B,imaging,occurred,170,,,
        5,C,imaging,occurred,90,,,
        """,
        episodes="episode_id,cutoff_day\nA,150\nB,150\nC,150",
        patients="patient_id,death_day,last_contact_day\npB,,300\npC,200,200",
    )
    result = metrics.time_to_recurrence(three, **IMAGING)
    assert told(result, "time", "event") == [[90, "censored"]] * 3
    result = metrics.time_to_recurrence(three, **CLINICAL)
    assert told(result, "time", "event", "status") == [
        [None, None, "missing"],
        [150, "censored", "observed"],
        [150, "censored", "observed"],
    ]


def test_the_month_of_a_recurrence_bounds_its_interval(registry):
    one = registry(
        "A",
        events=f"""
        {SCAN}
        1,A,imaging,occurred,90,,,
        2,A,imaging,occurred,110,,,
        3,A,local_recurrence,occurred,,100,130,
        """,
    )
    row = metrics.time_to_recurrence(one, **IMAGING, partial_dates="midpoint")
    # Whether the scan of day 110 was clean nobody knows.
    assert told(row, "time", "interval_lower", "interval_upper") == [[115, 90, 130]]


def test_a_death_nobody_dated_came_after_what_was_recorded(registry):
    two = registry(
        "A B",
        events=f"""
        {SCAN}
        1,A,local_recurrence,occurred,90,,,s1
        2,B,imaging,occurred,90,,,s1
        """,
        patients="patient_id,last_contact_status\npA,dead\npB,dead",
    )
    result = metrics.time_to_recurrence(two, **IMAGING)
    assert told(result, "time", "event", "status") == [
        [90, EVENT, "observed"],
        [None, None, "missing"],
    ]


def test_recurrence_and_death_in_one_month(registry):
    one = registry(
        "A",
        events=f"{SCAN}\n1,A,imaging,occurred,40,,,\n2,A,local_recurrence,occurred,120,,,s2",
        patients="patient_id,death_lower_day,death_upper_day\npA,100,130",
    )
    # Death on day 100 is not possible: a scan of day 120 shows the recurrence.
    for choice in (None, "earliest", "midpoint", "latest", "exclude"):
        row = metrics.time_to_recurrence(one, **IMAGING, partial_dates=choice)
        assert told(row, "time", "event") == [[120, EVENT]]


def test_lesions_of_two_arms_are_counted_and_compared():
    rows = [
        f"{n},A,imaging,occurred,{day},{lesion}"
        for n, (day, lesion) in enumerate([(90, "L1"), (180, ""), (270, ""), (360, "")])
    ]
    two = from_csv(
        patients="patient_id\np\nq",
        episodes="""
        episode_id,patient_id,diagnosis,approach_planned
        A,p,spinal_metastasis,mis
        B,q,spinal_metastasis,open
        """,
        events="event_id,episode_id,kind,status,day,lesion_id\n"
        + "\n".join([*rows, "8,B,imaging,occurred,360,", "9,B,local_recurrence,occurred,500,L1"]),
        lesions="""
        episode_id,lesion_id,measure,day,value,unit
        A,L1,volume,7,0,cm3
        A,L2,volume,7,0,cm3
        B,L1,volume,7,0,cm3
        B,L2,volume,7,0,cm3
        """,
    )
    arms = {"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}}
    cohort = select_cohort(two, arms=arms, assignment="planned")
    ask = IMAGING | {"max_gap_days": 130, "by": "lesion"}
    with pytest.warns(MissingDataWarning, match=r"mis: 3\.55 \(7 scans in 2\.0 person-years\)"):
        times = metrics.time_to_recurrence(cohort, **ask)
    assert told(times, "time", "n_scans", "censored_by_gap") == [
        [360, 4, False],
        [360, 3, False],
        [360, 1, True],
        [360, 1, False],
    ]
    counts = metrics.recurrence_followup(cohort, times=times).tidy()
    shown = counts.pivot(index="variable", columns="group", values="value")
    expected = {
        "rows": (2, 2),
        "rows without a time": (0, 0),
        "censored": (2, 2),
        EVENT: (0, 0),
        "death": (0, 0),
        "censored for too long a gap without a scan": (0, 1),
        "scans": (7, 2),
        "person-years": (720 / 365.25, 720 / 365.25),
        "scans per person-year": (7 / 720 * 365.25, 2 / 720 * 365.25),
    }
    assert set(shown.index) == set(expected)
    for variable, (mis, open_) in expected.items():
        assert shown.loc[variable].tolist() == pytest.approx([mis, open_]), variable


def test_follow_up_by_arm_of_other_times_is_refused(registry):
    one = registry("A", events=f"{SCAN}\n1,A,imaging,occurred,90,,,")
    times = metrics.time_to_recurrence(one, **IMAGING)
    with pytest.raises(ArgumentError, match="it lacks n_scans, censored_by_gap"):
        metrics.recurrence_followup(one, times=times.drop(columns=["n_scans", "censored_by_gap"]))
    with pytest.raises(ArgumentError, match=r"1 row\(s\) of times are of no episode of the cohort"):
        metrics.recurrence_followup(registry("B"), times=times)


def test_the_unit_must_be_an_episode_or_a_lesion(registry):
    with pytest.raises(ArgumentError, match='by must be "episode" or "lesion", got \'patient\''):
        metrics.time_to_recurrence(registry("A"), **IMAGING, by="patient")


# Dates of recurrence between the last clean scan and the first positive one.


@pytest.fixture
def dated(registry):
    four = registry(
        "A B C D",
        events=f"""
        {SCAN}
        1,A,imaging,occurred,90,,,
        2,A,local_recurrence,occurred,180,,,s2
        3,B,imaging,occurred,90,,,
        4,C,imaging,occurred,90,,,
        """,
        patients="patient_id,death_day\npB,150",
    )
    return metrics.time_to_recurrence(four, **IMAGING)


@pytest.mark.parametrize(
    ("dated_at", "unseen", "expected"),
    [
        ("first_positive_scan", "none", [[180, EVENT], [150, "death"]]),
        ("midpoint", "none", [[135, EVENT], [150, "death"]]),
        ("last_clean_scan", "none", [[90, EVENT], [150, "death"]]),
        ("first_positive_scan", "all", [[180, EVENT], [150, EVENT]]),
        ("midpoint", "all", [[135, EVENT], [120, EVENT]]),
        ("last_clean_scan", "all", [[90, EVENT], [90, EVENT]]),
    ],
)
def test_recurrence_dated_otherwise(dated, dated_at, unseen, expected):
    before = dated.copy()
    result = metrics.redated_recurrence(dated, dated_at=dated_at, unseen_before_death=unseen)
    assert list(result.columns) == ["time", "event", "entry", "status"]
    assert told(result, "time", "event") == [*expected, [90, "censored"], [None, None]]
    assert result["event"].dtype == dated["event"].dtype
    pd.testing.assert_frame_equal(dated, before)


def test_nothing_is_dated_before_a_late_entry(registry):
    one = registry(
        "A",
        procedures="""
        procedure_id,episode_id,component,day,stage,planned
        1,A,laminectomy,0,1,yes
        2,A,laminectomy,30,2,yes
        """,
        events="""
        event_id,episode_id,kind,status,day
        1,A,imaging,occurred,10
        2,A,imaging,occurred,100
        3,A,local_recurrence,occurred,100
        """,
    )
    times = metrics.time_to_recurrence(one, **IMAGING, entry=2)
    assert told(times, "entry", "interval_lower", "time") == [[29.5, 10, 100]]
    for dated_at, day in (("last_clean_scan", 30), ("midpoint", 65), ("first_positive_scan", 100)):
        again = metrics.redated_recurrence(times, dated_at=dated_at, unseen_before_death="none")
        assert told(again, "entry", "time") == [[29.5, day]]


def test_a_death_on_the_day_of_a_clean_scan_hid_nothing(registry):
    one = registry(
        "A",
        events=f"{SCAN}\n1,A,imaging,occurred,90,,,",
        patients="patient_id,death_day\npA,90",
    )
    times = metrics.time_to_recurrence(one, **IMAGING)
    result = metrics.redated_recurrence(times, dated_at="midpoint", unseen_before_death="all")
    assert told(result, "time", "event") == [[90, "death"]]


def test_what_cannot_be_dated(dated, registry):
    ask = {"dated_at": "midpoint", "unseen_before_death": "none"}
    for change, message in (
        ({"dated_at": "first"}, "dated_at must be one of last_clean_scan, midpoint, first_pos"),
        ({"unseen_before_death": "some"}, 'unseen_before_death must be "none" or "all"'),
    ):
        with pytest.raises(ArgumentError, match=message):
            metrics.redated_recurrence(dated, **(ask | change))
    with pytest.raises(ArgumentError, match="it lacks interval_lower, interval_upper"):
        metrics.redated_recurrence(dated.drop(columns=["interval_lower", "interval_upper"]), **ask)
    alone = registry("A", events=f"{SCAN}\n1,A,imaging,occurred,90,,,")
    times = metrics.time_to_recurrence(alone, **IMAGING, competing=())
    with pytest.raises(ArgumentError, match="Nothing recurs unseen before a death that is no"):
        metrics.redated_recurrence(times, **(ask | {"unseen_before_death": "all"}))
