"""Checkboxes and missing-data codes: what is not known is not a "no", and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import ArgumentError

from .project import BOXES, SPINE, cells, findings, read, reasons

HEAD = f"id,operated,{BOXES},base_complete\n"
COLUMNS = BOXES.split(",")


@pytest.mark.parametrize(
    ("boxes", "status", "read_as", "reason"),
    [
        ("0,0,0", "2", ["0", "0", "0"], None),
        ("0,0,0", "1", ["0", "0", "0"], None),
        ("0,0,0", "0", ["", "", ""], "not_done"),
        ("0,0,0", "", ["", "", ""], "not_done"),
        ("0,1,0", "0", ["0", "1", "0"], None),
        ("0,1,0", "", ["0", "1", "0"], None),
        ("0,0,1", "0", ["0", "0", "1"], None),
        (",,", "0", ["", "", ""], "not_done"),
        (",,", "", ["", "", ""], None),  # a cell that has no place in this row
        (",,", "2", ["", "", ""], None),
        (" 0 ,0,0", " 0", ["", "", ""], "not_done"),
    ],
)
def test_zero_is_no_only_where_the_form_was_filled_in(
    tmp_path: Path, boxes: str, status: str, read_as: list[str], reason: str | None
) -> None:
    file = read(tmp_path, f"{HEAD}A,2020-01-31,{boxes},{status}\n")
    assert cells(file, *COLUMNS) == [read_as]
    for column in COLUMNS:
        assert (reasons(file, column) or [None]) == [reason]
    assert findings(file) == []


def test_boxes_of_a_row_of_another_form(tmp_path: Path) -> None:
    head = f"id,redcap_repeat_instrument,redcap_repeat_instance,{BOXES},base_complete,score\n"
    text = head + "A,,,1,0,0,2,\nA,visit,1,0,0,0,2,40\nA,visit,2,,,,0,20\nA,visit,3,0,0,0,0,10\n"
    file = read(tmp_path, text)
    assert file.rows["pain___1"].tolist() == ["1", "", "", ""]
    assert reasons(file, "pain___1") == [None, "not_done", None, "not_done"]
    assert file.rows["score"].tolist() == ["", "40", "20", "10"]
    assert reasons(file, "score") is None


def test_a_repeating_form_has_its_own_boxes(tmp_path: Path) -> None:
    head = f"id,redcap_repeat_instrument,redcap_repeat_instance,{BOXES},base_complete\n"
    file = read(tmp_path, head + "A,base,1,0,0,0,2\nA,base,2,0,0,0,0\n")
    assert file.rows["pain___1"].tolist() == ["0", ""]


def test_without_the_status_of_the_form_nothing_says_no(tmp_path: Path) -> None:
    file = read(tmp_path, f"id,{BOXES}\nA,0,0,0\nB,0,1,0\nC,,,\n")
    assert cells(file, *COLUMNS) == [["", "", ""], ["0", "1", "0"], ["", "", ""]]
    assert reasons(file, "pain___1") == ["not_done", None, None]
    assert findings(file) == [[0, "base_complete", "no_form_status", "warning"]]


def test_a_box_with_something_else(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEAD}A,,Zebra77,0,0,0\nB,,0,0,0,0\n")
    assert cells(file, *COLUMNS) == [["Zebra77", "0", "0"], ["", "", ""]]
    assert findings(file) == [[1, "pain", "box_not_0_or_1", "error"]]
    assert "Zebra77" not in file.found.to_csv()


def test_letters_in_codes(tmp_path: Path) -> None:
    rows = (("id", "f", "text", "ID"), ("x", "f", "checkbox", "X", "A, one | b.2, two | -C, three"))
    file = read(tmp_path, "id,x___a,x___b_2,x____c,f_complete\nP,1,0,0,2\n", *rows)
    assert findings(file) == []
    assert file.titles["x___b_2"] == "X (choice=two)"


@pytest.mark.parametrize("column", ["pain___unk", "pain____9", "pain____77"])
def test_a_box_that_is_no_choice_must_be_declared(tmp_path: Path, column: str) -> None:
    text = f"id,{BOXES},{column},base_complete\nA,0,0,0,1,2\n"
    with pytest.raises(ArgumentError, match=f"The boxes {column} are no choices.*missing_codes="):
        read(tmp_path, text)


def test_a_missing_data_code_may_stand_in_any_field(tmp_path: Path) -> None:
    text = (
        "id,operated,sex,levels,smoker,score,base_complete\n"
        "UNK,UNK,UNK,-9, UNK ,-9,2\nB,2020-01-31,1,3,1,-90,2\n"
    )
    codes = {"UNK": "unknown", "-9": "refused"}
    file = read(tmp_path, text, missing_codes=codes)
    assert cells(file, "id", "operated", "sex", "levels", "smoker", "score") == [
        ["UNK", "", "", "", "", ""],
        ["B", "2020-01-31", "1", "3", "1", "-90"],
    ]
    assert {column: own.tolist() for column, own in file.reasons.items()} == {
        "operated": ["unknown", None],
        "sex": ["unknown", None],
        "levels": ["refused", None],
        "smoker": ["unknown", None],
        "score": ["refused", None],
    }
    assert findings(file) == []


def test_without_its_declaration_a_code_is_found(tmp_path: Path) -> None:
    file = read(tmp_path, "id,operated,sex\nA,UNK,UNK\n")
    assert cells(file, "operated", "sex") == [["UNK", "UNK"]]
    assert findings(file) == [
        [1, "operated", "not_as_validated", "warning"],
        [1, "sex", "value_not_in_choices", "warning"],
    ]


def test_a_missing_data_code_of_a_checkbox(tmp_path: Path) -> None:
    head = f"id,{BOXES},pain___unk,pain____9,base_complete\n"
    text = head + "A,0,0,0,1,0,0\nB,,,,1,0,2\nC,1,0,0,1,0,2\nD,0,0,0,0,0,0\nE,0,0,0,1,1,2\n"
    file = read(tmp_path, text, missing_codes={"UNK": "unknown", "-9": "refused"})
    assert cells(file, *COLUMNS, "pain___unk", "pain____9") == [
        ["", "", "", "1", "0"],
        ["", "", "", "1", "0"],
        ["1", "0", "0", "1", "0"],
        ["", "", "", "", ""],
        ["", "", "", "1", "1"],
    ]
    assert reasons(file, "pain___1") == ["unknown", "unknown", None, "not_done", "unknown"]
    assert reasons(file, "pain___unk") == [None, None, None, "not_done", None]
    assert findings(file) == [
        [3, "pain", "missing_code_and_answer", "warning"],
        [5, "pain", "missing_code_and_answer", "warning"],
    ]


def test_a_missing_data_code_that_is_a_choice_is_said(tmp_path: Path) -> None:
    text = f"id,sex,{BOXES},base_complete\nA,2,0,0,1,2\nB,1,1,0,0,2\n"
    file = read(tmp_path, text, missing_codes={"2": "refused", "-99": "unknown"})
    assert file.rows["sex"].tolist() == ["", "1"]
    assert cells(file, *COLUMNS) == [["", "0", "1"], ["1", "0", "0"]]
    assert findings(file) == [
        [0, "sex", "missing_code_is_a_choice", "warning"],
        [0, "pain", "missing_code_is_a_choice", "warning"],
    ]
    assert "code '2', '-99' is also a choice of the field 'pain'" in file.found["message"].iloc[1]


def test_reasons_are_words_of_the_registry(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="gives 'not asked' as a reason; the reasons are: not_"):
        read(tmp_path, "id\nA\n", missing_codes={"NASK": "not asked"})
    with pytest.raises(ArgumentError, match="has an empty code"):
        read(tmp_path, "id\nA\n", missing_codes={" ": "missing"})
    file = read(tmp_path, "id,levels\nA,-9\n", missing_codes={-9: "missing"})
    assert cells(file, "levels") == [[""]]


def test_all_boxes_in_one_column(tmp_path: Path) -> None:
    file = read(tmp_path, 'id,pain,base_complete\nA,"Back,Leg",2\nB,,2\n')
    assert cells(file, "pain") == [["Back,Leg"], [""]]
    assert findings(file) == [[0, "pain", "boxes_in_one_column", "warning"]]


TEXT = st.sampled_from(["0", "1", "", "0"])


@given(
    st.lists(
        st.tuples(TEXT, TEXT, TEXT, st.sampled_from(["", "0", "1", "2"])), min_size=1, max_size=8
    )
)
def test_no_row_and_no_tick_is_lost(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    lines = [f"R{n},{','.join(row)}\n" for n, row in enumerate(rows)]
    text = f"id,{BOXES},base_complete\n{''.join(lines)}"
    file = read(tmp_path_factory.mktemp("project"), text, *SPINE)
    assert file.rows["id"].tolist() == [f"R{n}" for n in range(len(rows))]
    for place, (before, after) in enumerate(zip(rows, cells(file, *COLUMNS), strict=True)):
        answered = "1" in before[:3] or before[3] in ("1", "2")
        assert after == (list(before[:3]) if answered else ["", "", ""])
        said = [file.reasons[c][place] for c in COLUMNS if c in file.reasons]
        asked = answered or (before[3] == "" and not any(before[:3]))
        assert set(said) <= ({None} if asked else {"not_done"})
        assert asked or said
