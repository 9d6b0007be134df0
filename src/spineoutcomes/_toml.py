"""Read a TOML file, check it against a type, and name the line of whatever is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from spineoutcomes.errors import ArgumentError

T = TypeVar("T")
Keys = Sequence[str | int]
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A TOML document with its text, so that messages can name a line.

    Attributes
    ----------
    name : str
        File name, for messages.
    text : str
        The document.
    data : dict
        The parsed document.
    """

    name: str
    text: str
    data: dict[str, Any]

    def line_of(self, keys: Keys) -> int | None:
        """Return the line (from 1) on which the value at `keys`, or its nearest parent, begins.

        Growing prefixes of whole lines are parsed until the value appears; this costs a parse a
        line, so it is for error messages only.
        """
        for length in range(len(keys), 0, -1):
            line = _first_line_with(self.text, keys[:length])
            if line is not None:
                return line
        return None

    def error(self, keys: Keys, message: str) -> ArgumentError:
        """Return an error that names the file, the line and the key, ready to be raised."""
        line = self.line_of(keys)
        where = f"{self.name}, line {line}" if line else self.name
        path = ".".join(str(key + 1) if isinstance(key, int) else key for key in keys)
        return ArgumentError(f"{where}: {path}: {message}" if path else f"{where}: {message}")

    def validate(self, kind: type[T]) -> T:
        """Return the document as an instance of `kind`.

        Raises
        ------
        ArgumentError
            For the first key that does not fit, with its line and how many more there are.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(kind).validate_python(self.data)
        except ValidationError as error:
            problems = error.errors(include_url=False)
            # A misspelt key is also a missing one: the spelling is what there is to mend.
            first = min(problems, key=lambda problem: problem["type"] not in UNKNOWN_KEY)
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            keys = [key for key in first["loc"] if _is_real_key(key, first["loc"])]
            raise self.error(keys, f"{_in_plain_words(first)}{more}") from None


def read_toml(path: str | Path) -> TomlFile:
    """Read a TOML file.

    Raises
    ------
    ArgumentError
        When there is no such file, it is not UTF-8, or it is not TOML; the message names the line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ArgumentError(f"No such file: {path}.") from None
    except (UnicodeDecodeError, OSError) as error:
        raise ArgumentError(f"{path} cannot be read as UTF-8 text: {error}.") from None
    return parse_toml(text, name=path.name)


def parse_toml(text: str, *, name: str) -> TomlFile:
    """Parse TOML text.

    Raises
    ------
    ArgumentError
        When the text is not TOML; the message names the line.
    """
    try:
        return TomlFile(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"{name} is not valid TOML: {error}.") from None


def _first_line_with(text: str, keys: Keys) -> int | None:
    lines = text.splitlines()
    for number in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue  # a value that goes on over the next lines
        if _holds(data, keys):
            return number
    return None


def _holds(data: Any, keys: Keys) -> bool:
    for key in keys:
        in_table = isinstance(data, dict) and key in data
        in_array = isinstance(data, list) and isinstance(key, int) and key < len(data)
        if not (in_table or in_array):
            return False
        data = data[key]
    return True


def _is_real_key(key: str | int, loc: Keys) -> bool:
    """Tell a key of the document from the words pydantic adds for members of a union."""
    return isinstance(key, int) or key.replace("_", "").replace(" ", "").isalnum()


def _in_plain_words(problem: Any) -> str:
    kinds = {
        "extra_forbidden": "unknown key; check its spelling",
        "missing": "this key is required",
        "unexpected_keyword_argument": "unknown key; check its spelling",
        "missing_argument": "this key is required",
        "missing_keyword_only_argument": "this key is required",
    }
    plain = kinds.get(problem["type"])
    return plain or str(problem["msg"]).removeprefix("Value error, ")
