"""The words of an outcome are checked before any data are read, each by its metric."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.report.outcome_metrics import METRICS

HEAD = """title = "A series"
kind = "series"
seed = 1

[registry]
sample = "metastases"

[cohort]
episodes = "first"

[[outcome]]
name = "The outcome"
measure = "risk"
"""
NEUROLOGY = """metric = "neurological_transition"
instrument = "frankel"
visit = "3m"
"""
WALKING = """metric = "ambulation"
column = "regained"
instrument = "frankel"
ambulatory = ["D", "E"]
visit = "3m"
"""
GRADE = """metric = "grade_change"
instrument = "mrc_muscle_grade"
visit = "final"
rule = "rank"
"""
OPERATION = """metric = "perioperative"
column = "complication_30d"
"""
# Words of a section under another name than the argument they become.
RENAMED = {"windows": "window", "measure": "measure_of_lesion", "definition": "ambulatory"}
# Given by the study itself, by `intercurrent`, or not sayable in a study of episodes.
NOT_WORDS = {"cohort", "death", "reoperation", "by"}


def written(folder: Path, outcome: str) -> Path:
    path = folder / "study.toml"
    path.write_text(HEAD + outcome, encoding="utf-8")
    return path


def line_of(outcome: str, part: str) -> int:
    lines = (HEAD + outcome).splitlines()
    return next(i for i, line in enumerate(lines, start=1) if part in line)


@pytest.mark.parametrize("name", METRICS)
def test_a_section_can_say_every_argument_of_its_metric(name: str) -> None:
    arguments = set(inspect.signature(getattr(so.metrics, name)).parameters) - NOT_WORDS
    words = {RENAMED.get(argument, argument) for argument in arguments}
    # `definition` is said in two words: the instrument and its grades that mean walking.
    also = {"instrument"} if "definition" in arguments else set()
    assert words | also == set(METRICS[name].arguments)


@pytest.mark.parametrize("name", METRICS)
def test_what_a_metric_needs_it_takes(name: str) -> None:
    metric = METRICS[name]
    assert set(metric.needs) <= {*metric.takes, "column"}


@pytest.mark.parametrize("name", METRICS)
def test_the_page_on_studies_lists_every_word(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
    for word in (name, *METRICS[name].takes, *METRICS[name].columns):
        assert f"`{word}`" in page, word


@pytest.mark.parametrize(
    "outcome",
    [
        NEUROLOGY,
        f'{NEUROLOGY}column = "worse"\nrule = "last"\nbaseline_window = [-30, 0]\n',
        f'{NEUROLOGY}rater = "A"\nside = "left"\nlocation = "x"\npartial_dates = "latest"\n',
        WALKING,
        WALKING.replace('"regained"', '"maintained"') + "window = [60, 120]\n",
        f'{GRADE}muscle = "worst"\nrater = "A"\nbaseline_window = [-30, 0]\n',
    ],
)
def test_what_fits_is_read(tmp_path: Path, outcome: str) -> None:
    assert so.Study.read(written(tmp_path, outcome)).plan.outcome[0].name == "The outcome"


@pytest.mark.parametrize(
    ("outcome", "part", "message"),
    [
        (NEUROLOGY.replace('visit = "3m"\n', ""), "metric", "needs the key 'visit'"),
        (NEUROLOGY.replace('instrument = "frankel"\n', ""), "metric", "needs the key 'instrument'"),
        (
            f'{NEUROLOGY}column = "better"\n',
            "column",
            "of neurological_transition must be one of improved, worse, stable, can_improve, "
            "can_worsen",
        ),
        (f"{NEUROLOGY}column = 1\n", "column", "valid string"),
        (
            f'{NEUROLOGY}rule = "whole_grade"\n',
            "rule",
            "of neurological_transition must be one of nearest, first, last",
        ),
        (f'{NEUROLOGY}muscle = "worst"\n', "muscle", "belongs to grade_change"),
        (f'{NEUROLOGY}ambulatory = ["D"]\n', "ambulatory", "belongs to ambulation"),
        (
            WALKING.replace('column = "regained"\n', ""),
            "metric",
            "needs the key 'column', one of regained, maintained, ambulatory_before, "
            "ambulatory_after",
        ),
        (
            WALKING.replace('ambulatory = ["D", "E"]\n', ""),
            "metric",
            "needs the key 'ambulatory'",
        ),
        (WALKING.replace('["D", "E"]', "[]"), "ambulatory", "must name at least one grade"),
        (WALKING.replace('"regained"', '"walks"'), "column", "of ambulation must be one of"),
        (f'{GRADE}muscle = "best"\n', "muscle", "should be 'worst'"),
        (
            GRADE.replace('"rank"', '"nearest"'),
            "rule",
            "of grade_change must be one of whole_grade, rank",
        ),
        (f'{GRADE}partial_dates = "middle"\n', "partial_dates", "'midpoint', 'earliest', 'latest'"),
        (f"{GRADE}rater = 3\n", "rater", "valid string"),
        (
            f'{OPERATION}rater = "A"\n',
            "rater",
            "belongs to score_at, change_from_baseline, achieved_threshold, grade_change, "
            "neurological_transition, ambulation",
        ),
        (
            f'{OPERATION}partial_dates = "midpoint"\n',
            "partial_dates",
            "belongs to score_at, .*, residual_lesion$",
        ),
        (f'{OPERATION}side = "left"\n', "side", "belongs to score_at, "),
        (
            OPERATION.replace("complication_30d", "blood_loss"),
            "column",
            "of perioperative must be one of blood_loss_ml, ",
        ),
        (
            OPERATION.replace("complication_30d", "blood_loss_ml"),
            "measure",
            "of perioperative blood_loss_ml in a series must be one of mean",
        ),
        (f"{NEUROLOGY}baseline_window = [0, -30]\n", "baseline_window", "two days in order"),
        (f"{NEUROLOGY}baseline_window = [1, 9]\n", "baseline_window", "begins after surgery"),
        (f"{NEUROLOGY}baseline_window = [nan, 0]\n", "baseline_window", "two days in order"),
        (f"{NEUROLOGY}baseline_window = [-30]\n", "baseline_window", "required|at least 2"),
        (f"{NEUROLOGY}window = [120, 60]\n", "window", "two days in order"),
        (
            f'{NEUROLOGY}intercurrent = {{ death = "failure" }}\n',
            "intercurrent",
            "death = 'failure' is not available",
        ),
    ],
)
def test_what_does_not_fit_names_its_line(
    tmp_path: Path, outcome: str, part: str, message: str
) -> None:
    with pytest.raises(so.errors.ArgumentError, match=message) as caught:
        so.Study.read(written(tmp_path, outcome))
    assert f"study.toml, line {line_of(outcome, f'{part} =')}:" in str(caught.value)


def test_a_baseline_window_needs_a_baseline(tmp_path: Path) -> None:
    outcome = 'metric = "score_at"\ninstrument = "kps"\nvisit = "3m"\nbaseline_window = [-30, 0]\n'
    text = (HEAD + outcome).replace('"risk"', '"mean"')
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    message = r"baseline_window: belongs to change_from_baseline, .*, ambulation$"
    with pytest.raises(so.errors.ArgumentError, match=message):
        so.Study.read(path)


@pytest.mark.parametrize("outcome", [NEUROLOGY, WALKING])
def test_a_series_has_risks_and_a_comparison_their_differences(
    tmp_path: Path, outcome: str
) -> None:
    text = (HEAD + outcome).replace('measure = "risk"', 'measure = "risk_difference"')
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(so.errors.ArgumentError, match=r"in a series must be one of risk$"):
        so.Study.read(path)
