"""The families of generalised linear models: how a mean follows from its linear predictor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import expit, logit, x_log_y

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Family:
    """A distribution with its link; y is the outcome, eta the linear predictor, mu the mean.

    Attributes
    ----------
    name : str
        Words of the distribution and link.
    mean : callable
        mu of eta.
    pull : callable
        Derivative of the log-likelihood of one row by eta, times the dispersion, from (y, mu).
    weight : callable
        Expected information of one row about eta, times the dispersion, from mu.
    curvature : callable
        The observed instead of the expected information, from (y, mu): the steps of the fit.
    misfit : callable
        From (y, eta, mu): the deviance of each row, less what depends on y alone.
    saturated : callable
        That rest of the deviance, from y.
    start : callable
        eta from which the iterations start, from y.
    allowed : callable
        Where y is a value this family can take.
    range : str
        What y must be, in words.
    free_dispersion : bool
        Whether the dispersion is estimated (by Pearson's statistic) instead of being 1.
    loss : callable or None
        From (y, move): what each row loses, to first order, by an endless move of eta. A move that
        costs no row anything has no end, so the coefficients behind it are infinite. None where
        no such move exists.
    """

    name: str
    mean: Callable[[FloatArray], FloatArray]
    pull: Callable[[FloatArray, FloatArray], FloatArray]
    weight: Callable[[FloatArray], FloatArray]
    curvature: Callable[[FloatArray, FloatArray], FloatArray]
    misfit: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    saturated: Callable[[FloatArray], FloatArray]
    start: Callable[[FloatArray], FloatArray]
    allowed: Callable[[FloatArray], BoolArray]
    range: str
    free_dispersion: bool = False
    loss: Callable[[FloatArray, FloatArray], FloatArray] | None = None


def softplus(eta: FloatArray, mu: FloatArray) -> FloatArray:
    """Return log(1 + exp(eta)), given its expit: exact in both tails, at the price of one log."""
    return np.asarray(np.maximum(eta, 0.0) - np.log(np.maximum(mu, 1 - mu)))


def _count_loss(y: FloatArray, move: FloatArray) -> FloatArray:
    return np.where(y > 0, np.abs(move), move)


BINOMIAL = Family(
    name="binomial, logit link",
    mean=expit,
    pull=lambda y, mu: y - mu,
    weight=lambda mu: mu * (1 - mu),
    curvature=lambda y, mu: mu * (1 - mu),
    misfit=lambda y, eta, mu: 2 * (softplus(eta, mu) - y * eta),
    saturated=lambda y: 2 * (x_log_y(y, y) + x_log_y(1 - y, 1 - y)),
    start=lambda y: logit((y + 0.5) / 2),
    allowed=lambda y: (y >= 0) & (y <= 1),
    range="between 0 and 1",
    loss=lambda y, move: np.where(y == 1, -move, np.where(y == 0, move, np.abs(move))),
)

POISSON = Family(
    name="Poisson, log link",
    mean=np.exp,
    pull=lambda y, mu: y - mu,
    weight=lambda mu: mu,
    curvature=lambda y, mu: mu,
    misfit=lambda y, eta, mu: 2 * (mu - y * eta),
    saturated=lambda y: 2 * (x_log_y(y, y) - y),
    start=lambda y: np.log(y + 0.1),
    allowed=lambda y: y >= 0,
    range="at least 0",
    loss=_count_loss,
)

GAUSSIAN = Family(
    name="Gaussian, identity link",
    mean=lambda eta: eta,
    pull=lambda y, mu: y - mu,
    weight=np.ones_like,
    curvature=lambda y, mu: np.ones_like(mu),
    misfit=lambda y, eta, mu: (y - mu) ** 2,
    saturated=np.zeros_like,
    start=lambda y: y,
    allowed=np.isfinite,
    range="finite",
    free_dispersion=True,
)

GAMMA = Family(
    name="gamma, log link",
    mean=np.exp,
    pull=lambda y, mu: y / mu - 1,
    weight=np.ones_like,
    curvature=lambda y, mu: y / mu,
    misfit=lambda y, eta, mu: 2 * (y / mu + eta),
    saturated=lambda y: -2 * (1 + np.log(y)),
    start=np.log,
    allowed=lambda y: y > 0,
    range="above 0",
    free_dispersion=True,
)


def negative_binomial(theta: float) -> Family:
    """Return the family with variance mu + mu^2/theta and a log link."""
    return Family(
        name="negative binomial, log link",
        mean=np.exp,
        pull=lambda y, mu: (y - mu) / (1 + mu / theta),
        weight=lambda mu: mu / (1 + mu / theta),
        curvature=lambda y, mu: mu * (1 + y / theta) / (1 + mu / theta) ** 2,
        misfit=lambda y, eta, mu: 2 * ((y + theta) * np.log1p(mu / theta) - y * eta),
        saturated=lambda y: 2 * (x_log_y(y, y) - (y + theta) * np.log1p(y / theta)),
        start=lambda y: np.log(y + 0.1),
        allowed=lambda y: y >= 0,
        range="at least 0",
        loss=_count_loss,
    )
