"""Each of thirteen real (fictitious, published) REDCap projects through a small mapping.

They are not about spines: a diagnosis is lent to them. Rows and values are counted in the files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.loaders.saved import comes_back

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, SpineOutcomesError, ValidationError
from spineoutcomes.registry import Registry

RealFile = Callable[[str], Path]
LENT = 'diagnosis = { always = "lumbar_stenosis" }'


@dataclass(frozen=True)
class Project:
    """A mapping, and what it gives: rows of the file, those used, and columns of tables."""

    plan: str
    rows: int
    used: int
    columns: dict[tuple[str, str], list[Any]]


def by_patient(more: str = "", patients: str = "") -> str:
    return f"""one_row_per = "patient"
[patients]
patient_id = "record_id"
{patients}
[episodes]
{LENT}
{more}
"""


BLOOD_PRESSURE = f"""one_row_per = "event"
[patients]
patient_id = "record_id"
only = {{ redcap_repeat_instrument = "" }}
sex = {{ column = "sex", codes = {{ 0 = "female", 1 = "male" }} }}
[episodes]
{LENT}
only = {{ redcap_repeat_instrument = "" }}
age_years = "age"
[[events]]
only = {{ redcap_repeat_instrument = "bp" }}
kind = {{ always = "finding" }}
status = {{ always = "occurred" }}
date = "date_bp"
systolic = "bp_systolic"
"""
PROJECTS = {
    "arm-single-longitudinal": Project(
        f"""one_row_per = "visit"
[patients]
patient_id = "record_id"
[episodes]
{LENT}
[[events]]
kind = {{ always = "finding" }}
status = {{ always = "occurred" }}
date = "interview_date"
weight = "weight"
[visits]
column = "redcap_event_name"
[visits.codes]
intake_arm_1 = {{ visit = "preoperative", day = 0 }}
dischage_arm_1 = {{ visit = "discharge" }}
follow_up_arm_1 = {{ visit = "final" }}
""",
        9,
        9,
        {
            ("patients", "patient_id"): ["1", "2", "3"],
            ("events", "weight"): [11, 12, 13, 21, 22, 23, 31, 32, 33],
        },
    ),
    "checkboxes-1": Project(
        by_patient('box = "check_one___2"\nother = "check_two___a"'),
        4,
        4,
        {("episodes", "box"): [0, None, 1, None], ("episodes", "other"): [1, 0, 0, None]},
    ),
    "clinical-trial-1": Project(
        by_patient('kg = "weight"', 'sex = { column = "gender", codes = "labels" }'),
        500,
        500,
        {},
    ),
    "dag": Project(
        by_patient(patients='centre = "redcap_data_access_group"'),
        3,
        3,
        {
            ("patients", "patient_id"): ["331-1", "331-2", "332-3"],
            ("patients", "centre"): ["daga", "daga", "dagb"],
        },
    ),
    "decimal-comma": Project(
        by_patient('bmi = "bmi"\nkg = "weight"\nm = "height"'),
        4,
        4,
        {
            ("episodes", "m"): [1.54, 1.84, 1.95, 1.61],
            ("episodes", "kg"): [52.3, 92.3, 123.4, 45.9],
            ("episodes", "bmi"): [22.1, 27.3, 32.5, 17.7],
        },
    ),
    "longitudinal": Project(
        f"""one_row_per = "visit"
[patients]
patient_id = "study_id"
only = {{ redcap_event_name = ["enrollment_arm_1", "enrollment_arm_2"] }}
[episodes]
{LENT}
only = {{ redcap_event_name = ["enrollment_arm_1", "enrollment_arm_2"] }}
index_date = "date_enrolled"
age_years = "age"
[[events]]
only = {{ redcap_event_name = ["visit_1_arm_1", "visit_2_arm_1", "first_visit_arm_2"] }}
kind = {{ always = "finding" }}
status = {{ always = "occurred" }}
[visits]
column = "redcap_event_name"
[visits.codes]
visit_1_arm_1 = {{ visit = "first", day = 14 }}
visit_2_arm_1 = {{ visit = "second", day = 28 }}
first_visit_arm_2 = {{ visit = "first", day = 14 }}
""",
        18,
        8,
        {
            ("patients", "patient_id"): ["100", "220", "304"],
            ("episodes", "age_years"): [31, 4, 9],
        },
    ),
    "nonnumeric-record-id": Project(
        by_patient(), 3, 3, {("patients", "patient_id"): ["a", "b", "c"]}
    ),
    "repeating-instruments": Project(
        BLOOD_PRESSURE,
        6,
        6,
        {
            ("patients", "sex"): ["female", "male"],
            ("episodes", "age_years"): [8.9, 9.6],
            ("events", "systolic"): [110, 111, 112, 114],
        },
    ),
    "repeating-instruments-sparse": Project(
        BLOOD_PRESSURE.replace("age_years", "own_age"),
        9,
        9,
        {
            ("patients", "patient_id"): ["1", "2", "3", "4", "5"],
            ("events", "systolic"): [110, 111, 112, 114],
        },
    ),
    "survey": Project(
        by_patient('diabetes = "has_diabetes"').replace("record_id", "participant_id"),
        2,
        2,
        {("episodes", "diabetes"): [1, 0]},
    ),
    "validation-types-1": Project(
        by_patient('box = "f_checkbox___1"'), 1, 1, {("episodes", "box"): [None]}
    ),
    "russian": Project(
        by_patient('age_years = "age"'), 3, 3, {("episodes", "age_years"): [33, 18, 22]}
    ),
}
SEXES = {"female": 260, "male": 240}
NOT_AS_VALIDATED = "potentially-problematic-values"
IN_CSV = sorted({*PROJECTS} - {"russian"})  # R wrote that file again, with a column of its own


def dictionary(real_file: RealFile, project: str) -> Path:
    name = "dictionay.csv" if project == "decimal-comma" else "dictionary.csv"
    return real_file(f"redcap/{project}/{name}")


def load(file: Path, place: Path, plan: str, keys: str = "", **more: Any) -> Registry:
    path = place / "plan.toml"
    path.write_text(f'[file]\nformat = "redcap"\n{keys}\n{plan}', encoding="utf-8")
    return so.load_registry(file, mapping=path, **more)


def check(registry: Registry, project: Project, place: Path) -> None:
    comes_back(registry, place / "saved")
    counts = registry.provenance
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    of_file = counts.dropna(subset=["n_file_rows"])
    assert set(of_file["n_file_rows"]) == {project.rows}
    assert set(of_file["n_file_rows_used"]) == {project.used}
    assert set(of_file["n_file_rows_left_out"]) == {project.rows - project.used}
    for (table, column), expected in project.columns.items():
        values = registry.table(table)[column].astype(object)
        assert values.where(values.notna(), None).tolist() == expected
    # Rows that nothing read are said.
    said = registry.findings()["rule"].isin(["rows_not_read"]).any()
    assert said == (project.used < project.rows)


@pytest.mark.parametrize("name", IN_CSV)
def test_a_flat_export_with_its_dictionary(name: str, real_file: RealFile, tmp_path: Path) -> None:
    path = dictionary(real_file, name).as_posix()
    file = real_file(f"redcap/{name}/data.csv")
    registry = load(file, tmp_path, PROJECTS[name].plan, f'dictionary = "{path}"')
    check(registry, PROJECTS[name], tmp_path)


@pytest.mark.parametrize("name", PROJECTS)
def test_the_xml_of_a_project(name: str, real_file: RealFile, tmp_path: Path) -> None:
    registry = load(real_file(f"redcap/{name}/project.xml"), tmp_path, PROJECTS[name].plan)
    check(registry, PROJECTS[name], tmp_path)


@pytest.mark.parametrize("name", ["arm-single-longitudinal", "longitudinal"])
def test_events_are_read_and_arms_are_no_events(
    name: str, real_file: RealFile, tmp_path: Path
) -> None:
    file, words = real_file(f"redcap/{name}/data.csv"), dictionary(real_file, name).as_posix()
    keys = f'dictionary = "{words}"\nevents = "{{}}"'
    events = real_file(f"redcap/{name}/event.csv").as_posix()
    registry = load(file, tmp_path, PROJECTS[name].plan, keys.format(events))
    check(registry, PROJECTS[name], tmp_path)
    arms = real_file(f"redcap/{name}/arm.csv").as_posix()
    with pytest.raises(ArgumentError, match=r"arm.csv has no column .unique_event_name.; export"):
        load(file, tmp_path, PROJECTS[name].plan, keys.format(arms))


def test_who_took_part_in_the_trial(real_file: RealFile, tmp_path: Path) -> None:
    name = "clinical-trial-1"
    registry = load(real_file(f"redcap/{name}/project.xml"), tmp_path, PROJECTS[name].plan)
    # Counted in data.csv by hand.
    assert registry.table("patients")["sex"].value_counts().to_dict() == {
        "female": 260,
        "male": 240,
    }
    assert registry.table("episodes")["kg"].sum() == pytest.approx(55074)


@pytest.mark.parametrize("file", ["data.csv", "project.xml"])
def test_words_where_a_number_should_be(file: str, real_file: RealFile, tmp_path: Path) -> None:
    words = dictionary(real_file, NOT_AS_VALIDATED).as_posix()
    keys = f'dictionary = "{words}"' if file == "data.csv" else ""
    path = real_file(f"redcap/{NOT_AS_VALIDATED}/{file}")
    with pytest.raises(ValidationError) as caught:
        load(path, tmp_path, by_patient('age_years = "integer_before_validation"'), keys)
    found = caught.value.findings
    wrong = found[found["severity"] == "error"]
    assert wrong[["row", "rule"]].to_numpy().tolist() == [[1, "not_a_number"], [2, "not_a_number"]]
    assert "before validation" not in found.to_csv() + str(caught.value)
    registry = load(path, tmp_path, by_patient(), keys)
    assert registry.table("patients")["patient_id"].tolist() == ["1", "2"]
    assert registry.provenance["n_file_rows_used"].dropna().tolist() == [2, 2]


def test_a_file_that_r_wrote_again_is_refused(real_file: RealFile, tmp_path: Path) -> None:
    path = real_file("redcap/russian/project.xml").as_posix()
    with pytest.raises(ValidationError, match=r"'record_id' as its column 2.*row.names = FALSE"):
        load(
            real_file("redcap/russian/data.csv"),
            tmp_path,
            PROJECTS["russian"].plan,
            f'dictionary = "{path}"',
        )


@pytest.mark.parametrize("name", [*IN_CSV, NOT_AS_VALIDATED])
def test_a_dictionary_is_no_data(name: str, real_file: RealFile, tmp_path: Path) -> None:
    path = dictionary(real_file, name)
    with pytest.raises(ValidationError, match=f"first column of {path.name}"):
        load(path, tmp_path, by_patient(), f'dictionary = "{path.as_posix()}"')


def test_no_project_is_left_out(real_file: RealFile) -> None:
    folder = real_file("redcap/dag/data.csv").parents[1]
    projects = {path.name for path in folder.iterdir() if path.is_dir()}
    assert projects == {*PROJECTS, NOT_AS_VALIDATED}
    names = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}
    data = {f"{name}/{file}" for name in projects for file in ("data.csv", "project.xml")}
    words = {
        dictionary(real_file, name).relative_to(folder).as_posix()
        for name in (*IN_CSV, NOT_AS_VALIDATED)
    }
    events = {
        f"{name}/{file}"
        for name in ("arm-single-longitudinal", "longitudinal")
        for file in ("event.csv", "arm.csv")
    }
    assert names == data | words | events
    with pytest.raises(SpineOutcomesError):
        so.load_registry(folder)
    with pytest.raises(ArgumentError, match="needs a mapping"):
        so.load_registry(folder / "dag" / "data.csv")
