"""One outcome at one time: from the cohort to a section with its numbers and its missing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spineoutcomes import compare, figures, tables
from spineoutcomes.cohort import Cohort
from spineoutcomes.design import Design
from spineoutcomes.figures.svg import as_svg
from spineoutcomes.report.grammar import OutcomeSection
from spineoutcomes.report.outcome_metrics import METRICS
from spineoutcomes.report.outcome_rows import outcome_values
from spineoutcomes.report.outcome_words import definition_of
from spineoutcomes.report.sections import Picture, Section, noting, with_warnings
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
    values, notes = noting(lambda: outcome_values(spec, cohort))
    outcome = values["outcome"]
    status = _status_summary(spec.name, values["status"], cohort)
    effect, _ = noting(lambda: _effect(spec, values, cohort, design))
    effect = with_warnings(effect, notes)
    results: list[tuple[str, Result]] = [(spec.name, effect), (f"{spec.name}: status", status)]
    shown = [_table(effect, spec.name)]
    words = [definition_of(spec, cohort)]
    if _is_reported_by_patients(spec) and isinstance(effect, Effects):
        words.append(MISSING_AT_RANDOM)
        shifts = _shifts(spec, cohort)
        if shifts and outcome.isna().any():
            shift = compare.delta_shift(effect, deltas=shifts)
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


def _effect(
    spec: OutcomeSection, values: pd.DataFrame, cohort: Cohort, design: Design | None
) -> Effects | Summary:
    """Return the effect; rows without a value are counted in it and below its table."""
    adjust = {BASELINE: values["baseline"]} if spec.baseline_adjusted else {}
    data = design or Design(cohort.data, treatment="arm", reference="all")
    rows: Any = data.assign(**{spec.name: values["outcome"]}, **adjust)
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
    column = METRICS[spec.metric].column(spec.column)
    if column == "percent_change":
        # The range is in points, and a percentage of baseline has none.
        return []
    instrument = cohort.vocabulary.instruments[str(spec.instrument)]
    low, high = instrument.range or (0.0, 0.0)
    higher_is_worse = instrument.higher_is == "worse" and column != "benefit"
    return [(1.0 if higher_is_worse else -1.0) * share * (high - low) for share in SHIFTS]
