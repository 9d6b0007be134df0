"""A check as plain text, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from spineoutcomes.check import words
from spineoutcomes.check.groups import Group
from spineoutcomes.check.run import Checkup

WIDTH = 88
HEADER = ("table", "file", "rows in", "kept", "left out")


def text_page(checkup: Checkup) -> str:
    """Return a check as text of moderate width, without colours."""
    return "\n".join(_lines(checkup)) + "\n"


def _lines(checkup: Checkup) -> Iterator[str]:
    yield from _heading(f"Check of {checkup.name}", "=")
    if checkup.synthetic:
        yield from _filled("SYNTHETIC DATA: every patient is simulated.")
    yield from _filled(words.verdict(checkup))
    yield from _filled(words.NO_VALUES)
    rows = words.rows_in_and_out(checkup)
    if rows:
        yield from _heading("Rows", "-")
        yield from _columns([HEADER, *rows], numbers=3)
        for line in words.rows_left_out(checkup):
            yield from _filled(line)
    for heading, groups in words.sections(checkup):
        yield from _heading(heading, "-")
        for group in groups:
            yield from _group(group)
    if checkup.identifiers is not None:
        yield from _heading("Possible identifiers", "-")
        lines = words.identifier_lines(checkup)
        yield from _columns([("where", "what", "cells"), *lines], numbers=1) if lines else ["None."]
        yield ""
        yield from _filled(words.IDENTIFIERS)
    yield ""
    yield from _filled(words.held_against(checkup))


def _group(group: Group) -> Iterator[str]:
    yield f"{group.where}  [{group.rule}]"
    yield from _filled(group.message, "  ")
    if group.rows:
        yield from _filled(f"Rows: {group.rows_said}.", "  ")
    yield from _filled(f"To do: {group.advice}", "  ")
    yield ""


def _heading(text: str, line: str) -> Iterator[str]:
    if line == "-":
        yield ""
    yield text
    yield line * len(text)


def _filled(text: str, before: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=before,
        subsequent_indent=before,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _columns(rows: Sequence[Sequence[str]], *, numbers: int) -> Iterator[str]:
    """Yield rows in columns as wide as they need be, the last ones to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    first_number = len(widths) - numbers
    for row in rows:
        cells = [
            cell.rjust(width) if place >= first_number else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
