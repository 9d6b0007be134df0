"""What score_items refuses, and what it says: counts and columns, never an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.metrics.conftest import build

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

ODI = [str(n) for n in range(1, 11)]


def odi(**changes: object) -> pd.DataFrame:
    table = pd.DataFrame(1, index=range(3), columns=ODI).astype(object)
    for name, value in changes.items():
        table.loc[0, name.removeprefix("item")] = value
    return table


def score(table: object, instrument: str = "odi", **options: object) -> pd.DataFrame:
    return metrics.score_items(table, instrument=instrument, **({"missing": 1} | options))


@pytest.mark.parametrize(
    "missing",
    [None, "some", 1.0, True, -1, {"max_missing": "1"}, {"max": 1}, {}, {"max_missing": True}],
)
def test_missing_is_a_rule(missing):
    with pytest.raises(ArgumentError, match=r"missing must say how many .* no default"):
        score(odi(), missing=missing)


def test_missing_has_no_default():
    with pytest.raises(TypeError, match="missing"):
        metrics.score_items(odi(), instrument="odi")


@pytest.mark.parametrize(
    ("instrument", "k", "size"), [("odi", 10, 10), ("rmdq", 24, 24), ("srs22r", 5, 5)]
)
def test_a_score_needs_an_answer(instrument, k, size):
    with pytest.raises(ArgumentError, match=f"allows {k} unanswered items, but .* has {size}"):
        score(odi(), instrument, missing=k)


@pytest.mark.parametrize("instrument", ["joa", "mjoa", "asia_motor_score", "eq5d_5l", "nurick"])
def test_some_scores_need_every_answer(instrument):
    with pytest.raises(ArgumentError, match=r'not defined when an item is unanswered.*"none"'):
        score(odi(), instrument, missing=1)


def test_instruments_without_items_are_refused():
    with pytest.raises(ArgumentError, match=r"vas_pain has no items .* are: .*odi"):
        score(odi(), "vas_pain")
    with pytest.raises(ArgumentError, match="Unknown instrument 'oswestry'"):
        score(odi(), "oswestry")


def test_columns_are_those_of_the_instrument():
    with pytest.raises(
        ArgumentError, match=r"lacking: '10'; unknown: 'sex life'. Rename or select"
    ):
        score(odi().rename(columns={"10": "sex life"}))
    with pytest.raises(ArgumentError, match=r"lacking: '1', .*; unknown: 1, 2"):
        score(odi().set_axis(range(1, 11), axis="columns"))
    with pytest.raises(ArgumentError, match="takes each column once; there twice: '3'"):
        score(pd.concat([odi(), odi()[["3"]]], axis="columns"))
    with pytest.raises(ArgumentError, match=r"needs a DataFrame .* got a list"):
        score([1, 2, 3])
    with pytest.raises(ArgumentError, match="and 12 more"):
        score(odi(), "rmdq")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("3", "1 text or something else that is not a number"),
        ("moderate pain", "1 text or something else"),
        ("", "1 text or something else"),
        ("NT", "1 text or something else"),
        (True, "1 text or something else"),
        (pd.Timestamp("2020-01-01"), "1 text or something else"),
        (1j, "1 text or something else"),
        (6, "1 out of range"),
        (-1, "1 out of range"),
        (np.inf, "1 out of range"),
        (2.5, "1 not a whole number"),
    ],
)
def test_answers_are_whole_numbers_in_range(value, why):
    with pytest.raises(ArgumentError, match=why) as error:
        score(odi(item4=value))
    assert "(in '4')" in str(error.value)
    assert "moderate" not in str(error.value)


def test_all_that_is_wrong_is_said_at_once():
    table = odi(item1="x", item2="y", item3=77, item4=1.25)
    table.loc[1, "1"] = "z"
    with pytest.raises(ArgumentError) as error:
        score(table)
    said = str(error.value)
    assert "3 text or something else that is not a number (in '1', '2')" in said
    assert "1 out of range (in '3'); 1 not a whole number (in '4')" in said
    assert "77" not in said and "1.25" not in said


def test_true_and_false_are_no_grades():
    with pytest.raises(ArgumentError, match="30 text or something else"):
        score(pd.DataFrame(True, index=range(3), columns=ODI))


STAR = "enter the whole grade that the examiner lets it count as, or NT"
SIGN = "enter the whole grade, and note that it was rounded"


@pytest.mark.parametrize(
    ("grade", "why", "remedy"),
    [
        ("5*", "with a star", STAR),
        ("3*", "with a star", STAR),
        ("0*", "with a star", STAR),
        ("4+*", "with a star", STAR),
        ("NT*", "with a star", STAR),
        ("4+", "with a plus or minus", SIGN),
        ("4-", "with a plus or minus", SIGN),
        ("４", "text", ""),
        ("4.0", "text", ""),
        ("-1", "text", ""),
        (" 4", "text", ""),
        ("ND*", "text", ""),
        ("nt", "text", ""),
    ],
)
def test_grades_with_marks_are_no_motor_score(grade, why, remedy):
    exam = motor_exam(right_S1=grade)
    with pytest.raises(
        ArgumentError, match=rf"1 {why}.*\(in 'right_S1'\).*nothing is rounded"
    ) as e:
        score(exam, "asia_motor_score", missing="none")
    said = str(e.value)
    assert said.endswith(f"{remedy}." if remedy else "nothing is rounded or clipped.")
    assert grade not in said.replace("right_S1", "")


def motor_exam(**grades: object) -> pd.DataFrame:
    names = list(so.vocabulary.instruments["asia_motor_score"].items.names)
    return pd.DataFrame([dict.fromkeys(names, 5) | grades], columns=names, dtype=object)


def test_each_mark_is_counted_apart_and_remedied():
    exam = motor_exam(left_C5="5*", left_C6="3*", left_C7="4+", left_C8="strong", left_T1="NT")
    with pytest.raises(ArgumentError) as error:
        score(exam, "asia_motor_score", missing="none")
    said = str(error.value)
    assert "2 with a star (in 'left_C5', 'left_C6'); 1 with a plus or minus (in 'left_C7')" in said
    assert "1 text or something else that is not a number (in 'left_C8')" in said
    assert "left_T1" not in said  # not testable is an answer of the examiner
    assert said.count(STAR) == said.count(SIGN) == 1
    assert "not of the spinal cord (ISNCSCI, revision of 2019)" in said


def test_what_the_remedy_says_is_then_scored():
    marked, counted, untested = (motor_exam(left_L2=grade) for grade in ("3*", 3, "NT"))
    with pytest.raises(ArgumentError, match="with a star"):
        score(marked, "asia_motor_score", missing="none")
    as_found = score(counted, "asia_motor_score", missing="none")["value"]
    assert as_found.tolist() == [50, 48, 98]
    undefined = score(untested, "asia_motor_score", missing="none")["value"]
    assert undefined.fillna(-1).tolist() == [50, -1, -1]


@pytest.mark.parametrize("instrument", ["joa", "mjoa"])
def test_half_points_are_no_answers_but_a_total_is_a_score(instrument):
    names = list(so.vocabulary.instruments[instrument].items.names)
    answers = pd.DataFrame([dict.fromkeys(names, 2) | {"motor_lower": 1.5}])
    with pytest.raises(
        ArgumentError, match=r"1 not a whole number \(in 'motor_lower'\).*load its total as a score"
    ):
        score(answers, instrument, missing="none")
    totals = f"episode_id,instrument,day,value\nA,{instrument},-1,11.5\nA,{instrument},90,14"
    loaded = build("A", scores=totals)
    change = metrics.change_from_baseline(loaded, instrument=instrument, visit="final")
    assert change["change"].tolist() == [2.5]
    rate = metrics.recovery_rate(pd.Series([11.5]), pd.Series([14.0]), instrument=instrument)
    full = {"joa": 17, "mjoa": 18}[instrument]
    assert rate["value"].tolist() == pytest.approx([100 * 2.5 / (full - 11.5)])


def test_a_percentage_has_no_remedy_for_half_points():
    with pytest.raises(ArgumentError, match=r"nothing is rounded or clipped\.$"):
        score(odi(item4=2.5))


def test_each_item_has_its_own_range():
    table = pd.DataFrame(
        [[5, 7, 3, 4]], columns=["motor_upper", "motor_lower", "sensation_upper", "sphincter"]
    )
    with pytest.raises(ArgumentError, match=r"1 out of range \(in 'sphincter'\)"):
        score(table, "mjoa", missing="none")


def test_a_value_set_has_nothing_to_do_with_a_percentage():
    with pytest.raises(ArgumentError, match="does not come from a value set"):
        score(odi(), value_set={"name": "x", "table": {"11111": 1.0}})
