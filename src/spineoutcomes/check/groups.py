"""Findings in groups: one for each thing that is wrong, with the rows it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spineoutcomes.check.advice import advice_on
from spineoutcomes.registry.findings import Severity

NAMED = 10  # rows of a group that are named
SEVERITIES: tuple[Severity, ...] = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule in one column of one table.

    Attributes
    ----------
    severity : {"error", "warning"}
    table, rule : str
    column : str or None
        None for what concerns whole rows.
    message : str
        What is wrong; counts and names, never a value.
    n : int
        How many rows; 0 for what concerns the table as a whole.
    rows : tuple of int
        The first of them, counted from 1 below the header.
    advice : str
        What to do.
    """

    severity: Severity
    table: str
    rule: str
    column: str | None
    message: str
    n: int
    rows: tuple[int, ...]
    advice: str

    @property
    def where(self) -> str:
        """Table and column."""
        return self.table if self.column is None else f"{self.table}.{self.column}"

    @property
    def rows_said(self) -> str:
        """The rows in words; empty for what concerns the table as a whole."""
        named = ", ".join(str(row) for row in self.rows)
        if self.n <= len(self.rows):
            return named
        return f"{named} and {self.n - len(self.rows)} more"


def grouped(found: pd.DataFrame, tables: Sequence[str]) -> tuple[Group, ...]:
    """Return findings as groups: errors first, then in the order of the tables, as found."""
    keys = ["severity", "table", "rule", "column", "message"]
    parts = found.groupby(keys, sort=False, dropna=False)
    groups = [_group(part.iloc[0].to_dict(), part["row"]) for _, part in parts]
    order = {name: place for place, name in enumerate(tables)}
    groups.sort(key=lambda g: (SEVERITIES.index(g.severity), order.get(g.table, len(order))))
    return tuple(groups)


def _group(first: Mapping[Any, Any], rows: pd.Series) -> Group:
    numbers = sorted(int(row) for row in rows.dropna().unique())
    return Group(
        severity=first["severity"],
        table=first["table"],
        rule=first["rule"],
        column=first["column"] if isinstance(first["column"], str) else None,
        message=first["message"],
        n=len(numbers),
        rows=tuple(numbers[:NAMED]),
        advice=advice_on(first["rule"], first["severity"]),
    )
