"""The one door of `subject`, `start`, `stop`, `event` and `terminal`: who was observed when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.survival.influence import Members
from spineoutcomes.survival.outcome import checked_times, require_complete
from spineoutcomes.survival.recurrent_mean import DEATH, EVENT
from spineoutcomes.survival.risk_sets import RiskSets, count
from spineoutcomes.survival.sampling import warn_of_few_clusters
from spineoutcomes.survival.ties import both_with_ties

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FEATURES = ("cluster",)


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The rows of all subjects.

    Attributes
    ----------
    start, stop : array of shape (n,)
        Observed after start, up to stop; equal up to rounding means equal.
    way : array of shape (n,)
        How each row ends: 0, `EVENT`, `DEATH` or both.
    subject : array of shape (n,)
        Code of the subject, from 0.
    last : array of shape (n,)
        Whether the row is the subject's last.
    unit : array of shape (n,)
        Code of what influences are summed by: the subject, or its cluster.
    mass : array of shape (n,)
        What a row's influence counts for in that sum.
    words : str
        Of the error that follows.
    """

    start: FloatArray
    stop: FloatArray
    way: IntArray
    subject: IntArray
    last: BoolArray
    unit: IntArray
    mass: FloatArray
    words: str

    def counted(self, rows: Rows) -> tuple[RiskSets, ...]:
        """Return the counts of each group."""
        return count(
            self.stop,
            self.way,
            rows.group,
            n_causes=EVENT + DEATH,
            n_groups=len(rows.groups),
            entry=self.start,
            counts=rows.counts,
        )

    def members(self, counts: RiskSets, at: IntArray) -> Members:
        """Return the rows at some places as places on the times of their group's counts."""
        enter, leave = (np.searchsorted(counts.time, x[at]) for x in (self.start, self.stop))
        return Members(enter, leave, self.way[at])


def read_histories(
    rows: Rows, data: pd.DataFrame | Design, function: str, *, subject: str, counts: str | None
) -> Histories:
    """Return the histories in rows with the roles `subject`, `start`, `stop`, `event`, `terminal`.

    Raises
    ------
    ArgumentError
        For negative or infinite times, a start that is not before its stop, rows of a subject that
        overlap or follow its death, a subject in two groups or clusters, of which some rows lack
        a value or have other counts than others, and flags that are not 0/1 or bool.
    NotEstimableError
        When a group has no complete row.

    Warns
    -----
    SparseDataWarning
        With fewer than ten clusters of subjects.
    """
    require_complete(rows, function)
    frame = data.data if isinstance(data, Design) else data
    _check_whole(rows, frame, function, subject, counts)
    start, stop = (checked_times(rows, role, function) for role in ("start", "stop"))
    stop, start = both_with_ties(stop, start)
    _refuse(int((start >= stop).sum()), function, "rows do not start before they stop")
    code = pd.factorize(rows.frame["subject"])[0].astype(np.int64)
    _require_one(code, rows.group, f"{function}: each subject must lie in one group")
    way = EVENT * _flags(rows, "event", function)
    if "terminal" in rows.frame:
        way += DEATH * _flags(rows, "terminal", function)
    last = _checked_order(code, start, stop, way >= DEATH, function)
    unit, mass, words = code, np.sqrt(rows.counts), "infinitesimal-jackknife error by subject"
    if rows.cluster is not None and isinstance(data, Design) and data.cluster != subject:
        _require_one(code, rows.cluster, f"{function}: each subject must lie in one cluster")
        # Equal subjects are apart, but those of one cluster are not.
        unit, mass = rows.cluster, rows.counts
        found = int(unit.max()) + 1
        words = f"infinitesimal-jackknife error by {found} clusters"
        warn_of_few_clusters(found, function)
    return Histories(start, stop, way, code, last, unit, mass, words)


def _check_whole(
    rows: Rows, frame: pd.DataFrame, function: str, subject: str, counts: str | None
) -> None:
    """Refuse subjects of which only some rows would be used."""
    if counts is not None:
        uneven = int((frame.groupby(subject)[counts].nunique() > 1).sum())
        _refuse(uneven, function, "subjects have other counts in some of their rows than in others")
    if rows.n_missing_total:
        everyone = pd.factorize(frame[subject])[0]
        kept = np.zeros(len(frame), dtype=bool)
        kept[rows.position] = True
        seen = np.unique(everyone[kept])
        torn = np.intersect1d(seen, everyone[~kept])
        _refuse(len(torn), function, "subjects lack a value in some of their rows, not in others")


def _refuse(found: int, function: str, what: str) -> None:
    if found:
        raise ArgumentError(
            f"{function}: {found} {what}. Correct them, or leave these subjects out whole."
        )


def _require_one(code: IntArray, of: IntArray, rule: str) -> None:
    first = np.zeros(int(code.max()) + 1, dtype=np.int64)
    first[code] = of
    several = len(np.unique(code[first[code] != of]))
    if several:
        raise ArgumentError(f"{rule}; {several} of {len(first)} lie in several.")


def _flags(rows: Rows, role: str, function: str) -> IntArray:
    """Return a column of 0 and 1."""
    column = rows.frame[role].infer_objects()
    form = f"{function}: {role} must be bool or 0 and 1 (a category: whether it is the one meant); "
    if not is_real(column):
        raise ArgumentError(f"{form}its column has dtype {column.dtype}.")
    values = column.to_numpy(dtype=float)
    other = int(((values != 0) & (values != 1)).sum())
    if other:
        raise ArgumentError(f"{form}{other} of {len(values)} values are something else.")
    return values.astype(np.int64)


def _checked_order(
    code: IntArray, start: FloatArray, stop: FloatArray, died: BoolArray, function: str
) -> BoolArray:
    """Return which row is the last of its subject; refuse rows that overlap or follow death."""
    order = np.lexsort((start, code))
    code, start, stop, died = code[order], start[order], stop[order], died[order]
    follows = code[1:] == code[:-1]
    overlap = np.unique(code[1:][follows & (start[1:] < stop[:-1])])
    _refuse(len(overlap), function, "subjects have rows that overlap in time")
    after = np.unique(code[1:][follows & died[:-1]])
    _refuse(
        len(after), function, "subjects have rows after their death (terminal is 1 before the last)"
    )
    last = np.empty(len(code), dtype=bool)
    last[order] = np.append(~follows, True)
    return last
