"""Write a proposal as TOML: what is sure stands as it is, the rest behind "# ?", each with why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ASK = "# ? "
WIDTH = 44  # column from which reasons stand, where the line is shorter
BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mapping: its text, why it is proposed, and whether it is sure."""

    text: str
    why: str = ""
    sure: bool = True

    def written(self, *, asked: bool = False) -> str:
        """Return the line with its reason; one that is not sure, or `asked`, is a comment."""
        text = self.text if self.sure and not asked else ASK + self.text
        return f"{text:<{WIDTH}}  # {self.why}" if self.why else text


@dataclass(frozen=True, slots=True)
class Block:
    """One section of a mapping: its head, its lines, and whether it stands at all."""

    head: str
    lines: tuple[Line, ...]
    sure: bool = True

    def written(self) -> str:
        """Return the section; one that is not sure is a comment throughout."""
        head = Line(self.head).written(asked=not self.sure)
        return "\n".join([head, *(line.written(asked=not self.sure) for line in self.lines)])


def document(opening: Sequence[str], blocks: Iterable[Block]) -> str:
    """Return the whole text."""
    parts = ["\n".join(f"# {line}" if line else "#" for line in opening)]
    return "\n\n".join([*parts, *(block.written() for block in blocks)]) + "\n"


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    # JSON leaves the one control character that TOML does not allow bare.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def key_of(text: str) -> str:
    """Return a key as TOML writes it: bare where it can be."""
    return text if BARE.fullmatch(text) else quoted(text)


def pairs(values: Mapping[str, str]) -> str:
    """Return an inline table of texts."""
    return "{ " + ", ".join(f"{key_of(k)} = {quoted(v)}" for k, v in values.items()) + " }"


def one_line(text: str) -> str:
    """Return a name for a reason: a comment ends where its line does."""
    return " ".join(text.split())
