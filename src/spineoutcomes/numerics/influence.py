"""The covariance of estimates from the influence of each row: weights, clusters, counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.nuisance import sums_by
from spineoutcomes.numerics.rows import Rows

FloatArray = npt.NDArray[np.float64]


def influence_covariance(rows: Rows, derivative: FloatArray) -> FloatArray:
    """Return the covariance of estimates from what one individual of each row adds to them.

    Parameters
    ----------
    rows : Rows
        With their counts, weights, clusters, and what the estimation of the weights adds.
    derivative : array of shape (n, p)
        Derivative of the p estimates by the weight of one individual of the row.

    Returns
    -------
    array of shape (p, p)
        The infinitesimal-jackknife covariance, without a factor for small samples.

    Notes
    -----
    A unit c, a cluster or an individual, moves the estimates by G_c, the sum of weight times
    derivative over its rows, and, where weights were estimated, by D'psi_c as well: psi_c is its
    influence on the coefficients of the treatment model and D the sum over rows of the derivative
    of the weight times that of the estimates. The covariance is the sum over units of
    (G_c + D'psi_c)(G_c + D'psi_c)' (Lunceford & Davidian 2004, doi:10.1002/sim.1903).
    """
    own = derivative if rows.weights is None else derivative * rows.weights[:, None]
    if rows.cluster is None:
        total = (own * rows.counts[:, None]).T @ own
    else:
        sums = sums_by(rows.cluster, own * rows.counts[:, None])
        total = sums.T @ sums
    nuisance = rows.nuisance
    if nuisance is None:
        return np.asarray(total)
    D = nuisance.weight_derivatives.T @ derivative
    crossed = D.T @ (nuisance.unit_influence.T @ (own * rows.counts[:, None]))
    return np.asarray(total + crossed + crossed.T + D.T @ nuisance.covariance @ D)
