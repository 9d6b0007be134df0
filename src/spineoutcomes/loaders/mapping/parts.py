"""Rows of a table on their way from a mapped file, each with the row of the file it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.cells import Cells, Mask, Values
from spineoutcomes.loaders.mapping.grammar import ONE_FILE
from spineoutcomes.registry.findings import joined, rows_found

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """Cells that could not be read: where they stand, and what they were expected to be."""

    column: str
    rows: Mask
    rule: str
    message: str  # with {n} for how many

    @classmethod
    def of(cls, column: str, written: str, cells: Cells) -> Fault:
        """Return the fault of the cells of one column of the file."""
        words = f" value(s) of the column {written!r} are not {cells.expected}."
        message = "{n}" + words.replace("{", "{{").replace("}", "}}")
        return cls(column, cells.bad, cells.rule, message)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one table.

    Attributes
    ----------
    columns : mapping of str to array
        Columns of the table.
    source : array of int
        Position in the file of the row each came from.
    faults : tuple of Fault
        What was wrong with its cells.
    file : str
        Name of the file in the mapping.
    joined : array of int
        Positions of all rows that came together in these.
    """

    columns: Mapping[str, Values]
    source: Rows
    faults: tuple[Fault, ...] = ()
    file: str = ONE_FILE
    joined: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def only(self, mask: Mask) -> Part:
        """Return some of the rows."""
        return replace(
            self,
            columns={name: values[mask] for name, values in self.columns.items()},
            source=self.source[mask],
            faults=tuple(replace(fault, rows=fault.rows[mask]) for fault in self.faults),
        )

    def with_columns(self, **columns: Values) -> Part:
        """Return the part with more columns in front; one that it has stays as it is."""
        return replace(self, columns={**columns, **self.columns})

    def without(self, name: str) -> Part:
        """Return the part without a column."""
        return replace(self, columns={k: v for k, v in self.columns.items() if k != name})

    def with_faults(self, *faults: Fault) -> Part:
        """Return the part with more that was wrong."""
        return replace(self, faults=(*self.faults, *faults))

    @property
    def used(self) -> Rows:
        """Positions of all rows of the file that this part rests on, some of them twice."""
        return np.concatenate([self.source, self.joined])


def one_per(part: Part, key: str, table: str) -> Part:
    """Return one row for each id: its first value of each column, and a fault where rows differ.

    Rows without an id stay apart, so that none is lost before the checks.
    """
    group, ids = pd.factorize(np.asarray(part.columns[key], dtype=object))
    unnamed = np.flatnonzero(group < 0)
    group[unnamed] = len(ids) + np.arange(len(unnamed))
    _, first, group = np.unique(group, return_index=True, return_inverse=True)
    columns: dict[str, Values] = {}
    faults = []
    for name, values in part.columns.items():
        by_group = pd.DataFrame({"value": pd.Series(values, dtype=values.dtype), "group": group})
        known = by_group.dropna(subset=["value"]).drop_duplicates()
        settled = known.drop_duplicates("group").set_index("group")["value"]
        kind = float if values.dtype.kind == "f" else object
        columns[name] = settled.reindex(range(len(first))).to_numpy(dtype=kind)
        differ = np.bincount(known["group"], minlength=len(first)) > 1
        message = f"{{n}} row(s) of {table} have several values of {name!r} in the file; expected "
        message += "is one, the same in all rows of an id."
        faults.append(Fault(name, differ, "rows_disagree", message))
    for fault in part.faults:
        hit = np.bincount(group, weights=fault.rows, minlength=len(first)) > 0
        faults.append(replace(fault, rows=hit))
    return replace(
        part,
        columns=columns,
        source=part.source[first],
        faults=tuple(faults),
        joined=part.source,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The rows of all parts of one table: its frame, where each came from, and findings."""

    frame: pd.DataFrame
    source: Rows
    file: npt.NDArray[np.object_]
    found: pd.DataFrame


def stacked(parts: Sequence[Part], table: str) -> Stack:
    """Return the rows of all parts of a table, one part below the other."""
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    start = np.cumsum([0] + [len(part.source) for part in parts])
    found = [
        _finding(table, fault, int(offset))
        for part, offset in zip(parts, start, strict=False)
        for fault in part.faults
        if fault.rows.any()
    ]
    return Stack(
        # The columns are new, and stay apart: millions of rows are not copied together once more.
        frame=pd.DataFrame({name: _joined_column(parts, name) for name in names}, copy=False),
        source=np.concatenate([part.source for part in parts]),
        file=np.concatenate([np.full(len(p.source), p.file, dtype=object) for p in parts]),
        found=joined(found),
    )


def _joined_column(parts: Sequence[Part], name: str) -> Values:
    pieces = [
        part.columns.get(name, np.full(len(part.source), None, dtype=object)) for part in parts
    ]
    # Only numbers stay numbers: a column that some parts lack is text or nothing for them.
    return np.concatenate([piece.astype(_kind(pieces)) for piece in pieces])


def _kind(pieces: Sequence[Values]) -> type:
    numbers = [piece for piece in pieces if piece.dtype.kind == "f"]
    others = [piece for piece in pieces if piece.dtype.kind != "f"]
    if not numbers or not all(pd.isna(piece).all() for piece in others):
        return object
    return float if not all(pd.isna(piece).all() for piece in numbers) else object


def _finding(table: str, fault: Fault, offset: int) -> pd.DataFrame:
    rows = np.flatnonzero(fault.rows) + offset
    return rows_found(table, rows, fault.column, fault.rule, fault.message.format(n=len(rows)))
