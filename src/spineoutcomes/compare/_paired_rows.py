"""The complete pairs of a matched design, and their differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.pairs import one_to_one
from spineoutcomes.numerics.rows import Rows

FloatArray = npt.NDArray[np.float64]
# Two differences of decimals, such as 5.2 - 4.1 and 3.2 - 2.1, are equal up to the last bits.
DIGITS = 12


def paired_rows(function: str, rows: Rows, design: Design) -> tuple[Rows, FloatArray]:
    """Return the rows of the complete pairs, and treated minus control of each pair.

    A pair that lacks a value counts as two missing rows, one in each arm.

    Raises
    ------
    ArgumentError
        For sets that are not 1:1.
    NotEstimableError
        When no pair is complete.
    """
    sets = pd.DataFrame(design.sets)
    pairs = one_to_one(function, sets, rows.position, len(design.data))
    if not len(pairs.treated):
        raise NotEstimableError(f"{function}: none of {pairs.n_missing} pairs has both values.")
    y = rows.numbers("outcome")
    differences = y[pairs.treated] - y[pairs.control]
    used = np.sort(np.concatenate([pairs.treated, pairs.control]))
    kept = replace(
        rows,
        frame=rows.frame.iloc[used].reset_index(drop=True),
        kept=rows.position[used],
        codes=rows.codes[used],
        counts=rows.counts[used],
        n_missing=np.full(2, float(pairs.n_missing)),
        n_missing_total=2.0 * pairs.n_missing,
    )
    return kept, _without_rounding(differences, float(np.abs(y[used]).max()))


def _without_rounding(differences: FloatArray, size: float) -> FloatArray:
    if size == 0:
        return differences
    return np.round(differences, DIGITS - 1 - int(np.floor(np.log10(size))))
