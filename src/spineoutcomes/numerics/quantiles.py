"""Quantiles of counted values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def counted_quantiles(x: FloatArray, counts: FloatArray, p: FloatArray) -> FloatArray:
    """Return the type 7 quantiles of `x`, each value standing for `counts` equal values.

    Type 7 (Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566) interpolates between the ranks
    next to 1 + (n - 1) p. Missing without values.
    """
    n = counts.sum()
    if n == 0:
        return np.full(len(p), np.nan)
    order = np.argsort(x, kind="stable")
    values, last_rank = x[order], np.cumsum(counts[order])
    h = (n - 1) * p
    below = np.floor(h)
    above = np.minimum(below + 1, n - 1)
    low = values[np.searchsorted(last_rank, below, side="right")]
    high = values[np.searchsorted(last_rank, above, side="right")]
    return np.asarray(low + (h - below) * (high - low), dtype=float)
