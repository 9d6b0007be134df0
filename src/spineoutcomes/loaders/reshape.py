"""From one mapped file to the raw tables of a registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import Values
from spineoutcomes.loaders.fields import read_field
from spineoutcomes.loaders.mapping import Entry, Field, FileMapping
from spineoutcomes.loaders.parts import Fault, Part, Rows, one_per, stacked
from spineoutcomes.loaders.scores import score_parts
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.visits import visit_of_rows
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.vocabulary import Vocabulary

MADE_IDS = {"procedures": ("procedure_id", "P"), "events": ("event_id", "EV")}


@dataclass(frozen=True, slots=True, eq=False)
class Reshaped:
    """The raw tables, the row of the file that each of their rows came from, and findings."""

    tables: dict[str, pd.DataFrame]
    source: dict[str, Rows]
    found: pd.DataFrame


def reshaped(file: SourceFile, mapping: FileMapping, vocabulary: Vocabulary) -> Reshaped:
    """Return the raw tables that a mapping finds in a file.

    Every row of the file gives, or belongs to, a row of patients and one of episodes; nothing is
    left out here, so that the checks of the registry see and count everything.
    """
    unit = mapping.file.one_row_per
    patients = _part_of(file, mapping, "patients", mapping.patients)
    patient_id = patients.columns["patient_id"]
    episodes = _part_of(file, mapping, "episodes", mapping.episodes)
    episode_id = episodes.columns.get("episode_id", patient_id)
    episodes = _with(episodes, episode_id=episode_id, patient_id=patient_id)
    scores, undeclared = score_parts(file, mapping, vocabulary, episode_id)
    parts = {
        "patients": [
            patients if unit == "patient" else one_per(patients, "patient_id", "patients")
        ],
        "episodes": [episodes if unit != "visit" else one_per(episodes, "episode_id", "episodes")],
        "scores": scores,
    }
    for table in ("procedures", "lesions", "events"):
        parts[table] = [
            _entry_part(file, mapping, table, number, entry, episode_id)
            for number, entry in enumerate(getattr(mapping, table), start=1)
        ]
    stacks = {table: stacked(own, table) for table, own in parts.items() if own}
    filled = {table: stack for table, stack in stacks.items() if len(stack[0])}
    return Reshaped(
        {table: frame for table, (frame, _, _) in filled.items()},
        {table: source for table, (_, source, _) in filled.items()},
        joined(
            [undeclared, *(found for _, _, found in filled.values()), _idle(file, mapping, parts)]
        ),
    )


def in_rows_of_the_file(found: pd.DataFrame, source: Mapping[str, Rows]) -> pd.DataFrame:
    """Return findings or rejects with rows of the file in place of rows of the raw tables."""
    row = found["row"].copy()
    for table, rows in source.items():
        own = (found["table"] == table) & row.notna()
        row[own] = rows[found.loc[own, "row"].astype(int) - 1] + 1.0
    return found.assign(row=row)


def _part_of(
    file: SourceFile, mapping: FileMapping, table: str, fields: Mapping[str, Field]
) -> Part:
    read = {n: read_field(file, field, mapping.file, table, n) for n, field in fields.items()}
    faults = [Fault.of(n, ", ".join(fields[n].named), cells) for n, cells in read.items()]
    columns = {name: cells.values for name, cells in read.items()}
    return Part(columns, np.arange(len(file.rows)), tuple(faults))


def _with(part: Part, **columns: Values) -> Part:
    return Part({**columns, **part.columns}, part.source, part.faults)


def _entry_part(
    file: SourceFile,
    mapping: FileMapping,
    table: str,
    number: int,
    entry: Entry,
    episode_id: Values,
) -> Part:
    """Return the rows that one entry gives: those where any column it names is filled."""
    part = _with(_part_of(file, mapping, table, entry), episode_id=episode_id)
    long = mapping.file.one_row_per == "visit"
    if long and table != "procedures" and not {"day", "date"} & set(entry):
        when, read = visit_of_rows(file, mapping, None)
        faults = tuple(Fault.of(name, "visits", cells) for name, cells in read)
        part = Part({**when, **part.columns}, part.source, part.faults + faults)
    named = [n for n, field in entry.items() if field.named]
    bad = [fault.rows for fault in part.faults if fault.column in entry]
    filled = [~pd.isna(part.columns[name]) for name in named] + bad
    part = part.only(np.logical_or.reduce(filled)) if named else part
    if long and table == "procedures":
        part = one_per(part, "episode_id", table)
    return _with_made_id(part, table, number) if table in MADE_IDS else part


def _with_made_id(part: Part, table: str, number: int) -> Part:
    """Give rows an id where the mapping has none: episode, entry, and which row of the episode."""
    name, prefix = MADE_IDS[table]
    episodes = pd.Series(part.columns["episode_id"], dtype=object)
    which = episodes.groupby(episodes.fillna(""), sort=False).cumcount() + 1
    made = [f"{e}-{prefix}{number}-{k}" for e, k in zip(episodes, which, strict=True)]
    return _with(part, **{name: np.array(made, dtype=object)})


def _idle(file: SourceFile, mapping: FileMapping, parts: Mapping[str, list[Part]]) -> pd.DataFrame:
    """Return a warning for rows of visits that hold nothing: they are seen, and give no score."""
    visit_parts = [part for t in ("scores", "lesions", "events") for part in parts[t]]
    if mapping.file.one_row_per != "visit" or not visit_parts:
        return joined([])
    used = np.concatenate([part.source for part in visit_parts])
    rows = np.setdiff1d(np.arange(len(file.rows)), used)
    message = f"{len(rows)} row(s) of {file.name} hold no score, lesion or event: all are empty."
    return rows_found(file.name, rows, None, "empty_visit", message, "warning")
