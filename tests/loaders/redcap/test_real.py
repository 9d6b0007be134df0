"""Thirteen real (fictitious, published) REDCap projects: every row and every cell, both ways."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.redcap import read_redcap
from spineoutcomes.loaders.source import SourceFile

from .project import findings

RealFile = Callable[[str], Path]
# Project -> rows and columns, counted in its files; cells of the CSV that are not as in the file.
PROJECTS = {
    "arm-single-longitudinal": (9, 6, 0),
    "checkboxes-1": (4, 13, 13),  # four boxes of record 2, all nine of record 4
    "clinical-trial-1": (500, 13, 0),
    "dag": (3, 17, 0),
    "decimal-comma": (4, 6, 8),  # two columns of commas
    "longitudinal": (18, 125, 0),
    "nonnumeric-record-id": (3, 3, 0),
    "potentially-problematic-values": (2, 5, 0),
    "repeating-instruments": (6, 15, 0),
    "repeating-instruments-sparse": (9, 15, 0),
    "survey": (2, 33, 0),
    "validation-types-1": (1, 52, 3),  # three boxes of a form that was not filled in
}
# Cells in which the two files of a project differ, and why:
LINE_BREAKS = "a flat export has spaces for line breaks, XML has one space"
NEVER_OPENED = "a form never opened is 0 in the flat export, nothing in the XML"
AT_EXPORT = "made when the XML was exported"
DIFFERENT = {
    ("checkboxes-1", "desired_result"): (3, LINE_BREAKS),
    ("checkboxes-1", "form_2_complete"): (1, NEVER_OPENED),
    ("longitudinal", "comments"): (2, LINE_BREAKS),
    ("longitudinal", "vob7"): (4, LINE_BREAKS),
    ("longitudinal", "vob14"): (3, LINE_BREAKS),
    ("longitudinal", "study_comments"): (2, LINE_BREAKS),
    ("survey", "prescreening_survey_timestamp"): (2, AT_EXPORT),
    ("survey", "participant_info_survey_complete"): (2, NEVER_OPENED),
    ("survey", "participant_morale_questionnaire_complete"): (1, NEVER_OPENED),
    ("survey", "completion_data_complete"): (2, NEVER_OPENED),
    ("validation-types-1", "f_calculated"): (1, AT_EXPORT),
}


def flat(real_file: RealFile, project: str) -> SourceFile:
    name = "dictionay.csv" if project == "decimal-comma" else "dictionary.csv"
    return read_redcap(
        real_file(f"redcap/{project}/data.csv"), dictionary=real_file(f"redcap/{project}/{name}")
    )


def xml(real_file: RealFile, project: str) -> SourceFile:
    return read_redcap(real_file(f"redcap/{project}/project.xml"))


def raw(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("project", PROJECTS)
def test_every_cell_of_the_flat_export_is_there(project: str, real_file: RealFile) -> None:
    n_rows, n_columns, n_changed = PROJECTS[project]
    file = flat(real_file, project)
    head, *rows = raw(real_file(f"redcap/{project}/data.csv"))
    assert file.rows.shape == (n_rows, n_columns)
    assert list(file.rows.columns) == head
    assert file.rows.index.tolist() == list(range(n_rows))
    pairs = [
        (old, new)
        for own, line in zip(rows, file.rows.to_numpy(), strict=True)
        for old, new in zip(own, line, strict=True)
        if old != new
    ]
    assert len(pairs) == n_changed
    assert all(new == ("" if old == "0" else old.replace(",", ".")) for old, new in pairs)


@pytest.mark.parametrize("project", PROJECTS)
def test_the_project_xml_holds_the_same_cells(project: str, real_file: RealFile) -> None:
    one, other = flat(real_file, project), xml(real_file, project)
    assert list(other.rows.columns) == list(one.rows.columns)
    different = (one.rows != other.rows).sum()
    counted = {column: int(n) for column, n in different.items() if n}
    assert counted == {c: n for (p, c), (n, _) in DIFFERENT.items() if p == project}
    for (own, column), (_, why) in DIFFERENT.items():
        if own == project and why == LINE_BREAKS:
            texts = [[" ".join(cell.split()) for cell in f.rows[column]] for f in (one, other)]
            assert texts[0] == texts[1]
        if own == project and why == NEVER_OPENED:
            assert set(one.rows.loc[one.rows[column] != other.rows[column], column]) == {"0"}
    assert other.titles == one.titles
    assert other.identifiers == one.identifiers
    known = {c: own for c, own in other.labels.items() if not c.startswith("redcap_")}
    assert known == one.labels
    assert {c: r.tolist() for c, r in other.reasons.items()} == {
        c: r.tolist() for c, r in one.reasons.items()
    }


@pytest.mark.parametrize("project", [*PROJECTS, "russian"])
def test_every_item_of_the_project_xml_is_in_a_row(project: str, real_file: RealFile) -> None:
    file = xml(real_file, project)
    record = file.rows.columns[0]
    added = {record, "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"}
    in_rows = Counter(
        (row[record], column, "0" if not cell else cell.replace(",", "."))
        for place, row in file.rows.iterrows()
        for column, cell in row.items()
        if column not in added
        and (cell or (column in file.reasons and file.reasons[column][place] == "not_done"))
    )
    root = ElementTree.parse(real_file(f"redcap/{project}/project.xml")).getroot()  # noqa: S314
    attached = "{https://projectredcap.org}DocName"
    in_file = Counter(
        (subject.get("SubjectKey"), item.get("ItemOID"), value.replace(",", "."))
        for subject in root.iter("{http://www.cdisc.org/ns/odm/v1.3}SubjectData")
        for item in subject.iter()
        if (value := item.get("Value") or item.get(attached)) and item.get("ItemOID") != record
    )
    assert in_rows == in_file


def test_who_the_dictionary_says_can_be_identified(real_file: RealFile) -> None:
    assert flat(real_file, "clinical-trial-1").identifiers == (
        *("name_last", "name_first", "address", "phone", "dob"),
    )


def test_a_box_that_was_never_asked_is_no_no(real_file: RealFile) -> None:
    file = flat(real_file, "checkboxes-1")
    assert file.rows["check_one___2"].tolist() == ["0", "", "1", ""]
    assert file.reasons["check_one___2"].tolist() == [None, "not_done", None, "not_done"]
    # Record 2 ticked boxes of this field, so its zeros are answers; record 3 completed the form.
    assert file.rows["check_two___a"].tolist() == ["1", "0", "0", ""]
    assert file.reasons["check_two___a"].tolist() == [None, None, None, "not_done"]


def test_commas_are_points(real_file: RealFile) -> None:
    file = flat(real_file, "decimal-comma")
    assert file.rows["height"].tolist() == ["1.54", "1.84", "1.95", "1.61"]
    assert file.rows["weight"].tolist() == ["52.3", "92.3", "123.4", "45.9"]
    assert file.rows["bmi"].tolist() == ["22.1", "27.3", "32.5", "17.7"]


def test_what_does_not_fit_its_validation_stays_and_is_found(real_file: RealFile) -> None:
    file = flat(real_file, "potentially-problematic-values")
    assert findings(file) == [
        [1, "date_before_validation", "not_as_validated", "warning"],
        [2, "date_before_validation", "not_as_validated", "warning"],
        [1, "integer_before_validation", "not_as_validated", "warning"],
        [2, "integer_before_validation", "not_as_validated", "warning"],
    ]
    assert file.rows["date_before_validation"].iloc[1] == "before validation 2"
    assert "before validation" not in file.found.to_csv()
    survey = flat(real_file, "survey")
    column = "participant_morale_questionnaire_timestamp"
    assert findings(survey) == [[1, column, "not_as_validated", "warning"]]
    assert survey.rows[column].tolist() == ["[not completed]", ""]


@pytest.mark.parametrize(
    "project", sorted({*PROJECTS} - {"survey", "potentially-problematic-values"})
)
def test_nothing_else_is_found(project: str, real_file: RealFile) -> None:
    assert findings(flat(real_file, project)) == []
    assert findings(xml(real_file, project)) == []


def test_rows_of_a_repeating_form(real_file: RealFile) -> None:
    file = flat(real_file, "repeating-instruments-sparse")
    assert file.rows["redcap_repeat_instrument"].value_counts().to_dict() == {"": 5, "bp": 4}
    assert file.rows["bp_systolic"].tolist() == ["", "110", "111", "112", "", "114", "", "", ""]
    assert file.reasons == {}


def test_events_have_names(real_file: RealFile) -> None:
    folder = "redcap/longitudinal"
    file = read_redcap(
        real_file(f"{folder}/data.csv"),
        dictionary=real_file(f"{folder}/dictionary.csv"),
        events=real_file(f"{folder}/event.csv"),
    )
    names = file.labels["redcap_event_name"]
    assert len(names) == 12
    assert names["deadline_to_opt_ou_arm_2"] == "Deadline to opt out of study"
    assert list(names)[:2] == ["enrollment_arm_1", "dose_1_arm_1"]
    assert xml(real_file, "longitudinal").labels["redcap_event_name"] == names
    assert findings(file) == []
    assert flat(real_file, "dag").rows["redcap_data_access_group"].tolist() == [
        *("daga", "daga", "dagb"),
    ]


def test_a_file_that_r_wrote_again(tmp_path: Path, real_file: RealFile) -> None:
    path, project = real_file("redcap/russian/data.csv"), real_file("redcap/russian/project.xml")
    with pytest.raises(
        ValidationError, match=r"has 'record_id' as its column 2.*row.names = FALSE"
    ):
        read_redcap(path, dictionary=project)
    # R wrote row numbers, NA for nothing, and letters as <U+043E>: put right, it is the project.
    lines = [[_letters(cell) for cell in line[1:]] for line in raw(path)]
    assert [len(line) for line in lines] == [401, 401, 401, 401]
    again = tmp_path / "data.csv"
    with again.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(lines)
    one = read_redcap(again, dictionary=project, missing_codes={"NA": "missing"})
    other = read_redcap(project)
    assert one.rows.shape == other.rows.shape == (3, 401)
    different = (one.rows != other.rows).to_numpy()
    columns = one.rows.columns[different.any(axis=0)]
    # Of 42 forms, 4 have a status in the XML; the others, never opened, are 0 in the CSV.
    assert different.sum() == 42 - 4
    assert all(column.endswith("_complete") for column in columns)
    assert set(one.rows.to_numpy()[different]) == {"0"}
    assert set(other.rows.to_numpy()[different]) == {""}
    assert findings(one) == findings(other) == []
    assert set(one.reasons["refuse"]) == {"missing"}


def _letters(text: str) -> str:
    return re.sub(r"<U\+([0-9A-F]{4})>", lambda found: chr(int(found[1], 16)), text)
