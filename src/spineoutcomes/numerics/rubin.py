"""Estimates of several imputations pooled by Rubin's rules."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import f_tail
from spineoutcomes.numerics.intervals import Interval, t_interval

FloatArray = npt.NDArray[np.float64]
# Shares of variance below this are taken as this, as mice does: df stay finite.
SMALLEST_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class Pooled:
    """One estimate over m imputations.

    Attributes
    ----------
    estimate : float
        Mean of the estimates.
    within, between, total : float
        Mean variance, variance of the estimates, and within + (1 + 1/m) between.
    df : float
        Degrees of freedom of Barnard & Rubin.
    increase : float
        Relative increase in variance for want of the missing values.
    missing_information : float
        Fraction of the information that is missing, with its correction for finite df.
    """

    estimate: float
    within: float
    between: float
    total: float
    df: float
    increase: float
    missing_information: float

    def interval(self, conf_level: float) -> Interval:
        """Return the t interval, and the test of the same error."""
        return t_interval(self.estimate, math.sqrt(self.total), self.df, conf_level)


def pool_scalar(Q: FloatArray, U: FloatArray, complete_df: float) -> Pooled:
    """Pool m estimates Q with variances U (Rubin 1987, df of Barnard & Rubin 1999).

    Parameters
    ----------
    Q, U : array of shape (m,)
        Estimates and their squared errors, on the scale on which they are normal.
    complete_df : float
        Degrees of freedom the analysis has with complete data; infinite for a normal one.
    """
    m = len(Q)
    within, between = float(U.mean()), float(Q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = max((1 + 1 / m) * between / total, SMALLEST_SHARE) if total > 0 else SMALLEST_SHARE
    df = (m - 1) / share**2
    if math.isfinite(complete_df):
        observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
        df = df * observed / (df + observed)
    increase = (1 + 1 / m) * between / within if within > 0 else math.nan
    information = (increase + 2 / (df + 3)) / (1 + increase)
    return Pooled(float(Q.mean()), within, between, total, df, increase, information)


@dataclass(frozen=True, slots=True)
class Joint:
    """A test of several coefficients at once, F with `df1` and `df2` degrees of freedom."""

    F: float
    df1: float
    df2: float
    p_value: float
    increase: float


def pool_covariance(Q: FloatArray, U: FloatArray) -> FloatArray:
    """Return the total covariance of k estimates: Q of shape (m, k), U of shape (m, k, k)."""
    m = len(Q)
    return np.asarray(U.mean(axis=0) + (1 + 1 / m) * _between(Q))


def joint_wald(Q: FloatArray, U: FloatArray) -> Joint:
    """Test that k coefficients are all zero (D1 of Li, Raghunathan & Rubin 1991).

    Parameters
    ----------
    Q : array of shape (m, k)
        Estimates, one imputation a row.
    U : array of shape (m, k, k)
        Their covariances.
    """
    m, k = Q.shape
    mean, within = Q.mean(axis=0), U.mean(axis=0)
    between = _between(Q)
    increase = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    F = float(mean @ np.linalg.solve(within, mean)) / (k * (1 + increase))
    t = k * (m - 1)
    if increase == 0:
        df2 = math.inf
    elif t > 4:
        df2 = 4 + (t - 4) * (1 + (1 - 2 / t) / increase) ** 2
    else:
        df2 = t * (1 + 1 / k) * (1 + 1 / increase) ** 2 / 2
    return _joint(F, k, df2, increase)


def joint_chi_square(statistics: FloatArray, df: float) -> Joint:
    """Pool m chi-square statistics of `df` degrees of freedom (D2 of Li et al. 1991)."""
    m = len(statistics)
    increase = (1 + 1 / m) * float(np.sqrt(statistics).var(ddof=1))
    F = (float(statistics.mean()) / df - (m + 1) / (m - 1) * increase) / (1 + increase)
    df2 = df ** (-3 / m) * (m - 1) * (1 + 1 / increase) ** 2 if increase > 0 else math.inf
    return _joint(max(F, 0.0), df, df2, increase)


def _between(Q: FloatArray) -> FloatArray:
    return np.atleast_2d(np.cov(Q, rowvar=False, ddof=1))


def _joint(F: float, df1: float, df2: float, increase: float) -> Joint:
    # An F with infinitely many df is a chi-square over its own; scipy takes a large number.
    return Joint(F, df1, df2, float(f_tail(df1, min(df2, 1e12), F)), increase)
