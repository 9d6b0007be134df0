"""What each row adds to the observed minus expected events of the groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.observed_expected import StratumEvents
from spineoutcomes.survival.outcome import Outcome

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def score_residuals(
    strata: Sequence[StratumEvents],
    outcome: Outcome,
    failed: IntArray,
    group: IntArray,
    stratum: IntArray | None,
) -> FloatArray:
    """Return the derivative of observed minus expected by the weight of each row, shape (n, G).

    Parameters
    ----------
    strata : sequence of StratumEvents
    outcome : Outcome
    failed : array of shape (n,)
        1 for the events tested.
    group : integer array of shape (n,)
    stratum : integer array of shape (n,) or None
        None where all are in one.

    Notes
    -----
    These are the score residuals of the Cox model of the groups at equal hazards, with Breslow's
    ties: for group h the integral over the row's time at risk of w(s) (1{its group is h} - p_h(s))
    against its own event less dN(s) / n(s), p_h being the share of h among those at risk. What
    changes in w(s) itself is left out, as is usual for weights that do not depend on the groups.
    """
    if stratum is None:
        return _within(strata[0], outcome.time, outcome.entry, failed, group)
    residuals = np.empty((len(group), len(strata[0].d)))
    order = np.argsort(stratum, kind="stable")
    bounds = np.searchsorted(stratum[order], np.arange(len(strata) + 1))
    for s, at in enumerate(strata):
        own = order[bounds[s] : bounds[s + 1]]
        entry = None if outcome.entry is None else outcome.entry[own]
        residuals[own] = _within(at, outcome.time[own], entry, failed[own], group[own])
    return residuals


def _within(
    at: StratumEvents,
    time: FloatArray,
    entry: FloatArray | None,
    failed: IntArray,
    group: IntArray,
) -> FloatArray:
    share = at.n / at.n.sum(axis=0)
    hazard = at.w * at.d.sum(axis=0) / at.n.sum(axis=0)
    # The first column: before any event time.
    H = np.append(0.0, np.cumsum(hazard))
    A = np.concatenate([np.zeros((len(share), 1)), np.cumsum(share * hazard, axis=1)], axis=1)
    end = np.searchsorted(at.times, time, side="right")
    start = np.zeros_like(end)
    if entry is not None:
        # Who is there from 0 on is at risk of an event at 0 as well.
        start = np.where(entry > 0, np.searchsorted(at.times, entry, side="right"), 0)
    found = (A[:, end] - A[:, start]).T
    row = np.arange(len(group))
    found[row, group] -= H[end] - H[start]
    had = np.flatnonzero(failed)
    last = end[had] - 1
    found[had] -= (at.w[last] * share[:, last]).T
    found[had, group[had]] += at.w[last]
    return np.asarray(found)
