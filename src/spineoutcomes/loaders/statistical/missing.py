"""Codes that a statistical file itself counts as missing, and the reason each stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.statistical.cells import Floats, Texts
from spineoutcomes.registry.columns import MISSING_REASONS
from spineoutcomes.registry.findings import rows_found

UNKNOWN = "unknown"
FARTHEST = 1.7e308  # what SPSS writes for LOWEST and HIGHEST lies beyond, with either sign
Ranges = Sequence[Mapping[str, Any]]


def check_reasons(missing_codes: Mapping[str, str]) -> None:
    """Raise unless every code stands for a reason that scores may have.

    Raises
    ------
    ArgumentError
        For the first that does not.
    """
    for code, reason in missing_codes.items():
        if reason not in MISSING_REASONS:
            known = ", ".join(MISSING_REASONS)
            raise ArgumentError(
                f"missing_codes gives {code!r} the reason {reason!r}; reasons are: {known}."
            )


def tag_codes(cells: Sequence[Any]) -> Texts:
    """Return ".a" for each tagged missing value in a column of numbers, None elsewhere."""
    return np.array(
        [f".{cell.lower()}" if isinstance(cell, str) else None for cell in cells], dtype=object
    )


def range_codes(values: Sequence[Any] | Floats, cells: Texts, ranges: Ranges) -> Texts:
    """Return the cell where SPSS counts the value as missing, None elsewhere.

    Parameters
    ----------
    values : sequence
        The values as stored: text, or numbers with NaN where there is none.
    cells : array
        The same as text.
    ranges : sequence of mapping
        `lo` and `hi` of each range; the same for a single value.
    """
    hit = np.zeros(len(cells), dtype=bool)
    for limits in ranges:
        low, high = limits["lo"], limits["hi"]
        if isinstance(low, str):
            hit |= np.array([cell.strip() == low.strip() for cell in cells], dtype=bool)
        else:
            numbers = np.asarray(values, dtype=float)
            hit |= (numbers >= low) & (numbers <= high)
    codes = np.full(len(cells), None, dtype=object)
    counted = hit & np.array([cell != "" for cell in cells], dtype=bool)
    codes[counted] = cells[counted]
    return codes


def reasons_of(column: str, codes: Texts, missing_codes: Mapping[str, str]) -> Texts:
    """Return the reason of each code: by "column:code", by the code alone, or "unknown"."""
    named = {
        code: missing_codes.get(f"{column}:{code}", missing_codes.get(code, UNKNOWN))
        for code in set(codes[~pd.isna(codes)])
    }
    return np.array([named.get(code) for code in codes], dtype=object)


def codes_found(
    file: str,
    column: str,
    codes: Texts,
    reasons: Texts,
    ranges: Ranges,
    labels: Mapping[str, str],
) -> pd.DataFrame:
    """Return a warning that counts the codes met in a column.

    A value that only lies in a range is counted with its range: it may be a patient's.
    """
    spoken = [_spoken(code, ranges, labels) for code in codes]
    counts = Counter(
        (name, reason) for name, reason in zip(spoken, reasons, strict=True) if name is not None
    )
    parts = [f"{name} in {n} cell(s), read as {reason!r}" for (name, reason), n in counts.items()]
    message = (
        f"The file counts codes of the column {column!r} as missing: {'; '.join(parts)}. What they "
        "mean can be said in missing_codes."
    )
    return rows_found(file, None, column, "missing_code", message, "warning")


def _spoken(code: str | None, ranges: Ranges, labels: Mapping[str, str]) -> str | None:
    """Return how a code is named in a message: with its label, or by the range that it lies in."""
    if code is None:
        return None
    if code in labels:
        return f"{code} ({labels[code]!r})"
    spans = [limits for limits in ranges if limits["lo"] != limits["hi"]]
    if not spans or _is_single(code, ranges):
        return code
    return " or ".join(f"{_limit(span['lo'])} to {_limit(span['hi'])}" for span in spans)


def _is_single(code: str, ranges: Ranges) -> bool:
    return any(limits["lo"] == limits["hi"] and code == _limit(limits["lo"]) for limits in ranges)


def _limit(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if abs(value) > FARTHEST:
        return "lowest" if value < 0 else "highest"
    return f"{value:g}"
