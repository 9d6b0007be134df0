"""Time in response up to a horizon: 0 for who never responded, ended by death."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import (
    PartialDates,
    check_partial_dates,
    known_of_patients,
)
from spineoutcomes.metrics.operation.first import BoolArray, First, FloatArray, deaths
from spineoutcomes.metrics.relief.answers import judged_answers
from spineoutcomes.metrics.relief.duration import answers_until, relief_status
from spineoutcomes.metrics.relief.retreatment import next_treatments, require_choice
from spineoutcomes.metrics.relief.spells import IntArray, Steps, steps_of
from spineoutcomes.metrics.status import Span
from spineoutcomes.metrics.visits import Window
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Threshold

Retreatment = Literal["ends", "ignore"]


def time_in_response(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    threshold: str | Threshold,
    tau: float,
    carry_days: float,
    retreatment: Retreatment | None = None,
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how many of the first `tau` days each episode spent in response.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of an instrument with numbers.
    threshold : str or Threshold
        What counts as response, as in `relief_duration`.
    tau : float
        The horizon in days from day 0; the same for all that are compared.
    carry_days : float
        How many days the last answer before death, retreatment or `tau` may be carried forward to
        it; with a longer gap the time is missing. 0 carries nothing.
    retreatment : {"ends", "ignore"}, optional
        What a later episode of the patient, or a reoperation, before `tau` does: response ends
        with it, or the answers go on to count. Required when there is one.
    location, side, rater, baseline_window
        As in `change_from_baseline`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death, last contact or reoperation known only to a month or year, where it
        decides.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `time_in_response` (days of the first `tau`), `lower` and `upper`
        (days; the least and the most it can have been, see Notes), `responded` (1 where any answer
        up to `tau` shows response, 0 where none does), `followed_until` (day; `tau`, death or
        retreatment, else the last answer), `status`.

    Raises
    ------
    ArgumentError
        For a horizon that is not above 0 or a gap below it, a threshold of worsening, retreatment
        without a choice, different scores on the same day, and as in `change_from_baseline`.

    Notes
    -----
    Missing data: an episode whose answers end more than `carry_days` before `tau`, its death or its
    retreatment has no time and the status of its reason; leaving those out, as any complete-case
    mean does, assumes that they are like the others. `lower` and `upper` are there for them too and
    count the days not seen as none and as all. Without a baseline: no_baseline; where the baseline
    leaves no room for the change: not_attainable.

    The response is known at the answers only. Between two that agree it is taken to have stayed;
    between two that differ it is taken to have turned half way, which makes the time the area under
    the line through the answers (trapezoid), and `lower` and `upper` turn at either end. Before the
    first answer stands day 0, without response. Time after death counts as none, so that the mean
    over episodes is the restricted mean time in response, those never in response included as 0.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> time = so.metrics.time_in_response(
    ...     so.load_sample("ladder"), instrument="vas_pain", threshold="ostelo_2008",
    ...     location="leg", tau=180, carry_days=60, retreatment="ends",
    ... )
    >>> days = time["time_in_response"]
    >>> round(float(days.mean()), 1), int(days.isna().sum())
    (106.8, 43)
    """
    cohort = as_cohort(cohort)
    _check(tau, carry_days)
    check_partial_dates(partial_dates)
    relief = judged_answers(
        cohort,
        instrument=instrument,
        threshold=threshold,
        location=location,
        side=side,
        rater=rater,
        baseline_window=baseline_window,
    )
    at_risk = relief.at_risk == 1
    again = _treated_again(cohort, tau, at_risk, retreatment, partial_dates)
    soon = at_risk & ~(known_of_patients(cohort)["death_lower"].to_numpy() > tau)
    death = deaths(cohort, partial_dates=partial_dates, needed=soon)
    end = np.fmin(np.fmin(death.day, again.day), tau)
    seen = _seen(steps_of(answers_until(relief.answers, again.day)), end)
    gap = end - seen.until
    # Who was treated again, or answered after the horizon, was alive until then.
    undated = death.unplaced & (end == tau) & (gap > 0)
    placed = at_risk & ~again.unplaced & ~undated
    known = placed & (gap <= carry_days)
    frame = pd.DataFrame(
        {
            "time_in_response": np.where(known, seen.point + gap * seen.at_last, np.nan),
            "lower": np.where(placed, seen.least, np.nan),
            "upper": np.where(placed, seen.most + gap, np.nan),
            "responded": np.where(placed & (known | seen.ever), seen.ever, np.nan),
            "followed_until": np.where(placed, np.where(known, end, seen.until), np.nan),
        },
        index=cohort.data.index,
    )
    return frame.assign(status=relief_status(cohort, relief, known, Span(tau, tau), partial_dates))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Days in response up to the end of each episode, as far as its answers go.

    Attributes
    ----------
    point, least, most : array of float
        Days, with a turn half way between two answers, as late and as early as it can be.
    until : array of float
        Day of the last answer, or the end where that comes first.
    at_last, ever : array of bool
        Whether the last answer, or any up to the end, shows response.
    """

    point: FloatArray
    least: FloatArray
    most: FloatArray
    until: FloatArray
    at_last: BoolArray
    ever: BoolArray


def _check(tau: float, carry_days: float) -> None:
    if not 0 < tau < np.inf:
        raise ArgumentError(f"tau must be a number of days above 0, got {tau!r}.")
    if not carry_days >= 0:
        raise ArgumentError(f"carry_days must be 0 or more days, got {carry_days!r}.")


def _treated_again(
    cohort: Cohort,
    tau: float,
    at_risk: BoolArray,
    retreatment: Retreatment | None,
    partial_dates: PartialDates | None,
) -> First:
    """Return the next treatment of each episode; none where it makes no difference."""
    nothing = np.full(len(cohort), np.nan)
    nobody = First(nothing, nothing, nothing, np.zeros(len(cohort), dtype=bool))
    if retreatment == "ignore":
        return nobody
    again = next_treatments(cohort, partial_dates=partial_dates)
    sooner = at_risk & ((again.day < tau) | again.unplaced)
    require_choice(retreatment, get_args(Retreatment), int(sooner.sum()))
    return nobody if retreatment is None else again


def _seen(steps: Steps, end: FloatArray) -> _Seen:
    n, at = len(end), steps.episode
    stop = end[at]
    from_, to = np.fmin(steps.before, stop), np.fmin(steps.day, stop)
    turn = np.fmin((steps.before + steps.day) / 2, stop)
    whole, part = steps.was & steps.relieved, steps.was != steps.relieved
    point = np.select(
        [whole, steps.was, steps.relieved], [to - from_, turn - from_, to - turn], 0.0
    )
    last = steps.is_last
    until, at_last = np.zeros(n), np.zeros(n, dtype=bool)
    until[at[last]] = to[last]
    at_last[at[last]] = steps.relieved[last]
    return _Seen(
        point=_total(at, point, n),
        least=_total(at, np.where(whole, to - from_, 0.0), n),
        most=_total(at, np.where(whole | part, to - from_, 0.0), n),
        until=until,
        at_last=at_last,
        ever=np.bincount(at, steps.relieved & (steps.day <= stop), minlength=n) > 0,
    )


def _total(at: IntArray, days: FloatArray, n: int) -> FloatArray:
    """Return the sum of days of each episode."""
    return np.bincount(at, days, minlength=n).astype(float)
