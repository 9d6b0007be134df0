"""Matched pairs: one row of each arm in every set."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._yes_no import YesNo
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# Two differences of decimals, such as 5.2 - 4.1 and 3.2 - 2.1, are equal up to the last bits.
DIGITS = 12
HOW_PAIRS_ARE_NAMED = "a Design with sets, or `sets`, a column naming each row's pair."


@dataclass(frozen=True, slots=True)
class PairTable:
    """Pairs by who of them has the outcome: both, the treated only, the control only, neither."""

    both: float
    first: float
    second: float
    neither: float

    @property
    def cells(self) -> tuple[float, float, float, float]:
        """The four counts, as kernels take them."""
        return self.both, self.first, self.second, self.neither


def are_paired(function: str, data: pd.DataFrame | Design, sets: str | None) -> bool:
    """Return whether the design or `sets` says who is paired with whom.

    Raises
    ------
    ArgumentError
        When both do.
    """
    designed = isinstance(data, Design) and data.sets is not None
    if designed and sets is not None:
        raise ArgumentError(
            f"{function}: the Design already says which rows are matched; leave `sets` out."
        )
    return designed or sets is not None


def complete_pairs(rows: Rows, data: pd.DataFrame | Design, function: str) -> tuple[Rows, str]:
    """Return the rows of whole pairs, the treated row of each before its control, and the words.

    A pair that lacks a member, or a member's value, is left out; the rows it leaves behind count
    as missing. `rows` are those of `analysis_rows(..., in_pairs=True)`, which leaves the warning to
    this function: one for all rows that are lost.

    Raises
    ------
    ArgumentError
        When there are not two arms with a reference, a set holds several rows of an arm, a row
        stands in several sets or has a weight, or the members of a pair have different counts.
    NotEstimableError
        When no pair is whole.

    Warns
    -----
    MissingDataWarning
        When rows lack a value, or pairs a member.
    """
    if rows.reference is None or len(rows.groups) != 2:
        raise ArgumentError(
            f"{function}: pairs need two arms with a reference; found {len(rows.groups)}: "
            f"{named(rows.groups)}."
        )
    sets = _set_codes(rows, data, function)
    control = (rows.group == rows.reference).astype(np.int64)
    paired = sets >= 0
    members = np.bincount(2 * sets[paired] + control[paired], minlength=2 * (sets.max() + 1))
    members = members.reshape(-1, 2)
    crowded = int((members > 1).any(axis=1).sum())
    if crowded:
        raise ArgumentError(
            f"{function}: a pair is one row of each arm; {crowded} of {len(members)} sets hold "
            "several rows of an arm. Equal pairs need a set each, or `counts`; rows matched "
            "otherwise can be compared as plain data on purpose."
        )
    whole = (members == 1).all(axis=1)
    if not whole.any():
        raise NotEstimableError(
            f"{function}: none of {len(members)} sets holds a row of each arm with a value."
        )
    kept = np.flatnonzero(paired & whole[sets])
    order = kept[np.lexsort((control[kept], sets[kept]))]
    alone = np.flatnonzero(paired & ~whole[sets])
    left = np.bincount(rows.group[alone], rows.counts[alone], minlength=2)
    broken = int((~whole & (members.sum(axis=1) > 0)).sum())
    lost = _lost(rows, float(left.sum()), f"{broken} of {len(members)} pairs")
    if lost:
        warnings.warn(f"{function}: {lost}", MissingDataWarning, stacklevel=3)
    counts = rows.counts[order].reshape(-1, 2)
    if (counts[:, 0] != counts[:, 1]).any():
        raise ArgumentError(
            f"{function}: both rows of a pair stand for the same number of pairs; the counts of "
            f"{int((counts[:, 0] != counts[:, 1]).sum())} pairs differ."
        )
    words = f"{counts[:, 0].sum():.0f} pairs" + (
        f", {broken} incomplete left out" if broken else ""
    )
    return replace(
        rows,
        frame=rows.frame.iloc[order].reset_index(drop=True),
        kept=rows.position[order],
        codes=rows.codes[order],
        counts=rows.counts[order],
        n_missing=rows.n_missing + left,
        n_missing_total=rows.n_missing_total + float(left.sum()),
    ), words


def _lost(rows: Rows, partners: float, broken: str) -> str:
    """Return the words on rows that lack a value and on those left without their partner."""
    if not rows.gaps:
        return f"{broken} lack a member and are left out." if partners else ""
    lacking, total = rows.n_missing_total, rows.n_missing_total + float(rows.counts.sum())
    alone = f", and {partners:.0f} more whose pair is then incomplete" if partners else ""
    return (
        f"{lacking:.0f} of {total:.0f} rows lack a value of {', '.join(rows.gaps)} and are left "
        f"out{alone}."
    )


def pair_table(data: YesNo) -> PairTable:
    """Return the pairs counted, from rows as `complete_pairs` leaves them."""
    treated, control = data.happened.reshape(-1, 2).T
    counts = data.rows.counts[::2]
    return PairTable(
        *(
            float(counts[where].sum())
            for where in (
                treated & control,
                treated & ~control,
                ~treated & control,
                ~treated & ~control,
            )
        )
    )


def pair_differences(rows: Rows) -> FloatArray:
    """Return treated minus control of each pair, from rows as `complete_pairs` leaves them."""
    y = rows.numbers("outcome")
    treated, control = y.reshape(-1, 2).T
    differences = treated - control
    size = float(np.abs(y).max())
    if size == 0:
        return differences
    return np.asarray(np.round(differences, DIGITS - 1 - int(np.floor(np.log10(size)))))


def _set_codes(rows: Rows, data: pd.DataFrame | Design, function: str) -> IntArray:
    """Return the set of each row as a code, -1 for none."""
    if not isinstance(data, Design) or not isinstance(data.sets, pd.DataFrame):
        return pd.factorize(rows.frame["sets"])[0].astype(np.int64)
    table = data.sets
    if table["row"].duplicated().any():
        raise ArgumentError(
            f"{function}: {int(table['row'].duplicated().sum())} rows stand in more than one set "
            "(matching with replacement); pairs need each row once."
        )
    weighted = int((table["weight"] != 1).sum())
    if weighted:
        raise ArgumentError(
            f"{function}: pairs count once each; {weighted} of {len(table)} rows of the sets have "
            "a weight other than 1. Match 1:1 without replacement."
        )
    codes = np.full(len(data.data), -1, dtype=np.int64)
    codes[table["row"].to_numpy()] = pd.factorize(table["set"])[0]
    return codes[rows.position]
