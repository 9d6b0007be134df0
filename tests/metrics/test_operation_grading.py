"""Complications by grade: the highest of a patient, and how many of each."""

import pandas as pd
import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

EPISODES = "episode_id,last_followup_day\n" + "\n".join(f"{name},100" for name in "ABCDEFG")


@pytest.fixture(scope="module")
def seven(registry):
    return registry(
        "A B C D E F G H",
        episodes=EPISODES + "\nH,20",
        patients="patient_id,last_contact_day,last_contact_status\npH,20,lost",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day,grade
        1,A,complication,occurred,3,,,II
        2,A,complication,occurred,9,,,IIIb
        3,A,complication,occurred,12,,,I
        4,C,complication,occurred,30,,,I
        5,C,complication,occurred,31,,,IVa
        6,D,complication,occurred,5,,,II
        7,D,complication,occurred,6,,,
        8,E,complication,occurred,5,,,
        9,E,complication,occurred,6,,,V
        10,F,complication,occurred,,,,II
        11,G,complication,absent,40,,,
        12,H,complication,occurred,5,,,II
        13,G,dural_tear,occurred,0,,,II
        """,
    )


def test_the_highest_grade_and_the_numbers(seven):
    result = metrics.complications(seven, scale="clavien_dindo", within_days=30)
    assert list(result) == [
        *("complication", "n_complications", "highest"),
        *("n_I", "n_II", "n_IIIa", "n_IIIb", "n_IVa", "n_IVb", "n_V", "n_ungraded", "status"),
    ]
    # D has one without a grade, which may be the higher; F one without a day; H was seen for 20
    # days only. Of E the highest there is.
    highest = result["highest"].astype(object).fillna("?").tolist()
    assert highest == ["IIIb", "none", "I", "?", "V", "?", "none", "?"]
    assert result["complication"].fillna(-9).tolist() == [1, 0, 1, 1, 1, -9, 0, 1]
    assert result["n_complications"].fillna(-9).tolist() == [3, 0, 1, 2, 2, -9, 0, -9]
    assert result["n_II"].fillna(-9).tolist() == [1, 0, 0, 1, 0, -9, 0, -9]
    assert result["n_ungraded"].fillna(-9).tolist() == [0, 0, 0, 1, 1, -9, 0, -9]
    assert result["status"].tolist() == [*["observed"] * 5, "missing", "observed", "lost"]
    assert result["highest"].cat.categories.tolist() == [
        *("none", "I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")
    ]
    assert result["highest"].cat.ordered


def test_two_denominators(seven):
    result = metrics.complications(seven, scale="clavien_dindo", within_days=90)
    known = result[result["n_complications"].notna()]
    assert (known["complication"].sum(), len(known)) == (4, 6)
    assert known["n_complications"].sum() == 9
    assert result.loc["C", "highest"] == "IVa"


def test_the_day_of_the_limit_counts(seven):
    for days, n in ((29, 0), (30, 1), (31, 2)):
        result = metrics.complications(seven, scale="clavien_dindo", within_days=days)
        assert result.loc["C", "n_complications"] == n
    assert metrics.complications(seven, scale="clavien_dindo", within_days=0)["n_I"].sum() == 0


def test_a_grade_that_the_scale_does_not_have(registry):
    events = "event_id,episode_id,kind,status,day,grade\n" + "\n".join(
        f"{n},A,complication,occurred,{n},{grade}"
        for n, grade in enumerate(["III", "3b", " IIIb ", "II"], start=1)
    )
    one = registry("A", episodes=EPISODES, events=events)
    message = (
        r"2 complication\(s\) have a grade that clavien_dindo does not have; its grades are: "
        r"I, II, IIIa, IIIb, IVa, IVb, V\. Say how this registry writes them"
    )
    with pytest.raises(ArgumentError, match=message):
        metrics.complications(one, scale="clavien_dindo", within_days=30)
    own = {"III": "IIIa", "3b": "IIIb"}
    result = metrics.complications(one, scale="clavien_dindo", within_days=30, grades=own)
    assert result.loc["A", ["n_II", "n_IIIa", "n_IIIb"]].tolist() == [1, 1, 2]
    assert result.loc["A", "highest"] == "IIIb"
    # SAVES has a grade III as well, and none with a letter.
    with pytest.raises(ArgumentError, match=r"2 complication\(s\) have a grade that saves does"):
        metrics.complications(one, scale="saves", within_days=30)


def test_a_late_grade_of_another_scale_is_no_error(registry):
    one = registry(
        "A",
        episodes=EPISODES,
        events="event_id,episode_id,kind,status,day,grade\n1,A,complication,occurred,50,mild",
    )
    result = metrics.complications(one, scale="clavien_dindo", within_days=30)
    assert result.loc["A", "highest"] == "none"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scale": "odi"}, "odi has numbers, and a grade of complications is no number"),
        ({"scale": "clavien"}, "Unknown instrument 'clavien'"),
        ({"within_days": -1}, "within_days must be 0 or more days, got -1"),
        ({"within_days": float("nan")}, "within_days must be 0 or more days, got nan"),
        ({"within_days": float("inf")}, "within_days must be 0 or more days, got inf"),
        ({"grades": {"3": "III"}}, "grades maps to III, which clavien_dindo does not have"),
    ],
)
def test_choices_that_cannot_be(seven, given, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.complications(seven, **{"scale": "clavien_dindo", "within_days": 30, **given})


def test_perioperative_and_complications_agree(seven):
    early = metrics.perioperative(seven)
    for days in (30, 90):
        graded = metrics.complications(seven, scale="clavien_dindo", within_days=days)
        pd.testing.assert_series_equal(
            graded["n_complications"], early[f"n_complications_{days}d"], check_names=False
        )
        pd.testing.assert_series_equal(
            graded["complication"], early[f"complication_{days}d"], check_names=False
        )
