"""Levels of an arm from how often each of its values is drawn: the mean and the median.

Many draws at once: a row of `drawn` says how often each value stands in one draw.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def means(values: FloatArray, drawn: FloatArray) -> FloatArray:
    """Return the mean of each draw; missing for a draw of nothing."""
    return _over(_sums(values, drawn), drawn.sum(axis=1))


def medians(values: FloatArray, drawn: FloatArray) -> FloatArray:
    """Return the median of each draw, `values` ascending; missing for a draw of nothing."""
    upto = np.cumsum(drawn, axis=1)
    n = upto[:, -1:]
    # A rank lies in the first value up to which at least so many are drawn.
    low = values[np.argmax(upto >= np.floor((n + 1) / 2), axis=1)]
    high = values[np.argmax(upto >= np.floor(n / 2) + 1, axis=1)]
    return np.asarray(np.where(n[:, 0] > 0, low + (high - low) / 2, np.nan))


def mean_contrasts(values: FloatArray, drawn: FloatArray, counts: FloatArray) -> FloatArray:
    """Return mean of the drawn minus mean of the rest of `counts`; every draw has the same size."""
    n, all_of_them = drawn[0].sum(), counts.sum()
    sums = _sums(values, drawn)
    rest = (counts @ values - sums) / (all_of_them - n)
    return np.asarray(sums / n - rest)


def median_contrasts(values: FloatArray, drawn: FloatArray, counts: FloatArray) -> FloatArray:
    """Return median of the drawn minus median of the rest of `counts`."""
    return np.asarray(medians(values, drawn) - medians(values, counts - drawn))


def _sums(values: FloatArray, drawn: FloatArray) -> FloatArray:
    # Not `@`: it wakes the threads of the BLAS for every block, and on a busy machine waits for
    # them far longer than the sums take.
    return np.asarray(np.einsum("ij,j->i", drawn, values))


def _over(sums: FloatArray, n: FloatArray) -> FloatArray:
    return np.asarray(np.divide(sums, n, where=n > 0, out=np.full(len(sums), np.nan)))
