"""The Kaplan-Meier estimator, its Greenwood error and its influences, from counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.survival.influence import Influence
from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]


def kaplan_meier(counts: RiskSets) -> tuple[FloatArray, FloatArray]:
    """Return S and its Greenwood standard error at the times of `counts`, all causes as one.

    Parameters
    ----------
    counts : RiskSets
        Counts of one group.

    Returns
    -------
    tuple of two arrays of shape (K,)
        The error is missing where S is 0.
    """
    n, d = counts.n_risk, counts.n_any
    S = survival(counts)
    summand = _ratio(d, n * (n - d))
    std_error = S * np.sqrt(np.cumsum(summand))
    return S, np.where(S > 0, std_error, np.nan)


def survival(counts: RiskSets) -> FloatArray:
    """Return S at the times of `counts`, or of many counts at once: the product of 1 - d / n."""
    n, d = counts.n_risk, counts.n_any
    return np.asarray(np.cumprod(1 - _ratio(d, n), axis=-1), dtype=np.float64)


def survival_influence(counts: RiskSets) -> Influence:
    """Return the influence of an individual on S.

    Notes
    -----
    The derivative of log S(t) by the weight of an individual is minus the sum over its times at
    risk s <= t of (dN(s) - d(s) / n(s)) / (n(s) - d(s)), N counting its own event.
    """
    n, d = counts.n_risk, counts.n_any
    own = _ratio(1.0, n - d)
    jump = np.zeros((1 + len(counts.n_event), 1, len(n)))
    jump[1:] = own
    return Influence(-survival(counts)[None], np.cumsum(own * _ratio(d, n))[None], jump)


def _ratio(above: FloatArray | float, below: FloatArray) -> FloatArray:
    """Return a ratio, 0 where nobody is left below it."""
    return np.divide(above, below, out=np.zeros(below.shape), where=below > 0)
