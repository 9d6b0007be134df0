"""The Aalen-Johansen estimator of a cumulative incidence and its two errors, from counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.influence import Influence
from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Estimates at the K times of the counts.

    Attributes
    ----------
    F : array of shape (K,)
        Cumulative incidence of the cause.
    S : array of shape (K,)
        Probability of no event of any cause by t.
    S_before : array of shape (K,)
        The same just before t.
    """

    F: FloatArray
    S: FloatArray
    S_before: FloatArray


def incidence_of_cause(counts: RiskSets, j: int) -> Incidence:
    """Return the cumulative incidence of cause j: the sum of S(s-) d_j(s) / n(s) over s <= t.

    Of many counts at once where the counts have a first axis of draws.
    """
    n, d = counts.n_risk, counts.n_any
    S = np.cumprod(1 - _share(d, n), axis=-1).astype(np.float64)
    S_before = np.concatenate([np.ones_like(S[..., :1]), S[..., :-1]], axis=-1)
    F = np.cumsum(S_before * _share(counts.n_event[..., j, :], n), axis=-1)
    return Incidence(F, S, S_before)


def delta_error(counts: RiskSets, j: int) -> FloatArray:
    """Return the delta-method standard error of the incidence of cause j, of shape (K,).

    Notes
    -----
    F_j depends on the increments of two independent martingales at s, that of cause j and that of
    the other causes, by (1 + (F(s) - F(t)) / S(s)) and (F(s) - F(t)) / S(s), each times S(s-).
    An increment d/n has the variance d (n - d) / (n^2 (n - 1)). Squares are expanded in F(t), so
    that three cumulative sums give all t (Aalen 1978; Gray 1988, doi:10.1214/aos/1176350951).
    """
    n = counts.n_risk
    own = counts.n_event[j]
    other = counts.n_any - own
    at = incidence_of_cause(counts, j)
    # Where S is 0 nothing follows: F(s) = F(t) for all later t.
    per_S = np.divide(1, at.S, out=np.zeros(len(n)), where=at.S > 0)
    V_own, V_other = (at.S_before**2 * _increment_variance(d, n) for d in (own, other))
    a_own, a_other = 1 + at.F * per_S, at.F * per_S
    constant = np.cumsum(a_own**2 * V_own + a_other**2 * V_other)
    linear = np.cumsum(per_S * (a_own * V_own + a_other * V_other))
    square = np.cumsum(per_S**2 * (V_own + V_other))
    return _root(constant - 2 * at.F * linear + at.F**2 * square)


def incidence_influence(counts: RiskSets, j: int) -> Influence:
    """Return the influence of an individual on the incidence of cause j.

    Notes
    -----
    The derivative of F(t) by the weight of an individual is P(t) - F(t) Q(t). At an event of its
    own P jumps by F(s) / (n(s) - d(s)), one of cause j by S(s-) / n(s) as well, and Q by
    1 / (n(s) - d(s)); both fall at every event time by the mean of these jumps over those at risk.
    """
    n, d = counts.n_risk, counts.n_any
    at = incidence_of_cause(counts, j)
    jump_Q = np.divide(1, n - d, out=np.zeros(len(n)), where=n > d)
    own_jump = np.divide(at.S_before, n, out=np.zeros(len(n)), where=n > 0)
    jump = np.zeros((1 + len(counts.n_event), 2, len(n)))
    jump[1:, 0], jump[1:, 1] = jump_Q * at.F, jump_Q
    jump[1 + j, 0] += own_jump
    falls = (jump[1:] * counts.n_event[:, None]).sum(axis=0)
    fallen = np.cumsum(np.divide(falls, n, out=np.zeros(falls.shape), where=n > 0), axis=1)
    return Influence(np.stack([np.ones(len(n)), -at.F]), fallen, jump)


def _share(d: FloatArray, n: FloatArray) -> FloatArray:
    """Return d / n, 0 where nothing happened (n may be 0 there)."""
    return np.divide(d, n, out=np.zeros(n.shape), where=d > 0)


def _increment_variance(d: FloatArray, n: FloatArray) -> FloatArray:
    """Return d (n - d) / (n^2 (n - 1)), and 1 for the event of the only one at risk."""
    several = n > 1
    ties = np.divide(n - d, n - 1, out=np.ones(len(n)), where=several)
    return ties * np.divide(d, n**2, out=np.zeros(len(n)), where=d > 0)


def _root(variance: FloatArray) -> FloatArray:
    # Rounding can take a variance of 0 just below it.
    return np.sqrt(np.maximum(variance, 0))
