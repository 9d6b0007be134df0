"""The template: complete, readable by what made it, and of use to whoever fills it in wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.template import write_template
from spineoutcomes.loaders.template.words import WORDS
from spineoutcomes.loaders.workbook import read_tables
from spineoutcomes.registry import TABLES, Registry, build_registry
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

Row = Mapping[str, Any]
FILLED: dict[str, list[Row]] = {
    "patients": [{"patient_id": "P1", "sex": "female", "birth_year": 1950}],
    "episodes": [
        {
            "episode_id": "E1",
            "patient_id": "P1",
            "diagnosis": "spinal_metastasis",
            "levels": "T12-L1",
            "index_date": date(2021, 5, 6),
            "approach_planned": "mis",
            "radiotherapy_planned": "yes",
        }
    ],
    "procedures": [
        {
            "procedure_id": "PR1",
            "episode_id": "E1",
            "component": "separation_surgery",
            "approach": "mis",
            "date": date(2021, 5, 6),
            "blood_loss_ml": 200,
        }
    ],
    "scores": [
        {"episode_id": "E1", "instrument": "odi", "date": date(2021, 5, 1), "value": 48},
        {
            "episode_id": "E1",
            "instrument": "mrc_muscle_grade",
            "location": "quadriceps",
            "side": "left",
            "date": date(2021, 8, 1),
            "grade": "4+",
        },
    ],
    "events": [
        {
            "event_id": "V1",
            "episode_id": "E1",
            "kind": "imaging",
            "status": "occurred",
            "date": "2021-08",
        }
    ],
}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return write_template(tmp_path / "registry.xlsx")


@pytest.fixture
def empty(template: Path) -> Workbook:
    return load_workbook(template)


@pytest.fixture
def filled(template: Path) -> Callable[[Mapping[str, list[Row]]], Path]:
    """Return a function that fills in the template, a row below the head for each row."""

    def fill(tables: Mapping[str, list[Row]]) -> Path:
        made = load_workbook(template)
        for name, rows in tables.items():
            places = {cell.value: cell.column for cell in made[name][1]}
            for number, row in enumerate(rows, start=2):
                for column, value in row.items():
                    made[name].cell(number, places[column]).value = value
        made.save(template)
        return template

    return fill


def registry_of(path: Path) -> Registry:
    files = read_tables(path)
    return build_registry(
        {name: file.rows for name, file in files.items()},
        vocabulary=SHIPPED_VOCABULARY,
        files={name: (file.name, file.sha256) for name, file in files.items()},
        also_found=joined(file.found for file in files.values()),
    )


def rules_of(sheet: Worksheet) -> dict[str, Any]:
    """Return the rule of each column, by the name in its head."""
    by_letter = {str(r.sqref).split(":")[0][:-1]: r for r in sheet.data_validations.dataValidation}
    return {str(cell.value): by_letter[cell.column_letter] for cell in sheet[1]}


# What it holds.


def test_every_declared_column_has_a_meaning_and_no_other_has() -> None:
    declared = {(name, column) for name, spec in TABLES.items() for column in spec.names}
    assert set(WORDS) == declared
    assert all(meaning for meaning, _ in WORDS.values())


def test_sheets_and_heads_are_those_of_the_tables(empty: Workbook) -> None:
    assert empty.sheetnames == ["read me", *TABLES, "codebook"]
    for name, spec in TABLES.items():
        assert [cell.value for cell in empty[name][1]] == list(spec.names)
        assert empty[name].max_row == 1
        assert empty[name].freeze_panes == "A2"


def test_an_empty_template_says_that_its_tables_have_no_rows(template: Path) -> None:
    with pytest.raises(ValidationError, match="The table 'patients' has no rows") as caught:
        registry_of(template)
    assert caught.value.findings["table"].tolist() == ["patients", "episodes"]


def test_the_codebook_tells_every_column(empty: Workbook) -> None:
    rows = [
        [cell or "" for cell in row]
        for row in empty["codebook"].iter_rows(min_row=2, max_col=6, values_only=True)
    ]
    declared = [(name, c.name, c.required) for name, spec in TABLES.items() for c in spec.columns]
    assert [(row[0], row[1], row[5] == "yes") for row in rows] == declared
    by_column = {(row[0], row[1]): row for row in rows}
    assert by_column["procedures", "blood_loss_ml"][3:5] == ["ml", "a number of at least 0"]
    assert by_column["patients", "sex"][4] == "female | male | other | unknown"
    assert by_column["episodes", "radiotherapy_planned"][4] == "yes | no"
    assert by_column["episodes", "kps"][4] == "a number from 0 to 100"
    assert by_column["scores", "instrument"][4] == "a code of instruments, listed at the right"
    assert all(row[2] and row[4] for row in rows)


@pytest.mark.parametrize("catalogue", ["instruments", "procedures", "diagnoses", "event_kinds"])
def test_the_codebook_lists_every_code(empty: Workbook, catalogue: str) -> None:
    sheet = empty["codebook"]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == catalogue)
    codes = [cell.value for cell in sheet[letter][1:] if cell.value is not None]
    assert codes == list(getattr(SHIPPED_VOCABULARY, catalogue))


def test_the_codebook_tells_what_an_instrument_gives(empty: Workbook) -> None:
    told = {row[7]: row[9] for row in empty["codebook"].iter_rows(values_only=True)}
    assert told["odi"] == "value: 0 to 100 %, higher is worse"
    assert told["vas_pain"] == (
        "value: 0 to 10 cm, higher is worse; location: back | leg | neck | arm"
    )
    assert told["frankel"] == "grade: A | B | C | D | E"


def test_cells_offer_the_words_they_accept(empty: Workbook) -> None:
    for name, spec in TABLES.items():
        rules = rules_of(empty[name])
        for column in spec.columns:
            rule = rules[column.name]
            assert str(rule.sqref).endswith("1048576")
            assert rule.showErrorMessage
            assert rule.showInputMessage
            if column.allowed is not None:
                assert rule.formula1 == f'"{",".join(column.allowed)}"'
            if column.catalogue is not None:
                place = rule.formula1.replace("$", "").removeprefix("codebook!")
                offered = [row[0].value for row in empty["codebook"][place]]
                assert offered == list(getattr(SHIPPED_VOCABULARY, column.catalogue))


def test_ranges_and_dates_are_checked_when_typed(empty: Workbook) -> None:
    rules = rules_of(empty["episodes"])
    kps = rules["kps"]
    assert (kps.type, kps.operator, kps.formula1, kps.formula2) == (
        "decimal",
        "between",
        "0",
        "100",
    )
    assert rules["index_date"].type == "date"
    assert rules["index_date"].errorStyle == "warning"
    assert rules["levels"].type is None


def test_limits_of_excel_are_kept(empty: Workbook) -> None:
    for name in TABLES:
        for rule in rules_of(empty[name]).values():
            assert len(rule.prompt) <= 255
            assert rule.prompt.endswith(".")
            assert len(rule.error) <= 255
            assert len(rule.promptTitle) <= 32
            assert len(rule.formula1 or "") <= 257


def test_ids_and_words_are_text_and_dates_are_dates(template: Path) -> None:
    styles = load_workbook(template)["patients"].column_dimensions
    assert styles["A"].number_format == "@"  # an id keeps its zeros, 4/5 is no date
    assert styles["E"].number_format == "yyyy-mm-dd"
    assert styles["D"].number_format == "General"


def test_no_cell_is_a_formula_or_looks_like_one(empty: Workbook) -> None:
    for sheet in empty:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "-", "@"))


# Where it is written.


def test_the_file_is_returned_and_never_overwritten(tmp_path: Path) -> None:
    path = so.write_template(str(tmp_path / "registry.xlsx"))
    assert path == tmp_path / "registry.xlsx"
    path.write_bytes(b"filled in")
    with pytest.raises(ArgumentError, match="is there already, perhaps filled in"):
        write_template(path)
    assert path.read_bytes() == b"filled in"


def test_names_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"registry\.csv must end in \.xlsx"):
        write_template(tmp_path / "registry.csv")
    with pytest.raises(ArgumentError, match="cannot be written: No such file or directory"):
        write_template(tmp_path / "nowhere" / "registry.xlsx")


# Filled in.


def test_a_filled_template_loads_without_a_mapping(
    filled: Callable[[Mapping[str, list[Row]]], Path],
) -> None:
    registry = registry_of(filled(FILLED))
    counts = registry.provenance.set_index("table")
    assert counts["n_rows_out"].to_dict() == {
        "patients": 1,
        "episodes": 1,
        "procedures": 1,
        "scores": 2,
        "lesions": 0,
        "events": 1,
    }
    assert counts.loc["scores", "file"] == "registry.xlsx"
    scores = registry.table("scores")
    assert scores["day"].tolist() == [-5, 87]
    assert scores["grade"].tolist()[1] == "4+"
    events = registry.table("events")
    assert events[["lower_day", "upper_day"]].to_numpy().tolist() == [[87, 117]]
    assert set(registry.findings()["severity"]) <= {"warning"}


MISTAKES: list[tuple[str, int, Row, str, str]] = [
    ("patients", 2, {"patient_id": "P1"}, "patient_id", "duplicate_key"),
    ("patients", 2, {"patient_id": "P2", "sex": "男"}, "sex", "unknown_value"),
    ("patients", 2, {"patient_id": "P2", "birth_year": 61}, "birth_year", "out_of_range"),
    ("patients", 2, {"sex": "male"}, "patient_id", "required"),
    (
        "patients",
        2,
        {"patient_id": "P2", "last_contact_date": "7/8/21"},
        "last_contact_date",
        "ambiguous_date",
    ),
    (
        "episodes",
        2,
        {"episode_id": "E2", "patient_id": "P9", "diagnosis": "spinal_metastasis"},
        "patient_id",
        "unknown_parent",
    ),
    (
        "episodes",
        2,
        {"episode_id": "E2", "patient_id": "P1", "diagnosis": "Spinal metastasis"},
        "diagnosis",
        "unknown_value",
    ),
    (
        "procedures",
        2,
        {
            "procedure_id": "PR2",
            "episode_id": "E1",
            "component": "laminectomy",
            "blood_loss_ml": "约200ml",
        },
        "blood_loss_ml",
        "not_a_number",
    ),
    (
        "scores",
        3,
        {"episode_id": "E1", "instrument": "odi", "visit": "3m", "value": "失访"},
        "value",
        "not_a_number",
    ),
    (
        "scores",
        3,
        {"episode_id": "E1", "instrument": "vas_pain", "visit": "3m", "value": 70},
        "value",
        "score_out_of_range",
    ),
]


@pytest.mark.parametrize(("table", "row", "entered", "column", "rule"), MISTAKES)
def test_a_mistake_is_found_where_it_was_made(
    filled: Callable[[Mapping[str, list[Row]]], Path],
    table: str,
    row: int,
    entered: Row,
    column: str,
    rule: str,
) -> None:
    path = filled({**FILLED, table: [*FILLED[table], entered]})
    with pytest.raises(ValidationError) as caught:
        registry_of(path)
    found = caught.value.findings
    own = found[(found["rule"] == rule) & (found["severity"] == "error")]
    assert (table, float(row), column) in set(
        own[["table", "row", "column"]].itertuples(index=False, name=None)
    )
    assert set(found.loc[found["severity"] == "error", "table"]) == {table}
    messages = str(caught.value) + " ".join(found["message"])
    assert str(entered.get(column, "Zebra77")) not in messages


def test_a_value_that_is_copied_from_percent_is_never_taken_for_a_number(
    filled: Callable[[Mapping[str, list[Row]]], Path],
) -> None:
    path = filled(FILLED)
    made = load_workbook(path)
    cell = next(c for c in made["scores"][2] if c.value == 48)
    cell.value, cell.number_format = 0.48, "0%"
    made.save(path)
    with pytest.raises(ValidationError) as caught:
        registry_of(path)
    assert {"not_a_number", "shown_as_percent"} <= set(caught.value.findings["rule"])
