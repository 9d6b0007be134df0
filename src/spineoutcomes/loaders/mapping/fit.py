"""Whether a mapping fits its files: their columns, and the labels they give to codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.mapping.account import file_labels
from spineoutcomes.loaders.mapping.checks import fields_of, id_fields, required
from spineoutcomes.loaders.mapping.grammar import (
    FIELD_TABLES,
    VISIT,
    Field,
    FileMapping,
    Keys,
    NamedFile,
    Score,
    Section,
)
from spineoutcomes.loaders.mapping.labels import with_labels
from spineoutcomes.loaders.mapping.rows import IDS
from spineoutcomes.loaders.mapping.visits import visit_columns, visits_of
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.vocabulary import Vocabulary

Files = Mapping[str, SourceFile]


def fitted(
    mapping: FileMapping, document: TomlFile, files: Files, vocabulary: Vocabulary
) -> tuple[FileMapping, pd.DataFrame]:
    """Return a mapping as its files let it be read, and findings on columns not there or not used.

    Columns that may be absent are left out, and codes = "labels" become the codes themselves.

    Raises
    ------
    ArgumentError
        For the first column that a file does not have, and for labels that are no allowed words.
    """
    present = {name: list(map(str, file.rows.columns)) for name, file in files.items()}
    mapping, absent = _without_absent(mapping, present)
    labels = file_labels(files)
    found = [_not_there(labels[name], column) for name, column in absent]
    used: dict[str, dict[str, None]] = {name: {} for name in files}
    for name, column, keys in _named_columns(mapping, present):
        used[name][column] = None
        if column not in present[name]:
            message = f"{labels[name]} has no column {column!r}; it has: {', '.join(present[name])}"
            raise document.error(keys, message)
    for name, columns in present.items():
        known = {*used[name], *mapping.files[name].ignore}
        found += [_left_out(labels[name], column) for column in columns if column not in known]
    return with_labels(mapping, document, files, vocabulary), joined(found)


def _named_columns(
    mapping: FileMapping, present: Mapping[str, list[str]]
) -> Iterator[tuple[str, str, Keys]]:
    """Yield the file, name and place of every column that the mapping needs to be there."""
    for name, written in mapping.files.items():
        if not written.allow_absent:
            for number, column in enumerate(written.ignore):
                yield name, column, (*mapping.file_keys(name), "ignore", number)
        yield from ((name, *rest) for rest in _visit_time_columns(mapping, name, present[name]))
    for section, _, field, keys in fields_of(mapping):
        yield from ((section.file, column, keys) for column in field.named)
    for name, _, field, keys in id_fields(mapping):
        yield from ((name, column, keys) for column in field.named)
    for reading, keys in mapping.everything:
        yield from ((reading.file or "", column, (*keys, "only")) for column in reading.only)
    for number, score in mapping.scores.items():
        key = "columns" if score.columns else "column"
        for column, _ in _columns_of(score, mapping):
            yield score.file or "", column, ("scores", number, key)


def _columns_of(score: Score, mapping: FileMapping) -> list[tuple[str, str | None]]:
    written = mapping.files[score.file or ""]
    return visit_columns(score, written, visits_of(mapping.visits, written))


def _visit_time_columns(
    mapping: FileMapping, name: str, present: list[str]
) -> Iterator[tuple[str, Keys]]:
    """Yield columns of visits and their dates; a visit with a planned day may lack one."""
    written = mapping.files[name]
    visits = visits_of(mapping.visits, written)
    if visits is None:
        return
    for key in ("column", "date", "day"):
        column: str | None = getattr(visits, key)
        own = isinstance(written, NamedFile) and getattr(written, f"visit_{key}") is not None
        keys = (*mapping.file_keys(name), f"visit_{key}") if own else ("visits", key)
        if column is None:
            continue
        # The dates of a wide file may stand in another of several files.
        elsewhere = mapping.has_names and not own
        for code, visit in visits.codes.items():
            one = column.replace(VISIT, code)
            needed = VISIT not in column or (visit.day is None and not elsewhere)
            if one in present or needed:
                yield one, keys


@dataclass(frozen=True, slots=True)
class _Absent:
    """Which columns are there, and those that may be absent and are."""

    mapping: FileMapping
    present: Mapping[str, list[str]]

    def of(self, name: str, columns: Iterable[str]) -> list[tuple[str, str]]:
        """Return the columns that a file may lack and does."""
        if not self.mapping.files[name].allow_absent:
            return []
        return [(name, column) for column in columns if column not in self.present[name]]

    def fields(self, section: Section) -> dict[str, Field]:
        """Return the fields of a section whose columns are there, or must be."""
        must = {*IDS, *required(section.table)} if section.table in FIELD_TABLES else set()
        return {
            name: field
            for name, field in section.fields.items()
            if name in must or not self.of(section.file, field.named)
        }


def _without_absent(
    mapping: FileMapping, present: Mapping[str, list[str]]
) -> tuple[FileMapping, list[tuple[str, str]]]:
    """Return a mapping without the columns that may be absent and are, and their names."""
    absent = _Absent(mapping, present)
    gone = [
        pair
        for section, _, field, _ in fields_of(mapping)
        for pair in absent.of(section.file, field.named)
    ]
    entries = []
    for entry in mapping.entries:
        fields = absent.fields(entry)
        lacks = [name for name in required(entry.table) if name not in fields]
        # An entry that is left with constants alone would hold for every episode.
        named = [
            section for section in (entry.fields, fields) if any(f.named for f in section.values())
        ]
        if not lacks and len(named) != 1:
            entries.append(replace(entry, fields=fields))
    scores = {}
    for number, score in mapping.scores.items():
        pairs = _columns_of(score, mapping)
        own = absent.of(score.file or "", [column for column, _ in pairs])
        gone += own
        there = [pair for pair in pairs if (score.file, pair[0]) not in own]
        if there:
            scores[number] = score if len(there) == len(pairs) else _of_columns(score, there)
    fitting = replace(
        mapping,
        patients=replace(mapping.patients, fields=absent.fields(mapping.patients)),
        episodes=replace(mapping.episodes, fields=absent.fields(mapping.episodes)),
        entries=tuple(entries),
        scores=scores,
    )
    return fitting, list(dict.fromkeys(gone))


def _of_columns(score: Score, pairs: list[tuple[str, str | None]]) -> Score:
    columns = {column: code or "" for column, code in pairs}
    return replace(score, column=None, columns=columns, visits=())


def _not_there(file: str, column: str) -> pd.DataFrame:
    message = (
        f"{file} has no column {column!r}; the mapping reads it where it is there (allow_absent), "
        "and left it out."
    )
    return rows_found(file, None, column, "absent_column", message, "warning")


def _left_out(file: str, column: str) -> pd.DataFrame:
    message = (
        f"The column {column!r} of {file} is in no section of the mapping and was left out; map "
        "it, or name it in `ignore` under [file]."
    )
    return rows_found(file, None, column, "unmapped_column", message, "warning")
