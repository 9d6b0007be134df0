"""The times to an event of a study file: the words each metric takes, checked before any data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spineoutcomes.report.grammar import TimeToEventSection

MEASURES = ("risk", "survival", "test")
DEATH = "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMetric:
    """What one metric takes from its section.

    Attributes
    ----------
    arguments : tuple of str
        Words that go into the metric.
    needs : tuple of str
        Words without which the section says too little.
    censor_at : tuple of str
        What `censor_at` may be.
    """

    arguments: tuple[str, ...]
    needs: tuple[str, ...]
    censor_at: tuple[str, ...]


ALWAYS = ("censor_at", "competing", "max_gap_days", "origin", "entry", "partial_dates")
TIMES = {
    "time_to_recurrence": TimeMetric(
        arguments=("assessment", *ALWAYS),
        needs=("assessment", "censor_at"),
        censor_at=("last_scan", "last_contact"),
    ),
    "time_to_event": TimeMetric(
        arguments=("kind", "within", *ALWAYS),
        needs=("kind", "censor_at"),
        censor_at=("last_contact", "last_followup", "last_scan"),
    ),
}


def time_problems(event: TimeToEventSection) -> Iterator[tuple[str, str]]:
    """Yield the key of each word of a section that does not fit, and why it does not.

    Parameters
    ----------
    event : TimeToEventSection
    """
    if event.metric not in TIMES:
        yield "metric", f"{event.metric!r} is not available; there are: {', '.join(TIMES)}"
        return
    metric = TIMES[event.metric]
    for key in metric.needs:
        if getattr(event, key) is None:
            yield "metric", f"{event.metric} needs the key {key!r}"
    yield from _superfluous_keys(event)
    yield from _gap_problems(event)
    if event.censor_at is not None and event.censor_at not in metric.censor_at:
        yield "censor_at", f"of {event.metric} must be one of {', '.join(metric.censor_at)}"
    elif event.kind == DEATH and event.censor_at not in (None, "last_contact"):
        yield "censor_at", 'of kind = "death" must be last_contact: survival is known up to then'
    named = [name for name in (event.kind, *event.competing) if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        yield "competing", f"{', '.join(twice)} stands there twice, or is the event itself"
    unknown = sorted(set(event.measures) - set(MEASURES))
    if unknown:
        yield "measures", f"{', '.join(unknown)} not available; there are: {', '.join(MEASURES)}"
    if not event.horizons or min(event.horizons) <= 0:
        yield "horizons", "needs at least one time in days, above 0"


def _superfluous_keys(event: TimeToEventSection) -> Iterator[tuple[str, str]]:
    """Yield words that the metric would not read: nobody should believe that they did something."""
    for word in dict.fromkeys(word for metric in TIMES.values() for word in metric.arguments):
        given = getattr(event, word) not in (None, [])
        if given and word not in TIMES[event.metric].arguments:
            owners = [name for name, metric in TIMES.items() if word in metric.arguments]
            yield word, f"belongs to {', '.join(owners)}"


def _gap_problems(event: TimeToEventSection) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the gap between scans, which only what scans show has."""
    if event.metric == "time_to_recurrence":
        by_scan, where = event.assessment == "imaging", 'assessment = "imaging"'
        if by_scan and event.max_gap_days is None:
            yield "metric", "time_to_recurrence on images needs the key 'max_gap_days'"
    else:
        by_scan, where = event.censor_at == "last_scan", 'censor_at = "last_scan"'
    if event.max_gap_days is None:
        return
    if not by_scan:
        yield "max_gap_days", f"is about scans, and would do nothing without {where}"
    elif not event.max_gap_days >= 0:
        yield "max_gap_days", "must be 0 or more days"
