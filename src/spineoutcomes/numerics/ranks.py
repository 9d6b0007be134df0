"""Ranks of counted values, whole or within strata, and what their ties take from a variance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def midranks(x: FloatArray, counts: FloatArray, stratum: IntArray | None = None) -> FloatArray:
    """Return the rank of each row among the values of its stratum; tied values share the middle.

    Parameters
    ----------
    x, counts : array of shape (n,)
        Values, and how many equal values each stands for.
    stratum : integer array of shape (n,), optional
        Codes from 0; without it there is one stratum.

    Returns
    -------
    array of shape (n,)
        From 1 up to the size of the stratum.
    """
    code = np.zeros(len(x), dtype=np.int64) if stratum is None else stratum
    order = np.lexsort((x, code))
    opens = _opens(x[order], code[order])
    tie = np.cumsum(opens) - 1
    size = np.bincount(tie, weights=counts[order])
    before = np.cumsum(size) - size
    own = code[order][opens]
    # Counted from the first tie of its own stratum.
    first = np.searchsorted(own, np.arange(int(code.max()) + 1))
    middle = before - before[np.minimum(first, len(own) - 1)][own] + (size + 1) / 2
    ranks = np.empty(len(x))
    ranks[order] = middle[tie]
    return ranks


def tie_sum(x: FloatArray, counts: FloatArray) -> float:
    """Return the sum of t^3 - t over the groups of t equal values."""
    size = np.bincount(np.unique(x, return_inverse=True)[1], weights=counts)
    return float((size**3 - size).sum())


def _opens(x: FloatArray, code: IntArray) -> npt.NDArray[np.bool_]:
    """Return where a new tie begins among rows sorted by stratum and value."""
    opens = np.ones(len(x), dtype=bool)
    opens[1:] = (x[1:] != x[:-1]) | (code[1:] != code[:-1])
    return opens
