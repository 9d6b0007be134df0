"""The plan of a CDISC study: which dataset, parameter and column is what, as data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from spineoutcomes._toml import TomlFile, read_toml
from spineoutcomes.loaders.mapping.grammar import STRICT, Field, Only, Reason, Visit
from spineoutcomes.vocabulary.levels import Side

DEATH = "death"  # stands where a kind of event does, and goes into patients
OWN_KEYS = ("file", "only")
ENTRY_TABLES = ("procedures", "lesions", "events")
Counted = Literal["days", "days + 1"]
Unit = Literal["day", "week", "month", "year"]
Suffix = Literal["xpt", "json", "ndjson", "sas7bdat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CdiscVisits:
    """Section [cdisc.visits]: what the visits of the datasets are in the registry.

    `column` holds them (else AVISIT, else VISIT); `baseline` is the visit of records that a
    baseline flag marks, whatever else they are called.
    """

    __pydantic_config__: ClassVar = STRICT
    codes: dict[str, Visit] = field(default_factory=dict)
    column: str | None = None
    baseline: Visit | None = None

    def __post_init__(self) -> None:
        if self.baseline is not None and self.baseline.visit is None:
            raise ValueError('baseline names a visit of the registry: baseline = "preoperative"')


@dataclass(frozen=True, slots=True, kw_only=True)
class CdiscTimes:
    """One [[cdisc.times]]: a parameter of a time-to-event dataset.

    `kind` is the event that it counts; or `kinds` says it by the words of EVNTDESC. `counted` says
    how AVAL counts in rows that have no dates to check it by; `unit` is that of AVAL where the
    dataset does not name it. With `ends_followup` the date of a censored row is the last day of
    follow-up of its episode.
    """

    __pydantic_config__: ClassVar = STRICT
    file: str = "adtte"
    parameter: str
    kind: str | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    only: Only = field(default_factory=dict)
    counted: Counted | None = None
    unit: Unit | None = None
    ends_followup: bool = False

    def __post_init__(self) -> None:
        if (self.kind is None) == (not self.kinds):
            raise ValueError("say one of: kind, kinds")


@dataclass(frozen=True, slots=True, kw_only=True)
class CdiscScores:
    """One [[cdisc.scores]]: a parameter (PARAMCD) or test (--TESTCD) that is an instrument.

    `only` are the flags that choose one record, such as ANL01FL = "Y"; `value` the column of the
    result, else AVAL, else --STRESN, and their text for an instrument with grades.
    """

    __pydantic_config__: ClassVar = STRICT
    file: str
    parameter: str
    instrument: str
    value: str | None = None
    location: str | None = None
    side: Side | None = None
    rater: str | None = None
    scale: tuple[float, float] | None = None
    codes: dict[str, str] = field(default_factory=dict)
    missing: dict[str, Reason] = field(default_factory=dict)
    only: Only = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdiscFacts:
    """One [[cdisc.facts]]: facts of a person that stand in another dataset, one row each."""

    __pydantic_config__: ClassVar = STRICT
    file: str
    only: Only = field(default_factory=dict)
    patients: dict[str, Field] = field(default_factory=dict)
    episodes: dict[str, Field] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdiscEntry:
    """One [[cdisc.procedures]], [[cdisc.lesions]] or [[cdisc.events]]: a row for each record."""

    __pydantic_config__: ClassVar = STRICT
    file: str
    only: Only = field(default_factory=dict)
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class CdiscPlan:
    """Section [cdisc] of a mapping.

    Attributes
    ----------
    subjects : str
        The dataset with a row per person: dm or adsl.
    index_date : str
        Its column with day 0.
    only : dict
        The persons taken: for a column, the cells that choose one.
    suffix : str, optional
        Which of several files of a dataset is read.
    encoding : str, optional
        Of transport files that are not ASCII or UTF-8.
    missing_codes : dict
        Reasons for the tagged missing values of transport files.
    patients, episodes : dict of str to Field
        Columns of these tables besides, or instead of, those that every study has.
    """

    __pydantic_config__: ClassVar = STRICT
    subjects: str
    episodes: dict[str, Field]
    index_date: str = "RFSTDTC"
    only: Only = field(default_factory=dict)
    suffix: Suffix | None = None
    encoding: str | None = None
    missing_codes: dict[str, Reason] = field(default_factory=dict)
    patients: dict[str, Field] = field(default_factory=dict)
    visits: CdiscVisits | None = None
    times: tuple[CdiscTimes, ...] = ()
    scores: tuple[CdiscScores, ...] = ()
    facts: tuple[CdiscFacts, ...] = ()
    procedures: tuple[CdiscEntry, ...] = ()
    lesions: tuple[CdiscEntry, ...] = ()
    events: tuple[CdiscEntry, ...] = ()

    @property
    def entries(self) -> list[tuple[str, int, CdiscEntry]]:
        """Tables, numbers and entries of those that give a row for each record."""
        return [
            (table, number, entry)
            for table in ENTRY_TABLES
            for number, entry in enumerate(getattr(self, table))
        ]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of all datasets that are read, the persons first."""
        named = [
            *(times.file for times in self.times),
            *(score.file for score in self.scores),
            *(facts.file for facts in self.facts),
            *(entry.file for _, _, entry in self.entries),
        ]
        return tuple(dict.fromkeys([self.subjects, *named]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    __pydantic_config__: ClassVar = STRICT
    cdisc: CdiscPlan


def has_cdisc(path: str | Path) -> bool:
    """Tell whether a mapping is the plan of a CDISC study: it has a section [cdisc].

    Raises
    ------
    ArgumentError
        When it is not there, or is not TOML.
    """
    return "cdisc" in read_toml(path).data


def read_plan(path: str | Path) -> tuple[CdiscPlan, TomlFile]:
    """Read the plan of a CDISC study, and the document, for messages that name a line.

    Raises
    ------
    ArgumentError
        When it is not there, is not TOML, has no [cdisc], or breaks the grammar.
    """
    document = read_toml(path)
    if not isinstance(document.data.get("cdisc"), dict):
        raise document.error((), "a plan of a CDISC study has a section [cdisc]")
    data = {**document.data, "cdisc": _in_full(document.data["cdisc"])}
    return replace(document, data=data).validate(_Document).cdisc, document


def _in_full(cdisc: dict[str, Any]) -> dict[str, Any]:
    """Write short forms in full: a text is a column, a cell one of several."""
    full = _with_lists(cdisc)
    for table in ("patients", "episodes"):
        if table in full:
            full[table] = _fields(full[table])
    for name, in_full in (("facts", _facts), ("times", _with_lists), ("scores", _with_lists)):
        if isinstance(full.get(name), list):
            full[name] = [in_full(part) if isinstance(part, dict) else part for part in full[name]]
    for table in ENTRY_TABLES:
        if isinstance(full.get(table), list):
            full[table] = [_entry(e) if isinstance(e, dict) else e for e in full[table]]
    if isinstance(full.get("visits"), dict):
        full["visits"] = _visits(full["visits"])
    return full


def _with_lists(part: dict[str, Any]) -> dict[str, Any]:
    only = part.get("only")
    if not isinstance(only, dict):
        return dict(part)
    return part | {"only": {k: [v] if isinstance(v, str) else v for k, v in only.items()}}


def _fields(fields: Any) -> Any:
    if not isinstance(fields, dict):
        return fields
    return {name: {"column": v} if isinstance(v, str) else v for name, v in fields.items()}


def _facts(part: dict[str, Any]) -> dict[str, Any]:
    tables = {name: _fields(part[name]) for name in ("patients", "episodes") if name in part}
    return _with_lists(part) | tables


def _entry(part: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in part.items() if key in OWN_KEYS}
    return _with_lists(own) | {"fields": _fields({k: v for k, v in part.items() if k not in own})}


def _visits(visits: dict[str, Any]) -> dict[str, Any]:
    full = dict(visits)
    if isinstance(full.get("baseline"), str):
        full["baseline"] = {"visit": full["baseline"]}
    if isinstance(full.get("codes"), dict):
        full["codes"] = {
            code: {"visit": visit} if isinstance(visit, str) else visit
            for code, visit in full["codes"].items()
        }
    return full
