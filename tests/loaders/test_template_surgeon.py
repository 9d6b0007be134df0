"""A template filled in with what surgeons write, as Excel and as LibreOffice store it."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import spineoutcomes as so
from spineoutcomes.check import check_files, text_page

openpyxl = pytest.importorskip("openpyxl")

AS_OF = dt.date(2026, 1, 1)
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
Rows = dict[str, list[dict[str, Any]]]
FILLED: Rows = {
    "patients": [
        {"patient_id": "P1", "sex": "female", "birth_year": 1960},
        {"patient_id": "P2", "sex": "女", "birth_year": 61},
        {"patient_id": "P2"},
        {
            "patient_id": "P4",
            "death_date": "2021-03-01",
            "last_contact_date": dt.date(2021, 6, 1),
            "last_contact_status": "alive",
        },
    ],
    "episodes": [
        {
            "episode_id": "E1",
            "patient_id": "P1",
            "diagnosis": "lumbar_stenosis",
            "index_date": dt.date(2020, 2, 3),
            "approach_planned": "mis",
            "levels": "T, T10",
        },
        {
            "episode_id": "E2",
            "patient_id": "P2",
            "diagnosis": "Zebra LDH",
            "index_date": "5/6/20",
            "approach_planned": "MIS ",
            "los_days": "5 days",
        },
        {"episode_id": "E3", "patient_id": "P99", "diagnosis": "lumbar_stenosis"},
    ],
    "procedures": [
        {
            "procedure_id": "R1",
            "episode_id": "E1",
            "component": "laminectomy",
            "date": "2020.2.3",
            "blood_loss_ml": "约200",
            "operative_time_min": "1h30min",
        },
        {"procedure_id": "R2", "episode_id": "E1", "component": "Fusion", "blood_loss_ml": 25000},
    ],
    "scores": [
        {"instrument": "vas_pain", "location": "leg", "visit": "preoperative", "value": 70},
        {"instrument": "odi", "visit": "3m", "day": 90, "value": "失访"},
        {"instrument": "mrc_muscle_grade", "location": "EHL", "day": 90, "grade": "4+"},
        {"instrument": "mrc_muscle_grade", "location": "EHL", "day": 365, "grade": "4++"},
        {"instrument": "VAS leg", "visit": "12m", "value": 3},
        {"instrument": "nrs_pain", "location": "leg", "visit": "12m"},
    ],
    "events": [
        {"event_id": "V1", "episode_id": "E1", "kind": "recurrence", "status": "yes", "day": 30},
        {
            "event_id": "V2",
            "episode_id": "E1",
            "kind": "reoperation",
            "status": "occurred",
            "day": -30,
        },
    ],
}
# Table, row below the head, column, rule.
EXPECTED = {
    ("patients", 2, "sex", "unknown_value"),
    ("patients", 2, "birth_year", "out_of_range"),
    ("patients", 2, "patient_id", "duplicate_key"),
    ("patients", 3, "patient_id", "duplicate_key"),
    ("patients", 4, "last_contact_day", "after_death"),
    ("patients", 4, "last_contact_status", "alive_and_dead"),
    ("episodes", 1, "levels", "levels_incomplete"),
    ("episodes", 2, "diagnosis", "unknown_value"),
    ("episodes", 2, "approach_planned", "unknown_value"),
    ("episodes", 2, "los_days", "not_a_number"),
    ("episodes", 2, "index_date", "not_a_date"),
    ("episodes", 3, "patient_id", "unknown_parent"),
    ("procedures", 1, "blood_loss_ml", "not_a_number"),
    ("procedures", 1, "operative_time_min", "not_a_number"),
    ("procedures", 2, "component", "unknown_value"),
    ("procedures", 2, "blood_loss_ml", "unlikely_value"),
    ("scores", 1, "value", "score_out_of_range"),
    ("scores", 2, "value", "not_a_number"),
    ("scores", 4, "grade", "unknown_grade"),
    ("scores", 5, "instrument", "unknown_value"),
    ("scores", 6, "value", "score_without_answer"),
    ("events", 1, "kind", "unknown_value"),
    ("events", 1, "status", "unknown_value"),
    ("events", 2, "day", "before_day_0"),
}


def filled_in(folder: Path) -> Path:
    path = so.write_template(folder / "cases.xlsx")
    book = openpyxl.load_workbook(path)
    for table, rows in FILLED.items():
        heads = {cell.value: cell.column for cell in book[table][1]}
        for number, row in enumerate(rows, start=2):
            more = {"episode_id": "E1"} if table == "scores" else {}
            for name, value in {**more, **row}.items():
                book[table].cell(number, heads[name]).value = value
    book.save(path)
    return path


def by_libreoffice(path: Path) -> Path:
    if OFFICE is None:
        pytest.skip("LibreOffice is not installed")
    folder = path.parent / "again"
    profile = (path.parent / "profile").as_uri()
    command = [OFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=120
    )
    return folder / path.name


@pytest.mark.parametrize("program", ["openpyxl", "LibreOffice"])
def test_each_mistake_is_named_where_it_is_and_with_what_to_do(
    program: str, tmp_path: Path
) -> None:
    path = filled_in(tmp_path)
    path = path if program == "openpyxl" else by_libreoffice(path)
    checkup = check_files(path, as_of=AS_OF)
    assert checkup.exit_code == 2
    registry = so.load_registry(path, on_error="reject")
    found = registry.findings()[["table", "row", "column", "rule"]]
    assert set(found.itertuples(index=False, name=None)) >= EXPECTED
    counts = registry.provenance.set_index("table")
    assert counts["n_rows_in"].to_dict() == {
        **{name: len(rows) for name, rows in FILLED.items()},
        "lesions": 0,
    }
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    page = text_page(checkup)
    assert not any(
        planted in page for planted in ("Zebra", "约200", "1h30", "失访", "25000", "4++")
    )
    # Every finding says what to do, and which rows to look at.
    assert page.count("To do: ") == len(checkup.groups)
    assert "Write one of the words named" in page
    assert "Write YYYY-MM-DD" in page
