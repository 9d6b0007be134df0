"""Robust covariances of generalised linear models, for independent rows and for clusters.

MacKinnon & White (1985), doi:10.1016/0304-4076(85)90158-7, with the leverages of the model; Liang &
Zeger (1986), doi:10.1093/biomet/73.1.13; Bell & McCaffrey (2002) and Pustejovsky & Tipton (2018),
doi:10.1080/07350015.2016.1247004, for the reduced bias and the degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.glm import GlmFit
from spineoutcomes.numerics.information import cross_product
from spineoutcomes.numerics.small_samples import cluster_rule, require_two_clusters

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
RowKind = Literal["HC0", "HC1", "HC2", "HC3"]
ClusterKind = Literal["CR0", "CR1", "CR1S"]
# A leverage this near 1 belongs to a row (or a cluster) that a coefficient fits exactly.
FULL_LEVERAGE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class RobustError:
    """A covariance of coefficients with the degrees of freedom of each.

    Attributes
    ----------
    covariance : array of shape (p, p)
    df : array of shape (p,)
        Infinite where normal quantiles are meant.
    method : str
        Words that name the error, fit for a footnote.
    """

    covariance: FloatArray
    df: FloatArray
    method: str


def robust_error(fit: GlmFit, cluster: IntArray | None) -> RobustError:
    """Return the error that the rules of small samples ask for.

    Without clusters HC3 with t quantiles on n - p degrees of freedom; with few clusters CR2 with
    Satterthwaite degrees of freedom, with many CR1 with normal quantiles.
    """
    if cluster is None:
        df = np.full(len(fit.coefficients), fit.df)
        return RobustError(row_covariance(fit, "HC3"), df, "robust error (HC3, t on n - p)")
    used, codes = np.unique(cluster, return_inverse=True)
    rule = cluster_rule(len(used))
    if rule.error == "CR2":
        reduced = bias_reduced(fit, codes)
        return RobustError(reduced.covariance, reduced.df, rule.words)
    covariance = cluster_covariance(
        fit.scores, fit.inverse_information, fit.counts, codes, rule.error
    )
    return RobustError(covariance, np.full(len(covariance), math.inf), rule.words)


def row_covariance(fit: GlmFit, kind: RowKind) -> FloatArray:
    """Return the covariance for independent rows.

    HC0 takes each row's squared score as it is, HC1 times n / (n - p), HC2 over 1 - h, HC3 over
    (1 - h)^2, with h the leverage.

    Raises
    ------
    NotEstimableError
        For HC2 and HC3, when a coefficient rests on a single row.
    """
    size = fit.counts * fit.pull**2
    if kind == "HC1":
        size = size * (fit.n / fit.df)
    if kind in ("HC2", "HC3"):
        left = 1 - fit.leverage
        exact = int((left < FULL_LEVERAGE).sum())
        if exact:
            raise NotEstimableError(
                f"{exact} row(s) alone determine a coefficient (leverage 1); its {kind} error "
                "cannot be had from one row."
            )
        size = size / left ** (1 if kind == "HC2" else 2)
    meat = cross_product(fit.X, size)
    return np.asarray(fit.inverse_information @ meat @ fit.inverse_information)


def cluster_covariance(
    scores: FloatArray,
    inverse: FloatArray,
    counts: FloatArray,
    cluster: IntArray,
    kind: ClusterKind,
) -> FloatArray:
    """Return the covariance for rows that are independent between clusters only.

    Parameters
    ----------
    scores : array of shape (n, p)
        Score contribution of one row.
    inverse : array of shape (p, p)
        Inverse information.
    counts : array of shape (n,)
        How many equal rows each row stands for; they belong to the same cluster.
    cluster : array of shape (n,)
        Codes 0 to G - 1.
    kind : {"CR0", "CR1", "CR1S"}
        CR0 as it is; CR1 times G / (G - 1); CR1S times (n - 1) / (n - p) as well.

    Raises
    ------
    NotEstimableError
        With fewer than two clusters.
    """
    total = _by_cluster(scores * counts[:, None], cluster)
    G, n, p = len(total), float(counts.sum()), len(inverse)
    require_two_clusters(G)
    factor = 1.0 if kind == "CR0" else G / (G - 1)
    if kind == "CR1S":
        factor *= (n - 1) / (n - p)
    return np.asarray(factor * inverse @ (total.T @ total) @ inverse)


@dataclass(frozen=True, slots=True, eq=False)
class BiasReduced:
    """The CR2 covariance and what the degrees of freedom of any contrast need.

    Attributes
    ----------
    covariance : array of shape (p, p)
    information : array of shape (G, p, p)
        X_g' W_g X_g of each cluster.
    adjusted : array of shape (G, p, p)
        B_g with A_g X_g = X_g B_g, A_g the adjustment of the cluster's residuals.
    inverse : array of shape (p, p)
        Inverse information M.
    """

    covariance: FloatArray
    information: FloatArray
    adjusted: FloatArray
    inverse: FloatArray

    @property
    def df(self) -> FloatArray:
        """Satterthwaite degrees of freedom of each coefficient, of shape (p,)."""
        return np.array([self.contrast_df(c) for c in np.eye(len(self.inverse))])

    def contrast_df(self, c: FloatArray) -> float:
        """Return the Satterthwaite degrees of freedom of the contrast c'b.

        Under the working model c'Vc is a quadratic form in independent errors. Its G x G matrix is
        P = diag(v_g'v_g) - U M U' with v_g = A_g X_g M c and U_g = X_g'v_g; the degrees of freedom
        are tr(P)^2 / tr(P^2).
        """
        a = self.adjusted @ (self.inverse @ c)
        U = np.einsum("gij,gj->gi", self.information, a)
        d = np.einsum("gi,gi->g", a, U)
        H = np.linalg.cholesky(self.inverse).T @ U.T
        K = H @ H.T
        trace = d.sum() - np.trace(K)
        square = (d**2).sum() - 2 * (d * (H**2).sum(axis=0)).sum() + (K**2).sum()
        return float(trace**2 / square)


def bias_reduced(fit: GlmFit, cluster: IntArray) -> BiasReduced:
    """Return the CR2 covariance of Bell & McCaffrey on the Pearson residuals of the model.

    The residuals of cluster g are multiplied by A_g = (I - H_gg)^(-1/2), with H_gg the cluster's
    block of the hat matrix. Since H_gg = X_g M X_g', the adjustment acts on the p scores of the
    cluster alone: no matrix of the cluster's size is formed, so large clusters cost no more.
    Directions that a cluster fits exactly take a generalised inverse.

    Parameters
    ----------
    fit : GlmFit
    cluster : array of shape (n,)
        Codes 0 to G - 1.

    Raises
    ------
    NotEstimableError
        With fewer than two clusters.
    """
    M = fit.inverse_information
    S = _information_by_cluster(fit, cluster)
    require_two_clusters(len(S))
    L = np.linalg.cholesky(M)
    share, E = np.linalg.eigh(L.T @ S @ L)
    left = 1 - share
    root = np.where(left > FULL_LEVERAGE, 1 / np.sqrt(np.where(left > 0, left, 1.0)), 0.0)
    B = L @ (E * root[:, None, :]) @ E.transpose(0, 2, 1) @ np.linalg.inv(L)
    total = _by_cluster(fit.scores * fit.counts[:, None], cluster)
    adjusted = np.einsum("gij,gi->gj", B, total)
    return BiasReduced(M @ (adjusted.T @ adjusted) @ M, S, B, M)


def _information_by_cluster(fit: GlmFit, cluster: IntArray) -> FloatArray:
    p, G = fit.X.shape[1], int(cluster.max()) + 1
    w = fit.counts * fit.working_weight
    S = np.empty((G, p, p))
    for i in range(p):
        own = w * fit.X[:, i]
        for j in range(i + 1):
            S[:, i, j] = S[:, j, i] = np.bincount(cluster, own * fit.X[:, j], G)
    return S


def _by_cluster(values: FloatArray, cluster: IntArray) -> FloatArray:
    G = int(cluster.max()) + 1
    return np.column_stack([np.bincount(cluster, column, G) for column in values.T])
