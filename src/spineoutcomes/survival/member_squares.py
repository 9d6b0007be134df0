"""Sums of squared influences over individuals that enter late, form clusters or have a model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.nuisance import Nuisance
from spineoutcomes.survival.influence import Influence, Members

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def squares_of_members(
    influence: Influence,
    members: Members,
    *,
    weight: FloatArray,
    counts: FloatArray,
    cluster: IntArray | None,
    nuisance: Nuisance | None,
) -> FloatArray:
    """Return the sum over units of their squared influence at each time, of shape (K,).

    Parameters
    ----------
    influence : Influence
    members : Members
        Of one group, n of them.
    weight : array of shape (n,)
        Weight of one individual.
    counts : array of shape (n,)
        Equal individuals that each row stands for.
    cluster : integer array of shape (n,) or None
        Units whose influences are summed before they are squared; None for individuals.
    nuisance : Nuisance or None
        What the model behind estimated weights adds, aligned with the members.
    """
    entered, left = _changes(influence, members)
    K = influence.fallen.shape[1]
    state = np.concatenate([influence.coefficient, -_level(influence)])
    at = np.concatenate([members.enter, members.leave])
    steps = np.concatenate([entered, left], axis=1)
    if cluster is None:
        mass = counts * weight**2
        before = np.concatenate([np.zeros_like(entered), entered], axis=1)
        grown = _products(before + steps) - _products(before)
        moments = _cumulated(grown * np.tile(mass, 2), at, K)
    else:
        own = steps * np.tile(counts * weight, 2)
        moments = _cumulated(*_by_cluster(own, at, np.tile(cluster, 2)), K)
    total = np.einsum("pk,pk->k", _doubled(_products(state)), moments)
    if nuisance is None:
        return np.asarray(total)
    # D is what all rows' changing weights do to the estimate, by coefficient of the model.
    D = _linear(state, steps, at, nuisance.weight_derivatives, K)
    crossed = _linear(state, steps, at, nuisance.unit_influence * weight[:, None], K)
    added = np.einsum("mk,ml,lk->k", D, nuisance.covariance, D)
    return np.asarray(total + 2 * (D * crossed).sum(axis=0) + added)


def _changes(influence: Influence, members: Members) -> tuple[FloatArray, FloatArray]:
    """Return how each member's state changes as it enters and leaves, each (Q + 1, n).

    The state of a member is what its processes would be had nothing fallen since the start, and 1
    while it is at risk.
    """
    before = members.falls_before_entry(influence)
    at_risk = np.ones((1, before.shape[1]))
    entered = np.concatenate([before, at_risk])
    left = np.concatenate([members.final(influence) - before, -at_risk])
    return entered, left


def _level(influence: Influence) -> FloatArray:
    """Return what everyone at risk has in common at each time, of shape (1, K)."""
    return np.asarray((influence.coefficient * influence.fallen).sum(axis=0, keepdims=True))


def _products(x: FloatArray) -> FloatArray:
    """Return the products of all pairs of rows, q <= r."""
    return np.stack([x[q] * x[r] for q in range(len(x)) for r in range(q, len(x))])


def _doubled(products: FloatArray) -> FloatArray:
    """Return products of pairs with those of two different rows counted twice."""
    size = int((np.sqrt(8 * len(products) + 1) - 1) / 2)
    twice = [1.0 if q == r else 2.0 for q in range(size) for r in range(q, size)]
    return np.asarray(products * np.array(twice)[:, None])


def _by_cluster(steps: FloatArray, at: IntArray, cluster: IntArray) -> tuple[FloatArray, IntArray]:
    """Return how the products of each cluster's summed state grow at each step, and when."""
    order = np.lexsort((at, cluster))
    steps, at, cluster = steps[:, order], at[order], cluster[order]
    summed = np.cumsum(steps, axis=1)
    opens = np.append(True, cluster[1:] != cluster[:-1])
    earlier = (summed - steps)[:, opens][:, np.cumsum(opens) - 1]
    state = summed - earlier
    before = np.where(opens, 0.0, state - steps)
    return _products(state) - _products(before), at


def _cumulated(values: FloatArray, at: IntArray, K: int) -> FloatArray:
    return np.stack([np.cumsum(np.bincount(at, row, K)) for row in values])


def _linear(
    state: FloatArray, steps: FloatArray, at: IntArray, factors: FloatArray, K: int
) -> FloatArray:
    """Return the influence summed over members times each of their factors, of shape (m, K)."""
    return np.stack(
        [
            (state * _cumulated(steps * np.tile(column, 2), at, K)).sum(axis=0)
            for column in factors.T
        ]
    )
