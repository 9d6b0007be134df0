"""The pairs of a design with matched sets, one treated and one control row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Complete pairs, as places in the rows of an analysis.

    Attributes
    ----------
    treated, control : integer array of shape (pairs,)
    n_missing : int
        Pairs left out because one of the two rows, or both, lack a value.
    """

    treated: IntArray
    control: IntArray
    n_missing: int


def one_to_one(function: str, sets: pd.DataFrame, position: IntArray, n_data: int) -> Pairs:
    """Return the pairs of 1:1 sets whose rows are both among the analysed rows.

    Parameters
    ----------
    function : str
        Name of the calling function, for messages.
    sets : DataFrame
        `Design.sets`: set, row, role, weight.
    position : integer array
        `Rows.position`: where each analysed row stands in the data.
    n_data : int
        Number of rows of the data.

    Raises
    ------
    ArgumentError
        When a set is not one treated and one control row, a row stands in several sets, or a set
        is weighted.
    """
    treated = (sets["role"] == "treated").to_numpy()
    row, code = sets["row"].to_numpy(), pd.factorize(sets["set"])[0]
    size, ones = np.bincount(code), np.bincount(code, weights=treated)
    odd = int(((size != 2) | (ones != 1)).sum())
    if odd or len(np.unique(row)) < len(row) or (sets["weight"] != 1).any():
        raise ArgumentError(
            f"{function} does not respect matched sets other than 1:1 without replacement; "
            f"{odd} of {len(size)} sets are not one treated and one control row. Match 1:1, or "
            "analyse the plain data on purpose: `design.data`."
        )
    place = np.full(n_data, -1)
    place[position] = np.arange(len(position))
    member = np.empty((2, len(size)), dtype=np.int64)
    member[treated.astype(int), code] = place[row]
    complete = (member >= 0).all(axis=0)
    return Pairs(member[1, complete], member[0, complete], int((~complete).sum()))
