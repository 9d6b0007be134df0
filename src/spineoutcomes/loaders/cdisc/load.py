"""A CDISC study as raw tables of a registry: its datasets, read as a declared plan says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.cdisc.checks import check_plan
from spineoutcomes.loaders.cdisc.folder import read_datasets
from spineoutcomes.loaders.cdisc.gather import Study
from spineoutcomes.loaders.cdisc.plan import CdiscPlan, read_plan
from spineoutcomes.loaders.cdisc.rows import in_rows_of_table
from spineoutcomes.loaders.cdisc.study import studied
from spineoutcomes.loaders.cdisc.unread import left_out_rows, said_of_rows, unused_columns
from spineoutcomes.loaders.mapping.account import RowCount
from spineoutcomes.loaders.mapping.checks import check_words
from spineoutcomes.loaders.mapping.fit import fitted
from spineoutcomes.loaders.mapping.reshape import Reshaped, reshaped
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class CdiscTables:
    """The raw tables of a CDISC study, and where every row of its datasets went.

    Attributes
    ----------
    raw : Reshaped
        The tables with the rows each came from: `raw.stacks[table].frame`.
    files : mapping of str to SourceFile
        The datasets by their name in `raw`; one that gives rows of several kinds has several names.
    datasets : mapping of str to SourceFile
        The datasets as they were read, SUPP-- ones too, with name and hash.
    counts : mapping of str to RowCount
        Rows of the dataset behind each name of `files`, and those used.
    left_out : DataFrame
        `file`, `row` (from 1) and `reason` of each row that was not used.
    found : DataFrame
        Findings: errors with rows of the tables, others with rows of the datasets.
    """

    raw: Reshaped
    files: Mapping[str, SourceFile]
    datasets: Mapping[str, SourceFile]
    counts: Mapping[str, RowCount]
    left_out: pd.DataFrame
    found: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The raw tables, for `build_registry`."""
        return {table: stack.frame for table, stack in self.raw.stacks.items()}

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Name and hash of each file that was read."""
        return tuple((file.name, file.sha256) for file in self.datasets.values())


def load_cdisc(
    folder: Path, plan: str | Path, *, vocabulary: Vocabulary | None = None
) -> CdiscTables:
    """Read the datasets of a folder as a plan says.

    Parameters
    ----------
    folder : Path
        With datasets as XPT, Dataset-JSON or SAS files.
    plan : path
        A TOML file with a section [cdisc].
    vocabulary : Vocabulary, optional
        The words that may be used; None takes the shipped ones.

    Raises
    ------
    ArgumentError
        When the plan does not fit the vocabulary or the datasets; the message names the line.
    ValidationError
        When a dataset cannot be read, or is not what the plan takes it for.
    """
    read, document = read_plan(plan)
    check_plan(read, document, vocabulary or SHIPPED_VOCABULARY)
    files, unread = read_datasets(
        folder,
        read.files,
        suffix=read.suffix,
        encoding=read.encoding,
        missing_codes=read.missing_codes,
    )
    return cdisc_tables(
        files, plan=read, document=document, vocabulary=vocabulary, also_found=unread
    )


def cdisc_tables(
    files: Mapping[str, SourceFile],
    *,
    plan: CdiscPlan,
    document: TomlFile | None = None,
    vocabulary: Vocabulary | None = None,
    also_found: pd.DataFrame | None = None,
) -> CdiscTables:
    """Return the raw tables that a plan finds in the datasets of a study.

    Parameters
    ----------
    files : mapping of str to SourceFile
        Datasets by name, in lower case: "dm", "adtte"; "suppae" goes back on "ae".
    plan : CdiscPlan
        What is what.
    document : TomlFile, optional
        Where the plan is written, for messages that name a line.
    vocabulary : Vocabulary, optional
        The words that may be used; None takes the shipped ones.
    also_found : DataFrame, optional
        Findings made on the way here.

    Raises
    ------
    ArgumentError
        When the plan does not fit the vocabulary or the datasets.
    ValidationError
        When a dataset is not what the plan takes it for.
    """
    place = document or TomlFile("the plan", "", {})
    words = vocabulary or SHIPPED_VOCABULARY
    check_plan(plan, place, words)
    study, mapping = studied(files, plan, place, words)
    check_words(mapping, place, words)
    mapping, fit = fitted(mapping, place, study.files, words)
    raw = reshaped(study.files, mapping, words)
    used = {name: _used(study, raw, name) for name in files}
    left_out = left_out_rows(study, files, used)
    counts = {
        key: RowCount(len(files[name].rows), len(used[name]))
        for key, name in study.dataset_of.items()
    }
    found = joined(
        [
            *(_placed(found, raw, key, table) for found, key, table in study.found),
            *(_of_reader(file) for file in files.values()),
            *([] if also_found is None else [also_found]),
            raw.found,
            said_of_rows(left_out),
            fit[fit["rule"] != "unmapped_column"],
            unused_columns(study),
        ]
    )
    return CdiscTables(raw, study.files, dict(files), counts, left_out, found)


def _used(study: Study, raw: Reshaped, dataset: str) -> np.ndarray:
    """Return the rows of a dataset that gave a row of a table, or joined one."""
    parts = [
        part.used
        for own in raw.parts.values()
        for part in own
        if study.dataset_of[part.file] == dataset
    ]
    rows = [*parts, *study.joined.get(dataset, [])]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.intp)


def _placed(found: pd.DataFrame, raw: Reshaped, key: str, table: str) -> pd.DataFrame:
    if table not in raw.stacks:
        return found
    return in_rows_of_table(found, raw.stacks[table], key, table)


def _of_reader(file: SourceFile) -> pd.DataFrame:
    """Return the findings of a reader; a wrong cell is an error where a section reads it."""
    return file.found.assign(
        severity=file.found["severity"].where(file.found["row"].isna(), "warning")
    )
