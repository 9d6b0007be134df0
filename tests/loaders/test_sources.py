"""Opening the files a mapping names: by suffix or by word, with the keys of their format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.sources import FORMATS

from .cdisc.datasets import named, write_dataset
from .conftest import WIDE, Load

TEXT = "id,sex,vas_pre,vas_3m\nA,1,7,2.5\n"


def plan_with(*lines: str) -> str:
    return WIDE.replace("[file]", "\n".join(["[file]", *lines]))


def test_a_format_is_said_or_told_from_the_suffix(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(WIDE, encoding="utf-8")
    for name, more in (("a.csv", {}), ("a.TXT", {}), ("a.data", {"format": "csv"})):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
        assert len(so.load_registry(tmp_path / name, mapping=plan, **more).table("scores")) == 2
    with pytest.raises(ArgumentError, match=r"a\.data is of no kind that its name tells \(csv:"):
        so.load_registry(tmp_path / "a.data", mapping=plan)
    plan.write_text(plan_with('format = "csv"'), encoding="utf-8")
    assert len(so.load_registry(tmp_path / "a.data", mapping=plan).table("scores")) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'sheet = "A"',
            "file.sheet: it belongs to the format workbook, and this file is read as csv",
        ),
        ("first_row = 3", "file.first_row: it belongs to the format workbook"),
        ("header_rows = 2", "file.header_rows: it belongs to the format workbook"),
        ('dictionary = "d.csv"', "file.dictionary: it belongs to the format redcap"),
        ('events = "e.csv"', "file.events: it belongs to the format redcap"),
        ('catalog = "c.sas7bcat"', "file.catalog: it belongs to the format statistical"),
        ('missing_codes = { 9 = "lost" }', "it belongs to the format redcap or statistical"),
        ('format = "word"', "file.format: formats are csv, redcap, workbook"),
        ('missing_codes = { 9 = "dunno" }', "file.missing_codes.9"),
    ],
)
def test_a_key_of_another_format_names_its_line(load: Load, line: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        load(TEXT, plan_with(line))
    assert message in str(caught.value)
    assert "plan.toml, line 3" in str(caught.value)


def test_every_format_has_keys_and_a_reader() -> None:
    for known in FORMATS.values():
        assert callable(known.read)
        assert set(known.keys) <= {
            *("delimiter", "encoding", "sheet", "first_row", "header_rows"),
            *("dictionary", "events", "missing_codes", "catalog"),
        }
    suffixes = [suffix for known in FORMATS.values() for suffix in known.suffixes]
    assert len(suffixes) == len(set(suffixes))


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_sheet_with_two_rows_of_names(tmp_path: Path) -> None:
    rows = [["A study"], ["id", "sex", "VAS", None], [None, None, "pre", "3m"], ["A", 1, 7, 2.5]]
    path = workbook(tmp_path / "cases.xlsx", {"Cases": rows, "Notes": [["x"], ["y"]]})
    plan = tmp_path / "plan.toml"
    text = plan_with('sheet = "Cases"', "first_row = 2", "header_rows = 2")
    plan.write_text(text.replace("vas_{visit}", "VAS_{visit}"), encoding="utf-8")
    sheet = path
    import openpyxl

    book = openpyxl.load_workbook(sheet)
    book["Cases"].merge_cells("C2:D2")
    book.save(sheet)
    assert so.load_registry(path, mapping=plan).table("scores")["value"].tolist() == [7, 2.5]


SHEETS = """
[files.people]
sheet = "People"
one_row_per = "patient"

[files.proms]
sheet = "PROMs"
one_row_per = "visit"
patient_id = "pid"
visit_column = "when"

[patients]
patient_id = "id"

[episodes]
diagnosis = { always = "lumbar_stenosis" }

[visits.codes]
pre = { visit = "preoperative", day = 0 }
3m = { day = 91 }

[[scores]]
file = "proms"
instrument = "odi"
column = "odi"
"""


def test_the_sheets_of_one_workbook_are_files_of_a_mapping(tmp_path: Path) -> None:
    people = [["id", "sex"], ["A", 1], ["B", 2]]
    proms = [["pid", "when", "odi"], ["A", "pre", 40], ["A", "3m", 20], ["B", "pre", None]]
    path = workbook(tmp_path / "cases.xlsx", {"People": people, "PROMs": proms})
    plan = tmp_path / "plan.toml"
    plan.write_text(SHEETS, encoding="utf-8")
    registry = so.load_registry(path, mapping=plan)
    assert registry.table("scores")[["episode_id", "value"]].to_numpy().tolist() == [
        ["A", 40],
        ["A", 20],
    ]
    found = registry.findings()
    assert found[["table", "rule"]].to_numpy().tolist() == [
        ["cases.xlsx (people)", "unmapped_column"],
        ["cases.xlsx (proms)", "empty_visit"],
    ]
    assert registry.provenance["file"].dropna().unique().tolist() == [
        "cases.xlsx (people)",
        "cases.xlsx (proms)",
    ]


def test_a_wrong_cell_counts_where_a_section_reads_it(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    rows = [["id", "sex", "vas_pre", "vas_3m", "note"], ["A", 1, 7, 2], ["B", 2, 6, 1]]
    path = workbook(tmp_path / "cases.xlsx", {"Cases": rows})
    book = openpyxl.load_workbook(path)
    book["Cases"]["E2"] = "#REF!"
    book["Cases"]["E2"].data_type = "e"
    book.save(path)
    plan = tmp_path / "plan.toml"
    plan.write_text(WIDE, encoding="utf-8")
    # The column "note" is in no section, so its error is a warning.
    found = so.load_registry(path, mapping=plan).findings()
    assert set(found["severity"]) == {"warning"}
    assert ("cases.xlsx", 1.0, "note") in set(
        found[["table", "row", "column"]].itertuples(index=False, name=None)
    )
    book["Cases"]["C3"] = "#REF!"
    book["Cases"]["C3"].data_type = "e"
    book.save(path)
    with pytest.raises(ValidationError, match="'vas_pre' are not") as caught:
        so.load_registry(path, mapping=plan)
    wrong = caught.value.findings.query("severity == 'error'")
    assert wrong[["table", "row", "column"]].to_numpy().tolist() == [["scores", 2, "value"]]
    registry = so.load_registry(path, mapping=plan, on_error="reject")
    assert registry.rejects[["table", "row"]].to_numpy().tolist() == [["scores", 2]]


def test_a_dictionary_stands_beside_the_mapping(tmp_path: Path) -> None:
    heads = (
        "Variable / Field Name,Form Name,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels",'
        "Text Validation Type OR Show Slider Number,Identifier?\n"
    )
    fields = 'record_id,main,text,Id,,,\nsex,main,radio,Sex,"1, male | 2, female",,\n'
    fields += "odi,main,text,ODI,,number,\n"
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "dictionary.csv").write_text(heads + fields, encoding="utf-8")
    (tmp_path / "export.csv").write_text(
        "record_id,sex,odi,main_complete\n1,2,40,2\n", encoding="utf-8"
    )
    plan = tmp_path / "plans" / "plan.toml"
    text = """
[file]
format = "redcap"
dictionary = "dictionary.csv"
one_row_per = "patient"
ignore = ["main_complete"]
[patients]
patient_id = "record_id"
sex = { column = "sex", codes = "labels" }
[episodes]
diagnosis = { always = "lumbar_stenosis" }
[visits.codes]
pre = { visit = "preoperative", day = 0 }
[[scores]]
instrument = "odi"
columns = { odi = "pre" }
"""
    plan.write_text(text, encoding="utf-8")
    registry = so.load_registry(tmp_path / "export.csv", mapping=plan)
    assert registry.table("patients")["sex"].tolist() == ["female"]
    assert registry.table("scores")["value"].tolist() == [40]
    no_format = text.replace('format = "redcap"\n', "")
    plan.write_text(no_format, encoding="utf-8")
    again = so.load_registry(tmp_path / "export.csv", mapping=plan, format="redcap")
    assert again.table("scores")["value"].tolist() == [40]


def test_a_real_statistical_file_is_opened(
    real_file: Callable[[str], Path], tmp_path: Path
) -> None:
    path = real_file("stat_files/basic/sample.sav")
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[file]\none_row_per = "patient"\nignore = ["mychar", "mydate", "dtime", "mytime"]\n'
        "[patients]\npatient_id = { row_number = true }\n[episodes]\n"
        'diagnosis = { always = "lumbar_stenosis" }\nsize = "mynum"\n'
        'a = { column = "mylabl", codes = "labels" }\nb = { column = "myord", codes = "labels" }\n',
        encoding="utf-8",
    )
    registry = so.load_registry(path, mapping=plan)
    assert len(registry.table("patients")) == 5


def test_a_workbook_of_tables_needs_no_mapping(tmp_path: Path) -> None:
    patients = [["patient_id", "sex"], ["A", "female"]]
    episodes = [["episode_id", "patient_id", "diagnosis"], ["A1", "A", "lumbar_stenosis"]]
    path = workbook(tmp_path / "cases.xlsx", {"patients": patients, "Episodes": episodes})
    registry = so.load_registry(path)
    assert registry.table("episodes")["episode_id"].tolist() == ["A1"]
    assert registry.provenance.set_index("table").loc["patients", "file"] == "cases.xlsx"
    other = workbook(tmp_path / "other.xlsx", {"Cases": patients})
    with pytest.raises(ArgumentError, match="no sheet named as a table"):
        so.load_registry(other)


def test_a_folder_of_cdisc_datasets_by_its_plan(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    subjects = "USUBJID SITEID SEX AGE AGEU RFSTDTC DTHDTC DTHFL"
    write_dataset(folder, "dm", named(subjects, "A 01 F 61 YEARS 2020-01-10 . ."))
    scores = "USUBJID QSTESTCD QSSTRESN VISIT QSDTC"
    rows = ("A ODI 44 BASELINE 2020-01-09", "A ODI 120 M3 2020-04-10")
    write_dataset(folder, "qs", named(scores, *rows))
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[cdisc]\nsubjects = "dm"\n[cdisc.episodes]\ndiagnosis = { always = "lumbar_stenosis" }\n'
        '[cdisc.visits.codes]\nBASELINE = { visit = "preoperative", day = 0 }\nM3 = { day = 91 }\n'
        '[[cdisc.scores]]\nfile = "qs"\nparameter = "ODI"\ninstrument = "odi"\n',
        encoding="utf-8",
    )
    registry = so.load_registry(folder, mapping=plan, on_error="reject")
    assert registry.table("scores")["value"].tolist() == [44]
    assert registry.rejects[["table", "row"]].to_numpy().tolist() == [["scores", 2]]
    counts = registry.provenance.set_index("table").loc["scores"]
    assert counts[["n_rows_in", "n_rows_out", "n_rejected", "n_file_rows"]].tolist() == [2, 1, 1, 2]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("cases.ods", "save it as a workbook (.xlsx)"),
        ("cases.XLSB", "save it as a workbook (.xlsx)"),
        ("project.xml", 'say format = "redcap"'),
        ("cases.abc", "Save it as CSV"),
    ],
)
def test_a_file_of_another_kind_says_what_to_do(tmp_path: Path, name: str, advice: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(ArgumentError, match=re.escape(advice)):
        so.load_registry(tmp_path / name)


def test_a_folder_of_other_files_is_told_of_mappings(tmp_path: Path) -> None:
    (tmp_path / "adsl.xpt").write_bytes(b"")
    with pytest.raises(ArgumentError, match="are read through a mapping"):
        so.load_registry(tmp_path)
