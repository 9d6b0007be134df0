"""Time to recurrence, or to progression of a residual, with death in its own right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, check_partial_dates, observe
from spineoutcomes.metrics.scans import DAYS_PER_YEAR, warn_of_unequal_scanning
from spineoutcomes.metrics.times.asked import DEATH, Asked
from spineoutcomes.metrics.times.clocks import Moment, clock_of
from spineoutcomes.metrics.times.ends import ends_of
from spineoutcomes.metrics.times.events_of import occurrences
from spineoutcomes.metrics.times.evidence import BY_SYMPTOMS, ON_SCANS
from spineoutcomes.metrics.times.first import first_events, with_deaths
from spineoutcomes.metrics.times.looks import looks_at
from spineoutcomes.metrics.times.outcome import status_of, timed
from spineoutcomes.metrics.times.removal import left_behind
from spineoutcomes.metrics.times.units import Units, units_of
from spineoutcomes.registry import Registry

Assessment = Literal["imaging", "clinical"]
CensorAt = Literal["last_scan", "last_contact"]
By = Literal["episode", "lesion"]
EVENT: Final = "recurrence_or_progression"
COMPETING = ("reoperation", "death", "reirradiation")


def time_to_recurrence(
    cohort: Cohort | Registry,
    *,
    assessment: Assessment,
    max_gap_days: float | None,
    censor_at: CensorAt,
    competing: Sequence[str] = ("death",),
    origin: Moment | None = None,
    entry: Moment | None = None,
    by: By = "episode",
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the time to recurrence, or to progression of the residual, of each episode or lesion.

    Parameters
    ----------
    cohort : Cohort or Registry
    assessment : {"imaging", "clinical"}
        Whether the endpoint is seen on scans (`local_recurrence`, `residual_progression`) or in the
        clinic, where the return of symptoms (`symptom_recurrence`) counts too, if it came first;
        `recurrence_dates` sets the two dates side by side.
    max_gap_days : float
        For an imaging endpoint: an event or death more than this many days after the last scan
        before it is censored at that scan. A recurrence is held against the scan before the one
        that shows it, so that coming back after years without a scan is no time under observation.
        A clinical endpoint makes no use of it (None will do).
    censor_at : {"last_scan", "last_contact"}
        Where those without an event are censored: usually the last scan for an imaging endpoint,
        the last contact for a clinical one.
    competing : sequence of {"death", "reoperation", "reirradiation"}
        Events that end the time at risk and are kept apart from censoring.
    origin, entry : str or int, optional
        Where the clock starts instead of day 0, and from when on an episode was at risk, as in
        `time_to_event`: the last stage as the origin counts from the end of a staged removal; as
        the entry it keeps the immortal time between stages out.
    by : {"episode", "lesion"}
        One row per episode, or per lesion that it names: what recurs in one lesion leaves the
        others at risk. Cluster by patient.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read days known only to a month or year; required when any is needed. "exclude"
        leaves out the rows concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, or by (`episode_id`, `lesion_id`): `time` (days from day 0, the
        origin or the cohort's landmark), `event` (ordered Categorical: censored <
        recurrence_or_progression < the competing events), `entry` (days on that clock; 0 unless
        asked), `interval_lower` and `interval_upper` (days; the last scan without and the first
        with the event; upper missing when it was not seen), `n_scans` (after the entry and within
        `time`), `person_years` (from the entry on), `endpoint` ("recurrence", or
        "residual_progression" when a part of the lesion is known to have been left), `approximate`
        (a row says so of the day on which `time` ends, or it was settled by `partial_dates`),
        `censored_by_gap`, `status`.

    Raises
    ------
    ArgumentError
        For an unknown choice, or days known only as an interval with no `partial_dates`.

    Warns
    -----
    MissingDataWarning
        When scans per person-year differ by more than 25 % between the arms.

    Notes
    -----
    Missing data: an episode of which nothing was observed after the start (no scan, or no contact),
    or whose event or death has no day, has no time and the status missing; it is neither event nor
    censored. A death or event within `max_gap_days` of day 0 counts without any scan before it;
    beyond that nothing was observed. One that had the event before the landmark, the origin or the
    entry, or never came to them, is not at risk: not_attainable. A scan is an imaging event, or the
    scan that a recurrence names; one that names a lesion looked at that lesion only. A recurrence
    that names none of several lesions leaves them all missing with `by="lesion"`. Nobody is
    observed beyond the `cutoff_day`.

    The growth of a known residual is progression, not recurrence: `endpoint` says which is counted
    in each row. A part was left where the first scan after surgery shows it, in numbers or in words
    (smaller, unchanged, larger), progression was looked for, or no component was aimed at the
    lesion. An event seen on a scan happened between the last scan without it and that scan; `time`
    is the day it was seen, which is late, and the later the rarer the scans: see
    `redated_recurrence`. A stage planned from the start is no reoperation, as in `time_to_event`.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.time_to_recurrence(
    ...     registry, assessment="imaging", max_gap_days=365, censor_at="last_scan"
    ... )[["time", "event", "n_scans", "endpoint"]]
                 time     event  n_scans              endpoint
    episode_id
    E1          120.0  censored        2  residual_progression
    """
    cohort = as_cohort(cohort)
    _check_choices(assessment, max_gap_days, censor_at, competing, by)
    check_partial_dates(partial_dates)
    by_scan = assessment == "imaging"
    units, seen = units_of(cohort, by), observe(cohort)
    clock = clock_of(cohort, units, origin, entry, partial_dates)
    asked = _asked(competing, by_scan)
    rows = occurrences(cohort, units, asked.causes, seen, partial_dates=partial_dates)
    firsts = with_deaths(
        first_events(rows, clock), seen, units, cause=asked.death, partial_dates=partial_dates
    )
    needed = by_scan or censor_at == "last_scan"
    looks = looks_at(cohort, units, rows, needed=needed, partial_dates=partial_dates)
    end = ends_of(
        firsts,
        seen,
        units,
        looks,
        censor_at=censor_at,
        max_gap_days=max_gap_days if by_scan else None,
        shown=1,
        until_death=False,
        partial_dates=partial_dates,
    )
    at_risk = clock.reached & ~firsts.before
    result = timed(units, clock, firsts, end, asked, at_risk, by_scan=by_scan)
    time = result["time"].to_numpy()
    result = result.assign(
        n_scans=looks.count(clock.entry, clock.origin + time),
        person_years=(time - result["entry"]) / DAYS_PER_YEAR,
        endpoint=_endpoint(cohort, units),
        censored_by_gap=(result["reason"] == "gap").to_numpy(),
        status=status_of(units, clock, firsts, seen, at_risk, ~np.isnan(time)),
    )
    if by_scan:
        arm = cohort.data["arm"].take(units.episode).set_axis(units.index)
        warn_of_unequal_scanning(result, arm)
    return result[
        [
            *("time", "event", "entry", "interval_lower", "interval_upper", "n_scans"),
            *("person_years", "endpoint", "approximate", "censored_by_gap", "status"),
        ]
    ]


def _check_choices(
    assessment: str,
    max_gap_days: float | None,
    censor_at: str,
    competing: Sequence[str],
    by: str,
) -> None:
    if assessment not in get_args(Assessment):
        raise ArgumentError(f'assessment must be "imaging" or "clinical", got {assessment!r}.')
    if censor_at not in get_args(CensorAt):
        raise ArgumentError(f'censor_at must be "last_scan" or "last_contact", got {censor_at!r}.')
    if by not in get_args(By):
        raise ArgumentError(f'by must be "episode" or "lesion", got {by!r}.')
    if max_gap_days is None and assessment == "imaging":
        raise ArgumentError("An imaging endpoint needs max_gap_days, in days.")
    if max_gap_days is not None and not max_gap_days >= 0:
        raise ArgumentError(f"max_gap_days must be 0 or more days, got {max_gap_days!r}.")
    unknown = [name for name in competing if name not in COMPETING]
    if isinstance(competing, str) or unknown or len(set(competing)) < len(competing):
        raise ArgumentError(
            f"competing must be a list of {' and '.join(COMPETING)}, each once, got {competing!r}."
        )


def _asked(competing: Sequence[str], by_scan: bool) -> Asked:
    kinds = ON_SCANS if by_scan else (*ON_SCANS, *BY_SYMPTOMS)
    events: dict[str, tuple[str, ...]] = {EVENT: kinds}
    events |= {name: (name,) for name in competing if name != DEATH}
    death = len(events) + 1 if DEATH in competing else None
    return Asked(events, death, ("censored", EVENT, *competing))


def _endpoint(cohort: Cohort, units: Units) -> pd.Categorical:
    words = pd.Index(["recurrence", "residual_progression"])
    codes = left_behind(cohort, units).astype(int).tolist()
    return pd.Categorical.from_codes(codes, categories=words)
