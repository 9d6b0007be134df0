"""Columns as floats that can be reckoned with: real, finite, and with squares that are numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError

FloatArray = npt.NDArray[np.float64]
# Sums of the cubes of larger numbers are infinite, and so would errors and intervals be.
LARGEST = 1e100


def is_number(column: pd.Series) -> bool:
    """Return whether a column holds numbers of any kind, or bool, and no categories."""
    number = pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)
    return bool(number and not isinstance(column.dtype, pd.CategoricalDtype))


def is_real(column: pd.Series) -> bool:
    """Return whether a column holds numbers, or bool, that are not complex."""
    return is_number(column) and not pd.api.types.is_complex_dtype(column.dtype)


def as_floats(column: pd.Series, what: str) -> FloatArray:
    """Return a column as floats, whichever they are.

    Raises
    ------
    ArgumentError
        When the column is not numeric, or complex.
    """
    if not is_real(column):
        raise ArgumentError(
            f"{what} must be numeric, its column has dtype {column.dtype}; convert it first."
        )
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))


def require_finite(values: FloatArray, what: str) -> None:
    """Raise where values are infinite or too large to reckon with; missing ones may stand.

    Raises
    ------
    ArgumentError
    """
    with np.errstate(over="ignore", invalid="ignore"):
        # One look at a column: what is not finite, or too large, shows in the sum of squares. Two
        # more that pass over what is missing.
        if values @ values < LARGEST:
            return
    if (
        np.fmax.reduce(values, initial=0) <= LARGEST
        and np.fmin.reduce(values, initial=0) >= -LARGEST
    ):
        return
    size = np.abs(values)
    infinite = int(np.isinf(size).sum())
    if infinite:
        raise ArgumentError(
            f"{what} must be finite, {infinite} of {len(values)} values are infinite; "
            "make them missing, or leave those rows out."
        )
    large = int((size > LARGEST).sum())
    if large:
        raise ArgumentError(
            f"{what} must lie between -{LARGEST:g} and {LARGEST:g}, {large} of {len(values)} "
            "values do not; take another unit, or make codes of missing values missing."
        )
