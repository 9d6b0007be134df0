"""An outcome of a study file gives the numbers of its metric, of those in its denominator."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spineoutcomes as so

NAME = "The outcome"
ARMS = {"mis": {"approach": ["mis", "hybrid"]}, "open": {"approach": ["open", "mini_open"]}}
FRANKEL = """metric = "neurological_transition"
instrument = "frankel"
visit = "3m"
window = [60, 120]
"""
WALKING = """metric = "ambulation"
instrument = "frankel"
ambulatory = ["D", "E"]
visit = "3m"
window = [60, 120]
"""
ASK: dict[str, Any] = {"visit": "3m", "windows": {"3m": (60, 120)}}
WALKS = {"instrument": "frankel", "ambulatory": ["D", "E"]}
SAME = ["contrast", "measure", "statistic", "value"]
TRANSITIONS = ["improved", "worse", "stable", "can_improve", "can_worsen"]


@pytest.fixture(scope="module")
def arms():
    registry = so.load_sample("metastases")
    return so.select_cohort(registry, arms=ARMS, assignment="planned", episodes="first")


@pytest.fixture(scope="module")
def moved(first_episodes):
    return so.metrics.neurological_transition(first_episodes, instrument="frankel", **ASK)


@pytest.fixture(scope="module")
def walking(first_episodes):
    return so.metrics.ambulation(first_episodes, definition=WALKS, **ASK)


def rows_of(moved: pd.DataFrame, column: str) -> pd.Series:
    """Return a word of a transition as bool, with only the rows of its denominator."""
    seen = moved[moved["transition"].notna()]
    able = {
        "improved": seen[seen["can_improve"]],
        "worse": seen[seen["can_worsen"]],
        "stable": seen,
    }
    if column in able:
        return able[column]["transition"] == column
    return moved.loc[moved["baseline"].notna(), column]


def assert_compared(results: pd.DataFrame, cohort: so.Cohort, flag: pd.Series) -> None:
    """Hold a report against the function called on the same values, all others missing."""
    data = cohort.data.assign(**{NAME: flag.reindex(cohort.data.index).astype(float)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", so.errors.MissingDataWarning)
        effects = so.compare.risk_difference(data, outcome=NAME, treatment="arm", reference="open")
    expected = so.ResultSet({NAME: effects}).tidy()[SAME].reset_index(drop=True)
    found = results.loc[results["result"] == NAME, SAME].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_dtype=False)
    assert set(found["contrast"]) == {"mis - open", "mis", "open"}


@pytest.mark.parametrize("column", TRANSITIONS)
def test_each_word_of_a_transition_has_its_denominator(study_of, moved, column: str) -> None:
    ran = study_of(f'{FRANKEL}column = "{column}"\nmeasure = "risk"\n')
    expected = rows_of(moved, column)
    assert 0 < expected.sum() < len(expected)
    assert ran.has_risk_of(expected)
    assert ran.statuses()["observed"] == len(expected)


def test_a_transition_is_its_improvement_unless_another_column_is_named(study_of, moved) -> None:
    ran = study_of(f'{FRANKEL}measure = "risk"\n')
    assert ran.has_risk_of(rows_of(moved, "improved"))
    assert "who were not at the best grade before" in ran.page


@pytest.mark.parametrize(("column", "grade"), [("improved", "E"), ("worse", "A")])
def test_who_could_not_improve_or_worsen_is_counted(study_of, moved, column, grade) -> None:
    ran = study_of(f'{FRANKEL}column = "{column}"\nmeasure = "risk"\n')
    unable = (moved["transition"].notna() & (moved["baseline"] == grade)).sum()
    assert ran.statuses()["not_attainable"] == unable > 0
    assert sum(ran.statuses().values()) == len(moved)


@pytest.mark.parametrize("column", TRANSITIONS)
def test_arms_are_compared_by_a_transition(study_of, arms, column: str) -> None:
    words = f'{FRANKEL}column = "{column}"\nmeasure = "risk_difference"\n'
    between = so.metrics.neurological_transition(arms, instrument="frankel", **ASK)
    assert_compared(study_of(words, kind="comparison").results, arms, rows_of(between, column))


@pytest.mark.parametrize("column", ["regained", "maintained", "ambulatory_after"])
def test_arms_are_compared_by_walking(study_of, arms, column: str) -> None:
    words = f'{WALKING}column = "{column}"\nmeasure = "risk_difference"\n'
    between = so.metrics.ambulation(arms, definition=WALKS, **ASK)
    assert_compared(study_of(words, kind="comparison").results, arms, between[column])


@pytest.mark.parametrize(("column", "walked"), [("regained", 0), ("maintained", 1)])
def test_regained_and_maintained_have_their_own_denominators(
    study_of, walking, column: str, walked: int
) -> None:
    ran = study_of(f'{WALKING}column = "{column}"\nmeasure = "risk"\n')
    seen = walking[walking["ambulatory_after"].notna()]
    asked = seen["ambulatory_before"] == walked
    assert ran.has_risk_of(seen.loc[asked, "ambulatory_after"])
    assert ran.statuses()["observed"] == asked.sum()
    assert ran.statuses()["not_attainable"] == (~asked).sum() > 0
    assert "Walking means D, E." in ran.page


def test_walking_before_surgery_is_known_of_those_lost_later(study_of, walking) -> None:
    ran = study_of(f'{WALKING}column = "ambulatory_before"\nmeasure = "risk"\n')
    assert walking["ambulatory_after"].isna().any()
    assert ran.has_risk_of(walking["ambulatory_before"])
    assert ran.statuses() == {"observed": walking["ambulatory_before"].notna().sum()}


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        ('["E", "F"]', "frankel has no grade F"),
        ('["C", "E"]', "name D too"),
        ("[4]", "frankel has no grade 4"),
        ('["A", "B", "C", "D", "E"]', "Not every grade"),
    ],
)
def test_grades_that_cannot_mean_walking_name_the_line(study_of, grades, message) -> None:
    outcome = WALKING.replace('["D", "E"]', grades) + 'column = "regained"\nmeasure = "risk"\n'
    with pytest.raises(so.errors.ArgumentError, match=rf"line \d+: outcome.1: .*{message}"):
        study_of(outcome)


def test_numbers_can_mean_walking(study_of, first_episodes) -> None:
    words = WALKING.replace("frankel", "nrs_pain").replace('["D", "E"]', "[3, 0]")
    ran = study_of(f'{words}location = "back"\ncolumn = "maintained"\nmeasure = "risk"\n')
    pain = {"instrument": "nrs_pain", "location": "back", **ASK}
    change = so.metrics.change_from_baseline(first_episodes, **pain)
    low = change[(change["baseline"] <= 3) & change["value"].notna()]
    assert ran.has_risk_of(low["value"] <= 3)
    assert "Walking means 3 or better." in ran.page


@pytest.mark.parametrize(("column", "sign"), [("change", 1.0), ("benefit", -1.0)])
def test_the_shift_of_the_missing_is_a_harm(study_of, column: str, sign: float) -> None:
    words = 'metric = "change_from_baseline"\ninstrument = "nrs_pain"\nlocation = "back"\n'
    words += f'visit = "3m"\nmeasure = "mean_difference"\ncolumn = "{column}"\n'
    results = study_of(words, kind="comparison").results
    shift = results[results["result"] == f"{NAME}: shift of the missing"]
    assert set(shift["group"]) == {f"delta = {sign * points:g}" for points in (1, 2)}


def test_a_percentage_of_the_baseline_is_not_shifted_in_points(study_of) -> None:
    words = 'metric = "change_from_baseline"\ninstrument = "nrs_pain"\nlocation = "back"\n'
    words += 'visit = "3m"\nmeasure = "mean_difference"\ncolumn = "percent_change"\n'
    ran = study_of(words, kind="comparison")
    assert not ran.results["result"].str.contains("shift").any()
    assert "The change is in percent of the baseline value." in ran.page


def test_the_series_of_the_library_follows_the_limb_that_was_graded(tmp_path: Path) -> None:
    written = so.run_study(so.example("hemangioma_series"), tmp_path / "out")
    results = pd.read_csv(written / "results.csv")
    own = results[results["result"] == "Muscle grade of the graded limb better"]
    scores = so.load_sample("hemangioma").table("scores")
    final = scores[(scores["instrument"] == "mrc_muscle_grade") & (scores["visit"] == "final")]
    assert set(final["side"]) == {"left", "right"}
    assert own.set_index("statistic")["value"]["n"] == final["episode_id"].nunique()


def test_columns_of_the_operation_that_are_risks(study_of, tmp_path) -> None:
    tables = {
        "patients": "patient_id,death_day\np1,\np2,\np3,0\np4,\np5,",
        # Home on the day, home after 3 days, dead on the day, nobody knows, home on the day.
        "episodes": "episode_id,patient_id,diagnosis,los_days,discharge\n"
        + "\n".join(
            f"E{n},p{n},spinal_metastasis,{stay}"
            for n, stay in enumerate(["0,home", "3,home", "0,died", ",", "0,home"], start=1)
        ),
        "procedures": "procedure_id,episode_id,component,day\n1,E1,laminectomy,0",
    }
    (tmp_path / "tables").mkdir()
    for name, text in tables.items():
        (tmp_path / "tables" / f"{name}.csv").write_text(f"{text}\n", encoding="utf-8")
    words = 'metric = "perioperative"\nmeasure = "risk"\ncolumn = '
    ran = study_of(f'{words}"same_day_discharge"', registry='path = "tables"')
    assert ran.effect()[["n", "n_event", "estimate"]].tolist() == [4, 2, 0.5]
    # Nobody's transfusions were recorded, which is no series without transfusions.
    with pytest.raises(so.errors.SpineOutcomesError):
        study_of(f'{words}"transfusion_30d"', registry='path = "tables"')
