"""Ordinary least squares with the classical covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
# A column whose part outside the earlier columns is smaller than this share of its length is
# taken as their combination; the tolerance of R's lm.
COLLINEAR = 1e-7
# Residuals this small beside the fitted values (squared) are rounding: the fit is exact.
EXACT_FIT = 1e-28


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """A fitted linear model.

    Attributes
    ----------
    coefficients : array of shape (p,)
        Coefficients, in the order of the columns.
    covariance : array of shape (p, p)
        Classical covariance of the coefficients; zero for an exact fit.
    residual_variance : float
        Residual sum of squares over `df`.
    df : float
        n - p, repetitions included in n.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residual_variance: float
    df: float


def fit_least_squares(
    X: FloatArray, y: FloatArray, counts: FloatArray, names: Sequence[str]
) -> LeastSquares:
    """Fit y = X b by QR, each row standing for `counts` equal rows.

    Parameters
    ----------
    X : array of shape (n, p)
        Columns of the model, any intercept included.
    y, counts : array of shape (n,)
        Outcome, and how many equal rows each row stands for.
    names : sequence of str, length p
        Names of the columns, for messages.

    Raises
    ------
    NotEstimableError
        When a column is a combination of earlier ones, or there are no more rows than columns.
    """
    n, p = float(counts.sum()), X.shape[1]
    if n <= p:
        raise NotEstimableError(f"{n:.0f} rows cannot give {p} coefficients and their error.")
    root = np.sqrt(counts)
    scaled = X * root[:, None]
    Q, R = np.linalg.qr(scaled)
    own = np.abs(np.diag(R)) <= COLLINEAR * np.linalg.norm(scaled, axis=0)
    if len(R) < p or own.any():
        found = [name for name, bad in zip(names, own, strict=False) if bad] or list(names)
        raise NotEstimableError(
            f"{named(found, 'terms')} cannot be told apart from the other terms of the model: it "
            "does not vary, or repeats them."
        )
    inverse = np.linalg.inv(R)
    coefficients = inverse @ (Q.T @ (y * root))
    fitted = X @ coefficients
    df = n - p
    variance = float(counts @ (y - fitted) ** 2) / df
    if variance <= EXACT_FIT * float(counts @ fitted**2) / n:
        variance = 0.0
    return LeastSquares(coefficients, variance * (inverse @ inverse.T), variance, df)
