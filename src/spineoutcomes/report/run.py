"""Run a study: registry, cohort, design, results; then one folder with the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from spineoutcomes._progress import progress_bar
from spineoutcomes._toml import Keys
from spineoutcomes.cohort import Cohort
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders import load_registry
from spineoutcomes.registry import Registry
from spineoutcomes.registry.export import csv_text
from spineoutcomes.report.case import case_sections
from spineoutcomes.report.document import Document, page
from spineoutcomes.report.folder import MANIFEST, replacing
from spineoutcomes.report.manifest import manifest_of
from spineoutcomes.report.opening import baseline_section, flow_section, known_at_start
from spineoutcomes.report.outcomes import outcome_section
from spineoutcomes.report.sections import Section
from spineoutcomes.report.study import Study
from spineoutcomes.report.times import time_section
from spineoutcomes.results import ResultSet
from spineoutcomes.samples import load_sample
from spineoutcomes.selection import select_cohort


def run_study(study: Study | str | Path, output: str | Path) -> Path:
    """Run a study and write its report.

    Parameters
    ----------
    study : Study or path
        A study, or the path of its TOML file.
    output : path
        Folder to write: `index.html` (one self-contained page), `results.csv` (every printed
        number) and `manifest.json` (versions, hashes of inputs and plan, the seed). An earlier
        report there is replaced as a whole, at the end; a run that fails leaves it as it was.

    Returns
    -------
    Path
        The folder written.

    Raises
    ------
    ArgumentError
        When the study asks for something that does not exist or fit, or `output` holds other files.
    ValidationError
        When the registry breaks its rules.
    NotEstimableError
        When the data cannot answer a question of the study.

    Notes
    -----
    Missing data: each outcome's section counts its episodes by status; rows without a value are
    left out of that analysis alone, and the report says how many.

    Examples
    --------
    >>> import tempfile, spineoutcomes as so
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = so.run_study(so.example("case_report"), f"{folder}/report")
    ...     sorted(path.name for path in written.iterdir())
    ['index.html', 'manifest.json', 'results.csv']
    """
    study = study if isinstance(study, Study) else Study.read(study)
    with replacing(output) as folder:
        steps = len(study.plan.outcome) + len(study.plan.time_to_event) + 4
        with progress_bar(steps, study.plan.title[:40], "step") as progress:
            registry = _registry(study)
            progress.update()
            cohort = _cohort(study, registry)
            progress.update()
            sections = _sections(study, cohort, progress)
            _write(folder, study, registry, sections)
            progress.update()
    return Path(output).resolve()


def _registry(study: Study) -> Registry:
    where = study.plan.registry
    if where.sample is not None:
        return load_sample(where.sample)
    return load_registry(
        study.locate(str(where.path)),
        mapping=study.mapping,
        vocabulary=None if where.vocabulary is None else study.locate(where.vocabulary),
        on_error=where.on_error,
    )


def _cohort(study: Study, registry: Registry) -> Cohort:
    plan = study.plan
    try:
        return select_cohort(
            registry,
            diagnosis=plan.cohort.diagnosis,
            arms=plan.cohort.arms or None,
            assignment=plan.cohort.assignment,
            episodes=plan.cohort.episodes,
            covariates=(plan.design and plan.design.covariates) or known_at_start(registry),
            where=plan.cohort.where or None,
            landmark_day=plan.cohort.landmark_day,
        )
    except ArgumentError as error:
        raise study.file.error(("cohort",), str(error)) from None


def _design(study: Study, cohort: Cohort) -> Design | None:
    plan = study.plan.design
    if plan is None:
        return None
    return Design(
        cohort.data, treatment="arm", reference=plan.reference, covariates=plan.covariates
    )


def _sections(study: Study, cohort: Cohort, progress: Any) -> list[Section]:
    if study.plan.kind == "case":
        sections = case_sections(cohort)
        progress.update()
        return sections
    design = _design(study, cohort)
    sections = [flow_section(cohort), baseline_section(cohort, design)]
    progress.update()
    for number, outcome in enumerate(study.plan.outcome):
        make = partial(outcome_section, outcome, cohort, design)
        sections.append(_at_line(study, ("outcome", number), make))
        progress.update()
    for number, event in enumerate(study.plan.time_to_event):
        make = partial(time_section, event, cohort, design)
        sections.append(_at_line(study, ("time_to_event", number), make))
        progress.update()
    return sections


def _at_line(study: Study, keys: Keys, make: Callable[[], Section]) -> Section:
    """Return what `make` returns; an argument that does not fit is put down to its line."""
    try:
        return make()
    except ArgumentError as error:
        raise study.file.error(keys, str(error)) from None


def _write(folder: Path, study: Study, registry: Registry, sections: list[Section]) -> None:
    results = ResultSet({name: result for section in sections for name, result in section.results})
    csv = csv_text(results.tidy()).encode("utf-8")
    document = Document(
        title=study.plan.title,
        kind=study.plan.kind,
        synthetic=registry.truth is not None,
        sections=tuple(sections),
        results=results,
        registry=registry,
        study_name=study.file.name,
        study_text=study.file.text,
    )
    html = page(document).encode("utf-8")
    written = {"index.html": html, "results.csv": csv}
    manifest = manifest_of(study, registry, written)
    written[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    for name, content in written.items():
        (folder / name).write_bytes(content)
