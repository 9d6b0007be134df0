"""Open a CDISC ODM file safely, and walk it part by part: it never stands in memory as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.redcap.flat import unreadable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 2**30  # a gigabyte, the attached files of a project included
PARTS = ("Study", "SubjectData")


def is_xml(path: Path) -> bool:
    """Tell an XML file from text by how it begins, whatever its name."""
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None


def odm_parts(path: Path) -> Generator[Element]:
    """Yield the Study of an ODM file, and then its subjects one by one.

    Raises
    ------
    ValidationError
        When the file is too large, is not well-formed, is no ODM, or declares a document type:
        entities are how an XML file bursts the memory or reads other files, and no export has any.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    _check_size(path)
    try:
        with path.open("rb") as file:
            yield from _parts(iterparse(file, events=("start", "end"), forbid_dtd=True), path.name)
    except DefusedXmlException:
        message = (
            f"{path.name} declares a document type or entities, which no REDCap export does and "
            "which can do harm; it was not read. Export the project XML again."
        )
        raise unreadable(path.name, "unsafe_xml", message) from None
    except ParseError as error:
        line, _ = error.position
        message = (
            f"{path.name} is not well-formed XML (line {line}). It may be cut off; export it again."
        )
        raise unreadable(path.name, "not_xml", message) from None


def _parts(events: Iterator[tuple[str, Element]], name: str) -> Iterator[Element]:
    _, root = next(events)
    if local(root.tag) != "ODM":
        message = f"{name} is not a CDISC ODM file; the project XML of REDCap is one."
        raise unreadable(name, "not_odm", message)
    above: list[Element] = [root]
    for happened, element in events:
        if happened == "start":
            above.append(element)
            continue
        above.pop()
        if local(element.tag) == "ItemDataBase64Binary":
            element.text = None  # an attached file; its name is an attribute
        if local(element.tag) in PARTS:
            yield element
            above[-1].remove(element)


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MOST_BYTES:
        message = (
            f"{path.name} has {size / 2**20:.0f} MB; at most {MOST_BYTES / 2**20:.0f} MB of XML "
            "are read. Export the project without attached files, or as CSV with its dictionary."
        )
        raise unreadable(path.name, "too_large", message)


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def local(name: str) -> str:
    """Return the name of a tag or an attribute without its namespace."""
    return name.rpartition("}")[2]


def said(element: Element, attribute: str) -> str:
    """Return an attribute of any namespace, "" where there is none."""
    return next((v for k, v in element.attrib.items() if local(k) == attribute), "")


def below(element: Element, tag: str) -> Iterator[Element]:
    """Yield the children of one tag, whatever their namespace."""
    return (child for child in element if local(child.tag) == tag)
