"""The grammar of a mapping: which columns of one file hold what, as data and never as code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

from spineoutcomes._toml import TomlFile, read_toml
from spineoutcomes.vocabulary.levels import Side

STRICT: dict[str, Any] = {"extra": "forbid"}
FIELD_TABLES = ("patients", "episodes")
ENTRY_TABLES = ("procedures", "lesions", "events")
VISIT = "{visit}"  # in the name of a column, stands for the code of a visit

# Why a value is missing; the same words as scores.missing_reason.
Reason = Literal["not_due", "withdrawn", "lost", "missing", "not_done", "refused", "unknown"]
Unit = Literal["patient", "episode", "visit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """Section [file]: what a row is, and how cells are written."""

    __pydantic_config__: ClassVar = STRICT
    one_row_per: Unit
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    date_format: str | None = None
    missing: dict[str, Reason] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_date_format(self.date_format)
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise ValueError("the delimiter is one character, such as ';' or '\\t'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where one fact comes from: a column, several joined to an id, or the same for every row."""

    __pydantic_config__: ClassVar = STRICT
    column: str | None = None
    columns: tuple[str, ...] = ()
    row_number: bool = False
    always: Any = None
    codes: dict[str, str] = field(default_factory=dict)
    missing: dict[str, Reason] = field(default_factory=dict)
    date_format: str | None = None
    decimal: Literal[".", ","] | None = None
    multiply: float | None = None

    def __post_init__(self) -> None:
        _check_date_format(self.date_format)
        given = (self.column is not None, bool(self.columns), self.row_number)
        if sum((*given, self.always is not None)) != 1:
            raise ValueError("say one of: column, columns, row_number = true, always")
        if self.always is not None and not isinstance(self.always, str | int | float | bool):
            raise ValueError("always is one text, number, true or false")

    @property
    def named(self) -> tuple[str, ...]:
        """The columns of the file it reads."""
        return self.columns if self.column is None else (self.column,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one code of a visit means: its name in the registry, and the day it was planned for."""

    __pydantic_config__: ClassVar = STRICT
    visit: str | None = None
    day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Section [visits]: codes and days of the visits; in a long file, the column of the codes."""

    __pydantic_config__: ClassVar = STRICT
    codes: dict[str, Visit]
    column: str | None = None
    date: str | None = None
    day: str | None = None
    date_format: str | None = None

    def __post_init__(self) -> None:
        _check_date_format(self.date_format)
        if self.date is not None and self.day is not None:
            raise ValueError("say date or day: the column of a visit's date, or of its day")

    def name_of(self, code: str) -> str:
        """Return the name of a visit in the registry: its code, unless another is given."""
        return self.codes[code].visit or code


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One [[scores]]: the columns that hold one instrument at one body site."""

    __pydantic_config__: ClassVar = STRICT
    instrument: str
    column: str | None = None
    columns: dict[str, str] = field(default_factory=dict)  # column -> code of its visit
    location: str | None = None
    side: Side | None = None
    rater: str | None = None
    scale: tuple[float, float] | None = None
    codes: dict[str, str] = field(default_factory=dict)
    missing: dict[str, Reason] = field(default_factory=dict)
    visits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.column is None) == (not self.columns):
            raise ValueError("say one of: column, columns")
        if self.scale is not None and not self.scale[0] < self.scale[1]:
            raise ValueError("scale is [lowest, highest] as the file stores it")


Entry = dict[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """A whole mapping."""

    __pydantic_config__: ClassVar = STRICT
    file: FileFormat
    patients: dict[str, Field]
    episodes: dict[str, Field]
    visits: Visits | None = None
    scores: tuple[Score, ...] = ()
    procedures: tuple[Entry, ...] = ()
    lesions: tuple[Entry, ...] = ()
    events: tuple[Entry, ...] = ()


def read_mapping(path: str | Path) -> tuple[FileMapping, TomlFile]:
    """Read a mapping, and the document it stands in, for messages that name a line.

    Raises
    ------
    ArgumentError
        When it is not there, is not TOML, or breaks the grammar; the message names the line.
    """
    document = read_toml(path)
    return replace(document, data=_spelt_out(document.data)).validate(FileMapping), document


def _spelt_out(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write short forms in full: `sex = "gender"` is `sex = { column = "gender" }`."""
    full = dict(data)
    for name in FIELD_TABLES:
        if isinstance(full.get(name), dict):
            full[name] = {key: _in_full(value, "column") for key, value in full[name].items()}
    for name in ENTRY_TABLES:
        if isinstance(full.get(name), list):
            full[name] = [_entry_in_full(entry) for entry in full[name]]
    visits = full.get("visits")
    if isinstance(visits, dict) and isinstance(visits.get("codes"), dict):
        codes = {code: _in_full(visit, "visit") for code, visit in visits["codes"].items()}
        full["visits"] = visits | {"codes": codes}
    return full


def _entry_in_full(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {key: _in_full(value, "column") for key, value in entry.items()}


def _in_full(value: Any, key: str) -> Any:
    return {key: value} if isinstance(value, str) else value


def _check_date_format(date_format: str | None) -> None:
    """Raise unless a format has a day, a month and a year, and means the same there and back."""
    if date_format is None:
        return
    day = datetime(2020, 1, 31)
    try:
        fits = datetime.strptime(day.strftime(date_format), date_format) == day
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            'date_format has %d for the day, %m for the month and %Y for the year: "%d.%m.%Y"'
        )
