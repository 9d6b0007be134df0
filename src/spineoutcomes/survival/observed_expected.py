"""Observed and expected events of groups at the same hazard: the sums behind log-rank tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]

# Eigenvalues of a correlation matrix below this are 0 up to rounding.
SINGULAR = 1e-9
# A variance so small beside the largest is the square of a rounding: nobody was at risk.
NOBODY = 1e-20


@dataclass(frozen=True, slots=True, eq=False)
class ObservedExpected:
    """Weighted sums over event times and strata.

    Attributes
    ----------
    observed, expected : array of shape (G,)
        Events by group.
    covariance : array of shape (G, G)
        Covariance of observed - expected.
    """

    observed: FloatArray
    expected: FloatArray
    covariance: FloatArray

    @property
    def compared(self) -> npt.NDArray[np.bool_]:
        """Whether any event compares a group with another, of shape (G,)."""
        variance = np.diag(self.covariance)
        return np.asarray(variance > NOBODY * variance.max())

    def chi_square(self) -> tuple[float, int]:
        """Return the statistic and its degrees of freedom."""
        compared = self.compared
        scale = np.sqrt(np.diag(self.covariance)[compared])
        R = self.covariance[np.ix_(compared, compared)] / np.outer(scale, scale)
        Z = (self.observed - self.expected)[compared] / scale
        values, vectors = np.linalg.eigh(R)
        kept = values > SINGULAR
        return float(((Z @ vectors[:, kept]) ** 2 / values[kept]).sum()), int(kept.sum())


@dataclass(frozen=True, slots=True, eq=False)
class StratumEvents:
    """The K event times of a stratum.

    Attributes
    ----------
    times : array of shape (K,)
    d, n : array of shape (G, K)
        Events, and those at risk, by group.
    w : array of shape (K,)
        Weight of each time: S(t-)^rho of the pooled Kaplan-Meier curve.
    """

    times: FloatArray
    d: FloatArray
    n: FloatArray
    w: FloatArray


def events_of_stratum(groups: Sequence[RiskSets], j: int, rho: float) -> StratumEvents:
    """Return the times of events of cause j in a stratum, from the counts of its groups."""
    times, d = _events(groups, j)
    n = np.stack([sets.at_risk(times) for sets in groups])
    S = np.cumprod(1 - d.sum(axis=0) / n.sum(axis=0))
    return StratumEvents(times, d, n, np.append(1.0, S[:-1])[: len(S)] ** rho)


def weighted_logrank(strata: Sequence[StratumEvents]) -> ObservedExpected:
    """Return observed, expected and their hypergeometric covariance, summed over strata."""
    G = len(strata[0].d)
    O, E, V = np.zeros(G), np.zeros(G), np.zeros((G, G))  # noqa: E741 (Mantel's letters)
    for at in strata:
        D, N, w = at.d.sum(axis=0), at.n.sum(axis=0), at.w
        share = at.n / N
        c = w**2 * D * np.divide(N - D, N - 1, out=np.zeros(len(N)), where=N > 1)
        O += (w * at.d).sum(axis=1)  # noqa: E741
        E += share @ (w * D)
        V += np.diag(share @ c) - (share * c) @ share.T
    return ObservedExpected(O, E, V)


def _events(groups: Sequence[RiskSets], j: int) -> tuple[FloatArray, FloatArray]:
    """Return the event times of a stratum, shape (K,), and events by group, shape (G, K)."""
    happened = [sets.n_event[j] > 0 for sets in groups]
    own = [sets.time[at] for sets, at in zip(groups, happened, strict=True)]
    times = np.unique(np.concatenate(own))
    d = np.zeros((len(groups), len(times)))
    for g, (sets, at) in enumerate(zip(groups, happened, strict=True)):
        d[g, np.searchsorted(times, own[g])] = sets.n_event[j, at]
    return times, d
