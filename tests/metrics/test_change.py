import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError


def test_change_and_benefit_by_hand(registry):
    three = registry(
        "A B C D",
        scores="""
        episode_id,instrument,day,visit,value
        A,odi,-10,,60
        A,odi,90,3m,20
        B,odi,-1,,40
        B,odi,90,3m,40
        C,odi,90,3m,30
        D,odi,-10,,50
        """,
    )
    result = metrics.change_from_baseline(three, instrument="odi", visit="3m")
    assert list(result.columns) == [
        *["baseline", "value", "change", "percent_change", "benefit", "day", "status"]
    ]
    assert result["percent_change"].round(9).fillna(-99).tolist() == [-66.666666667, 0, -99, -99]
    assert result["change"].fillna(-99).tolist() == [-40, 0, -99, -99]
    assert result["benefit"].fillna(-99).tolist() == [40, 0, -99, -99]
    assert str(result.loc["B", "benefit"]) == "0.0"  # never -0.0
    assert result["status"].tolist() == ["observed", "observed", "no_baseline", "missing"]


def test_a_percentage_of_nothing_is_missing(registry):
    three = registry(
        "A B C D",
        scores="""
        episode_id,instrument,day,value
        A,odi,-10,0
        A,odi,90,20
        B,odi,-10,0
        B,odi,90,0
        C,odi,-10,20
        C,odi,90,30
        D,odi,-10,20
        D,odi,90,20
        """,
    )
    result = metrics.change_from_baseline(three, instrument="odi", visit="final")
    assert result["percent_change"].fillna(-99).tolist() == [-99, -99, 50, 0]
    assert str(result.loc["D", "percent_change"]) == "0.0"  # never -0.0
    assert result["status"].tolist() == ["observed"] * 4
    # A utility below zero: 50 % of it would be a loss that looks like a gain.
    one = registry("A", scores="episode_id,instrument,day,value\nA,eq5d,-1,-0.2\nA,eq5d,90,0.4")
    row = metrics.change_from_baseline(one, instrument="eq5d", visit="final").loc["A"]
    assert row["change"] == pytest.approx(0.6) and row[["percent_change"]].isna().all()


@pytest.mark.parametrize(
    ("instrument", "better", "worse"), [("odi", 10, 50), ("mjoa", 17, 9), ("kps", 90, 20)]
)
def test_benefit_is_positive_when_better(registry, instrument, better, worse):
    two = registry(
        "A B",
        scores=f"""
        episode_id,instrument,day,value
        A,{instrument},-1,{worse}
        A,{instrument},90,{better}
        B,{instrument},-1,{better}
        B,{instrument},90,{worse}
        """,
    )
    benefit = metrics.change_from_baseline(two, instrument=instrument, visit="final")["benefit"]
    assert benefit.tolist() == [abs(better - worse), -abs(better - worse)]


@settings(max_examples=10, deadline=None)
@given(before=st.integers(0, 18), after=st.integers(0, 18))
def test_benefit_has_the_sign_of_the_direction(before, after):
    rows = "\n".join(
        f"A,{code},{day},{value}"
        for code in ("mjoa", "odi")
        for day, value in ((-1, before), (30, after))
    )
    one = build("A", scores="episode_id,instrument,day,value\n" + rows)
    up = metrics.change_from_baseline(one, instrument="mjoa", visit="final").loc["A", "benefit"]
    down = metrics.change_from_baseline(one, instrument="odi", visit="final").loc["A", "benefit"]
    assert up == after - before == -down


def test_baseline_window(registry):
    one = registry("A", scores="episode_id,instrument,day,value\nA,odi,-200,60\nA,odi,90,20")
    ask = {"instrument": "odi", "visit": "final"}
    result = metrics.change_from_baseline(one, **ask, baseline_window=(-90, 0))
    assert result.loc["A", "status"] == "no_baseline"
    result = metrics.change_from_baseline(one, **ask, windows={"baseline": (-365, 0)})
    assert result.loc["A", "change"] == -40


def test_what_cannot_be_asked(registry):
    one = registry("A", scores="episode_id,instrument,day,value\nA,odi,-200,60")
    with pytest.raises(ArgumentError, match="use grade_change"):
        metrics.change_from_baseline(one, instrument="frankel", visit="final")
    with pytest.raises(ArgumentError, match="needs a visit after surgery"):
        metrics.change_from_baseline(one, instrument="odi", visit="preop")


GRADES = """
episode_id,instrument,location,side,visit,grade
A,mrc_muscle_grade,tibialis,left,pre,3
A,mrc_muscle_grade,tibialis,left,3m,4-
B,mrc_muscle_grade,tibialis,left,pre,4-
B,mrc_muscle_grade,tibialis,left,3m,4+
C,mrc_muscle_grade,tibialis,left,pre,4
C,mrc_muscle_grade,tibialis,left,3m,3+
D,mrc_muscle_grade,tibialis,left,pre,5
D,mrc_muscle_grade,tibialis,left,3m,5
E,mrc_muscle_grade,tibialis,left,3m,4+
F,mrc_muscle_grade,tibialis,left,pre,2
G,mrc_muscle_grade,tibialis,left,pre,3+
G,mrc_muscle_grade,tibialis,left,3m,5-
"""


def test_grades_by_both_rules(registry):
    seven = registry("A B C D E F G", scores=GRADES)
    ask = {"instrument": "mrc_muscle_grade", "visit": "3m"}
    whole = metrics.grade_change(seven, **ask, rule="whole_grade")
    rank = metrics.grade_change(seven, **ask, rule="rank")
    # Places: … 3- 3 3+ 4- 4 4+ 5- 5; whole grades 3 3 3 4 4 4 5 5.
    assert whole["change"].fillna(-9).tolist() == [1, 0, -1, 0, -9, -9, 2]
    assert rank["change"].fillna(-9).tolist() == [2, 2, -2, 0, -9, -9, 4]
    assert whole["direction"].astype(object).fillna("").tolist() == [
        *["improved", "stable", "worse", "stable", "", "", "improved"]
    ]
    assert rank["direction"].astype(object).fillna("").tolist()[1] == "improved"
    assert whole["improved"].fillna(-9).tolist() == [1, 0, 0, 0, -9, -9, 1]
    for result in (whole, rank):
        assert result["improved_whole_grade"].fillna(-9).tolist() == [1, 0, 0, 0, -9, -9, 1]
        assert result["improved_rank"].fillna(-9).tolist() == [1, 1, 0, 0, -9, -9, 1]
        assert result["can_improve"].fillna(-9).tolist() == [1, 1, 1, 0, -9, 1, 1]
        assert result["status"].tolist() == [
            *["observed"] * 4,
            *["no_baseline", "missing", "observed"],
        ]
    assert rank["improved"].fillna(-9).tolist() == [1, 1, 0, 0, -9, -9, 1]


def test_rules_agree_without_plus_and_minus(registry):
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,day,grade
        A,frankel,-1,B
        A,frankel,30,D
        B,frankel,-1,D
        B,frankel,30,C
        """,
    )
    ask = {"instrument": "frankel", "visit": "final"}
    whole = metrics.grade_change(two, **ask, rule="whole_grade")
    pd.testing.assert_frame_equal(whole, metrics.grade_change(two, **ask, rule="rank"))
    assert whole["change"].tolist() == [2, -1]
    assert whole["direction"].tolist() == ["improved", "worse"]


def test_grades_that_cannot_be_asked(registry):
    rows = GRADES + "A,mrc_muscle_grade,quadriceps,left,pre,4\n"
    seven = registry("A B C D E F G", scores=rows)
    ask = {"instrument": "mrc_muscle_grade", "visit": "3m", "rule": "rank"}
    with pytest.raises(ArgumentError, match="quadriceps, tibialis; they are never mixed"):
        metrics.grade_change(seven, **ask)
    assert metrics.grade_change(seven, **ask, location="tibialis")["improved"].sum() == 3
    with pytest.raises(ArgumentError, match='rule must be "whole_grade" or "rank"'):
        metrics.grade_change(seven, **(ask | {"rule": "any"}))
    with pytest.raises(ArgumentError, match="has numbers, not grades; use change_from_baseline"):
        metrics.grade_change(seven, instrument="odi", visit="3m", rule="rank")
    with pytest.raises(ArgumentError, match="needs a visit after surgery"):
        metrics.grade_change(seven, **(ask | {"visit": "pre"}))
