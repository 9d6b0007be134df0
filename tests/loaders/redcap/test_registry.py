"""From a REDCap export to a registry, through a mapping. Synthetic, in the shape QOD has."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loaders.saved import comes_back

import spineoutcomes as so
from spineoutcomes.errors import ValidationError
from spineoutcomes.registry import Registry

from .project import Row, dictionary

DIAGNOSES = "|".join(f" {n}, Diagnosis {n} " for n in range(1, 10))
FIELDS: tuple[Row, ...] = (
    ("pt_study_id", "demographics", "text", "Study ID", "", "", "y"),
    ("gender", "demographics", "radio", "Gender", "1, Male | 2, Female"),
    ("principal_spine_diagnosis", "demographics", "checkbox", "Diagnosis", DIAGNOSES),
    ("date_of_surgery", "surgery", "text", "Date of surgery", "", "date_mdy"),
    ("asa_grade", "surgery", "radio", "ASA", "1, I | 2, II | 3, III | 4, IV"),
    ("los", "surgery", "text", "Days in hospital", "", "number_comma_decimal"),
    ("back_pain_vas", "outcome", "text", "Back pain", "", "number"),
    ("odi", "outcome", "text", "ODI", "", "number"),
)
BOXES = [f"principal_spine_diagnosis___{n}" for n in range(1, 10)]
HEAD = ",".join(
    [
        *("pt_study_id", "redcap_event_name", "redcap_data_access_group", "gender", *BOXES),
        *("demographics_complete", "date_of_surgery", "asa_grade", "los", "surgery_complete"),
        *("back_pain_vas", "odi", "outcome_complete"),
    ]
)
TICKED_3, TICKED_NONE, NO_PLACE = "0,0,1,0,0,0,0,0,0", "0,0,0,0,0,0,0,0,0", ",,,,,,,,"
ROWS = f"""\
P1*s_LP0001,baseline_arm_1,north,1,{TICKED_3},2,2020-01-31,2,"3,5",2,7,48,2
P1*s_LP0001,3month_arm_1,north,,{NO_PLACE},,,,,,3,20,2
P1*s_LP0001,12month_arm_1,north,,{NO_PLACE},,,,,,UNK,18,2
P2*s_LP0001,baseline_arm_1,south,2,{TICKED_NONE},0,2020-03-02,3,4,2,6,52,2
P2*s_LP0001,3month_arm_1,south,,{NO_PLACE},,,,,,,,0
P3*s_LP0007,baseline_arm_1,south,2,{TICKED_NONE},2,2020-05-11,1,2,2,8,60,2
"""
MAPPING = """
[file]
format = "redcap"
one_row_per = "visit"
dictionary = "dictionary.csv"
events = "events.csv"
missing_codes = { UNK = "unknown" }
ignore = [%s]

[patients]
patient_id = "pt_study_id"
centre = "redcap_data_access_group"
sex = { column = "gender", codes = { 1 = "male", 2 = "female" } }

[episodes]
diagnosis = { always = "lumbar_disc_herniation" }
index_date = "date_of_surgery"
asa_class = "asa_grade"
los_days = "los"
stenosis_ticked = "principal_spine_diagnosis___3"

[visits]
column = "redcap_event_name"

[visits.codes]
baseline_arm_1 = { visit = "preoperative", day = 0 }
3month_arm_1 = { visit = "3m", day = 91 }
12month_arm_1 = { visit = "12m", day = 365 }

[[scores]]
instrument = "vas_pain"
location = "back"
column = "back_pain_vas"

[[scores]]
instrument = "odi"
column = "odi"
"""
EVENTS = (
    "event_name,arm_num,unique_event_name\nBaseline,1,baseline_arm_1\n3 months,1,3month_arm_1\n"
    "12 months,1,12month_arm_1\n"
)
UNUSED = [b for b in BOXES if not b.endswith("3")] + [
    f"{form}_complete" for form in ("demographics", "surgery", "outcome")
]


def load(folder: Path, rows: str, delimiter: str = ",") -> Registry:
    (folder / "dictionary.csv").write_text(dictionary(*FIELDS))
    (folder / "events.csv").write_text(EVENTS)
    (folder / "qod.toml").write_text(MAPPING % ", ".join(f'"{name}"' for name in UNUSED))
    text = f"{HEAD}\n{rows}"
    (folder / "export.csv").write_text(text.replace(",", delimiter) if delimiter != "," else text)
    return so.load_registry(folder / "export.csv", mapping=folder / "qod.toml")


def test_a_longitudinal_project_becomes_a_registry(tmp_path: Path) -> None:
    registry = load(tmp_path, ROWS)
    comes_back(registry, tmp_path / "saved")
    patients = registry.table("patients")
    assert patients[["patient_id", "centre", "sex"]].to_numpy().tolist() == [
        ["P1*s_LP0001", "north", "male"],
        ["P2*s_LP0001", "south", "female"],
        ["P3*s_LP0007", "south", "female"],
    ]
    episodes = registry.table("episodes")
    assert episodes["index_date"].dt.strftime("%Y-%m-%d").tolist() == [
        *("2020-01-31", "2020-03-02", "2020-05-11"),
    ]
    assert episodes["asa_class"].tolist() == [2, 3, 1]
    assert episodes["los_days"].tolist() == [3.5, 4, 2]  # a decimal comma in the export
    # Ticked; never asked, since the form is incomplete; asked and not ticked.
    ticked = episodes["stenosis_ticked"]
    assert ticked.isna().tolist() == [False, True, False]
    assert [int(cell) for cell in ticked.dropna()] == [1, 0]


def test_scores_keep_their_visits_and_why_they_are_missing(tmp_path: Path) -> None:
    scores = load(tmp_path, ROWS).table("scores")
    pain = scores[scores["instrument"] == "vas_pain"]
    assert pain[["episode_id", "visit", "day"]].to_numpy().tolist() == [
        ["P1*s_LP0001", "preoperative", 0],
        ["P1*s_LP0001", "3m", 91],
        ["P1*s_LP0001", "12m", 365],
        ["P2*s_LP0001", "preoperative", 0],
        ["P3*s_LP0007", "preoperative", 0],
    ]
    assert pain["value"].fillna(-1).tolist() == [7, 3, -1, 6, 8]
    assert pain["missing_reason"].astype(object).where(pain["value"].isna(), "").tolist() == [
        *("", "", "unknown", "", ""),
    ]
    odi = scores[scores["instrument"] == "odi"]
    assert odi["value"].tolist() == [48, 20, 18, 52, 60]


def test_every_row_of_the_export_is_accounted_for(tmp_path: Path) -> None:
    registry = load(tmp_path, ROWS)
    found = registry.findings()
    # Row 5 is a visit at which nothing was filled in; it belongs to a patient all the same.
    assert found[["row", "rule", "severity"]].to_numpy().tolist() == [[5, "empty_visit", "warning"]]
    counts = registry.provenance.set_index("table")
    assert counts.loc[
        "scores", ["n_rows_in", "n_rows_out", "n_file_rows", "n_file_rows_left_out"]
    ].tolist() == [10, 10, 6, 0]


def test_a_server_that_sends_semicolons_gives_the_same(tmp_path: Path) -> None:
    rows = ROWS.replace('"3,5"', "3.5")
    registry = load(tmp_path, rows, ";")
    assert len(registry.table("scores")) == 10
    rules = registry.findings()["rule"].value_counts().to_dict()
    assert rules == {"empty_visit": 1, "not_as_validated": 1}


def test_an_event_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        load(tmp_path, ROWS + ROWS.split("\n")[1] + "\n")
    found = caught.value.findings
    assert found.loc[found["rule"] == "repeated_row", "row"].tolist() == [2, 7]
