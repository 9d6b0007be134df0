"""What the vocabulary knows: instruments, procedures, diagnoses, kinds of events, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, TypeVar

import pandas as pd

from spineoutcomes.errors import ArgumentError

E = TypeVar("E")
STRICT: dict[str, Any] = {"extra": "forbid"}
ThresholdKind = Literal[
    "MCID",
    "MIC",
    "SCB",
    "PASS",
    "SATISFACTION",
    "RECOVERED",
    "WORSENING",
    "SDC",
    "MDC",
    "SEM",
    "HALF_SD",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A citation that a fact of the vocabulary rests on."""

    __pydantic_config__: ClassVar = STRICT
    citation: str
    doi: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A cut-off of an instrument with the study it comes from.

    `kind` says what lies beyond the cut-off: an important change (MCID, MIC), a substantial benefit
    (SCB), an acceptable state (PASS), SATISFACTION, being RECOVERED, a WORSENING, or more than the
    error of measurement (SDC, MDC, SEM, HALF_SD). `basis` says whether `value` is a change in
    points, a percent of baseline, or an absolute score. A change counts benefit as positive,
    whichever way the instrument runs; for WORSENING it counts harm as positive. `location` names
    the body site or the domain that the study was about.
    """

    __pydantic_config__: ClassVar = STRICT
    kind: ThresholdKind
    value: float
    basis: Literal["points", "percent", "absolute"]
    comparison: Literal[">=", "<=", "<", ">", "=="]
    population: str
    method: str
    source: str
    n: int | None = None
    location: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """How the items of an instrument make its score; their wording is licensed and not here.

    `rule` is how answers become a score, `names` the item codes in order, `low` and `high` the
    lowest and highest answer of an item, `ranges` those of items that differ, `domains` which items
    belong to which domain, and `full` the score of a person without complaints.
    """

    __pydantic_config__: ClassVar = STRICT
    rule: Literal["proportion", "sum", "count_yes", "domain_means", "value_set"]
    names: tuple[str, ...]
    low: float
    high: float
    source: str
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    domains: dict[str, tuple[str, ...]] = field(default_factory=dict)
    full: float | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        named = {item for group in self.domains.values() for item in group} | set(self.ranges)
        strangers = named - set(self.names)
        if strangers:
            raise ValueError(f"domains and ranges hold items not in names: {sorted(strangers)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A score or grade: its range or grades, direction, unit, items and cited thresholds.

    `short` is the name in figures; `range` is that of the stored value; `grades`, lowest first, are
    the ordered categories of an ordinal instrument, which are never averaged, and `meanings` what
    each of them stands for, where its wording was seen; `domains` are parts with a score of their
    own; `items` is how answers become the score.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    short: str
    kind: Literal["continuous", "count", "ordinal"]
    higher_is: Literal["better", "worse"]
    source: str
    range: tuple[float, float] | None = None
    grades: tuple[str, ...] | None = None
    meanings: dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    n_items: int | None = None
    missing_items: str | None = None
    licence: str | None = None
    locations: tuple[str, ...] = ()
    needs_location: bool = False
    note: str | None = None
    items: Items | None = None
    domains: tuple[str, ...] = ()
    thresholds: dict[str, Threshold] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.range is None) == (self.grades is None):
            raise ValueError("an instrument has either a range or grades")
        if (self.kind == "ordinal") != (self.grades is not None):
            raise ValueError("grades belong to an ordinal instrument, and to no other")
        strangers = set(self.meanings) - set(self.grades or ())
        if strangers:
            raise ValueError(f"meanings hold what is no grade: {sorted(strangers)}")

    @property
    def is_graded(self) -> bool:
        """Whether results are ordered grades rather than numbers."""
        return self.grades is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a source document says of a procedure: kept with its origin, never a default."""

    __pydantic_config__: ClassVar = STRICT
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A component of an episode.

    `directed` tells whether it is aimed at the lesion or pathology (the first such component sets
    day 0); `approaches` is empty where nothing is operated on; `ladder_step` is an editable
    proposal, not a measure of severity; `codes` are numbers of a coding system, without its texts.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    approaches: tuple[str, ...]
    source: str
    directed: bool = True
    ladder_step: int | None = None
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A disease that an episode treats.

    `stages` are those of its own staging; `codes` find it in routine data, and find it badly.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    group: Literal["tumour", "metastasis", "degenerative", "fracture", "deformity", "infection"]
    source: str
    stages: dict[str, str] = field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """A kind of event.

    `after_index` marks kinds that cannot happen before day 0 of their episode; `expects_absent`
    marks kinds that are looked for, so that "not seen" is a fact worth a row.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    source: str
    after_index: bool = False
    expects_absent: bool = False
    note: str | None = None


class Catalogue(Mapping[str, E], Generic[E]):
    """Entries of one sort by code; shows itself as a table.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> so.vocabulary.instruments["odi"].higher_is
    'worse'
    """

    def __init__(self, kind: str, entries: Callable[[], Mapping[str, E]]) -> None:
        self._kind = kind
        self._read = entries

    @cached_property
    def _entries(self) -> Mapping[str, E]:
        """The entries, read when the first of them is looked up."""
        return MappingProxyType(dict(self._read()))

    def __getitem__(self, code: str) -> E:
        if code not in self._entries:
            raise UnknownCodeError(
                f"Unknown {self._kind} {code!r}; known are: {', '.join(sorted(self._entries))}. "
                "Add your own through load_registry(vocabulary=...)."
            )
        return self._entries[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def to_frame(self) -> pd.DataFrame:
        """Return one row per entry, indexed by code."""
        rows = [
            {f.name: _shown(getattr(entry, f.name)) for f in fields(entry)}  # type: ignore[arg-type]
            for entry in self._entries.values()
        ]
        return pd.DataFrame(rows, index=pd.Index(list(self._entries), name="code"))

    def __repr__(self) -> str:
        return f"<{len(self)} entries, by {self._kind}: {', '.join(self._entries)}>"

    def _repr_html_(self) -> str:
        frame = self.to_frame().astype(object)
        frame = frame.where(frame.notna(), "")
        filled = [name for name in frame if any(cell != "" for cell in frame[name])]
        # pandas cuts long cells, and the end of a note is as true as its beginning.
        with pd.option_context("display.max_colwidth", None):
            return frame[filled].to_html(border=0, float_format="{:g}".format)


class UnknownCodeError(ArgumentError, KeyError):
    """A code that a catalogue does not hold; also a KeyError, as of any mapping."""

    __str__ = ArgumentError.__str__


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a registry may use; a user's own entries stand beside or replace the shipped ones.

    Attributes
    ----------
    instruments, procedures, diagnoses, event_kinds, sources : Catalogue
        Entries by code.
    sha256 : str
        Hash of all the text the vocabulary was read from.
    """

    instruments: Catalogue[Instrument]
    procedures: Catalogue[Procedure]
    diagnoses: Catalogue[Diagnosis]
    event_kinds: Catalogue[EventKind]
    sources: Catalogue[Source]
    sha256: str


def _shown(value: Any) -> Any:
    """Return a field as a cell of a table: plain values as they are, the rest as one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_shown(entry)}" for key, entry in value.items())
    if isinstance(value, tuple):
        between = "; " if any(isinstance(entry, Claim) for entry in value) else ", "
        return between.join(str(_shown(entry)) for entry in value)
    if isinstance(value, Threshold):
        where = f", {value.location}" if value.location else ""
        return f"{value.kind} {value.comparison} {value.value:g} {_UNITS[value.basis]}{where}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Items):
        return f"{len(value.names)} items, {value.rule}"
    return value.text if isinstance(value, Claim) else value


_UNITS = {"points": "points", "percent": "% of baseline", "absolute": "(score)"}
