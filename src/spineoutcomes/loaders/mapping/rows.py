"""The rows of an opened file that a section reads, and the ids by which files are joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.cells import Cells, Mask, Texts, Values, by_distinct
from spineoutcomes.loaders.mapping.fields import read_field
from spineoutcomes.loaders.mapping.grammar import (
    Field,
    FileFormat,
    FileMapping,
    NamedFile,
    Only,
    Score,
    Section,
    Visits,
)
from spineoutcomes.loaders.mapping.parts import Rows
from spineoutcomes.loaders.mapping.visits import visits_of
from spineoutcomes.loaders.source import SourceFile

IDS = ("patient_id", "episode_id")
ViewKey = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Rows of one file as one or more sections read them.

    Attributes
    ----------
    name : str
        Name of the file in the mapping.
    file : SourceFile
        With these rows alone; its index says where each stands in the whole file.
    written : FileFormat
        How its cells are written.
    visits : Visits or None
        The visits as this file has them.
    patient_id, episode_id : Cells or None
        Ids of every row, where the file has them.
    """

    name: str
    file: SourceFile
    written: FileFormat
    visits: Visits | None
    patient_id: Cells | None = None
    episode_id: Cells | None = None

    @property
    def positions(self) -> Rows:
        """Where each row stands in the whole file."""
        return self.file.rows.index.to_numpy(dtype=np.intp)


def view_key(section: Section | Score) -> ViewKey:
    """Return what names the rows that a section reads."""
    return section.file or "", tuple(sorted(section.only.items()))


def views_of(files: Mapping[str, SourceFile], mapping: FileMapping) -> dict[ViewKey, View]:
    """Return the rows that the sections of a mapping read; those who read the same share them."""
    views = {}
    for section, _ in mapping.everything:
        if view_key(section) not in views:
            views[view_key(section)] = _view(files, mapping, section)
    return views


def _view(files: Mapping[str, SourceFile], mapping: FileMapping, section: Section | Score) -> View:
    name = section.file or ""
    file, written = files[name], mapping.files[name]
    if section.only:
        file = _some_rows(file, np.flatnonzero(chosen(file, section.only)))
    patient_id, episode_id = (
        None if field is None else read_field(file, field, written, f"{key[:-3]}s", key)
        for key, field in ((key, id_field(mapping, name, key)) for key in IDS)
    )
    visits = visits_of(mapping.visits, written)
    return View(name, file, written, visits, patient_id, episode_id)


def chosen(file: SourceFile, only: Only) -> Mask:
    """Return the rows whose cells are those that `only` names, column by column."""
    mask = np.ones(len(file.rows), dtype=bool)
    for column, cells in only.items():
        place, found = pd.factorize(file.rows[column].to_numpy(dtype=object))
        fits = [str(text).strip() in cells for text in found]
        mask &= np.array([*fits, "" in cells])[place]
    return mask


def _some_rows(file: SourceFile, positions: Rows) -> SourceFile:
    return replace(
        file,
        rows=file.rows.iloc[positions],
        reasons={column: why[positions] for column, why in file.reasons.items()},
    )


def id_field(mapping: FileMapping, name: str, key: str) -> Field | None:
    """Return where the rows of a file have an id: as it says itself, or its [patients] say."""
    written = mapping.files[name]
    own: Field | None = getattr(written, key) if isinstance(written, NamedFile) else None
    for home in (mapping.patients, mapping.episodes):
        if own is None and home.file == name:
            own = home.fields.get(key)
    return own


def has_own_episodes(mapping: FileMapping) -> bool:
    """Whether episodes have ids of their own; otherwise a patient is one episode."""
    return id_field(mapping, mapping.episodes.file, "episode_id") is not None


def single_episodes(patient_id: Values, episode_id: Values) -> pd.Series:
    """Return the episode of each patient who has just one."""
    pairs = pd.DataFrame({"patient": patient_id, "episode": episode_id}).dropna()
    pairs = pairs.drop_duplicates()
    pairs = pairs[~pairs.duplicated("patient", keep=False)]
    patients = pd.Index(pairs["patient"].to_numpy(dtype=object), dtype=object)
    return pd.Series(pairs["episode"].to_numpy(dtype=object), index=patients, dtype=object)


def episode_of_rows(
    patient_id: Cells | None, episode_id: Cells | None, single: pd.Series | None
) -> Cells:
    """Return the episode each row belongs to; the checks have seen that rows have an id.

    Parameters
    ----------
    patient_id, episode_id : Cells or None
        As the rows say.
    single : Series or None
        The episode of each patient who has just one; None where a patient is an episode.
    """
    own = patient_id if episode_id is None else episode_id
    if own is None:
        raise ArgumentError("A file has no id; declare its patient_id or episode_id.")
    if episode_id is not None or single is None:
        return own

    def episodes(patients: list[str]) -> Texts:
        known: Texts = single.reindex(patients).to_numpy(dtype=object, copy=True)
        known[pd.isna(known)] = None
        return known

    found = by_distinct(own.values, episodes)
    bad = ~pd.isna(own.values) & pd.isna(found)
    expected = "an id of a patient with exactly one episode; give the file's episode_id"
    return Cells(found, own.reasons, bad, "which_episode", expected)
