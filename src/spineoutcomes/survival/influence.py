"""How each individual moves an estimate over time: the source of robust errors.

The influence of an individual on an estimate is a combination of a few processes that jump when it
leaves and fall by known amounts while it is at risk. Sums of their squares over any number of
individuals, alone or in clusters, are cumulative sums over the times of the counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The influence on an estimate at the K times of the counts, by Q processes.

    At time k it is the sum over q of coefficient[q, k] times X_q. X_q falls while the individual is
    at risk and jumps by jump[j, q] at the time it leaves in way j.

    Attributes
    ----------
    coefficient : array of shape (Q, K)
    fallen : array of shape (Q, K)
        Cumulated falls of an individual at risk from the start on.
    jump : array of shape (1 + C, Q, K)
        By way of leaving: 0 = censored, then the causes.
    """

    coefficient: FloatArray
    fallen: FloatArray
    jump: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The individuals of one group, as places on the times of its counts.

    Attributes
    ----------
    enter, leave : integer array of shape (n,)
        At risk after the time at `enter`, up to that at `leave`.
    way : integer array of shape (n,)
        0 = censored, else the cause.
    """

    enter: IntArray
    leave: IntArray
    way: IntArray

    def falls_before_entry(self, influence: Influence) -> FloatArray:
        """Return what had fallen when each entered, of shape (Q, n): 0 from the start on."""
        before = influence.fallen[:, self.enter]
        before[:, self.enter == 0] = 0.0
        return before

    def final(self, influence: Influence) -> FloatArray:
        """Return the processes of each individual once it has left, of shape (Q, n)."""
        own = influence.jump[self.way, :, self.leave].T - influence.fallen[:, self.leave]
        return np.asarray(own + self.falls_before_entry(influence))


def squares_from_counts(influence: Influence, squares: RiskSets) -> FloatArray:
    """Return the sum of squared influences at each time, all having entered at the first.

    Individuals that leave at one time in one way share their influence, so that counts suffice.

    Parameters
    ----------
    influence : Influence
    squares : RiskSets
        Counts in which each individual counts as the square of its weight.

    Returns
    -------
    array of shape (K,)
    """
    leaves = np.concatenate([squares.n_censor[None], squares.n_event])
    staying = squares.n_risk - leaves.sum(axis=0)
    H, c = influence.fallen, influence.coefficient
    left = influence.jump - H
    total = np.zeros(H.shape[1])
    for q in range(len(c)):
        for r in range(q + 1):
            S = np.cumsum((leaves * left[:, q] * left[:, r]).sum(axis=0)) + staying * H[q] * H[r]
            total += (1 if q == r else 2) * c[q] * c[r] * S
    return total


def influence_at(influence: Influence, members: Members, k: int) -> FloatArray:
    """Return the influence of each individual on the estimate at time k, of shape (n,)."""
    at_risk = (members.enter < k) | (members.enter == 0)
    waiting = members.falls_before_entry(influence) - influence.fallen[:, [k]]
    X = np.where(members.leave <= k, members.final(influence), np.where(at_risk, waiting, 0.0))
    return np.asarray(influence.coefficient[:, k] @ X)


def integrated(influence: Influence, widths: FloatArray) -> Influence:
    """Return the influence on the integral of the estimate over time.

    Parameters
    ----------
    influence : Influence
        On a step function of time.
    widths : array of shape (K,)
        How long the function keeps its value from each time on, up to the end of the integral.

    Returns
    -------
    Influence
        Of one process; at the last time it is that on the whole integral.
    """
    # What a jump at k adds to the integral is its size times the coefficients from k on.
    ahead = np.cumsum((influence.coefficient * widths)[:, ::-1], axis=1)[:, ::-1]
    falls = np.diff(influence.fallen, axis=1, prepend=0.0)
    fallen = np.cumsum((falls * ahead).sum(axis=0))[None]
    jump = (influence.jump * ahead).sum(axis=1, keepdims=True)
    return Influence(np.ones((1, len(widths))), fallen, jump)
