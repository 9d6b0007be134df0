"""From counts and estimates to the rows of a curve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results.curve_rows import VALUES, CurveRows
from spineoutcomes.survival.at_events import EventTimes
from spineoutcomes.survival.limits import ConfType, confidence_limits
from spineoutcomes.survival.reach import note_on_settled, when_settled
from spineoutcomes.survival.sampling import Group

FloatArray = npt.NDArray[np.float64]


def rows_of_curve(
    group: Group,
    cause: int | None,
    times: EventTimes,
    estimate: FloatArray,
    std_error: FloatArray,
    *,
    first: float,
    conf_type: ConfType,
    conf_level: float,
) -> CurveRows:
    """Return the rows of one curve, one per distinct time; of all causes as one, or of one.

    `estimate` and `std_error` are those at the times of events; before them it is `first`, without
    error.
    """
    limits = confidence_limits(estimate, std_error, conf_type, conf_level)
    before = confidence_limits(np.array([first]), np.zeros(1), conf_type, conf_level)
    columns = times.carried(
        [first, 0.0, *(limit.item() for limit in before)], [estimate, std_error, *limits]
    )
    seen = group.observed
    counted = {
        "time": seen.time,
        "n_risk": seen.n_risk,
        "n_event": seen.n_any if cause is None else seen.n_event[cause],
        "n_censor": seen.n_censor,
    }
    estimated = dict(zip(VALUES, columns, strict=True))
    label = None if cause is None else group.outcome.causes[cause]
    return CurveRows(group.label, label, counted | estimated | group.weighted_columns())


def checked_horizons(
    horizons: float | Iterable[float], function: str, *, at_least: int = 0
) -> tuple[float, ...]:
    """Return the times a report prints, or at which arms are compared.

    Raises
    ------
    ArgumentError
        When one is negative, not finite or there twice, or there are fewer than `at_least`.
    """
    times = _as_times(horizons)
    if times is None:
        raise ArgumentError(
            f"{function}: horizons must be a time or a list of times, got a "
            f"{type(horizons).__name__}."
        )
    if not (np.isfinite(times) & (times >= 0)).all():
        raise ArgumentError(f"{function}: horizons must be finite times of at least 0.")
    if len(times) < at_least:
        raise ArgumentError(f"{function}: name a horizon, the time at which arms are compared.")
    if len(np.unique(times)) < len(times):
        raise ArgumentError(f"{function}: each horizon is needed once; some are there twice.")
    return tuple(times.tolist())


def _as_times(horizons: object) -> FloatArray | None:
    # None for what is no number; True would be the time 1.
    try:
        given = np.atleast_1d(np.asarray(horizons))
        return None if given.dtype == bool else given.astype(float, casting="same_kind")
    except (TypeError, ValueError):
        return None


def reader_notes(
    rows: Rows, groups: Sequence[Group], happened: str = "had the event"
) -> tuple[str, ...]:
    """Return what a reader must be told: rows left out, and risk sets that empty too early.

    `happened` says what the steps of the curve are.
    """
    notes = []
    if rows.n_missing_total:
        needed = "time, event, entry or group"
        if rows.cluster is not None:
            needed = "time, event, entry, group or cluster"
        notes.append(f"{rows.n_missing_total:.0f} rows lacking {needed} are left out.")
    emptied = [group.label for group in groups if math.isfinite(when_settled(group.observed))]
    if emptied:
        notes.append(note_on_settled(emptied, happened))
    return tuple(notes)
