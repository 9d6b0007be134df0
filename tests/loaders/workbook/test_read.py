"""Which sheet is read, where its head stands, what its columns are called; real workbooks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.workbook import read_workbook
from spineoutcomes.loaders.workbook.read import read_sheets

from .files import SMALL, book, zipped

Real = Callable[[str], Path]
PAIN = [["id", "vas_pre", "vas_3m"], ["P1", 7, 2.5], ["P2", 6, None]]


def changed(path: Path, change: Callable[[Any], None], sheet: str = "data") -> Path:
    """Change a sheet of a workbook in its place."""
    made = load_workbook(path)
    change(made[sheet])
    made.save(path)
    return path


def test_a_sheet_is_a_table_of_text(tmp_path: Path) -> None:
    path = book(tmp_path / "pain.xlsx", {"data": PAIN})
    file = read_workbook(path)
    assert file.name == "pain.xlsx"
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.rows.to_dict("list") == {
        "id": ["P1", "P2"],
        "vas_pre": ["7", "6"],
        "vas_3m": ["2.5", ""],
    }
    assert list(file.rows.index) == [0, 1]
    assert not len(file.found)


def test_the_only_sheet_that_is_not_empty_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"Sheet1": [], "data": PAIN, "Sheet3": [[" "]]})
    assert len(read_workbook(path).rows) == 2


def test_one_of_several_sheets_is_never_guessed(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"old": PAIN, "2023": PAIN[:2], "empty": []})
    changed(path, lambda sheet: setattr(sheet, "sheet_state", "hidden"), "old")
    with pytest.raises(ArgumentError, match=r"2 sheets .* \('old' \(hidden\), '2023'\); say which"):
        read_workbook(path)
    assert len(read_workbook(path, sheet="2023").rows) == 1
    assert len(read_workbook(path, sheet="old").rows) == 2
    with pytest.raises(
        ArgumentError, match=r"no sheet '2024' .*; it has: 'old' \(hidden\), '2023'"
    ):
        read_workbook(path, sheet="2024")
    with pytest.raises(ArgumentError, match="no sheet 'empty' with anything in it"):
        read_workbook(path, sheet="empty")


def test_every_sheet_at_once(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"one": PAIN, "none": [], "head": [["id", "vas"]]})
    files = read_sheets(path)
    assert {name: file.rows.shape for name, file in files.items()} == {
        "one": (2, 3),
        "head": (0, 2),
    }
    assert {file.name for file in files.values()} == {"b.xlsx"}


@pytest.mark.parametrize("rows", [[], [[None, " "]]])
def test_an_empty_workbook(tmp_path: Path, rows: list[list[Any]]) -> None:
    path = book(tmp_path / "b.xlsx", {"data": rows})
    for read in (read_workbook, read_sheets):
        with pytest.raises(ValidationError, match="empty") as caught:
            read(path)
        assert list(caught.value.findings["rule"]) == ["empty_file"]


def test_a_head_without_rows(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"data": PAIN[:1]})
    with pytest.raises(
        ValidationError, match=r"has 3 column name.* and no row below them"
    ) as caught:
        read_workbook(path)
    assert list(caught.value.findings["rule"]) == ["no_rows"]


def test_rows_keep_their_number_and_the_empty_end_is_left_out(tmp_path: Path) -> None:
    rows = [*PAIN[:2], [None] * 3, ["P2", 1, 1], [None, " ", None], [None] * 3]
    path = book(tmp_path / "b.xlsx", {"data": rows})
    assert list(read_workbook(path).rows["id"]) == ["P1", "", "P2"]


def test_columns_without_anything_are_left_out_and_named_ones_kept(tmp_path: Path) -> None:
    rows = [["id", None, "vas", "note", None, None], ["P1", None, 3, None, None, None]]
    path = book(tmp_path / "b.xlsx", {"data": rows})
    assert list(read_workbook(path).rows) == ["id", "vas", "note"]


# A title above the head.


def titled(path: Path) -> Path:
    return book(path, {"data": [["Zebra77 study"], [None], *PAIN]})


def test_a_title_above_the_head_is_said_and_not_guessed(tmp_path: Path) -> None:
    path = titled(tmp_path / "b.xlsx")
    message = "has 1 filled cell.* of 3; the head seems to be row 3: say first_row = 3"
    with pytest.raises(ValidationError, match=message) as caught:
        read_workbook(path)
    assert list(caught.value.findings["rule"]) == ["no_header"]
    assert "Zebra77" not in str(caught.value)
    rows = read_workbook(path, first_row=3).rows
    assert rows.to_dict("list") == {
        "id": ["P1", "P2"],
        "vas_pre": ["7", "6"],
        "vas_3m": ["2.5", ""],
    }


@pytest.mark.parametrize("row", [0, -1, 6, 99])
def test_a_first_row_that_is_not_there(tmp_path: Path, row: int) -> None:
    with pytest.raises(ArgumentError, match=f"a row of the sheet 'data'.*, 1 to 5, got {row}"):
        read_workbook(titled(tmp_path / "b.xlsx"), first_row=row)


@pytest.mark.parametrize("rows", [0, 3])
def test_a_head_of_other_than_one_or_two_rows(tmp_path: Path, rows: int) -> None:
    with pytest.raises(ArgumentError, match=f"header_rows must be 1 or 2, got {rows}"):
        read_workbook(titled(tmp_path / "b.xlsx"), header_rows=rows)


# A head of two rows.


def two_rows(path: Path, *, merged: bool = True) -> Path:
    rows = [
        ["住院号", "VAS", None, None, "ODI", None],
        [None, "术前", "术后3月", "末次随访", "术前", "末次随访"],
        ["001", 7, 3, 1, 48, 20],
    ]
    path = book(path, {"data": rows})
    areas = ("A1:A2", "B1:D1", "E1:F1") if merged else ("A1:A2",)
    return changed(path, lambda sheet: [sheet.merge_cells(area) for area in areas])


def test_merged_names_are_spread_over_their_columns(tmp_path: Path) -> None:
    rows = read_workbook(two_rows(tmp_path / "b.xlsx"), header_rows=2).rows
    assert list(rows) == [
        "住院号",
        "VAS_术前",
        "VAS_术后3月",
        "VAS_末次随访",
        "ODI_术前",
        "ODI_末次随访",
    ]
    assert rows.to_numpy().tolist() == [["001", "7", "3", "1", "48", "20"]]


@pytest.mark.parametrize("first_row", [None, 1])
def test_two_rows_read_as_one_are_an_error_with_the_way_out(
    tmp_path: Path, first_row: int | None
) -> None:
    message = r"no name in row 1: C, D, F\..* merged: if the head has two rows, say header_rows = 2"
    with pytest.raises(ValidationError, match=message) as caught:
        read_workbook(two_rows(tmp_path / "b.xlsx"), first_row=first_row)
    assert list(caught.value.findings["rule"]) == ["unnamed_column"]


def test_names_that_are_not_merged_are_not_spread(tmp_path: Path) -> None:
    path = two_rows(tmp_path / "b.xlsx", merged=False)
    with pytest.raises(ValidationError, match="'末次随访' in D, F") as caught:
        read_workbook(path, header_rows=2)
    assert list(caught.value.findings["rule"]) == ["repeated_column"]


def test_a_merged_area_wider_than_the_table(tmp_path: Path) -> None:
    rows = [["VAS", None], ["pre", "post"], [1, 2]]
    path = book(tmp_path / "b.xlsx", {"data": rows})
    changed(path, lambda sheet: [sheet.merge_cells("A1:Z1"), sheet.merge_cells("X9:Z9")])
    assert list(read_workbook(path, header_rows=2).rows) == ["VAS_pre", "VAS_post"]


# Names.


def test_names_are_half_width_and_on_one_line(tmp_path: Path) -> None:
    head = [" ＩＤ ", "术中出血量\n(ml)", "Statin\xa0Arm", "面积(cm²)"]
    path = book(tmp_path / "b.xlsx", {"data": [head, [1, 2, 3, 4]]})
    assert list(read_workbook(path).rows) == ["ID", "术中出血量 (ml)", "Statin Arm", "面积(cm²)"]


def test_a_name_over_two_columns_with_data(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"data": [["id", "VAS", " ＶＡＳ"], [1, 2, 3]]})
    with pytest.raises(ValidationError, match="the same name over several columns: 'VAS' in B, C"):
        read_workbook(path)
    path = book(tmp_path / "b.xlsx", {"data": [["id", "VAS", "VAS"], [1, None, 3]]})
    assert read_workbook(path).rows.to_dict("list") == {"id": ["1"], "VAS": ["3"]}


def test_columns_with_data_and_no_name(tmp_path: Path) -> None:
    head = ["id", None, None, *[f"v{n}" for n in range(40)]]
    rows = [list(range(len(head))), ["Zebra77"] * len(head)]
    path = book(tmp_path / "b.xlsx", {"data": [head, *rows]})
    with pytest.raises(
        ValidationError, match=r"2 column\(s\).* no name in row 1: B, C\."
    ) as caught:
        read_workbook(path)
    assert "Zebra77" not in str(caught.value)
    path = book(tmp_path / "b.xlsx", {"data": [["id"], *rows]})
    with pytest.raises(ValidationError, match=r"row 1: B, C, D, .*, K and 32 more"):
        read_workbook(path, first_row=1)


def test_a_head_of_numbers(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"data": [["771", 1, "x"], [772, 2, "y"]]})
    with pytest.raises(ValidationError, match=r"2 of 3 filled cells in row 1 .* are numbers"):
        read_workbook(path)


# Rows, columns and cells that the eye does not see.


def test_hidden_rows_and_columns_are_read_and_counted(tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions["Z"].hidden = True

    path = changed(book(tmp_path / "b.xlsx", {"data": PAIN}), hide)
    file = read_workbook(path)
    assert file.rows.shape == (2, 3)
    assert file.found[["rule", "severity"]].to_numpy().tolist() == [["hidden_cells", "warning"]]
    assert (
        "1 row(s) and 1 column(s) ('vas_pre') of the sheet 'data' are hidden"
        in (file.found.loc[0, "message"])
    )


def test_a_row_without_height_is_hidden(tmp_path: Path) -> None:
    text = SMALL.replace('<row r="2"', '<row r="2" ht="0" customHeight="1"')
    found = read_workbook(zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text})).found
    assert "1 row(s) of the sheet 'data' are hidden" in found.loc[0, "message"]


def test_a_filter_is_named(tmp_path: Path) -> None:
    def filtered(sheet: Any) -> None:
        sheet.auto_filter.ref = "A1:C3"
        sheet.auto_filter.add_filter_column(0, ["P1"])
        sheet.row_dimensions[3].hidden = True

    found = read_workbook(changed(book(tmp_path / "b.xlsx", {"data": PAIN}), filtered)).found
    assert "1 row(s) (a filter is on) of the sheet" in found.loc[0, "message"]


def test_merged_cells_below_the_head_are_a_warning(tmp_path: Path) -> None:
    rows = [["id", "visit", "vas"], ["P1", "pre", 7], [None, "3m", 3], ["P2", "pre", 6]]
    path = book(tmp_path / "b.xlsx", {"data": rows})
    file = read_workbook(changed(path, lambda sheet: sheet.merge_cells("A2:A3")))
    assert list(file.rows["id"]) == ["P1", "", "P2"]
    found = file.found
    assert found[["row", "column", "rule"]].to_numpy().tolist() == [
        [1.0, "id", "merged_cells"],
        [2.0, "id", "merged_cells"],
    ]
    assert set(found["severity"]) == {"warning"}


def test_a_chart_sheet_is_no_sheet(tmp_path: Path) -> None:
    made = Workbook()
    made.active.title = "data"  # type: ignore[union-attr]
    for row in PAIN:
        made["data"].append(row)
    made.create_chartsheet("figure").add_chart(BarChart())  # type: ignore[no-untyped-call]
    made.save(tmp_path / "b.xlsx")
    assert len(read_workbook(tmp_path / "b.xlsx").rows) == 2


# Real workbooks: rows counted by hand in the sheets.


def test_kidney_injury_has_three_lines_of_title(real_file: Real) -> None:
    path = real_file("workbooks/messy_aki.xlsx")
    with pytest.raises(ValidationError, match=r"1 filled cell\(s\) of 15; .* say first_row = 5\."):
        read_workbook(path)
    file = read_workbook(path, first_row=5)
    assert list(file.rows)[:4] == ["study_id", "dob", "Race", "Sex"]
    assert file.rows.shape == (23, 15)  # 20 patients, an empty row, two notes
    assert list(file.rows["study_id"])[-4:] == ["21", "", "", ""]
    assert list(file.rows["dob"])[:4] == ["1967-11-11", "1990-12-11", "may 5 1970", "1981-06-03"]
    assert list(file.rows["DAY2GFR`"])[:2] == ["10", "19 but poor collection"]
    assert not len(file.found)


def test_blood_pressure_has_a_head_of_two_rows(real_file: Real) -> None:
    path = real_file("workbooks/messy_bp.xlsx")
    with pytest.raises(ValidationError, match="say first_row = 3, header_rows = 2"):
        read_workbook(path)
    with pytest.raises(ValidationError, match="'BP' in H, J, L; 'HR' in I, K, M"):
        read_workbook(path, first_row=4)
    rows = read_workbook(path, first_row=3, header_rows=2).rows
    assert rows.shape == (20, 13)
    assert list(rows)[6:9] == ["Hispanic", "Visit 1_BP", "Visit 1_HR"]
    assert list(rows.iloc[0]) == [
        *("1", "11", "30", "1967", "White", "Male", "Hispanic"),
        *("167/92", "89", "156/82", "82", "144/71", "77"),
    ]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, r"9 column\(s\) .* no name in row 1: A, B, C, F, G, I, J, K, L"),
        ({"first_row": 2}, r"3 column\(s\) .* no name in row 2: A, B, C"),
        ({"first_row": 3}, r"8 column\(s\) .* no name in row 3: E, F, G, H, I, J, K, L"),
        ({"header_rows": 2}, r"3 column\(s\) .* no name in rows 1 and 2: A, B, C"),
        ({"first_row": 2, "header_rows": 2}, "'Yes' in E, G, I, K; 'No' in F, H, J, L"),
    ],
)
def test_a_cross_table_is_no_list_of_patients(
    real_file: Real, how: dict[str, int], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        read_workbook(real_file("workbooks/messy_infarct.xlsx"), **how)  # type: ignore[arg-type]
