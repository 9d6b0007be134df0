"""The rows of one curve, and the curves that a frame holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.results._frame import arranged

FloatArray = npt.NDArray[np.float64]

TEXT = ("group", "cause")
VALUES = ("estimate", "std_error", "conf_low", "conf_high")
NUMBERS = ("time", "n_risk", "n_event", "n_censor", *VALUES)
# Beside the counts of a weighted curve: the sum of weights at risk, and its effective size.
WEIGHTED = ("n_risk_weighted", "n_effective")


@dataclass(frozen=True, slots=True, eq=False)
class CurveRows:
    """The rows of one curve in order of time: its labels, and its columns by name.

    Its arrays are its own from now on: nobody can write into them.
    """

    group: str
    cause: str | None
    columns: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        for values in self.columns.values():
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.columns["time"])


def curves_in(frame: pd.DataFrame) -> tuple[CurveRows, ...]:
    """Return the rows of each curve of a frame, in order of appearance.

    Raises
    ------
    ArgumentError
        For an unknown column, or an incomplete `group`, `time` or `estimate`.
    """
    rows = arranged(
        frame,
        kind="Curves",
        text=(),
        numbers=NUMBERS,
        extra=WEIGHTED,
        required=("group", "time", "estimate"),
        apart=TEXT,
    )
    order, starts = _in_time_order(rows["time"].to_numpy(), _codes_of_curves(frame))
    columns = {
        name: column.to_numpy() if order is None else column.to_numpy().take(order)
        for name, column in rows.items()
    }
    firsts = starts if order is None else order[starts]
    labels = zip(_labels(frame, "group", firsts), _labels(frame, "cause", firsts), strict=True)
    return tuple(
        CurveRows(group, cause, {str(name): values[start:stop] for name, values in columns.items()})
        for (group, cause), (start, stop) in zip(
            labels, pairwise([*starts, len(rows)]), strict=True
        )
    )


def _codes_of_curves(frame: pd.DataFrame) -> npt.NDArray[np.integer]:
    """Return which curve each row belongs to: its group and cause."""
    group = _codes(frame["group"])
    if "cause" not in frame.columns:
        return group
    cause = _codes(frame["cause"])
    n_causes = int(cause.max(initial=-1)) + 2
    # A missing cause has the code -1.
    return group * np.int64(n_causes) + cause if n_causes > 1 else group


def _codes(column: pd.Series) -> npt.NDArray[np.integer]:
    """Return codes from 0, -1 for a missing value."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes)
    return pd.factorize(column)[0]


def _in_time_order(
    time: FloatArray, code: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64] | None, npt.NDArray[np.int64]]:
    """Return an order by curve and time, None where rows are in it, and where curves begin in it.

    Curves are in order of appearance.
    """
    changes = code[1:] != code[:-1]
    starts = np.flatnonzero(np.append(True, changes)[: len(code)])
    whole = len(np.unique(code[starts])) == len(starts)
    if whole and not (~changes & (time[1:] < time[:-1])).any():
        return None, starts
    appearance = pd.factorize(code)[0]
    order = np.lexsort((time, appearance))
    return order, np.searchsorted(appearance[order], np.arange(appearance.max() + 1))


def _labels(frame: pd.DataFrame, name: str, at: npt.NDArray[np.int64]) -> list[Any]:
    """Return the labels of some rows as they were given; a missing one is None."""
    if name not in frame.columns:
        return [None] * len(at)
    labels = frame[name].iloc[at]
    return [None if gone else x for x, gone in zip(labels.tolist(), labels.isna(), strict=True)]
