"""Whether the plan of a CDISC study fits the vocabulary and the datasets it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.cdisc.plan import DEATH, CdiscPlan
from spineoutcomes.loaders.cdisc.rows import SUBJECT
from spineoutcomes.loaders.mapping.checks import check_words_of
from spineoutcomes.loaders.mapping.grammar import Field, Keys
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.vocabulary import Vocabulary

SECTIONS = ("times", "scores", "facts", "procedures", "lesions", "events")


def check_plan(plan: CdiscPlan, document: TomlFile, vocabulary: Vocabulary) -> None:
    """Check a plan by itself and against the vocabulary.

    Raises
    ------
    ArgumentError
        For the first thing that does not fit; the message names the line.
    """
    for number, entry in enumerate(plan.times):
        keys: Keys = ("cdisc", "times", number)
        kinds = [entry.kind] if entry.kind is not None else list(entry.kinds.values())
        unknown = [kind for kind in kinds if kind not in (DEATH, *vocabulary.event_kinds)]
        if unknown:
            known = ", ".join((DEATH, *vocabulary.event_kinds))
            raise document.error(
                (*keys, "kind" if entry.kind else "kinds"),
                f"{', '.join(map(repr, unknown))} is unknown; known are: {known}",
            )
    if sum(entry.ends_followup for entry in plan.times) > 1:
        raise document.error(
            ("cdisc", "times"), "the last day of follow-up comes from one parameter (ends_followup)"
        )
    for number, score in enumerate(plan.scores):
        keys = ("cdisc", "scores", number)
        if score.instrument not in vocabulary.instruments:
            known = ", ".join(sorted(vocabulary.instruments))
            raise document.error(
                (*keys, "instrument"),
                f"{score.instrument!r} is not in the vocabulary; known are: {known}",
            )
    if plan.scores and plan.visits is None:
        raise document.error(("cdisc", "scores"), "scores need [cdisc.visits], with codes")
    _check_facts(plan, document, vocabulary)


def _check_facts(plan: CdiscPlan, document: TomlFile, vocabulary: Vocabulary) -> None:
    for number, facts in enumerate(plan.facts):
        keys: Keys = ("cdisc", "facts", number)
        if not facts.patients and not facts.episodes:
            raise document.error(
                keys, "say what they are: patients = { ... } or episodes = { ... }"
            )
        for table in ("patients", "episodes"):
            for name, field in getattr(facts, table).items():
                place = (*keys, table, name)
                if field.column is None:
                    raise document.error(place, "a fact of another dataset is one of its columns")
                if name in getattr(plan, table):
                    raise document.error(place, f"it is read under [cdisc.{table}] already")
                check_words_of(table, name, field, document, place, vocabulary)


def check_datasets(plan: CdiscPlan, document: TomlFile, files: Mapping[str, SourceFile]) -> None:
    """Check that the datasets of a plan are there, with the columns that are needed first.

    Raises
    ------
    ArgumentError
        For the first that is not.
    """
    for name in plan.files:
        if name not in files:
            known = ", ".join(sorted(files)) or "none"
            raise document.error(
                ("cdisc",),
                f"the plan reads the dataset {name!r}, which is not there; there are: {known}",
            )
        check_has(document, files[name], [SUBJECT], ("cdisc",))
    check_has(document, files[plan.subjects], [plan.index_date], ("cdisc", "index_date"))
    check_has(document, files[plan.subjects], plan.only, ("cdisc", "only"))
    for name in SECTIONS:
        for number, entry in enumerate(getattr(plan, name)):
            check_has(document, files[entry.file], entry.only, ("cdisc", name, number, "only"))
    for file, name, field, keys in _fields(plan):
        check_has(document, files[file], field.named, (*keys, name))


def _fields(plan: CdiscPlan) -> Iterator[tuple[str, str, Field, Keys]]:
    """Yield the dataset, name, field and place of every field of a plan."""
    for table in ("patients", "episodes"):
        for name, field in getattr(plan, table).items():
            yield plan.subjects, name, field, ("cdisc", table)
        for number, facts in enumerate(plan.facts):
            for name, field in getattr(facts, table).items():
                yield facts.file, name, field, ("cdisc", "facts", number, table)
    for table, number, entry in plan.entries:
        for name, field in entry.fields.items():
            yield entry.file, name, field, ("cdisc", table, number)


def columns_read(plan: CdiscPlan) -> dict[str, set[str]]:
    """Return the columns that a plan names, by dataset."""
    named: dict[str, set[str]] = {name: set() for name in plan.files}
    for file, _, field, _ in _fields(plan):
        named[file].update(field.named)
    named[plan.subjects].update([plan.index_date, *plan.only])
    for name in SECTIONS:
        for entry in getattr(plan, name):
            named[entry.file].update(entry.only)
    for score in plan.scores:
        own = [score.value, None if plan.visits is None else plan.visits.column]
        named[score.file].update(column for column in own if column is not None)
    return named


def check_has(document: TomlFile, file: SourceFile, columns: Iterable[str], keys: Keys) -> None:
    """Raise unless a dataset has columns.

    Raises
    ------
    ArgumentError
        For the first that it has not.
    """
    present = [str(name) for name in file.rows]
    for column in columns:
        if column not in present:
            message = f"{file.name} has no column {column!r}; it has: {', '.join(present)}"
            raise document.error(keys, message)
