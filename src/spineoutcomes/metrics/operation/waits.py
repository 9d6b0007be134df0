"""Time to the first walk and to radiotherapy, with death before it in its own right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.times.time_to import time_to_event
from spineoutcomes.registry import Registry


def time_to_radiotherapy(
    cohort: Cohort | Registry, *, partial_dates: PartialDates | None = None
) -> pd.DataFrame:
    """Return the time to the start of radiotherapy of those for whom it was intended.

    Parameters
    ----------
    cohort : Cohort or Registry
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a start, death or last contact known only to a month or year; required when one
        decides. "exclude" leaves out the episodes concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: the columns of `time_to_event` (times in days from day 0, or from
        the cohort's landmark), with the event `radiotherapy_start` and death competing, and
        `intended` (1 or 0, missing where it is not recorded).

    Raises
    ------
    ArgumentError
        As in `time_to_event`.

    Notes
    -----
    Missing data: the denominator is radiotherapy intended at day 0 (`radiotherapy_planned`). Where
    it was not intended nothing is awaited: such an episode is not_attainable, never censored, also
    when it had radiotherapy later. Where the intention is not recorded the status is missing.

    Who died without radiotherapy never received it: death competes. Who is alive without it is
    censored at the last follow-up, else the last contact. A start or a death without a day leaves
    the time missing. Radiotherapy before day 0 does not count. This is `time_to_event` with
    `within="radiotherapy_planned"`, `competing=("death",)` and `censor_at="last_followup"`.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> start = so.metrics.time_to_radiotherapy(so.load_sample("metastases"))
    >>> start["event"].value_counts(sort=False).to_dict()
    {'censored': 17, 'radiotherapy_start': 295, 'death': 37}
    >>> start["status"].value_counts()[["observed", "not_attainable"]].to_dict()
    {'observed': 349, 'not_attainable': 86}
    """
    cohort = as_cohort(cohort)
    result = time_to_event(
        cohort,
        kind="radiotherapy_start",
        competing=("death",),
        censor_at="last_followup",
        within="radiotherapy_planned",
        partial_dates=partial_dates,
    )
    planned = cohort.each("episodes", ["radiotherapy_planned"])["radiotherapy_planned"]
    intended = planned.astype("boolean").astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    status = result.pop("status")
    return result.assign(intended=intended, status=status)


def time_to_ambulation(
    cohort: Cohort | Registry, *, partial_dates: PartialDates | None = None
) -> pd.DataFrame:
    """Return the time to the first walk after surgery.

    Parameters
    ----------
    cohort : Cohort or Registry
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a walk, death or last contact known only to a month or year; required when one
        decides. "exclude" leaves out the episodes concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: the columns of `time_to_event` (times in days from day 0, or from
        the cohort's landmark; 0 is the day of surgery), with the event `ambulation` and death
        competing.

    Raises
    ------
    ArgumentError
        As in `time_to_event`.

    Notes
    -----
    Missing data: in a registry without a single `ambulation` event nobody asked, and all times are
    missing. Elsewhere an episode without one is censored at the last follow-up, else the last
    contact: that is right only where every first walk is recorded. A walk or a death without a day
    leaves the time missing.

    Who could not walk before surgery waits for something else than who could: set the grade before
    surgery beside it (`score_at(visit="baseline")`), and see `ambulation` for those who regained or
    kept it.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> walk = so.metrics.time_to_ambulation(so.load_sample("metastases"))
    >>> walk["status"].unique().tolist()
    ['missing']
    """
    cohort = as_cohort(cohort)
    result = time_to_event(
        cohort,
        kind="ambulation",
        competing=("death",),
        censor_at="last_followup",
        partial_dates=partial_dates,
    )
    if (cohort.registry.tables["events"]["kind"] == "ambulation").any():
        return result
    nobody = pd.Series(False, index=result.index)
    missing = as_status(np.full(len(result), "missing", dtype=object), result.index)
    return result.where(nobody).assign(entry=result["entry"], status=missing)
