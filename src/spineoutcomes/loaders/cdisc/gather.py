"""What is gathered from the datasets of a CDISC study on the way to a mapping of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.cdisc.plan import CdiscPlan
from spineoutcomes.loaders.cdisc.rows import SUBJECT, LeftOut
from spineoutcomes.loaders.cdisc.subjects import Subjects
from spineoutcomes.loaders.cells import Mask
from spineoutcomes.loaders.mapping.grammar import (
    Field,
    FileFormat,
    FileMapping,
    NamedFile,
    Only,
    Score,
    Section,
    Unit,
    Visits,
)
from spineoutcomes.loaders.mapping.parts import Rows
from spineoutcomes.loaders.source import SourceFile


@dataclass(slots=True, eq=False)
class Study:
    """What is gathered, section by section of the plan; it grows, and ends in a mapping.

    Attributes
    ----------
    plan, document
        The plan, and where it is written.
    datasets : dict
        The datasets by name.
    outside : set of str
        Persons that the plan leaves out.
    files, formats : dict
        The datasets by their name in the mapping; one that is read in several ways has several.
    dataset_of : dict
        The dataset that each of these names stands for.
    sections, scores
        Sections of the mapping.
    left_out : list of LeftOut
        Rows that no section reads, with a reason.
    joined : dict
        By dataset: rows that became part of the row of a person, or of another dataset.
    found : list of (DataFrame, str, str)
        Findings with rows of a dataset, its name in the mapping, and the table made of them.
    """

    plan: CdiscPlan
    document: TomlFile
    datasets: dict[str, SourceFile]
    outside: set[str] = field(default_factory=set)
    files: dict[str, SourceFile] = field(default_factory=dict)
    formats: dict[str, FileFormat] = field(default_factory=dict)
    dataset_of: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    scores: dict[int, Score] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    joined: dict[str, list[Rows]] = field(default_factory=dict)
    found: list[tuple[pd.DataFrame, str, str]] = field(default_factory=list)

    def key(self, dataset: str, unit: Unit) -> str:
        """Return the name of a dataset in the mapping, as it is read with a row per unit."""
        taken = self.formats.get(dataset)
        name = dataset if taken is None or taken.one_row_per == unit else f"{dataset} per {unit}"
        if name not in self.files:
            self.files[name] = self.datasets[dataset]
            self.formats[name] = NamedFile(one_row_per=unit, patient_id=Field(column=SUBJECT))
            self.dataset_of[name] = dataset
        return name

    def among(self, dataset: str) -> Mask:
        """Return the rows of a dataset that belong to no person left out."""
        persons = self.datasets[dataset].rows[SUBJECT].str.strip()
        out = persons.isin(list(self.outside)).to_numpy(dtype=bool)
        reason = "of a person who is not chosen by `only` of [cdisc]"
        self.left_out.append(LeftOut(dataset, np.flatnonzero(out), reason))
        return ~out

    def mapping(
        self, subjects: Subjects, key: str, only: Only, visits: Visits | None
    ) -> FileMapping:
        """Return the mapping of everything gathered."""
        patients, episodes = (
            Section(table=table, fields=fields, file=key, only=only, keys=("cdisc", table))
            for table, fields in (
                ("patients", subjects.patients),
                ("episodes", subjects.episodes),
            )
        )
        return FileMapping(
            files=self.formats,
            patients=patients,
            episodes=episodes,
            visits=visits,
            scores=self.scores,
            entries=tuple(self.sections),
        )
