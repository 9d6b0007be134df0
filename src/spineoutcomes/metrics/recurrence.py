"""Time to recurrence, or to progression of a residual, with death in its own right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import (
    PartialDates,
    check_partial_dates,
    is_interval,
    last_observed,
    observe,
    settled_days,
)
from spineoutcomes.metrics.ordering import EVENT, FirstEvents, first_events, placed_events
from spineoutcomes.metrics.scans import (
    DAYS_PER_YEAR,
    count_scans,
    last_scan,
    residual_known,
    scan_days,
    warn_of_unequal_scanning,
)
from spineoutcomes.metrics.status import as_status
from spineoutcomes.registry import Registry

Assessment = Literal["imaging", "clinical"]
CensorAt = Literal["last_scan", "last_contact"]
COMPETING = ("reoperation", "death")


def time_to_recurrence(
    cohort: Cohort | Registry,
    *,
    assessment: Assessment,
    max_gap_days: float | None,
    censor_at: CensorAt,
    competing: Sequence[str] = ("death",),
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the time to recurrence, or to progression of the residual, of each episode.

    Parameters
    ----------
    cohort : Cohort or Registry
    assessment : {"imaging", "clinical"}
        Whether the endpoint is seen on scans or in the clinic.
    max_gap_days : float
        For an imaging endpoint: an event or death more than this many days after the last scan
        before it is censored at that scan. A recurrence is held against the scan before the one
        that shows it, so that coming back after years without a scan is no time under observation.
        A clinical endpoint makes no use of it (None will do).
    censor_at : {"last_scan", "last_contact"}
        Where those without an event are censored: usually the last scan for an imaging endpoint,
        the last contact for a clinical one.
    competing : sequence of {"death", "reoperation"}
        Events that end the time at risk and are kept apart from censoring.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read days known only to a month or year; required when any is needed. "exclude"
        leaves out the episodes concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `time` (days from day 0, or from the cohort's landmark), `event`
        (ordered Categorical: censored < recurrence_or_progression < the competing events), `entry`
        (0), `interval_lower` and `interval_upper` (days; the last scan without and the first with
        the event; upper missing when it was not seen), `n_scans` (within `time`), `person_years`,
        `endpoint` ("recurrence", or "residual_progression" when a part of the lesion is known to
        have been left), `approximate` (a row says so of the day on which `time` ends, or it was
        settled by `partial_dates`), `censored_by_gap`, `status`.

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
    beyond that nothing was observed. One that had the event before the landmark is not at risk:
    not_attainable. A scan is an imaging event, or the scan that a recurrence names.

    The growth of a known residual is progression, not recurrence: `endpoint` says which is counted
    in each episode. An event seen on a scan happened between the last scan without it and that
    scan; `time` is the day it was seen, which is late, and the later the rarer the scans.

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
    _check_choices(assessment, max_gap_days, censor_at, competing)
    check_partial_dates(partial_dates)
    by_scan = assessment == "imaging"
    scans_count = by_scan or censor_at == "last_scan"
    events = placed_events(cohort, competing, scans_count, partial_dates)
    firsts = first_events(cohort, events, competing, partial_dates)
    scans = scan_days(events)
    end = _ends(cohort, firsts, scans, by_scan, max_gap_days, censor_at, partial_dates)
    time = _time_at_risk(cohort, firsts, end)
    happened = end.happened.where(time.notna())
    since = cohort.landmark_day
    interval = _interval(firsts, end, scans, by_scan) - since
    interval["lower"] = interval["lower"].clip(lower=0.0)
    result = pd.DataFrame(
        {
            "time": time,
            "event": pd.Categorical(
                happened.to_numpy(), categories=["censored", EVENT, *competing], ordered=True
            ),
            "entry": 0.0,
            "interval_lower": interval["lower"].where(time.notna()),
            "interval_upper": interval["upper"].where(happened == EVENT),
            "n_scans": count_scans(scans, since, since + time),
            "person_years": time / DAYS_PER_YEAR,
            "endpoint": _endpoint(cohort),
            "approximate": _approximate(events, end.day) & time.notna(),
            "censored_by_gap": end.by_gap & ~firsts.unplaced,
            "status": _status(cohort, firsts, time),
        }
    )
    if by_scan:
        warn_of_unequal_scanning(result, cohort.data["arm"])
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """Where the observation of each episode ends, what happened there, and whether by the gap."""

    day: pd.Series
    happened: pd.Series
    by_gap: pd.Series


def _check_choices(
    assessment: str, max_gap_days: float | None, censor_at: str, competing: Sequence[str]
) -> None:
    if assessment not in get_args(Assessment):
        raise ArgumentError(f'assessment must be "imaging" or "clinical", got {assessment!r}.')
    if censor_at not in get_args(CensorAt):
        raise ArgumentError(f'censor_at must be "last_scan" or "last_contact", got {censor_at!r}.')
    if max_gap_days is None and assessment == "imaging":
        raise ArgumentError("An imaging endpoint needs max_gap_days, in days.")
    if max_gap_days is not None and not max_gap_days >= 0:
        raise ArgumentError(f"max_gap_days must be 0 or more days, got {max_gap_days!r}.")
    unknown = [name for name in competing if name not in COMPETING]
    if isinstance(competing, str) or unknown or len(set(competing)) < len(competing):
        raise ArgumentError(
            f"competing must be a list of {' and '.join(COMPETING)}, each once, got {competing!r}."
        )


def _ends(
    cohort: Cohort,
    firsts: FirstEvents,
    scans: pd.DataFrame,
    by_scan: bool,
    max_gap_days: float | None,
    censor_at: CensorAt,
    partial_dates: PartialDates | None,
) -> _Ends:
    has = np.isfinite(firsts.day)
    # The scan that shows a recurrence does not tell how long nobody had looked: the one before it
    # does. Death and reoperation come after whatever scan was made last.
    shown = has & (firsts.kind == EVENT)
    before = last_scan(scans, firsts.day, strictly=True).where(shown, last_scan(scans, firsts.day))
    by_gap = pd.Series(False, index=has.index)
    if by_scan:
        # Day 0 stands in for the scan of an episode that had none before its event.
        by_gap = has & (firsts.day - before.fillna(0.0) > float(max_gap_days or 0))
    living = before
    if censor_at == "last_contact":
        seen = observe(cohort)
        contact = settled_days(
            seen["contact_lower"].where(~has),
            seen["contact_upper"].where(~has),
            what="last contact",
            partial_dates=partial_dates,
        )
        living = last_observed(seen.assign(contact=contact), "contact")
    day = living.where(~has, before).where(~has | by_gap, firsts.day)
    return _Ends(day, firsts.kind.where(has & ~by_gap, "censored"), by_gap)


def _time_at_risk(cohort: Cohort, firsts: FirstEvents, end: _Ends) -> pd.Series:
    """Return days from the start; missing where nothing was observed or the event is undated."""
    time = end.day - cohort.landmark_day
    on_day_0 = (end.happened != "censored") & (cohort.landmark_day == 0)
    at_risk = (time > 0) | (on_day_0 & (time == 0))
    return time.where(at_risk & ~firsts.unplaced & ~_had_before(cohort, firsts))


def _had_before(cohort: Cohort, firsts: FirstEvents) -> pd.Series:
    return (firsts.day <= cohort.landmark_day) & (cohort.landmark_day > 0)


def _interval(firsts: FirstEvents, end: _Ends, scans: pd.DataFrame, by_scan: bool) -> pd.DataFrame:
    """Return the days between which the endpoint happened, or after which it was not yet seen."""
    event = end.happened == EVENT
    if not by_scan:
        return pd.DataFrame(
            {"lower": end.day.where(~event, firsts.lower), "upper": firsts.upper.where(event)}
        )
    clean = last_scan(scans, end.day).where(~event, last_scan(scans, end.day, strictly=True))
    return pd.DataFrame({"lower": clean.fillna(0.0), "upper": end.day.where(event)})


def _approximate(events: pd.DataFrame, end: pd.Series) -> pd.Series:
    at_end = events["day"] == events["episode_id"].map(end).astype(float)
    loose = events["approximate"].fillna(False).astype(bool) | is_interval(
        events["lower_day"], events["upper_day"]
    )
    return pd.Series(end.index.isin(events.loc[at_end & loose, "episode_id"]), index=end.index)


def _endpoint(cohort: Cohort) -> pd.Series:
    words = ["recurrence", "residual_progression"]
    codes = residual_known(cohort).map({False: words[0], True: words[1]})
    return pd.Series(pd.Categorical(codes.to_numpy(), categories=words), index=codes.index)


def _status(cohort: Cohort, firsts: FirstEvents, time: pd.Series) -> pd.Series:
    words = pd.Series("missing", index=time.index, dtype=object)
    words[_had_before(cohort, firsts) & ~firsts.unplaced] = "not_attainable"
    words[time.notna()] = "observed"
    return as_status(words, time.index)
