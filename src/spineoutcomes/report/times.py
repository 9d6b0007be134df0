"""One time to an event: curves by arm, numbers at horizons, and how follow-up was made."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spineoutcomes import figures, metrics, survival, tables
from spineoutcomes.cohort import Cohort
from spineoutcomes.design import Design
from spineoutcomes.figures.svg import as_svg
from spineoutcomes.report.grammar import TimeToEventSection
from spineoutcomes.report.sections import Picture, Section, noting, with_warnings
from spineoutcomes.report.time_metrics import TIMES
from spineoutcomes.report.time_words import time_definition
from spineoutcomes.report.words import plain
from spineoutcomes.results import Curves, Result, Summary

RATES = ("person-years", "scans per person-year")
DAYS_PER_YEAR = 365.25
# A column of this name cannot be one of the registry's own.
ENTRY = "entry (days)"


def time_section(spec: TimeToEventSection, cohort: Cohort, design: Design | None) -> Section:
    """Return the section of one time to an event."""
    frame, notes = noting(lambda: _times(spec, cohort))
    data = design or Design(cohort.data, treatment="arm", reference="all")
    event = frame["event"]
    columns = {"time": frame["time"], "event": event, "any_event": _any_event(event)}
    late = ENTRY if (frame["entry"] > 0).any() else None
    columns |= {} if late is None else {late: frame["entry"]}
    rows: Any = data.assign(**columns)
    rows = rows if design is not None else rows.data
    results, _ = noting(lambda: _results(spec, rows, design is not None, late))
    follow = _followup(spec.name, frame, cohort)
    named = [(f"{spec.name}: {label}", with_warnings(r, notes)) for label, r in results]
    causes = {str(cause): plain(str(cause)) for cause in event.cat.categories}
    shown = [tables.results_table(r, caption=name, labels=causes) for name, r in named]
    shown.append(tables.results_table(follow, caption="How the event was looked for"))
    return Section(
        title=spec.name,
        paragraphs=(time_definition(spec, frame, cohort),),
        tables=tuple(shown),
        pictures=tuple(_curve(name, r) for name, r in named if isinstance(r, Curves)),
        results=(*named, (f"{spec.name}: follow-up", follow)),
        notes=notes,
    )


def _times(spec: TimeToEventSection, cohort: Cohort) -> pd.DataFrame:
    words = {word: getattr(spec, word) for word in TIMES[spec.metric].arguments}
    # The gap between scans has no default: None says that there is no limit.
    given = {word: value for word, value in words.items() if value is not None}
    given["max_gap_days"] = spec.max_gap_days
    times: pd.DataFrame = getattr(metrics, spec.metric)(cohort, **given)
    return times


def _any_event(event: pd.Series) -> pd.Series:
    happened = (event.cat.codes > 0).astype(float)
    return happened.where(event.notna())


def _results(
    spec: TimeToEventSection, rows: Any, compared: bool, entry: str | None
) -> list[tuple[str, Result]]:
    """Return the results asked for, in the order of `measures`; `entry` names a late one."""
    horizons = tuple(spec.horizons)
    found: list[tuple[str, Result]] = []
    for measure in spec.measures:
        if measure == "risk":
            curves = survival.cumulative_incidence(
                rows, time="time", event="event", horizons=horizons, time_unit="days", entry=entry
            )
            found.append(("cumulative incidence", curves))
        elif measure == "survival":
            free = survival.survival_curve(
                rows,
                time="time",
                event="any_event",
                horizons=horizons,
                time_unit="days",
                entry=entry,
            )
            found.append(("free of any event", free))
        elif compared:
            cause = _first_cause(rows)
            test = survival.logrank_test(rows, time="time", event="event", cause=cause, entry=entry)
            found.append((f"log-rank test, {plain(cause)}", test))
    return found


def _first_cause(design: Design) -> str:
    return str(design.data["event"].cat.categories[1])


def _curve(name: str, curves: Curves) -> Picture:
    causes = curves.tidy()["cause"].dropna().unique().tolist()
    first = {"cause": causes[0]} if len(causes) > 1 else {}
    labels = {cause: plain(cause) for cause in causes}
    svg = as_svg(lambda: figures.curves_plot(curves, labels=labels, **first))
    shown = f" of {plain(causes[0])}" if causes else ""
    return Picture(svg, f"{name}{shown}, by arm, with numbers at risk below.")


def _followup(name: str, frame: pd.DataFrame, cohort: Cohort) -> Summary:
    arm = cohort.data["arm"]
    by_arm = frame.groupby(arm, observed=True)
    lacking = frame["time"].isna()
    outside = frame["status"] == "not_attainable"
    figures_by_arm: dict[str, pd.Series] = {"episodes": by_arm.size()}
    if "n_scans" in frame:
        years = by_arm["person_years"].sum()
        figures_by_arm |= {
            "episodes not at risk": outside.groupby(arm, observed=True).sum(),
            "episodes without any assessment": (lacking & ~outside)
            .groupby(arm, observed=True)
            .sum(),
            "scans": by_arm["n_scans"].sum(),
            "person-years": years,
            "scans per person-year": by_arm["n_scans"].sum() / years.where(years > 0),
            "censored for too long a gap without a scan": by_arm["censored_by_gap"].sum(),
        }
    else:
        years = (frame["time"] - frame["entry"].clip(lower=0)) / DAYS_PER_YEAR
        figures_by_arm |= {
            "episodes not at risk": outside.groupby(arm, observed=True).sum(),
            "episodes without a time": (lacking & ~outside).groupby(arm, observed=True).sum(),
            "person-years": years.groupby(arm, observed=True).sum(),
        }
    rows = [
        {
            "variable": label,
            "group": str(group),
            "statistic": "rate" if label in RATES else "count",
            "value": float(value),
        }
        for label, values in figures_by_arm.items()
        for group, value in values.items()
    ]
    return Summary(
        pd.DataFrame(rows), method="Assessments during the time each episode was observed."
    )
