"""A study file is checked before any data are read, and every complaint names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

import spineoutcomes as so

COMPARISON = """title = "A comparison"
kind = "comparison"
seed = 1

[registry]
sample = "metastases"

[cohort]
assignment = "planned"
episodes = "first"

[cohort.arms]
mis = { approach = ["mis", "hybrid"] }
open = { approach = ["open"] }

[design]
reference = "open"
covariates = ["age_years"]

[[outcome]]
name = "Blood loss"
metric = "perioperative"
column = "blood_loss_ml"
measure = "mean_difference"
"""

TIME = """
[[time_to_event]]
name = "Recurrence"
metric = "time_to_recurrence"
assessment = "imaging"
max_gap_days = 200
censor_at = "last_scan"
horizons = [365]
measures = ["risk"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), start=1) if part in line)


def test_a_whole_study_is_read(tmp_path: Path) -> None:
    study = so.Study.read(written(tmp_path, COMPARISON + TIME))
    assert study.plan.title == "A comparison"
    assert study.plan.cohort.arms["mis"] == {"approach": ["mis", "hybrid"]}
    assert study.plan.time_to_event[0].max_gap_days == 200
    assert study.locate("x.csv") == (tmp_path / "x.csv").resolve()


@pytest.mark.parametrize("name", ["metastases", "hemangioma_series", "case_report"])
def test_examples_are_read(name: str) -> None:
    assert so.Study.read(so.example(name)).plan.title


def test_an_unknown_example_lists_those_there_are() -> None:
    with pytest.raises(so.errors.ArgumentError, match=r"No example 'x'; there are: .*metastases"):
        so.example("x")


@pytest.mark.parametrize(
    ("old", "new", "part", "message"),
    [
        ("seed = 1", "sead = 1", "sead", "unknown key; check its spelling"),
        ("seed = 1", 'seed = "one"', "seed", "valid integer"),
        ('kind = "comparison"', 'kind = "trial"', "kind", "'comparison', 'series' or 'case'"),
        ('reference = "open"', 'reference = "opne"', "reference", "is not one of the arms"),
        ('sample = "metastases"', "", "[registry]", "give either `path` or `sample`"),
        ('"perioperative"', '"operation"', "operation", "'operation' is not available"),
        ('"mean_difference"', '"risk_ratio"', "risk_ratio", "must be one of"),
        ('"mean_difference"', '"mean"', 'measure = "mean"', "must be one of"),
        ('column = "blood_loss_ml"', "", 'metric = "peri', "needs the key 'column'"),
        ('episodes = "first"', 'episodes = "all"', "episodes", "clustering by patient"),
        (
            'column = "blood_loss_ml"',
            'column = "blood_loss_ml"\nbaseline_adjusted = true',
            "baseline_adjusted",
            "belongs to change_from_baseline",
        ),
    ],
)
def test_what_does_not_fit_names_its_line(
    tmp_path: Path, old: str, new: str, part: str, message: str
) -> None:
    text = COMPARISON.replace(old, new, 1)
    assert text != COMPARISON
    with pytest.raises(so.errors.ArgumentError, match=message) as caught:
        so.Study.read(written(tmp_path, text))
    assert f"study.toml, line {line_of(text, part)}:" in str(caught.value)


@pytest.mark.parametrize(
    ("added", "part"),
    [
        ('[[sensitivity]]\nname = "As performed"\n', "As performed"),
        ('[subgroups]\ncolumns = ["sex"]\n', "[subgroups]"),
        ("[privacy]\nminimum_cell = 11\n", "minimum_cell"),
        ('[report]\nformats = ["html", "docx"]\n', "formats"),
        ('[report]\nchecklist = "STROBE"\n', "checklist"),
    ],
)
def test_what_this_version_cannot_run_is_refused(tmp_path: Path, added: str, part: str) -> None:
    text = f"{COMPARISON}\n{added}"
    with pytest.raises(so.errors.ArgumentError, match="not available in this version") as caught:
        so.Study.read(written(tmp_path, text))
    line = int(str(caught.value).split("line ")[1].split(":")[0])
    assert abs(line - line_of(text, part)) <= 1  # an array of tables begins at its heading


@pytest.mark.parametrize(
    "change",
    ['cluster = "surgeon_id"', 'method = "weighting"', 'estimand = "ATO"'],
)
def test_designs_of_later_versions_are_refused(tmp_path: Path, change: str) -> None:
    text = COMPARISON.replace('reference = "open"', f'reference = "open"\n{change}')
    with pytest.raises(so.errors.ArgumentError, match="not available in this version"):
        so.Study.read(written(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"time_to_recurrence"', '"time_to_cure"', "is not available"),
        ("max_gap_days = 200", "", "needs the key 'max_gap_days'"),
        ('["risk"]', '["hazard_ratio"]', "hazard_ratio not available"),
        ("[365]", "[]", "at least one time"),
        ("[365]", "[-1]", "above 0"),
    ],
)
def test_times_that_do_not_fit(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = COMPARISON + TIME.replace(old, new, 1)
    with pytest.raises(so.errors.ArgumentError, match=message):
        so.Study.read(written(tmp_path, text))


@pytest.mark.parametrize(
    ("metric", "added", "message"),
    [
        ("achieved_threshold", "", "needs the key 'threshold'"),
        ("score_at", 'threshold = "ostelo_2008"', "belongs to achieved_threshold"),
        ("score_at", 'intercurrent = { death = "failure" }', "death = 'failure' is not available"),
        ("score_at", 'intercurrent = { war = "ignore" }', "war = 'ignore' is not available"),
        ("score_at", "noninferiority_margin = 1.0", "not available in this version"),
    ],
)
def test_thresholds_and_what_may_fail_them(
    tmp_path: Path, metric: str, added: str, message: str
) -> None:
    measure = "risk_difference" if metric == "achieved_threshold" else "mean_difference"
    text = COMPARISON.replace('"perioperative"', f'"{metric}"').replace(
        'column = "blood_loss_ml"', f'instrument = "odi"\nvisit = "3m"\n{added}'
    )
    text = text.replace('"mean_difference"', f'"{measure}"')
    with pytest.raises(so.errors.ArgumentError, match=message):
        so.Study.read(written(tmp_path, text))


def test_a_case_has_no_outcomes_and_a_series_no_arms(tmp_path: Path) -> None:
    outcome = COMPARISON[COMPARISON.index("[[outcome]]") :]
    head = 'title = "x"\nkind = "{}"\nseed = 1\n[registry]\nsample = "case_report"\n'
    with pytest.raises(so.errors.ArgumentError, match="a case report is a timeline and words"):
        so.Study.read(written(tmp_path, head.format("case") + outcome))
    with pytest.raises(so.errors.ArgumentError, match="has no arms and no design"):
        so.Study.read(written(tmp_path, COMPARISON.replace('"comparison"', '"series"')))


def test_two_results_need_two_names(tmp_path: Path) -> None:
    outcome = COMPARISON[COMPARISON.index("[[outcome]]") :]
    with pytest.raises(so.errors.ArgumentError, match="two sections are called 'Blood loss'"):
        so.Study.read(written(tmp_path, COMPARISON + outcome))


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(so.errors.ArgumentError, match="No such file"):
        so.Study.read(tmp_path / "absent.toml")
    with pytest.raises(so.errors.ArgumentError, match=r"not valid TOML.*line 1"):
        so.Study.read(written(tmp_path, "title = \n"))
