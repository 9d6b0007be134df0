"""Events that come again, as rows of start and stop for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, check_partial_dates, observe
from spineoutcomes.metrics.times.asked import DEATH, Asked, asked_of
from spineoutcomes.metrics.times.clocks import Clock, Moment, clock_of
from spineoutcomes.metrics.times.ends import WHY, CensorAt, ends_of
from spineoutcomes.metrics.times.events_of import occurrences
from spineoutcomes.metrics.times.first import Firsts, first_events, with_deaths
from spineoutcomes.metrics.times.looks import looks_at
from spineoutcomes.metrics.times.outcome import status_of
from spineoutcomes.metrics.times.process import SameDay, process_rows, while_at_risk
from spineoutcomes.metrics.times.units import By, Units, units_of
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.levels import Relation


def recurrent_events(
    cohort: Cohort | Registry,
    *,
    kind: str,
    censor_at: CensorAt = "last_followup",
    competing: Sequence[str] = ("death",),
    origin: Moment | None = None,
    entry: Moment | None = None,
    by: By = "episode",
    relation: Relation | None = None,
    same_day: SameDay | None = None,
    max_gap_days: float | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return all events of a kind as rows of start and stop: a counting process.

    Parameters
    ----------
    cohort : Cohort or Registry
    kind : str
        A kind of event of the vocabulary that may come again.
    censor_at : {"last_followup", "last_contact", "last_scan"}
        Up to when events would have been seen, as in `time_to_event`; or up to the last event,
        where that was later.
    competing : sequence of str
        What ends the process for good, in its own category: death, and any kinds besides.
    origin, entry, by, relation
        As in `time_to_event`.
    same_day : {"once", "each"}, optional
        Required when a unit has several events on one day: they count once, or each has a row of
        its own, spread evenly over that day.
    max_gap_days : float, optional
        With `censor_at="last_scan"`: time between two scans further apart than this is no time
        under observation, and the scan after it shows nothing that counts.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read days known only to a month or year; required when any is needed.

    Returns
    -------
    DataFrame
        Indexed as `time_to_event`, several rows a unit, in order: `start`, `stop` (days from the
        origin), `event` (what happened at `stop`; ordered Categorical: censored < kind < the
        competing kinds), `n_before` (events of the unit in earlier rows; add 1 for the stratum of a
        PWP model), `reason` (why the row ends, as in `time_to_event`), `status`.

    Raises
    ------
    ArgumentError
        As `time_to_event`, for the kind "death", and for several events on one day with no
        `same_day`.

    Notes
    -----
    Missing data: a unit of which nothing was observed, or with an event that has no day or names
    none of several lesions, has one row without start and stop and the status missing; one that was
    not at risk has one with not_attainable. No event is left out for coming first or later; what
    came before the unit was at risk is left out.

    A row ends with what happened at its `stop`; time without an event up to the end of observation
    is a last row, censored. Where an event and death share a day, the event stands half a day
    before death; an event on the day on which the clock starts stands at half a day. Rows of a unit
    are contiguous except over gaps between scans. With death in its own category the mean count is
    that of Ghosh and Lin; a rate model of these rows (Andersen and Gill) is one among the living.

    References
    ----------
    .. [1] Andersen PK, Gill RD. Cox's regression model for counting processes. Ann Stat
       1982;10:1100-1120, doi:10.1214/aos/1176345976.
    .. [2] Ghosh D, Lin DY. Nonparametric analysis of recurrent events and death. Biometrics
       2000;56:554-562, doi:10.1111/j.0006-341x.2000.00554.x.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> rows = so.metrics.recurrent_events(registry, kind="complication")
    >>> rows["event"].value_counts(sort=False).to_dict()
    {'censored': 93, 'complication': 89, 'death': 342}
    """
    cohort = as_cohort(cohort)
    check_partial_dates(partial_dates)
    _check_choices(kind, censor_at, competing, max_gap_days, same_day)
    asked = asked_of(cohort, kind, competing, by, relation)
    units, seen = units_of(cohort, by, relation), observe(cohort)
    clock = clock_of(cohort, units, origin, entry, partial_dates)
    rows = occurrences(
        cohort,
        units,
        asked.causes,
        seen,
        relation=relation,
        partial_dates=partial_dates,
        first_only=False,
    )
    last = with_deaths(
        first_events(rows[rows["cause"] > 1], clock),
        seen,
        units,
        cause=asked.death,
        partial_dates=partial_dates,
    )
    by_scan = censor_at == "last_scan"
    looks = looks_at(cohort, units, rows, needed=by_scan, partial_dates=partial_dates)
    end = ends_of(
        last,
        seen,
        units,
        looks,
        censor_at=censor_at,
        max_gap_days=max_gap_days,
        shown=None,
        until_death=False,
        partial_dates=partial_dates,
    )
    limit = np.minimum(seen["cutoff"].fillna(np.inf).to_numpy()[units.episode], units.closes)
    events = while_at_risk(rows[rows["cause"] == 1], clock, np.minimum(limit, last.day))
    sure = (events["sure"] & events["day"].notna()).to_numpy()
    untold = np.zeros(len(units), dtype=bool)
    untold[events["unit"].to_numpy()[~sure]] = True
    last = replace(last, untold=last.untold | untold)
    gap = np.inf if max_gap_days is None else max_gap_days
    cut_rows = process_rows(events[sure], clock, end, looks, gap=gap, same_day=same_day)
    return _result(cut_rows, units, clock, last, seen, asked)


def _check_choices(
    kind: str,
    censor_at: str,
    competing: Sequence[str],
    max_gap_days: float | None,
    same_day: str | None,
) -> None:
    if kind == DEATH:
        raise ArgumentError('Nobody dies twice; for kind="death" use time_to_event.')
    if censor_at not in get_args(CensorAt):
        raise ArgumentError(
            f'censor_at must be "last_contact", "last_followup" or "last_scan", got {censor_at!r}.'
        )
    if DEATH not in competing:
        raise ArgumentError(
            'Nothing happens after death, which ends every process: competing must name "death".'
        )
    if max_gap_days is not None and censor_at != "last_scan":
        raise ArgumentError('max_gap_days is about scans; use it with censor_at="last_scan".')
    if max_gap_days is not None and not max_gap_days >= 0:
        raise ArgumentError(f"max_gap_days must be 0 or more days, got {max_gap_days!r}.")
    if same_day not in (None, *get_args(SameDay)):
        raise ArgumentError(f'same_day must be "once" or "each", got {same_day!r}.')


def _result(
    rows: pd.DataFrame,
    units: Units,
    clock: Clock,
    last: Firsts,
    seen: pd.DataFrame,
    asked: Asked,
) -> pd.DataFrame:
    """Return the rows of units at risk, and one without times of every other unit."""
    at_risk = clock.reached & ~last.before & ~units.nameless
    told = at_risk & ~last.untold & ~clock.untold
    rows = rows[told[rows["unit"]]]
    bare = np.setdiff1d(np.arange(len(units)), rows["unit"])
    known = np.ones(len(units), dtype=bool)
    known[bare] = False
    status = status_of(units, clock, last, seen, at_risk, known)
    nothing = pd.DataFrame({"unit": bare, "start": np.nan, "stop": np.nan, "cause": -1})
    both = pd.concat([part for part in (rows, nothing) if len(part)] or [nothing])
    both = both.reindex(columns=[*rows]).sort_values(["unit", "stop"], kind="stable")
    unit = both["unit"].to_numpy()
    happened = (both["cause"] == 1).to_numpy().astype(int)
    before = pd.Series(happened).groupby(unit).cumsum().to_numpy() - happened
    return pd.DataFrame(
        {
            "start": both["start"].to_numpy() - clock.origin[unit],
            "stop": both["stop"].to_numpy() - clock.origin[unit],
            "event": asked.events(both["cause"].to_numpy()),
            "n_before": before,
            "reason": pd.Categorical(both["reason"], dtype=WHY),
            "status": status.to_numpy()[unit],
        },
        index=units.index.take(unit),
    )
