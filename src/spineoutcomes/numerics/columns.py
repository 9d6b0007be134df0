"""Read the columns every analysis may name: groups, counts, weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results.labels import as_labels

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ALL = "all"
FEW_CODES = 8


def require_columns(function: str, frame: pd.DataFrame, names: list[str]) -> None:
    """Raise unless the frame has rows and all these columns."""
    absent = sorted({name for name in names if name not in frame.columns})
    if absent:
        raise ArgumentError(
            f"{function}: no column {', '.join(map(repr, absent))}; the data have: "
            f"{', '.join(map(str, frame.columns))}."
        )
    if not len(frame):
        raise ArgumentError(f"{function}: the data have no rows.")


def missing_values(column: pd.Series) -> npt.NDArray[np.bool_] | None:
    """Return which values of a column are missing; None where none is."""
    if column.dtype.kind in "biu" and isinstance(column.dtype, np.dtype):
        return None
    missing = column.isna().to_numpy()
    return missing if missing.any() else None


def counts_of_codes(codes: npt.NDArray[np.integer], n_codes: int) -> IntArray:
    """Return how often each code from 0 on occurs; -1, a missing one, is not counted."""
    if n_codes > FEW_CODES:
        return np.bincount(codes[codes >= 0], minlength=n_codes)
    # Counting a few codes one by one is faster than adding to the same few sums over and over.
    return np.array([np.count_nonzero(codes == code) for code in range(n_codes)], dtype=np.int64)


def read_groups(frame: pd.DataFrame, column: str | None) -> tuple[IntArray, tuple[str, ...]]:
    """Return group codes (-1 = missing) and labels, in category order, else sorted."""
    if column is None:
        return np.zeros(len(frame), dtype=np.int64), (ALL,)
    values = frame[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        known = np.asarray(values.cat.codes)
        codes, C = known.astype(np.int64), len(values.cat.categories)
        used = counts_of_codes(known, C) > 0
        if not used.all():
            place = np.append(np.cumsum(used) - 1, -1)  # code -1, a missing group, stays -1
            codes = place[codes]
        return codes, tuple(as_labels(values.cat.categories[used]))
    codes, levels = pd.factorize(values, sort=True)
    return codes.astype(np.int64), tuple(as_labels(levels.tolist()))


def read_counts(frame: pd.DataFrame, column: str | None) -> FloatArray:
    """Return whole numbers of at least 0; 1 for each row without a column."""
    if column is None:
        # One number, seen by every row: nothing is stored.
        return np.broadcast_to(1.0, len(frame))
    if not pd.api.types.is_numeric_dtype(frame[column]):
        raise ArgumentError(f"counts must be whole numbers; {column!r} is {frame[column].dtype}.")
    values = frame[column].to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(values) | (values < 0) | (values != np.floor(values))
    if bad.any():
        raise ArgumentError(
            f"counts must be whole numbers of at least 0; {int(bad.sum())} of {len(values)} in "
            f"{column!r} are not. Weights that are not duplicates go into `weights`."
        )
    return values


def read_weights(frame: pd.DataFrame, column: str) -> FloatArray:
    """Return finite numbers of at least 0."""
    values = frame[column].to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        raise ArgumentError(
            f"weights must be finite and not negative; {int(bad.sum())} of {len(values)} in "
            f"{column!r} are not."
        )
    return values
