"""From the files of a mapping to the raw tables of a registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import Cells, nothing_wrong
from spineoutcomes.loaders.mapping.fields import read_field
from spineoutcomes.loaders.mapping.grammar import ONE_FILE, FileMapping, Section
from spineoutcomes.loaders.mapping.parts import Fault, Part, Stack, one_per, stacked
from spineoutcomes.loaders.mapping.rows import (
    IDS,
    View,
    ViewKey,
    episode_of_rows,
    has_own_episodes,
    single_episodes,
    view_key,
    views_of,
)
from spineoutcomes.loaders.mapping.scores import score_parts
from spineoutcomes.loaders.mapping.visits import visit_of_rows
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import Vocabulary

MADE_IDS = {"procedures": ("procedure_id", "P"), "events": ("event_id", "EV")}


@dataclass(frozen=True, slots=True, eq=False)
class Reshaped:
    """The raw tables with the rows each came from, the parts they are made of, and findings."""

    stacks: dict[str, Stack]
    parts: dict[str, list[Part]]
    views: dict[ViewKey, View]
    found: pd.DataFrame


def reshaped(
    files: Mapping[str, SourceFile], mapping: FileMapping, vocabulary: Vocabulary
) -> Reshaped:
    """Return the raw tables that a mapping finds in its files.

    Nothing is left out here, so that the checks of the registry see and count everything.
    """
    views = views_of(files, mapping)
    patients = _patients(mapping, views)
    episodes = _episodes(mapping, views)
    single = None
    if has_own_episodes(mapping):
        single = single_episodes(episodes.columns["patient_id"], episodes.columns["episode_id"])
    scores, undeclared = score_parts(views, mapping, vocabulary, single)
    parts = {"patients": [patients], "episodes": [episodes], "scores": scores}
    for section in mapping.entries:
        part = _entry_part(views[view_key(section)], section, single)
        parts.setdefault(section.table, []).append(part)
    stacks = {table: stacked(own, table) for table, own in parts.items() if own}
    return Reshaped(
        {table: stack for table, stack in stacks.items() if len(stack.frame)},
        parts,
        views,
        joined([undeclared, *(stack.found for stack in stacks.values())]),
    )


def _patients(mapping: FileMapping, views: Mapping[ViewKey, View]) -> Part:
    view = views[view_key(mapping.patients)]
    part = _part_of(view, mapping.patients)
    if view.patient_id is not None:
        part = part.with_columns(patient_id=view.patient_id.values)
    return (
        part if view.written.one_row_per == "patient" else one_per(part, "patient_id", "patients")
    )


def _episodes(mapping: FileMapping, views: Mapping[ViewKey, View]) -> Part:
    view = views[view_key(mapping.episodes)]
    part = _part_of(view, mapping.episodes)
    if view.patient_id is not None:
        part = part.with_columns(patient_id=view.patient_id.values)
    own = part.columns["patient_id"] if view.episode_id is None else view.episode_id.values
    part = part.with_columns(episode_id=own)
    alone = view.written.one_row_per in ("patient", "episode")
    return part if alone else one_per(part, "episode_id", "episodes")


def _part_of(view: View, section: Section) -> Part:
    read = {
        name: read_field(view.file, field, view.written, section.table, name)
        for name, field in section.fields.items()
    }
    faults = [Fault.of(n, ", ".join(section.fields[n].named), cells) for n, cells in read.items()]
    columns = {name: cells.values for name, cells in read.items()}
    return Part(columns, view.positions, tuple(faults), view.name)


def _entry_part(view: View, section: Section, single: pd.Series | None) -> Part:
    """Return the rows that one entry gives: those where any column it names is filled."""
    part = _owned(_part_of(view, section), view, section, single)
    long = view.written.one_row_per == "visit"
    if long and section.table != "procedures" and not {"day", "date"} & set(section.fields):
        when, read = visit_of_rows(view.file, view.written, view.visits, None)
        part = part.with_columns(**when).with_faults(
            *(Fault.of(name, "visits", cells) for name, cells in read)
        )
    if f"{view.written.one_row_per}s" != section.table:
        part = _filled(part, section)
    if long and section.table == "procedures":
        part = _one_per_procedure(part, section)
    return _with_made_id(part, section) if section.table in MADE_IDS else part


def _owned(part: Part, view: View, section: Section, single: pd.Series | None) -> Part:
    """Give rows the episode they belong to; an event may belong to a patient alone."""
    own = {
        name: Cells(part.columns[name], *nothing_wrong(len(part.source)))
        for name in IDS
        if name in section.fields
    }
    patient, episode = (own.get(name, getattr(view, name)) for name in IDS)
    if section.table != "events":
        part = part.without("patient_id")
    elif episode is None and single is not None and patient is not None:
        # The registry finds the episode of a patient who has just one.
        return part.with_columns(patient_id=patient.values)
    cells = episode_of_rows(patient, episode, single)
    if cells.bad.any():
        part = part.with_faults(Fault.of("episode_id", "patient_id", cells))
    return part.with_columns(episode_id=cells.values)


def _filled(part: Part, section: Section) -> Part:
    named = [name for name, field in section.fields.items() if field.named]
    held = [~pd.isna(part.columns[name]) for name in named if name in part.columns]
    bad = [fault.rows for fault in part.faults if fault.column in section.fields]
    return part.only(np.logical_or.reduce(held + bad)) if named else part


def _one_per_procedure(part: Part, section: Section) -> Part:
    """Return one row per procedure of a file with a row per visit.

    A procedure is known by its id; rows that `only` chooses are one each; else the rows of an
    episode repeat the same.
    """
    if "procedure_id" in section.fields:
        return one_per(part, "procedure_id", "procedures")
    return part if section.only else one_per(part, "episode_id", "procedures")


def _with_made_id(part: Part, section: Section) -> Part:
    """Give rows an id where the mapping has none: episode, entry, and which row of the episode."""
    name, prefix = MADE_IDS[section.table]
    if name in part.columns:
        return part
    number = int(section.keys[1]) + 1
    owner = part.columns.get("episode_id", part.columns.get("patient_id"))
    episodes = pd.Series(owner, dtype=object)
    which = episodes.groupby(episodes.fillna(""), sort=False).cumcount() + 1
    made = [f"{e}-{prefix}{number}-{k}" for e, k in zip(episodes, which, strict=True)]
    return part.with_columns(**{name: np.array(made, dtype=object)})


def in_rows_of_the_files(
    found: pd.DataFrame, stacks: Mapping[str, Stack], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Return findings or rejects with rows of the files in place of rows of the raw tables.

    `labels` are what files are called, by their name in the mapping; with several files, a column
    `file` says which one is meant.
    """
    row, file = found["row"].copy(), pd.Series(None, index=found.index, dtype=object)
    for table, stack in stacks.items():
        own = (found["table"] == table) & row.notna()
        place = found.loc[own, "row"].astype(int).to_numpy() - 1
        row[own] = stack.source[place] + 1.0
        file[own] = [labels[name] for name in stack.file[place]]
    moved = found.assign(row=row)
    return moved if ONE_FILE in labels else moved.assign(file=file)
