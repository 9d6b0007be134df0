"""Time to the next, higher step of the ladder of treatment, with death in its own right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.ladder_courses import (
    Courses,
    IntArray,
    Mask,
    courses_of,
    having_component,
    next_of,
    vertebrae_of,
)
from spineoutcomes.metrics.observation import (
    PartialDates,
    check_partial_dates,
    known_of_patients,
    last_observed,
    settled_days,
)
from spineoutcomes.metrics.operation.first import First, FloatArray, deaths, timed
from spineoutcomes.registry import Registry

Target = Literal["patient", "levels"]
CensorAt = Literal["last_contact", "last_followup"]
INTENTS = ("phased", "terminal")


def time_to_next_step(
    cohort: Cohort | Registry,
    *,
    target: Target,
    terminal: Sequence[str],
    censor_at: CensorAt,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the time from each episode to the patient's next, higher step of the ladder.

    Parameters
    ----------
    cohort : Cohort or Registry
    target : {"patient", "levels"}
        Whether any later episode of the patient may be the next step, or only one that shares a
        vertebra with this one.
    terminal : sequence of str
        Components that this study counts as terminal treatments, meant to solve the problem in one
        operation; all others are phased. An empty list calls none terminal.
    censor_at : {"last_contact", "last_followup"}
        Where those without a next step are censored: the last contact with the patient (else the
        last follow-up), or the last follow-up of the episode (else the last contact). Nobody is
        observed beyond the `cutoff_day`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death or last contact known only to a month or year; required when one
        decides. "exclude" leaves out the episodes concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `time` (days from day 0 of the episode, or from the cohort's
        landmark), `event` (ordered Categorical: censored < next_step < death), `entry` (0),
        `interval_lower` and `interval_upper` (days; both the day of the next step, upper missing
        without one), `start` and `stop` (days on the patient's clock, from the first index, between
        which the time runs), `step` and `next_step` (of the ladder), `intent` and `next_intent`
        ("phased" or "terminal"), `next_episode_id`, `status`.

    Raises
    ------
    ArgumentError
        For an unknown choice or component, or days known only as an interval with no
        `partial_dates`.

    Notes
    -----
    Missing data: the step of an episode is the highest `ladder_step` among its components, as the
    vocabulary proposes and a user's own vocabulary replaces. One with components none of which is
    on the ladder, or on its highest step, has no step to go to: not_attainable. One without any
    component recorded, or (by levels) without levels, has no time and the status missing; so has
    one whose next step such an episode may have been, or whose death has no day.

    The next step is looked for among all episodes of the registry, also those the cohort leaves
    out. Treatment on the same or a lower step, such as a second block, is no event and the time
    runs on: the times of several episodes of one patient then overlap on the patient's clock, and
    have to be clustered by patient, or the first episode taken. A step on the day of the episode
    itself is not a later one. A higher step says nothing of severity without the disease.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> steps = so.metrics.time_to_next_step(
    ...     so.load_sample("ladder"), target="levels", terminal=["en_bloc_spondylectomy"],
    ...     censor_at="last_contact",
    ... )
    >>> steps["event"].value_counts(sort=False).to_dict()
    {'censored': 150, 'next_step': 153, 'death': 0}
    """
    cohort = as_cohort(cohort)
    _check(cohort, target, terminal, censor_at)
    check_partial_dates(partial_dates)
    registry = cohort.registry
    course = courses_of(registry)
    vertebrae = vertebrae_of(registry) if target == "levels" else None
    following = _next_higher(course, vertebrae)[cohort.places]
    silent = _first_silent(course, vertebrae)[cohort.places]
    own = course.step[cohort.places]
    treated = course.treated[cohort.places]
    unknown = ~treated
    top = max((e.ladder_step or 0 for e in registry.vocabulary.procedures.values()), default=0)
    outside = treated & ~(own < top)
    if vertebrae is not None:
        placed = np.isin(cohort.places, vertebrae["episode"].to_numpy())
        unknown |= ~placed
    cutoff = cohort.each("episodes", ["cutoff_day"])["cutoff_day"].fillna(np.inf).to_numpy()
    begins = np.append(course.start, np.nan)
    day, perhaps = (begins[at] - course.start[cohort.places] for at in (following, silent))
    unknown |= (perhaps <= cutoff) & ~(day <= perhaps)
    frame = _times(cohort, day, cutoff, unknown, outside, censor_at, partial_dates)
    return _described(cohort, frame, course, following, having_component(registry, terminal))


def _check(cohort: Cohort, target: str, terminal: Sequence[str], censor_at: str) -> None:
    if target not in get_args(Target):
        raise ArgumentError(f'target must be "patient" or "levels", got {target!r}.')
    if censor_at not in get_args(CensorAt):
        words = '"last_contact" or "last_followup"'
        raise ArgumentError(f"censor_at must be {words}, got {censor_at!r}.")
    if isinstance(terminal, str):
        raise ArgumentError(f"terminal is a list of components; write [{terminal!r}].")
    for code in terminal:
        cohort.vocabulary.procedures[code]  # says which components there are


def _next_higher(course: Courses, vertebrae: pd.DataFrame | None) -> IntArray:
    """Return, for every episode of the registry, the next on a higher step; -1 without one."""
    following = np.full(len(course.start), -1, dtype=np.intp)
    for step in np.unique(course.step[~np.isnan(course.step)]):
        here = course.step == step
        found = next_of(course, here, course.step > step, vertebrae)
        following[here] = found[here]
    return following


def _first_silent(course: Courses, vertebrae: pd.DataFrame | None) -> IntArray:
    """Return the first later episode of each that may be its next step and does not tell.

    That is one with no component recorded or, by levels, with no levels; -1 without one.
    """
    silent = ~course.treated
    if vertebrae is not None:
        unplaced = np.ones(len(course.start), dtype=bool)
        unplaced[vertebrae["episode"].to_numpy()] = False
        silent |= unplaced & ~np.isnan(course.step)
    return next_of(course, np.ones(len(course.start), dtype=bool), silent, None)


def _times(
    cohort: Cohort,
    day: FloatArray,
    cutoff: FloatArray,
    unknown: Mask,
    outside: Mask,
    censor_at: CensorAt,
    partial_dates: PartialDates | None,
) -> pd.DataFrame:
    """Return the times to a step on `day`; nobody is observed beyond the cutoff."""
    due = np.where(day <= cutoff, day, np.nan)
    waiting = ~outside & np.isnan(day)
    soon = waiting & ~(known_of_patients(cohort)["death_lower"].to_numpy() > cutoff)
    death = deaths(cohort, partial_dates=partial_dates, needed=soon)
    died = np.where(death.day <= cutoff, death.day, np.nan)
    alive = waiting & np.isnan(death.day) & ~death.unplaced
    end = _end(cohort, censor_at, alive, partial_dates)
    # What happened after the cutoff shows that nothing had by then.
    later = (day > cutoff) | (death.day > cutoff) | (waiting & ~soon)
    nobody = np.zeros(len(cohort), dtype=bool)
    frame = timed(
        cohort,
        {"next_step": First(due, due, due, nobody), "death": replace(death, day=died)},
        censored_at=np.where(later, cutoff, np.minimum(end, cutoff)),
        unknown=unknown,
        not_at_risk=outside,
    )
    over = (cutoff < cohort.landmark_day) & (frame["status"] == "missing").to_numpy()
    return frame.assign(status=frame["status"].mask(over, "not_due"))


def _end(
    cohort: Cohort, censor_at: CensorAt, needed: Mask, partial_dates: PartialDates | None
) -> FloatArray:
    """Return the day at which those without a next step are censored."""
    followup = cohort.each("episodes", ["last_followup_day"])["last_followup_day"]
    seen = known_of_patients(cohort).assign(followup=followup)
    asked = needed if censor_at == "last_contact" else needed & followup.isna().to_numpy()
    contact = settled_days(
        seen["contact_lower"].where(asked),
        seen["contact_upper"].where(asked),
        what="last contact",
        partial_dates=partial_dates,
    )
    clock: Literal["contact", "followup"] = "contact" if censor_at == "last_contact" else "followup"
    return last_observed(seen.assign(contact=contact), clock).to_numpy(dtype=float)


def _described(
    cohort: Cohort, frame: pd.DataFrame, course: Courses, following: IntArray, is_terminal: Mask
) -> pd.DataFrame:
    """Return the times with the patient's clock and what each step was."""
    happened = (frame["event"] == "next_step").to_numpy()
    reached = np.where(happened, following, -1)
    known = frame["time"].notna().to_numpy()
    start = course.start[cohort.places] + cohort.landmark_day
    treated = course.treated[cohort.places]
    ids = cohort.registry.tables["episodes"]["episode_id"].astype(object).to_numpy()
    none_last = np.append(ids, np.array([None], dtype=object))
    intents = np.append(is_terminal.astype(np.intp), -1)
    status = frame.pop("status")
    return frame.assign(
        start=np.where(known, start, np.nan),
        stop=np.where(known, start + frame["time"], np.nan),
        step=course.step[cohort.places],
        next_step=np.append(course.step, np.nan)[reached],
        intent=_intent(np.where(treated, intents[cohort.places], -1)),
        next_intent=_intent(intents[reached]),
        next_episode_id=none_last[reached],
        status=status,
    )


def _intent(codes: IntArray) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=list(INTENTS))  # type: ignore[arg-type]
