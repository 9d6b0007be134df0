"""One time to an event in words: what counts, of whom, and where the others are censored."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.report.grammar import TimeToEventSection
from spineoutcomes.report.outcome_words import PARTIAL_DATES
from spineoutcomes.report.words import plain

CENSORED_AT = {
    "last_contact": "the last contact",
    "last_followup": "the last follow-up",
    "last_scan": "the last scan",
}


def time_definition(spec: TimeToEventSection, times: pd.DataFrame, cohort: Cohort) -> str:
    """Return in words what is counted, of whom, and what competes with it.

    Parameters
    ----------
    spec : TimeToEventSection
        A section that was checked.
    times : DataFrame
        What its metric returned.
    cohort : Cohort
    """
    return " ".join(_sentences(spec, times, cohort))


def _sentences(spec: TimeToEventSection, times: pd.DataFrame, cohort: Cohort) -> Iterator[str]:
    since = f"day {cohort.landmark_day:g}" if spec.origin is None else _moment(spec.origin, cohort)
    if spec.metric == "time_to_recurrence":
        yield f"Endpoint ({spec.assessment}): {_endpoints(times)} episodes."
    else:
        yield f"Event: {_called(str(spec.kind), cohort)}, the first one."
    yield f"Time counts in days from {since}."
    if spec.entry is not None:
        yield f"Episodes are at risk from {_moment(spec.entry, cohort)} on, and not before."
    outside = int((times["status"] == "not_attainable").sum())
    if spec.within:
        yield f"At risk are those with {plain(spec.within)}, known at day 0."
    if outside:
        yield f"Not at risk, and in no denominator: {outside} episodes."
    competing = ", ".join(spec.competing) or "none"
    yield f"Competing events: {competing}. The others are censored at {_end(spec)}"
    if spec.metric == "time_to_recurrence" and spec.assessment == "imaging":
        yield "Recurrence is dated at the scan that showed it."
    if spec.partial_dates:
        how = PARTIAL_DATES[spec.partial_dates]
        yield f"A day known only to a month or year {how}, where it decides."


def _moment(asked: str | int, cohort: Cohort) -> str:
    """Return in words where a clock starts or risk begins."""
    if isinstance(asked, int):
        return f"stage {asked}"
    vocabulary = cohort.vocabulary
    if asked in vocabulary.procedures:
        return f"the first {vocabulary.procedures[asked].name.lower()}"
    if asked in vocabulary.event_kinds:
        return f"the first {vocabulary.event_kinds[asked].name.lower()}"
    return f"the {plain(asked)}"


def _endpoints(times: pd.DataFrame) -> str:
    counts = times.loc[times["status"] != "not_attainable", "endpoint"].value_counts()
    return ", ".join(f"{plain(str(kind))} in {n}" for kind, n in counts.items() if n)


def _called(kind: str, cohort: Cohort) -> str:
    return kind if kind == "death" else cohort.vocabulary.event_kinds[kind].name.lower()


def _end(spec: TimeToEventSection) -> str:
    where = CENSORED_AT[str(spec.censor_at)]
    if spec.max_gap_days is None:
        return f"{where}."
    return (
        f"{where}; an event or death more than {spec.max_gap_days:g} days after the last scan is "
        "censored at that scan."
    )
