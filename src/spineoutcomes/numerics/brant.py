"""Brant's test that one odds ratio holds at every cut of an ordered outcome.

Brant (1990), doi:10.2307/2532457: a logistic model at each cut, their coefficients compared by a
Wald test. The covariance of two of them takes each model's own fitted probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.cumulative import CumulativeFit
from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.families import BINOMIAL
from spineoutcomes.numerics.glm import fit_glm
from spineoutcomes.numerics.information import cross_product

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BrantTest:
    """Chi-square statistics of parallel coefficients.

    Attributes
    ----------
    statistic, df, p_value : float
        Of all terms together.
    by_term : array of shape (p,)
        Chi-square of each term alone, each with K - 2 degrees of freedom.
    by_cut : array of shape (K - 1, p)
        Log odds ratios of the logistic model at each cut.
    covariance : array of shape (K - 1, p, K - 1, p)
        Of all of them.
    """

    statistic: float
    df: int
    p_value: float
    by_term: FloatArray
    by_cut: FloatArray
    covariance: FloatArray


def brant_test(
    X: FloatArray,
    codes: IntArray,
    counts: FloatArray,
    names: Sequence[str],
    common: CumulativeFit | None = None,
) -> BrantTest:
    """Test whether the coefficients are equal at all cuts.

    Parameters
    ----------
    X : array of shape (n, p)
        Columns of the model, no intercept.
    codes : array of shape (n,)
        Category of each row, 0 to K - 1, K at least 3.
    counts : array of shape (n,)
    names : sequence of str, length p
    common : CumulativeFit, optional
        The proportional odds model, from which the models of the cuts then start.

    Raises
    ------
    NotEstimableError
        When a term separates the rows at one of the cuts.
    """
    n, p = X.shape
    Z = np.empty((n, p + 1), order="F")
    Z[:, 0], Z[:, 1:] = 1.0, X
    every = ["the intercept", *names]
    cuts = int(codes.max())
    starts: list[FloatArray | None] = [None] * cuts
    if common is not None:
        starts = [np.append(-theta, common.coefficients) for theta in common.thresholds]
    fits = [
        fit_glm(Z, (codes > j).astype(float), BINOMIAL, every, counts=counts, start=starts[j])
        for j in range(cuts)
    ]
    risk = [fit.fitted for fit in fits]
    inverse = [fit.inverse_information for fit in fits]
    V = np.empty((cuts, p, cuts, p))
    for j in range(cuts):
        V[j, :, j, :] = inverse[j][1:, 1:]
        for k in range(j + 1, cuts):
            # Exceeding the higher cut k implies exceeding j: covariance p_k - p_j p_k.
            shared = cross_product(Z, counts * risk[k] * (1 - risk[j]))
            block = (inverse[j] @ shared @ inverse[k])[1:, 1:]
            V[j, :, k, :], V[k, :, j, :] = block, block.T
    by_cut = np.array([fit.coefficients[1:] for fit in fits])
    # Differences of every later cut from the first.
    D = np.hstack([-np.ones((cuts - 1, 1)), np.eye(cuts - 1)])
    single = np.array([_wald(D @ by_cut[:, j], D @ V[:, j, :, j] @ D.T) for j in range(p)])
    W = np.kron(D, np.eye(p))
    statistic = _wald(W @ by_cut.ravel(), W @ V.reshape(cuts * p, cuts * p) @ W.T)
    df = (cuts - 1) * p
    return BrantTest(statistic, df, float(chi_square_tail(df, statistic)), single, by_cut, V)


def _wald(difference: FloatArray, covariance: FloatArray) -> float:
    return float(difference @ np.linalg.solve(covariance, difference))
