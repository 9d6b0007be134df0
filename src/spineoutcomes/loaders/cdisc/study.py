"""From the plan and the datasets of a CDISC study to an ordinary mapping and its files."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.cdisc.checks import check_datasets, check_has
from spineoutcomes.loaders.cdisc.events import entry_section
from spineoutcomes.loaders.cdisc.facts import unknown_persons, with_facts
from spineoutcomes.loaders.cdisc.gather import Study
from spineoutcomes.loaders.cdisc.gathered_times import gather_times
from spineoutcomes.loaders.cdisc.plan import CdiscPlan, CdiscVisits
from spineoutcomes.loaders.cdisc.rows import SUBJECT, LeftOut, marked, marker
from spineoutcomes.loaders.cdisc.scores import (
    VISIT,
    dated,
    picked,
    shape_of,
    visit_codes,
    visit_column,
    with_not_done,
    with_visits,
)
from spineoutcomes.loaders.cdisc.subjects import Subjects, subjects_of
from spineoutcomes.loaders.cdisc.supp import supplements, with_supplement
from spineoutcomes.loaders.mapping.grammar import Field, FileMapping, NamedFile, Score, Unit, Visits
from spineoutcomes.loaders.mapping.rows import chosen
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.vocabulary import Vocabulary

WHOLE = "[in the study]"
UNITS: dict[str, Unit] = {"procedures": "procedure", "lesions": "lesion", "events": "event"}


def studied(
    files: Mapping[str, SourceFile], plan: CdiscPlan, document: TomlFile, vocabulary: Vocabulary
) -> tuple[Study, FileMapping]:
    """Return everything that a plan reads from its datasets, and the mapping that reads it.

    Raises
    ------
    ArgumentError
        When a dataset, or a column of one, that the plan names is not there.
    ValidationError
        When a dataset is not what the plan takes it for.
    """
    study = Study(plan, document, dict(files))
    _gather_supplements(study)
    check_datasets(plan, document, study.datasets)
    home = study.key(plan.subjects, "patient")
    subjects = subjects_of(study.files[home], plan.index_date, plan.patients, plan.episodes)
    inside = chosen(subjects.file, plan.only)
    study.outside = set(subjects.file.rows.loc[~inside, SUBJECT].str.strip())
    reason = "not chosen by `only` of [cdisc]"
    study.left_out.append(LeftOut(plan.subjects, np.flatnonzero(~inside), reason))
    for number in range(len(plan.times)):
        subjects = gather_times(study, subjects, number)
    for number in range(len(plan.facts)):
        subjects = _gather_facts(study, subjects, number)
    for number in range(len(plan.scores)):
        _gather_scores(study, number, vocabulary)
    _gather_entries(study)
    study.found.append((subjects.found, home, "patients"))
    study.files[home], only = marked(subjects.file, WHOLE, inside)
    visits = None
    if plan.visits is not None and plan.scores:
        visits = Visits(codes=visit_codes(plan.visits))
    return study, study.mapping(subjects, home, only, visits)


def _gather_supplements(study: Study) -> None:
    for supp, parent in supplements(study.datasets).items():
        whole = with_supplement(study.datasets[parent], study.datasets[supp])
        study.datasets[parent] = whole.file
        study.joined[supp] = [whole.used]
        study.found.append((whole.found, supp, ""))


def _gather_facts(study: Study, subjects: Subjects, number: int) -> Subjects:
    facts = study.plan.facts[number]
    file = study.datasets[facts.file]
    rows = np.flatnonzero(chosen(file, facts.only) & study.among(facts.file))
    study.joined.setdefault(facts.file, []).append(rows)
    study.found.append((unknown_persons(subjects.file, file, rows), facts.file, ""))
    tables = {"patients": facts.patients, "episodes": facts.episodes}
    return with_facts(subjects, file, rows, tables, marker("facts", number))


def _gather_scores(study: Study, number: int, vocabulary: Vocabulary) -> None:
    entry, place = study.plan.scores[number], ("cdisc", "scores", number)
    visits = study.plan.visits or CdiscVisits()
    key = study.key(entry.file, "visit")
    file = study.files[key]
    shape = shape_of(file)
    graded = vocabulary.instruments[entry.instrument].is_graded
    value = entry.value or (shape.text if graded else shape.value)
    check_has(study.document, study.datasets[entry.file], [value], place)
    check_has(
        study.document,
        study.datasets[entry.file],
        [visit_column(file, visits)],
        ("cdisc", "visits"),
    )
    file, date, imputed = dated(with_not_done(file, shape, value), shape)
    file = with_visits(file, shape, visits)
    read = picked(file, entry.file, shape, entry, visits, study.among(entry.file))
    study.files[key], only = marked(file, marker("scores", number), read.rows)
    study.formats[key] = NamedFile(
        one_row_per="visit",
        patient_id=Field(column=SUBJECT),
        visit_column=VISIT,
        visit_date=date,
    )
    study.left_out += read.left_out
    study.found.append((read.found, key, "scores"))
    if not any(study.dataset_of[score.file or ""] == entry.file for score in study.scores.values()):
        study.found.append((imputed, key, ""))
    study.scores[number] = Score(
        file=key,
        only=only,
        instrument=entry.instrument,
        column=value,
        location=entry.location,
        side=entry.side,
        rater=entry.rater,
        scale=entry.scale,
        codes=entry.codes,
        missing=entry.missing,
    )


def _gather_entries(study: Study) -> None:
    for table, number, entry in study.plan.entries:
        key = study.key(entry.file, UNITS[table])
        file = study.files[key]
        mask = chosen(file, entry.only) & study.among(entry.file)
        read = entry_section(file, key, table, number, entry.fields, mask)
        study.files[key] = read.file
        study.sections += read.sections
