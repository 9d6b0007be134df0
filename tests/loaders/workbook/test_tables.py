"""A sheet for each table: which sheets are read, what is said of the others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.workbook import read_tables
from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

from .files import book

Sheets = dict[str, list[list[Any]]]
PATIENTS = [["patient_id", "sex", "death_date"], ["P1", "female", date(2023, 5, 6)]]
EPISODES = [
    ["episode_id", "patient_id", "diagnosis", "index_date", "ward"],
    ["E1", "P1", "spinal_metastasis", "2021.5.6", "20230506"],
]
SCORES = [
    ["episode_id", "instrument", "visit", "date", "value"],
    ["E1", "odi", "preoperative", "2021年5月1日", 48],
]


def tables(tmp_path: Path, sheets: Sheets) -> dict[str, SourceFile]:
    return read_tables(book(tmp_path / "registry.xlsx", sheets))


def built(files: dict[str, SourceFile], **more: Any) -> Registry:
    return build_registry(
        {name: file.rows for name, file in files.items()},
        vocabulary=SHIPPED_VOCABULARY,
        also_found=joined(file.found for file in files.values()),
        **more,
    )


def test_one_sheet_per_table_makes_a_registry(tmp_path: Path) -> None:
    files = tables(tmp_path, {"patients": PATIENTS, "episodes": EPISODES, "scores": SCORES})
    registry = built(files)
    assert registry.table("episodes").loc[0, "index_date"] == pd.Timestamp("2021-05-06")
    assert registry.table("scores").loc[0, "day"] == -5
    assert registry.table("patients").loc[0, "death_day"] == 730
    assert {file.name for file in files.values()} == {"registry.xlsx"}
    assert not len(joined(file.found for file in files.values()))


def test_only_declared_dates_are_settled(tmp_path: Path) -> None:
    rows = tables(tmp_path, {"patients": PATIENTS, "episodes": EPISODES})["episodes"].rows
    assert rows["index_date"].tolist() == ["2021-05-06"]
    assert rows["ward"].tolist() == ["20230506"]


def test_case_and_spaces_in_the_name_of_a_sheet_do_not_matter(tmp_path: Path) -> None:
    files = tables(
        tmp_path, {"Episodes ": EPISODES, "ＰＡＴＩＥＮＴＳ": PATIENTS, "notes": [["a"]]}
    )
    assert list(files) == ["patients", "episodes"]


def test_a_sheet_with_only_a_head_is_no_table(tmp_path: Path) -> None:
    files = tables(
        tmp_path,
        {
            "patients": PATIENTS,
            "episodes": EPISODES,
            "scores": SCORES[:1],
            "lesions": [],
        },
    )
    assert list(files) == ["patients", "episodes"]
    built(files)


@pytest.mark.parametrize("rows", [EPISODES[:1], []])
def test_a_table_that_is_needed_and_empty_is_said(tmp_path: Path, rows: list[list[Any]]) -> None:
    files = tables(tmp_path, {"patients": PATIENTS, "episodes": rows})
    with pytest.raises(ValidationError, match="The table 'episodes' has no rows"):
        built(files)


def test_a_sheet_that_looks_misspelt_is_a_warning(tmp_path: Path) -> None:
    sheets = {"patients": PATIENTS, "episodes": EPISODES, "Score": SCORES, "codebook": [["x"]]}
    found = built(tables(tmp_path, sheets)).findings()
    own = found[found["rule"] == "unknown_sheet"]
    assert own[["table", "severity"]].to_numpy().tolist() == [["scores", "warning"]]
    assert "The sheet 'Score' is not a table and was not read; was 'scores' meant?" in (
        own["message"].tolist()
    )


def test_a_misspelt_table_stands_among_the_findings_when_it_is_missed(tmp_path: Path) -> None:
    files = tables(tmp_path, {"patients": PATIENTS, "episode": EPISODES})
    with pytest.raises(ValidationError, match="There is no table 'episodes'") as caught:
        built(files)
    assert set(caught.value.findings["rule"]) == {"missing_table", "unknown_sheet"}


def test_no_sheet_of_a_table(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"no sheet named as a table; expected some of: patie"):
        tables(tmp_path, {"data": PATIENTS})
    with pytest.raises(ArgumentError, match=r"There is 'Patient': rename it"):
        tables(tmp_path, {"Patient": PATIENTS})


def test_two_sheets_for_one_table(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="two sheets each for patients; merge or rename one"):
        tables(tmp_path, {"patients": PATIENTS, "patients ": PATIENTS})


def test_a_title_above_a_table(tmp_path: Path) -> None:
    sheets = {"patients": [["Zebra77"], *PATIENTS], "episodes": EPISODES}
    with pytest.raises(ValidationError, match=r"sheet 'patients' .* head seems to be row 2"):
        tables(tmp_path, sheets)


MISTAKES = {
    # where, what was entered, its format -> rule, severity
    ("patients", "death_date", 2): ("5/6/23", None, "ambiguous_date", "error"),
    ("patients", "death_date", 3): (45052, "General", "date_as_number", "error"),
    ("patients", "patient_id", 3): (1.1010119900101e17, None, "digits_lost", "error"),
    ("episodes", "index_date", 2): (2021, "yyyy-mm-dd", "year_as_date", "error"),
    ("scores", "value", 2): (0.48, "0%", "shown_as_percent", "warning"),
    ("scores", "value", 3): ("=40+8", None, "never_computed", "warning"),
    ("scores", "date", 3): (date(2021, 5, 1), "mmm-yy", "shown_without_day", "warning"),
}


@pytest.mark.parametrize("place", MISTAKES)
def test_a_typical_mistake_names_its_table_row_and_column(
    tmp_path: Path, place: tuple[str, str, int]
) -> None:
    table, name, row = place
    entered, code, rule, severity = MISTAKES[place]
    sheets = {
        "patients": [*PATIENTS, ["P2", "male", None]],
        "episodes": EPISODES,
        "scores": [*SCORES, ["E1", "odi", "3m", "2021-08-01", 20]],
    }
    path = book(tmp_path / "b.xlsx", sheets)
    made = load_workbook(path)
    heads = sheets[table][0]
    cell = made[table].cell(row, heads.index(name) + 1)
    cell.value = entered
    if code is not None:
        cell.number_format = code
    made.save(path)
    found = joined(file.found for file in read_tables(path).values())
    assert found[["table", "row", "column", "rule", "severity"]].to_numpy().tolist() == [
        [table, row - 1.0, name, rule, severity]
    ]


def test_rows_with_an_error_can_be_rejected(tmp_path: Path) -> None:
    patients = [*PATIENTS, ["P2", "male", "5/6/23"]]
    files = tables(tmp_path, {"patients": patients, "episodes": EPISODES})
    registry = built(files, on_error="reject")
    assert registry.table("patients")["patient_id"].tolist() == ["P1"]
    assert registry.rejects[["table", "row"]].drop_duplicates().to_numpy().tolist() == [
        ["patients", 2.0]
    ]
