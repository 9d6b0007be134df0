"""Text of any encoding, or one error that says which encoding to declare."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.loaders.delimited import read_delimited
from spineoutcomes.loaders.plain_text import decoded
from spineoutcomes.loaders.redcap.flat import read_flat

DATASET = """{"datasetJSONCreationDateTime": "2024-01-01T00:00:00", "datasetJSONVersion": "1.1.0",
"itemGroupOID": "IG.DM", "records": 1, "name": "DM", "label": "x", "columns":
[{"itemOID": "A", "name": "N", "label": "n", "dataType": "string"}], "rows": [["%s"]]}"""


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "é失访"),
        ("UTF8", "é失访"),
        ("utf-8-sig", "é"),
        ("gb18030", "失访"),
        ("cp1252", "é€"),
        ("latin-1", "é"),
        ("utf-16", "é失访"),
    ],
)
def test_text_comes_back_without_its_mark(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding), "x.csv", encoding) == text
    if encoding.lower().startswith("utf") and "8" in encoding:
        assert decoded(codecs.BOM_UTF8 + text.encode(), "x.csv", encoding) == text


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", b"Zebra\xe9"),
        ("utf-16", b"abc"),
        ("gb18030", b"Zebra\xff"),
        ("utf-7", b"a,b\n1,+2AA-\n"),  # half a character, which UTF-8 cannot hold
        ("raw_unicode_escape", b"a\\ud800"),
        ("undefined", b"a"),
    ],
)
def test_what_is_not_in_the_encoding(encoding: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    for read in (
        lambda: decoded(content, "x.csv", encoding),
        lambda: read_delimited(path, encoding=encoding),
        lambda: read_flat(path, ("a",), encoding=encoding, delimiter=None),
    ):
        with pytest.raises(ValidationError, match=f"x.csv is not {encoding} text.*gb18030") as got:
            read()
        assert got.value.findings["rule"].tolist() == ["not_in_encoding"]
        assert "Zebra" not in str(got.value)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("utf-8", b"id\nZebra\0\nZebra\0\0\n"), ("latin-1", "id\n".encode("utf-16-le"))],
)
def test_nul_characters_are_refused(encoding: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(ValidationError, match=r"x.csv holds 3 NUL .*If it is UTF-16") as got:
        read_delimited(path, encoding=encoding)
    assert got.value.findings["rule"].tolist() == ["not_in_encoding"]
    assert "Zebra" not in str(got.value)


@pytest.mark.parametrize("encoding", ["nonesuch", "base64", "", "a\0b"])
def test_what_is_no_encoding(encoding: str) -> None:
    with pytest.raises(ArgumentError, match="There is no encoding"):
        decoded(b"a", "x.csv", encoding)


@pytest.mark.parametrize("text", ["x\\ud800", "\\uDFFFx", "\\udc00\\ud800"])
def test_json_with_half_a_character_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(f'[{{"record_id": "1", "n": "{text}"}}]', encoding="utf-8")
    with pytest.raises(ValidationError, match="half a character"):
        read_flat(path, ("record_id",), encoding="utf-8", delimiter=None)
    path.write_text(DATASET % text, encoding="utf-8")
    with pytest.raises(ValidationError, match="half a character"):
        read_dataset_json(path)


def test_json_with_whole_characters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    text = "\\ud83e\\uddb4 \\\\ud800"  # a bone in two escapes, and a backslash before letters
    path.write_text(DATASET % text, encoding="utf-8")
    assert read_dataset_json(path).rows["N"].tolist() == ["\U0001f9b4 \\ud800"]
