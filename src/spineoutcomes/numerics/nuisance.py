"""What the estimation of weights adds to the error of whatever is estimated with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.design import DesignModel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Nuisance:
    """What the estimation of weights adds to an error.

    Attributes
    ----------
    weight_derivatives : array of shape (n, k)
        Derivative of each analysed row's weight by the k coefficients of the treatment model.
    unit_influence : array of shape (n, k)
        Influence on the coefficients of each analysed row's unit: its cluster, or itself.
    covariance : array of shape (k, k)
        Of the coefficients, over all rows of the design, also those left out of this analysis.
    """

    weight_derivatives: FloatArray
    unit_influence: FloatArray
    covariance: FloatArray


def nuisance_of(model: DesignModel, unit: IntArray | None, kept: IntArray | slice) -> Nuisance:
    """Return what a fitted treatment model adds to the errors of an analysis.

    Parameters
    ----------
    model : DesignModel
        In the order of the design's rows.
    unit : array of shape (rows of the design,) or None
        Code of each row's cluster, -1 where it is missing (such a row stands alone).
    kept : integer array or slice
        Positions of the analysed rows.
    """
    by_row = model.scores @ model.inverse_information
    if unit is None:
        total, code = by_row, np.arange(len(by_row))
    else:
        alone = unit < 0
        code = np.where(alone, int(unit.max(initial=-1)) + np.cumsum(alone), unit)
        total = sums_by(code, by_row)
    return Nuisance(model.weight_derivatives[kept], total[code[kept]], total.T @ total)


def sums_by(code: IntArray, values: FloatArray) -> FloatArray:
    """Return the sums of the rows of `values` with the same code, of shape (codes, columns)."""
    return np.column_stack([np.bincount(code, column) for column in values.T])
