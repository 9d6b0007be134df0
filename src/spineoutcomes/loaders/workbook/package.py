"""Open the file of a workbook safely: what it is, and that reading it stays within bounds.

A workbook is a zip of XML parts, and may be made to unpack to any size, to stand for any number of
cells, or to refer to other files. All parts are looked through once, as bytes, before a reader of
workbooks sees them.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from spineoutcomes.errors import ArgumentError, SpineOutcomesError, ValidationError
from spineoutcomes.loaders.workbook.parts import SAVE_AGAIN, Facts, PartError, part_facts
from spineoutcomes.registry.findings import rows_found

MAX_FILE_BYTES = 200_000_000
MAX_PARTS = 10_000
MAX_UNPACKED_BYTES = 600_000_000
# Sheets of much the same rows shrink to a fiftieth; a bomb to a thousandth. Small parts may do so.
MAX_RATIO = 250
RATIO_FROM_BYTES = 10_000_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLD_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook that is safe to read: its bytes, its kind, and what its parts hold."""

    name: str
    content: bytes
    kind: Literal["xlsx", "xls"]
    facts: Facts

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


def open_package(path: Path) -> Package:
    """Read a workbook into memory and check that it is one.

    Raises
    ------
    ArgumentError
        When it cannot be opened.
    ValidationError
        When it is no workbook, is encrypted or cut off, or would not stay within bounds.
    """
    try:
        size = path.stat().st_size
        content = b"" if size > MAX_FILE_BYTES else path.read_bytes()
    except OSError as error:
        raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None
    if size > MAX_FILE_BYTES:
        message = (
            f"{path.name} has {size:,} bytes; a workbook of at most {MAX_FILE_BYTES:,} is read. "
            "Save the sheet as CSV (UTF-8)."
        )
        raise refused(path.name, "too_large", message)
    if content.startswith(OLE):
        return _old(path.name, content)
    if content.startswith(b"PK"):
        return Package(path.name, content, "xlsx", _facts(path.name, content))
    raise _not_a_workbook(path.name, content)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn whatever a reader of workbooks stumbles over into one error that says what to do.

    Readers raise anything for a damaged part, and may quote a cell; nothing they say is passed on.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except SpineOutcomesError:
        raise
    except Exception:
        raise damaged(name) from None


def damaged(name: str) -> ValidationError:
    """Return the error for a workbook with a part that cannot be read."""
    message = f"{name} is damaged, or was written by a program that keeps to no rule. {SAVE_AGAIN}"
    return refused(name, "damaged_file", message)


def encrypted(name: str) -> ValidationError:
    """Return the error for a workbook with a password."""
    message = (
        f"{name} is encrypted; remove the password in the spreadsheet program (save a copy without "
        "one, in a place where it is safe)."
    )
    return refused(name, "encrypted_file", message)


def refused(name: str, rule: str, message: str) -> ValidationError:
    """Return an error on the whole file."""
    return ValidationError(message, rows_found(name, None, None, rule, message))


def _old(name: str, content: bytes) -> Package:
    """Return a workbook of the old format, which has the container of an encrypted one."""
    if ENCRYPTED in content:
        raise encrypted(name)
    if not any(stream in content for stream in OLD_STREAMS):
        raise refused(name, "not_a_workbook", f"{name} is not a workbook. {SAVE_AGAIN}")
    return Package(name, content, "xls", Facts())


def _not_a_workbook(name: str, content: bytes) -> ValidationError:
    if not content:
        return refused(name, "empty_file", f"{name} is empty; a workbook was expected.")
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") or start.startswith(b"mime-version"):
        message = (
            f"{name} is a web page or XML under the name of a workbook, as some hospital systems "
            f"export. {SAVE_AGAIN}"
        )
    elif b"\0" not in content[:2000]:
        message = f"{name} is text under the name of a workbook. Rename it to .csv."
    else:
        message = f"{name} is not a workbook. {SAVE_AGAIN}"
    return refused(name, "not_a_workbook", message)


def _facts(name: str, content: bytes) -> Facts:
    """Look through all parts of a zip, and return what they hold."""
    facts = Facts()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _check_parts(name, parts.infolist())
            for part in parts.infolist():
                facts = facts.with_part(part_facts(parts.read(part)))
    except PartError as error:
        raise refused(name, error.rule, f"{name} {error}") from None
    except SpineOutcomesError:
        raise
    except Exception:
        message = (
            f"{name} is cut off or damaged: it is not a complete workbook. Copy or export it again."
        )
        raise refused(name, "damaged_file", message) from None
    return facts


def _check_parts(name: str, parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        message = (
            f"{name} unpacks to {sum(part.file_size for part in parts):,} bytes in {len(parts):,} "
            f"parts; at most {MAX_UNPACKED_BYTES:,} in {MAX_PARTS:,} are read. If it is a real "
            "workbook, save the sheet as CSV (UTF-8)."
        )
        raise refused(name, "too_large", message)
    for part in parts:
        if part.file_size > RATIO_FROM_BYTES and part.file_size > MAX_RATIO * part.compress_size:
            message = (
                f"{name} has a part that unpacks to more than {MAX_RATIO} times its size, as no "
                f"workbook does. Do not open it unless you know where it comes from."
            )
            raise refused(name, "zip_bomb", message)
    if len(set(names)) < len(names) or not all(map(_is_plain_name, parts)):
        message = (
            f"{name} holds a part of a name that leads out of it, or two of the same name, as no "
            "spreadsheet program writes. Do not open it unless you know where it comes from."
        )
        raise refused(name, "unsafe_part", message)
    _check_kind(name, set(names))


def _is_plain_name(part: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(part.filename)
    plain = not path.is_absolute() and ".." not in path.parts
    link = stat.S_ISLNK(part.external_attr >> 16)
    return plain and not link and not re.search(r"[\\:\0]", part.orig_filename)


def _check_kind(name: str, names: set[str]) -> None:
    if "xl/workbook.bin" in names or "content.xml" in names:
        kind = "a binary" if "xl/workbook.bin" in names else "an OpenDocument"
        message = f"{name} is {kind} file, which is not read. {SAVE_AGAIN}"
        raise refused(name, "other_format", message)
    if not any(part.casefold().startswith("xl/") for part in names):
        raise refused(name, "not_a_workbook", f"{name} is not a workbook. {SAVE_AGAIN}")
