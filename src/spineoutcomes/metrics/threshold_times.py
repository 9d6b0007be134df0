"""Time to a threshold: between which visits it was first reached, with death in its own right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.change import change_from_baseline
from spineoutcomes.metrics.cutoffs import Cut, attainable, judged_score, meets
from spineoutcomes.metrics.measurements import instrument_rows
from spineoutcomes.metrics.observation import PartialDates, check_partial_dates
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.threshold_competing import COMPETING, competing_days
from spineoutcomes.metrics.threshold_hits import Hits, first_hits, just_before
from spineoutcomes.metrics.threshold_outcomes import status_of_value
from spineoutcomes.metrics.threshold_records import asked_threshold, require_location
from spineoutcomes.metrics.visits import Rule, Window, Windows, asked_visit, asked_visits, span_of
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Instrument, Threshold

Kind = Literal["first", "sustained"]


def time_to_threshold(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    threshold: str | Threshold,
    visits: Sequence[str],
    windows: Windows | None = None,
    kind: Kind,
    competing: Sequence[str] = ("death",),
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the time at which each episode first reached a threshold.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of an instrument with numbers.
    threshold : str or Threshold
        The id of a record in the instrument's `thresholds`, or a Threshold of your own.
    visits : list of str
        Labels of the visits after surgery at which it could be reached, in any order.
    windows : mapping of str to (float, float), optional
        First and last day of the visits, as in `score_at`.
    kind : {"first", "sustained"}
        Whether one visit that meets it is enough, or the next observed visit must meet it too.
    competing : sequence of {"death", "reoperation"}
        Events that end the time at risk and are kept apart from censoring.
    rule, location, side, rater, baseline_window
        As in `change_from_baseline`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death, last contact or reoperation known only to a month or year. "exclude"
        leaves out the episodes concerned.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `time` (days from day 0, or from the cohort's landmark, to the
        answer that met it), `event` (ordered Categorical: censored < achieved < the competing
        events), `entry` (0), `interval_lower` and `interval_upper` (days; the last answer known not
        to meet it, and the first that did; upper missing when none did), `status`.

    Raises
    ------
    ArgumentError
        For an unknown kind or competing event, no visit, a visit twice, a visit that is not a fixed
        one (baseline, final), and as in `achieved_threshold`.

    Notes
    -----
    Missing data: a visit without an answer, or with an answer nobody dated, is passed over. An
    episode without any answer after day 0 and without a competing event has no time and the status
    of its first visit. Without a baseline a change cannot be judged: no_baseline. An episode whose
    baseline leaves no room for the change, or that was already at an absolute threshold before
    surgery or reached it before the landmark, is not at risk: not_attainable. An event without a
    day leaves the time missing.

    Who never reached it is censored at the last answer. With `kind="sustained"` an answer that
    meets it and is not followed by another is not known to be sustained: such an episode is
    censored at the answer before, and a death after it counts as death. A competing event counts
    until the days of the last visit end. The threshold was reached between two visits; `time` is
    the later one, and the later the rarer the visits. A threshold of kind WORSENING gives the time
    to worsening.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> relief = so.metrics.time_to_threshold(
    ...     so.load_sample("metastases"), instrument="nrs_pain", threshold="ostelo_2008",
    ...     visits=["3m", "12m"], kind="first", location="back",
    ... )
    >>> relief["event"].value_counts(sort=False).to_dict()
    {'censored': 12, 'achieved': 303, 'death': 93}
    """
    cohort = as_cohort(cohort)
    names = _checked_visits(visits, windows)
    _check_choices(kind, competing)
    check_partial_dates(partial_dates)
    entry = cohort.vocabulary.instruments[instrument]
    record = asked_threshold(entry, instrument, threshold)
    parts = [
        change_from_baseline(
            cohort,
            instrument=instrument,
            visit=name,
            windows=windows,
            rule=rule,
            location=location,
            side=side,
            rater=rater,
            baseline_window=baseline_window,
            partial_dates=partial_dates,
        )
        for name in names
    ]
    rows = instrument_rows(cohort, instrument, location=location, side=side, rater=rater)
    require_location(record, instrument, rows)
    cut = Cut.of(record)
    hits = first_hits(_answers(parts, cut), cohort.data.index, sustained=kind == "sustained")
    every = cohort.located("scores", ["visit", "day"])
    spans = [span_of(asked_visit(name, windows, rule), every) for name in names]
    closes = np.array([span.closes for span in spans])
    horizon = np.inf if np.isnan(closes).any() else float(closes.max())
    days, unplaced = competing_days(cohort, hits.day, competing, horizon, partial_dates)
    result = _times(cohort, hits, days)
    at_risk = _at_risk(cohort, parts[0]["baseline"], entry, cut, hits)
    known = result["time"].notna() & ~unplaced
    outcome = ["time", "event", "interval_lower", "interval_upper"]
    result[outcome] = result[outcome].where(known & (at_risk == 1))
    return result.assign(status=_status(parts, known, at_risk))


def _checked_visits(visits: Sequence[str], windows: Windows | None) -> list[str]:
    names = asked_visits(visits, windows)
    for name in names:
        if asked_visit(name, None, "nearest").is_final:
            raise ArgumentError(
                f"{name!r} is whichever visit came last, and repeats another; name the visits."
            )
    return names


def _check_choices(kind: str, competing: Sequence[str]) -> None:
    if kind not in get_args(Kind):
        raise ArgumentError(f'kind must be "first" or "sustained", got {kind!r}.')
    unknown = [name for name in competing if name not in COMPETING]
    if isinstance(competing, str) or unknown or len(set(competing)) < len(competing):
        raise ArgumentError(
            f"competing must be a list of {' and '.join(COMPETING)}, each once, got {competing!r}."
        )


def _answers(parts: list[pd.DataFrame], cut: Cut) -> pd.DataFrame:
    """Return the dated answers after day 0 and whether each meets the threshold."""
    met = [
        pd.DataFrame(
            {
                "day": part["day"],
                "met": meets(judged_score(part, cut), cut.comparison, cut.value),
            }
        )
        for part in parts
    ]
    long = pd.concat(met).reset_index()
    return long[(long["day"] > 0) & long["met"].notna()]


def _at_risk(
    cohort: Cohort, baseline: pd.Series, entry: Instrument, cut: Cut, hits: Hits
) -> pd.Series:
    """Return 1 where the threshold could still be reached, 0 where not, missing if unknown."""
    if cut.basis == "absolute":
        # Without a baseline it is not known to have been met before, so it may be met now.
        at_risk = 1.0 - meets(baseline, cut.comparison, cut.value).fillna(0.0)
    else:
        at_risk = attainable(baseline, entry, cut)
    return at_risk.mask(hits.day <= cohort.landmark_day, 0.0)


def _status(parts: list[pd.DataFrame], known: pd.Series, at_risk: pd.Series) -> pd.Series:
    words = status_of_value(parts[0]).astype(object).replace({"observed": "missing"})
    words[known] = "observed"
    told = known | pd.concat([part["value"] for part in parts], axis=1).notna().any(axis=1)
    words[told & at_risk.isna()] = "no_baseline"
    words[told & (at_risk == 0)] = "not_attainable"
    return as_status(words, words.index)


def _times(cohort: Cohort, hits: Hits, competing: pd.DataFrame) -> pd.DataFrame:
    """Return time, event and interval, as if everyone were at risk."""
    days = {"achieved": hits.day, **{str(name): competing[name] for name in competing}}
    table = pd.DataFrame(days).fillna(np.inf)
    first = table.min(axis="columns")
    happened = np.isfinite(first)
    kinds = np.array(list(table), dtype=object)[table.to_numpy().argmin(axis=1)]
    event = pd.Series(kinds, index=first.index, dtype=object).where(happened, "censored")
    achieved = event == "achieved"
    clean = hits.last_known(first.where(~achieved, just_before(first)))
    since = cohort.landmark_day
    time = first.where(happened, clean) - since
    # A death on day 0 counts; what was reached before the landmark is judged by who is at risk.
    time = time.where((time > 0) | achieved | (happened & (time == 0)))
    categories = ["censored", *table]
    return pd.DataFrame(
        {
            "time": time,
            "event": pd.Categorical(
                event.where(time.notna()).to_numpy(), categories=categories, ordered=True
            ),
            "entry": 0.0,
            "interval_lower": (clean.fillna(since) - since).clip(lower=0.0),
            "interval_upper": time.where(achieved),
        }
    )
