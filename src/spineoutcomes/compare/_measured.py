"""The effects that are resampled: what is read of the outcome, and which level is compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.compare._outcomes import positive_logs
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_one_of
from spineoutcomes.numerics.levels import mean_contrasts, means, median_contrasts, medians
from spineoutcomes.numerics.permutation import Contrast
from spineoutcomes.numerics.resampling import Level
from spineoutcomes.numerics.rows import Rows

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """An effect that compares one level of each arm.

    Attributes
    ----------
    level_measure : str
        Measure of the arm rows.
    words : str
        What the effect is, for `method`.
    level, contrast : callable
        Kernels of `numerics.levels`.
    read : callable
        From rows, the outcome's name and the calling function to the values, checked.
    shown : callable
        From the scale of the kernels to that of results.
    """

    level_measure: str
    words: str
    level: Level
    contrast: Contrast
    read: Callable[[Rows, str, str], FloatArray]
    shown: Callable[[float], float]


def _numbers(rows: Rows, outcome: str, function: str) -> FloatArray:
    return rows.numbers("outcome")


def _zero_one(rows: Rows, outcome: str, function: str) -> FloatArray:
    values = rows.numbers("outcome")
    other = int((~np.isin(values, [0, 1])).sum())
    if other:
        raise ArgumentError(
            f"{function}: a risk needs {outcome!r} to hold 0 and 1 (or bool); {other} of "
            f"{len(values)} rows hold something else."
        )
    return values


def _same(value: float) -> float:
    return value


MEASURED = {
    "mean_difference": Measured(
        "mean", "difference of means", means, mean_contrasts, _numbers, _same
    ),
    "median_difference": Measured(
        "median", "difference of medians", medians, median_contrasts, _numbers, _same
    ),
    "geometric_mean_ratio": Measured(
        "geometric_mean",
        "ratio of geometric means",
        means,
        mean_contrasts,
        positive_logs,
        math.exp,
    ),
    "risk_difference": Measured(
        "risk", "difference of risks", means, mean_contrasts, _zero_one, _same
    ),
}


def measured(function: str, measure: str) -> Measured:
    """Return the effect of this name.

    Raises
    ------
    ArgumentError
        When it cannot be resampled; the message lists those that can.
    """
    require_one_of(function, "measure", measure, MEASURED)
    return MEASURED[measure]
