"""Dataset-JSON as users have it: versions, damage, cells that do not fit."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.dataset_json import read as dataset_json
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.loaders.dataset_json.cells import column_cells

PLANTED = "Zebra77"
COLUMNS = [
    {"itemOID": "1", "name": "USUBJID", "label": "Subject", "dataType": "string"},
    {"itemOID": "2", "name": "AVAL", "label": "Value", "dataType": "float"},
    {"itemOID": "3", "name": "ADT", "label": "Date", "dataType": "date"},
]
ROWS: list[Any] = [["A", 1.5, "2014-01"], ["B", 3.0, ""], ["C", None, "2014-01-02"]]


def head(**more: Any) -> dict[str, Any]:
    known = {"datasetJSONVersion": "1.1.0", "records": len(ROWS), "columns": COLUMNS}
    return {key: value for key, value in (known | more).items() if value != "absent"}


def write(place: Path, content: Any, name: str = "adqs.json") -> Path:
    path = place / name
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def lines(*rows: Any, **more: Any) -> str:
    return "\n".join(json.dumps(part) for part in (head(**more), *rows)) + "\n"


def test_one_object(tmp_path: Path) -> None:
    read = read_dataset_json(write(tmp_path, head(rows=ROWS)))
    assert read.rows.to_numpy().tolist() == [
        ["A", "1.5", "2014-01"],
        ["B", "3", ""],
        ["C", "", "2014-01-02"],
    ]
    assert read.titles == {"USUBJID": "Subject", "AVAL": "Value", "ADT": "Date"}
    assert not len(read.found)


def test_one_row_in_each_line(tmp_path: Path) -> None:
    one = read_dataset_json(write(tmp_path, head(rows=ROWS)))
    other = read_dataset_json(write(tmp_path, lines(*ROWS), "adqs.ndjson"))
    assert one.rows.equals(other.rows)
    assert one.sha256 != other.sha256
    loose = read_dataset_json(write(tmp_path, lines(*ROWS) + "\n\n", "loose.ndjson"))
    assert loose.rows.equals(one.rows)


def test_a_byte_order_mark_is_no_part_of_the_data(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(head(rows=ROWS)).encode()
    assert len(read_dataset_json(write(tmp_path, content)).rows) == 3


def one_column(place: Path, data_type: str, cells: str) -> Any:
    """Read cells, written as JSON, of a column of a type."""
    columns = [{"name": "X", "dataType": data_type}]
    n = len(json.loads(f"[{cells}]"))
    start = json.dumps(head(columns=columns, records=n))
    rows = "\n".join(json.dumps([None]).replace("null", cell) for cell in cells.split("|"))
    return read_dataset_json(write(place, f"{start}\n{rows}\n", "x.ndjson"))


@pytest.mark.parametrize(
    ("data_type", "cell", "expected"),
    [
        ("integer", "63", "63"),
        ("integer", "12345678901234567890", "12345678901234567890"),
        ("float", "25.10", "25.1"),
        ("float", "3.0", "3"),
        ("double", "25.100000000000001421", "25.1"),
        ("decimal", '"25.10"', "25.1"),
        ("decimal", '"0.12345678901234567890"', "0.12345678901234567890"),
        ("decimal", '" 7 "', "7"),
        ("float", "1e-7", "1e-07"),
        ("float", '""', ""),
        ("float", "null", ""),
        ("string", '"007"', "007"),
        ("string", "701", "701"),
        ("string", "null", ""),
        ("boolean", "true", "true"),
        ("boolean", "null", ""),
        ("datetime", '"2014-01-02T10:30"', "2014-01-02T10:30"),
        ("date", '"2014"', "2014"),
    ],
)
def test_cells(tmp_path: Path, data_type: str, cell: str, expected: str) -> None:
    read = one_column(tmp_path, data_type, cell)
    assert read.rows["X"].tolist() == [expected]
    assert not len(read.found)


@pytest.mark.parametrize(
    ("data_type", "cell"),
    [
        ("integer", f'"{PLANTED}"'),
        ("float", "true"),
        ("decimal", "[1]"),
        ("date", "19725"),
        ("datetime", "false"),
        ("boolean", '"yes"'),
        ("string", "true"),
        ("string", '{"a": 1}'),
        ("float", f'"{"9" * 500}"'),
    ],
)
def test_cells_not_of_the_declared_type(tmp_path: Path, data_type: str, cell: str) -> None:
    read = one_column(tmp_path, data_type, cell)
    assert read.rows["X"].tolist() == [""]
    assert read.found[["row", "column", "rule", "severity"]].to_numpy().tolist() == [
        [1, "X", "not_of_data_type", "error"]
    ]
    assert PLANTED not in read.found.to_csv()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back(value: float) -> None:
    decimal = dataset_json._DECODER.decode(json.dumps(value))
    (text,) = column_cells([decimal], "float")
    assert text is not None
    assert float(text) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_a_decimal_keeps_its_value(value: Any) -> None:
    (text,) = column_cells([str(value)], "decimal")
    assert text is not None
    assert type(value)(text) == value


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        ("[]", "not_dataset_json", r"is not Dataset-JSON 1.1: expected is an object"),
        ({"clinicalData": {}}, "not_dataset_json", "It seems to be of version 1.0"),
        (head(datasetJSONVersion="1.0.0"), "other_version", "is Dataset-JSON of version 1.0.0"),
        (head(datasetJSONVersion=PLANTED), "other_version", "is Dataset-JSON of another version"),
        (head(datasetJSONVersion=1.1), "other_version", "of another version; expected is 1.1"),
        (head(columns="absent"), "no_columns", "has no list of columns"),
        (head(columns=[]), "no_columns", "has no list of columns"),
        (head(columns=["x"]), "no_columns", "Column 1 of adqs.json has no name"),
        (
            head(columns=[{"name": "X", "dataType": "text"}]),
            "no_columns",
            "'X' of adqs.json has no dataType that is known; expected is one of string",
        ),
        (head(columns=[COLUMNS[0], COLUMNS[0]]), "repeated_column", r"more than once \(USUBJID\)"),
        (head(records="absent"), "no_records", "does not say how many rows it has"),
        (head(records=-1), "no_records", "does not say how many rows it has"),
        (head(records=True), "no_records", "does not say how many rows it has"),
        (head(rows={}), "no_rows", "has no list of rows"),
        (head(rows=ROWS[:2]), "rows_disagree", r"says that it has 3 row\(s\) and has 2"),
        (head(), "rows_disagree", r"says that it has 3 row\(s\) and has 0"),
        ("", "not_json", "line 1, column 1, is not JSON"),
        (json.dumps(head(rows=ROWS))[:-30], "not_json", "cut short or damaged"),
        (lines(*ROWS), "not_json", "line 2, column 1, is not JSON.*has the ending .ndjson"),
        ('{"rows": [], "rows": []}', "not_json", "has a key that stands twice"),
        ('{"records": NaN}', "not_json", "a number that no JSON has"),
        ('{"records": 1e99999999999999999999}', "not_json", "a number that no JSON has"),
        (b'{"name": "\xe5"}', "not_in_encoding", r"is not UTF-8 text \(byte 11 does not fit\)"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: Any, rule: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        read_dataset_json(write(tmp_path, content))
    assert caught.value.findings["rule"].tolist() == [rule]
    assert PLANTED not in str(caught.value)


def test_rows_of_another_length_are_named(tmp_path: Path) -> None:
    rows = [ROWS[0], ["B", 3.0], {"USUBJID": PLANTED}]
    for path in (
        write(tmp_path, head(rows=rows)),
        write(tmp_path, lines(*rows), "adqs.ndjson"),
    ):
        with pytest.raises(ValidationError, match=r"2 row\(s\) .* lists of 3 cells") as caught:
            read_dataset_json(path)
        assert caught.value.findings["row"].tolist() == [2, 3]
        assert PLANTED not in str(caught.value) + caught.value.findings.to_csv()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "x.ndjson, line 1, column 1, is not JSON"),
        ("{\n}\n", "x.ndjson, line 1, column 1, is not JSON"),
        (lines(*ROWS)[:-8], "x.ndjson, line 4, column"),
        (lines(*ROWS[:2]), r"says that it has 3 row\(s\) and has 2"),
        (json.dumps(head(rows=ROWS)), r"says that it has 3 row\(s\) and has 0"),
        (json.dumps(ROWS[0]) + "\n", "is not Dataset-JSON 1.1"),
    ],
)
def test_lines_that_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read_dataset_json(write(tmp_path, content, "x.ndjson"))


@pytest.mark.parametrize("name", ["deep.json", "deep.ndjson"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_absurd_nesting_ends_soon(tmp_path: Path, name: str, opening: str) -> None:
    path = write(tmp_path, opening * 1_000_000, name)
    start = time.monotonic()
    with pytest.raises(ValidationError, match="nests far deeper than rows of cells do"):
        read_dataset_json(path)
    assert time.monotonic() - start < 10  # seconds; it takes a fraction of one


def test_files_too_large_to_parse_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_json, "LARGEST_FILE", 100)
    with pytest.raises(ValidationError, match=r"has more than 100 bytes.*as .ndjson"):
        read_dataset_json(write(tmp_path, head(rows=ROWS)))
    monkeypatch.setattr(dataset_json, "LONGEST_LINE", 100)
    with pytest.raises(ValidationError, match=r"Line 1 of x.ndjson has more than 100 bytes"):
        read_dataset_json(write(tmp_path, lines(*ROWS), "x.ndjson"))


def test_a_dataset_without_rows(tmp_path: Path) -> None:
    read = read_dataset_json(write(tmp_path, head(rows=[], records=0)))
    assert read.rows.shape == (0, 3)
    assert read.found[["rule", "severity"]].to_numpy().tolist() == [["no_rows", "warning"]]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("adqs.dsjc", "is compressed Dataset-JSON, which is not read; unpack it to .ndjson"),
        ("adqs.xml", "is not one of .json, .ndjson"),
        ("none.json", "cannot be opened: No such file"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, name: str, message: str) -> None:
    if name != "none.json":
        write(tmp_path, head(rows=ROWS), name)
    with pytest.raises(ArgumentError, match=message):
        read_dataset_json(tmp_path / name)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,1.e-truefalsn\n "a', max_size=200))
def test_any_content_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    place = tmp_path_factory.mktemp("any")
    for name in ("any.json", "any.ndjson"):
        with pytest.raises(ValidationError):
            read_dataset_json(write(place, content, name))
