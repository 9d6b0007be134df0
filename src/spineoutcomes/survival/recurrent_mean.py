"""The mean number of events by a time, with or without death, and its influences, from counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.influence import Influence
from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]

# How a row of a subject ends: 0 = neither, else with an event, with death, or with both at once.
EVENT, DEATH, EVENT_AND_DEATH = 1, 2, 3


def n_events(counts: RiskSets) -> FloatArray:
    """Return the events that may come again at each time."""
    return np.asarray(counts.n_event[EVENT - 1] + counts.n_event[EVENT_AND_DEATH - 1])


def n_deaths(counts: RiskSets) -> FloatArray:
    """Return the deaths at each time."""
    return np.asarray(counts.n_event[DEATH - 1] + counts.n_event[EVENT_AND_DEATH - 1])


def alive(counts: RiskSets) -> FloatArray:
    """Return the Kaplan-Meier curve of death; 1 throughout where nobody dies."""
    return np.cumprod(1 - _share(n_deaths(counts), counts.n_risk)).astype(np.float64)


def mean_function(counts: RiskSets, weight: FloatArray | None = None) -> FloatArray:
    """Return the sum of S(s-) dN(s) / n(s) over s <= t, S being the curve of death.

    Parameters
    ----------
    counts : RiskSets
        Of one group, by ways in which rows end.
    weight : array of shape (K,), optional
        A known factor of each increment.

    Notes
    -----
    Without deaths it is the Nelson-Aalen mean function. An event at the time of a death precedes
    it.
    """
    increments = _before(alive(counts)) * _share(n_events(counts), counts.n_risk)
    return np.cumsum(increments if weight is None else increments * weight)


def mean_influence(counts: RiskSets, weight: FloatArray | None = None) -> Influence:
    """Return the influence of a row on the mean function; a subject's is the sum over its rows.

    Notes
    -----
    The derivative of mu(t) by the weight of an individual is P(t) - mu(t) Q(t). P jumps by
    S(s-) / n(s) at an event of its own; at its death P jumps by mu(s) / (n(s) - d(s)) and Q by
    1 / (n(s) - d(s)), d counting deaths. Both fall at every time by the mean of these jumps over
    those at risk.
    """
    n, d = counts.n_risk, n_deaths(counts)
    mu = mean_function(counts, weight)
    own = np.divide(_before(alive(counts)), n, out=np.zeros(len(n)), where=n > 0)
    own = own if weight is None else own * weight
    jump_Q = np.divide(1.0, n - d, out=np.zeros(len(n)), where=n > d)
    jump = np.zeros((1 + len(counts.n_event), 2, len(n)))
    jump[[EVENT, EVENT_AND_DEATH], 0] += own
    jump[[DEATH, EVENT_AND_DEATH], 0] += jump_Q * mu
    jump[[DEATH, EVENT_AND_DEATH], 1] += jump_Q
    falls = (jump[1:] * counts.n_event[:, None]).sum(axis=0)
    fallen = np.cumsum(_share(falls, n[None]), axis=1)
    return Influence(np.stack([np.ones(len(n)), -mu]), fallen, jump)


def _before(S: FloatArray) -> FloatArray:
    return np.append(1.0, S[:-1])[: len(S)]


def _share(above: FloatArray, n: FloatArray) -> FloatArray:
    """Return above / n, 0 where nobody is at risk."""
    return np.divide(above, n, out=np.zeros(above.shape), where=n > 0)
