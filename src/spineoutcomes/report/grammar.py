"""The grammar of a study file: one flat idea a section, every word a fixed name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

STRICT: dict[str, Any] = {"extra": "forbid"}
Scalar = bool | int | float | str
Condition = Scalar | list[Scalar]
PartialDates = Literal["midpoint", "earliest", "latest", "exclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySection:
    """Where the data are: `path` (relative to the study file) or the name of a `sample`."""

    __pydantic_config__: ClassVar = STRICT
    path: str | None = None
    sample: str | None = None
    mapping: str | None = None
    vocabulary: str | None = None
    on_error: Literal["raise", "reject"] = "raise"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortSection:
    """Who is in, and in which arm."""

    __pydantic_config__: ClassVar = STRICT
    diagnosis: str | list[str] | None = None
    assignment: Literal["planned", "performed"] | None = None
    episodes: Literal["first", "all"] | None = None
    landmark_day: float | None = None
    where: dict[str, Condition] = field(default_factory=dict)
    arms: dict[str, dict[str, Condition]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignSection:
    """How the arms are made comparable."""

    __pydantic_config__: ClassVar = STRICT
    reference: str
    covariates: list[str] = field(default_factory=list)
    cluster: str | None = None
    method: Literal["none", "matching", "weighting"] = "none"
    estimand: Literal["ATE", "ATT", "ATC", "ATO"] | None = None
    caliper: float | None = None
    ratio: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSection:
    """One outcome at one time, and the measure that compares or describes it.

    A word stands for the argument of that name of the metric; a word the metric does not take is
    refused. Some say more than their name:

    - `column` is the column of the metric that is the outcome, each with its own denominator.
    - `window` holds the first and last day of the visit, `baseline_window` those a baseline may
      have, ends included, from day 0: `[60, 120]`, `[-30, 0]`.
    - `rule` is a rule of grades for `grade_change` ("whole_grade", "rank"), elsewhere which of
      several scores in the window counts ("nearest", "first", "last").
    - `muscle = "worst"` follows the weakest muscle and side of each episode.
    - `ambulatory` lists the grades of the instrument that mean walking: with `instrument` it is the
      `definition` of `ambulation`.
    - `rater` keeps the scores of one rater.
    - `partial_dates` reads a death or last contact known only to a month or year.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    metric: str
    measure: str
    column: str | None = None
    instrument: str | None = None
    location: str | None = None
    side: str | None = None
    rater: str | None = None
    muscle: Literal["worst"] | None = None
    ambulatory: list[Scalar] | None = None
    visit: str | None = None
    window: tuple[float, float] | None = None
    baseline_window: tuple[float, float] | None = None
    rule: str | None = None
    partial_dates: PartialDates | None = None
    baseline_adjusted: bool = False
    measure_of_lesion: str | None = None
    compartment: str | None = None
    reference_scan: str | None = None
    threshold: str | None = None
    noninferiority_margin: float | None = None
    intercurrent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEventSection:
    """One time to an event, its censoring and competing events, and the horizons reported."""

    __pydantic_config__: ClassVar = STRICT
    name: str
    metric: str
    horizons: list[float]
    measures: list[str]
    kind: str | None = None
    within: str | None = None
    assessment: Literal["imaging", "clinical"] | None = None
    max_gap_days: float | None = None
    censor_at: str | None = None
    competing: list[str] = field(default_factory=list)
    origin: str | int | None = None
    entry: str | int | None = None
    partial_dates: PartialDates | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivitySection:
    """The same analysis with one choice changed."""

    __pydantic_config__: ClassVar = STRICT
    name: str
    cohort: dict[str, Any] = field(default_factory=dict)
    design: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupsSection:
    """Columns whose interaction with treatment is reported."""

    __pydantic_config__: ClassVar = STRICT
    columns: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySection:
    """The smallest count that may be printed; 0 prints all."""

    __pydantic_config__: ClassVar = STRICT
    minimum_cell: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """What is written."""

    __pydantic_config__: ClassVar = STRICT
    formats: list[Literal["html", "docx"]] = field(default_factory=lambda: ["html"])
    checklist: Literal["STROBE", "CARE", "PROCESS", "RECORD"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A whole study file."""

    __pydantic_config__: ClassVar = STRICT
    title: str
    kind: Literal["comparison", "series", "case"]
    seed: int
    registry: RegistrySection
    cohort: CohortSection = field(default_factory=CohortSection)
    design: DesignSection | None = None
    outcome: list[OutcomeSection] = field(default_factory=list)
    time_to_event: list[TimeToEventSection] = field(default_factory=list)
    sensitivity: list[SensitivitySection] = field(default_factory=list)
    subgroups: SubgroupsSection | None = None
    privacy: PrivacySection = field(default_factory=PrivacySection)
    report: ReportSection = field(default_factory=ReportSection)
