"""When a recurrence was seen on a scan, and when it was felt."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, check_partial_dates, observe
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.times.clocks import clock_of
from spineoutcomes.metrics.times.events_of import occurrences
from spineoutcomes.metrics.times.first import first_events
from spineoutcomes.metrics.times.units import units_of
from spineoutcomes.registry import Registry

By = Literal["episode", "lesion"]
ON_SCANS: Final = ("local_recurrence", "residual_progression")
BY_SYMPTOMS: Final = ("symptom_recurrence",)


def recurrence_dates(
    cohort: Cohort | Registry, *, by: By = "episode", partial_dates: PartialDates | None = None
) -> pd.DataFrame:
    """Return when a recurrence or progression was first seen on a scan, and when first felt.

    Parameters
    ----------
    cohort : Cohort or Registry
    by : {"episode", "lesion"}
        One row per episode, or per lesion that it names.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read days known only to a month or year; required when any is needed.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, or by (`episode_id`, `lesion_id`): `imaging_day` (days from day 0,
        or from the landmark; the first `local_recurrence` or `residual_progression`),
        `clinical_day` (the first `symptom_recurrence`), `lag_days` (from the symptoms to the scan;
        negative where the scan came first), `status`.

    Raises
    ------
    ArgumentError
        For another unit, or days known only as an interval with no `partial_dates`.

    Notes
    -----
    Missing data: a date is missing where nothing recurred, as far as anybody recorded; the status
    is then observed all the same. It is missing where something recurred on a day that nobody
    knows, or in a lesion that nobody named. Whether nothing would have been seen is told by
    `time_to_recurrence`, which ends observation.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> dates = so.metrics.recurrence_dates(so.load_sample("metastases"))
    >>> int(dates["imaging_day"].notna().sum())
    135
    """
    cohort = as_cohort(cohort)
    check_partial_dates(partial_dates)
    if by not in get_args(By):
        raise ArgumentError(f'by must be "episode" or "lesion", got {by!r}.')
    units, seen = units_of(cohort, by), observe(cohort)
    clock = clock_of(cohort, units, None, None, partial_dates)
    columns, untold = {}, np.zeros(len(units), dtype=bool)
    for name, kinds in (("imaging_day", ON_SCANS), ("clinical_day", BY_SYMPTOMS)):
        rows = occurrences(cohort, units, {name: kinds}, seen, partial_dates=partial_dates)
        first = first_events(rows, clock)
        known = np.isfinite(first.day) & ~first.untold
        columns[name] = np.where(known, first.day - clock.origin, np.nan)
        untold |= first.untold
    frame = pd.DataFrame(columns, index=units.index)
    words = np.where(untold, "missing", "observed")
    return frame.assign(
        lag_days=frame["imaging_day"] - frame["clinical_day"],
        status=as_status(words, units.index),
    )
