"""Whether a mapping fits the vocabulary and its file; what does not fit names its line."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.mapping import (
    ENTRY_TABLES,
    FIELD_TABLES,
    VISIT,
    Field,
    FileMapping,
)
from spineoutcomes.loaders.score_checks import check_score
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.visits import visit_columns
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.registry.tables import allowed_values
from spineoutcomes.vocabulary import Vocabulary

Keys = tuple[str | int, ...]
# Ids that are made when the mapping does not give them.
MADE = {"episode_id", "procedure_id", "event_id", "patient_id"}


def fields_of(mapping: FileMapping) -> Iterator[tuple[str, str, Field, Keys]]:
    """Yield table, column of the table, field, and where the field stands in the mapping."""
    for table in FIELD_TABLES:
        for name, field in getattr(mapping, table).items():
            yield table, name, field, (table, name)
    for table in ENTRY_TABLES:
        for number, entry in enumerate(getattr(mapping, table)):
            for name, field in entry.items():
                yield table, name, field, (table, number, name)


def check_words(mapping: FileMapping, document: TomlFile, vocabulary: Vocabulary) -> None:
    """Check a mapping by itself and against the vocabulary.

    Raises
    ------
    ArgumentError
        For the first thing that does not fit.
    """
    _check_sections(mapping, document)
    for table, name, field, keys in fields_of(mapping):
        column = next((c for c in TABLES[table].columns if c.name == name), None)
        allowed = None if column is None else allowed_values(column, vocabulary)
        written = list(field.codes.values()) + [field.always] * isinstance(field.always, str)
        unknown = [word for word in written if allowed is not None and word not in allowed]
        if unknown and allowed is not None:
            raise document.error(
                keys, f"{', '.join(map(repr, unknown))} is unknown; known are: {', '.join(allowed)}"
            )
        if (field.columns or field.row_number) and name not in MADE:
            raise document.error(keys, "several columns, or the row number, make only an id")
    for number in range(len(mapping.scores)):
        check_score(number, mapping, document, vocabulary)


def _check_sections(mapping: FileMapping, document: TomlFile) -> None:
    unit = mapping.file.one_row_per
    if "patient_id" not in mapping.patients:
        raise document.error(
            ("patients",),
            "patient_id is required: the column of the id, { columns = [...] } to join centre and "
            "id, or { row_number = true } when every row is another patient",
        )
    if "patient_id" in mapping.episodes:
        raise document.error(("episodes", "patient_id"), "it belongs into [patients]")
    if unit == "episode" and "episode_id" not in mapping.episodes:
        raise document.error(("episodes",), 'episode_id is required with one_row_per = "episode"')
    if unit == "visit" and (mapping.visits is None or mapping.visits.column is None):
        raise document.error(
            ("file", "one_row_per"), "a row per visit needs [visits] with column and codes"
        )
    if unit != "visit" and mapping.visits is not None and mapping.visits.column is not None:
        raise document.error(
            ("visits", "column"), 'a column of visits belongs to one_row_per = "visit"'
        )
    for table in ("episodes", *ENTRY_TABLES):
        _check_required(table, mapping, document)


def _check_required(table: str, mapping: FileMapping, document: TomlFile) -> None:
    needed = [c.name for c in TABLES[table].columns if c.required and c.name not in MADE]
    given = getattr(mapping, table)
    entries: list[tuple[Keys, dict[str, Field]]]
    entries = [((table,), given)] if table in FIELD_TABLES else _numbered(table, given)
    for keys, entry in entries:
        absent = [name for name in needed if name not in entry]
        if absent:
            raise document.error(
                keys, f'{", ".join(absent)} is required: a column, or {{ always = "..." }}'
            )


def _numbered(
    table: str, entries: tuple[dict[str, Field], ...]
) -> list[tuple[Keys, dict[str, Field]]]:
    return [((table, number), entry) for number, entry in enumerate(entries)]


def check_columns(mapping: FileMapping, document: TomlFile, file: SourceFile) -> pd.DataFrame:
    """Check that the file has every column named, and return warnings on columns not used.

    Raises
    ------
    ArgumentError
        For the first column that the file does not have.
    """
    present = [str(name) for name in file.rows.columns]
    used = dict.fromkeys(mapping.file.ignore)
    for column, keys in _named_columns(mapping, present):
        used[column] = None
        if column not in present:
            raise document.error(
                keys, f"{file.name} has no column {column!r}; it has: {', '.join(present)}"
            )
    return joined(_left_out(file.name, name) for name in present if name not in used)


def _named_columns(mapping: FileMapping, present: list[str]) -> Iterator[tuple[str, Keys]]:
    for number, column in enumerate(mapping.file.ignore):
        yield column, ("file", "ignore", number)
    for _, _, field, keys in fields_of(mapping):
        yield from ((column, keys) for column in field.named)
    visits = mapping.visits
    if visits is not None and visits.column is not None:
        yield visits.column, ("visits", "column")
    yield from _visit_time_columns(mapping, present)
    for number, score in enumerate(mapping.scores):
        for column, _ in visit_columns(score, mapping):
            yield column, ("scores", number, "columns" if score.columns else "column")


def _visit_time_columns(mapping: FileMapping, present: list[str]) -> Iterator[tuple[str, Keys]]:
    """Yield columns of dates or days; a visit with a planned day may lack one."""
    visits = mapping.visits
    for key in ("date", "day"):
        written = None if visits is None else getattr(visits, key)
        if visits is None or written is None:
            continue
        for code, visit in visits.codes.items():
            column = written.replace(VISIT, code)
            if column in present or visit.day is None or VISIT not in written:
                yield column, ("visits", key)


def _left_out(file: str, column: str) -> pd.DataFrame:
    message = (
        f"The column {column!r} of {file} is in no section of the mapping and was left out; map "
        "it, or name it in `ignore` under [file]."
    )
    return rows_found(file, None, column, "unmapped_column", message, "warning")
