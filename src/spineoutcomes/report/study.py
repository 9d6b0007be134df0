"""Study: a pre-specified analysis plan, read from TOML and checked before any data are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spineoutcomes._toml import Keys, TomlFile, read_toml
from spineoutcomes.loaders.mapping.read import is_profile_name
from spineoutcomes.report.grammar import StudyFile
from spineoutcomes.report.outcome_checks import outcome_problems
from spineoutcomes.report.time_metrics import time_problems


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

    @property
    def mapping(self) -> str | Path | None:
        """The mapping of the registry: the name of a shipped profile, the path of a file, or None.

        A word without a suffix is the name of a profile, as in `load_registry`.
        """
        said = self.plan.registry.mapping
        return said if said is None or is_profile_name(said) else self.locate(said)


def _problems(plan: StudyFile) -> Iterator[tuple[Keys, str]]:
    yield from _registry_problems(plan)
    yield from _kind_problems(plan)
    yield from _later(plan)
    for number, outcome in enumerate(plan.outcome):
        for key, message in outcome_problems(outcome, plan.kind):
            yield ("outcome", number, key), message
    for number, event in enumerate(plan.time_to_event):
        for key, message in time_problems(event):
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
