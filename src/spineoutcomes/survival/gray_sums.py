"""Sums behind Gray's test: observed and expected events of one cause among competing ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.observed_expected import ObservedExpected
from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EventTimes:
    """Groups of one stratum at the K times at which an event of any cause happened.

    Attributes
    ----------
    own, other : array of shape (G, K)
        Events of the cause tested, and of all others.
    Y : array of shape (G, K)
        At risk just before each time.
    S, S_before : array of shape (G, K)
        Probability of no event by each time, and just before it.
    F_before : array of shape (G, K)
        Incidence of the cause just before each time.
    """

    own: FloatArray
    other: FloatArray
    Y: FloatArray
    S: FloatArray
    S_before: FloatArray
    F_before: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """What the groups share under the hypothesis, at the K event times.

    Attributes
    ----------
    D : array of shape (K,)
        Events of the cause.
    Q : array of shape (K,)
        At risk if nobody had had an event: the sum over groups of Y / S(t-).
    rest, rest_before : array of shape (K,)
        1 - F by each time and just before it, F growing by D / Q; 0 where F would pass 1.
    """

    D: FloatArray
    Q: FloatArray
    rest: FloatArray
    rest_before: FloatArray


def weighted_gray(strata: Sequence[Sequence[RiskSets]], j: int, rho: float) -> ObservedExpected:
    """Return observed, expected and covariance, summed over strata.

    Parameters
    ----------
    strata : sequence of sequence of RiskSets
        For each stratum the counts of its G groups. All enter at 0.
    j : int
        Index of the cause tested; the others compete with it.
    rho : float
        Exponent of the weight (1 - F(t-))^rho.

    Notes
    -----
    The risk set of the subdistribution is R_g = Y_g (1 - F_g(t-)) / S_g(t-): those at risk and
    those who had another event, as if no one were censored. Observed and expected events are those
    of the log-rank test with R_g for Y_g (Gray 1988, doi:10.1214/aos/1176350951).
    """
    G = len(strata[0])
    O, E, V = np.zeros(G), np.zeros(G), np.zeros((G, G))  # noqa: E741 (Mantel's letters)
    for groups in strata:
        at = _at_event_times(groups, j)
        if not at.own.any():
            continue  # a stratum without events of the cause says nothing of it
        pooled = _pool(at)
        w = pooled.rest_before**rho
        R = _over(at.Y * (1 - at.F_before), at.S_before)
        O += at.own @ w  # noqa: E741
        E += _over(R, R.sum(axis=0)) @ (w * pooled.D)
        V += _covariance(at, pooled, w)
    return ObservedExpected(O, E, V)


def _at_event_times(groups: Sequence[RiskSets], j: int) -> EventTimes:
    times = np.unique(np.concatenate([sets.time[sets.n_event.any(axis=0)] for sets in groups]))
    Y = np.stack([sets.at_risk(times) for sets in groups])
    own, other = np.zeros(Y.shape), np.zeros(Y.shape)
    for g, sets in enumerate(groups):
        happened = sets.n_event.any(axis=0)
        place = np.searchsorted(times, sets.time[happened])
        own[g, place] = sets.n_event[j, happened]
        other[g, place] = sets.n_event[:, happened].sum(axis=0) - sets.n_event[j, happened]
    S = np.asarray(np.cumprod(1 - _over(own + other, Y), axis=1), dtype=np.float64)
    S_before = _before(S, 1.0)
    F: FloatArray = np.cumsum(S_before * _over(own, Y), axis=1)
    return EventTimes(own, other, Y, S, S_before, _before(F, 0.0))


def _pool(at: EventTimes) -> Pooled:
    D, Q = at.own.sum(axis=0), _over(at.Y, at.S_before).sum(axis=0)
    rest: FloatArray = np.maximum(1 - np.cumsum(_over(D, Q)), 0)
    return Pooled(D, Q, rest, _before(rest, 1.0))


def _covariance(at: EventTimes, pooled: Pooled, w: FloatArray) -> FloatArray:
    """Return the covariance of observed - expected in one stratum, of shape (G, G).

    Notes
    -----
    Under the hypothesis the score of group i is the sum over groups j of the integrals of
    a_ij = w Q_j (1{i = j} - Q_i / Q), over 1 - F(t-), against the error of the group's
    subdistribution hazard. That error comes from two martingales of group j. An event at u moves
    the score by a_ij(u), if it is of the cause, and by
    (1{of the cause} - (1 - F(u)) / S_j(u)) times the integral of a_ij dF / (1 - F) beyond u,
    for it also takes somebody out of the risk sets that follow; all times S_j(u-) / Y_j(u).
    """
    Q = _over(at.Y, at.S_before)
    per_event = _over(at.S_before, at.Y)
    hazard = _over(pooled.D, pooled.Q * pooled.rest_before)
    share = Q / pooled.Q
    V = np.zeros((len(Q), len(Q)))
    for j in range(len(Q)):
        a = -w * Q[j] * share
        a[j] += w * Q[j]
        pull = a * hazard
        beyond = pull.sum(axis=1, keepdims=True) - np.cumsum(pull, axis=1)
        taken = _over(pooled.rest, at.S[j]) * beyond
        by_own, by_other = a + beyond - taken, taken
        expected = _over(pooled.D, pooled.Q) * per_event[j]
        observed = at.other[j] * per_event[j] ** 2
        V += (by_own * expected * _ties(pooled.D, pooled.Q * at.S_before[j])) @ by_own.T
        V += (by_other * observed * _ties(at.other[j], at.Y[j])) @ by_other.T
    return V


def _ties(d: FloatArray, n: FloatArray) -> FloatArray:
    """Return (n - d) / (n - 1), the variance of d of n at once over that of one at a time."""
    return np.where(d > 1, _over(n - d, n - 1), 1.0)


def _before(values: FloatArray, first: float) -> FloatArray:
    """Return the values one step earlier along the last axis."""
    return np.concatenate([np.full((*values.shape[:-1], 1), first), values[..., :-1]], axis=-1)


def _over(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return a / b, 0 where b is 0: nobody is at risk there, and nothing happens."""
    shape = np.broadcast_shapes(a.shape, b.shape)
    return np.divide(a, b, out=np.zeros(shape), where=b > 0)
