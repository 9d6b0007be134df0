"""The six tables as declared columns: names, kinds, allowed values, ranges, keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spineoutcomes.vocabulary.levels import SIDES

Kind = Literal["id", "text", "category", "number", "date", "flag"]

APPROACHES = ("mis", "mini_open", "open", "interventional", "hybrid", "unknown")
MEASURES = ("volume", "area", "diameter", "percent_removed", "percent_residual")
# Days that a month or a year stands for: `days` makes them where there is such a date.
LIMITS = ("lower_day", "upper_day")
DERIVED = frozenset(
    f"{what}{limit}" for what in ("", "death_", "last_contact_") for limit in LIMITS
)
MISSING_REASONS = ("not_due", "withdrawn", "lost", "missing", "not_done", "refused", "unknown")


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column.

    Attributes
    ----------
    name : str
    kind : {"id", "text", "category", "number", "date", "flag"}
    required : bool
        The column must be there and complete.
    allowed : tuple of str, optional
        The values a category may take.
    catalogue : str, optional
        The vocabulary's catalogue whose codes the column holds.
    low, high : float, optional
        Range of a number, ends included.
    later : bool
        Known only after day 0, so no condition or confounder may use it.
    """

    name: str
    kind: Kind
    required: bool = False
    allowed: tuple[str, ...] | None = None
    catalogue: str | None = None
    low: float | None = None
    high: float | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One declared table: its columns, its key, the tables its rows belong to."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    parents: tuple[tuple[str, str], ...] = ()  # (table, column)
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the declared columns, in order."""
        return tuple(column.name for column in self.columns)


def _id(name: str, required: bool = False) -> Column:
    return Column(name, "id", required)


def _text(*names: str, later: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, "text", later=later) for name in names)


def _number(name: str, low: float | None = None, high: float | None = None) -> Column:
    return Column(name, "number", low=low, high=high)


def _later(name: str, low: float | None = None) -> Column:
    return Column(name, "number", low=low, later=True)


_PATIENTS = TableSpec(
    "patients",
    (
        _id("patient_id", required=True),
        *_text("centre"),
        Column("sex", "category", allowed=("female", "male", "other", "unknown")),
        _number("birth_year", 1880, 2100),
        Column("death_date", "date", later=True),
        _later("death_day"),
        *_text("death_cause", later=True),
        Column("last_contact_date", "date", later=True),
        _later("last_contact_day"),
        Column(
            "last_contact_status",
            "category",
            allowed=("alive", "dead", "lost", "withdrawn", "unknown"),
            later=True,
        ),
    ),
    key=("patient_id",),
    required=True,
)

_EPISODES = TableSpec(
    "episodes",
    (
        _id("episode_id", required=True),
        _id("patient_id", required=True),
        Column("diagnosis", "category", required=True, catalogue="diagnoses"),
        *_text("levels", "region"),
        Column("index_date", "date"),
        _number("index_day"),
        _number("index_year", 1900, 2100),
        _id("index_procedure_id"),
        Column("approach_planned", "category", allowed=APPROACHES),
        Column("approach_performed", "category", allowed=APPROACHES, later=True),
        _number("age_years", 0, 120),
        _number("asa_class", 1, 6),
        _number("kps", 0, 100),
        *_text("primary_tumour"),
        _number("sins", 0, 18),
        Column("escc", "category", allowed=("0", "1a", "1b", "1c", "2", "3")),
        _later("los_days", 0),
        *_text("discharge", later=True),
        Column("radiotherapy_planned", "flag"),
        _later("last_followup_day"),
        _later("cutoff_day"),
        _id("prior_episode_id"),
    ),
    key=("episode_id",),
    parents=(("patients", "patient_id"),),
    required=True,
)

_PROCEDURES = TableSpec(
    "procedures",
    (
        _id("procedure_id", required=True),
        _id("episode_id", required=True),
        Column("component", "category", required=True, catalogue="procedures"),
        Column("approach", "category", allowed=APPROACHES),
        Column("date", "date"),
        _number("day"),
        _number("sequence", 0),
        _number("stage", 0),
        Column("planned", "flag"),
        *_text("levels"),
        _id("lesion_id"),
        _later("operative_time_min", 0),
        _later("blood_loss_ml", 0),
        _later("incision_length_mm", 0),
        *_text("anaesthesia"),
        _id("surgeon_id"),
        _later("cost", 0),
        *_text("label"),
    ),
    key=("procedure_id",),
    parents=(("episodes", "episode_id"),),
)

_SCORES = TableSpec(
    "scores",
    (
        _id("episode_id", required=True),
        Column("instrument", "category", required=True, catalogue="instruments"),
        *_text("location"),
        Column("side", "category", allowed=SIDES),
        Column("date", "date"),
        _number("day"),
        *_text("visit", "rater"),
        _number("value"),
        *_text("grade"),
        _number("n_items_answered", 0),
        Column("approximate", "flag"),
        Column("missing_reason", "category", allowed=MISSING_REASONS),
        *_text("raw_value"),
    ),
    key=("episode_id", "instrument", "location", "side", "day", "visit", "rater"),
    parents=(("episodes", "episode_id"),),
)

_LESIONS = TableSpec(
    "lesions",
    (
        _id("episode_id", required=True),
        _id("lesion_id", required=True),
        *_text("compartment"),
        Column("measure", "category", allowed=MEASURES),
        _id("scan_id"),
        Column("date", "date"),
        _number("day"),
        *_text("visit"),
        _number("value", 0),
        *_text("unit"),
        Column("qualitative", "category", allowed=("smaller", "unchanged", "larger", "absent")),
        *_text("levels", "modality"),
        Column("approximate", "flag"),
        Column("confounded", "flag"),
        *_text("label"),
    ),
    key=("episode_id", "lesion_id", "compartment", "measure", "scan_id", "day"),
    parents=(("episodes", "episode_id"),),
)

_EVENTS = TableSpec(
    "events",
    (
        _id("event_id", required=True),
        _id("episode_id"),
        _id("patient_id"),
        Column("kind", "category", required=True, catalogue="event_kinds"),
        Column("status", "category", required=True, allowed=("occurred", "absent")),
        Column("date", "date"),
        _number("day"),
        _number("lower_day"),
        _number("upper_day"),
        *_text("levels"),
        _id("lesion_id"),
        _id("procedure_id"),
        _id("scan_id"),
        _id("leads_to_episode_id"),
        *_text("grade", "label"),
        Column("approximate", "flag"),
        *_text("source"),
    ),
    key=("event_id",),
    parents=(("episodes", "episode_id"), ("patients", "patient_id")),
)

TABLES: dict[str, TableSpec] = {
    spec.name: spec for spec in (_PATIENTS, _EPISODES, _PROCEDURES, _SCORES, _LESIONS, _EVENTS)
}
