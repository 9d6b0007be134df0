"""TOML errors name the line, through arrays over many lines and arrays of tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from spineoutcomes._toml import parse_toml, read_toml
from spineoutcomes.errors import ArgumentError

TEXT = """# a comment
title = "x"
many = [
  1,
  2,
  "three",
]

[section]
inline = { a = 1, b = 2 }
long = \"\"\"
one
two\"\"\"

[[row]]
name = "first"

[[row]]
name = "second"
size = 3

[section.deep.er]
value = 1
"dotted.key" = 2
"""


@dataclass(frozen=True)
class Row:
    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    name: str
    size: int = 0


@dataclass(frozen=True)
class Document:
    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    title: str
    row: tuple[Row, ...] = ()
    many: list[int] = field(default_factory=list)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("title",), 2),
        (("many",), 7),
        (("many", 2), 7),
        (("section",), 9),
        (("section", "inline"), 10),
        (("section", "inline", "b"), 10),
        (("section", "long"), 13),
        (("row", 0, "name"), 16),
        (("row", 1), 18),
        (("row", 1, "name"), 19),
        (("row", 1, "size"), 20),
        (("section", "deep", "er", "value"), 23),
        (("section", "deep", "er", "dotted.key"), 24),
        (("row", 1, "absent"), 18),
        (("absent",), None),
        ((), None),
    ],
)
def test_the_line_of_a_key(keys: tuple[str | int, ...], line: int | None) -> None:
    assert parse_toml(TEXT, name="a.toml").line_of(keys) == line


def test_a_message_names_file_line_and_key() -> None:
    document = parse_toml(TEXT, name="a.toml")
    assert str(document.error(("row", 1, "size"), "too big")) == (
        "a.toml, line 20: row.2.size: too big"
    )
    assert str(document.error(("absent",), "is needed")) == "a.toml: absent: is needed"
    assert str(document.error((), "is empty")) == "a.toml: is empty"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "x"\ntitel = "y"\n', "a.toml, line 2: titel: unknown key; check its spelling"),
        ('titel = "y"\n', r"line 1: titel: unknown key; check its spelling \(and 1 more\)"),
        ("many = []\n", "a.toml: title: this key is required"),
        ("title = 3\n", "a.toml, line 1: title: Input should be a valid string"),
        ('title = "x"\nmany = [\n  1,\n  "b",\n]\n', "line 5: many.2: Input should be a valid int"),
        (
            'title = "x"\n[[row]]\nname = "a"\n[[row]]\nsize = 1\n',
            "line 4: row.2.name: this key is",
        ),
        (
            'title = "x"\n[[row]]\nname = "a"\ncolour = "red"\n',
            "line 4: row.1.colour: unknown key; check its spelling",
        ),
    ],
)
def test_what_does_not_fit_a_type(text: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        parse_toml(text, name="a.toml").validate(Document)


def test_what_fits_is_of_the_type() -> None:
    document = parse_toml('title = "x"\n[[row]]\nname = "a"\n', name="a.toml").validate(Document)
    assert document == Document("x", (Row("a"),))


def test_text_that_is_not_toml() -> None:
    with pytest.raises(ArgumentError, match=r"a\.toml is not valid TOML: .* \(at line 2"):
        parse_toml("a = 1\nb = \n", name="a.toml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="No such file"):
        read_toml(tmp_path / "a.toml")
    with pytest.raises(ArgumentError, match="cannot be read as UTF-8 text"):
        read_toml(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(ArgumentError, match=r"b\.toml cannot be read as UTF-8 text"):
        read_toml(tmp_path / "b.toml")
    (tmp_path / "c.toml").write_text("a = 'é'\r\n", encoding="utf-8")
    assert read_toml(tmp_path / "c.toml").data == {"a": "é"}
