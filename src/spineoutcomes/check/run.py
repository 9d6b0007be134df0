"""Check the files of a registry: load what can be loaded, and collect all there is to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from spineoutcomes.check.groups import Group, grouped
from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders import load_registry
from spineoutcomes.loaders.mapping.account import file_labels
from spineoutcomes.loaders.mapping.read import is_profile_name, read_mapping
from spineoutcomes.loaders.sources import open_files
from spineoutcomes.registry import TABLES, Registry
from spineoutcomes.registry.findings import joined
from spineoutcomes.registry.identifiers import possible_identifiers
from spineoutcomes.registry.rules import future_findings

FINE, WARNED, WRONG = 0, 1, 2  # exit codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What a check has to say; names and counts, never a patient's value.

    Attributes
    ----------
    name : str
        The file or folder.
    as_of : date
        The day that dates were held against.
    stopped : str
        Why nothing could be loaded; empty where something was.
    groups : tuple of Group
        Findings, errors first.
    provenance : DataFrame
        Rows in, out and rejected, by table and file; empty where nothing was loaded.
    rejects : DataFrame
        Rows left out: table, row, rule.
    identifiers : DataFrame or None
        Possible identifiers; None where nothing could be looked at.
    synthetic : bool
        The files say that the data were simulated.
    """

    name: str
    as_of: date
    stopped: str
    groups: tuple[Group, ...]
    provenance: pd.DataFrame
    rejects: pd.DataFrame
    identifiers: pd.DataFrame | None
    synthetic: bool = False

    @property
    def exit_code(self) -> int:
        """0 where nothing was found, 1 for warnings alone, 2 for an error or nothing loaded."""
        if self.stopped or any(group.severity == "error" for group in self.groups):
            return WRONG
        return WARNED if self.groups else FINE


def check_files(
    path: str | Path,
    *,
    mapping: str | Path | None = None,
    vocabulary: str | Path | None = None,
    as_of: date,
) -> Checkup:
    """Check a folder of tables, or the files that a mapping reads.

    Parameters
    ----------
    path : path
        As for `load_registry`.
    mapping, vocabulary : path, optional
        As for `load_registry`.
    as_of : date
        The day on which the data were taken: dates after it are errors.

    Raises
    ------
    ArgumentError
        When there is nothing to read, or the mapping or the vocabulary does not fit.
    """
    name = Path(path).resolve().name
    try:
        registry = load_registry(path, mapping=mapping, vocabulary=vocabulary, on_error="reject")
    except ValidationError as error:
        return Checkup(
            name=name,
            as_of=as_of,
            stopped=str(error),
            groups=grouped(error.findings, list(TABLES)) if len(error.findings) else (),
            provenance=pd.DataFrame(),
            rejects=pd.DataFrame(),
            identifiers=None,
        )
    found = joined([registry.findings(), _in_future(registry, as_of, mapping is not None)])
    return Checkup(
        name=name,
        as_of=as_of,
        stopped="",
        groups=grouped(found, list(TABLES)),
        provenance=registry.provenance,
        rejects=registry.rejects,
        identifiers=_identifiers(registry, Path(path), mapping),
        synthetic=registry.truth is not None,
    )


def _in_future(registry: Registry, as_of: date, mapped: bool) -> pd.DataFrame:
    """Return findings on dates after a day, with rows of the file where they are known."""
    found = future_findings(
        registry.tables, registry.vocabulary, registry.links, pd.Timestamp(as_of)
    )
    if mapped:
        # A row of a mapped table may come from anywhere in its file: the message counts them.
        return found.assign(row=float("nan")).drop_duplicates(ignore_index=True)
    row = found["row"].copy()
    for table in found["table"].unique():
        own = found["table"] == table
        gone = registry.rejects.loc[registry.rejects["table"] == table, "row"]
        n = len(registry.tables[table]) + len(gone)
        kept = pd.Series(range(1, n + 1))[lambda numbers, gone=gone: ~numbers.isin(gone)]
        row[own] = kept.to_numpy()[found.loc[own, "row"].astype(int) - 1].astype(float)
    return found.assign(row=row)


def _identifiers(registry: Registry, path: Path, mapping: str | Path | None) -> pd.DataFrame:
    """Return possible identifiers of the tables; of a mapped file, in all of its columns."""
    if mapping is None:
        return registry.identifiers()
    plan, document = read_mapping(mapping)
    beside = path.parent if is_profile_name(mapping) else Path(mapping).parent
    files = open_files(path, plan, document, beside=beside, given=None)
    labels = file_labels(files)
    parts = [
        possible_identifiers({labels[name]: file.rows}, marked=file.identifiers)
        for name, file in files.items()
    ]
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
