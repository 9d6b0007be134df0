"""Strata: one 2 x 2 table for each combination of the values of some columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes._asked import names_in
from spineoutcomes.compare._yes_no import YesNo
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.rows import Rows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ROLE = "stratum"
STRATIFIED = "mantel-haenszel"


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """The 2 x 2 tables of one contrast, arrays of shape (K,), and what has no part in them.

    Attributes
    ----------
    x1, n1, x0, n0 : array of shape (K,)
        Events and rows of the arm and of the reference, by stratum.
    words : str
        How many strata there are, for `method`.
    note : str
        Says which strata hold one arm only; empty when none does.
    """

    x1: FloatArray
    n1: FloatArray
    x0: FloatArray
    n0: FloatArray
    words: str
    note: str

    @property
    def tables(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The four arrays, as kernels take them."""
        return self.x1, self.n1, self.x0, self.n0


def stratum_columns(function: str, strata: str | Sequence[str] | None) -> dict[str, str | None]:
    """Return a role for each column of `strata`, as `analysis_rows` takes them."""
    columns = names_in(function, "strata", strata)
    return {f"{ROLE} {i}": column for i, column in enumerate(columns)}


def require_strata(
    function: str, strata: str | Sequence[str] | None, method: str, rows: Rows
) -> None:
    """Raise unless strata and the method that weighs them come together, with arms to compare."""
    given = strata is not None and len(strata) > 0
    if given and method != STRATIFIED:
        raise ArgumentError(
            f'{function}: `strata` needs method="{STRATIFIED}", got {method!r}; or leave `strata` '
            "out for the crude comparison."
        )
    if method == STRATIFIED and not given:
        raise ArgumentError(
            f'{function}: method="{STRATIFIED}" needs `strata`: a column, or a list of columns.'
        )
    if given and rows.treatment is None:
        raise ArgumentError(
            f"{function}: `strata` adjusts a comparison; give `treatment` and `reference` with it."
        )


def read_strata(data: YesNo, function: str, pair: tuple[int, int]) -> Strata:
    """Return the strata of one contrast.

    Raises
    ------
    NotEstimableError
        When no stratum holds rows of both arms.
    """
    rows = data.rows
    roles = [role for role in rows.frame.columns if str(role).startswith(ROLE)]
    codes = np.asarray(rows.frame.groupby(roles, observed=True).ngroup(), dtype=np.int64)
    k = int(codes.max()) + 1
    n1, n0 = (_counted(codes, rows, arm, k) for arm in pair)
    x1, x0 = (_counted(codes, rows, arm, k, data.happened) for arm in pair)
    held = n1 + n0 > 0
    alone = held & ((n1 == 0) | (n0 == 0))
    if not (held & ~alone).any():
        raise NotEstimableError(
            f"{function}: none of {held.sum()} strata holds both arms of {rows.contrast(*pair)}; "
            "use coarser strata, or a comparison without them."
        )
    note = (
        f"{alone.sum()} of {held.sum()} strata hold one arm only of {rows.contrast(*pair)}; their "
        f"{(n1 + n0)[alone].sum():.0f} rows say nothing of the comparison."
        if alone.any()
        else ""
    )
    used = int((held & ~alone).sum())
    words = f"over {used} strata" if used > 1 else "in 1 stratum"
    return Strata(x1, n1, x0, n0, words, note)


def _counted(
    codes: IntArray, rows: Rows, arm: int, k: int, where: npt.NDArray[np.bool_] | None = None
) -> FloatArray:
    chosen = rows.group == arm
    if where is not None:
        chosen = chosen & where
    return np.bincount(codes[chosen], rows.counts[chosen], minlength=k).astype(float)
