"""From counts and estimates to the rows of a curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.survival.limits import ConfType, confidence_limits
from spineoutcomes.survival.risk_sets import RiskSets
from spineoutcomes.survival.sampling import Group

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CurveRows:
    """The rows of one curve: its labels, and its columns by name."""

    group: str
    cause: str | None
    columns: Mapping[str, FloatArray]


def curve_rows(
    group: Group,
    cause: int | None,
    estimate: FloatArray,
    std_error: FloatArray,
    *,
    conf_type: ConfType,
    conf_level: float,
) -> CurveRows:
    """Return the rows of one curve, one per distinct time; of all causes as one, or of one."""
    low, high = confidence_limits(estimate, std_error, conf_type, conf_level)
    seen = group.observed
    columns = {
        "time": seen.time,
        "n_risk": seen.n_risk,
        "n_event": seen.n_event.sum(axis=0) if cause is None else seen.n_event[cause],
        "n_censor": seen.n_censor,
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": low,
        "conf_high": high,
    }
    label = None if cause is None else group.outcome.causes[cause]
    return CurveRows(group.label, label, columns | group.weighted_columns())


def stacked(curves: Sequence[CurveRows]) -> pd.DataFrame:
    """Return the rows of several curves as one frame, whose labels are stored once."""
    sizes = [len(curve.columns["time"]) for curve in curves]
    labels = {
        "group": _repeated([curve.group for curve in curves], sizes),
        "cause": _repeated([curve.cause for curve in curves], sizes),
    }
    numbers = {
        name: np.concatenate([curve.columns[name] for curve in curves])
        for name in curves[0].columns
    }
    return pd.DataFrame(labels | numbers, copy=False)


def _repeated(labels: Sequence[str | None], sizes: Sequence[int]) -> pd.Categorical:
    known = list(dict.fromkeys(label for label in labels if label is not None))
    codes: Any = np.repeat([-1 if x is None else known.index(x) for x in labels], sizes)
    return pd.Categorical.from_codes(codes, pd.Index(known, dtype=object))


def checked_horizons(horizons: float | Iterable[float], function: str) -> tuple[float, ...]:
    """Return the times a report prints.

    Raises
    ------
    ArgumentError
        When one is negative or not finite.
    """
    times = np.atleast_1d(np.asarray(horizons, dtype=float))
    if not (np.isfinite(times) & (times >= 0)).all():
        raise ArgumentError(f"{function}: horizons must be finite times of at least 0.")
    return tuple(times.tolist())


def reader_notes(
    rows: Rows, groups: Sequence[Group], happened: str = "had the event"
) -> tuple[str, ...]:
    """Return what a reader must be told: rows left out, and risk sets that empty too early.

    `happened` says what the steps of the curve are.
    """
    notes = []
    if rows.n_missing_total:
        notes.append(
            f"{rows.n_missing_total:.0f} rows lacking time, event, entry or group are left out."
        )
    emptied = [group.label for group in groups if _empties_before_entry(group.observed)]
    if emptied:
        notes.append(
            f"In {', '.join(emptied)} everyone at risk {happened} before later rows entered, "
            "which settles the curve for good; begin at a time when more are observed."
        )
    return tuple(notes)


def _empties_before_entry(counts: RiskSets) -> bool:
    n_event = counts.n_event.sum(axis=0)
    emptied = np.flatnonzero((n_event > 0) & (n_event == counts.n_risk))
    return bool(len(emptied)) and bool(counts.n_enter[emptied[0] :].any())
