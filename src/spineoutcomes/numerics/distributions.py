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


def noncentral_t_cdf(df: npt.ArrayLike, shift: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """Return P(T <= x) for T with `df` degrees of freedom and noncentrality `shift`."""
    return np.asarray(_special().nctdtr(df, shift, x))


def binomial_cdf(k: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return P(X <= k) for X successes in `n` trials that succeed with probability `p`."""
    return np.asarray(_special().bdtr(k, n, p))


def log_gamma(x: npt.ArrayLike) -> Floats:
    """Return the logarithm of the gamma function of positive numbers."""
    return np.asarray(_special().gammaln(x))


def expit(x: npt.ArrayLike) -> Floats:
    """Return 1 / (1 + exp(-x)): a probability from its log-odds."""
    return np.asarray(_special().expit(x))


def logit(p: npt.ArrayLike) -> Floats:
    """Return log(p / (1 - p)): the log-odds of a probability."""
    return np.asarray(_special().logit(p))


def _special() -> Any:
    import scipy.special

    return scipy.special
