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


def beta_quantile(a: npt.ArrayLike, b: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return x with P(B <= x) = p for a beta B with shapes `a` and `b`."""
    return np.asarray(_special().betaincinv(a, b, p))


def binomial_cdf(k: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """Return P(X <= k) for X events among `n` with risk `p`; k is a whole number below n."""
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    return np.asarray(_special().betaincc(k + 1, n - k, p))


def f_tail(df1: npt.ArrayLike, df2: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """Return P(X > x) for an F variable X with `df1` and `df2` degrees of freedom."""
    return np.asarray(_special().fdtrc(df1, df2, x))


def log_factorial(x: npt.ArrayLike) -> Floats:
    """Return log(x!) of whole numbers."""
    return np.asarray(_special().gammaln(np.asarray(x, dtype=float) + 1))


def log_choose(n: npt.ArrayLike, k: npt.ArrayLike) -> Floats:
    """Return the log of the number of ways to choose k of n."""
    n, k = np.asarray(n, dtype=float), np.asarray(k, dtype=float)
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k)


def noncentral_t_cdf(df: npt.ArrayLike, shift: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """Return P(T <= x) for T with `df` degrees of freedom and noncentrality `shift`."""
    return np.asarray(_special().nctdtr(df, shift, x))


def expit(x: npt.ArrayLike) -> Floats:
    """Return 1 / (1 + exp(-x)): a probability from its log-odds."""
    return np.asarray(_special().expit(x))


def logit(p: npt.ArrayLike) -> Floats:
    """Return log(p / (1 - p)): the log-odds of a probability."""
    return np.asarray(_special().logit(p))


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
