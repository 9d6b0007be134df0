"""The datasets of a folder that a plan reads: each in one file, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from spineoutcomes._progress import progressing
from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.cdisc.supp import PREFIX
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.statistical import read_statistical
from spineoutcomes.registry.findings import joined, rows_found

SUFFIXES = (".xpt", ".json", ".ndjson", ".sas7bdat", ".dsjc")


def read_datasets(
    folder: Path,
    needed: Iterable[str],
    *,
    suffix: str | None = None,
    encoding: str | None = None,
    missing_codes: Mapping[str, str] | None = None,
) -> tuple[dict[str, SourceFile], pd.DataFrame]:
    """Return the datasets that a plan needs, by name, and warnings on the others.

    The name of a dataset is that of its file, in lower case and without its ending. Its SUPP--
    dataset is read with it.

    Parameters
    ----------
    folder : Path
    needed : iterable of str
        Names of datasets.
    suffix : str, optional
        Which file is read, "xpt" or "json", where a dataset stands in several.
    encoding, missing_codes
        As `read_statistical` takes them.

    Raises
    ------
    ArgumentError
        When a dataset is not there, or stands in several files.
    ValidationError
        When a file cannot be read.
    """
    if not folder.is_dir():
        raise ArgumentError(f"{folder} is no folder; a CDISC study is a folder of datasets.")
    places: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix.lower() in SUFFIXES:
            places.setdefault(path.stem.lower(), []).append(path)
    wanted = [*needed, *(f"{PREFIX}{name}" for name in needed if f"{PREFIX}{name}" in places)]
    files = {}
    for name in progressing(dict.fromkeys(wanted), "Reading datasets", "dataset"):
        path = _one(name, places, folder, suffix)
        if path.suffix.lower() in (".xpt", ".sas7bdat"):
            files[name] = read_statistical(path, encoding=encoding, missing_codes=missing_codes)
        else:
            files[name] = read_dataset_json(path)
    return files, joined(_not_read(name) for name in places if name not in files)


def _one(name: str, places: Mapping[str, list[Path]], folder: Path, suffix: str | None) -> Path:
    found = places.get(name, [])
    if suffix is not None:
        found = [path for path in found if path.suffix.lower() == f".{suffix}"]
    if not found:
        known = ", ".join(sorted(places)) or "none"
        ending = "" if suffix is None else f" in a file .{suffix}"
        raise ArgumentError(
            f"The plan reads the dataset {name!r}, and {folder} has none{ending}; its datasets "
            f"are: {known}."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ArgumentError(
            f"{folder} has the dataset {name!r} in several files ({names}); say under [cdisc] "
            'which is read: suffix = "xpt", "json", "ndjson" or "sas7bdat".'
        )
    return found[0]


def _not_read(name: str) -> pd.DataFrame:
    message = f"The dataset {name!r} is in no section of the plan and was not read."
    return rows_found(name, None, None, "unread_file", message, "warning")
