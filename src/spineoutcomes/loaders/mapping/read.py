"""Read a mapping: short forms are written in full, what it extends stands below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from spineoutcomes._toml import TomlFile, read_toml
from spineoutcomes.loaders.mapping.grammar import (
    ENTRY_TABLES,
    FIELD_TABLES,
    ONE_FILE,
    STRICT,
    Field,
    FileFormat,
    FileMapping,
    Keys,
    NamedFile,
    Reading,
    Score,
    Section,
    Visits,
)
from spineoutcomes.loaders.mapping.shipped import extended, read_profile, require_declared

READING = ("file", "only")
IDS = ("patient_id", "episode_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """A mapping as it is written, without which rows its sections read."""

    __pydantic_config__: ClassVar = STRICT
    patients: dict[str, Field]
    episodes: dict[str, Field]
    file: FileFormat | None = None
    files: dict[str, NamedFile] = field(default_factory=dict)
    visits: Visits | None = None
    scores: tuple[Score, ...] = ()
    procedures: tuple[dict[str, Field], ...] = ()
    lesions: tuple[dict[str, Field], ...] = ()
    events: tuple[dict[str, Field], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readings:
    """Which rows the sections made of fields read."""

    __pydantic_config__: ClassVar = STRICT
    patients: Reading
    episodes: Reading
    procedures: tuple[Reading, ...] = ()
    lesions: tuple[Reading, ...] = ()
    events: tuple[Reading, ...] = ()


def read_mapping(path: str | Path) -> tuple[FileMapping, TomlFile]:
    """Read a mapping, and the document it stands in, for messages that name a line.

    Parameters
    ----------
    path : path
        A TOML file, or the name of a profile that the library ships.

    Raises
    ------
    ArgumentError
        When it is not there, is not TOML, breaks the grammar, or leaves out what its profile could
        not know; the message names the line.
    """
    if is_profile_name(path):
        document = read_profile(str(path))
        require_declared(document, None)
        known = {key: value for key, value in document.data.items() if key != "declare"}
        document = replace(document, data=known)
    else:
        document = read_toml(path)
        if "extends" in document.data:
            document = extended(document)
    return _in_full(document), document


def is_profile_name(mapping: str | Path) -> bool:
    """Tell the name of a profile from the path of a file: it is a word without a suffix."""
    path = Path(mapping)
    return isinstance(mapping, str) and not path.suffix and len(path.parts) == 1


def _in_full(document: TomlFile) -> FileMapping:
    data = _spelt_out(document.data)
    fields, readings = _apart(data)
    written = replace(document, data=fields).validate(_Document)
    reads = replace(document, data=readings).validate(_Readings)
    files = _files(written, document)
    return FileMapping(
        files=files,
        patients=_section("patients", ("patients",), written.patients, reads.patients, files),
        episodes=_section("episodes", ("episodes",), written.episodes, reads.episodes, files),
        visits=written.visits,
        scores={
            number: replace(score, file=score.file or next(iter(files)))
            for number, score in enumerate(written.scores)
        },
        entries=tuple(
            _section(table, (table, number), entry, getattr(reads, table)[number], files)
            for table in ENTRY_TABLES
            for number, entry in enumerate(getattr(written, table))
        ),
    )


def _files(written: _Document, document: TomlFile) -> dict[str, FileFormat]:
    if (written.file is None) == (not written.files):
        raise document.error(
            (), "say [file] for one file, or a [files.NAME] for each of several; one of the two"
        )
    if written.file is not None:
        return {ONE_FILE: written.file}
    return dict(written.files)


def _section(
    table: str,
    keys: Keys,
    fields: dict[str, Field],
    reads: Reading,
    files: Mapping[str, FileFormat],
) -> Section:
    file = reads.file or next(iter(files))
    return Section(table=table, fields=fields, file=file, only=reads.only, keys=keys)


def _apart(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a mapping without which rows its sections read, and that alone."""
    fields = dict(data)
    readings: dict[str, Any] = {name: {} for name in FIELD_TABLES}
    for name in FIELD_TABLES:
        if isinstance(data.get(name), dict):
            fields[name], readings[name] = _parted(data[name])
    for name in ENTRY_TABLES:
        entries = data.get(name)
        if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
            pairs = [_parted(entry) for entry in entries]
            fields[name] = [own for own, _ in pairs]
            readings[name] = [reading for _, reading in pairs]
    return fields, readings


def _parted(section: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {key: value for key, value in section.items() if key not in READING},
        {key: value for key, value in section.items() if key in READING},
    )


def _spelt_out(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write short forms in full: `sex = "gender"` is `sex = { column = "gender" }`."""
    full = dict(data)
    for name in FIELD_TABLES:
        if isinstance(full.get(name), dict):
            full[name] = _section_in_full(full[name])
    for name in (*ENTRY_TABLES, "scores"):
        if isinstance(full.get(name), list):
            in_full = _score_in_full if name == "scores" else _section_in_full
            full[name] = [in_full(e) if isinstance(e, dict) else e for e in full[name]]
    if isinstance(full.get("files"), dict):
        files = full["files"]
        full["files"] = {n: _ids_in_full(f) if isinstance(f, dict) else f for n, f in files.items()}
    visits = full.get("visits")
    if isinstance(visits, dict) and isinstance(visits.get("codes"), dict):
        codes = {code: _value_in_full(visit, "visit") for code, visit in visits["codes"].items()}
        full["visits"] = visits | {"codes": codes}
    return full


def _section_in_full(section: Mapping[str, Any]) -> dict[str, Any]:
    full = {
        key: value if key in READING else _by_labels(_value_in_full(value, "column"))
        for key, value in section.items()
    }
    return _only_in_full(full)


def _score_in_full(score: Mapping[str, Any]) -> dict[str, Any]:
    return _only_in_full(_by_labels(_ids_in_full(score)))


def _ids_in_full(section: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _value_in_full(v, "column") if k in IDS else v for k, v in section.items()}


def _only_in_full(section: dict[str, Any]) -> dict[str, Any]:
    only = section.get("only")
    if not isinstance(only, dict):
        return section
    return section | {"only": {k: [v] if isinstance(v, str) else v for k, v in only.items()}}


def _by_labels(value: Any) -> Any:
    """Read codes = "labels": the labels that the format itself gives to codes."""
    if isinstance(value, dict) and value.get("codes") == "labels":
        return {k: v for k, v in value.items() if k != "codes"} | {"by_labels": True}
    return value


def _value_in_full(value: Any, key: str) -> Any:
    return {key: value} if isinstance(value, str) else value
