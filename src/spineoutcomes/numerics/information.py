"""The information X'WX of a model: formed by blocks of rows, inverted, its aliased terms named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
# A column whose part outside the earlier columns is smaller than this share of its length is
# taken as their combination; the tolerance of R's lm.
COLLINEAR = 1e-7
# The Cholesky factor of X'WX knows the square of that share to rounding only; where it falls below
# this the columns themselves are asked, by QR.
DOUBT = 1e-8
# A term takes part in a combination when its share of it is at least this.
PART = 1e-6
# Rows weighted at a time: a block stays in the cache, and no copy of X is made.
BLOCK = 1 << 14


def cross_product(X: FloatArray, w: FloatArray) -> FloatArray:
    """Return X'WX with W = diag(w), without a weighted copy of X."""
    total = np.zeros((X.shape[1], X.shape[1]))
    for start in range(0, len(X), BLOCK):
        own = X[start : start + BLOCK]
        total += own.T @ (own * w[start : start + BLOCK, None])
    return total


def quadratic_forms(X: FloatArray, M: FloatArray) -> FloatArray:
    """Return x'Mx for each row x of X."""
    values = np.empty(len(X))
    for start in range(0, len(X), BLOCK):
        own = X[start : start + BLOCK]
        values[start : start + BLOCK] = np.einsum("ij,ij->i", own @ M, own)
    return values


def inverse_information(X: FloatArray, w: FloatArray, names: Sequence[str]) -> FloatArray:
    """Return (X'WX)^-1 with W = diag(w).

    Raises
    ------
    NotEstimableError
        When a column is zero or a combination of earlier ones; the message names both.
    """
    G = cross_product(X, w)
    length = np.sqrt(np.diag(G))
    if (length > 0).all():
        L = _cholesky(G / np.outer(length, length))
        if L is not None and (np.diag(L) ** 2).min() > DOUBT:
            inverse = np.linalg.inv(L)
            return np.asarray(inverse.T @ inverse / np.outer(length, length))
    return _by_qr(X, w, names)


def require_independent(X: FloatArray, w: FloatArray, names: Sequence[str]) -> None:
    """Raise unless every column adds something to the columns before it.

    Raises
    ------
    NotEstimableError
        When a column is zero or a combination of earlier ones; the message names both.
    """
    inverse_information(X, w, names)


def _cholesky(G: FloatArray) -> FloatArray | None:
    try:
        return np.asarray(np.linalg.cholesky(G))
    except np.linalg.LinAlgError:
        return None


def _by_qr(X: FloatArray, w: FloatArray, names: Sequence[str]) -> FloatArray:
    if (w > 0).sum() < X.shape[1]:
        raise NotEstimableError(f"{int((w > 0).sum())} rows cannot give {X.shape[1]} coefficients.")
    scaled = X * np.sqrt(w)[:, None]
    length = np.linalg.norm(scaled, axis=0)
    # Unit columns, so that neither the factor nor its inverse depends on the units.
    R = np.asarray(np.linalg.qr(scaled / np.where(length > 0, length, 1.0), mode="r"))
    aliased = np.flatnonzero(np.abs(np.diag(R)) <= COLLINEAR)
    if len(aliased):
        raise NotEstimableError("; ".join(_alias(R, int(j), names) for j in aliased[:5]) + ".")
    inverse = np.linalg.inv(R)
    return np.asarray(inverse @ inverse.T / np.outer(length, length))


def _alias(R: FloatArray, j: int, names: Sequence[str]) -> str:
    """Return the words for the column j, which repeats columns before it."""
    share = np.linalg.lstsq(R[:j, :j], R[:j, j], rcond=None)[0] if j else np.zeros(0)
    parts = [name for name, own in zip(names, share, strict=False) if abs(own) > PART]
    if not parts:
        return f"{names[j]} is zero in every row"
    return (
        f"{names[j]} cannot be told apart from the other terms of the model: it is a combination "
        f"of {named(parts, 'terms')}; leave one of them out"
    )
