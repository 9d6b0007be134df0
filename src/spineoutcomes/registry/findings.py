"""Findings: what is wrong with a registry, as a table that carries no patient's values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from spineoutcomes.errors import ValidationError

COLUMNS = ("table", "row", "column", "rule", "severity", "message")
Severity = Literal["error", "warning"]
NOTHING = pd.DataFrame(columns=list(COLUMNS)).astype({"row": float})


def rows_found(
    table: str,
    rows: Sequence[int] | np.ndarray | pd.Index | None,
    column: str | None,
    rule: str,
    message: str,
    severity: Severity = "error",
) -> pd.DataFrame:
    """Return one finding per row position; one for the whole table when `rows` is None.

    `rows` are positions from 0; a finding counts data rows from 1, as a person would.
    """
    if rows is not None and not len(rows):
        return NOTHING
    numbers = [np.nan] if rows is None else np.asarray(rows, dtype=float) + 1
    return pd.DataFrame(
        {
            "table": table,
            "row": numbers,
            "column": column,
            "rule": rule,
            "severity": severity,
            "message": message,
        },
        columns=list(COLUMNS),
    ).astype({"column": object})  # a finding on a whole row names no column


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return findings one below the other."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return NOTHING.copy()
    return pd.concat(kept, ignore_index=True)


def errors_of(found: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that are errors."""
    return found[found["severity"] == "error"]


def raise_for(found: pd.DataFrame) -> None:
    """Raise one `ValidationError` that holds all findings, when any of them is an error."""
    wrong = errors_of(found)
    if not len(wrong):
        return
    rules = (wrong["table"] + ": " + wrong["rule"]).value_counts(sort=False)
    parts = [f"{rule} ({n})" for rule, n in rules.head(5).items()]
    more = f"; and {len(rules) - 5} more rules" if len(rules) > 5 else ""
    first = wrong.iloc[0]
    raise ValidationError(
        f"The registry has {len(wrong)} error(s), nothing was loaded: {'; '.join(parts)}{more}. "
        f"First: {first['message']} All are in `.findings`.",
        found.reset_index(drop=True),
    )
