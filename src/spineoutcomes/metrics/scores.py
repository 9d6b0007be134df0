"""Scores at a visit and along visits, one row per episode, none missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.measurements import answer_column, instrument_rows
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import all_observed, why_missing
from spineoutcomes.metrics.visits import (
    Mask,
    Rule,
    Visit,
    Windows,
    asked_visit,
    asked_visits,
    candidates,
    one_time,
    repeated,
    require_label,
    span_of,
)
from spineoutcomes.registry import Registry
from spineoutcomes.registry.links import Positions
from spineoutcomes.vocabulary.model import Instrument


def score_at(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the score of each episode at one visit.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary.
    visit : str
        Label of the visit. "baseline" or "preoperative" is the last score before surgery, "final"
        the score so labelled, else the last one after day 0.
    windows : mapping of str to (float, float), optional
        First and last day of visits, from day 0, ends included: `{"3m": (60, 120)}`. A visit
        without a window goes by its label.
    rule : {"nearest", "first", "last"}
        Which of several scores in a window: the nearest to its middle (ties to the earlier), the
        first or the last.
    location, side, rater : str, optional
        Which muscle, body site, side or rater; location and side are required when the cohort's
        scores have several.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death or last contact known only to a month or year, where it decides the
        status.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `value` (in the unit of the instrument) or, for a graded
        instrument, `grade` (ordered Categorical in the order of the vocabulary); `day` (from day
        0); `status`.

    Raises
    ------
    ArgumentError
        For an unknown instrument, a visit without a window whose label occurs nowhere, several
        locations or sides with none asked, or different scores at the same time.

    Notes
    -----
    Missing data: an episode without a score has a missing value and the first of these as status:
    dead (died by the end of the window), not_due (the data end before the window), withdrawn, lost
    (last contact before the window, or the reason its row gives), missing. Without a window these
    are judged by the days on which the cohort's rows carry the label. Nothing is imputed.

    A score on day 0 is a baseline only when its label says preoperative. A score with a label and
    no day is used only where no score with a day fits.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.score_at(registry, instrument="vas_pain", visit="final")[["value", "status"]]
                value    status
    episode_id
    E1            0.0  observed
    """
    cohort = as_cohort(cohort)
    rows = instrument_rows(cohort, instrument, location=location, side=side, rater=rater)
    asked = asked_visit(visit, windows, rule)
    require_label(asked, cohort.located("scores", ["visit"]))
    return picked_scores(
        cohort, rows, asked, cohort.vocabulary.instruments[instrument], partial_dates
    )


def score_trajectory(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visits: Sequence[str],
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the scores of each episode at several visits, the missing ones as rows of their own.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary.
    visits : list of str
        Labels of the visits, in order.
    windows, rule, location, side, rater, partial_dates
        As in `score_at`.

    Returns
    -------
    DataFrame
        Indexed by (`episode_id`, `visit`), every episode with every visit: `value` (in the unit of
        the instrument) or `grade`, `day` (from day 0), `status`.

    Raises
    ------
    ArgumentError
        When no visit or a visit twice is asked, the windows of two share a day, and as in
        `score_at`.

    Notes
    -----
    Missing data: a visit that was expected and has no score is a row with its reason in `status`,
    by the rules of `score_at`.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.score_trajectory(
    ...     registry, instrument="vas_pain", visits=["baseline", "final"]
    ... )[["value", "status"]]
                         value    status
    episode_id visit
    E1         baseline    NaN   missing
               final       0.0  observed
    """
    cohort = as_cohort(cohort)
    visits = asked_visits(visits, windows)
    parts = [
        score_at(
            cohort,
            instrument=instrument,
            visit=visit,
            windows=windows,
            rule=rule,
            location=location,
            side=side,
            rater=rater,
            partial_dates=partial_dates,
        )
        for visit in visits
    ]
    long = pd.concat(parts, keys=visits, names=["visit"]).swaplevel()
    order = pd.MultiIndex.from_product([cohort.data.index, visits], names=["episode_id", "visit"])
    return long.reindex(order)


def picked_scores(
    cohort: Cohort,
    rows: pd.DataFrame,
    visit: Visit,
    instrument: Instrument,
    partial_dates: PartialDates | None,
) -> pd.DataFrame:
    """Return the answer, day and status of each episode at a visit, from an instrument's rows."""
    column = answer_column(instrument)
    fits = candidates(rows, visit)
    picked = _picked(cohort, rows, fits, visit, instrument)
    absent = picked[column].isna().to_numpy()
    if not absent.any():
        return picked.assign(status=all_observed(picked.index))
    status = why_missing(
        cohort,
        span_of(visit, cohort.located("scores", ["visit", "day"])),
        absent=absent,
        reasons=_reasons(rows, fits),
        partial_dates=partial_dates,
    )
    return picked.assign(status=status)


def baseline_answers(
    cohort: Cohort, rows: pd.DataFrame, baseline: Visit, instrument: Instrument
) -> pd.Series:
    """Return the answer of each episode before surgery, missing where there is none."""
    picked = _picked(cohort, rows, candidates(rows, baseline), baseline, instrument)
    return picked[answer_column(instrument)]


def _picked(
    cohort: Cohort, rows: pd.DataFrame, fits: Mask, visit: Visit, instrument: Instrument
) -> pd.DataFrame:
    """Return the answer and day of each episode, from the rows that fit the visit."""
    column, index = answer_column(instrument), cohort.data.index
    at = np.flatnonzero(fits & rows["answered"].to_numpy())
    needed = ["episode", "visit", "day", "rater", column]
    found = pd.DataFrame({c: rows[c].array.take(at) for c in needed}, index=at, copy=False)
    one = _without_repeats(one_time(found, visit, by=["episode"]), column)
    place = one["episode"].to_numpy()
    answer = _spread(one[column].array, place, len(index))
    day = _spread(one["day"].array, place, len(index))
    if instrument.grades is not None:
        order = pd.CategoricalDtype(list(instrument.grades), ordered=True)
        answer = pd.Series(answer, dtype=object).astype(order).array
    return pd.DataFrame({column: answer, "day": day}, index=index, copy=False)


def _spread(
    values: pd.api.extensions.ExtensionArray, place: Positions, n: int
) -> pd.api.extensions.ExtensionArray:
    """Return values at the positions of their episodes, missing at the others."""
    source = np.full(n, -1)
    source[place] = np.arange(len(values))
    return values.take(source, allow_fill=True)


def _reasons(rows: pd.DataFrame, fits: Mask) -> pd.Series | None:
    """Return the reason that an episode's row of the visit gives for having no answer."""
    at = np.flatnonzero(fits & ~rows["answered"].to_numpy())
    if not len(at):
        return None
    blank = rows[["episode", "missing_reason"]].take(at).sort_values("missing_reason")
    return blank.drop_duplicates("episode").set_index("episode")["missing_reason"].astype(object)


def _without_repeats(found: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one row per episode; scores that stand twice at the same time must be equal."""
    twice = repeated(found, ["episode"])
    if not twice.any():
        return found
    different = int((found[twice].groupby("episode", sort=False)[column].nunique() > 1).sum())
    if different:
        raise ArgumentError(
            f"{different} episode(s) have different scores at the same time, by "
            f"{found['rater'].nunique()} rater(s); say rater=... or keep one of them in the file."
        )
    return found.drop_duplicates("episode")
