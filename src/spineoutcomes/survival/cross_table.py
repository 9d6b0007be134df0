"""Rows counted in a table of whole numbers: nothing is sorted.

Rows are taken in blocks that stay in the processor's cache from one step to the next, as the
smallest integers that hold them: for millions of rows most of the time goes to memory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.columns import small_integer
from spineoutcomes.numerics.in_blocks import BLOCK, blocks

FloatArray = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer]

# A table of all groups x causes x whole times is used up to so many cells a row; beyond it (many
# strata, or few rows over a long time) rows are sorted and only the cells that occur are kept.
CELLS_PER_ROW = 8
SMALL_TABLE = 100_000


def most_cells(n: int) -> int:
    """Return how many cells a table of n rows may have."""
    return CELLS_PER_ROW * n + SMALL_TABLE


def as_places(values: FloatArray) -> Codes | None:
    """Return whole numbers from 0 as integers; None when some are not, or are too large."""
    most = most_cells(len(values))
    places = np.empty(len(values), dtype=small_integer(most))
    for part in blocks(len(values)):
        block = values[part]
        if (np.rint(block) != block).any() or block.min() < 0 or block.max() > most:
            return None
        places[part] = block
    return places


def crossed(
    codes: Sequence[Codes],
    place: Codes,
    shape: tuple[int, ...],
    masses: Sequence[FloatArray | None],
) -> list[FloatArray]:
    """Count rows in a table with an axis for each code, and a last one of places.

    Parameters
    ----------
    codes : sequence of array of shape (n,)
        Whole numbers from 0, below the length of their axis.
    place : array of shape (n,)
        The same, of the last axis.
    shape : tuple of int
        Lengths of the axes.
    masses : sequence of array of shape (n,) or None
        What each row adds; None is 1 for each.

    Returns
    -------
    list of array of the given shape
        One for each mass.
    """
    *sizes, K = shape
    cells = math.prod(shape)
    small = small_integer(math.prod(sizes))
    wide = np.promote_types(small_integer(cells), place.dtype)
    tables = [np.zeros(cells) for _ in masses]
    for part in blocks(len(place), max(BLOCK, cells)):
        kind = codes[0][part].astype(small)
        for code, size in zip(codes[1:], sizes[1:], strict=True):
            kind *= small.type(size)
            kind += code[part].astype(small, copy=False)
        cell = kind.astype(wide)
        cell *= wide.type(K)
        cell += place[part]
        for table, mass in zip(tables, masses, strict=True):
            table += np.bincount(cell, None if mass is None else mass[part], cells)
    return [table.reshape(shape) for table in tables]
