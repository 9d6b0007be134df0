"""Distribution functions, as scipy computes them; it is heavy, so imported when first asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def normal_cdf(x: npt.ArrayLike) -> Floats:
    """Return P(Z <= x) for a standard normal Z."""
    return np.asarray(_special().ndtr(x))


def normal_quantile(p: npt.ArrayLike) -> Floats:
    """Return x with P(Z <= x) = p for a standard normal Z."""
    return np.asarray(_special().ndtri(p))


def t_cdf(df: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """Return P(T <= x) for Student's T with `df` degrees of freedom."""
    return np.asarray(_special().stdtr(df, x))


def t_quantile(df: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return x with P(T <= x) = p for Student's T with `df` degrees of freedom."""
    return np.asarray(_special().stdtrit(df, p))


def chi_square_tail(df: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """Return P(X > x) for a chi-square X with `df` degrees of freedom."""
    return np.asarray(_special().chdtrc(df, x))


def expit(x: npt.ArrayLike) -> Floats:
    """Return 1 / (1 + exp(-x)): a probability from its log-odds."""
    return np.asarray(_special().expit(x))


def logit(p: npt.ArrayLike) -> Floats:
    """Return log(p / (1 - p)): the log-odds of a probability."""
    return np.asarray(_special().logit(p))


def binomial_cdf(x: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return P(X <= x) for X binomial with n trials of probability p."""
    return np.asarray(_special().bdtr(x, np.asarray(n, dtype=np.int64), p))


def beta_quantile(a: npt.ArrayLike, b: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return x with P(B <= x) = p for B beta with shapes a and b."""
    return np.asarray(_special().betaincinv(a, b, p))


def gamma_quantile(shape: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return x with P(G <= x) = p for G gamma of this shape and scale 1."""
    return np.asarray(_special().gammaincinv(shape, p))


def x_log_y(x: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
    """Return x log(y), 0 where x is 0."""
    return np.asarray(_special().xlogy(x, y))


def log_gamma(x: npt.ArrayLike) -> Floats:
    """Return log Gamma(x)."""
    return np.asarray(_special().gammaln(x))


def digamma(x: npt.ArrayLike) -> Floats:
    """Return the derivative of log Gamma at x."""
    return np.asarray(_special().digamma(x))


def trigamma(x: npt.ArrayLike) -> Floats:
    """Return the second derivative of log Gamma at x."""
    return np.asarray(_special().polygamma(1, x))


def _special() -> Any:
    import scipy.special

    return scipy.special
