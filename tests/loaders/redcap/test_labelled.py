"""Labelled exports: codes again where that is certain, an error that names the fields else."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.redcap import read_redcap

from .project import BOXES, SPINE, Row, cells, findings, read, reasons

RAW = (
    f"id,redcap_event_name,operated,sex,{BOXES},levels,base_complete,score,smoker,visit_complete\n"
    "A,pre_arm_1,2020-01-31,1,1,0,1,2,2,40,1,2\n"
    "B,pre_arm_1,2020-02-01,2,0,0,0,1,0,,,\n"
    "C,pre_arm_1,,,0,0,0,,2,,0,1\n"
)
LABELLED = (
    f"id,redcap_event_name,operated,sex,{BOXES},levels,base_complete,score,smoker,visit_complete\n"
    "A,Before surgery,2020-01-31,Female,Checked,Unchecked,Checked,2,Complete,40,Yes,Complete\n"
    "B,Before surgery,2020-02-01,Male,Unchecked,Unchecked,Unchecked,1,Incomplete,,,\n"
    "C,Before surgery,,,Unchecked,Unchecked,Unchecked,,Complete,,No,Unverified\n"
)
HEADS = (
    "Study ID,Event Name,Date of operation,Sex,Where is the pain? (choice=Back),"
    "Where is the pain? (choice=Leg),Where is the pain? (choice=Dont know),Levels,Complete?,ODI,"
    "Do you smoke?,Complete?\n"
)
EVENTS = "event_name,arm_num,unique_event_name\nBefore surgery,1,pre_arm_1\n"


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(EVENTS)
    return path


@pytest.mark.parametrize("heads", [LABELLED.split("\n")[0] + "\n", HEADS])
@pytest.mark.parametrize("body", [LABELLED, RAW])
def test_four_exports_are_one(tmp_path: Path, events: Path, heads: str, body: str) -> None:
    raw = read(tmp_path, RAW, events=events)
    file = read(tmp_path, heads + body.split("\n", 1)[1], events=events)
    assert list(file.rows.columns) == list(raw.rows.columns)
    assert file.rows.to_numpy().tolist() == raw.rows.to_numpy().tolist()
    assert cells(file, "sex", "pain___1", "smoker") == [
        ["1", "1", "1"],
        ["2", "", ""],
        ["", "0", "0"],
    ]
    assert reasons(file, "pain___1") == [None, "not_done", None]
    assert findings(file) == []
    assert file.labels == raw.labels
    assert file.titles == raw.titles


def test_unticked_boxes_may_be_blank(tmp_path: Path) -> None:
    head = f"id,{BOXES},base_complete\n"
    for tick in (["Back", "Leg"], ["Checked", "Checked"]):
        text = f"{head}A,{tick[0]},,,Complete\nB,,,,Complete\nC,,{tick[1]},,Incomplete\nD,,,,\n"
        file = read(tmp_path, text)
        assert cells(file, *BOXES.split(",")) == [
            ["1", "0", "0"],
            ["0", "0", "0"],
            ["0", "1", "0"],
            ["", "", ""],
        ]
    # Where some boxes say that they are not ticked, an empty one says nothing.
    file = read(tmp_path, f"{head}A,Checked,Unchecked,Unchecked,Complete\nB,,,,Complete\n")
    assert cells(file, "pain___1") == [["1"], [""]]


def test_events_and_forms_by_their_labels(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text(
        "event_name,arm_num,unique_event_name\nEnd,1,end_arm_1\nEnd,2,end_arm_2\nStart,1,start_arm_1\n"
    )
    text = (
        "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,smoker\n"
        "A,Start (Arm 1: Drug A),,,No\nA,End (Arm 2: Drug B),Visit,1,Yes\nB,Start,Visit,1,Yes\n"
    )
    file = read(tmp_path, text, events=events)
    assert cells(file, "redcap_event_name", "redcap_repeat_instrument") == [
        ["start_arm_1", ""],
        ["end_arm_2", "visit"],
        ["start_arm_1", "visit"],
    ]
    file = read(tmp_path, text + "C,End,Elsewhere,1,Yes\n", events=events)
    assert cells(file, "redcap_event_name", "redcap_repeat_instrument")[3] == ["End", "Elsewhere"]
    assert findings(file) == [[4, "redcap_event_name", "event_not_listed", "warning"]]


def test_labels_that_two_codes_share(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = (
        ("id", "f", "text", "ID"),
        ("arm", "f", "radio", "Arm", "1, Open | 2, Open | 3, Endoscopic"),
        ("smoker", "f", "yesno", "Smoker"),
    )
    file = read(tmp_path, "id,arm,smoker\nA,Endoscopic,Yes\n", *rows)
    assert cells(file, "arm", "smoker") == [["3", "1"]]
    with pytest.raises(ValidationError, match=r"labels of these fields.*: arm \(1 row\(s\)\)"):
        read(tmp_path, "id,arm,smoker\nA,Endoscopic,Yes\nB,Open,No\n", *rows)


def test_labels_that_the_dictionary_does_not_have(tmp_path: Path) -> None:
    text = "id,sex,smoker,base_complete\nA,Zebra77,Yes,Complete\nB,Female,Zebra78,Complete\n"
    message = r"sex \(1 row\(s\)\), smoker \(1 row\(s\)\).*Export it raw"
    with pytest.raises(ValidationError, match=message) as caught:
        read(tmp_path, text)
    assert "Zebra" not in str(caught.value) + caught.value.findings.to_csv()


def test_codes_and_labels_in_one_file(tmp_path: Path) -> None:
    text = "id,sex,smoker\nA,1,Yes\nB,2,No\n"
    with pytest.raises(ValidationError, match=r"mixes codes \(in sex\) and labels \(in smoker\)"):
        read(tmp_path, text)
    # What REDCap itself wrote decides: then it is text from before the field had choices.
    file = read(tmp_path, "id,sex,smoker,visit_complete\nA,1,Yes,2\n")
    assert findings(file) == [[1, "smoker", "value_not_in_choices", "warning"]]


def test_labels_that_are_numbers_too(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = (
        ("id", "f", "text", "ID"),
        ("levels", "f", "dropdown", "Levels", "1, 0 | 2, 1 | 3, 2 or more"),
    )
    raw = read(tmp_path, "id,levels,f_complete\nA,1,2\nB,2,2\n", *rows)
    assert cells(raw, "levels") == [["1"], ["2"]]
    labelled = read(tmp_path, "id,levels,f_complete\nA,1,Complete\nB,0,Complete\n", *rows)
    assert cells(labelled, "levels") == [["2"], ["1"]]


def test_a_choice_without_a_label_is_not_an_empty_cell(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = (
        ("id", "f", "text", "ID"),
        ("arm", "f", "radio", "Arm", "1, Open | 2,"),
    )
    file = read(tmp_path, "id,arm,f_complete\nA,Open,Complete\nB,,Complete\n", *rows)
    assert cells(file, "arm") == [["1"], [""]]


def test_cells_that_could_be_either(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = (
        ("id", "f", "text", "ID"),
        ("levels", "f", "dropdown", "Levels", "1, 0 | 2, 1 | 3, 2 or more"),
    )
    with pytest.raises(ValidationError, match="The cells of levels are codes of one choice"):
        read(tmp_path, "id,levels,f_complete\nA,1,\n", *rows)
    assert cells(read(tmp_path, "id,levels,f_complete\nA,1,0\n", *rows), "levels") == [["1"]]
    assert cells(read(tmp_path, "id,levels\nA,3\nB,1\n", *rows), "levels") == [["3"], ["1"]]


def test_a_missing_data_code_in_a_labelled_export(tmp_path: Path) -> None:
    text = "id,sex,smoker,base_complete\nA,UNK,Yes,Complete\n"
    file = read(tmp_path, text, missing_codes={"UNK": "unknown"})
    assert cells(file, "sex", "smoker") == [["", "1"]]
    assert reasons(file, "sex") == ["unknown"]


def test_heads_that_two_fields_share(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = (
        ("id", "f", "text", "ID"),
        ("vas_back", "f", "text", "Pain"),
        ("vas_leg", "f", "text", "Pain"),
        ("age", "f", "text", "Age"),
    )
    assert cells(read(tmp_path, "ID,Age\nA,50\n", *rows), "id", "age") == [["A", "50"]]
    for head in ("ID,Pain,Pain,Age", "ID,Pain,Age"):
        row = ",".join("A" * (head.count(",") + 1))
        with pytest.raises(ValidationError, match="cannot be told apart: vas_back, vas_leg"):
            read(tmp_path, f"{head}\n{row}\n", *rows)


def test_heads_that_every_form_has(tmp_path: Path) -> None:
    text = "Study ID,ODI,Complete?\nA,40,Complete\n"
    assert list(read(tmp_path, text).rows.columns) == ["id", "score", "visit_complete"]
    text = "Study ID,Survey Timestamp,ODI,Complete?\nA,,40,Complete\n"
    assert list(read(tmp_path, text).rows.columns)[1] == "visit_timestamp"
    empty = (*SPINE, ("notes", "third", "descriptive", "Read this"), ("x", "fourth", "text", "X"))
    text = "Study ID,ODI,Complete?,Complete?,X\nA,40,Complete,Incomplete,\n"
    with pytest.raises(ValidationError, match="which form each 'Complete\\?' belongs to"):
        read(tmp_path, text, *empty)
    named = (("id", "f", "text", "ID"), ("done", "f", "text", "Complete?"))
    with pytest.raises(ValidationError, match="cannot be told apart: done"):
        read(tmp_path, "ID,Complete?\nA,x\n", *named)


def test_a_box_in_a_labelled_head_that_is_no_choice(tmp_path: Path) -> None:
    text = "Study ID,Where is the pain? (choice=Back),Where is the pain? (choice=Unknown)\nA,,\n"
    with pytest.raises(ValueError, match=r"The boxes Where is the pain\? \(choice=Unknown\) are"):
        read(tmp_path, text)


def test_tags_in_labels_are_left_out_as_redcap_does(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = (
        ("id", "f", "text", "<b>ID</b>"),
        ("x", "f", "radio", 'Age <div class="rich">&lt; 18</div>', "1, <i>Yes</i> | 2, No"),
    )
    file = read(tmp_path, "ID,Age &lt; 18\nA,Yes\n", *rows)
    assert cells(file, "id", "x") == [["A", "1"]]
    assert file.titles["id"] == "ID"


@pytest.mark.parametrize("project", ["longitudinal", "checkboxes-1", "survey"])
def test_a_real_project_written_with_labels(
    project: str, tmp_path: Path, real_file: Callable[[str], Path]
) -> None:
    path = real_file(f"redcap/{project}/data.csv")
    dictionary = real_file(f"redcap/{project}/dictionary.csv")
    raw = read_redcap(path, dictionary=dictionary)
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    labelled = [
        [raw.labels.get(c, {}).get(cell, cell) for c, cell in zip(head, row, strict=True)]
        for row in rows
    ]
    again = tmp_path / "labelled.csv"
    with again.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *labelled])
    back = read_redcap(again, dictionary=dictionary)
    assert labelled != rows
    assert back.rows.to_numpy().tolist() == raw.rows.to_numpy().tolist()
    assert findings(back) == findings(raw)
