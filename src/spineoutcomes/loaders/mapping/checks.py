"""Whether a mapping fits itself and the vocabulary; what does not fit names its line."""

from __future__ import annotations

from collections.abc import Iterator

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.mapping.grammar import Field, FileMapping, Keys, NamedFile, Section
from spineoutcomes.loaders.mapping.rows import IDS, id_field
from spineoutcomes.loaders.mapping.score_checks import check_score
from spineoutcomes.loaders.mapping.units import units_of
from spineoutcomes.loaders.mapping.visits import visits_of
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.tables import allowed_values
from spineoutcomes.vocabulary import Vocabulary

# Ids that are made when the mapping does not give them.
MADE = {"episode_id", "procedure_id", "event_id", "patient_id"}


def fields_of(mapping: FileMapping) -> Iterator[tuple[Section, str, Field, Keys]]:
    """Yield section, column of the table, field, and where the field stands in the mapping."""
    for section in mapping.sections:
        for name, field in section.fields.items():
            yield section, name, field, (*section.keys, name)


def id_fields(mapping: FileMapping) -> Iterator[tuple[str, str, Field, Keys]]:
    """Yield file, id, field and its place, where a named file or a score says its own id."""
    for name, written in mapping.files.items():
        for key in IDS:
            if isinstance(written, NamedFile) and getattr(written, key) is not None:
                yield name, key, getattr(written, key), (*mapping.file_keys(name), key)
    for number, score in mapping.scores.items():
        for key in IDS:
            if getattr(score, key) is not None:
                yield score.file or "", key, getattr(score, key), ("scores", number, key)


def check_words(mapping: FileMapping, document: TomlFile, vocabulary: Vocabulary) -> None:
    """Check a mapping by itself and against the vocabulary.

    Raises
    ------
    ArgumentError
        For the first thing that does not fit.
    """
    _check_readings(mapping, document)
    _check_ids(mapping, document)
    _check_files(mapping, document)
    for section in mapping.sections:
        _check_required(section, document)
    for section, name, field, keys in fields_of(mapping):
        check_words_of(section.table, name, field, document, keys, vocabulary)
        _check_numbers(name, field, document, keys)
        if (field.columns or field.row_number) and name not in MADE:
            raise document.error(keys, "several columns, or the row number, make only an id")
    if mapping.visits is not None and mapping.visits.unit is not None:
        _check_unit("day", mapping.visits.unit, document, ("visits", "unit"))
    for number, score in mapping.scores.items():
        check_score(score, ("scores", number), mapping, document, vocabulary)


def check_words_of(
    table: str, name: str, field: Field, document: TomlFile, keys: Keys, vocabulary: Vocabulary
) -> None:
    """Check that codes and constants of a field are words that its column may hold."""
    column = next((c for c in TABLES[table].columns if c.name == name), None)
    allowed = None if column is None else allowed_values(column, vocabulary)
    written = list(field.codes.values()) + [field.always] * isinstance(field.always, str)
    unknown = [word for word in written if allowed is not None and word not in allowed]
    if unknown and allowed is not None:
        raise document.error(
            keys, f"{', '.join(map(repr, unknown))} is unknown; known are: {', '.join(allowed)}"
        )


def _check_numbers(name: str, field: Field, document: TomlFile, keys: Keys) -> None:
    moved = "unit" if field.unit is not None else "multiply"
    if (field.unit is not None or field.multiply is not None) and (
        field.column is None or field.codes or field.by_labels
    ):
        raise document.error((*keys, moved), "it belongs to a column of numbers, without codes")
    if field.unit is not None:
        _check_unit(name, field.unit, document, (*keys, "unit"))


def _check_unit(name: str, unit: str, document: TomlFile, keys: Keys) -> None:
    known = units_of(name)
    if unit in known:
        return
    words = f"may come in: {', '.join(known)}" if known else "has no unit in its name"
    raise document.error(
        keys,
        f"{unit!r} is no exact conversion here; {name} {words}. For any other write multiply = the "
        "factor",
    )


def _check_readings(mapping: FileMapping, document: TomlFile) -> None:
    for section, keys in mapping.everything:
        if section.file not in mapping.files:
            known = ", ".join(name for name in mapping.files if name)
            words = f"files are {known}" if known else "there is one [file] alone, without a name"
            raise document.error((*keys, "file"), f"there is no file {section.file!r}; {words}")
        for column, cells in section.only.items():
            if not cells:
                raise document.error((*keys, "only", column), "name at least one cell")


def _check_ids(mapping: FileMapping, document: TomlFile) -> None:
    patients, episodes = mapping.patients, mapping.episodes
    if id_field(mapping, patients.file, "patient_id") is None:
        raise document.error(
            ("patients",),
            "patient_id is required: the column of the id, { columns = [...] } to join centre and "
            "id, or { row_number = true } when every row is another patient",
        )
    same = episodes.file == patients.file
    if same and "patient_id" in episodes.fields:
        raise document.error(("episodes", "patient_id"), "it belongs into [patients]")
    if not same and id_field(mapping, episodes.file, "patient_id") is None:
        raise document.error(
            ("episodes",), f"patient_id is required: the column of it in the file {episodes.file!r}"
        )
    for section, keys in mapping.everything[2:]:
        own = section.fields if isinstance(section, Section) else {}
        said = [getattr(section, key, None) or own.get(key) for key in IDS]
        if not any(said) and not any(id_field(mapping, section.file or "", key) for key in IDS):
            raise document.error(
                keys,
                f"rows of the file {section.file!r} need an id: patient_id or episode_id, under "
                f"[files.{section.file}] or here",
            )


def _check_files(mapping: FileMapping, document: TomlFile) -> None:
    home = mapping.episodes.file
    by_episode = mapping.files[home].one_row_per == "episode"
    if by_episode and id_field(mapping, home, "episode_id") is None:
        raise document.error(("episodes",), 'episode_id is required with one_row_per = "episode"')
    units = [written.one_row_per for written in mapping.files.values()]
    for name, written in mapping.files.items():
        visits = visits_of(mapping.visits, written)
        keys = mapping.file_keys(name)
        if written.one_row_per == "visit" and (visits is None or visits.column is None):
            raise document.error(
                (*keys, "one_row_per"),
                "a row per visit needs [visits] with column and codes, or [visits.codes] and the "
                "visit_column of a named file",
            )
        own = isinstance(written, NamedFile) and written.visit_column is not None
        if written.one_row_per != "visit" and own:
            raise document.error(
                (*keys, "visit_column"), 'a column of visits belongs to one_row_per = "visit"'
            )
    if mapping.visits is not None and mapping.visits.column is not None and "visit" not in units:
        raise document.error(
            ("visits", "column"), 'a column of visits belongs to one_row_per = "visit"'
        )


def _check_required(section: Section, document: TomlFile) -> None:
    if section.table == "patients":
        return
    absent = [name for name in required(section.table) if name not in section.fields]
    if absent:
        raise document.error(
            section.keys, f'{", ".join(absent)} is required: a column, or {{ always = "..." }}'
        )


def required(table: str) -> list[str]:
    """Return the columns of a table that a mapping has to give."""
    return [c.name for c in TABLES[table].columns if c.required and c.name not in MADE]
