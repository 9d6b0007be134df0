"""A folder of tables, one file for each table of a registry: CSV, or Parquet."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

import pandas as pd

from spineoutcomes._progress import progressing
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.delimited import content_of, read_delimited, table_of_text
from spineoutcomes.loaders.parquet import read_parquet
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.export import as_saved, holds_marks
from spineoutcomes.registry.findings import joined, rows_found

TRUTH = "truth.csv"
ALIKE = 0.8  # `patient.csv` and `Scores.csv` are alike to a table, `truth.csv` is not


def read_folder(folder: Path) -> tuple[dict[str, SourceFile], pd.DataFrame]:
    """Return the files of the tables in a folder, and warnings about files that look misspelt.

    Other files are none of the library's business and are not opened.

    Raises
    ------
    ArgumentError
        When the folder holds no table, or one both as CSV and as Parquet.
    ValidationError
        When a file is not a table.
    """
    readers = {".csv": _read_saved, ".parquet": read_parquet}
    every = [path for path in sorted(folder.iterdir()) if path.is_file()]
    own = [path for path in every if path.suffix in readers and path.stem in TABLES]
    others = [path for path in every if path not in own]
    present = {name: [path for path in own if path.stem == name] for name in TABLES}
    present = {name: paths for name, paths in present.items() if paths}
    if not present:
        names = ", ".join(f"{name}.csv" for name in TABLES)
        near = _alike([path.name for path in others])
        hint = f" There is {', '.join(near)}: rename it." if near else ""
        raise ArgumentError(
            f"{folder} holds no table; expected some of: {names}.{hint} Other files, such as those "
            "of REDCap or CDISC, are read through a mapping."
        )
    twice = [name for name, paths in present.items() if len(paths) > 1]
    if twice:
        raise ArgumentError(
            f"{folder} holds {', '.join(twice)} both as CSV and as Parquet; keep the one that is "
            "meant."
        )
    read = progressing(present.items(), "Reading files", "file")
    files = {name: readers[path.suffix](path) for name, (path,) in read}
    misspelt = _alike([path.name for path in others])
    return files, joined(_misspelt(name, table) for name, table in misspelt.items())


def read_truth(folder: Path) -> pd.DataFrame | None:
    """Return the potential outcomes of a simulated registry, by episode; None of a real one.

    Raises
    ------
    ValidationError
        When the file names no episodes.
    """
    path = folder / TRUTH
    if not path.is_file():
        return None
    if "episode_id" not in read_delimited(path).rows:
        message = f"{TRUTH} marks a simulated registry and needs a column 'episode_id'."
        raise ValidationError(
            message, rows_found(TRUTH, None, "episode_id", "missing_column", message)
        )
    return as_saved(pd.read_csv(path, float_precision="round_trip")).set_index("episode_id")


def _read_saved(path: Path) -> SourceFile:
    """Read a CSV file as `Registry.save` writes it: text marked for spreadsheets is unmarked."""
    content = content_of(path)
    file = table_of_text(content, path.name)
    return replace(file, rows=as_saved(file.rows)) if holds_marks(content) else file


def _alike(names: list[str]) -> dict[str, str]:
    """Return the file names that look like a misspelt table, with the table they look like."""
    found = {}
    for name in names:
        stem, _, suffix = name.lower().rpartition(".")
        near = difflib.get_close_matches(stem, TABLES, n=1, cutoff=ALIKE)
        if suffix == "csv" and near:
            found[name] = near[0]
    return found


def _misspelt(name: str, table: str) -> pd.DataFrame:
    message = f"The file {name!r} is not a table and was not read; was {table}.csv meant?"
    return rows_found(table, None, None, "unknown_file", message, "warning")
