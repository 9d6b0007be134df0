"""Sections that read some of the rows: forms, events and parameters of one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.loaders.conftest import Load

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError

PLAN = """
[file]
one_row_per = "visit"

[patients]
patient_id = "record_id"
only = { instrument = "" }
sex = { column = "sex", codes = { 1 = "male", 2 = "female" } }

[episodes]
only = { instrument = "" }
diagnosis = { always = "lumbar_stenosis" }

[visits]
column = "event"

[visits.codes]
baseline_arm_1 = { visit = "preoperative", day = 0 }
month12_arm_1 = { visit = "12m", day = 365 }

[[scores]]
instrument = "odi"
column = "odi"
only = { instrument = "", event = ["baseline_arm_1", "month12_arm_1"] }

[[procedures]]
only = { instrument = "surgery" }
component = { column = "op", codes = { 1 = "laminectomy", 2 = "microdiscectomy" } }
"""
FILE = (
    "record_id,event,instrument,sex,odi,op\n"
    "1,baseline_arm_1,,1,40,\n"
    "1,baseline_arm_1,surgery,,,1\n"
    "1,baseline_arm_1,surgery,,,1\n"
    "1,month12_arm_1,,,22,\n"
    "2,baseline_arm_1,,2,44,\n"
    "2,month12_arm_1,call,,,\n"
    "2,close_arm_1,,,,\n"
)


def test_a_row_for_each_form(load: Load) -> None:
    registry = load(FILE, PLAN)
    assert registry.table("patients")["sex"].tolist() == ["male", "female"]
    scores = registry.table("scores")
    assert scores[["episode_id", "visit", "value"]].to_numpy().tolist() == [
        ["1", "preoperative", 40],
        ["1", "12m", 22],
        ["2", "preoperative", 44],
    ]
    # Two rows of the form are two operations, equal as they are.
    procedures = registry.table("procedures")
    assert procedures[["episode_id", "component"]].to_numpy().tolist() == [["1", "laminectomy"]] * 2


def test_rows_that_no_section_reads_are_counted_once_for_all(load: Load) -> None:
    registry = load(FILE, PLAN)
    found = registry.findings()
    assert found[["table", "rule", "severity"]].to_numpy().tolist() == [
        ["data.csv", "rows_not_read", "warning"]
    ]
    assert "1 row(s) of data.csv are read by no section" in found["message"].iloc[0]
    assert "(rows 6)" in found["message"].iloc[0]
    provenance = registry.provenance.set_index("table")
    assert provenance.loc["scores", "n_file_rows"] == 7
    assert provenance.loc["scores", "n_file_rows_used"] == 6


def test_many_rows_that_are_not_read_are_named_in_part(load: Load) -> None:
    text = FILE + "2,month12_arm_1,call,,,\n" * 6
    message = load(text, PLAN).findings()["message"].iloc[0]
    assert "7 row(s)" in message
    assert "(rows 6, 8, 9, 10, 11, …)" in message


def test_a_form_per_procedure_with_an_id_of_its_own(load: Load) -> None:
    plan = PLAN.replace('[[procedures]]\nonly = { instrument = "surgery" }', "[[procedures]]")
    plan = plan.replace(
        "component = ", 'procedure_id = { columns = ["record_id", "nr"] }\ncomponent = '
    )
    text = (
        "record_id,event,instrument,sex,odi,op,nr\n1,baseline_arm_1,,1,40,1,1\n"
        "1,month12_arm_1,,,30,1,1\n1,month12_arm_1,,,,2,2\n"
    )
    text = text.replace("1,month12_arm_1,,,,2,2", "1,month12_arm_1,surgery,,,2,2")
    procedures = load(text, plan).table("procedures")
    assert procedures[["procedure_id", "component"]].to_numpy().tolist() == [
        ["1-1", "laminectomy"],
        ["1-2", "microdiscectomy"],
    ]


def test_scores_of_a_long_file_with_a_row_per_parameter(load: Load) -> None:
    plan = """
[file]
one_row_per = "visit"
[patients]
patient_id = "USUBJID"
[episodes]
diagnosis = { always = "lumbar_stenosis" }
[visits]
column = "AVISIT"
[visits.codes]
Baseline = { visit = "preoperative", day = 0 }
"Month 3" = { visit = "3m", day = 91 }
[[scores]]
instrument = "odi"
column = "AVAL"
only = { PARAMCD = "ODI" }
[[scores]]
instrument = "nrs_pain"
location = "leg"
column = "AVAL"
only = { PARAMCD = "NRSLEG" }
"""
    text = (
        "USUBJID,PARAMCD,AVISIT,AVAL\nA,ODI,Baseline,40\nA,NRSLEG,Baseline,7\nA,ODI,Month 3,20\n"
        "A,NRSLEG,Month 3,2\nA,EQ,Month 3,0.8\n"
    )
    registry = load(text, plan)
    scores = registry.table("scores")
    assert scores[["instrument", "visit", "value"]].to_numpy().tolist() == [
        ["odi", "preoperative", 40],
        ["odi", "3m", 20],
        ["nrs_pain", "preoperative", 7],
        ["nrs_pain", "3m", 2],
    ]
    # [patients] reads every row, but the parameter of the last one is in no section.
    found = registry.findings()
    assert found["rule"].tolist() == ["rows_not_read"]
    assert "1 row(s) of data.csv are read by no section but those of" in found["message"].iloc[0]


def test_only_chooses_stripped_text_and_nothing_else(load: Load) -> None:
    registry = load(FILE.replace("surgery", " surgery "), PLAN)
    assert len(registry.table("procedures")) == 2
    with pytest.raises(ValidationError, match="There is no table 'patients'"):
        load(FILE, PLAN.replace('only = { instrument = "" }', 'only = { instrument = "Surgery" }'))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('instrument = "surgery"', 'form = "surgery"', "data.csv has no column 'form'"),
        (
            'instrument = "surgery"',
            "instrument = []",
            "procedures.1.only.instrument: name at least",
        ),
        ('instrument = "surgery"', "instrument = 3", "procedures.1.only"),
        ('only = { instrument = "surgery" }', 'only = "surgery"', "procedures.1.only"),
        ('only = { instrument = "surgery" }', "file = 3", "procedures.1.file"),
        ('only = { instrument = "surgery" }', 'file = "x"', "there is one [file] alone"),
        ('only = { instrument = "surgery" }', "onli = 3", "procedures.1.onli"),
    ],
)
def test_what_is_wrong_names_its_line(load: Load, old: str, new: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        load(FILE, PLAN.replace(old, new))
    assert message in str(caught.value)
    line = PLAN[: PLAN.index(old)].count("\n") + 1
    assert f"plan.toml, line {line}" in str(caught.value)


def test_a_real_project_with_a_repeating_form(
    real_file: Callable[[str], Path], tmp_path: Path
) -> None:
    data = real_file("redcap/repeating-instruments/data.csv")
    plan = tmp_path / "plan.toml"
    plan.write_text(
        f"""
[file]
format = "redcap"
dictionary = "{data.with_name("dictionary.csv").as_posix()}"
one_row_per = "event"
ignore = ["date_enrolled", "first_name", "dob", "ethnicity", "race", "demographics_complete",
  "bp_systolic", "bp_diastolic", "bp_complete", "redcap_repeat_instance"]
[patients]
patient_id = "record_id"
only = {{ redcap_repeat_instrument = "" }}
sex = {{ column = "sex", codes = {{ 0 = "female", 1 = "male" }}, missing = {{ 2 = "unknown" }} }}
[episodes]
only = {{ redcap_repeat_instrument = "" }}
diagnosis = {{ always = "chronic_neck_pain" }}
age_years = "age"
index_date = {{ always = "2004-01-01" }}
[[events]]
only = {{ redcap_repeat_instrument = "bp" }}
kind = {{ always = "finding" }}
status = {{ always = "occurred" }}
date = "date_bp"
""",
        encoding="utf-8",
    )
    registry = so.load_registry(data, mapping=plan)
    # Counted in the file: 2 records, with 3 and 1 rows of blood pressure; 6 rows in all.
    assert len(registry.table("patients")) == 2
    by_record = registry.table("events").groupby("episode_id", observed=True).size()
    assert by_record.to_dict() == {"1": 3, "2": 1}
    assert registry.provenance.set_index("table").loc["events", "n_file_rows_used"] == 6
