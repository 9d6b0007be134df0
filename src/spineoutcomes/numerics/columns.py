"""Read the columns every analysis may name: groups, counts, weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import HEAVIEST
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.results.labels import as_labels

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ALL = "all"
FEW_CODES = 8
# Whole numbers up to this are exact as floats.
MOST_COUNTED = 2.0**53


def missing_values(column: pd.Series) -> npt.NDArray[np.bool_] | None:
    """Return which values of a column are missing; None where none is."""
    plain = isinstance(column.dtype, np.dtype)
    if plain and column.dtype.kind in "biu":
        return None
    if plain and column.dtype.kind == "f" and not np.isnan(column.to_numpy().min(initial=0)):
        return None
    missing = column.isna().to_numpy()
    return missing if missing.any() else None


def counts_of_codes(codes: npt.NDArray[np.integer], n_codes: int) -> IntArray:
    """Return how often each code from 0 on occurs; -1, a missing one, is not counted."""
    if n_codes > FEW_CODES:
        return np.bincount(codes[codes >= 0], minlength=n_codes)
    # Counting a few codes one by one is faster than adding to the same few sums over and over.
    return np.array([np.count_nonzero(codes == code) for code in range(n_codes)], dtype=np.int64)


def small_integer(highest: int) -> np.dtype[np.integer]:
    """Return the smallest type of integers that holds those from -1 to a highest one."""
    return np.min_scalar_type(-highest - 1)


def read_groups(frame: pd.DataFrame, column: str | None) -> tuple[IntArray, tuple[str, ...]]:
    """Return group codes (-1 = missing) and labels, in category order, else sorted."""
    codes, labels = stored_groups(frame, column)
    return codes.astype(np.int64), labels


def stored_groups(
    frame: pd.DataFrame, column: str | None
) -> tuple[npt.NDArray[np.integer], tuple[str, ...]]:
    """Return what `read_groups` does, its codes as small as they are stored: fast to look at.

    They are for comparisons only: a product of small integers can overflow without a word.
    """
    if column is None:
        return np.zeros(len(frame), dtype=np.int8), (ALL,)
    values = frame[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = np.asarray(values.cat.codes)
        used = counts_of_codes(codes, len(values.cat.categories)) > 0
        if not used.all():
            place = np.append(np.cumsum(used) - 1, -1)  # code -1, a missing group, stays -1
            codes = place[codes]
        return codes, _labels_apart(column, values.cat.categories[used].tolist())
    codes, levels = pd.factorize(values, sort=True)
    return codes, _labels_apart(column, levels.tolist())


def _labels_apart(column: str, levels: list[object]) -> tuple[str, ...]:
    """Return the labels of groups, or raise where two of them would read the same."""
    labels = as_labels(levels)
    if len(set(labels)) == len(labels):
        return tuple(labels)
    same = [level for level, label in zip(levels, labels, strict=True) if labels.count(label) > 1]
    kinds = sorted({type(level).__name__ for level in same})
    raise ArgumentError(
        f"{column!r}: {len(same)} of {len(levels)} different values ({' and '.join(kinds)}) read "
        "like another of them. Results name groups by their text: give each group one value, or "
        "texts that differ."
    )


def read_counts(frame: pd.DataFrame, column: str | None) -> FloatArray:
    """Return whole numbers of at least 0; 1 for each row without a column."""
    if column is None:
        # One number, seen by every row: nothing is stored.
        return np.broadcast_to(1.0, len(frame))
    if not is_real(frame[column]):
        raise ArgumentError(f"counts must be whole numbers; {column!r} is {frame[column].dtype}.")
    values = frame[column].to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(values) | (values < 0) | (values != np.floor(values))
    if not bad.any() and values.sum() > MOST_COUNTED:
        raise ArgumentError(
            f"counts of {column!r} add up to more than {MOST_COUNTED:.0e} rows, more than can be "
            "counted exactly; make codes of missing values missing, and give weights as `weights`."
        )
    if bad.any():
        raise ArgumentError(
            f"counts must be whole numbers of at least 0; {int(bad.sum())} of {len(values)} in "
            f"{column!r} are not. Weights that are not duplicates go into `weights`."
        )
    return values


def read_weights(frame: pd.DataFrame, column: str) -> FloatArray:
    """Return finite numbers of at least 0."""
    if not is_real(frame[column]):
        raise ArgumentError(f"weights must be numbers; {column!r} has dtype {frame[column].dtype}.")
    values = frame[column].to_numpy(dtype=float, na_value=np.nan)
    if not (values.min() >= 0 and values.max() <= HEAVIEST):
        bad = ~(values >= 0) | (values > HEAVIEST)
        raise ArgumentError(
            f"weights must be finite and not negative; {int(bad.sum())} of {len(values)} in "
            f"{column!r} are not, or lie above {HEAVIEST:g}."
        )
    return values
