"""Time to recurrence against the rules applied to one patient at a time, and what must hold of it.

The rules are those of docs/recurrence.md, written down here once more, the long way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build
from tests.metrics.real_life import told

from spineoutcomes import metrics

EVENT = "recurrence_or_progression"
LAST = 40


@dataclass(frozen=True)
class Course:
    """What may happen to a patient; days from surgery, None for what did not happen."""

    scans: frozenset[int]
    recurrence: int | None
    symptoms: int | None
    reoperation: int | None
    death: int | None
    contact: int | None
    cutoff: int | None

    def lived(self) -> Course:
        """Return the course without what a death forestalled."""
        limit = LAST + 1 if self.death is None else self.death

        def seen(day: int | None) -> int | None:
            return None if day is None or day > limit else day

        return Course(
            frozenset(day for day in self.scans if day <= limit),
            *(seen(day) for day in (self.recurrence, self.symptoms, self.reoperation)),
            self.death,
            seen(self.contact),
            self.cutoff,
        )


DAY = st.one_of(st.none(), st.integers(1, LAST))
COURSES = st.lists(
    st.builds(
        Course,
        scans=st.frozensets(st.integers(-5, LAST), max_size=6),
        recurrence=DAY,
        symptoms=DAY,
        reoperation=DAY,
        death=DAY,
        contact=DAY,
        cutoff=DAY,
    ).map(Course.lived),
    min_size=1,
    max_size=40,
)


def by_the_rules(
    course: Course, *, imaging: bool, gap: int | None, at_contact: bool, competing: list[str]
) -> list[object]:
    """Return time, event, lower and upper end of the interval, scans, whether the gap censored."""
    limit = np.inf if course.cutoff is None else course.cutoff
    scans = sorted(day for day in course.scans if day > 0)
    own = [course.recurrence] if imaging else [course.recurrence, course.symptoms]
    what: list[tuple[int, int, str]] = [(day, 0, EVENT) for day in own if day is not None]
    for rank, name in enumerate(competing, start=1):
        day = getattr(course, name)
        # Of what happened on one day the recurrence comes first, and death last.
        what += [] if day is None else [(day, 9 if name == "death" else rank, name)]
    what = sorted(one for one in what if one[0] <= limit)
    if what:
        time, _, event = what[0]
        clean = [day for day in scans if (day < time if event == EVENT else day <= time)]
        before = clean[-1] if clean else 0
        by_gap = imaging and gap is not None and time - before > gap
        if by_gap and not clean:
            return [None, None, None, None, 0, True]
        if by_gap:
            time, event = before, "censored"
    else:
        inside = [day for day in scans if day <= limit]
        end = course.contact if at_contact else (inside[-1] if inside else None)
        if end is None:
            return [None, None, None, None, 0, False]
        time, event, by_gap = int(min(end, limit)), "censored", False
    looked = [day for day in scans if (day < time if event == EVENT else day <= time)]
    lower = (looked[-1] if looked else 0) if imaging else time
    upper = time if event == EVENT else None
    n = len([day for day in scans if day <= time])
    return [time, event, lower, upper, n, by_gap]


def written(courses: list[Course]):
    """Return the registry of courses, a patient each."""
    ids = [f"E{n}" for n in range(len(courses))]
    events = []
    for one, course in zip(ids, courses, strict=True):
        happened = [("imaging", day) for day in sorted(course.scans)]
        happened += [
            ("local_recurrence", course.recurrence),
            ("symptom_recurrence", course.symptoms),
            ("reoperation", course.reoperation),
        ]
        events += [f"{one},{kind},occurred,{day}" for kind, day in happened if day is not None]

    def cell(value: int | None) -> str:
        return "" if value is None else str(value)

    pairs = list(zip(ids, courses, strict=True))
    tables = {
        "patients": "patient_id,death_day,last_contact_day\n"
        + "\n".join(f"p{one},{cell(c.death)},{cell(c.contact)}" for one, c in pairs),
        "episodes": "episode_id,cutoff_day\n"
        + "\n".join(f"{one},{cell(c.cutoff)}" for one, c in pairs),
    }
    if events:
        rows = "\n".join(f"{n},{row}" for n, row in enumerate(events))
        tables["events"] = "event_id,episode_id,kind,status,day\n" + rows
    return build(" ".join(ids), **tables)


COLUMNS = ("time", "event", "interval_lower", "interval_upper", "n_scans", "censored_by_gap")


@settings(max_examples=20, deadline=None)
@given(
    courses=COURSES,
    gap=st.integers(0, LAST),
    at_contact=st.booleans(),
    competing=st.sampled_from([["death"], ["reoperation", "death"], ["death", "reoperation"]]),
)
def test_imaging_by_the_rules(courses, gap, at_contact, competing):
    result = metrics.time_to_recurrence(
        written(courses),
        assessment="imaging",
        max_gap_days=gap,
        censor_at="last_contact" if at_contact else "last_scan",
        competing=competing,
    )
    rules = {"imaging": True, "gap": gap, "at_contact": at_contact, "competing": competing}
    assert told(result, *COLUMNS) == [by_the_rules(course, **rules) for course in courses]


@settings(max_examples=10, deadline=None)
@given(courses=COURSES)
def test_clinical_by_the_rules(courses):
    result = metrics.time_to_recurrence(
        written(courses), assessment="clinical", max_gap_days=None, censor_at="last_contact"
    )
    rules = {"imaging": False, "gap": None, "at_contact": True, "competing": ["death"]}
    expected = [by_the_rules(course, **rules) for course in courses]
    assert told(result, "time", "event") == [row[:2] for row in expected]


@settings(max_examples=10, deadline=None)
@given(courses=COURSES, gap=st.integers(0, LAST - 1))
def test_a_longer_gap_censors_no_more(courses, gap):
    registry = written(courses)
    ask = {"assessment": "imaging", "censor_at": "last_scan"}
    short = metrics.time_to_recurrence(registry, max_gap_days=gap, **ask)
    long = metrics.time_to_recurrence(registry, max_gap_days=gap + 1, **ask)
    assert (long["censored_by_gap"] <= short["censored_by_gap"]).all()
    assert (long["time"] >= short["time"])[short["time"].notna()].all()
    kept = ~short["censored_by_gap"]
    pd.testing.assert_frame_equal(long[kept], short[kept])
    # Person-years are those of the time, and no scan lies beyond it.
    assert long["person_years"].to_numpy() * 365.25 == pytest.approx(
        long["time"].to_numpy(), nan_ok=True
    )


@settings(max_examples=10, deadline=None)
@given(courses=COURSES, gap=st.integers(0, LAST))
def test_the_general_time_says_the_same(courses, gap):
    registry = written(courses)
    special = metrics.time_to_recurrence(
        registry, assessment="imaging", max_gap_days=gap, censor_at="last_scan"
    )
    general = metrics.time_to_event(
        registry,
        kind="local_recurrence",
        competing=("death",),
        censor_at="last_scan",
        max_gap_days=gap,
    )
    same = ["time", "entry", "interval_lower", "interval_upper", "status"]
    pd.testing.assert_frame_equal(general[same], special[same])
