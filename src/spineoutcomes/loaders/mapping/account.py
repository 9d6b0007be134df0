"""Where the rows of the files went: each gave a row, joined one, or is named by a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import Mask
from spineoutcomes.loaders.mapping.grammar import FileMapping
from spineoutcomes.loaders.mapping.parts import Rows
from spineoutcomes.loaders.mapping.reshape import Reshaped
from spineoutcomes.loaders.mapping.rows import view_key
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.findings import joined, rows_found

HOMES = ("patients", "episodes")
OF_A_VISIT = ("scores", "lesions", "events")
NAMED = 5  # rows that a message names


@dataclass(frozen=True, slots=True)
class RowCount:
    """Rows of one file: all of them, and those that gave a row or joined one."""

    rows: int
    used: int


def file_labels(files: Mapping[str, SourceFile]) -> dict[str, str]:
    """Return what each file is called: its name, with that of the mapping where one is shared."""
    names = [file.name for file in files.values()]
    return {
        name: file.name if names.count(file.name) == 1 else f"{file.name} ({name})"
        for name, file in files.items()
    }


def as_said_by_reader(found: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the findings of a reader; a wrong cell is an error where a section reads it."""
    severity = found["severity"].where(found["row"].isna(), "warning")
    return found.assign(table=label, severity=severity)


def accounted(
    files: Mapping[str, SourceFile], mapping: FileMapping, raw: Reshaped
) -> tuple[dict[str, RowCount], pd.DataFrame]:
    """Return how many rows of each file were used, and findings on all the others."""
    counts, found = {}, []
    for name, label in file_labels(files).items():
        n = len(files[name].rows)
        own = [part for parts in raw.parts.values() for part in parts if part.file == name]
        used = _rows_of(n, (part.used for part in own))
        read = _rows_of(n, (view.positions for key, view in raw.views.items() if key[0] == name))
        empty = _empty_visits(n, name, mapping, raw)
        found += [
            _not_read(label, ~read, "no section"),
            _not_read(
                label,
                read & ~_chosen(n, name, mapping, raw),
                "no section but those of patients and episodes",
            ),
            _empty(label, "empty_visit", empty, "no score, lesion or event"),
            _empty(label, "empty_row", read & ~used & ~empty, "nothing that is read"),
        ]
        counts[name] = RowCount(n, int(used.sum()))
    return counts, joined(found)


def _rows_of(n: int, positions: Iterable[Rows]) -> Mask:
    """Return which of the n rows of a file stand at any of the positions."""
    mask = np.zeros(n, dtype=bool)
    for some in positions:
        mask[some] = True
    return mask


def _chosen(n: int, name: str, mapping: FileMapping, raw: Reshaped) -> Mask:
    """Return the rows of a file that are read for what they hold, and not for an id alone.

    Where [patients] or [episodes] read each row of visits or events, that says nothing of the rest
    of the row.
    """
    reading = [(section, keys) for section, keys in mapping.everything if section.file == name]
    named = [view_key(section) for section, keys in reading if section.only or keys[0] not in HOMES]
    own = {keys[0] for _, keys in reading} - set(HOMES)
    if mapping.files[name].one_row_per in ("patient", "episode") or not own:
        named = [view_key(section) for section, _ in reading]
    return _rows_of(n, (raw.views[key].positions for key in named))


def _empty_visits(n: int, name: str, mapping: FileMapping, raw: Reshaped) -> Mask:
    """Return rows of visits that hold nothing: they are seen, and give no score."""
    if mapping.files[name].one_row_per != "visit":
        return np.zeros(n, dtype=bool)
    sections = [section for section in mapping.entries if section.table in OF_A_VISIT]
    keys = [view_key(section) for section in sections]
    keys += [view_key(score) for score in mapping.scores.values()]
    read = _rows_of(n, (raw.views[key].positions for key in keys if key[0] == name))
    parts = [part for table in OF_A_VISIT for part in raw.parts.get(table, [])]
    return read & ~_rows_of(n, (part.source for part in parts if part.file == name))


def _not_read(label: str, mask: Mask, whom: str) -> pd.DataFrame:
    """Return one finding: rows of other forms may be most of a file."""
    rows = np.flatnonzero(mask)
    if not len(rows):
        return joined([])
    first = ", ".join(str(row + 1) for row in rows[:NAMED])
    more = ", …" if len(rows) > NAMED else ""
    message = (
        f"{len(rows)} row(s) of {label} are read by {whom}, as each says with `only` (rows {first}"
        f"{more}); add a section that reads them, unless nothing in them is needed."
    )
    return rows_found(label, None, None, "rows_not_read", message, "warning")


def _empty(label: str, rule: str, mask: Mask, words: str) -> pd.DataFrame:
    rows = np.flatnonzero(mask)
    message = f"{len(rows)} row(s) of {label} hold {words}: all are empty."
    return rows_found(label, rows, None, rule, message, "warning")


def provenance_by_file(
    given: pd.DataFrame,
    rejects: pd.DataFrame,
    raw: Reshaped,
    files: Mapping[str, SourceFile],
    counts: Mapping[str, RowCount],
) -> pd.DataFrame:
    """Return provenance with a row for each table and file, and the rows of the file beside it.

    Parameters
    ----------
    given, rejects : DataFrame
        Provenance by table, and rejects with rows of the raw tables.
    raw : Reshaped
    files : mapping of str to SourceFile
    counts : mapping of str to RowCount
    """
    labels = file_labels(files)
    rows: list[dict[Any, Any]] = []
    for table in TABLES:
        sources = list(dict.fromkeys(part.file for part in raw.parts.get(table, [])))
        stack = raw.stacks.get(table)
        origin = np.zeros(0, dtype=object) if stack is None else stack.file
        place = rejects.loc[rejects["table"] == table, "row"].astype(int).to_numpy() - 1
        for name in sources:
            n_in, n_rejected = int((origin == name).sum()), int((origin[place] == name).sum())
            rows.append(
                {
                    "table": table,
                    "file": labels[name],
                    "sha256": files[name].sha256,
                    "n_rows_in": n_in,
                    "n_rows_out": n_in - n_rejected,
                    "n_rejected": n_rejected,
                    "n_file_rows": counts[name].rows,
                    "n_file_rows_used": counts[name].used,
                    "n_file_rows_left_out": counts[name].rows - counts[name].used,
                }
            )
        if not sources:
            rows.append(given[given["table"] == table].iloc[0].to_dict())
    whole = ["n_file_rows", "n_file_rows_used", "n_file_rows_left_out"]
    return pd.DataFrame(rows).astype(dict.fromkeys(whole, "Int64"))
