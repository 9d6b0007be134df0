"""Text in figures: its width and its lines."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

POINTS_PER_INCH = 72
# Width of a letter over the font size: an average of DejaVu Sans, on the safe side.
NARROW, WIDE = 0.6, 1.0
# A word with the space behind it, or one character of a script that breaks anywhere.
_PIECE = re.compile(r"[\u2e80-\uffef]\s*|[^\s\u2e80-\uffef]+\s*|\s+")


def text_width(text: str, size: float) -> float:
    """Return the width of the longest line of `text` in inches at a font size in points."""
    lines = [
        sum(WIDE if east_asian_width(letter) in "WF" else NARROW for letter in line)
        for line in text.split("\n")
    ]
    return max(lines) * size / POINTS_PER_INCH


def wrapped(text: str, inches: float, size: float) -> str:
    """Return `text` in lines no wider than `inches`, unless a single word is wider.

    Examples
    --------
    >>> wrapped("about 60 % removed; exudate", 1.2, 9).splitlines()
    ['about 60 %', 'removed; exudate']
    """
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > inches:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)
