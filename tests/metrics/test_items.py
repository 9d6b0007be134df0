"""Scores from answers, worked by hand for each rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics

NA = np.nan


def forms(instrument: str, *rows: list, index: list | None = None) -> pd.DataFrame:
    names = list(so.vocabulary.instruments[instrument].items.names)
    return pd.DataFrame(list(rows), columns=names, index=index)


@pytest.mark.parametrize("instrument", ["odi", "ndi"])
def test_percentage_by_hand(instrument):
    rows = [
        [2, 1, 2, 1, 2, 1, 2, 1, 2, 2],  # 16 of 50
        [2, 1, 2, 1, 2, 1, 2, NA, 3, 2],  # 16 of 45
        [0] * 10,
        [5] * 10,
        [5] * 9 + [NA],
        [NA] * 2 + [1] * 8,  # two unanswered: one too many
        [NA] * 10,
    ]
    result = metrics.score_items(forms(instrument, *rows), instrument=instrument, missing=1)
    assert list(result.columns) == ["value", "n_items_answered", "denominator", "status"]
    expected = [32.0, 100 * 16 / 45, 0.0, 100.0, 100.0, NA, NA]
    np.testing.assert_array_equal(result["value"], expected)
    assert result["value"].round(1).iloc[1] == 35.6
    assert result["n_items_answered"].tolist() == [10, 9, 10, 10, 9, 8, 0]
    assert result["denominator"].tolist() == [50, 45, 50, 50, 45, 40, 0]
    assert result["status"].tolist() == ["observed"] * 5 + ["missing"] * 2


@pytest.mark.parametrize(
    ("missing", "scored"),
    [("none", 1), (0, 1), (1, 2), ({"max_missing": 1}, 2), (np.int64(5), 6), (9, 10)],
)
def test_how_many_may_be_unanswered_is_the_users_rule(missing, scored):
    rows = [[NA] * k + [3] * (10 - k) for k in range(11)]
    result = metrics.score_items(forms("odi", *rows), instrument="odi", missing=missing)
    assert result["value"].tolist()[:scored] == [60.0] * scored
    assert result["value"].isna().tolist() == [False] * scored + [True] * (11 - scored)


def test_yes_is_counted_and_an_unmarked_statement_is_no():
    rows = [[1] * 5 + [0] * 19, [1] * 5 + [NA] * 19, [NA] * 24, [1] * 24]
    result = metrics.score_items(forms("rmdq", *rows), instrument="rmdq", missing=23)
    np.testing.assert_array_equal(result["value"], [5, 5, NA, 24])
    assert result["n_items_answered"].tolist() == [24, 5, 0, 24]
    assert result["denominator"].tolist() == [24] * 4  # never scaled up
    strict = metrics.score_items(forms("rmdq", *rows), instrument="rmdq", missing="none")
    assert strict["status"].tolist() == ["observed", "missing", "missing", "observed"]


def test_true_and_false_answer_yes_or_no_questions():
    plain = forms("rmdq", [True] * 7 + [False] * 17)
    mixed = plain.astype(object)
    mixed.iloc[0, 23] = None
    for answers in (plain, plain.astype("boolean"), mixed):
        result = metrics.score_items(answers, instrument="rmdq", missing=1)
        assert result["value"].tolist() == [7.0]


@pytest.mark.parametrize(
    ("instrument", "best", "total", "answers", "expected"),
    [
        ("joa", [4, 4, 2, 2, 2, 3], 17, [3, 2, 1, 1, 2, 3], 12),
        ("mjoa", [5, 7, 3, 3], 18, [4, 5, 2, 3], 14),
    ],
)
def test_sums_by_hand(instrument, best, total, answers, expected):
    unanswered = [NA, *best[1:]]
    table = forms(instrument, best, answers, [0] * len(best), unanswered)
    result = metrics.score_items(table, instrument=instrument, missing="none")
    np.testing.assert_array_equal(result["value"], [total, expected, 0, NA])
    assert result["denominator"].tolist() == [total, total, total, total - best[0]]


def test_a_single_grade_is_its_own_score():
    result = metrics.score_items(
        forms("nurick", *[[g] for g in range(6)]), instrument="nurick", missing="none"
    )
    assert result["value"].tolist() == [0, 1, 2, 3, 4, 5]


def test_motor_score_has_its_sub_scores():
    names = list(so.vocabulary.instruments["asia_motor_score"].items.names)
    exam = pd.DataFrame(5, index=pd.Index(["A", "B"], name="exam"), columns=names)
    exam.loc["A", ["left_L2", "right_L2"]] = [3, 0]
    exam = exam.astype(object)
    exam.loc["B", "left_C5"] = "NT"
    result = metrics.score_items(exam, instrument="asia_motor_score", missing="none")
    assert result.index.names == ["exam", "domain"]
    assert result.loc["A", "value"].to_dict() == {"upper": 50, "lower": 43, "total": 93}
    assert result.loc["B", "value"].fillna(-1).to_dict() == {"upper": -1, "lower": 50, "total": -1}
    assert result.loc["B", "n_items_answered"].to_dict() == {"upper": 9, "lower": 10, "total": 19}
    assert result["status"].tolist() == ["observed"] * 3 + ["missing", "observed", "missing"]


def test_a_column_that_not_testable_made_text_is_read_but_never_rounded():
    names = list(so.vocabulary.instruments["asia_motor_score"].items.names)
    exam = pd.DataFrame([["4"] * 20, ["NT"] + ["5"] * 19], columns=names)
    result = metrics.score_items(exam, instrument="asia_motor_score", missing="none")
    assert result.loc[(0, "total"), "value"] == 80
    exam.iloc[0, :2] = ["4+", "4-"]
    with pytest.raises(so.errors.ArgumentError, match=r"2 with a plus .*'left_C5', 'left_C6'"):
        metrics.score_items(exam, instrument="asia_motor_score", missing="none")


def srs22r() -> pd.DataFrame:
    """Every answer 4; the two on satisfaction 1."""
    table = forms("srs22r", [4] * 22, [4] * 22, [4] * 22).astype(float)
    table[["21", "22"]] = 1.0
    return table


def test_domain_means_by_hand():
    table = srs22r()
    table.loc[0, "1"] = 2  # pain: (2 + 4 x 4) / 5
    table.loc[1, ["21", "22"]] = NA  # before surgery nobody asks about satisfaction
    table.loc[2, ["3", "7", "13"]] = NA  # mental health: two of five answered
    result = metrics.score_items(table, instrument="srs22r", missing=2)
    domains = ["function", "pain", "self_image", "mental_health", "satisfaction"]
    assert result.index.names == ["form", "domain"]
    assert result.loc[0].index.tolist() == [*domains, "subscore", "total"]
    np.testing.assert_allclose(
        result.loc[0, "value"], [4, 3.6, 4, 4, 1, 78 / 20, 80 / 22], rtol=1e-15
    )
    np.testing.assert_array_equal(result.loc[1, "value"], [4, 4, 4, 4, NA, 4, NA])
    np.testing.assert_array_equal(result.loc[2, "value"], [4, 4, 4, NA, 1, NA, NA])
    assert result.loc[(2, "mental_health"), "denominator"] == 10
    assert result.loc[(0, "total"), "denominator"] == 110


def test_half_of_satisfaction_is_scored_when_two_may_be_unanswered():
    table = srs22r()
    table.loc[0, "21"] = NA
    result = metrics.score_items(table, instrument="srs22r", missing=2)
    assert result.loc[(0, "satisfaction"), "value"] == 1
    assert result.loc[(0, "total"), "value"] == pytest.approx(81 / 21, rel=1e-15)
    strict = metrics.score_items(table, instrument="srs22r", missing="none")
    assert strict.loc[(0, "satisfaction"), "status"] == "missing"


def test_index_and_levels_are_kept():
    visits = pd.MultiIndex.from_tuples([("A", "pre"), ("B", "1y")], names=["patient", "visit"])
    table = forms("odi", [1] * 10, [2] * 10, index=visits)
    pd.testing.assert_index_equal(
        metrics.score_items(table, instrument="odi", missing=0).index, visits
    )
    long = metrics.score_items(srs22r().iloc[:2].set_axis(visits), instrument="srs22r", missing=0)
    assert long.index.names == ["patient", "visit", "domain"]
    assert long.loc[("B", "1y", "pain"), "value"] == 4


def test_version_stays_with_the_score():
    result = metrics.score_items(
        forms("odi", [1] * 10), instrument="odi", missing=0, version="2.1a"
    )
    assert result["version"].tolist() == ["2.1a"]


@pytest.mark.parametrize("instrument", ["odi", "srs22r", "asia_motor_score", "rmdq"])
def test_no_forms_give_no_scores(instrument):
    result = metrics.score_items(forms(instrument), instrument=instrument, missing="none")
    assert len(result) == 0
    assert list(result.columns) == ["value", "n_items_answered", "denominator", "status"]


def test_answers_are_not_changed():
    table = forms("odi", [1, None, *[2] * 8]).astype("Int64")
    before = table.copy()
    metrics.score_items(table, instrument="odi", missing=1)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "object", "category"])
def test_any_dtype_of_numbers_is_read(dtype):
    table = forms("odi", [2, 1, 2, 1, 2, 1, 2, 1, 2, 2]).astype(dtype)
    assert metrics.score_items(table, instrument="odi", missing=0)["value"].tolist() == [32.0]


def test_a_users_own_instrument_is_scored(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        """
[sources.own]
citation = "own"

[instruments.own]
name = "Own"
short = "Own"
kind = "continuous"
range = [0, 100]
higher_is = "worse"
source = "own"

[instruments.own.items]
rule = "proportion"
names = ["a", "b"]
low = 1
high = 5
source = "own"
""",
        encoding="utf-8",
    )
    own = so.vocabulary.load_vocabulary(path)
    answers = pd.DataFrame({"a": [1, 5, 3], "b": [1, 5, None]})
    result = metrics.score_items(answers, instrument="own", missing=1, vocabulary=own)
    assert result["value"].tolist() == [0, 100, 50]
    assert result["denominator"].tolist() == [8, 8, 4]
