"""Codes, labels and reasons that come from the format itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry

pyreadstat = pytest.importorskip("pyreadstat")

PLAN = """
[file]
one_row_per = "patient"
missing_codes = { 9 = "not_done" }

[patients]
patient_id = "id"
sex = { column = "sex", codes = "labels" }

[episodes]
diagnosis = { always = "lumbar_stenosis" }
smoking = { column = "smoke", codes = "labels" }

[visits.codes]
Pre = { visit = "preoperative", day = 0 }
3mnd = { day = 91 }

[[scores]]
instrument = "nrs_pain"
location = "leg"
column = "Sm{visit}"

[[scores]]
instrument = "macnab"
column = "Mac(Pre|3mnd)"
codes = "labels"
"""
FRAME = pd.DataFrame(
    {
        "id": ["A", "B", "C"],
        "sex": [1.0, 2.0, 1.0],
        "smoke": [0.0, 1.0, np.nan],
        "SmPre": [7.0, 9.0, 3.0],
        "Sm3mnd": [2.0, 9.0, 1.0],
        "MacPre": [1.0, 2.0, 9.0],
        "Mac3mnd": [3.0, 4.0, np.nan],
    }
)
GRADES = {1.0: "Poor", 2.0: "Fair", 3.0: "Good", 4.0: "Excellent", 9.0: "Not filled in"}
LABELS = {
    "sex": {1.0: "Male", 2.0: "Female"},
    "smoke": {0.0: "No", 1.0: "Daily"},
    "MacPre": GRADES,
    "Mac3mnd": GRADES,
}
MISSING = {n: [{"lo": 9.0, "hi": 9.0}] for n in ("SmPre", "Sm3mnd", "MacPre", "Mac3mnd")}
Load = Callable[..., Registry]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that writes a synthetic .sav and loads it through a mapping."""

    def mapped(plan: str = PLAN, **labels: dict[float, str]) -> Registry:
        path, mapping = tmp_path / "made.sav", tmp_path / "plan.toml"
        own = {**LABELS, **labels}
        pyreadstat.write_sav(FRAME, str(path), variable_value_labels=own, missing_ranges=MISSING)
        mapping.write_text(plan, encoding="utf-8")
        return so.load_registry(path, mapping=mapping)

    return mapped


def test_labels_are_words_of_the_registry(load: Load) -> None:
    plan = PLAN.replace('codes = "labels"\n', 'codes = "labels"\nmissing = { 9 = "not_done" }\n')
    registry = load(plan)
    assert registry.table("patients")["sex"].tolist() == ["male", "female", "male"]
    # A column of one's own takes the label as it is.
    assert registry.table("episodes")["smoking"].tolist()[:2] == ["No", "Daily"]
    graded = registry.table("scores").query("instrument == 'macnab' and grade.notna()")
    assert graded[["visit", "grade", "raw_value"]].to_numpy().tolist() == [
        ["preoperative", "poor", "1"],
        ["preoperative", "fair", "2"],
        ["3mnd", "good", "3"],
        ["3mnd", "excellent", "4"],
    ]


def test_reasons_of_the_format_reach_the_scores(load: Load) -> None:
    scores = load(
        PLAN.replace('codes = "labels"\n', 'codes = "labels"\nmissing = { 9 = "lost" }\n')
    )
    pain = scores.table("scores").query("instrument == 'nrs_pain'")
    assert pain[["episode_id", "visit"]].to_numpy().tolist()[1] == ["B", "preoperative"]
    assert pain["value"].isna().tolist() == [False, True, False, False, True, False]
    assert pain["missing_reason"].dropna().tolist() == ["not_done", "not_done"]


def test_a_label_that_is_no_allowed_word(load: Load) -> None:
    with pytest.raises(ArgumentError) as caught:
        load(sex={1.0: "Mann", 2.0: "Kvinne"})
    message = str(caught.value)
    assert "plan.toml, line 8: patients.sex.codes: labels of 'sex' that are not known" in message
    assert "'Kvinne', 'Mann'; known are: female, male, other, unknown" in message
    with pytest.raises(
        ArgumentError, match=r"scores\.2\.codes: .*'Not filled in'; known are: poor"
    ):
        load()


def test_labels_that_are_not_there_or_differ(load: Load) -> None:
    with pytest.raises(ArgumentError, match="the file gives 'id' no labels; write the codes"):
        load(PLAN.replace('column = "sex", codes', 'column = "id", codes'))
    plan = PLAN.replace('codes = "labels"\n', 'codes = "labels"\nmissing = { 9 = "not_done" }\n')
    with pytest.raises(ArgumentError, match="the code '1' has another label in 'Mac3mnd'"):
        load(plan, Mac3mnd={**GRADES, 1.0: "Good", 3.0: "Poor"})


def test_labels_are_for_grades_and_words(load: Load) -> None:
    plan = PLAN.replace('column = "Sm{visit}"', 'column = "Sm{visit}"\ncodes = "labels"')
    with pytest.raises(ArgumentError, match="labels are words, and this instrument has numbers"):
        load(plan)
    with pytest.raises(ArgumentError, match=r"patients\.sex\.codes"):
        load(PLAN.replace('codes = "labels"', 'codes = "label"', 1))
