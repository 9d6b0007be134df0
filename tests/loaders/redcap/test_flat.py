"""Flat exports of REDCap: delimiters, JSON, dictionaries, events, and files that are not one."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.redcap import read_redcap

from .project import HEAD, SPINE, cells, dictionary, findings, read

DATA = "id,sex,score,visit_complete\nA-1,1,40,2\nA-2,2,,0\n"
API_NAMES = (
    *("field_name", "form_name", "section_header", "field_type", "field_label"),
    *("select_choices_or_calculations", "field_note"),
    *("text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max"),
    *("identifier", "branching_logic", "required_field", "custom_alignment", "question_number"),
    *("matrix_group_name", "matrix_ranking", "field_annotation"),
)


def test_cells_are_text_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = read(tmp_path, "id,levels,sex\n007,1,1\n8,,2\n")
    assert list(file.rows.columns) == ["id", "levels", "sex"]
    assert file.rows.to_numpy().tolist() == [["007", "1", "1"], ["8", "", "2"]]
    assert file.name == "data.csv"
    assert len(file.sha256) == 64
    assert file.labels == {"sex": {"1": "Female", "2": "Male"}}
    assert file.titles == {"id": "Study ID", "levels": "Levels", "sex": "Sex"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_head(tmp_path: Path, delimiter: str) -> None:
    text = DATA.replace(",", delimiter).replace("A-1", '"A,;|\t1"')
    file = read(tmp_path, text)
    assert file.rows.shape == (2, 4)
    assert file.rows["id"].tolist() == ["A,;|\t1", "A-2"]


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n"))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_every_cell_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str
) -> None:
    fields = (("id", "f", "text", "ID"), ("x", "f", "notes", "X"), ("y", "f", "text", "Y"))
    out = io.StringIO()
    lines = [(f"R{n}", *row) for n, row in enumerate(rows)]
    csv.writer(out, delimiter=delimiter).writerows([("id", "x", "y"), *lines])
    file = read(tmp_path_factory.mktemp("project"), out.getvalue(), *fields)
    assert file.rows.to_numpy().tolist() == [list(line) for line in lines]
    assert findings(file) == []


def test_one_column_is_a_table(tmp_path: Path) -> None:
    assert cells(read(tmp_path, "id\nA\nB\n"), "id") == [["A"], ["B"]]


def test_a_delimiter_that_is_not_the_files(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"first column of data.csv should be 'id'"):
        read(tmp_path, DATA, delimiter=";")
    assert read(tmp_path, DATA.replace(",", ":"), delimiter=":").rows.shape == (2, 4)
    with pytest.raises(ArgumentError, match="delimiter is one character"):
        read(tmp_path, DATA, delimiter=", ")


def test_line_breaks_quotes_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = read(tmp_path, '\ufeffid,levels\r\nA,"two\r\nlines, and ""quotes"""\r\n')
    assert cells(file, "id", "levels") == [["A", 'two\r\nlines, and "quotes"']]


def test_a_flat_export_needs_its_dictionary(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(DATA)
    (tmp_path / "dictionary.csv").write_text(dictionary(*SPINE))
    with pytest.raises(ArgumentError, match=r"data.csv is a flat REDCap export.*give dictionary="):
        read_redcap(tmp_path / "data.csv")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty_file"),
        ("\n\n", "empty_file"),
        ("id,sex\n", "no_rows"),
        ("Zebra77,1\nZebra78,2\n", "first_column"),
        ("record,field_name,value\nZebra77,sex,1\n", "first_column"),
        ("sex,id\n1,Zebra77\n", "first_column"),
        ("id,sex\nZebra77,1\nZebra78\n", "ragged_rows"),
        ("id,sex\nZebra77,1,2\n", "ragged_rows"),
        ("id,sex\n\nZebra77,1\n", "ragged_rows"),
        ('id,sex\nA,"Zebra77\n', "ragged_rows"),
        ("id,sex,sex\nZebra77,1,1\n", "repeated_column"),
        ("[]", "empty_file"),
        ("[{}]", "first_column"),
        ('{"error": "Zebra77"}', "not_records"),
        ('["Zebra77"]', "not_records"),
        ('[{"id": "Zebra77"', "not_json"),
        ('[{"id": "Zebra77", "id": "2"}]', "not_json"),
        ('[{"id": "Zebra77", "sex": ["1"]}]', "not_flat"),
        ('[{"id": "Zebra77", "sex": true}]', "not_flat"),
        ("[" * 100_000, "not_json"),
    ],
)
def test_what_is_no_export(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(ValidationError, match=r"data\.csv") as caught:
        read(tmp_path, text)
    assert caught.value.findings["rule"].unique().tolist() == [rule]
    assert "Zebra" not in str(caught.value) + caught.value.findings.to_csv()


def test_a_row_that_is_cut_off_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"1 row\(s\).*have not 4 cells.*row 3") as caught:
        read(tmp_path, DATA + "A-3,1\n")
    assert caught.value.findings["row"].tolist() == [3]


def test_a_row_per_value_is_told_from_a_row_per_record(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="row per value; export it with type=flat"):
        read(tmp_path, "record,field_name,value\nA,sex,1\n")


def test_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "dictionary.csv").write_text(dictionary(*SPINE), encoding="utf-16")
    (tmp_path / "data.csv").write_text("id,levels\nJosé,3\n", encoding="utf-16")
    place = {"dictionary": tmp_path / "dictionary.csv"}
    file = read_redcap(tmp_path / "data.csv", **place, encoding="utf-16")
    assert cells(file, "id") == [["José"]]
    with pytest.raises(ValidationError, match=r"dictionary.csv is not utf-8 text"):
        read_redcap(tmp_path / "data.csv", **place)
    with pytest.raises(ArgumentError, match="no encoding 'utf-88'"):
        read_redcap(tmp_path / "data.csv", **place, encoding="utf-88")
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_redcap(tmp_path / "nowhere.csv", **place)
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_redcap(tmp_path / "data.csv", dictionary=tmp_path / "nowhere.csv")


def as_api(rows: list[tuple[str, ...]]) -> list[dict[str, str]]:
    head, *body = [line.split("\t") for line in _tabbed(rows)]
    assert len(head) == len(API_NAMES)
    return [dict(zip(API_NAMES, line, strict=True)) for line in body]


def _tabbed(rows: list[tuple[str, ...]]) -> list[str]:
    return ["\t".join(line) for line in csv.reader(io.StringIO(dictionary(*rows)))]


def test_the_api_sends_json(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"id": "A-1", "redcap_repeat_instance": 1, "score": 40.50, "sex": "1"},
        {"id": "A-2", "redcap_repeat_instance": "", "score": None, "visit_complete": "0"},
    ]
    (tmp_path / "records.json").write_text(json.dumps(records).replace("40.5", "40.50"))
    (tmp_path / "metadata.json").write_text(json.dumps(as_api(list(SPINE))))
    file = read_redcap(tmp_path / "records.json", dictionary=tmp_path / "metadata.json")
    assert list(file.rows.columns) == [
        *("id", "redcap_repeat_instance", "score", "sex", "visit_complete"),
    ]
    assert file.rows.to_numpy().tolist() == [
        ["A-1", "1", "40.50", "1", ""],
        ["A-2", "", "", "", "0"],
    ]
    assert file.labels["sex"] == {"1": "Female", "2": "Male"}


def test_dictionaries_in_five_shapes_say_the_same(tmp_path: Path) -> None:
    text = dictionary(*SPINE)
    body = text.split("\n", 1)[1]
    rows = as_api(list(SPINE))
    shapes = {
        "project.csv": text,
        "semicolon.csv": _semicolons(text),
        "api.csv": ",".join(API_NAMES) + "\n" + body,
        "api.json": json.dumps(rows),
        "project.json": json.dumps([dict(zip(HEAD, row.values(), strict=True)) for row in rows]),
    }
    (tmp_path / "data.csv").write_text(DATA)
    read_as = []
    for name, shape in shapes.items():
        (tmp_path / name).write_text(shape, encoding="utf-8")
        file = read_redcap(tmp_path / "data.csv", dictionary=tmp_path / name)
        read_as.append((file.labels, file.titles, file.identifiers, file.rows.to_numpy().tolist()))
    assert all(one == read_as[0] for one in read_as)
    assert read_as[0][0]["sex"] == {"1": "Female", "2": "Male"}


def _semicolons(text: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


def test_spaces_in_choices_lose_none(tmp_path: Path) -> None:
    rows = (("id", "f", "text", "ID"), ("arm", "f", "radio", "Arm", " 1,A |2 , B, or b|  3,C| |x"))
    file = read(tmp_path, "id,arm\nP,3\n", *rows)
    assert file.labels["arm"] == {"1": "A", "2": "B, or b", "3": "C", "x": "x"}


def test_who_can_be_identified(tmp_path: Path) -> None:
    rows = (
        ("id", "f", "text", "ID"),
        ("born", "f", "text", "Born", "", "date_ymd", "y"),
        ("ward", "f", "checkbox", "Ward", "1, A|2, B", "", "Y"),
    )
    file = read(tmp_path, "id,born,ward___1,ward___2\nP,1950-01-01,1,0\n", *rows)
    assert file.identifiers == ("born", "ward___1", "ward___2")
    assert file.titles["ward___2"] == "Ward (choice=B)"
    assert file.labels["ward___2"] == {"0": "Unchecked", "1": "Checked"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Variable / Field Name,Form Name\nid,f\n", "no column 'Field Type' or 'field_type'"),
        (dictionary(), "declares no variable"),
        (dictionary(*SPINE, SPINE[0]), "declares 'id' more than once"),
        (
            dictionary(SPINE[0], ("x", "f", "radio", "X", "1, Yes | 1, No")),
            "gives the code '1' of 'x' two labels",
        ),
        (
            dictionary(SPINE[0], ("x", "f", "checkbox", "X", "-1, Yes | _1, No")),
            "'-1' and '_1' of 'x' share the column 'x____1'",
        ),
    ],
)
def test_dictionaries_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "data.csv").write_text("id\nA\n")
    (tmp_path / "d.csv").write_text(text)
    with pytest.raises(ArgumentError, match=message):
        read_redcap(tmp_path / "data.csv", dictionary=tmp_path / "d.csv")


def test_a_file_that_is_no_dictionary(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("id\nA\n")
    with pytest.raises(ValidationError, match="should be 'Variable / Field Name' or 'field_name'"):
        read_redcap(tmp_path / "data.csv", dictionary=tmp_path / "data.csv")


def test_columns_that_the_dictionary_does_not_know_are_kept_and_said(tmp_path: Path) -> None:
    file = read(tmp_path, "id,sex,ward\nA,1,x\n")
    assert cells(file, "ward") == [["x"]]
    assert findings(file) == [[0, "ward", "column_not_in_dictionary", "warning"]]
    assert "ward" not in file.titles


EVENTS = (
    "event_name,arm_num,unique_event_name,custom_event_label,event_id\n"
    "Before surgery,1,before_surgery_arm_1,,1\nThree months,1,three_months_arm_1,,2\n"
)
VISITS = "id,redcap_event_name,score\nA,before_surgery_arm_1,40\nA,three_months_arm_1,20\n"


@pytest.mark.parametrize("as_json", [False, True])
def test_events_name_their_visits(tmp_path: Path, as_json: bool) -> None:
    path = tmp_path / "events"
    head, *body = [line.split(",") for line in EVENTS.strip().split("\n")]
    listed = [dict(zip(head, line, strict=True)) for line in body]
    path.write_text(json.dumps(listed) if as_json else EVENTS)
    file = read(tmp_path, VISITS, events=path)
    assert file.labels["redcap_event_name"] == {
        "before_surgery_arm_1": "Before surgery",
        "three_months_arm_1": "Three months",
    }
    assert findings(file) == []
    file = read(tmp_path, VISITS + "A,one_year_arm_1,9\n", events=path)
    assert findings(file) == [[3, "redcap_event_name", "event_not_listed", "warning"]]
    assert len(file.rows) == 3


def test_lists_of_events_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("event_name,arm_num\nBefore,1\n")
    with pytest.raises(ArgumentError, match="no column 'unique_event_name'"):
        read(tmp_path, VISITS, events=path)
    path.write_text(EVENTS + EVENTS.split("\n")[1] + "\n")
    with pytest.raises(ArgumentError, match="names an event more than once"):
        read(tmp_path, VISITS, events=path)
    path.write_text(EVENTS)
    with pytest.raises(ArgumentError, match="no column redcap_event_name"):
        read(tmp_path, DATA, events=path)
