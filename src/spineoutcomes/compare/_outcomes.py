"""Outcomes read for effects that need more than a number: logarithms, an order, arms as cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.cells import Cells, cells_of
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.rows import Rows

FloatArray = npt.NDArray[np.float64]


def positive_logs(rows: Rows, outcome: str, function: str) -> FloatArray:
    """Return the logarithms of an outcome that is above zero."""
    values = rows.numbers("outcome")
    low = values <= 0
    if low.any():
        raise ArgumentError(
            f"{function}: a geometric mean needs values above 0; {rows.counts[low].sum():.0f} of "
            f"{rows.counts.sum():.0f} rows of {outcome!r} are 0 or below. Compare them by "
            "median_difference or hodges_lehmann_shift, which take zeros."
        )
    return np.log(values)


def ordered_values(rows: Rows, outcome: str, function: str) -> FloatArray:
    """Return numbers that ascend with the outcome: its own, or the places of its categories."""
    column = rows.frame["outcome"]
    if isinstance(column.dtype, pd.CategoricalDtype):
        if column.dtype.ordered:
            return np.asarray(column.cat.codes, dtype=float)
    elif is_real(column):
        return rows.numbers("outcome")
    raise ArgumentError(
        f"{function}: {outcome!r} has no order: it has dtype {column.dtype} with "
        f"{column.nunique()} different values. Say the order, from lowest to highest: "
        'pd.Categorical(column, categories=["poor", "fair", "good"], ordered=True).'
    )


def arm_cells(rows: Rows, values: FloatArray) -> list[Cells]:
    """Return the distinct values of each arm and their counts."""
    own = [rows.group == arm for arm in range(len(rows.groups))]
    return [cells_of(values[arm], rows.counts[arm]) for arm in own]
