"""Study: a pre-specified analysis plan, read from TOML and checked before any data are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spineoutcomes._toml import Keys, TomlFile, read_toml
from spineoutcomes.report.grammar import OutcomeSection, StudyFile, TimeToEventSection

# What this version can run. A word of the grammar outside these is refused with its line.
METRICS = {
    "score_at": ("value", {"mean", "mean_difference"}),
    "change_from_baseline": ("change", {"mean", "mean_difference"}),
    "perioperative": ("", {"mean", "mean_difference", "risk", "risk_difference"}),
    "achieved_threshold": ("achieved", {"risk", "risk_difference"}),
    "grade_change": ("improved", {"risk", "risk_difference"}),
    "residual_lesion": ("residual_percent", {"mean", "mean_difference", "median"}),
}
TIME_MEASURES = {"risk", "survival", "test"}
# How an intercurrent event may be handled; only a threshold can be failed by one.
INTERCURRENT = {"death": ("exclude",), "reoperation": ("ignore",), "conversion": ("ignore",)}
FAILED_BY = {"death": ("exclude", "failure"), "reoperation": ("ignore", "failure")}


@dataclass(frozen=True, slots=True)
class Study:
    """A pre-specified analysis plan.

    Attributes
    ----------
    plan : StudyFile
        The sections of the file.
    file : TomlFile
        The file itself, for messages that name a line.
    folder : Path
        Folder of the file, which paths in it start from.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> study = so.Study.read(so.example("metastases"))
    >>> study.plan.kind
    'comparison'
    """

    plan: StudyFile
    file: TomlFile
    folder: Path

    @classmethod
    def read(cls, path: str | Path) -> Study:
        """Read and check a study file.

        Parameters
        ----------
        path : path
            A TOML file.

        Returns
        -------
        Study

        Raises
        ------
        ArgumentError
            For an unknown key, a wrong type, or an impossible combination; it names the line.
        """
        file = read_toml(path)
        study = cls(file.validate(StudyFile), file, Path(path).resolve().parent)
        for keys, message in _problems(study.plan):
            raise file.error(keys, message)
        return study

    def locate(self, path: str) -> Path:
        """Return a path of the study file, which counts from the file's folder."""
        return (self.folder / path).resolve()


def _problems(plan: StudyFile) -> Iterator[tuple[Keys, str]]:
    yield from _registry_problems(plan)
    yield from _kind_problems(plan)
    yield from _later(plan)
    for number, outcome in enumerate(plan.outcome):
        for key, message in _outcome_problems(outcome, plan.kind):
            yield ("outcome", number, key), message
    for number, event in enumerate(plan.time_to_event):
        for key, message in _time_problems(event):
            yield ("time_to_event", number, key), message
    names = [outcome.name for outcome in plan.outcome] + [e.name for e in plan.time_to_event]
    for name in {name for name in names if names.count(name) > 1}:
        yield ("title",), f"two sections are called {name!r}; each result needs its own name"


def _registry_problems(plan: StudyFile) -> Iterator[tuple[Keys, str]]:
    if (plan.registry.path is None) == (plan.registry.sample is None):
        yield ("registry",), "give either `path` or `sample`"


def _kind_problems(plan: StudyFile) -> Iterator[tuple[Keys, str]]:
    if plan.kind == "comparison":
        if len(plan.cohort.arms) < 2:
            yield ("cohort",), "a comparison needs at least two arms in [cohort.arms]"
        elif plan.design is None:
            yield ("kind",), "a comparison needs a [design] section with its reference arm"
        elif plan.design.reference not in plan.cohort.arms:
            arms = ", ".join(plan.cohort.arms)
            yield ("design", "reference"), f"is not one of the arms ({arms})"
    else:
        if plan.cohort.arms or plan.design:
            yield ("kind",), f"a {plan.kind} has no arms and no design; nothing is compared"
    if plan.kind == "case" and (plan.outcome or plan.time_to_event):
        yield ("kind",), "a case report is a timeline and words; it has no outcome sections"


def _later(plan: StudyFile) -> Iterator[tuple[Keys, str]]:
    """Name what the grammar knows but this version cannot run."""
    not_yet = "is part of the grammar but not available in this version; take it out"
    if plan.design and plan.design.method != "none":
        yield ("design", "method"), f'{plan.design.method!r} {not_yet}, or say method = "none"'
    if plan.design and plan.design.cluster:
        yield ("design", "cluster"), f"clustering {not_yet}"
    if plan.design and (plan.design.estimand or plan.design.caliper or plan.design.ratio):
        yield (
            ("design",),
            f"an estimand, caliper or ratio needs matching or weighting, which {not_yet}",
        )
    if plan.cohort.episodes == "all":
        yield ("cohort", "episodes"), f'"all" needs clustering by patient, which {not_yet}'
    if plan.sensitivity:
        yield ("sensitivity",), f"this section {not_yet}"
    if plan.subgroups:
        yield ("subgroups",), f"this section {not_yet}"
    if plan.privacy.minimum_cell:
        yield ("privacy", "minimum_cell"), f"small-cell suppression {not_yet}, or say 0"
    if plan.report.formats != ["html"]:
        yield ("report", "formats"), f'any format but "html" {not_yet}: formats = ["html"]'
    if plan.report.checklist:
        yield ("report", "checklist"), f"a checklist {not_yet}"


def _outcome_problems(outcome: OutcomeSection, kind: str) -> Iterator[tuple[str, str]]:
    if outcome.metric not in METRICS:
        yield "metric", f"{outcome.metric!r} is not available; there are: {', '.join(METRICS)}"
        return
    measures = METRICS[outcome.metric][1]
    contrast = outcome.measure.endswith("_difference")
    if outcome.measure not in measures or contrast != (kind == "comparison"):
        fitting = sorted(m for m in measures if m.endswith("_difference") == (kind == "comparison"))
        yield "measure", f"of {outcome.metric} in a {kind} must be one of {', '.join(fitting)}"
    yield from _missing_keys(outcome)
    if outcome.baseline_adjusted and outcome.metric != "change_from_baseline":
        yield "baseline_adjusted", "belongs to change_from_baseline"
    if outcome.threshold is not None and outcome.metric != "achieved_threshold":
        yield "threshold", "belongs to achieved_threshold"
    if outcome.noninferiority_margin is not None:
        message = "is part of the grammar but not available in this version; take it out"
        yield "noninferiority_margin", message
    yield from _intercurrent_problems(outcome)


def _intercurrent_problems(outcome: OutcomeSection) -> Iterator[tuple[str, str]]:
    failing = outcome.metric == "achieved_threshold"
    known = INTERCURRENT | (FAILED_BY if failing else {})
    for event, strategy in outcome.intercurrent.items():
        if strategy not in known.get(event, ()):
            words = ", ".join(f"{name} = {' or '.join(ways)}" for name, ways in known.items())
            yield "intercurrent", f"{event} = {strategy!r} is not available; there is: {words}"


def _missing_keys(outcome: OutcomeSection) -> Iterator[tuple[str, str]]:
    needed = {
        "score_at": ("instrument", "visit"),
        "change_from_baseline": ("instrument", "visit"),
        "achieved_threshold": ("instrument", "visit", "threshold"),
        "grade_change": ("instrument", "visit", "rule"),
        "perioperative": ("column",),
        "residual_lesion": ("measure_of_lesion",),
    }[outcome.metric]
    for key in needed:
        if getattr(outcome, key) is None:
            yield "metric", f"{outcome.metric} needs the key {key!r}"


def _time_problems(event: TimeToEventSection) -> Iterator[tuple[str, str]]:
    if event.metric != "time_to_recurrence":
        yield "metric", f"{event.metric!r} is not available; there is: time_to_recurrence"
    for key in ("assessment", "max_gap_days", "censor_at"):
        if getattr(event, key) is None:
            yield "metric", f"time_to_recurrence needs the key {key!r}"
    if event.kind or event.within:
        yield "metric", "kind and within belong to time_to_event"
    unknown = sorted(set(event.measures) - TIME_MEASURES)
    if unknown:
        yield "measures", f"{', '.join(unknown)} not available; there are: risk, survival, test"
    if not event.horizons or min(event.horizons) <= 0:
        yield "horizons", "needs at least one time in days, above 0"
