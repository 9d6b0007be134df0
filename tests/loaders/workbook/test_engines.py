"""Two engines, one text: the fast one reads only what it reads as well as the other."""

from __future__ import annotations

import base64
import subprocess
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.sheet.table import table_of_sheet
from spineoutcomes.loaders.workbook import by_calamine, read_workbook
from spineoutcomes.loaders.workbook import old as workbook_old
from spineoutcomes.loaders.workbook import read as workbook
from spineoutcomes.loaders.workbook.by_calamine import sheets_by_calamine
from spineoutcomes.loaders.workbook.by_openpyxl import sheets_by_openpyxl
from spineoutcomes.loaders.workbook.package import open_package
from spineoutcomes.loaders.workbook.read import read_sheets

from .files import MAIN, PARTS, SMALL, book, number, sheet_xml, zipped

pytest.importorskip("python_calamine")

# Two synthetic patients, saved by LibreOffice in the format of Excel 97 and packed with zlib.
OLD = """
eNrtWF9sk1UUP/frt+7rNrZuMJgDRkVh/7ETohPFdQwUBJ1hGxqzRLqt+yPtumzTsAe1iLwYSCAk6gOJIRnExMQ/IdEHNGxv
PGj0hQeNJoOERIMPhWgIidvn75zvtnSlI+sAE3W3Od+999x/59zz9/aH74unTn1RfonSypPkohnbQ+4UnAJ4Eh0vkaFxM7Zt
J9D2YvlXlWldswxNyC8HwDLPBVhatnm6Xiz/vbKHoviNko+20yDqYRqjbMpyaEzqfvNZMzPPefMti+cv/Hz23+zHXYBM9s/+
nu0/H1AAWAIoBBQ5IYCKASWApYBlgFLRCaIVgDLAA4BywErAKsBqQAVgDcCnaVmra4Z1aK8HVGpcNeqaRf9z34rHghTdOXRu
ybcscpH9JWjE5+ak6MVlQCcNsW60BMPdvn+qbBUagoppmICSbkFL0UlgC+kzwX4t3y2ifSgB8jVqjX7ZCAjtR+W7Vr6FxOu/
kjU/CaYBevizaPkxMQJFuaqFghSmAeqCHxzAjHK6wPb1tsxg61DNMsKz7m7UP+ts2JJ6QfxwFFbRhjmDNIJWCz1HuwTTQhVm
AY2zXT4bGgwNB8MVZjGdZpscQ+msj0Q663t6KsxyOsNGmIrs9PVvjkQ2j4xMiYmO05+2L8UdTPgYz3QI/o/54Y0s8fS/w4/j
7jLdc60zP56Or54DXzcHvmYOvCcjPidBj5VO52kHb6bjz9yGP2GgEyOba2/MJXVxzC11ScyUemksV+plsRx7n5jbYSjpIMcV
bNUTHA0eQa3wm1QWgKj9qKKr9AqHlPgeOckdL3OmJ58YqbCR8uNs9OfBikUHFUKUNaEC+Aao4prXCVIWDMNCELJuwLb+wu4e
HcxcpFpbu96/0QYidnU90ncltKYPwW9vcxtcXzj0Rig8gkOj+4Hz+xvc5DFok11sl9jKvxt2yxHSdOKl3/8oZm6qtREgPXTN
dAJkt1UKuCX1Ul0bHEUdb+ud5W0LwGQPmGf/VCwMe8FWfcuqq5cfK296VfCxW1KjdSwEqlMHMTJp1siKWvm+I3MTUfiQ4N6V
7/rk+l+bKlPaVcl2vKk6pX0KXtMDqkgEZeC0OlVW4D40uW+qKVEr6sCIRW8K26Tes4o0p4VSuRyvx17O8Op2neMLVZHgVAac
kYabluwjcY1OT6Gnkj1D7i7Rc6HnSvZM9EzdU5K1MD3fIGYwX8vp+nlefS6fd3HmuLC3WyRThh6vV7IykTEZtFrxTEN2YyG6
DCe2rKD2jo6Os/aVwFsGj/POhfpsQ+iy9L6G3pdm70u/04vMS3yHowNxSys8swCu4n4504xXCd4T92bI7QzKk3W8hnl92iih
L91OgCR6SmTKWViRlo8mg6gP1tJnpW6kEvlk3h1ySYXMzJXn5KBey3AchTP0DOd8zw90D0dHor2jvu0HukNh3xOP17cHu0Lh
cEiueetAb2/j3eS+yvERCy4zNomGZ9iXpg5/dP1ma7/3k+MW1Vae/ZHv/0OdGyt9o6xdO7Rr6dR31a/z5VGdM8d03nxE59q/
TTs5MK+JDoUGh8YOhEnnxTzu13snym3t8bjn2NgvKrV9r/lnjHHxu4snN6z0nvgA/Nfd/HQb22YarlPn+Qnn7E3hcXfSCzi5
Po836vFAytuD76p5aGhvaHhkIDo4+474fjduaKDFcn/KvXz/i/zTfECmNawTE9qpvITTh2k/Mm6mY3/W9JeIp3X0xM7iXV1l
Jey8BedG8MJpBQ2vLeh8V8obfD5rHgTsTPqZVrwHQguWH8eWbN//D+m3uhOT2+h18B/Bm4NlvxNa0CsyYcwo3itRYO5wj/r8
nCzu/2HAheT523BCt9AQEg3Mjp7GBfDP8fPjxf9/pPwNtyMxcQ==
"""
VALUES = (
    st.none()
    | st.sampled_from(
        ["４＋", "a\nb", " x ", "10²", "&<>", "T12、L1", "2023.5.6", "5/6/23", "20230506"]
    )
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(10**6), 10**6)
    | st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(
        lambda d: d.replace(microsecond=0)
    )
    | st.dates(date(1950, 1, 1), date(2100, 1, 1))
    | st.times().map(lambda t: t.replace(microsecond=0))
    | st.integers(0, 10**6).map(lambda n: timedelta(seconds=n))
)
FORMATS = (
    "yyyy-mm-dd",
    "d.m.yy",
    '[$-804]yyyy"年"m"月"d"日";@',
    "yyyy年m月d日",
    "[$-411]ge.m.d",
    'General"岁"',
    '0.0\\ "days"',
    "_-* #,##0.00\\ _€_-",
    "[h]:mm",
    "h:mm AM/PM",
    "[Red]0",
    "0.00E+00",
    "#\\ ?/?",
    "yyyy/m/d h:mm",
    '上午/下午h"时"mm"分"',
    "@",
    "[>=100]0;0.0",
)


def both(path: Path) -> tuple[Any, Any]:
    """Return a sheet as each engine reads it."""
    package = open_package(path)
    sheets = (sheets_by_openpyxl(package), sheets_by_calamine(package))
    first, second = (table_of_sheet(s[0], file="b.xlsx", sha256="") for s in sheets)
    return first, second


def check_equal(path: Path) -> None:
    assert open_package(path).facts.plain
    slow, fast = both(path)
    pd.testing.assert_frame_equal(slow.rows, fast.rows)
    pd.testing.assert_frame_equal(slow.found, fast.found)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=12),
    mac=st.booleans(),
)
def test_both_engines_give_the_same_text(tmp_path: Path, rows: list[list[Any]], mac: bool) -> None:
    made = Workbook()
    if mac:
        made.epoch = CALENDAR_MAC_1904
    sheet = made.worksheets[0]
    for row in (["a", "b", "c"], *rows):
        sheet.append(row)
    made.save(tmp_path / "b.xlsx")
    check_equal(tmp_path / "b.xlsx")


@pytest.mark.parametrize("code", FORMATS)
def test_both_engines_know_the_same_formats(tmp_path: Path, code: str) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.append(["x"])
    for row, value in enumerate((45052, 45052.6041667, 0.25, 1, 0), start=2):
        sheet.cell(row, 1, value).number_format = code
    made.save(tmp_path / "b.xlsx")
    check_equal(tmp_path / "b.xlsx")


def test_shared_text_with_runs_and_phonetics(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>id</t></si><si><r><t>L4</t></r><r><rPr><b/></rPr>'
        '<t xml:space="preserve">/5 </t></r></si>'
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>'
    )
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in (1, 2, 3))
    parts = {"xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": sheet_xml(rows)}
    path = zipped(tmp_path / "b.xlsx", parts)
    check_equal(path)
    assert list(read_workbook(path).rows["id"]) == ["L4/5 ", "東京"]


# Which engine reads.


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Send files of any size to the fast engine, and note which one read."""
    used: list[str] = []
    monkeypatch.setattr(workbook, "FAST_FROM_BYTES", 0)

    def noting(name: str, read: Callable[..., Any]) -> Callable[..., Any]:
        def noted(package: Any) -> Any:
            used.append(name)
            return read(package)

        return noted

    for name in ("openpyxl", "calamine"):
        whole = f"sheets_by_{name}"
        monkeypatch.setattr(workbook, whole, noting(name, getattr(workbook, whole)))
    return used


def test_a_plain_sheet_goes_to_the_fast_engine(tmp_path: Path, engines: list[str]) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    assert read_workbook(path).rows.to_dict("list") == {"id": ["P1"], "vas": ["7"]}
    assert len(read_sheets(path)["data"].rows) == 1
    assert engines == ["calamine", "calamine"]


def test_small_files_and_heads_of_two_rows_do_not(
    tmp_path: Path, engines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "b.xlsx", {"data": [["a", "b"], ["c", "d"], [1, 2]]})
    assert list(read_workbook(path, header_rows=2).rows) == ["a_c", "b_d"]
    monkeypatch.setattr(workbook, "FAST_FROM_BYTES", 1_000_000)
    assert len(read_workbook(path).rows) == 2
    assert engines == ["openpyxl", "openpyxl"]


def test_without_the_extra_nothing_does(
    tmp_path: Path, engines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "has_calamine", lambda: False)
    assert len(read_workbook(zipped(tmp_path / "b.xlsx", {})).rows) == 1
    assert engines == ["openpyxl"]


STYLES = PARTS["xl/styles.xml"]
CODE = '<numFmts count="1"><numFmt numFmtId="200" formatCode="{}"/></numFmts><fonts'
UNTOLD = {
    "an error": ("<v>7</v>", "<v>#N/A</v>", 'r="B2"', 'r="B2" t="e"'),
    "an open formula": ("<v>7</v>", "<f>1+1</f>"),
    "a formula of nothing": ("<v>7</v>", "<f>1+1</f><v></v>"),
    "a hidden row": ('<row r="2"', '<row r="2" hidden="1"'),
    "a hidden column": (
        "<sheetData>",
        '<cols><col min="1" max="1" hidden="true"/></cols><sheetData>',
    ),
    "a low row": ('<row r="2"', '<row r="2" ht="0"'),
    "a merged cell": (
        "</sheetData>",
        '</sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells>',
    ),
    "a date in ISO": ('r="B2"', 'r="B2" t="d"', "<v>7</v>", "<v>2023-05-06</v>"),
    "a cell without its place": ('<c r="B2"', "<c"),
    "a row without its place": ('<row r="2"', "<row"),
    "a prefix": (
        f'xmlns="{MAIN}"',
        f'xmlns="{MAIN}" xmlns:x="{MAIN}"',
        "<c r",
        "<x:c r",
        "</c",
        "</x:c",
    ),
    "single quotes": ('r="B2"', "r='B2'"),
}


@pytest.mark.parametrize("what", UNTOLD)
def test_what_the_fast_engine_does_not_tell(tmp_path: Path, engines: list[str], what: str) -> None:
    text, changes = SMALL, UNTOLD[what]
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    file = read_workbook(zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text}))
    assert engines == ["openpyxl"]
    assert file.rows.shape == (1, 2)


@pytest.mark.parametrize("styles", ["31", "9", "0%", "0.0%", "mmm-yy", "yyyy", "unknown"])
def test_formats_that_the_fast_engine_does_not_know(
    tmp_path: Path, engines: list[str], styles: str
) -> None:
    text = STYLES.replace('numFmtId="14"', f'numFmtId="{styles if styles.isdigit() else 200}"')
    if not styles.isdigit() and styles != "unknown":
        text = text.replace("<fonts", CODE.format(styles), 1)
    read_workbook(zipped(tmp_path / "b.xlsx", {"xl/styles.xml": text}))
    assert engines == ["openpyxl"]


def test_cells_far_apart_do_not_reach_the_fast_engine(tmp_path: Path, engines: list[str]) -> None:
    text = SMALL.replace(
        "</sheetData>", f'<row r="1048576">{number("XFD1048576", 1)}</row></sheetData>'
    )
    with pytest.raises(ValidationError, match="spread over A1 to XFD1048576"):
        read_workbook(zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text}))
    assert engines == ["openpyxl"]


def test_computed_formulas_may_be_read_fast(tmp_path: Path, engines: list[str]) -> None:
    text = SMALL.replace("<v>7</v>", "<f>3+4</f><v>7</v>")
    file = read_workbook(zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text}))
    assert list(file.rows["vas"]) == ["7"]
    assert engines == ["calamine"]


# The old format.


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.xls"
    path.write_bytes(zlib.decompress(base64.b64decode(OLD)))
    return path


def test_the_old_format_is_read_with_a_warning(old: Path) -> None:
    file = read_workbook(old)
    assert file.rows.to_dict("list") == {
        "住院号": ["001", "002"],
        "手术日期": ["2023-05-06", "2023-05-07 14:30:00"],
        "VAS": ["7.5", "3"],
        "levels": ["T12、L1", "4+"],
        "ok": ["true", "false"],
    }
    assert file.found[["rule", "severity"]].to_numpy().tolist() == [["old_format", "warning"]]
    assert "Save it as .xlsx to have them checked" in file.found.loc[0, "message"]


def test_the_old_format_needs_the_extra(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_calamine, "has_calamine", lambda: False)
    with pytest.raises(ArgumentError, match=r"pip install 'spineoutcomes\[fast-excel\]'"):
        read_workbook(old)


def test_a_format_is_told_by_the_content_and_not_by_the_name(old: Path, tmp_path: Path) -> None:
    renamed = old.rename(tmp_path / "b.xlsx")
    assert len(read_workbook(renamed).rows) == 2
    assert len(read_workbook(zipped(tmp_path / "c.xls", {})).rows) == 1


@pytest.mark.parametrize("kept", [520, 3000])
def test_a_damaged_old_workbook(old: Path, kept: int) -> None:
    content = old.read_bytes()
    old.write_bytes(content[:kept] + "Workbook".encode("utf-16-le"))
    with pytest.raises(ValidationError, match=r"old\.xls is damaged"):
        read_workbook(old)


def test_a_size_that_ends_the_process_that_reads_it(old: Path) -> None:
    content = old.read_bytes()
    # The record of a sheet's dimensions: here with four billion rows.
    place = content.index(b"\x00\x02\x0e\x00") + 4
    old.write_bytes(content[: place + 4] + b"\xff" * 4 + content[place + 8 :])
    with pytest.raises(ValidationError, match=r"old\.xls is damaged"):
        read_workbook(old)


def test_any_byte_of_an_old_workbook_changed_is_read_or_refused(old: Path) -> None:
    content = old.read_bytes()
    for place in range(8, len(content), 400):
        old.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            read_workbook(old)
        except (ValidationError, ArgumentError) as error:
            assert "old.xls" in str(error)


def test_an_old_workbook_that_takes_too_long(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_old, "MAX_SECONDS", 0.001)
    with pytest.raises(ValidationError, match=r"old\.xls is damaged"):
        read_workbook(old)


def test_an_old_workbook_with_a_password(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = subprocess.CompletedProcess([], 0, stdout=b'"password"')
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(ValidationError, match="is encrypted; remove the password"):
        read_workbook(old)


def test_a_module_beside_the_file_is_not_run(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old.parent / "python_calamine.py").write_text("raise SystemExit(1)", encoding="utf-8")
    monkeypatch.chdir(old.parent)
    assert len(read_workbook(old).rows) == 2
