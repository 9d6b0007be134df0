"""The proportional odds model: one log odds ratio over all cuts of an ordered outcome.

McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x. logit P(Y <= j) = theta_j - x'b, by
Newton's method with the observed information. The part of the information that belongs to the K - 1
cuts is tridiagonal, so the cost grows as n p^2 + K p^2: an outcome may have thousands of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.distributions import expit, logit
from spineoutcomes.numerics.information import cross_product, require_independent
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST_ITERATIONS = 60
MOST_HALVINGS = 30
# The largest change of a linear predictor at which the fit stands.
CONVERGED = 1e-9
# A change this small that no longer halves is rounding.
ROUNDED = 1e-7
# A fit that still moves by this much after so many steps is running to infinity.
RUNNING, SUSPICIOUS = 0.25, 15
SHARE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeFit:
    """A fitted proportional odds model.

    Attributes
    ----------
    thresholds : array of shape (K - 1,)
        theta_j, increasing.
    coefficients : array of shape (p,)
        Log odds ratios of a higher category.
    covariance : array of shape (p, p)
        Of the coefficients, from the observed information.
    log_likelihood : float
    diagonal, beside, border : arrays of shape (K - 1,), (K - 2,) and (K - 1, p)
        The information of the thresholds, its neighbours, and that shared with the coefficients.
    converged : bool
    """

    thresholds: FloatArray
    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    diagonal: FloatArray
    beside: FloatArray
    border: FloatArray
    converged: bool

    def full_covariance(self) -> FloatArray:
        """Return the covariance of thresholds and coefficients, of shape (K - 1 + p, K - 1 + p)."""
        A = np.diag(self.diagonal) + np.diag(self.beside, 1) + np.diag(self.beside, -1)
        inverse = np.linalg.inv(A)
        cross = inverse @ self.border
        both = -cross @ self.covariance
        return np.block([[inverse - both @ cross.T, both], [both.T, self.covariance]])


@dataclass(frozen=True, slots=True, eq=False)
class _Ordered:
    """Rows sorted by category, so that sums over a category are sums over a slice."""

    X: FloatArray
    codes: IntArray
    counts: FloatArray
    starts: IntArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of the values over each category."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """Log-likelihood, score and information at one place."""

    likelihood: float
    score_cuts: FloatArray
    score: FloatArray
    diagonal: FloatArray
    beside: FloatArray
    border: FloatArray
    inner: FloatArray


def fit_cumulative(
    X: FloatArray, codes: IntArray, counts: FloatArray, names: Sequence[str]
) -> CumulativeFit:
    """Fit the proportional odds model.

    Parameters
    ----------
    X : array of shape (n, p)
        Columns of the model, no intercept.
    codes : array of shape (n,)
        Category of each row, 0 to K - 1; each occurs.
    counts : array of shape (n,)
        How many equal rows each row stands for; positive.
    names : sequence of str, length p

    Raises
    ------
    NotEstimableError
        When a column repeats others, or separates the outcome so that its coefficient is infinite.
    """
    require_independent(np.column_stack([np.ones(len(X)), X]), counts, ["the intercept", *names])
    order = np.argsort(codes, kind="stable")
    # A year or a weight far from 0 would cost digits of the covariance.
    centre = counts @ X / counts.sum()
    K = int(codes.max()) + 1
    rows = _Ordered(
        np.asfortranarray(X[order] - centre),
        codes[order],
        counts[order],
        np.searchsorted(codes[order], np.arange(K)),
    )
    cuts = logit(np.cumsum(rows.sums(rows.counts))[:-1] / rows.counts.sum())
    b = np.zeros(X.shape[1])
    point = _evaluate(rows, cuts, b)
    converged, moved = False, np.inf
    for iteration in range(1, MOST_ITERATIONS + 1):
        step_cuts, step = _newton(point)
        last = moved
        moved = max(float(np.abs(step_cuts).max()), float(np.abs(rows.X @ step).max()))
        cuts, b, point = _shortened(rows, cuts, b, step_cuts, step, point)
        converged = moved <= CONVERGED or (moved <= ROUNDED and moved > last / 2)
        if converged:
            break
        if iteration >= SUSPICIOUS and moved > RUNNING:
            _refuse_endless(rows.X, step, names)
    return CumulativeFit(
        thresholds=cuts + float(centre @ b),
        coefficients=b,
        covariance=_inverse(_schur(point)[0]),
        log_likelihood=point.likelihood,
        diagonal=point.diagonal,
        beside=point.beside,
        border=point.border - np.outer(_row_sums(point), centre),
        converged=converged,
    )


def _row_sums(point: _Point) -> FloatArray:
    """Return the sums of the rows of the thresholds' own information."""
    sums = point.diagonal.copy()
    sums[:-1] += point.beside
    sums[1:] += point.beside
    return sums


def _evaluate(rows: _Ordered, cuts: FloatArray, b: FloatArray) -> _Point:
    """Return the likelihood and its derivatives.

    With F_u and F_l the probabilities at the cuts above and below a row and d their distance,
    log p = log F_u + log(1 - F_l) + log(1 - exp(-d)), which no category makes unstable.
    """
    X, counts = rows.X, rows.counts
    eta = X @ b
    bounds = np.concatenate([[-np.inf], cuts, [np.inf]])
    upper, lower = bounds[rows.codes + 1] - eta, bounds[rows.codes] - eta
    above, below = expit(upper), expit(lower)
    n = rows.sums(counts)
    gap = np.zeros(len(n))
    gap[1:-1] = 1 / np.expm1(np.diff(cuts))
    narrow = n * gap * (1 + gap)
    # -log F_u - log(1 - F_l): the larger of F and 1 - F is never small, so its log is exact.
    loss = np.maximum(-upper, 0.0) + np.maximum(lower, 0.0)
    loss -= np.log(np.maximum(above, 1 - above) * np.maximum(below, 1 - below))
    likelihood = -float(counts @ loss)
    likelihood += float(n[1:-1] @ np.log(-np.expm1(-np.diff(cuts))))
    f_u, f_l = counts * above * (1 - above), counts * below * (1 - below)
    pull_up, pull_down = rows.sums(counts * (1 - above)), rows.sums(counts * below)
    return _Point(
        likelihood=likelihood,
        score_cuts=(pull_up + n * gap)[:-1] - (pull_down + n * gap)[1:],
        score=X.T @ (counts * (above + below - 1)),
        diagonal=(rows.sums(f_u) + narrow)[:-1] + (rows.sums(f_l) + narrow)[1:],
        beside=-narrow[1:-1],
        border=-(rows.sums(X * f_u[:, None])[:-1] + rows.sums(X * f_l[:, None])[1:]),
        inner=cross_product(X, f_u + f_l),
    )


def _schur(point: _Point) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the information of the coefficients alone, and A^-1 times border and score."""
    import scipy.linalg

    band = np.zeros((2, len(point.diagonal)))
    band[0, 1:], band[1] = point.beside, point.diagonal
    right = np.column_stack([point.border, point.score_cuts])
    if len(right) == 1:
        # The solver of bands wants a neighbour; one cut has none.
        solved = right / point.diagonal
    else:
        solved = scipy.linalg.solveh_banded(band, right, check_finite=False)
    own = point.inner - point.border.T @ solved[:, :-1]
    return own, solved[:, :-1], solved[:, -1]


def _inverse(S: FloatArray) -> FloatArray:
    """Return the inverse in equal units, so that it does not depend on those of the columns."""
    length = np.sqrt(np.diag(S))
    return np.asarray(np.linalg.inv(S / np.outer(length, length)) / np.outer(length, length))


def _newton(point: _Point) -> tuple[FloatArray, FloatArray]:
    own, cross, alone = _schur(point)
    step = _inverse(own) @ (point.score - point.border.T @ alone)
    return alone - cross @ step, step


def _shortened(
    rows: _Ordered,
    cuts: FloatArray,
    b: FloatArray,
    step_cuts: FloatArray,
    step: FloatArray,
    point: _Point,
) -> tuple[FloatArray, FloatArray, _Point]:
    """Take the step, halved until the cuts stay in order and the likelihood does not fall."""
    slack = 1e-10 * (1 + abs(point.likelihood))
    for halving in range(MOST_HALVINGS):
        new_cuts, new_b = cuts + step_cuts / 2**halving, b + step / 2**halving
        if (np.diff(new_cuts) > 0).all():
            found = _evaluate(rows, new_cuts, new_b)
            if found.likelihood >= point.likelihood - slack:
                return new_cuts, new_b, found
    return cuts, b, point


def _refuse_endless(X: FloatArray, step: FloatArray, names: Sequence[str]) -> None:
    part = np.abs(step) * X.std(axis=0)
    found = [name for name, share in zip(names, part, strict=True) if share > SHARE * part.max()]
    raise NotEstimableError(
        f"{named(found, 'terms')}: the outcome lies wholly on one side (separation), so the odds "
        "ratio is infinite. Merge categories or levels, leave the term out, or compare the arms "
        "with hodges_lehmann_shift or win_odds."
    )
