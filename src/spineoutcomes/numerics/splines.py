"""Restricted cubic splines (Stone & Koo 1985; Harrell 2015, doi:10.1007/978-3-319-19425-7)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.quantiles import counted_quantiles

FloatArray = npt.NDArray[np.float64]
FEWEST_KNOTS, MOST_KNOTS = 3, 7
# This share of the rows at an end is a heap.
HEAPED = 0.05
SMALL = 100
# The share of the rows below the first knot and above the last; the others lie evenly between.
OUTER = {3: 0.10, 4: 0.05, 5: 0.05, 6: 0.05, 7: 0.025}


def spline_knots(x: FloatArray, counts: FloatArray, k: int, name: str) -> FloatArray:
    """Return k knots at fixed quantiles of x, as rms chooses them.

    Where at least `HEAPED` of the rows share the smallest value (and no inner value is as common),
    the first knot is the next value and the others are quantiles of the values above it; likewise
    at the other end. Otherwise the heap would take a knot beside which there is nothing to fit.
    Below `SMALL` rows the outermost knots are the fifth smallest and fifth largest value.

    Raises
    ------
    NotEstimableError
        When x takes too few values, or so many rows share one that knots coincide.
    """
    values, place = np.unique(x[counts > 0], return_inverse=True)
    if len(values) <= k + 2:
        raise NotEstimableError(
            f"{name}: {len(values)} different values are too few for {k} knots, which need more "
            f"than {k + 2}; use fewer knots, the column itself, or a category."
        )
    share = np.bincount(place, counts[counts > 0]) / counts.sum()
    first, last = [], []
    kept = counts > 0
    if share[1:-1].max() < HEAPED:
        if share[0] >= HEAPED:
            first = [values[1]]
            kept &= x > values[1]
        if share[-1] >= HEAPED:
            last = [values[-2]]
            kept &= x < values[-2]
    inner = counted_quantiles(x[kept], counts[kept], _shares(k, k - len(first) - len(last)))
    if counts.sum() < SMALL and len(inner) > 1:
        fifth = _fifth(x[kept], counts[kept])
        inner[0] = inner[0] if first else fifth[0]
        inner[-1] = inner[-1] if last else fifth[1]
    knots = np.concatenate([first, inner, last])
    if not (np.diff(knots) > 0).all():
        raise NotEstimableError(
            f"{name}: the knots at its quantiles coincide or cross; use fewer knots or the column "
            "itself."
        )
    return knots


def _fifth(x: FloatArray, counts: FloatArray) -> tuple[float, float]:
    """Return the fifth smallest and the fifth largest value, or the outermost of fewer."""
    order = np.argsort(x, kind="stable")
    ranks = np.cumsum(counts[order])
    n = ranks[-1]
    low, high = np.searchsorted(ranks, [min(5, n), max(n - 4, 1)])
    return float(x[order][low]), float(x[order][high])


def _shares(k: int, left: int) -> FloatArray:
    """Return the shares at which the knots lie that are left after those beside heaps."""
    if left == 1:
        return np.array([0.5])
    return np.linspace(0.5 if left == 2 else OUTER[k], 1 - OUTER[k], left)


def spline_basis(x: FloatArray, knots: FloatArray) -> FloatArray:
    """Return the k - 1 columns of a spline that is cubic between its knots and linear outside.

    The first column is x. Column j + 1 is, with (u)+ the positive part::

        ((x - t_j)+^3 - (x - t_{k-1})+^3 (t_k - t_j) / (t_k - t_{k-1})
            + (x - t_k)+^3 (t_{k-1} - t_j) / (t_k - t_{k-1})) / (t_k - t_1)^2
    """
    t, last, before = knots[:-2], knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2

    def cube(knot: float) -> FloatArray:
        return np.asarray(np.maximum(x - knot, 0.0) ** 3)

    end, inner = cube(last), cube(before)
    columns = [
        (
            cube(own)
            - inner * (last - own) / (last - before)
            + end * (before - own) / (last - before)
        )
        / scale
        for own in t
    ]
    return np.column_stack([x, *columns])
