"""Cells of a sheet as text: what stays, what is settled, and what is said of the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from spineoutcomes.loaders.sheet.model import Sheet, number_cell
from spineoutcomes.loaders.sheet.table import table_of_sheet
from spineoutcomes.loaders.sheet.text import number_text, plain_text
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.workbook import read_workbook

from .files import PARTS, number, sheet_xml, word, zipped

Cell = Any | tuple[Any, str]  # a value, or a value and its number format


def column(tmp_path: Path, cells: Sequence[Cell], *, epoch: Any = None, **how: Any) -> SourceFile:
    """Read a column "x" of cells, beside a column "id" that is filled throughout."""
    made = Workbook()
    if epoch is not None:
        made.epoch = epoch
    sheet = made.worksheets[0]
    sheet.append(["id", "x"])
    for row, cell in enumerate(cells, start=2):
        value, code = cell if isinstance(cell, tuple) else (cell, None)
        sheet.cell(row, 1, f"P{row}")
        sheet.cell(row, 2).value = value
        if code is not None:
            sheet.cell(row, 2).number_format = code
    made.save(tmp_path / "b.xlsx")
    return read_workbook(tmp_path / "b.xlsx", **how)


def raw(tmp_path: Path, cells: Sequence[str], styles: str = PARTS["xl/styles.xml"]) -> SourceFile:
    """Read a column "x" from the XML of its cells, with {place} for where each stands."""
    rows = "".join(
        f'<row r="{n}">{word(f"A{n}", f"P{n}")}{cell.format(place=f"B{n}")}</row>'
        for n, cell in enumerate(cells, start=2)
    )
    head = f'<row r="1">{word("A1", "id")}{word("B1", "x")}</row>'
    parts = {"xl/worksheets/sheet1.xml": sheet_xml(head + rows), "xl/styles.xml": styles}
    return read_workbook(zipped(tmp_path / "b.xlsx", parts))


def texts(file: SourceFile) -> list[str]:
    return list(file.rows["x"])


def rules(file: SourceFile) -> list[tuple[float, str, str]]:
    found = file.found[file.found["column"] == "x"]
    return list(found[["row", "rule", "severity"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "kept",
    ["4+", "4-", "<1", ">1000", "约200", "200ml", "1h30min", "/", "无", "失访", "007", "1,5"],
)
def test_text_stays_as_it_is(tmp_path: Path, kept: str) -> None:
    file = column(tmp_path, [kept, " ", f" {kept}"])
    assert texts(file) == [kept, "", f" {kept}"]
    assert not len(file.found)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("４＋", "4+"),
        ("Ｌ４／５", "L4/5"),
        ("Statin\xa0Arm", "Statin Arm"),
        ("＜１", "<1"),
        ("a_x000D_\nb", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("ﾒﾄﾎﾙﾐﾝ", "メトホルミン"),
        # Raised digits, fractions, marks of footnotes would become other numbers: 102, 71.
        ("10²", "10²"),
        ("4½", "4½"),
        ("７①", "7①"),
        ("４⁺", "4+"),
    ],
)
def test_text_is_half_width(tmp_path: Path, cell: str, text: str) -> None:
    assert texts(column(tmp_path, [cell])) == [text]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("7", "7"),
        ("7.0", "7"),
        ("-0", "0"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1.0E-7", "1e-07"),
        ("123456789012345", "123456789012345"),
        ("1E3", "1000"),
    ],
)
def test_numbers_to_the_last_digit(tmp_path: Path, stored: str, text: str) -> None:
    cell = f'<c r="{{place}}"><v>{stored}</v></c>'
    assert texts(raw(tmp_path, [cell])) == [text]


def test_a_decimal_comma_is_that_of_the_text_around(tmp_path: Path) -> None:
    assert texts(column(tmp_path, [1.5, "1,5", 2], decimal=",")) == ["1,5", "1,5", "2"]
    assert texts(column(tmp_path, [1.5, "1,5", 2])) == ["1.5", "1,5", "2"]


def test_true_and_false(tmp_path: Path) -> None:
    assert texts(column(tmp_path, [True, False])) == ["true", "false"]


def test_more_digits_than_a_spreadsheet_keeps_are_an_error(tmp_path: Path) -> None:
    cells = [f'<c r="{{place}}"><v>{n}</v></c>' for n in ("1.1010119900101E+17", "123456789012345")]
    file = raw(tmp_path, cells)
    assert texts(file) == ["110101199001010000", "123456789012345"]
    assert rules(file) == [(1.0, "digits_lost", "error")]


# Dates.

CODES = [
    "yyyy-mm-dd",
    "d.m.yy",
    '[$-804]yyyy"年"m"月"d"日";@',
    "yyyy年m月d日",
    "[$-411]ge.m.d",
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
    "dd/mm/yyyy;@",
]


@pytest.mark.parametrize("code", CODES)
def test_date_cells_whatever_they_show(tmp_path: Path, code: str) -> None:
    file = column(tmp_path, [(date(2023, 5, 6), code), (45052, code)])
    assert texts(file) == ["2023-05-06", "2023-05-06"]
    assert not len(file.found)


def test_a_format_that_a_file_names_by_number_only(tmp_path: Path) -> None:
    # 31 is yyyy"年"m"月"d"日" in Chinese Excel, which writes no more than the number.
    cell = '<c r="{place}" s="1"><v>45052</v></c>'
    styles = PARTS["xl/styles.xml"].replace('numFmtId="14"', 'numFmtId="31"')
    assert texts(raw(tmp_path, [cell], styles)) == ["2023-05-06"]
    assert texts(raw(tmp_path, [cell.replace("45052", "9999999")], styles)) == [""]


def test_a_number_without_a_format_stays_one(tmp_path: Path) -> None:
    file = column(tmp_path, [45052, (45053, '0" days"'), (45054, "#,##0\\ _d")])
    assert texts(file) == ["45052", "45053", "45054"]
    assert not len(file.found)


def test_the_1904_system(tmp_path: Path) -> None:
    day = date(2023, 5, 6)
    file = column(tmp_path, [day, datetime(2023, 5, 6, 14, 30)], epoch=CALENDAR_MAC_1904)
    assert texts(file) == ["2023-05-06", "2023-05-06 14:30:00"]
    parts = {
        "xl/workbook.xml": PARTS["xl/workbook.xml"].replace(
            "<sheets>", '<workbookPr date1904="1"/><sheets>'
        ),
        "xl/worksheets/sheet1.xml": sheet_xml(
            f'<row r="1">{word("A1", "x")}</row>'
            f'<row r="2">{number("A2", 45052 - 1462, " s=" + chr(34) + "1" + chr(34))}</row>'
        ),
    }
    assert texts(read_workbook(zipped(tmp_path / "c.xlsx", parts))) == ["2023-05-06"]


def test_times_of_day_and_durations(tmp_path: Path) -> None:
    cells = [
        datetime(2023, 5, 6),
        datetime(2023, 5, 6, 14, 30),
        time(1, 30),
        timedelta(hours=26, minutes=30),
        (45052.999999, "yyyy-mm-dd hh:mm"),
    ]
    assert texts(column(tmp_path, cells)) == [
        "2023-05-06",
        "2023-05-06 14:30:00",
        "01:30:00",
        "26:30:00",
        "2023-05-07",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("2023.5.6", "2023-05-06"),
        ("2023/05/06", "2023-05-06"),
        ("2023年5月6日", "2023-05-06"),
        ("２０２３年５月６号", "2023-05-06"),
        ("2023年5月", "2023-05"),
        ("2023.5.6 14:30", "2023-05-06 14:30"),
        ("2023/5/6 0:00:00", "2023-05-06"),
        ("20230506", "2023-05-06"),
        (20230506, "2023-05-06"),
        ("2023-5-6", "2023-5-6"),
        # What no calendar has, and what is no date, stays.
        ("2023.13.45", "2023.13.45"),
        ("20231345", "20231345"),
        ("2023.5/6", "2023.5/6"),
        ("may 5 1970", "may 5 1970"),
        ("失访", "失访"),
    ],
)
def test_text_with_the_year_first_among_dates(tmp_path: Path, cell: Any, text: str) -> None:
    file = column(tmp_path, [date(2021, 1, 2), date(2021, 1, 3), cell])
    assert texts(file) == ["2021-01-02", "2021-01-03", text]
    assert not len(file.found)


@pytest.mark.parametrize(
    "cells",
    [
        ["20230506", "20230507"],  # numbers of patients
        [20230506, 20230507],
        ["2023.5.6", "a", "b"],  # one date in a column of notes
        ["2023-1-12", "2023-1-13"],  # year, centre and number
        ["5/6/23", "13/6/23"],  # all the other way round: the mapping knows
        ["1.2.3", "2023.5"],
        [2023, 2024],
    ],
)
def test_a_column_of_anything_else_stays(tmp_path: Path, cells: list[Any]) -> None:
    file = column(tmp_path, cells)
    assert texts(file) == [str(cell) for cell in cells]
    assert not len(file.found)


@pytest.mark.parametrize("cell", ["5/6/23", "13.6.2023", "05-06-2023", "5/6/2023 10:30"])
def test_day_or_month_first_among_dates_is_an_error(tmp_path: Path, cell: str) -> None:
    file = column(tmp_path, [date(2021, 1, 2), cell, "2021.1.3", cell])
    assert texts(file) == ["2021-01-02", cell, "2021-01-03", cell]
    assert rules(file) == [(2.0, "ambiguous_date", "error"), (4.0, "ambiguous_date", "error")]
    message = file.found.loc[0, "message"]
    assert message.startswith("2 cell(s) of the column 'x' of the sheet 'Sheet' are dates with")
    assert cell not in file.found.loc[0, "message"].replace("5/6/23, among", "")


def test_a_serial_number_among_dates_is_an_error(tmp_path: Path) -> None:
    file = column(tmp_path, [date(2021, 1, 2), (45052, "General"), 2021, "2021.1.3"])
    assert texts(file) == ["2021-01-02", "45052", "2021", "2021-01-03"]
    assert rules(file) == [(2.0, "date_as_number", "error")]


def test_a_year_that_became_a_day_is_an_error(tmp_path: Path) -> None:
    cells = [date(2021, 1, 2), (2021, "yyyy-mm-dd"), date(1905, 1, 1), "1905-07-13"]
    file = column(tmp_path, cells)
    assert texts(file)[1] == "1905-07-13"
    assert rules(file) == [(2.0, "year_as_date", "error")]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("mmm-yy", ["2021-05", "2021-01", "2021-05-06"]),
        ('yyyy"年"m"月";@', ["2021-05", "2021-01", "2021-05-06"]),
        ("yyyy", ["2021-05-01", "2021", "2021-05-06"]),
        ("m/d", ["2021-05-01", "2021-01-01", "2021-05-06"]),
    ],
)
def test_a_month_typed_alone_keeps_no_day(tmp_path: Path, code: str, shown: list[str]) -> None:
    days = [date(2021, 5, 1), date(2021, 1, 1), date(2021, 5, 6)]
    file = column(tmp_path, [(day, code) for day in days])
    assert texts(file) == shown
    partial = [n for n, text in enumerate(shown, start=1) if len(text) < 10]
    assert rules(file) == [(float(n), "shown_without_day", "warning") for n in partial]


# What is not simply a value.


def test_percent_is_read_as_it_is_shown(tmp_path: Path) -> None:
    cells = [(0.6, "0%"), (0.4833, "0.00%"), (1, "0%"), 60, (0.07, '0"%"'), (0.07, "0.0%;-0%")]
    file = column(tmp_path, cells)
    assert texts(file) == ["60%", "48.33%", "100%", "60", "0.07", "7%"]
    assert [row for row, _, _ in rules(file)] == [1.0, 2.0, 3.0, 6.0]
    assert {rule[1:] for rule in rules(file)} == {("shown_as_percent", "warning")}


def test_errors_of_the_spreadsheet_are_errors(tmp_path: Path) -> None:
    cells = [
        '<c r="{place}" t="e"><v>#DIV/0!</v></c>',
        '<c r="{place}"><v>7</v></c>',
        '<c r="{place}" t="e"><f>1/0</f><v>#N/A</v></c>',
        '<c r="{place}"><v>1E999</v></c>',
        word("{place}", "#N/A"),
    ]
    file = raw(tmp_path, cells)
    assert texts(file) == ["", "7", "", "", "#N/A"]
    assert rules(file) == [(float(row), "error_cell", "error") for row in (1, 3, 4)]
    assert (
        "3 cell(s) of the column 'x' of the sheet 'data' hold an error"
        in (file.found.loc[0, "message"])
    )


def test_a_date_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    file = column(tmp_path, [(99999999, "yyyy-mm-dd"), 1])
    assert texts(file) == ["", "1"]
    assert rules(file) == [(1.0, "error_cell", "error")]


@pytest.mark.parametrize("end", ["", "<v/>", "<v></v>"])
def test_a_formula_never_computed_is_said(tmp_path: Path, end: str) -> None:
    cells = [
        f'<c r="{{place}}"><f>1+1</f>{end}</c>',
        '<c r="{place}"><f>1+2</f><v>3</v></c>',
        # A formula whose result is an empty text has been computed.
        '<c r="{place}" t="str"><f>IF(A1="","",1)</f><v></v></c>',
        '<c r="{place}"><v>4</v></c>',
    ]
    file = raw(tmp_path, cells)
    assert texts(file) == ["", "3", "", "4"]
    assert rules(file) == [(1.0, "never_computed", "warning")]


def test_formulas_dragged_below_the_table_are_no_rows(tmp_path: Path) -> None:
    rows = (
        f'<row r="1">{word("A1", "x")}</row><row r="2">{number("A2", 1)}</row>'
        '<row r="3"><c r="A3"><f>1+1</f></c></row>'
    )
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    assert texts(read_workbook(path)) == ["1"]
    rows = rows.replace("<f>1+1</f>", "<v>#N/A</v>").replace('r="A3"', 'r="A3" t="e"')
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    assert texts(read_workbook(path)) == ["1", ""]


def test_findings_hold_no_value(tmp_path: Path) -> None:
    cells = ["Zebra77", (0.771, "0%"), date(2021, 7, 7), "7/7/71", 45077, (7, "yyyy-mm-dd")]
    found = column(tmp_path, cells * 4).found.to_csv()
    for value in ("Zebra77", "77.1", "2021-07-07", "7/7/71", "45077"):
        assert value not in found


# Invariants.


def table(values: list[Any]) -> SourceFile:
    grid = np.array([["x", "id"], *([value, "P"] for value in values)], dtype=object)
    return table_of_sheet(Sheet("data", grid), file="b.xlsx", sha256="")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back(value: float) -> None:
    text = number_text(value)
    assert float(text) == value
    assert not text.endswith(".0")
    assert float(number_text(value, ",").replace(",", ".")) == value


@given(st.integers(min_value=-(10**400), max_value=10**400))
def test_any_whole_number_is_kept_or_said(value: int) -> None:
    cell = number_cell(value)
    if isinstance(cell, float):
        assert number_text(cell) == str(value)
    else:
        assert getattr(cell, "rule", None) in ("digits_lost", "error_cell")


@given(st.text(max_size=40) | st.text(alphabet="0１9²³¹⁰½⅓₂①⒈.-", max_size=6))
def test_text_settles_at_once_and_never_becomes_another_number(text: str) -> None:
    plain = plain_text(text)
    assert plain_text(plain) == plain
    if re.fullmatch(r"-?\d+(?:\.\d*)?", plain):
        assert all(c.isdecimal() or not unicodedata.numeric(c, 0.0) for c in text)


@given(
    st.lists(
        st.none()
        | st.text(max_size=12)
        | st.sampled_from(["2023.5.6", "20230506", "5/6/23", "4+", "/", "2023年5月"])
        | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1))
        | st.times()
        | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100)),
        max_size=12,
    )
)
def test_no_row_is_lost_and_each_finding_has_its_cell(values: list[Any]) -> None:
    file = table(values)
    assert len(file.rows) == len(values)
    assert all(isinstance(cell, str) for cell in file.rows["x"])
    found = file.found.dropna(subset=["row"])
    assert found["row"].between(1, len(values)).all()
    for value, text in zip(values, file.rows["x"], strict=True):
        if isinstance(value, datetime):
            stored = pd.Timestamp(value).round("s")
            assert pd.Timestamp(text) == stored
        if value is None:
            assert text == ""
