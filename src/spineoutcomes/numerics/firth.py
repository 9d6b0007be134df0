"""Firth's logistic regression: the likelihood penalised by Jeffreys' prior.

Firth (1993), doi:10.1093/biomet/80.1.27; Heinze & Schemper (2002), doi:10.1002/sim.1047, for
separation and profile intervals; Puhr et al. (2017), doi:10.1002/sim.7273, for the risks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.distributions import chi_square_tail, expit, normal_quantile
from spineoutcomes.numerics.information import (
    cross_product,
    inverse_information,
    quadratic_forms,
    require_independent,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST_ITERATIONS = 500
MOST_HALVINGS = 30
# The largest move of a linear predictor at which a maximum stands.
CONVERGED = 1e-10
# A move this small that no longer halves is rounding.
ROUNDED = 1e-7
# No step moves a linear predictor by more than this: far away the likelihood is flat.
LONGEST_STEP = 5.0
# A limit is found to this share of the bracket that holds it.
ROOT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class FirthFit:
    """A fitted penalised logistic model.

    Attributes
    ----------
    coefficients : array of shape (p,)
    inverse_information : array of shape (p, p)
        Of the likelihood without the penalty; the root of its diagonal is the standard error.
    log_likelihood, penalised : float
        Without and with half the log-determinant of the information.
    low, high, p_value : array of shape (p,)
        Profile limits and likelihood-ratio p of each coefficient, from the same profile; missing
        for those not asked.
    recalibrated_intercept : float
        Intercept for risks: that of the likelihood, the other coefficients kept (FLIC). With it
        the mean risk is the observed one; without, it is pulled toward one half.
    risks : array of shape (n,)
        Recalibrated risk of each row.
    converged : bool
    """

    coefficients: FloatArray
    inverse_information: FloatArray
    log_likelihood: float
    penalised: float
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    recalibrated_intercept: float
    risks: FloatArray
    converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """The penalised likelihood at some coefficients."""

    b: FloatArray
    likelihood: float
    penalised: float
    score: FloatArray
    information: FloatArray
    settled: bool = False


def fit_firth(
    X: FloatArray,
    y: FloatArray,
    counts: FloatArray,
    names: Sequence[str],
    *,
    conf_level: float = 0.95,
    profiled: Sequence[int] | None = None,
) -> FirthFit:
    """Fit the model and profile its coefficients.

    Parameters
    ----------
    X : array of shape (n, p)
        Columns of the model; the first is the intercept.
    y : array of shape (n,)
        0 or 1.
    counts : array of shape (n,)
        How many equal rows each row stands for.
    names : sequence of str, length p
    conf_level : float
    profiled : sequence of int, optional
        Which coefficients get limits and p; all by default.

    Raises
    ------
    NotEstimableError
        When all or no rows have the outcome, or a column repeats others.
    """
    n, events = float(counts.sum()), float(counts @ y)
    if not 0 < events < n:
        raise NotEstimableError(
            f"The outcome occurred in {events:.0f} of {n:.0f} rows; no coefficient can be had "
            "where all rows are alike. Give the risk of each arm with its interval instead."
        )
    require_independent(X, counts, names)
    p = X.shape[1]
    Z, A = _standardised(X, counts)
    best = _maximise(Z, y, counts, np.zeros(p), None)
    b = A @ best.b
    inner = inverse_information(Z, _weights(Z, best.b, counts), names)
    inverse = A @ inner @ A.T
    low, high, p_value = (np.full(p, np.nan) for _ in range(3))
    z = float(normal_quantile((1 + conf_level) / 2))
    for j in range(p) if profiled is None else profiled:
        profile = _Profile(Z, y, counts, best, inner, A[j])
        low[j], high[j] = profile.limit(-z), profile.limit(z)
        p_value[j] = float(chi_square_tail(1, profile.root(0.0) ** 2))
    linear = X[:, 1:] @ b[1:]
    intercept = _recalibrated(linear, events, counts, float(b[0]))
    return FirthFit(
        coefficients=b,
        inverse_information=inverse,
        log_likelihood=best.likelihood,
        penalised=best.penalised - float(np.linalg.slogdet(A)[1]),
        low=low,
        high=high,
        p_value=p_value,
        recalibrated_intercept=intercept,
        risks=expit(intercept + linear),
        converged=best.settled,
    )


def _standardised(X: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return columns of mean 0 and variance 1 behind the intercept, and A with b = A (their b).

    A year or a weight far from 0 is then no harder than any other column; the penalty changes by a
    constant only.
    """
    p = X.shape[1]
    A = np.eye(p)
    mean = counts @ X / counts.sum()
    spread = np.sqrt(counts @ (X - mean) ** 2 / counts.sum())
    mean[0], spread[0] = 0.0, 1.0
    A[0, 1:] = -mean[1:] / spread[1:]
    A[range(1, p), range(1, p)] = 1 / spread[1:]
    return (X - mean) / spread, A


def _weights(X: FloatArray, b: FloatArray, counts: FloatArray) -> FloatArray:
    mu = expit(X @ b)
    return np.asarray(counts * mu * (1 - mu))


def _state(X: FloatArray, y: FloatArray, counts: FloatArray, b: FloatArray) -> _State | None:
    """Return likelihood and modified score at b; None where the information has vanished."""
    eta = X @ b
    mu = expit(eta)
    w = mu * (1 - mu)
    information = cross_product(X, counts * w)
    sign, log_det = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(log_det):
        return None
    likelihood = float(counts @ (y * eta - np.logaddexp(0, eta)))
    h = w * quadratic_forms(X, np.asarray(np.linalg.inv(information), dtype=float))
    score = X.T @ (counts * (y - mu + h * (0.5 - mu)))
    return _State(b, likelihood, likelihood + log_det / 2, score, information)


def _maximise(
    X: FloatArray,
    y: FloatArray,
    counts: FloatArray,
    start: FloatArray,
    c: FloatArray | None,
) -> _State:
    """Maximise the penalised likelihood, along c'b as at the start where c is given.

    The steps are those of Fisher's scoring with the modified score; shortened where they would
    move a predictor too far or lower the likelihood.
    """
    state = _state(X, y, counts, start)
    if state is None:
        return _State(start, math.nan, -math.inf, start, np.eye(len(start)))
    moved, settled, pace = math.inf, False, 1.0
    previous = np.zeros(len(start))
    for _ in range(MOST_ITERATIONS):
        step = np.asarray(np.linalg.solve(state.information, state.score), dtype=float)
        if c is not None:
            across = np.linalg.solve(state.information, c)
            step -= across * (c @ step) / (c @ across)
        last, moved = moved, float(np.abs(X @ step).max())
        # In very small series the penalty bends the likelihood more than the information says:
        # steps that turn back and forth without shrinking are halved from then on.
        if step @ previous < 0 and moved > last / 2:
            pace = 0.5
        previous, step = step, step * pace
        step *= min(1.0, LONGEST_STEP / moved) if moved > 0 else 1.0
        before, state = state, _shortened(X, y, counts, state, step)
        settled = moved <= CONVERGED or (moved <= ROUNDED and moved > last / 2)
        if settled or state is before:
            break
    return replace(state, settled=settled or moved <= ROUNDED)


def _shortened(
    X: FloatArray, y: FloatArray, counts: FloatArray, state: _State, step: FloatArray
) -> _State:
    for halving in range(MOST_HALVINGS):
        tried = _state(X, y, counts, state.b + step / 2**halving)
        slack = 1e-12 * (1 + abs(state.penalised))
        if tried is not None and tried.penalised >= state.penalised - slack:
            return tried
    return state


class _Profile:
    """The signed root of the penalised likelihood ratio along one combination c'b."""

    def __init__(
        self,
        X: FloatArray,
        y: FloatArray,
        counts: FloatArray,
        best: _State,
        inverse: FloatArray,
        c: FloatArray,
    ) -> None:
        self._data = (X, y, counts)
        self._best, self._c = best, c
        self._centre = float(c @ best.b)
        self._error = math.sqrt(c @ inverse @ c)
        # Along the profile all coefficients move with this one, to first order, like this.
        self._path = inverse @ c / (c @ inverse @ c)
        self._last = best.b

    def root(self, value: float) -> float:
        """Return sign(value - c'b) sqrt(2 (l(b) - l(value))), the others at their best for it."""
        start = self._last + (value - float(self._c @ self._last)) * self._path
        at = _maximise(*self._data, start, self._c)
        self._last = at.b
        ratio = 2 * max(self._best.penalised - at.penalised, 0.0)
        return math.copysign(math.sqrt(ratio), value - self._centre)

    def limit(self, z: float) -> float:
        """Return the value at which the root is z."""
        self._last = self._best.b
        return _solve(
            lambda value: self.root(value) - z,
            self._centre,
            self._centre + z * self._error,
            -z,
        )


def _solve(f: Callable[[float], float], a: float, b: float, f_a: float) -> float:
    """Return the root of an increasing, nearly linear f: bracketed from a toward b, then found."""
    import scipy.optimize

    f_b = f(b)
    for _ in range(60):
        if f_a * f_b <= 0:
            break
        a, b, f_a = b, b + 2 * (b - a), f_b
        f_b = f(b)
    if not (f_a * f_b <= 0 and np.isfinite(f_b)):
        return math.nan
    found = scipy.optimize.brentq(f, a, b, xtol=ROOT * abs(b - a), rtol=1e-14, maxiter=200)
    return float(found)


def _recalibrated(linear: FloatArray, events: float, counts: FloatArray, start: float) -> float:
    """Return the intercept at which the mean risk is the observed one."""
    a = start
    for _ in range(MOST_ITERATIONS):
        mu = expit(a + linear)
        step = (events - float(counts @ mu)) / float(counts @ (mu * (1 - mu)))
        a += max(-1.0, min(1.0, step))
        if abs(step) <= CONVERGED:
            break
    return a
