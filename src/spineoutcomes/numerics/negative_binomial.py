"""Negative binomial regression with variance mu + mu^2/theta, by maximum likelihood.

Lawless (1987), doi:10.2307/3314912. Coefficients and theta take turns; they are orthogonal, so few
turns are needed. The error of the coefficients takes theta as known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import digamma, trigamma
from spineoutcomes.numerics.families import POISSON, negative_binomial
from spineoutcomes.numerics.glm import GlmFit, fit_glm

FloatArray = npt.NDArray[np.float64]
MOST_TURNS = 100
# Relative change of theta, and of the variance it adds where it is large, at which the turns end.
SETTLED = 1e-9
# Beyond this theta the variance exceeds the mean by nothing that can be seen.
LARGEST_THETA = 1e8


@dataclass(frozen=True, slots=True, eq=False)
class NegativeBinomialFit:
    """A fitted negative binomial model.

    Attributes
    ----------
    model : GlmFit
        The model at the final theta; a Poisson model where counts vary no more than Poisson.
    theta : float
        Infinite where counts vary no more than Poisson.
    theta_error : float
        Standard error of theta from the observed information; missing for an infinite theta, or
        one so large that nothing is left of that information.
    converged : bool
    """

    model: GlmFit
    theta: float
    theta_error: float
    converged: bool


def fit_negative_binomial(
    X: FloatArray,
    y: FloatArray,
    names: Sequence[str],
    *,
    counts: FloatArray | None = None,
    offset: FloatArray | None = None,
) -> NegativeBinomialFit:
    """Fit the model; arguments and errors as those of `fit_glm`."""
    model = fit_glm(X, y, POISSON, names, counts=counts, offset=offset)
    each = model.counts
    # The slope of the likelihood in 1/theta at 0: without a rise there, theta is infinite.
    if each @ ((y - model.fitted) ** 2 - y) <= 0:
        return NegativeBinomialFit(model, math.inf, math.nan, model.converged)
    theta, settled = math.inf, False
    for _ in range(MOST_TURNS):
        before = theta
        theta = _best_theta(y, model.fitted, each)
        if theta >= LARGEST_THETA:
            return NegativeBinomialFit(model, math.inf, math.nan, model.converged)
        # The larger theta, the less of it is left in the likelihood, and the less it matters.
        settled = abs(theta - before) <= SETTLED * theta * max(1.0, theta)
        if settled:
            break
        start = model.coefficients
        family = negative_binomial(theta)
        model = fit_glm(X, y, family, names, counts=counts, offset=offset, start=start)
    known = _information(theta, y, model.fitted, each)
    # Counts hardly more varied than Poisson say nothing of theta that rounding leaves standing.
    error = 1 / math.sqrt(known) if known > 0 else math.nan
    return NegativeBinomialFit(model, theta, error, settled and model.converged)


def _best_theta(y: FloatArray, mu: FloatArray, counts: FloatArray) -> float:
    import scipy.optimize

    slope = _slope(y, mu, counts)
    low, high = 0.5, 2.0
    while slope(math.log(low)) <= 0:
        low /= 4
    while slope(math.log(high)) > 0:
        high *= 4
        if high > LARGEST_THETA:
            return high
    found = scipy.optimize.brentq(slope, math.log(low), math.log(high), xtol=1e-13, rtol=1e-14)
    return math.exp(float(found))


def _slope(y: FloatArray, mu: FloatArray, counts: FloatArray) -> Callable[[float], float]:
    """Return the derivative of the log-likelihood by theta, as a function of log theta."""
    # The digammas depend on y alone: one for each value that occurs.
    values, place = np.unique(y, return_inverse=True)
    often = np.bincount(place, counts)
    total = float(counts.sum())

    def slope(log_theta: float) -> float:
        theta = math.exp(log_theta)
        gammas = float(often @ (digamma(theta + values) - digamma(theta)))
        ratio = (y + theta) / (mu + theta)
        return gammas + total - float(counts @ (np.log1p(mu / theta) + ratio))

    return slope


def _information(theta: float, y: FloatArray, mu: FloatArray, counts: FloatArray) -> float:
    gammas = trigamma(theta) - trigamma(theta + y)
    rest = -1 / theta + 2 / (mu + theta) - (y + theta) / (mu + theta) ** 2
    return float(counts @ (gammas + rest))
