"""What pyreadstat does not look at in a SAS transport file: its end, its members, its tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import ValidationError
from spineoutcomes.registry.findings import rows_found

# Record layout of the SAS transport format, TS-140 (version 5) and its extension for version 8.
RECORD = 80
HEADER = b"HEADER RECORD*******"
NUMBER = 1  # the type of a column of numbers; 2 is text
TAGS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ_"  # first byte of .A to .Z and ._, the others are zero


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one column stands in a row of bytes."""

    is_number: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of a transport file begin, their columns, and how many it declares."""

    start: int
    slots: tuple[Slot, ...]
    n_declared: int  # 0 where it does not say: version 5 never does

    @property
    def width(self) -> int:
        """Bytes in a row."""
        return max(slot.end for slot in self.slots)


def xport_tags(content: bytes, name: str, n_rows: int) -> Mapping[int, npt.NDArray[np.object_]]:
    """Return the tagged missing values of a transport file, after checking that it is whole.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.
    n_rows : int
        How many rows were read from it.

    Returns
    -------
    mapping of int to array
        By position of a column of numbers that has any: the letter of each row, None elsewhere.

    Raises
    ------
    ValidationError
        When the file holds several datasets, or what was read is not all of it.
    """
    headers = [at for at in range(0, len(content), RECORD) if content.startswith(HEADER, at)]
    n_members = sum(content.startswith(b"MEMB", at + len(HEADER)) for at in headers)
    if n_members > 1:
        message = (
            f"{name} holds {n_members} datasets; expected is one in each file. Write each to a "
            "file of its own."
        )
        raise ValidationError(message, rows_found(name, None, None, "several_datasets", message))
    layout = _layout(content, headers)
    if layout is None or not _is_whole(content, layout, n_rows):
        message = (
            f"{name} is cut short or damaged: {n_rows} row(s) could be read, and they are not all "
            "of a transport file. Export it anew."
        )
        raise ValidationError(message, rows_found(name, None, None, "not_readable", message))
    shape = (n_rows, layout.width)
    rows = np.frombuffer(content, np.uint8, n_rows * layout.width, layout.start).reshape(shape)
    tags = {
        at: _tags(rows[:, slot.start : slot.end])
        for at, slot in enumerate(layout.slots)
        if slot.is_number
    }
    return {at: letters for at, letters in tags.items() if letters is not None}


def _layout(content: bytes, headers: list[int]) -> Layout | None:
    """Return the layout that the header records give; None when they are damaged."""
    by_kind = {content[at + len(HEADER) :][:3]: at for at in reversed(headers)}
    try:
        member, names, data = (by_kind[kind] for kind in (b"MEM", b"NAM", b"OBS"))
        size, count = int(content[member + 74 :][:4]), int(content[names + 52 :][:6])
        slots = tuple(_slot(content, names + RECORD + number * size) for number in range(count))
        declared = content[data + 48 : data + RECORD].split()
        return Layout(data + RECORD, slots, int(declared[0]) if declared else 0)
    except (KeyError, ValueError):
        return None


def _slot(content: bytes, at: int) -> Slot:
    kind, length, start = (
        int.from_bytes(content[at + first : at + last], "big")
        for first, last in ((0, 2), (4, 6), (84, 88))
    )
    return Slot(kind == NUMBER, start, start + length)


def _is_whole(content: bytes, layout: Layout, n_rows: int) -> bool:
    """Tell whether all that follows the rows read is padding, and their number is as declared."""
    if not layout.slots or not layout.width or len(content) % RECORD:
        return False
    end = layout.start + n_rows * layout.width
    as_declared = layout.n_declared in (0, n_rows)
    return as_declared and end <= len(content) and not content[end:].strip(b" \0")


def _tags(cells: npt.NDArray[np.uint8]) -> npt.NDArray[np.object_] | None:
    """Return the letter of each tagged missing value; None when there is none."""
    if not cells.size:
        return None
    first = cells[:, 0]
    tagged = np.isin(first, np.frombuffer(TAGS, np.uint8)) & ~cells[:, 1:].any(axis=1)
    if not tagged.any():
        return None
    letters = [chr(byte) if is_tag else None for byte, is_tag in zip(first, tagged, strict=True)]
    return np.array(letters, dtype=object)
