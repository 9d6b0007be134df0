"""Supplemental qualifiers (SUPP--) back on the records that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.cdisc.rows import with_columns
from spineoutcomes.loaders.mapping.parts import Rows
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found

PREFIX = "supp"
NEEDED = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL")
Wrong = tuple[str, str]  # rule, message


@dataclass(frozen=True, slots=True, eq=False)
class Supplemented:
    """A dataset with its qualifiers as columns, the rows of SUPP-- that gave them, and findings."""

    file: SourceFile
    used: Rows
    found: pd.DataFrame


def with_supplement(parent: SourceFile, supp: SourceFile) -> Supplemented:
    """Return a dataset with a column for each qualifier of its SUPP-- dataset.

    A qualifier belongs to the records of its subject whose column IDVAR holds IDVARVAL; to all
    records of the subject where IDVAR is empty.

    Parameters
    ----------
    parent : SourceFile
        Such as ae.
    supp : SourceFile
        Such as suppae.

    Raises
    ------
    ValidationError
        When the SUPP-- dataset lacks one of its columns. A row that belongs to no record, that
        names a column which the dataset has, or says a qualifier a second time and differently, is
        an error in `found`.
    """
    absent = [column for column in NEEDED if column not in supp.rows]
    if absent:
        message = f"{supp.name} has no column {', '.join(absent)}; a SUPP-- dataset has."
        raise ValidationError(message, rows_found(supp.name, None, None, "no_columns", message))
    rows = supp.rows.reset_index(drop=True)
    # A qualifier whose rows are all wrong is a column too: those rows are what there is to mend.
    names = [name for name in dict.fromkeys(rows["QNAM"]) if name and name not in parent.rows]
    columns = {name: np.full(len(parent.rows), "", dtype=object) for name in names}
    wrong: dict[Wrong, list[int]] = {}
    targets = _targets(parent, rows)
    parts = zip(rows["RDOMAIN"], rows["QNAM"], rows["QVAL"], strict=True)
    for at, (domain, name, value) in enumerate(parts):
        problem = _problem(parent, domain, name, targets[at])
        if problem is None and any(columns[name][t] not in ("", value) for t in targets[at]):
            problem = ("repeated_qualifier", "say a qualifier of a record again, and differently")
        if problem is None:
            columns[name][targets[at]] = value
        else:
            wrong.setdefault(problem, []).append(at)
    found = joined(
        rows_found(supp.name, at, None, rule, f"{len(at)} row(s) of {supp.name} {words}.")
        for (rule, words), at in wrong.items()
    )
    bad = [at for rows_at in wrong.values() for at in rows_at]
    used = np.setdiff1d(np.arange(len(rows)), np.array(bad, dtype=np.intp))
    titles = {**_titles(rows), **parent.titles}
    file = replace(with_columns(parent, columns), titles=titles)
    return Supplemented(file, used.astype(np.intp), found)


def supplements(files: Mapping[str, SourceFile]) -> dict[str, str]:
    """Return the SUPP-- datasets among files, with the dataset that each belongs to."""
    return {
        name: name.removeprefix(PREFIX)
        for name in files
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) in files
    }


def _titles(rows: pd.DataFrame) -> dict[str, str]:
    if "QLABEL" not in rows:
        return {}
    return {name: label for name, label in zip(rows["QNAM"], rows["QLABEL"], strict=True) if label}


def _targets(parent: SourceFile, rows: pd.DataFrame) -> list[list[int]]:
    """Return the positions of the records that each row belongs to."""
    if "USUBJID" not in parent.rows:
        return [[] for _ in range(len(rows))]
    subjects = parent.rows["USUBJID"].tolist()
    places: dict[str, dict[tuple[str, str], list[int]]] = {}
    for variable in set(rows["IDVAR"]):
        cells = _keys(parent, variable)
        by_key: dict[tuple[str, str], list[int]] = {}
        for at, key in enumerate(zip(subjects, cells, strict=True)):
            by_key.setdefault(key, []).append(at)
        places[variable] = by_key
    parts = zip(rows["USUBJID"], rows["IDVAR"], rows["IDVARVAL"], strict=True)
    return [places[var].get((s, _canonical(cell) if var else ""), []) for s, var, cell in parts]


def _keys(parent: SourceFile, variable: str) -> list[str]:
    if variable == "" or variable not in parent.rows:
        # No record has the key of a column that is not there.
        return ["" if variable == "" else "\0"] * len(parent.rows)
    return [_canonical(cell) for cell in parent.rows[variable]]


def _canonical(cell: str) -> str:
    """Return a key so that the text "1.0" of IDVARVAL is the number 1 of a record."""
    text = cell.strip()
    whole, _, part = text.partition(".")
    return whole if whole.isdigit() and not part.strip("0") else text


def _problem(parent: SourceFile, domain: str, name: str, targets: list[int]) -> Wrong | None:
    own = parent.rows["DOMAIN"].iloc[0] if "DOMAIN" in parent.rows and len(parent.rows) else ""
    if own and domain != own:
        return "other_domain", f"belong to another domain than {parent.name}, as RDOMAIN says"
    if not name:
        return "no_qualifier", "name no qualifier (QNAM is empty)"
    if name in parent.rows:
        return "qualifier_is_column", f"name a qualifier that is a column of {parent.name} already"
    if not targets:
        return "no_record", f"belong to no record of {parent.name}"
    return None
