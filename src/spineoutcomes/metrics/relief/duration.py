"""How long relief lasts after a procedure: when it began and ended, between which visits."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import (
    PartialDates,
    check_partial_dates,
    known_of_patients,
)
from spineoutcomes.metrics.operation.first import First, FloatArray
from spineoutcomes.metrics.relief.answers import Relief, judged_answers
from spineoutcomes.metrics.relief.claims import claimed_relief, index_components
from spineoutcomes.metrics.relief.retreatment import next_treatments, require_choice
from spineoutcomes.metrics.relief.spells import first_spells
from spineoutcomes.metrics.status import Span, why_missing
from spineoutcomes.metrics.visits import Window
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Threshold

Retreatment = Literal["ends", "censors", "ignore"]
ENDED_BY = ("score", "retreatment", "death")
ENDS = (
    *("relieved", "begins_lower", "begins_upper", "ends_lower", "ends_upper"),
    *("duration_lower", "duration_upper"),
)


def relief_duration(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    threshold: str | Threshold,
    retreatment: Retreatment | None = None,
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return when relief began and ended after each procedure, as far as the answers tell.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of an instrument with numbers.
    threshold : str or Threshold
        What counts as relief: the id of a record in the instrument's `thresholds`, or a Threshold
        of your own; not one of worsening.
    retreatment : {"ends", "censors", "ignore"}, optional
        What a later episode of the patient, or a reoperation, makes of relief that was not seen to
        end: it ended by then, it is censored at the last answer before, or the answers go on to
        count. Required when there is one.
    location, side, rater, baseline_window
        As in `change_from_baseline`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a reoperation or death known only to a month or year, where it decides.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, in days from day 0: `relieved` (1 or 0), `begins_lower` and
        `begins_upper` (the last answer before relief, or 0, and the first with it), `ends_lower`
        and `ends_upper` (the last answer with relief and the first without; upper missing while
        relief was not seen to end), `duration_lower` and `duration_upper` (the shortest and longest
        it can have lasted; upper missing likewise), `ended_by` ("score", "retreatment" or "death"),
        `n_spells` (how often relief began), `last_answer` (day), `component` (of the index),
        `claimed` (what the vocabulary's documents claim of it, each with its source) and `n_claims`
        (how many different ones), `status`.

    Raises
    ------
    ArgumentError
        For a threshold of worsening, retreatment without a choice, different scores on the same
        day, and as in `change_from_baseline`.

    Notes
    -----
    Missing data: every dated answer after day 0 counts; one without a day is passed over. Without
    any the status is the first of dead, not_due, withdrawn, lost, missing. Without a baseline a
    change cannot be judged: no_baseline. An episode whose baseline leaves no room for the change,
    or that was at an absolute threshold before, is not_attainable. A later treatment that nobody
    dated leaves everything missing unless it is to be ignored.

    Nobody knows when relief began or ended, only between which answers: both ends are
    interval-censored, and the rarer the answers the wider. Relief is the first spell of it; who
    died in relief had it until death at most. Relief that was lost and regained between two answers
    is not seen. Durations are of those relieved only, and describe one procedure: to compare
    procedures take `time_in_response`, which counts those never relieved as well.

    What is claimed stands beside what was seen and enters no number; claims that contradict each
    other are both there.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> relief = so.metrics.relief_duration(
    ...     so.load_sample("ladder"), instrument="vas_pain", threshold="ostelo_2008",
    ...     location="leg", retreatment="ends",
    ... )
    >>> blocks = relief[relief["component"] == "nerve_root_block"]
    >>> blocks[["relieved", "duration_lower", "duration_upper"]].median().tolist()
    [1.0, 0.0, 91.0]
    >>> blocks["claimed"].iloc[0]
    'relief lasts 1 to several months (clinic_page); relief lasts about 1 to 2 months (clinic_page)'
    """
    cohort = as_cohort(cohort)
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
    spells = first_spells(relief.answers, len(cohort))
    again = _treated_again(cohort, spells, retreatment, partial_dates)
    before = answers_until(relief.answers, again.day)
    spells = _ended(cohort, first_spells(before, len(cohort)), again, retreatment)
    known = spells["last_answer"].notna() & (relief.at_risk == 1) & ~again.unplaced
    component = index_components(cohort)
    words = pd.CategoricalDtype(list(ENDED_BY))
    spells = spells.assign(ended_by=spells["ended_by"].astype(words)).where(known)
    return spells.set_axis(cohort.data.index).assign(
        component=component,
        **claimed_relief(cohort, component),
        status=relief_status(cohort, relief, known.to_numpy(), Span(0.0, np.inf)),
    )


def answers_until(answers: pd.DataFrame, last: FloatArray) -> pd.DataFrame:
    """Return the answers up to a day of each episode; all of them where that is missing."""
    until = last[answers["episode"].to_numpy()]
    kept = np.flatnonzero(~(answers["day"].to_numpy(dtype=float) > until))
    return answers.take(kept).reset_index(drop=True)


def relief_status(
    cohort: Cohort,
    relief: Relief,
    known: npt.NDArray[np.bool_],
    span: Span,
    partial_dates: PartialDates | None = None,
) -> pd.Series:
    """Return why each episode has no value: by its baseline, else as any missing value.

    Parameters
    ----------
    cohort : Cohort
    relief : Relief
    known : array of bool
        Which episodes have a value.
    span : Span
        The days within which it was due.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
    """
    status = why_missing(cohort, span, absent=~known, partial_dates=partial_dates)
    answered = np.bincount(relief.answered["episode"], minlength=len(cohort)) > 0
    status = status.mask(answered & np.isnan(relief.at_risk), "no_baseline")
    return status.mask(answered & (relief.at_risk == 0), "not_attainable")


def _treated_again(
    cohort: Cohort,
    spells: pd.DataFrame,
    retreatment: Retreatment | None,
    partial_dates: PartialDates | None,
) -> First:
    """Return the next treatment of each episode; none where it makes no difference."""
    nothing = np.full(len(cohort), np.nan)
    nobody = First(nothing, nothing, nothing, np.zeros(len(cohort), dtype=bool))
    if retreatment == "ignore":
        return nobody
    again = next_treatments(cohort, partial_dates=partial_dates)
    treated = ~np.isnan(again.day) | again.unplaced
    undone = (spells["relieved"] == 1) & ~(spells["ends_upper"] <= again.day)
    require_choice(retreatment, get_args(Retreatment), int((treated & undone).sum()))
    return nobody if retreatment is None else again


def _ended(
    cohort: Cohort, spells: pd.DataFrame, again: First, retreatment: Retreatment | None
) -> pd.DataFrame:
    """Return the spells with what ended them, and how long they can have lasted."""
    seen = known_of_patients(cohort).reset_index(drop=True)
    relieved, ends = spells["relieved"] == 1, spells["ends_upper"]
    still = relieved & ends.isna()
    treated = still & ~np.isnan(again.day)
    dead = seen["death_lower"].notna() | seen["death_upper"].notna() | seen["death_undated"]
    died = still & ~treated & dead
    ended_by = pd.Series(None, index=spells.index, dtype=object)
    ended_by[relieved & ends.notna()] = "score"
    ended_by[died] = "death"
    ends = ends.mask(died, seen["death_upper"])
    if retreatment == "ends":
        ended_by[treated] = "retreatment"
        ends = ends.mask(treated, pd.Series(again.upper))
    begins = spells["begins_upper"]
    shortest, longest = spells["ends_lower"] - begins, ends - spells["begins_lower"]
    columns = {"duration_lower": shortest, "duration_upper": longest, "ended_by": ended_by}
    return spells.assign(ends_upper=ends, **columns)[[*ENDS, "ended_by", "n_spells", "last_answer"]]
