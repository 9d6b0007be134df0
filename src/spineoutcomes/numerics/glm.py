"""Generalised linear models by iteratively reweighted least squares, and what errors need of them.

Nelder & Wedderburn (1972), doi:10.2307/2344614. The steps take the observed information, which is
the expected one for canonical links; the fit reports the expected one, as R does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.families import Family
from spineoutcomes.numerics.information import (
    cross_product,
    inverse_information,
    quadratic_forms,
)
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
INTERCEPT = "the intercept"
MOST_ITERATIONS = 60
MOST_HALVINGS = 30
# The largest change of a linear predictor, beside the largest predictor, at which the fit stands.
CONVERGED = 1e-10
# A change this small that no longer halves is rounding: columns far from 0 do not allow less.
ROUNDED = 1e-7
# A fit that still moves by this much after so many steps, while its misfit has settled to this
# share, may be running to infinity.
RUNNING, SUSPICIOUS, SETTLED = 0.25, 8, 1e-6
# What a row may lose, beside the largest move, by a move that costs nothing but rounding.
NO_LOSS = 0.01
# A term belongs to an endless move when it makes at least this share of the largest part.
SHARE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class GlmFit:
    """A fitted generalised linear model.

    Scores, leverages and working weights are those of one row; a row that stands for `counts`
    equal rows has each of them as often. Prior weights are inside them.

    Attributes
    ----------
    family : Family
    X : array of shape (n, p)
        Columns of the model; the caller's array, not a copy.
    counts : array of shape (n,)
        How many equal rows each row stands for.
    coefficients : array of shape (p,)
    linear_predictor, fitted : array of shape (n,)
        eta (offset included) and the mean.
    pull : array of shape (n,)
        Derivative of each row's log-likelihood by eta, times the dispersion.
    working_weight : array of shape (n,)
        Each row's expected information about eta, times the dispersion.
    inverse_information : array of shape (p, p)
        (X'WX)^-1; the classical covariance is this times the dispersion.
    deviance : float
    n : float
        Rows of positive weight, repetitions included.
    iterations : int
    converged : bool
    """

    family: Family
    X: FloatArray
    counts: FloatArray
    coefficients: FloatArray
    linear_predictor: FloatArray
    fitted: FloatArray
    pull: FloatArray
    working_weight: FloatArray
    inverse_information: FloatArray
    deviance: float
    n: float
    iterations: int
    converged: bool

    @property
    def information(self) -> FloatArray:
        """X'WX, of shape (p, p)."""
        return cross_product(self.X, self.counts * self.working_weight)

    @property
    def scores(self) -> FloatArray:
        """Score contribution of each row, times the dispersion, of shape (n, p)."""
        return self.X * self.pull[:, None]

    @property
    def leverage(self) -> FloatArray:
        """Diagonal of the hat matrix W^1/2 X (X'WX)^-1 X' W^1/2, of shape (n,)."""
        return self.working_weight * quadratic_forms(self.X, self.inverse_information)

    @property
    def df(self) -> float:
        """Rows less coefficients."""
        return self.n - len(self.coefficients)

    @property
    def dispersion(self) -> float:
        """Pearson's estimate of the dispersion, 1 where the family fixes it."""
        if not self.family.free_dispersion:
            return 1.0
        known = self.working_weight > 0
        each = self.counts[known] * self.pull[known] ** 2 / self.working_weight[known]
        return float(each.sum()) / self.df

    @property
    def covariance(self) -> FloatArray:
        """The classical covariance of the coefficients, of shape (p, p)."""
        return self.inverse_information * self.dispersion


def fit_glm(
    X: FloatArray,
    y: FloatArray,
    family: Family,
    names: Sequence[str],
    *,
    counts: FloatArray | None = None,
    weights: FloatArray | None = None,
    offset: FloatArray | None = None,
    start: FloatArray | None = None,
) -> GlmFit:
    """Fit a generalised linear model.

    Parameters
    ----------
    X : array of shape (n, p)
        Columns of the model, any intercept included. It is read, never copied.
    y : array of shape (n,)
        Outcome.
    family : Family
    names : sequence of str, length p
        Names of the columns, for messages.
    counts : array of shape (n,), optional
        How many equal rows each row stands for.
    weights : array of shape (n,), optional
        Prior weights of at least 0.
    offset : array of shape (n,), optional
        Part of the linear predictor that is known.
    start : array of shape (p,), optional
        Coefficients to start from, those of an earlier fit of the same columns.

    Raises
    ------
    ArgumentError
        When y holds a value the family cannot take.
    NotEstimableError
        When a column repeats others, there are fewer rows than columns, or terms separate the
        outcome so that their coefficients are infinite; the message names them.
    """
    each = np.ones(len(y)) if counts is None else counts
    prior = np.ones(len(y)) if weights is None else weights
    shift = np.zeros(len(y)) if offset is None else offset
    _check(y, family)
    total = each * prior
    b = _first(X, y, total, shift, family, names) if start is None else start
    eta = X @ b + shift
    mu = family.mean(eta)
    misfit = float(total @ family.misfit(y, eta, mu))
    move, step = np.zeros(len(y)), np.zeros(len(b))
    iteration, converged, largest = 0, False, np.inf
    while not converged and iteration < MOST_ITERATIONS:
        iteration += 1
        next_step = _step(X, total * family.pull(y, mu), total * family.curvature(y, mu))
        if next_step is None:
            break
        step, move = next_step, X @ next_step
        scale, eta, mu, found = _shortened(eta, move, y, total, misfit, family)
        b = b + scale * step
        before, largest = largest, scale * float(np.abs(move).max())
        settled = abs(misfit - found) <= SETTLED * (1 + abs(found))
        misfit = found
        converged = largest <= max(
            CONVERGED * (1 + float(np.abs(eta).max())), ROUNDED if largest > before / 2 else 0.0
        )
        if iteration >= SUSPICIOUS and settled and largest > RUNNING:
            _refuse_endless(X, y, total, move, step, family, names)
    if not converged:
        _refuse_endless(X, y, total, move, step, family, names)
    w = prior * family.weight(mu)
    return GlmFit(
        family=family,
        X=X,
        counts=each,
        coefficients=b,
        linear_predictor=eta,
        fitted=mu,
        pull=prior * family.pull(y, mu),
        working_weight=w,
        inverse_information=inverse_information(X, each * w, names),
        deviance=misfit + float(total @ family.saturated(y)),
        n=float(each[prior > 0].sum()),
        iterations=iteration,
        converged=converged,
    )


def _check(y: FloatArray, family: Family) -> None:
    bad = int((~(np.isfinite(y) & family.allowed(y))).sum())
    if bad:
        raise ArgumentError(
            f"The outcome must be {family.range} for this model ({family.name}); {bad} of {len(y)} "
            "values are not."
        )


def _first(
    X: FloatArray,
    y: FloatArray,
    total: FloatArray,
    shift: FloatArray,
    family: Family,
    names: Sequence[str],
) -> FloatArray:
    """Return coefficients from one weighted regression on values near the outcome itself."""
    eta = family.start(y)
    mu = family.mean(eta)
    w = family.weight(mu)
    target = eta + family.pull(y, mu) / w - shift
    return inverse_information(X, total * w, names) @ (X.T @ (total * w * target))


def _step(X: FloatArray, pull: FloatArray, w: FloatArray) -> FloatArray | None:
    """Return the Newton step, None where the information has vanished."""
    G = cross_product(X, w)
    length = np.sqrt(np.diag(G))
    if not (length > 0).all():
        return None
    try:
        # Equal units: the factor then depends on the correlation of the columns only.
        solved = np.linalg.solve(G / np.outer(length, length), (X.T @ pull) / length)
    except np.linalg.LinAlgError:
        return None
    step = np.asarray(solved / length)
    return step if np.isfinite(step).all() else None


def _shortened(
    eta: FloatArray,
    move: FloatArray,
    y: FloatArray,
    total: FloatArray,
    misfit: float,
    family: Family,
) -> tuple[float, FloatArray, FloatArray, float]:
    """Take the step, halved until the misfit does not grow by more than rounding."""
    scale = 1.0
    for _ in range(MOST_HALVINGS):
        tried = eta + scale * move
        with np.errstate(over="ignore", invalid="ignore"):
            mu = family.mean(tried)
            found = float(total @ family.misfit(y, tried, mu))
        if found <= misfit + 1e-9 * (1 + abs(misfit)):
            break
        scale /= 2
    return scale, tried, mu, found


def _refuse_endless(
    X: FloatArray,
    y: FloatArray,
    total: FloatArray,
    move: FloatArray,
    step: FloatArray,
    family: Family,
    names: Sequence[str],
) -> None:
    """Raise where the last move could go on for ever: the coefficients behind it are infinite."""
    if family.loss is None:
        return
    kept = total > 0
    lost = family.loss(y, move)[kept].max()
    if lost > NO_LOSS * float(np.abs(move[kept]).max()):
        return
    part = np.abs(step) * X.std(axis=0)
    found = [name for name, share in zip(names, part, strict=True) if share > SHARE * part.max()]
    raise NotEstimableError(
        f"{named(found or names[:1], 'terms')}: the outcome is the same in every row on one side "
        "(separation), so the coefficient is infinite. Merge levels, leave the term out, or, for "
        "a yes/no outcome, use firth_logistic."
    )
