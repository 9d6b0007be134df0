"""Steps too many to be seen are left out of a drawing: a view, the numbers stay whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Halves of a pixel of a screen: what is left out is nearer than one to what is drawn.
HALVES_PER_INCH = 200
# Up to so many steps in half a pixel on average, a curve is drawn exactly.
EXACT = 4


class Paper(NamedTuple):
    """How large half a pixel is, in units of time and of the curve, and how many lie side by side.

    Attributes
    ----------
    wide, high : float
    columns : int
    """

    wide: float
    high: float
    columns: int


def paper(inches: tuple[float, float], times: float, values: float) -> Paper:
    """Return the paper on which so many units of time and value cover so many inches."""
    columns, levels = (max(int(HALVES_PER_INCH * length), 1) for length in inches)
    return Paper(times / columns, values / levels, columns)


def thinned_steps(time: FloatArray, values: FloatArray, sheet: Paper) -> IntArray:
    """Return the places of the steps to draw.

    Parameters
    ----------
    time : array of shape (K,)
        Increasing times.
    values : array of shape (K,)
        The curve from each time on; missing where it has a gap.
    sheet : Paper

    Returns
    -------
    array of int
        All places of a small curve. Else the first and the last; between them, of the first, last,
        lowest and highest step of each half pixel of time and of the ends of each gap, those that
        leave the half pixel of value of the one before.
    """
    if len(time) <= EXACT * sheet.columns or not (sheet.wide > 0 and sheet.high > 0):
        return np.arange(len(time))
    column = np.floor((time - time[0]) / sheet.wide).astype(np.int64)
    first = np.flatnonzero(_differs(column))
    size = np.diff(np.append(first, len(time)))
    gap = np.isnan(values)
    edges = np.flatnonzero(_differs(gap))
    extremes = [
        _first_of_each(np.flatnonzero(values == np.repeat(extreme, size)), column)
        for extreme in (np.fmin.reduceat(values, first), np.fmax.reduceat(values, first))
    ]
    places = np.unique(np.concatenate([first, first + size - 1, edges, *extremes]))
    level = np.where(gap[places], -1, np.floor(values[places] / sheet.high))
    return np.asarray(places[_differs(level) | (places == len(time) - 1)], dtype=np.int64)


def thinned_marks(time: FloatArray, wide: float, most: int) -> IntArray:
    """Return the places of the marks to draw: all of up to `most`, else one in each `wide`."""
    if len(time) <= most or not wide > 0:
        return np.arange(len(time))
    return np.asarray(np.flatnonzero(_differs(np.floor((time - time[0]) / wide))), dtype=np.int64)


def _differs(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return whether each value differs from the one before it; the first does."""
    return np.append(True, values[1:] != values[:-1])


def _first_of_each(places: IntArray, column: IntArray) -> IntArray:
    return places[_differs(column[places])] if len(places) else places
