"""What is no workbook, or made to harm: one clear error each, soon and in little room."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.workbook import by_openpyxl, package, read_workbook
from spineoutcomes.loaders.workbook.parts import PartError, part_facts

from .files import MAIN, PARTS, SMALL, book, number, sheet_xml, word, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
ENTITIES = {
    "a bomb": f"{BOMB}]>",
    "a file": '<!DOCTYPE b [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "a document type": '<!DOCTYPE b SYSTEM "http://127.0.0.1:9/b.dtd">',
}
SECONDS = 10.0  # generous: each of these takes milliseconds
BYTES = 100_000_000


def refused(path: Path, rule: str, message: str) -> None:
    """Check that a file is refused with one finding, soon, and without filling the memory."""
    tracemalloc.start()
    begun = time.monotonic()
    with pytest.raises(ValidationError, match=message) as caught:
        read_workbook(path)
    assert time.monotonic() - begun < SECONDS
    assert tracemalloc.get_traced_memory()[1] < BYTES
    tracemalloc.stop()
    assert list(caught.value.findings["rule"]) == [rule]
    assert path.name in str(caught.value)


def test_a_workbook_made_part_by_part_is_read(tmp_path: Path) -> None:
    rows = read_workbook(zipped(tmp_path / "b.xlsx", {})).rows
    assert rows.to_dict("list") == {"id": ["P1"], "vas": ["7"]}


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        (b"", "empty_file", "is empty; a workbook was expected"),
        (b"id;vas\nP1;7\n", "not_a_workbook", r"is text .* Rename it to \.csv"),
        (b"\xef\xbb\xbf<html><table>", "not_a_workbook", r"is a web page .* save it as \.xlsx"),
        (b"MIME-Version: 1.0\r\n", "not_a_workbook", "is a web page"),
        (b"\x00\x01\x02", "not_a_workbook", "is not a workbook"),
        (OLE + b"\0" * 600, "not_a_workbook", "is not a workbook"),
        (
            OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "encrypted_file",
            "is encrypted; remove the password",
        ),
        (b"PK\x03\x04 and nothing else", "damaged_file", "is cut off or damaged"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, content: bytes, rule: str, message: str) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    refused(path, rule, message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("content.xml", "is an OpenDocument file"),
        ("xl/workbook.bin", "is a binary file"),
        ("word/document.xml", "is not a workbook"),
    ],
)
def test_other_formats_in_a_zip(tmp_path: Path, name: str, message: str) -> None:
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, "<a/>")
    rule = "not_a_workbook" if name.startswith("word") else "other_format"
    refused(path, rule, message)


def test_a_file_that_is_not_there_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArgumentError, match="cannot be opened: No such file"):
        read_workbook(tmp_path / "no.xlsx")
    path = book(tmp_path / "b.xlsx", {"data": [["id"], [1]]})
    monkeypatch.setattr(package, "MAX_FILE_BYTES", 1000)
    refused(path, "too_large", r"has [\d,]+ bytes; a workbook of at most 1,000 is read")


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_truncated_file(tmp_path: Path, kept: float) -> None:
    path = book(tmp_path / "b.xlsx", {"data": [["id", "vas"], ["P1", 7]]})
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    refused(path, "damaged_file", "is cut off or damaged: it is not a complete workbook")


def test_a_part_with_a_wrong_checksum(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    content = path.read_bytes()
    place = content.index(b"PK\x01\x02", content.index(b"sheet1.xml")) + 16
    path.write_bytes(content[:place] + struct.pack("<I", 1) + content[place + 4 :])
    refused(path, "damaged_file", "is cut off or damaged")


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", {"xl/media/image1.bin": b"\0" * 40_000_000})
    assert path.stat().st_size < 100_000
    refused(path, "zip_bomb", "unpacks to more than 250 times its size")


def test_a_zip_that_unpacks_to_too_much_or_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "b.xlsx", {"xl/media/image1.bin": b"\0" * 2_000_000})
    monkeypatch.setattr(package, "MAX_UNPACKED_BYTES", 1_000_000)
    refused(path, "too_large", r"unpacks to 2,0\d\d,\d+ bytes in 8 parts; at most 1,000,000")
    monkeypatch.setattr(package, "MAX_UNPACKED_BYTES", 600_000_000)
    monkeypatch.setattr(package, "MAX_PARTS", 7)
    refused(path, "too_large", "in 8 parts; at most 600,000,000 in 7 are read")


def test_a_part_that_says_it_is_smaller_than_it_is(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    content = path.read_bytes()
    place = content.index(b"PK\x01\x02", content.index(b"sheet1.xml")) + 24
    path.write_bytes(content[:place] + struct.pack("<I", 100) + content[place + 4 :])
    refused(path, "damaged_file", "is cut off or damaged")


@pytest.mark.parametrize(
    "name", ["../../evil.xml", "/etc/evil.xml", "xl/../../evil.xml", "C:\\evil.xml"]
)
def test_a_part_whose_name_leads_out(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    with zipfile.ZipFile(path, "a") as file:
        part = zipfile.ZipInfo("placeholder")
        part.filename = name
        file.writestr(part, "<a/>")
    refused(path, "unsafe_part", "a name that leads out of it")


def test_two_parts_of_one_name(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("xl/worksheets/sheet1.xml", SMALL.replace("P1", "P2"))
    refused(path, "unsafe_part", "two of the same name")


@pytest.mark.parametrize("what", ENTITIES)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels"])
def test_entities_in_xml(tmp_path: Path, part: str, what: str) -> None:
    text = {**PARTS, "xl/worksheets/sheet1.xml": SMALL}[part]
    at = text.index("?>") + 2 if text.startswith("<?xml") else 0
    harmful = text[:at] + ENTITIES[what] + text[at:].replace("P1", "&b;").replace("data", "&b;")
    refused(zipped(tmp_path / "b.xlsx", {part: harmful}), "xml_entities", "declares a document")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_xml_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    text = SMALL.replace("UTF-8", encoding).replace("?>", "?>" + ENTITIES["a bomb"])
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text.encode(encoding)})
    refused(path, "not_in_encoding", "holds a part that is not in UTF-8")


def test_openpyxl_parses_with_defusedxml() -> None:
    assert openpyxl.DEFUSEDXML


def test_a_huge_cell(tmp_path: Path) -> None:
    rows = f'<row r="1">{word("A1", "id")}</row><row r="7">{word("A7", "Zebra77" * 5000)}</row>'
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    with pytest.raises(ValidationError, match=r"Cell A7 .* more than 32,767 char") as caught:
        read_workbook(path)
    assert "Zebra77" not in str(caught.value)
    # What is escaped counts as one character, as in the program that wrote it.
    rows = rows.replace("Zebra77" * 5000, "_x000D_" * 5000)
    path = zipped(tmp_path / "c.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    with pytest.raises(ValidationError, match="no row below"):
        read_workbook(path)


@pytest.mark.parametrize("dimension", ["A1:A1", "A1:XFD1048576", "B5", "nonsense"])
def test_a_dimension_that_lies(tmp_path: Path, dimension: str) -> None:
    text = SMALL.replace('ref="A1"', f'ref="{dimension}"')
    assert dimension in text
    rows = read_workbook(zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text})).rows
    assert rows.to_dict("list") == {"id": ["P1"], "vas": ["7"]}


def test_a_cell_far_from_the_table(tmp_path: Path) -> None:
    text = SMALL.replace(
        "</sheetData>", f'<row r="1048576">{number("XFD1048576", 1)}</row></sheetData>'
    )
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text})
    refused(path, "cells_far_apart", "spread over A1 to XFD1048576: something stands far from")


def test_formats_far_from_the_table_are_no_cells(tmp_path: Path) -> None:
    text = SMALL.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    )
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text})
    assert read_workbook(path).rows.shape == (1, 2)


@pytest.mark.parametrize(
    ("after", "rule", "message"),
    [
        ('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', "too_large", "merges or"),
        ('<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>', "too_large", "or links more"),
        ('<mergeCells><mergeCell ref="A1&#58;XFD9"/></mergeCells>', "damaged_file", "in a way"),
        ("<mergeCells><mergeCell of='A1:B1'/></mergeCells>", "damaged_file", "in a way"),
    ],
)
def test_merged_cells_and_links_without_end(
    tmp_path: Path, after: str, rule: str, message: str
) -> None:
    text = SMALL.replace("</worksheet>", f"{after}</worksheet>")
    refused(zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text}), rule, message)


def test_too_many_cells_or_other_elements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    monkeypatch.setattr(by_openpyxl, "MAX_CELLS", 4)
    refused(path, "too_large", r"has about \d+ cells and rows.*spineoutcomes\[fast-excel\]")
    monkeypatch.setattr(by_openpyxl, "MAX_CELLS", 100)
    text = SMALL.replace("<sheetData>", "<a/>" * 1000 + "<sheetData>")
    path = zipped(tmp_path / "c.xlsx", {"xl/worksheets/sheet1.xml": text})
    monkeypatch.setattr(by_openpyxl, "MAX_OTHER_ELEMENTS", 500)
    refused(path, "too_large", "holds more than 500 elements that are no cells")


def test_more_formats_than_there_can_be(tmp_path: Path) -> None:
    styles = PARTS["xl/styles.xml"].replace("</cellXfs>", "<xf/>" * 500_000 + "</cellXfs>")
    refused(zipped(tmp_path / "b.xlsx", {"xl/styles.xml": styles}), "too_large", "more formats")


def test_the_strict_kind_of_workbook(tmp_path: Path) -> None:
    text = SMALL.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    path = zipped(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": text})
    refused(path, "other_format", r'strict kind.* save it as "Excel workbook \(\.xlsx\)"')


@pytest.mark.parametrize(
    "change",
    [
        {"xl/workbook.xml": None},
        {"xl/workbook.xml": PARTS["xl/workbook.xml"].replace("rId1", "rId9")},
        {"xl/worksheets/sheet1.xml": SMALL.replace("</sheetData>", "")},
        {"xl/worksheets/sheet1.xml": SMALL.replace("<v>7</v>", "<v>Zebra77</v>")},
        {
            "xl/worksheets/sheet1.xml": SMALL.replace("<v>7</v>", "<v>9</v>").replace(
                'r="B2"', 't="s"'
            )
        },
        {"xl/styles.xml": "<styleSheet><cellXfs>"},
    ],
)
def test_parts_that_do_not_fit(tmp_path: Path, change: dict[str, str | None]) -> None:
    path = zipped(tmp_path / "b.xlsx", change)
    with pytest.raises(ValidationError, match=r"b\.xlsx is damaged, or was written") as caught:
        read_workbook(path)
    assert "Zebra77" not in str(caught.value) + caught.value.findings.to_csv()
    assert caught.value.__cause__ is None


def test_any_byte_of_a_workbook_changed_is_read_or_refused(tmp_path: Path) -> None:
    content = zipped(tmp_path / "b.xlsx", {}).read_bytes()
    path = tmp_path / "c.xlsx"
    for place in range(0, len(content), 23):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        try:
            read_workbook(path)
        except (ValidationError, ArgumentError) as error:
            assert "c.xlsx" in str(error)


def test_nothing_is_extracted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "b.xlsx", {})
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    read_workbook(path)
    assert not list(here.iterdir())
    assert zipfile.is_zipfile(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize(
    "text",
    [b"<mergeCell ", b"<mergeCell ref=", b"<f ", b"</f>    ", b"<row ", b"<c r=", b"<", b" "],
)
def test_no_part_makes_a_search_take_forever(text: bytes) -> None:
    begun = time.monotonic()
    with contextlib.suppress(PartError):
        part_facts(b"<x><sheetData/>" + text * (4_000_000 // len(text)))
    assert time.monotonic() - begun < SECONDS
