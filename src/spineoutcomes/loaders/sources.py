"""Open the files that a mapping names: each by the reader of its format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from spineoutcomes._progress import progressing
from spineoutcomes._toml import TomlFile
from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.loaders.delimited import read_delimited
from spineoutcomes.loaders.mapping.grammar import FileFormat, FileMapping, Keys, NamedFile
from spineoutcomes.loaders.mapping.shipped import is_said_by_user
from spineoutcomes.loaders.parquet_text import read_parquet_text
from spineoutcomes.loaders.redcap import read_redcap
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.statistical import read_statistical
from spineoutcomes.loaders.workbook import read_tables, read_workbook


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the suffixes that mean it, its keys under [file], and its reader."""

    suffixes: tuple[str, ...]
    keys: tuple[str, ...]
    read: Callable[[Path, FileFormat], SourceFile]


# A new format is one line here.
FORMATS: dict[str, Format] = {
    "csv": Format(
        (".csv", ".txt", ".tsv", ".dat"),
        ("delimiter", "encoding"),
        lambda path, file: read_delimited(
            path, delimiter=file.delimiter or ",", encoding=file.encoding or "utf-8"
        ),
    ),
    "redcap": Format(
        (),
        ("delimiter", "encoding", "dictionary", "events", "missing_codes"),
        lambda path, file: read_redcap(
            path,
            dictionary=file.dictionary,
            events=file.events,
            missing_codes=file.missing_codes,
            encoding=file.encoding or "utf-8",
            delimiter=file.delimiter,
        ),
    ),
    "workbook": Format(
        (".xlsx", ".xlsm", ".xls"),
        ("sheet", "first_row", "header_rows"),
        lambda path, file: read_workbook(
            path,
            sheet=file.sheet,
            first_row=file.first_row,
            header_rows=file.header_rows or 1,
            decimal=file.decimal,
        ),
    ),
    "dataset_json": Format((".json", ".ndjson"), (), lambda path, file: read_dataset_json(path)),
    "parquet": Format((".parquet",), (), lambda path, file: read_parquet_text(path)),
    "statistical": Format(
        (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"),
        ("encoding", "missing_codes", "catalog"),
        lambda path, file: read_statistical(
            path,
            encoding=file.encoding,
            missing_codes=file.missing_codes,
            catalog=None if file.catalog is None else Path(file.catalog),
        ),
    ),
}
# Files that hold the tables of a registry as they are, and need no mapping.
TABLE_READERS: dict[str, Callable[[Path], dict[str, SourceFile]]] = {"workbook": read_tables}
OWN_KEYS = {key for known in FORMATS.values() for key in known.keys}
OTHER_SPREADSHEETS = (".ods", ".fods", ".xlsb", ".numbers", ".et", ".xlt", ".xltx")
# Keys that hold a path, from the folder of the mapping.
PATHS = ("dictionary", "events", "catalog")


def open_files(
    place: Path, mapping: FileMapping, document: TomlFile, *, beside: Path, given: str | None
) -> dict[str, SourceFile]:
    """Return the files of a mapping, by their name in it.

    Parameters
    ----------
    place : Path
        One file, or the folder that holds the named files.
    mapping, document
        The mapping, and where it is written.
    beside : Path
        The folder of the mapping, from which its dictionaries are found.
    given : str, optional
        The format of files that do not say theirs.

    Raises
    ------
    ValidationError
        When a file cannot be read as what it should be.
    ArgumentError
        When a file is not there, or is of no known format, or has keys of another format.
    """
    files = {}
    for name, written in progressing(mapping.files.items(), "Reading files", "file"):
        keys = mapping.file_keys(name)
        path = _path_of(place, written, document, keys)
        if written.format is not None and written.format not in FORMATS:
            known = ", ".join(FORMATS)
            raise document.error((*keys, "format"), f"formats are {known}, got {written.format!r}")
        format_name = format_of(path, written.format or given)
        _check_keys(format_name, written, document, keys)
        full: dict[str, Any] = {
            key: str(beside / said) for key in PATHS if (said := getattr(written, key)) is not None
        }
        files[name] = FORMATS[format_name].read(path, replace(written, **full))
    return files


def format_of(path: Path, given: str | None) -> str:
    """Return the format of a file: as it is given, or by its suffix.

    Raises
    ------
    ArgumentError
        When there is no such format, or the suffix tells none.
    """
    if given is not None:
        if given not in FORMATS:
            known = ", ".join(FORMATS)
            raise ArgumentError(f"format must be one of {known}, or None, got {given!r}.")
        return given
    for name, known_format in FORMATS.items():
        if path.suffix.lower() in known_format.suffixes:
            return name
    known = "; ".join(
        f"{name}: {' '.join(f.suffixes)}" for name, f in FORMATS.items() if f.suffixes
    )
    raise ArgumentError(
        f"{path.name} is of no kind that its name tells ({known}). {_instead(path.suffix.lower())}"
    )


def _instead(suffix: str) -> str:
    """Return what to do with a file of another kind."""
    if suffix in OTHER_SPREADSHEETS:
        return "Open it in the program that made it, and save it as a workbook (.xlsx)."
    if suffix == ".xml":
        return 'For the project XML of REDCap say format = "redcap" under [file] of a mapping.'
    return 'Save it as CSV (UTF-8), or say format="csv" if it is delimited text.'


def _path_of(place: Path, written: FileFormat, document: TomlFile, keys: Keys) -> Path:
    said = written.path if isinstance(written, NamedFile) else None
    if place.is_file():
        if said is not None:
            raise document.error(
                (*keys, "path"),
                f"a path is for files in a folder, and {place.name} is one file; give "
                "load_registry the folder, or leave out path for the tables of one file",
            )
        return place
    if said is None:
        raise document.error(keys, f"{place} is a folder; each file of it needs a path")
    path, folder = place / said, place.resolve()
    if Path(said).is_absolute() or not path.resolve().is_relative_to(folder):
        raise document.error((*keys, "path"), "a path stays inside the folder that is loaded")
    if not path.is_file():
        raise document.error((*keys, "path"), f"there is no file {said!r} in {place}")
    return path


def _check_keys(format_name: str, written: FileFormat, document: TomlFile, keys: Keys) -> None:
    """Raise when the file says what its format has no use for."""
    own = FORMATS[format_name].keys
    for field in fields(written):
        name = field.name
        if name not in OWN_KEYS or name in own or getattr(written, name) is None:
            continue
        # A profile says how most extracts come; one in another format has no use for it.
        if is_said_by_user(document, (*keys, name)):
            users = [known for known, f in FORMATS.items() if name in f.keys]
            raise document.error(
                (*keys, name),
                f"it belongs to the format {' or '.join(users)}, and this file is read as "
                f"{format_name}, which has {', '.join(own) or 'no such key'}",
            )
