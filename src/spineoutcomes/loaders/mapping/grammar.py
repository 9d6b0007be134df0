"""The grammar of a mapping: which columns of which file hold what, as data and never as code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from spineoutcomes.vocabulary.levels import Side

STRICT: dict[str, Any] = {"extra": "forbid"}
FIELD_TABLES = ("patients", "episodes")
ENTRY_TABLES = ("procedures", "lesions", "events")
VISIT = "{visit}"  # in the name of a column, stands for the code of a visit
ONE_FILE = ""  # the name of the only file, where a mapping has [file] and no [files.NAME]

# Why a value is missing; the same words as scores.missing_reason.
Reason = Literal["not_due", "withdrawn", "lost", "missing", "not_done", "refused", "unknown"]
Unit = Literal["patient", "episode", "visit", "procedure", "lesion", "event"]
Only = dict[str, tuple[str, ...]]  # column -> the cells that choose a row
Keys = tuple[str | int, ...]  # where something stands in the document


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """Section [file]: what a row is, how the file is opened, and how its cells are written."""

    __pydantic_config__: ClassVar = STRICT
    one_row_per: Unit
    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    first_row: int | None = None
    header_rows: int | None = None
    dictionary: str | None = None
    events: str | None = None
    missing_codes: dict[str, Reason] | None = None
    catalog: str | None = None
    decimal: Literal[".", ","] = "."
    date_format: str | None = None
    missing: dict[str, Reason] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    allow_absent: bool = False

    def __post_init__(self) -> None:
        _check_date_format(self.date_format)
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
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
    by_labels: bool = False  # written as codes = "labels"
    missing: dict[str, Reason] = field(default_factory=dict)
    date_format: str | None = None
    decimal: Literal[".", ","] | None = None
    unit: str | None = None
    multiply: float | None = None

    def __post_init__(self) -> None:
        _check_date_format(self.date_format)
        given = (self.column is not None, bool(self.columns), self.row_number)
        if sum((*given, self.always is not None)) != 1:
            raise ValueError("say one of: column, columns, row_number = true, always")
        if self.always is not None and not isinstance(self.always, str | int | float | bool):
            raise ValueError("always is one text, number, true or false")
        if self.unit is not None and self.multiply is not None:
            raise ValueError("say unit or multiply: a unit that is known, or the factor itself")

    @property
    def named(self) -> tuple[str, ...]:
        """The columns of the file it reads."""
        return self.columns if self.column is None else (self.column,)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile(FileFormat):
    """Section [files.NAME]: one of several files, where it is, and its columns that join them."""

    __pydantic_config__: ClassVar = STRICT
    path: str | None = None
    patient_id: Field | None = None
    episode_id: Field | None = None
    visit_column: str | None = None
    visit_date: str | None = None
    visit_day: str | None = None


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
    unit: str | None = None
    multiply: float | None = None

    def __post_init__(self) -> None:
        _check_date_format(self.date_format)
        if self.date is not None and self.day is not None:
            raise ValueError("say date or day: the column of a visit's date, or of its day")
        if self.unit is not None and self.multiply is not None:
            raise ValueError("say unit or multiply: a unit that is known, or the factor itself")

    def name_of(self, code: str) -> str:
        """Return the name of a visit in the registry: its code, unless another is given."""
        return self.codes[code].visit or code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Which rows of which file a section reads; all of the first file, unless it says."""

    __pydantic_config__: ClassVar = STRICT
    file: str | None = None
    only: Only = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Reading):
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
    by_labels: bool = False  # written as codes = "labels"
    missing: dict[str, Reason] = field(default_factory=dict)
    visits: tuple[str, ...] = ()
    patient_id: Field | None = None
    episode_id: Field | None = None

    def __post_init__(self) -> None:
        if (self.column is None) == (not self.columns):
            raise ValueError("say one of: column, columns")
        if self.scale is not None and not self.scale[0] < self.scale[1]:
            raise ValueError("scale is [lowest, highest] as the file stores it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One [patients], [episodes], [[procedures]], [[lesions]] or [[events]] of a mapping.

    Attributes
    ----------
    table : str
    fields : dict of str to Field
        By column of the table.
    file : str
        Name of the file it reads.
    only : dict
        The rows it reads: for a column, the cells that choose one.
    keys : tuple
        Where it stands in the mapping.
    """

    table: str
    fields: dict[str, Field]
    file: str
    only: Only
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """A whole mapping, in full: every section names its file."""

    files: dict[str, FileFormat]
    patients: Section
    episodes: Section
    visits: Visits | None
    scores: dict[int, Score]  # by their place in the document
    entries: tuple[Section, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections made of fields; scores stand apart."""
        return (self.patients, self.episodes, *self.entries)

    @property
    def has_names(self) -> bool:
        """Whether files have names, as in [files.NAME]."""
        return ONE_FILE not in self.files

    @property
    def everything(self) -> list[tuple[Section | Score, Keys]]:
        """All sections that read rows of a file, each with where it stands in the mapping."""
        own = [(section, section.keys) for section in self.sections]
        return [*own, *((score, ("scores", number)) for number, score in self.scores.items())]

    def file_keys(self, name: str) -> Keys:
        """Return where the section of a file stands in the mapping."""
        return ("files", name) if self.has_names else ("file",)


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
