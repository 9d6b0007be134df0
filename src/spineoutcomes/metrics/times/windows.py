"""From which day to which day each episode was observed, by what is observed."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, check_partial_dates, observe
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.times.clocks import clock_of
from spineoutcomes.metrics.times.ends import CensorAt, Ends, ends_of
from spineoutcomes.metrics.times.events_of import occurrences
from spineoutcomes.metrics.times.evidence import ON_SCANS
from spineoutcomes.metrics.times.first import first_events, with_deaths
from spineoutcomes.metrics.times.looks import looks_at
from spineoutcomes.metrics.times.units import require_one_episode, units_of
from spineoutcomes.registry import Registry

Endpoint = Literal["survival", "clinical", "imaging", "scores"]
CLOCKS: dict[str, CensorAt] = {
    "survival": "last_contact",
    "clinical": "last_followup",
    "imaging": "last_scan",
}
WHY = pd.CategoricalDtype(
    ["death", "cutoff", "last_contact", "last_followup", "last_scan", "last_score"]
)


def observation_window(
    cohort: Cohort | Registry, *, endpoint: Endpoint, partial_dates: PartialDates | None = None
) -> pd.DataFrame:
    """Return from when to when each episode was observed for one sort of endpoint, and why no more.

    Parameters
    ----------
    cohort : Cohort or Registry
    endpoint : {"survival", "clinical", "imaging", "scores"}
        Survival is known up to the last contact (else the last follow-up), or death; events seen in
        the clinic up to the last follow-up (else the last contact), and not beyond death; what a
        scan shows up to the last scan; questionnaires up to the last one answered. None of them
        goes beyond the `cutoff_day`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death, last contact or scan known only to a month or year that matters.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `start` (days from day 0: 0, or the cohort's landmark), `end` (days
        from day 0), `reason` (death, cutoff, last_contact, last_followup, last_scan, last_score),
        `approximate` (the end is only about right), `contact_status` (how the patient was at the
        last contact), `status`.

    Raises
    ------
    ArgumentError
        For another endpoint, survival in a cohort with several episodes a patient, or days known
        only as an interval with no `partial_dates`.

    Notes
    -----
    Missing data: an episode without the day that would end its observation has no end and the
    status missing; none is invented. One whose cutoff lies before the start is not_due.

    `time_to_event`, `recurrent_events` and `time_to_recurrence` end observation by the same rules.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.observation_window(registry, endpoint="imaging")[["start", "end", "reason"]]
                start    end     reason
    episode_id
    E1            0.0  120.0  last_scan
    """
    cohort = as_cohort(cohort)
    check_partial_dates(partial_dates)
    if endpoint not in get_args(Endpoint):
        raise ArgumentError(
            f"endpoint must be one of {', '.join(get_args(Endpoint))}, got {endpoint!r}."
        )
    seen = observe(cohort)
    if endpoint == "scores":
        end, reason = seen["last_score"].to_numpy(), np.full(len(seen), "last_score", dtype=object)
        past = end > seen["cutoff"].to_numpy()
        end, reason = np.where(past, seen["cutoff"], end), np.where(past, "cutoff", reason)
        approximate = np.zeros(len(seen), dtype=bool)
    else:
        ends = _ends(cohort, endpoint, seen, partial_dates)
        # An end that is an event is the death that ends survival.
        end, reason = ends.day, np.where(ends.cause == 1, "death", ends.reason)
        approximate = ends.approximate
    known = end >= cohort.landmark_day
    words = np.where(seen["cutoff"] < cohort.landmark_day, "not_due", "missing").astype(object)
    words[known] = "observed"
    return pd.DataFrame(
        {
            "start": cohort.landmark_day,
            "end": end,
            "reason": pd.Series(reason, seen.index).where(~np.isnan(end)).astype(WHY),
            "approximate": approximate,
            "contact_status": seen["contact_status"],
            "status": as_status(words, seen.index),
        },
        index=seen.index,
    )


def _ends(
    cohort: Cohort, endpoint: str, seen: pd.DataFrame, partial_dates: PartialDates | None
) -> Ends:
    """Return where observation ends when nothing happens but death."""
    units = units_of(cohort, "episode")
    clock = clock_of(cohort, units, None, None, partial_dates)
    rows = occurrences(
        cohort, units, {"seen": ON_SCANS}, seen, partial_dates=partial_dates or "exclude"
    )
    firsts = first_events(rows[:0], clock)
    if endpoint == "survival":
        require_one_episode(cohort, "Survival")
        firsts = with_deaths(firsts, seen, units, cause=1, partial_dates=partial_dates)
    by_scan = endpoint == "imaging"
    looks = looks_at(cohort, units, rows, needed=by_scan, partial_dates=partial_dates)
    return ends_of(
        firsts,
        seen,
        units,
        looks,
        censor_at=CLOCKS[endpoint],
        max_gap_days=None,
        shown=None,
        until_death=endpoint == "clinical",
        partial_dates=partial_dates,
    )
