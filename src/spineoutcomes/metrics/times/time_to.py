"""Time to the first event of any kind, or to death, with what competes in its own right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, check_partial_dates, observe
from spineoutcomes.metrics.times.asked import DEATH, Asked, asked_of
from spineoutcomes.metrics.times.clocks import Moment, clock_of
from spineoutcomes.metrics.times.ends import CensorAt, ends_of
from spineoutcomes.metrics.times.events_of import occurrences
from spineoutcomes.metrics.times.first import first_events, with_deaths
from spineoutcomes.metrics.times.intent import intended
from spineoutcomes.metrics.times.looks import looks_at
from spineoutcomes.metrics.times.outcome import status_of, timed
from spineoutcomes.metrics.times.units import By, Mask, units_of
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.levels import Relation


def time_to_event(
    cohort: Cohort | Registry,
    *,
    kind: str,
    competing: Sequence[str] = (),
    censor_at: CensorAt,
    origin: Moment | None = None,
    entry: Moment | None = None,
    by: By = "episode",
    relation: Relation | None = None,
    within: str | None = None,
    death: Literal["censor"] | None = None,
    max_gap_days: float | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the time to the first event of a kind.

    Parameters
    ----------
    cohort : Cohort or Registry
    kind : str
        A kind of event of the vocabulary, or "death".
    competing : sequence of str
        Kinds that end the time at risk and are kept apart from censoring, the same words.
    censor_at : {"last_contact", "last_followup", "last_scan"}
        Where those without an event are censored: survival at the last contact (else the last
        follow-up), events seen in the clinic at the last follow-up (else the last contact), what
        only a scan shows at the last scan. Nobody is observed beyond the `cutoff_day`.
    origin : str or int, optional
        Where the clock starts instead of day 0: the first event of a kind, the first component of
        a code, the number of a stage, "last_stage" (the highest number among planned components),
        or a column of days in `episodes`. Time before it counts nowhere; an episode that never
        came to it is not at risk. From an origin before day 0, risk starts on day 0 (late entry):
        who died before surgery is in no registry of operations.
    entry : str or int, optional
        From when on an episode was at risk, in the same words, on a clock that starts at the
        origin: time before it is no time under observation, but the clock runs. Stage 2 as the
        entry keeps the immortal time between stages out of a staged treatment.
    by : {"patient", "episode", "level", "lesion"}
        One row per episode; per patient (one episode each in the cohort; events of the patient's
        other episodes count too); per vertebra; per lesion that the episode names.
    relation : {"index", "adjacent", "remote"}, optional
        Count only events at a vertebra that was treated, lies next to one, or further off, relative
        to all levels treated before the event, earlier episodes included. With `by="level"`, the
        vertebrae that make rows (None: those the episode treated); one leaves the rows when a later
        treatment changes its relation.
    within : str, optional
        A column of yes and no in `episodes`, known at day 0: the others are not at risk. For
        kind "radiotherapy_start" None is "radiotherapy_planned" where anybody filled that in;
        "everyone" puts all at risk.
    death : {"censor"}, optional
        When somebody died without an event and death is neither `kind` nor in `competing`: censor
        at death, which serves cause-specific hazards only.
    max_gap_days : float, optional
        With `censor_at="last_scan"`: an event more than this many days after the last scan before
        it is censored at that scan, as in `time_to_recurrence`. None sets no limit; see
        `unseen_days`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read days known only to a month or year; required when any is needed. "exclude"
        leaves out the rows concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, with `level` or `lesion_id` where rows are those: `time` (days from
        the origin), `event` (ordered Categorical: censored < kind < the competing kinds), `entry`
        (days from the origin to when the row comes under observation), `interval_lower` and
        `interval_upper` (days; first and last day the event may have been on, or, with scans, the
        last scan without and the first with it; upper missing when it was not seen), `origin_day`
        (days from day 0), `reason` (why observation ended: event, competing, gap, death, treated,
        cutoff, last_contact, last_followup, last_scan), `unseen_days` (days from the last scan to
        an event; missing with another clock than scans), `approximate` (the day is only about
        right), `of_patient` (the event names the patient and no episode), `status`.

    Raises
    ------
    ArgumentError
        For an unknown kind, column or choice; a patient-level endpoint in a cohort with several
        episodes a patient; deaths that nothing says how to read; days known only as an interval
        with no `partial_dates`.

    Notes
    -----
    Missing data: a row of which nothing was observed after it came under observation, or whose
    event, death or origin has no day, has no time and the status missing. One that had the event,
    or a competing one, before it was at risk, never came to its origin or entry, or is not within
    the denominator, is not_attainable; one whose cutoff lies before its start is not_due. An event
    that names no lesion or vertebra, in an episode with several, leaves their times missing; so
    does one without a vertebra when a relation is asked. A level nobody told is not remote.

    An event on day 0, or on the day of an origin, counts, with time 0; one on the day of a late
    entry counts too: `entry` stands half a day before it. Of events on one day the kind asked for
    comes first and death last. What names only the patient counts in each of the patient's episodes
    that it follows, and is marked. A death known to a month came no earlier than the last visit,
    scan or event of that month.

    A stage planned from the start is no reoperation and no readmission: an event that names such a
    component (planned, after day 0) on its day does not count; one that names none and fell on that
    day, or an unplanned component of which no reoperation is told, leaves the time missing unless
    something came first.

    Of a kind that no row of the registry has, everybody observed is censored: whether it never
    happened, or nobody wrote it down, the rows do not tell.

    The living are censored at the last follow-up where that is asked, and a death counts whenever
    it came: where deaths are known from elsewhere, long after the last follow-up, the dead were
    observed longer than the living, and `censor_at="last_contact"` treats both alike.

    Patients who died without radiotherapy did not fail to be observed, and those never meant for it
    were never at risk: hence `within`. Immortal time is described by Suissa.

    References
    ----------
    .. [1] Suissa S. Immortal time bias in pharmaco-epidemiology. Am J Epidemiol 2008;167:492-499,
       doi:10.1093/aje/kwm324.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> cohort = so.select_cohort(so.load_sample("metastases"), episodes="first")
    >>> times = so.metrics.time_to_event(cohort, kind="death", censor_at="last_contact")
    >>> times["event"].value_counts(sort=False).to_dict()
    {'censored': 83, 'death': 317}
    """
    cohort = as_cohort(cohort)
    _check_choices(kind, censor_at, max_gap_days, death)
    check_partial_dates(partial_dates)
    asked = asked_of(cohort, kind, competing, by, relation)
    _check_death(death, asked)
    units, seen = units_of(cohort, by, relation), observe(cohort)
    clock = clock_of(cohort, units, origin, entry, partial_dates)
    meant = intended(cohort, kind, within)[units.episode]
    rows = occurrences(
        cohort, units, asked.causes, seen, relation=relation, partial_dates=partial_dates
    )
    firsts = with_deaths(
        first_events(rows, clock), seen, units, cause=asked.death, partial_dates=partial_dates
    )
    # Missing where nobody told who was meant to have it.
    at_risk = np.where(clock.reached & ~firsts.before, meant, 0.0)
    if asked.death is None and death is None:
        _require_word_on_death(firsts.dead & (at_risk == 1))
    by_scan = censor_at == "last_scan"
    looks = looks_at(cohort, units, rows, needed=by_scan, partial_dates=partial_dates)
    end = ends_of(
        firsts,
        seen,
        units,
        looks,
        censor_at=censor_at,
        max_gap_days=max_gap_days,
        shown=1 if by_scan else None,
        until_death=asked.death is None,
        partial_dates=partial_dates,
    )
    result = timed(units, clock, firsts, end, asked, at_risk == 1, by_scan=by_scan)
    known = result["time"].notna().to_numpy()
    return result.assign(status=status_of(units, clock, firsts, seen, at_risk, known))


def _check_choices(
    kind: str, censor_at: str, max_gap_days: float | None, death: str | None
) -> None:
    if censor_at not in get_args(CensorAt):
        raise ArgumentError(
            f'censor_at must be "last_contact", "last_followup" or "last_scan", got {censor_at!r}.'
        )
    if kind == DEATH and censor_at != "last_contact":
        raise ArgumentError(
            "Survival is known up to the last contact, whoever made it: use "
            f'censor_at="last_contact" with kind="death", got {censor_at!r}.'
        )
    if max_gap_days is not None and censor_at != "last_scan":
        raise ArgumentError('max_gap_days is about scans; use it with censor_at="last_scan".')
    if max_gap_days is not None and not max_gap_days >= 0:
        raise ArgumentError(f"max_gap_days must be 0 or more days, got {max_gap_days!r}.")
    if death not in (None, "censor"):
        raise ArgumentError(f'death must be "censor" or left out, got {death!r}.')


def _check_death(death: str | None, asked: Asked) -> None:
    if death is not None and asked.death is not None:
        raise ArgumentError("Death is an event here already; leave death out.")


def _require_word_on_death(dead: Mask) -> None:
    """Raise when anybody died without an event, and nothing says what that is."""
    if dead.any():
        raise ArgumentError(
            f'{int(dead.sum())} row(s) end in death before any event; say competing=("death",) to '
            'keep it in its own category, or death="censor" to censor there (for cause-specific '
            "hazards only: 1 minus Kaplan-Meier then overstates the risk)."
        )
