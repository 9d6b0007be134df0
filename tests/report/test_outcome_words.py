"""Words of an outcome that pick among scores and days: the muscle, the rater, the baseline."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spineoutcomes as so

SAMPLES = Path(__file__).parents[2] / "data" / "sample"
HERE = 'path = "data"'
GRADE = """metric = "grade_change"
instrument = "mrc_muscle_grade"
rule = "whole_grade"
visit = "final"
measure = "risk"
"""
MUSCLE: dict[str, Any] = {
    "instrument": "mrc_muscle_grade",
    "rule": "whole_grade",
    "visit": "final",
}
FRANKEL = """metric = "neurological_transition"
instrument = "frankel"
visit = "3m"
window = [60, 120]
measure = "risk"
"""
WALKING = """metric = "ambulation"
column = "maintained"
instrument = "frankel"
ambulatory = ["D", "E"]
visit = "3m"
window = [60, 120]
measure = "risk"
"""
ASK: dict[str, Any] = {"instrument": "frankel", "visit": "3m", "windows": {"3m": (60, 120)}}
PAIN = """instrument = "nrs_pain"
location = "back"
visit = "3m"
window = [60, 120]
"""
MIC = f"""{PAIN}threshold = "ostelo_2008"
intercurrent = {{ death = "exclude", reoperation = "ignore" }}
"""
CHOSEN = {"threshold": "ostelo_2008", "death": "exclude", "reoperation": "ignore"}


def stored(name: str, table: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLES / name / f"{table}.csv", dtype=str, keep_default_na=False)


def changed(folder: Path, name: str, **tables: pd.DataFrame) -> so.Registry:
    """Write a copy of a sample with some of its tables replaced, and load it."""
    shutil.copytree(SAMPLES / name, folder / "data")
    for table, frame in tables.items():
        frame.to_csv(folder / "data" / f"{table}.csv", index=False)
    return so.load_registry(folder / "data")


def as_stored() -> pd.Series:
    """Return who improved in the sample as it is, with one limb and no rater."""
    return so.metrics.grade_change(so.load_sample("hemangioma"), **MUSCLE)["improved"]


@pytest.fixture
def both_limbs(tmp_path: Path) -> so.Registry:
    """Return the series with a second limb for each graded one: 5 before surgery, 3 at the end."""
    scores = stored("hemangioma", "scores")
    other = scores[scores["instrument"] == "mrc_muscle_grade"].copy()
    other["side"] = other["side"].map({"left": "right", "right": "left"})
    other["grade"] = other["visit"].map({"preoperative": "5", "final": "3"})
    return changed(tmp_path, "hemangioma", scores=pd.concat([scores, other]))


@pytest.fixture
def two_raters(tmp_path: Path) -> so.Registry:
    """Return the series as a surgeon rated it, and at the end a nurse: always grade 1."""
    scores = stored("hemangioma", "scores")
    scores = scores[scores["instrument"] == "mrc_muscle_grade"].assign(rater="surgeon")
    other = scores[scores["visit"] == "final"].assign(rater="nurse", grade="1")
    return changed(tmp_path, "hemangioma", scores=pd.concat([scores, other]))


@pytest.fixture
def rough_deaths(tmp_path: Path) -> so.Registry:
    """Return the sample with deaths about the visit known only to within two months."""
    patients = stored("metastases", "patients")
    day = pd.to_numeric(patients["death_day"])
    rough = day.between(80, 140)
    for name, days in {"death_lower_day": day - 30, "death_upper_day": day + 30}.items():
        patients[name] = days.where(rough)
    for name in ("death_day", "last_contact_day"):
        patients[name] = patients[name].mask(rough, "")
    return changed(tmp_path, "metastases", patients=patients)


def test_the_weakest_muscle_is_followed(study_of, both_limbs) -> None:
    ran = study_of(f'{GRADE}muscle = "worst"\n', registry=HERE)
    change = so.metrics.grade_change(both_limbs, muscle="worst", **MUSCLE)
    assert ran.has_risk_of(change["improved"])
    # The limbs put beside them got worse: those of the sample are the ones followed.
    assert ran.has_risk_of(as_stored())
    assert "part of its rise is regression to the mean" in ran.page


def test_several_muscles_need_a_word(study_of, both_limbs) -> None:
    message = r'study.toml, line \d+: outcome.1: .*Say side=... or muscle="worst"'
    with pytest.raises(so.errors.ArgumentError, match=message):
        study_of(GRADE, registry=HERE)


def test_the_weakest_muscle_of_one_side_is_that_side(study_of, both_limbs) -> None:
    ran = study_of(f'{GRADE}muscle = "worst"\nside = "left"\n', registry=HERE)
    change = so.metrics.grade_change(both_limbs, side="left", **MUSCLE)
    assert ran.has_risk_of(change["improved"])


def test_one_rater_is_kept(study_of, two_raters) -> None:
    ran = study_of(f'{GRADE}rater = "surgeon"\n', registry=HERE)
    change = so.metrics.grade_change(two_raters, rater="surgeon", **MUSCLE)
    assert ran.has_risk_of(change["improved"])
    assert ran.has_risk_of(as_stored())
    assert "rated by surgeon" in ran.page


def test_a_rater_without_a_grade_before_surgery_tells_nothing(study_of, two_raters) -> None:
    with pytest.raises(so.errors.ArgumentError, match=r"line \d+: outcome.1: .*every row lacks"):
        study_of(f'{GRADE}rater = "nurse"\n', registry=HERE)


def test_two_raters_who_differ_need_a_word(study_of, two_raters) -> None:
    with pytest.raises(so.errors.ArgumentError, match=r"study.toml, line \d+: outcome.1: .*rater"):
        study_of(GRADE, registry=HERE)


def test_a_rater_nobody_is_names_the_line_of_the_section(study_of) -> None:
    message = r"study.toml, line \d+: outcome.1: .*not recorded with rater 'nurse'"
    with pytest.raises(so.errors.ArgumentError, match=message):
        study_of(f'{GRADE}rater = "nurse"\n', registry='sample = "hemangioma"')


def test_a_baseline_has_its_window(study_of, first_episodes) -> None:
    ran = study_of(f"{FRANKEL}baseline_window = [-3, 0]\n")
    moved = so.metrics.neurological_transition(first_episodes, baseline_window=(-3, 0), **ASK)
    able = moved[moved["transition"].notna() & moved["can_improve"].fillna(False).astype(bool)]
    assert ran.has_risk_of(able["transition"] == "improved")
    scores = first_episodes.rows("scores")
    before = scores[(scores["instrument"] == "frankel") & (scores["visit"] == "preoperative")]
    early = before.loc[before["day"] < -3, "episode_id"]
    unknown = moved["grade"].notna() & moved.index.isin(early)
    assert ran.statuses()["no_baseline"] == unknown.sum() > 0
    assert "baseline from days -3 to 0" in ran.page


@pytest.mark.parametrize("choice", ["midpoint", "earliest", "latest", "exclude"])
@pytest.mark.parametrize("outcome", [FRANKEL, WALKING])
def test_a_death_known_roughly_is_read_as_said(
    study_of, rough_deaths, choice: str, outcome: str
) -> None:
    ran = study_of(f'{outcome}partial_dates = "{choice}"\n', registry=HERE)
    cohort = so.select_cohort(rough_deaths, episodes="first")
    moved = so.metrics.neurological_transition(cohort, partial_dates=choice, **ASK)
    assert ran.statuses()["dead"] == (moved["status"] == "dead").sum()
    assert "A death or contact known only to a month or year is" in ran.page


@pytest.mark.parametrize(
    ("metric", "words", "measure", "more"),
    [
        ("score_at", PAIN, "mean", {}),
        ("change_from_baseline", f"{PAIN}baseline_window = [-3, 0]\n", "mean", {}),
        ("achieved_threshold", f"{MIC}baseline_window = [-3, 0]\n", "risk", CHOSEN),
    ],
)
def test_scores_take_the_same_words(
    study_of, rough_deaths, metric: str, words: str, measure: str, more: dict[str, str]
) -> None:
    head = f'metric = "{metric}"\nmeasure = "{measure}"\npartial_dates = "midpoint"\n'
    ran = study_of(head + words, registry=HERE)
    cohort = so.select_cohort(rough_deaths, episodes="first")
    window = {} if metric == "score_at" else {"baseline_window": (-3, 0)}
    place = ASK | {"instrument": "nrs_pain", "location": "back", "partial_dates": "midpoint"}
    direct = getattr(so.metrics, metric)(cohort, **place, **window, **more)
    counts = direct["status"].value_counts()
    assert ran.statuses() == counts[counts > 0].to_dict()
    column = {"score_at": "value", "change_from_baseline": "change"}.get(metric, "achieved")
    assert ran.effect()["estimate"] == pytest.approx(direct[column].mean(), rel=1e-12)


def test_an_early_death_explains_more_than_a_late_one(study_of, rough_deaths) -> None:
    dead = {
        choice: study_of(f'{FRANKEL}partial_dates = "{choice}"\n', registry=HERE).statuses()["dead"]
        for choice in ("earliest", "latest")
    }
    assert dead["earliest"] > dead["latest"]


@pytest.mark.parametrize("outcome", [FRANKEL, WALKING])
def test_a_death_known_roughly_needs_a_choice(study_of, rough_deaths, outcome: str) -> None:
    message = r"study.toml, line \d+: outcome.1: .*say partial_dates="
    with pytest.raises(so.errors.ArgumentError, match=message):
        study_of(outcome, registry=HERE)
