"""Which rows of a frame have all that an analysis needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.numerics.columns import missing_values

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.integer]


def absent_rows(frame: pd.DataFrame, columns: set[str], group: Codes) -> BoolArray | None:
    """Return which rows lack a value or their group; None where none does."""
    lacking = [group < 0] if group.min() < 0 else []
    lacking += [gaps for name in columns if (gaps := missing_values(frame[name])) is not None]
    return np.logical_or.reduce(lacking) if lacking else None


def count_absent(
    counts: FloatArray, group: Codes, n_groups: int, absent: BoolArray
) -> tuple[FloatArray, float]:
    """Return how many rows are left out for a missing value, by group and in all."""
    known = absent & (group >= 0)
    by_group = np.bincount(group[known], counts[known], minlength=n_groups)
    return by_group.astype(float), float(counts[absent].sum())


def kept_rows(counts: FloatArray, absent: BoolArray | None) -> IntArray | None:
    """Return the positions of rows that are complete and stand for anybody; None where all are."""
    if absent is None:
        every = counts.strides == (0,) or counts.min() > 0
        return None if every else np.flatnonzero(counts > 0)
    return np.flatnonzero(~absent & (counts > 0))


def columns_with_gaps(frame: pd.DataFrame, columns: set[str], stands: BoolArray) -> tuple[str, ...]:
    """Return the columns in which rows that stand for anybody lack a value."""
    found = (name for name in columns if frame[name].isna().to_numpy()[stands].any())
    return tuple(sorted(str(name) for name in found))


def rows_in_sets(sets: pd.DataFrame, n: int) -> BoolArray:
    """Return which of n rows stand in the sets of a Design."""
    inside = np.zeros(n, dtype=bool)
    inside[sets["row"].to_numpy()] = True
    return inside
