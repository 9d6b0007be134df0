"""P-values adjusted for several comparisons: a family in, the same order out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Method = Literal["holm", "hochberg", "hommel", "bonferroni", "BH", "BY"]


def adjusted(p: FloatArray, method: Method) -> FloatArray:
    """Return p-values that may be compared with the level asked of the whole family."""
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    out[order] = np.minimum(RULES[method](p[order]), 1.0)
    return out


def _bonferroni(p: FloatArray) -> FloatArray:
    return p * len(p)


def _holm(p: FloatArray) -> FloatArray:
    return np.maximum.accumulate(p * np.arange(len(p), 0, -1))


def _hochberg(p: FloatArray) -> FloatArray:
    return _from_largest(p * np.arange(len(p), 0, -1))


def _benjamini_hochberg(p: FloatArray) -> FloatArray:
    return _from_largest(p * len(p) / np.arange(1, len(p) + 1))


def _benjamini_yekutieli(p: FloatArray) -> FloatArray:
    return _benjamini_hochberg(p) * float((1 / np.arange(1, len(p) + 1)).sum())


def _hommel(p: FloatArray) -> FloatArray:
    """Return the smallest level at which Simes' test of every set holding a p would reject it."""
    m = len(p)
    out = p.copy()
    for size in range(m, 0, -1):
        # The worst set of this size that holds p_i: p_i and the largest of the others.
        largest = p[m - size :]
        simes = float((size * largest / np.arange(1, size + 1)).min())
        inside = np.arange(m) >= m - size
        others = p[m - size + 1 :]
        with_others = float((size * others / np.arange(2, size + 1)).min()) if size > 1 else np.inf
        worst = np.where(inside, simes, np.minimum(size * p, with_others))
        out = np.maximum(out, worst)
    return out


def _from_largest(p: FloatArray) -> FloatArray:
    return np.minimum.accumulate(p[::-1])[::-1]


RULES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "bonferroni": _bonferroni,
    "BH": _benjamini_hochberg,
    "BY": _benjamini_yekutieli,
}
