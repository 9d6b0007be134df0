"""The report of one patient: a timeline and words, no estimate and no p-value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd

from spineoutcomes import figures, metrics
from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.svg import as_svg
from spineoutcomes.report.sections import Picture, Section
from spineoutcomes.results import Result, Summary
from spineoutcomes.tables import Table

LANES = {
    "procedures": "What was done",
    "scores": "How the patient was",
    "scans": "What the scans showed",
    "findings": "What was found",
    "events": "What happened, and what was looked for",
}


def case_sections(cohort: Cohort) -> list[Section]:
    """Return the sections of a case report.

    Raises
    ------
    ArgumentError
        When the registry holds more than one patient.
    """
    patients = cohort.data["patient_id"].nunique()
    if patients != 1:
        raise ArgumentError(
            f'A study of kind = "case" reports one patient; the cohort has {patients}.'
        )
    timeline = metrics.episode_timeline(cohort)
    return [_course(cohort, timeline), *_outcomes(cohort)]


def _course(cohort: Cohort, timeline: pd.DataFrame) -> Section:
    svg = as_svg(lambda: figures.case_timeline(timeline))
    alt = "Timeline of the case: procedures, scores, scans, findings and events by day."
    return Section(
        title="The course",
        paragraphs=(_who(cohort),),
        pictures=(Picture(svg, alt),),
        tables=(_timeline_table(timeline),),
    )


def _who(cohort: Cohort) -> str:
    episode = cohort.rows("episodes").iloc[0]
    diagnosis = cohort.vocabulary.diagnoses[str(episode["diagnosis"])].name
    place = next((str(episode[c]) for c in ("levels", "region") if pd.notna(episode[c])), "")
    where = f", {place}" if place else ""
    age = episode["age_years"]
    years = "Age is not reported." if pd.isna(age) else f"Age {age:g} years."
    n = len(cohort)
    return f"{diagnosis}{where}; {n} treatment episode{'s' if n > 1 else ''}. {years}"


def _timeline_table(timeline: pd.DataFrame) -> Table:
    rows: list[tuple[list[str], str]] = []
    happened = timeline[
        timeline["lane"].isin(["findings", "events"]) | (timeline["kind"] == "imaging")
    ]
    about = set(happened.loc[happened["approximate"].fillna(False).astype(bool), "day"])
    for lane, heading in LANES.items():
        own = timeline[timeline["lane"] == lane]
        if len(own):
            rows.append(([heading, ""], "heading"))
            rows += [
                ([str(label), _when(day, about)], "sub")
                for label, day in zip(own["label"], own["day"], strict=True)
            ]
    return Table(
        columns=["", "When"],
        rows=rows,  # type: ignore[arg-type]
        caption="Everything recorded, in order",
        alignments=["left", "left"],
        footnotes=["Day 0 is the index procedure. Nothing is added to what the source states."],
    )


def _when(day: float, about: set[float]) -> str:
    """Return the day in words; `about` holds the days that events say are approximate."""
    if pd.isna(day):
        return "day not stated"
    return f"about day {day:g}" if day in about else f"day {day:g}"


def _outcomes(cohort: Cohort) -> Iterator[Section]:
    scores = cohort.rows("scores")[["instrument", "location", "side"]].drop_duplicates()
    if len(scores):
        told = [_one_score(cohort, row) for row in scores.to_dict("records")]
        yield Section(
            title="Scores",
            paragraphs=tuple(words for words, _ in told),
            results=_numbers("Scores", [number for _, number in told if number]),
        )
    words, numbers = _lesion_words(cohort)
    if words:
        yield Section(title="Lesion", paragraphs=tuple(words), results=_numbers("Lesion", numbers))


def _numbers(name: str, rows: list[dict[str, object]]) -> tuple[tuple[str, Result], ...]:
    """Return the printed numbers of a section as a result of its own."""
    method = "As the source states them, or a difference of two of them; nothing is estimated."
    return ((name, Summary(pd.DataFrame(rows), method=method)),) if rows else ()


def _one_score(cohort: Cohort, key: dict[Hashable, Any]) -> tuple[str, dict[str, object] | None]:
    """Return a score in words, and its number where it has one."""
    asked: Any = {name: None if pd.isna(value) else str(value) for name, value in key.items()}
    entry = cohort.vocabulary.instruments[asked["instrument"]]
    place = " ".join(part for part in (asked["side"], asked["location"]) if part)
    name = f"{entry.name}{f', {place}' if place else ''}"
    if entry.is_graded:
        frame = metrics.grade_change(cohort, visit="final", rule="whole_grade", **asked)
        final = frame["grade"].iloc[0]
    else:
        frame = metrics.change_from_baseline(cohort, visit="final", **asked)
        final = frame["value"].iloc[0]
    words = f"{name}: {_final(final)}; {_change(frame.iloc[0])}"
    if isinstance(final, str) or pd.isna(final):
        return words, None
    return words, _number(name, "final", "value", float(final))


def _final(final: Any) -> str:
    if pd.isna(final):
        return "no final score"
    return f"final score {final if isinstance(final, str) else format(final, 'g')}"


def _change(change: pd.Series) -> str:
    if change["status"] == "no_baseline":
        return "no baseline is recorded, so a change cannot be stated."
    if change["status"] != "observed":
        return f"change not stated ({change['status']})."
    if "direction" in change:
        return f"{change['direction']} since baseline ({change['baseline']})."
    return f"change of {change['change']:+g} since baseline ({change['baseline']:g})."


def _lesion_words(cohort: Cohort) -> tuple[list[str], list[dict[str, object]]]:
    lesions = cohort.rows("lesions")
    recorded = lesions["measure"].dropna().unique().tolist()
    compartments = lesions["compartment"].dropna().unique().tolist()
    words: list[str] = []
    numbers: list[dict[str, object]] = []
    for measure in ("percent_removed", "percent_residual"):
        for compartment in compartments if measure in recorded else ():
            asked: Any = {"measure": measure, "compartment": str(compartment)}
            row = metrics.residual_lesion(cohort, **asked).iloc[0]
            if pd.notna(row["residual_percent"]):
                words.append(_residual(row, str(compartment)))
                level, value = f"day {row['day']:g}", row["residual_percent"]
                numbers.append(_number(f"residual lesion, {compartment}", level, "percent", value))
    told, time = _recurrence(cohort)
    words += told
    if time is not None:
        numbers.append(_number("observation", "last scan", "day", time))
    return words, numbers


def _number(variable: str, level: str, statistic: str, value: float) -> dict[str, object]:
    return {"variable": variable, "level": level, "statistic": statistic, "value": value}


def _residual(row: pd.Series, compartment: str) -> str:
    about = "about " if row["approximate"] is True or row["approximate"] == 1 else ""
    text = f"Residual of the {compartment} part on day {row['day']:g}: "
    text += f"{about}{row['residual_percent']:g} % of the lesion before surgery"
    if row["confounded"] is True or row["confounded"] == 1:
        text += ", confounded by what the operation left in the area"
    if pd.notna(row["qualitative"]):
        text += f". A later scan shows it {row['qualitative']}"
    return f"{text}."


def _recurrence(cohort: Cohort) -> tuple[list[str], float | None]:
    """Return what was looked for and whether it was seen, and the day observation ends."""
    times = metrics.time_to_recurrence(
        cohort,
        assessment="imaging",
        max_gap_days=float("inf"),
        censor_at="last_scan",
        partial_dates="exclude",
    ).iloc[0]
    if pd.isna(times["time"]):
        return [], None
    residual = times["endpoint"] == "residual_progression"
    words = []
    if residual:
        words.append("Recurrence is not applicable: a residual exists, so its growth is sought.")
    what = "Progression of the residual" if residual else "Recurrence"
    about = "about " if times["approximate"] else ""
    if times["event"] == "censored":
        words.append(
            f"{what} was looked for and not seen; observation ends with the last scan, on {about}"
            f"day {times['time']:g} (censored there, which is not a cure)."
        )
    else:
        words.append(f"{str(times['event']).replace('_', ' ')} on {about}day {times['time']:g}.")
    return words, float(times["time"])
