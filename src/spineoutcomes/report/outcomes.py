"""One outcome at one time: from the cohort to a section with its numbers and its missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from spineoutcomes import compare, figures, metrics, tables
from spineoutcomes.cohort import Cohort
from spineoutcomes.design import Design
from spineoutcomes.figures.svg import as_svg
from spineoutcomes.report.grammar import OutcomeSection
from spineoutcomes.report.sections import Picture, Section, noting, with_warnings
from spineoutcomes.report.study import METRICS
from spineoutcomes.report.words import plain
from spineoutcomes.results import Effects, Result, Summary

BASELINE = "baseline value"
# Share of an instrument's range by which the missing are assumed to differ from those seen.
SHIFTS = (0.1, 0.2)
MISSING_AT_RANDOM = "Responses are assumed missing at random given the covariates used."
SHIFT = (
    "The shift below shows how the difference would move if those missing in the treated arm were "
    "worse than those seen."
)


def outcome_section(spec: OutcomeSection, cohort: Cohort, design: Design | None) -> Section:
    """Return the section of one outcome: status by arm, the effect, its table and figure."""
    values, notes = noting(lambda: _metric(spec, cohort))
    outcome = values[spec.column or METRICS[spec.metric][0]].astype(float)
    status = _status_summary(spec.name, _status_of(spec, outcome, values["status"]), cohort)
    effect, _ = noting(lambda: _effect(spec, outcome, values, cohort, design))
    effect = with_warnings(effect, notes)
    results: list[tuple[str, Result]] = [(spec.name, effect), (f"{spec.name}: status", status)]
    shown = [_table(effect, spec.name)]
    words = [_definition(spec, cohort)]
    if _is_reported_by_patients(spec) and isinstance(effect, Effects):
        words.append(MISSING_AT_RANDOM)
        if outcome.isna().any():
            shift = compare.delta_shift(effect, deltas=_shifts(spec, cohort))
            caption = "Shift of the missing in the treated arm"
            results.append((f"{spec.name}: shift of the missing", shift))
            shown.append(tables.effects_table(shift, caption=caption))
            words.append(SHIFT)
    shown.append(tables.results_table(status, caption="Who was observed, and who was not"))
    return Section(
        title=spec.name,
        paragraphs=tuple(words),
        tables=tuple(shown),
        pictures=_forest(effect, spec.name),
        results=tuple(results),
        notes=notes,
    )


def _metric(spec: OutcomeSection, cohort: Cohort) -> pd.DataFrame:
    windows = None if spec.window is None else {str(spec.visit): spec.window}
    at_visit: Any = {
        "instrument": spec.instrument,
        "visit": spec.visit,
        "windows": windows,
        "location": spec.location,
        "side": spec.side,
    }
    rule: Any = {"rule": spec.rule} if spec.rule else {}
    strategies: Any = {name: spec.intercurrent.get(name) for name in ("death", "reoperation")}
    lesion: Any = {"measure": spec.measure_of_lesion, "reference_scan": spec.reference_scan}
    calls: dict[str, Callable[[], pd.DataFrame]] = {
        "score_at": lambda: metrics.score_at(cohort, **at_visit, **rule),
        "change_from_baseline": lambda: metrics.change_from_baseline(cohort, **at_visit, **rule),
        "achieved_threshold": lambda: metrics.achieved_threshold(
            cohort, threshold=str(spec.threshold), **strategies, **at_visit, **rule
        ),
        "grade_change": lambda: metrics.grade_change(cohort, **at_visit, **rule),
        "perioperative": lambda: metrics.perioperative(cohort),
        "residual_lesion": lambda: metrics.residual_lesion(
            cohort,
            compartment=spec.compartment,
            visit=spec.visit,
            window=spec.window,
            **lesion,
        ),
    }
    return calls[spec.metric]()


def _effect(
    spec: OutcomeSection,
    outcome: pd.Series,
    values: pd.DataFrame,
    cohort: Cohort,
    design: Design | None,
) -> Effects | Summary:
    """Return the effect; rows without a value are counted in it and below its table."""
    adjust = {BASELINE: values["baseline"]} if spec.baseline_adjusted else {}
    data = design or Design(cohort.data, treatment="arm", reference="all")
    rows: Any = data.assign(**{spec.name: outcome}, **adjust)
    if design is None:
        rows = rows.data
    if spec.measure == "median":
        return compare.baseline_summary(rows, variables=[spec.name])
    if spec.measure in ("mean", "mean_difference"):
        baseline = BASELINE if spec.baseline_adjusted else None
        return compare.mean_difference(rows, outcome=spec.name, baseline=baseline)
    return compare.risk_difference(rows, outcome=spec.name)


def _table(effect: Effects | Summary, caption: str) -> tables.Table:
    if isinstance(effect, Effects):
        return tables.effects_table(effect, caption=caption)
    return tables.results_table(effect, caption=caption)


def _forest(effect: Effects | Summary, name: str) -> tuple[Picture, ...]:
    if not isinstance(effect, Effects):
        return ()
    rows = effect.tidy()
    if not rows["measure"].str.endswith("_difference").any():
        return ()
    svg = as_svg(lambda: figures.forest_plot(effect))
    return (Picture(svg, f"{name}: difference between the arms with its interval."),)


def _status_of(spec: OutcomeSection, outcome: pd.Series, status: pd.Series) -> pd.Series:
    """Return the status of the outcome; that of `perioperative` is about its events alone."""
    if spec.metric != "perioperative":
        return status
    status = status.mask((status == "observed") & outcome.isna(), "missing")
    return status.mask(outcome.notna(), "observed")


def _status_summary(name: str, level: pd.Series, cohort: Cohort) -> Summary:
    """Count episodes by the status of an outcome."""
    counts = (
        pd.DataFrame({"group": cohort.data["arm"], "level": level})
        .value_counts(["group", "level"], sort=False)
        .rename("value")
        .reset_index()
    )
    frame = counts[counts["value"] > 0].assign(variable=name, statistic="count")
    return Summary(
        frame.assign(value=frame["value"].astype(float)),
        method="Episodes by the status of the outcome; none is left out of this count.",
    )


def _is_reported_by_patients(spec: OutcomeSection) -> bool:
    return spec.measure == "mean_difference" and spec.metric in ("score_at", "change_from_baseline")


def _shifts(spec: OutcomeSection, cohort: Cohort) -> list[float]:
    """Return shifts in the harmful direction, as shares of the instrument's range."""
    instrument = cohort.vocabulary.instruments[str(spec.instrument)]
    low, high = instrument.range or (0.0, 0.0)
    harmful = 1.0 if instrument.higher_is == "worse" else -1.0
    return [harmful * share * (high - low) for share in SHIFTS]


def _definition(spec: OutcomeSection, cohort: Cohort) -> str:
    """Return in words what is measured, when, and which direction is better."""
    if spec.instrument is None:
        part = f", {spec.compartment} part" if spec.compartment else ""
        lesion = (
            f"Residual lesion by {spec.measure_of_lesion}{part}, against the scan before surgery"
        )
        measured = lesion if spec.measure_of_lesion else plain(spec.column)
    else:
        entry = cohort.vocabulary.instruments[spec.instrument]
        place = f", {spec.location}" if spec.location else ""
        side = f" {spec.side}" if spec.side else ""
        unit = f", {entry.unit}" if entry.unit else ""
        measured = f"{entry.name}{place}{side}{unit} (higher is {entry.higher_is})"
    when = f" at {spec.visit}" if spec.visit else ""
    window = f", days {spec.window[0]:g} to {spec.window[1]:g}" if spec.window else ""
    adjusted = "; adjusted for its baseline value" if spec.baseline_adjusted else ""
    parts = (f"{measured}{when}{window}{adjusted}.", _threshold(spec, cohort))
    return " ".join(part for part in (*parts, _strategies(spec.intercurrent)) if part)


def _threshold(spec: OutcomeSection, cohort: Cohort) -> str:
    """Return which threshold was used, where it comes from, and who could attain it."""
    if spec.instrument is None or spec.threshold is None:
        return ""
    record = cohort.vocabulary.instruments[spec.instrument].thresholds[spec.threshold]
    source = cohort.vocabulary.sources[record.source].citation
    return (
        f"Threshold: {record.kind} {record.comparison} {record.value:g} ({record.basis}), "
        f"{record.population}, {record.method} ({source}). The denominator is those whose "
        "baseline allowed it."
    )


def _strategies(intercurrent: Mapping[str, str]) -> str:
    words = {
        "exclude": "those it happened to before are left out",
        "ignore": "ignored",
        "failure": "counted as not achieved",
    }
    parts = [f"{event}: {words.get(how, how)}" for event, how in intercurrent.items()]
    return f"Intercurrent events: {'; '.join(parts)}." if parts else ""
