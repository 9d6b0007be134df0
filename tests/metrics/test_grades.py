import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

GRADES = so.vocabulary.instruments["mrc_muscle_grade"].grades
HEADER = "episode_id,instrument,location,side,visit,day,grade,missing_reason\n"


def muscles(*rows):
    """Return score rows from "episode location side visit day grade [reason]"; - is empty."""
    cells = [["" if c == "." else c for c in row.split()] for row in rows]
    lines = [",".join([r[0], "mrc_muscle_grade", *r[1:], *[""] * (7 - len(r))]) for r in cells]
    return HEADER + "\n".join(lines)


ASK = {"instrument": "mrc_muscle_grade", "visit": "3m", "rule": "rank"}


def words(column):
    return column.astype(object).fillna("").tolist()


@pytest.fixture(scope="module")
def limbs(registry):
    return registry(
        "A B C D E F G H",
        patients="patient_id,death_day\npG,40",
        scores=muscles(
            # A: the left tibialis is the weakest of three and is compared with itself.
            "A tibialis left pre -3 2+",
            "A tibialis right pre -3 4-",
            "A quadriceps left pre -3 3",
            "A tibialis left 3m 90 4-",
            "A tibialis right 3m 90 1",
            "A quadriceps left 3m 90 5",
            # B: both equally weak; the one weaker at the visit counts.
            "B tibialis left pre -3 3",
            "B tibialis right pre -3 3",
            "B tibialis left 3m 90 4",
            "B tibialis right 3m 90 3",
            # C: both equally weak, one not graded at the visit: the other counts.
            "C tibialis left pre -3 3",
            "C tibialis right pre -3 3",
            "C tibialis right 3m 90 5",
            # D: the weakest was not graded at the visit, and no other one stands in for it.
            "D tibialis left pre -3 1",
            "D tibialis right pre -3 4",
            "D tibialis left 3m . . lost",
            "D tibialis right 3m 90 4",
            # E: no grade before surgery.
            "E tibialis left 3m 90 4",
            "E tibialis right 3m 90 3+",
            # F: everything the same; left comes before right.
            "F tibialis right pre -3 4",
            "F tibialis left pre -3 4",
            "F tibialis right 3m 90 4",
            "F tibialis left 3m 90 4",
            # G died before the visit, H has no rows.
            "G tibialis left pre -3 4",
            "G tibialis right pre -3 5",
        ),
    )


def test_the_worst_muscle_is_followed(limbs):
    # Without a window a visit lasts from the first to the last day with its label: 90.
    result = metrics.grade_change(limbs, **ASK, muscle="worst")
    assert result.index.tolist() == list("ABCDEFGH")
    assert list(result.columns) == [
        *["baseline", "grade", "change", "direction", "improved", "improved_whole_grade"],
        *["improved_rank", "can_improve", "location", "side", "status"],
    ]
    assert words(result["location"]) == ["tibialis"] * 7 + [""]
    assert words(result["side"]) == ["left", "right", "right", "left", "right", "left", "left", ""]
    assert words(result["baseline"]) == ["2+", "3", "3", "1", "", "4", "4", ""]
    assert words(result["grade"]) == ["4-", "3", "5", "", "3+", "4", "", ""]
    # Places: 0 1 2- 2 2+ 3- 3 3+ 4- 4 4+ 5- 5; from 2+ (4) to 4- (8), from 3 (6) to 5 (12).
    assert result["change"].fillna(-9).tolist() == [4, 0, 6, -9, -9, 0, -9, -9]
    assert result["improved_whole_grade"].fillna(-9).tolist() == [1, 0, 1, -9, -9, 0, -9, -9]
    assert result["status"].tolist() == [
        *["observed", "observed", "observed", "lost", "no_baseline", "observed", "dead", "missing"]
    ]


def test_the_choice_is_among_what_is_asked(limbs):
    right = metrics.grade_change(limbs, **ASK, muscle="worst", side="right")
    assert right.loc["A", ["baseline", "grade", "side"]].tolist() == ["4-", "1", "right"]
    assert right.loc["A", "direction"] == "worse"
    quadriceps = metrics.grade_change(limbs, **ASK, muscle="worst", location="quadriceps")
    assert quadriceps.loc["A", ["baseline", "grade"]].tolist() == ["3", "5"]
    assert quadriceps["status"].tolist()[1:] == ["missing"] * 5 + ["dead", "missing"]


def test_without_a_muscle_several_in_one_episode_are_refused(limbs):
    with pytest.raises(
        ArgumentError,
        match=r"1 episode\(s\) have mrc_muscle_grade with several values of location: quadriceps, "
        r'tibialis; they are never mixed. Say location=... or muscle="worst"\.',
    ):
        metrics.grade_change(limbs, **ASK)
    with pytest.raises(ArgumentError, match=r"7 episode\(s\) .* of side: left, right; .* side=..."):
        metrics.grade_change(limbs, **ASK, location="tibialis")
    with pytest.raises(ArgumentError, match="muscle must be \"worst\" or None, got 'best'"):
        metrics.grade_change(limbs, **ASK, muscle="best")
    with pytest.raises(ArgumentError, match="is not recorded with location 'deltoid'"):
        metrics.grade_change(limbs, **ASK, location="deltoid", muscle="worst")


def test_one_limb_each_is_no_mixture(registry):
    three = registry(
        "A B C",
        scores=muscles(
            "A limb left pre -3 3",
            "A limb left 3m 90 4-",
            "B limb right pre -3 4",
            "B limb right 3m 90 4+",
            "C arm . pre -3 5",
            "C arm left 3m . . refused",
        ),
    )
    result = metrics.grade_change(three, **ASK)
    assert words(result["location"]) == ["limb", "limb", "arm"]
    assert words(result["side"]) == ["left", "right", ""]
    assert result["change"].fillna(-9).tolist() == [2, 1, -9]
    assert result["improved_whole_grade"].fillna(-9).tolist() == [1, 0, -9]
    assert result["status"].tolist() == ["observed", "observed", "missing"]
    pd.testing.assert_frame_equal(result, metrics.grade_change(three, **ASK, muscle="worst"))
    # A score at one visit still asks: there nothing is compared with itself.
    with pytest.raises(ArgumentError, match=r"Say side=\.\.\."):
        metrics.score_at(three, instrument="mrc_muscle_grade", visit="3m", location="limb")


def test_one_limb_before_and_another_after_is_a_mixture(registry):
    one = registry("A", scores=muscles("A limb left pre -3 3", "A limb right 3m 90 5"))
    with pytest.raises(ArgumentError, match="several values of side: left, right"):
        metrics.grade_change(one, **ASK)
    followed = metrics.grade_change(one, **ASK, muscle="worst").loc["A"]
    assert (followed["side"], followed["status"]) == ("left", "missing")


def test_a_site_that_is_not_named_is_a_site(registry):
    one = registry("A", scores=muscles("A . . pre -3 3", "A limb . 3m 90 5"))
    with pytest.raises(ArgumentError, match=r"location: \(not recorded\), limb"):
        metrics.grade_change(one, **ASK)


def test_two_grades_of_the_followed_muscle_at_one_time_are_refused(registry):
    rows = HEADER.replace("\n", ",rater\n") + "\n".join(
        f"A,mrc_muscle_grade,limb,{side},{visit},{day},{grade},,{rater}"
        for side, visit, day, grade, rater in (
            ("left", "pre", -3, "2+", "x"),
            ("right", "pre", -3, "4-", "x"),
            ("right", "pre", -3, "5", "y"),
            ("left", "3m", 90, "4-", "x"),
            ("left", "3m", 90, "5", "y"),
        )
    )
    one = registry("A", scores=rows)
    # The raters disagree on the right too, but neither finds it the weaker one.
    with pytest.raises(ArgumentError, match="different scores at the same time, by 2 rater"):
        metrics.grade_change(one, **ASK, muscle="worst")
    result = metrics.grade_change(one, **ASK, muscle="worst", rater="y")
    assert result.loc["A", ["side", "baseline", "status"]].tolist() == ["right", "5", "missing"]


def test_the_order_is_that_of_the_vocabulary(registry):
    names = [f"E{i}" for i in range(len(GRADES) - 1)]
    rows = [
        row
        for name, low, high in zip(names, GRADES[:-1], GRADES[1:], strict=True)
        for row in (f"{name} limb left pre -3 {low}", f"{name} limb left 3m 90 {high}")
    ]
    result = metrics.grade_change(registry(" ".join(names), scores=muscles(*rows)), **ASK)
    assert result["change"].tolist() == [1.0] * 12
    # A whole grade is gained where 1, 2, 3, 4 and 5 begin: 0-1, 1-2-, 2+-3-, 3+-4-, 4+-5-.
    assert result["improved_whole_grade"].tolist() == [1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0]
    assert (result["baseline"] < result["grade"]).all()


GRADE = st.sampled_from(GRADES)
PATIENT = st.lists(st.tuples(GRADE, GRADE), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None)
@given(patients=st.lists(PATIENT, min_size=1, max_size=4), seed=st.randoms())
def test_the_worst_muscle_is_the_lowest_whatever_the_order_of_rows(patients, seed):
    names = [f"E{i}" for i in range(len(patients))]
    rows = [
        row
        for name, own in zip(names, patients, strict=True)
        for i, (before, after) in enumerate(own)
        for row in (f"{name} m{i} left pre -3 {before}", f"{name} m{i} left 3m 90 {after}")
    ]
    seed.shuffle(rows)
    result = metrics.grade_change(
        build(" ".join(names), scores=muscles(*rows)), **ASK, muscle="worst"
    )
    place = {grade: i for i, grade in enumerate(GRADES)}
    lowest = [min(own, key=lambda pair: (place[pair[0]], place[pair[1]])) for own in patients]
    assert list(zip(result["baseline"], result["grade"], strict=True)) == lowest
    assert result.index.tolist() == names
    expected = [place[after] - place[before] for before, after in lowest]
    assert result["change"].tolist() == expected
    # A whole grade is never gained without a rank.
    assert (result["improved_whole_grade"] <= result["improved_rank"]).all()


@settings(max_examples=15, deadline=None)
@given(pairs=st.lists(st.tuples(GRADE, GRADE), min_size=1, max_size=5))
def test_swapping_the_visits_swaps_improved_and_worse(pairs):
    def change(ordered, rule):
        names = [f"E{i}" for i in range(len(ordered))]
        rows = itertools.chain.from_iterable(
            (f"{name} m left pre -3 {before}", f"{name} m left 3m 90 {after}")
            for name, (before, after) in zip(names, ordered, strict=True)
        )
        cohort = build(" ".join(names), scores=muscles(*rows))
        return metrics.grade_change(cohort, **(ASK | {"rule": rule}))["change"]

    swapped = [(after, before) for before, after in pairs]
    for rule in ("rank", "whole_grade"):
        assert change(pairs, rule).tolist() == (-change(swapped, rule)).tolist()


def test_decompression_of_the_cord_is_a_change_of_its_grade_and_no_mean(registry):
    grades = {"A": ("3", "1a"), "B": ("2", "1c"), "C": ("1b", "1b"), "D": ("0", "1a")}
    scores = "episode_id,instrument,day,visit,grade\n" + "\n".join(
        f"{name},escc,-3,preoperative,{before}\n{name},escc,5,1w,{after}"
        for name, (before, after) in grades.items()
    )
    one_each = registry("A B C D", scores=scores)
    result = metrics.grade_change(one_each, instrument="escc", visit="1w", rule="rank")
    # A grade lower is better; at 0 nothing can improve.
    assert result["improved"].tolist() == [1, 1, 0, 0]
    assert result["can_improve"].tolist() == [True, True, True, False]
    assert result["direction"].astype(str).tolist()[:3] == ["improved", "improved", "stable"]
    at = metrics.score_at(one_each, instrument="escc", visit="1w")
    assert at["grade"].tolist() == ["1a", "1c", "1b", "1a"] and "value" not in at
    with pytest.raises(ArgumentError, match="grade_change"):
        metrics.change_from_baseline(one_each, instrument="escc", visit="1w")
