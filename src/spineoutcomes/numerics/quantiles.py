"""Quantiles of counted and of weighted values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
# Shares of a sum of up to millions of weights, in double precision.
ROUNDING = 1e-12


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


def weighted_quantiles(x: FloatArray, weights: FloatArray, p: FloatArray) -> FloatArray:
    """Return the left inverse of the weighted distribution of `x` at `p`.

    It is the smallest value at or below which at least the share p of the weight lies; nothing is
    interpolated. Missing without weight.
    """
    total = weights.sum()
    if not total > 0:
        return np.full(len(p), np.nan)
    held = weights > 0
    order = np.argsort(x[held], kind="stable")
    share = np.cumsum(weights[held][order]) / total
    # A share that should equal p may have been rounded to just below it.
    at = np.searchsorted(share, p - ROUNDING, side="left")
    return x[held][order][np.minimum(at, len(order) - 1)]
