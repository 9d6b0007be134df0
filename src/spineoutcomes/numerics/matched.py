"""Matched sets as clusters: the rows of an analysis that stand in a set, and which."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.rows import Rows

IntArray = npt.NDArray[np.int64]


def clustered_on_sets(rows: Rows, data: pd.DataFrame | Design, function: str) -> Rows:
    """Return the matched rows with their set as cluster; the same rows where nothing is matched.

    Rows without a set were left out by the design, and so are not missing. The weight a set gives
    its rows becomes their weight.

    Raises
    ------
    ArgumentError
        When a row stands in several sets (matching with replacement needs errors of another kind),
        or the design has clusters beside its sets.
    NotEstimableError
        When no matched row is complete.
    """
    sets = data.sets if isinstance(data, Design) else None
    if not isinstance(data, Design) or not isinstance(sets, pd.DataFrame):
        return rows
    if rows.cluster is not None:
        raise ArgumentError(
            f"{function} does not respect matched sets and clusters at once; leave one of them out "
            "of the Design, or analyse the plain data on purpose: `design.data`."
        )
    row = sets["row"].to_numpy()
    several = int((np.bincount(row, minlength=1) > 1).sum())
    if several:
        raise ArgumentError(
            f"{function} does not respect sets with replacement: {several} rows stand in several "
            "sets. Match without replacement, or analyse the plain data on purpose: `design.data`."
        )
    code = np.full(len(data.data), -1)
    weight = np.zeros(len(data.data))
    code[row] = pd.factorize(sets["set"])[0]
    weight[row] = sets["weight"]
    kept = np.flatnonzero(code[rows.position] >= 0)
    if not len(kept):
        raise NotEstimableError(f"{function}: no row of a matched set is complete.")
    return _subset(rows, kept, code, weight)


def _subset(rows: Rows, kept: IntArray, code: IntArray, weight: npt.NDArray[np.float64]) -> Rows:
    position = rows.position[kept]
    own = np.ones(len(kept)) if rows.weights is None else rows.weights[kept]
    weights = own * weight[position]
    return replace(
        rows,
        frame=rows.frame.iloc[kept].reset_index(drop=True),
        kept=position,
        codes=rows.codes[kept],
        counts=rows.counts[kept],
        weights=None if rows.weights is None and bool((weights == 1).all()) else weights,
        cluster=pd.factorize(code[position])[0],
        nuisance=None,
    )
