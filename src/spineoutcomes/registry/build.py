"""From raw tables to a Registry: types, days, rules; then all or nothing, or rejects counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from spineoutcomes._progress import progressing
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.registry.coerce import as_text, only_used
from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.days import with_days
from spineoutcomes.registry.findings import errors_of, joined, raise_for, rows_found
from spineoutcomes.registry.links import linked, relinked
from spineoutcomes.registry.model import Registry
from spineoutcomes.registry.rules import rule_findings
from spineoutcomes.registry.tables import checked_table, empty_tables
from spineoutcomes.vocabulary import Vocabulary

OnError = Literal["raise", "reject"]
REJECT_COLUMNS = ("table", "row", "rule")


def build_registry(
    given: Mapping[str, pd.DataFrame],
    *,
    vocabulary: Vocabulary,
    on_error: OnError = "raise",
    files: Mapping[str, tuple[str, str]] | None = None,
    truth: pd.DataFrame | None = None,
    also_found: pd.DataFrame | None = None,
) -> Registry:
    """Check raw tables and return a Registry.

    Parameters
    ----------
    given : mapping of str to DataFrame
        Raw tables by name.
    vocabulary : Vocabulary
        The codes that may be used.
    on_error : {"raise", "reject"}
        Raise one `ValidationError` with all findings, or move bad rows and their children to the
        rejects.
    files : mapping of str to (file name, sha256), optional
        Where each table came from.
    truth : DataFrame, optional
        Potential outcomes, when simulated.
    also_found : DataFrame, optional
        Findings a loader made on its way here.

    Raises
    ------
    ValidationError
        When a table or column is missing, a required table is empty, or, with "raise", any rule is
        broken.
    ArgumentError
        For another `on_error`, or a table of an unknown name.
    """
    if on_error not in ("raise", "reject"):
        raise ArgumentError(f'on_error must be "raise" or "reject", got {on_error!r}.')
    _require_tables(given, also_found)
    every = progressing(empty_tables(given).items(), "Checking tables", "table")
    checked = {name: checked_table(name, frame, vocabulary) for name, frame in every}
    typed = {name: table for name, (table, _, _) in checked.items()}
    dates = {name: table_dates for name, (_, table_dates, _) in checked.items()}
    before = joined(
        [found for _, _, found in checked.values()] + ([] if also_found is None else [also_found])
    )
    _raise_without_columns(before)
    typed["events"] = _with_owner(typed)
    links = linked(typed)
    dated, undated = with_days(typed, dates, vocabulary, links)
    found = joined([before, undated, rule_findings(dated, vocabulary, links)])
    tables = {name: as_text(TABLES[name], table) for name, table in dated.items()}
    if on_error == "raise":
        raise_for(found)
    rejects = _rejects(tables, found)
    staying = {name: _staying(frame, name, rejects) for name, frame in tables.items()}
    kept = {name: _only(name, frame, staying[name]) for name, frame in tables.items()}
    return Registry(
        tables=kept,
        vocabulary=vocabulary,
        provenance=_provenance(typed, kept, files or {}),
        rejects=rejects,
        found=found.reset_index(drop=True),
        links=relinked(links, staying),
        truth=truth,
    )


def _require_tables(given: Mapping[str, pd.DataFrame], also_found: pd.DataFrame | None) -> None:
    unknown = sorted(set(given) - set(TABLES))
    if unknown:
        raise ArgumentError(f"Unknown table(s) {', '.join(unknown)}; known: {', '.join(TABLES)}.")
    missing = [name for name, spec in TABLES.items() if spec.required and name not in given]
    empty = [name for name in TABLES if name in given and not len(given[name])]
    wrong = [
        *(rows_found(n, None, None, "missing_table", f"There is no table {n!r}.") for n in missing),
        *(rows_found(n, None, None, "empty_table", f"The table {n!r} has no rows.") for n in empty),
    ]
    if wrong:
        raise_for(joined([*wrong, *([] if also_found is None else [also_found])]))


def _raise_without_columns(found: pd.DataFrame) -> None:
    """Raise for whole-table findings: a missing column leaves nothing that could be rejected."""
    whole = errors_of(found)[lambda f: f["row"].isna()]
    if len(whole):
        message = f"The registry cannot be read: {' '.join(whole['message'].head(5))}"
        raise ValidationError(message, found.reset_index(drop=True))


def _with_owner(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return events; one that names only a patient with a single episode names that too."""
    events, episodes = tables["events"], tables["episodes"]
    if not len(events):
        return events
    single = episodes[~episodes.duplicated("patient_id", keep=False)].dropna(subset=["patient_id"])
    owner = dict(zip(single["patient_id"], single["episode_id"], strict=True))
    episode, patient = events["episode_id"].astype(object), events["patient_id"].astype(object)
    named = episode.where(episode.notna(), patient.map(owner))
    return events.assign(episode_id=named.astype("category"))


def _rejects(tables: Mapping[str, pd.DataFrame], found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to leave out: those with an error, and the children of rows left out."""
    wrong = errors_of(found).dropna(subset=["row"])[list(REJECT_COLUMNS)]
    parts = [wrong]
    gone: dict[str, set[object]] = {}
    for name, spec in TABLES.items():
        frame = tables[name]
        bad = set(wrong.loc[wrong["table"] == name, "row"])
        orphan = pd.Series(False, index=frame.index)
        for parent, column in spec.parents:
            orphan |= frame[column].isin(gone.get(parent, set()))
        orphans = [row + 1.0 for row in frame.index[orphan] if row + 1.0 not in bad]
        parts.append(pd.DataFrame({"table": name, "row": orphans, "rule": "parent_rejected"}))
        left_out = [int(row) - 1 for row in bad.union(orphans)]
        gone[name] = set(frame.loc[left_out, spec.key[0]])
    rejects = pd.concat([part for part in parts if len(part)] or [wrong], ignore_index=True)
    return rejects.drop_duplicates(["table", "row"], ignore_index=True)


def _staying(frame: pd.DataFrame, name: str, rejects: pd.DataFrame) -> np.ndarray:
    staying = np.ones(len(frame), dtype=bool)
    staying[rejects.loc[rejects["table"] == name, "row"].astype(int) - 1] = False
    return staying


def _only(name: str, frame: pd.DataFrame, mask: np.ndarray) -> pd.DataFrame:
    """Return the rows that stay, as if no other had been in the file."""
    if mask.all():
        return frame
    return only_used(TABLES[name], frame[mask].reset_index(drop=True))


def _provenance(
    before: Mapping[str, pd.DataFrame],
    after: Mapping[str, pd.DataFrame],
    files: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    rows = [
        {
            "table": name,
            "file": files.get(name, (None, None))[0],
            "sha256": files.get(name, (None, None))[1],
            "n_rows_in": len(before[name]),
            "n_rows_out": len(after[name]),
            "n_rejected": len(before[name]) - len(after[name]),
        }
        for name in TABLES
    ]
    return pd.DataFrame(rows)
