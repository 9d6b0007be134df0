"""Rows of CDISC datasets on their way: what is added to them, which are left out, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import Mask, Texts
from spineoutcomes.loaders.mapping.grammar import Only
from spineoutcomes.loaders.mapping.parts import Rows, Stack
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found

SUBJECT = "USUBJID"
# Characters of YYYY-MM-DD that are known where ADaM flags a date: the day was imputed, or the month
# and the day, or all of it.
KNOWN = {"": 10, "D": 7, "M": 4, "Y": 0}
CHOSEN = ("1",)  # the cell that marks the rows a section reads


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Rows of a dataset that are left out, and the reason in words."""

    dataset: str
    rows: Rows
    reason: str


def with_columns(file: SourceFile, columns: Mapping[str, Sequence[str] | Texts]) -> SourceFile:
    """Return a dataset with more columns of text; one that it has is replaced."""
    added = {name: np.array(cells, dtype=object) for name, cells in columns.items()}
    return replace(file, rows=file.rows.assign(**added))


def marker(section: str, number: int, what: str = "") -> str:
    """Return the name of a column made here; no dataset has one in brackets."""
    return f"[{section} {number + 1}{' ' if what else ''}{what}]"


def marked(file: SourceFile, name: str, mask: Mask) -> tuple[SourceFile, Only]:
    """Return a dataset with a column that marks rows, and the `only` that chooses them."""
    cells = np.where(mask, CHOSEN[0], "").astype(object)
    return with_columns(file, {name: cells.tolist()}), {name: CHOSEN}


def ids(file: SourceFile, tag: str) -> list[str]:
    """Return an id for every row: the subject, a tag, and which of the subject's rows it is."""
    subjects = file.rows[SUBJECT].str.strip()
    which = subjects.groupby(subjects.to_numpy(dtype=object), sort=False).cumcount() + 1
    return [f"{s}-{tag}-{k}" if s else "" for s, k in zip(subjects, which, strict=True)]


def in_rows_of_table(found: pd.DataFrame, stack: Stack, file: str, table: str) -> pd.DataFrame:
    """Return errors on rows of a dataset as errors on the rows of a table made of them.

    Warnings, and errors on rows that gave none, stay with the dataset.

    Parameters
    ----------
    found : DataFrame
        Findings with rows of the dataset.
    stack : Stack
        The table.
    file : str
        The name of the dataset in the mapping.
    table : str
        The name of the table.
    """
    wrong = found[(found["severity"] == "error") & found["row"].notna()]
    own = np.flatnonzero(stack.file == file)
    places = pd.DataFrame({"row": stack.source[own] + 1.0, "place": own + 1.0})
    moved = wrong.merge(places, on="row")
    moved = moved.assign(table=table, row=moved["place"]).drop(columns="place")
    left = found.drop(index=wrong.index[wrong["row"].isin(places["row"])])
    return joined([left, moved])


def known_dates(
    file: SourceFile, date: str, flag: str, made: str
) -> tuple[SourceFile, pd.DataFrame]:
    """Return a dataset with a column of the known parts of dates, and a warning on the others.

    Parameters
    ----------
    file : SourceFile
    date, flag : str
        The column of the dates, and that of their imputation (ADT and ADTF).
    made : str
        The name of the column that is made.
    """
    cells = file.rows[date].str.strip().tolist()
    flags = file.rows[flag].str.strip().tolist()
    known = [cell[: KNOWN.get(f, 0)] if f else cell for cell, f in zip(cells, flags, strict=True)]
    rows = np.flatnonzero([cell != part for cell, part in zip(cells, known, strict=True)])
    message = (
        f"{len(rows)} date(s) of {file.name} were imputed in part, as {flag} says; the part that "
        "is known is read."
    )
    found = rows_found(file.name, rows, date, "imputed_date", message, "warning")
    return with_columns(file, {made: known}), found
