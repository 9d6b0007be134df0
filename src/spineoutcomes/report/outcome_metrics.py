"""The outcome metrics of a study file: the words each one takes, and the columns it can report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MEANS = ("mean", "mean_difference")
RISKS = ("risk", "risk_difference")
PICKS = ("nearest", "first", "last")

AT_VISIT = ("instrument", "visit", "window", "rule", "location", "side", "rater", "partial_dates")
BEFORE_AFTER = (*AT_VISIT, "baseline_window")
OF_LESION = ("measure_of_lesion", "compartment", "reference_scan", "visit", "window")

AMOUNTS = ("blood_loss_ml", "operative_time_min", "incision_length_mm", "los_days", "cost")
WITHIN = ("complication", "reoperation", "readmission", "transfusion", "died")
HAPPENED = (
    *("conversion", "same_day_discharge", "cement_leak"),
    *(f"{kind}_{days}d" for kind in WITHIN for days in (30, 90)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeMetric:
    """What one metric takes from its section, and what of it can be reported.

    Attributes
    ----------
    columns : mapping
        Each column that can be the outcome, with the measures of it. The first one is the outcome
        of a section that names none, unless `needs` asks for `column`.
    arguments : tuple of str
        Words that go into the metric.
    also : tuple of str
        Words that this metric allows and that are about the analysis.
    needs : tuple of str
        Words without which the section says too little.
    rules : tuple of str
        What `rule` may be.
    """

    columns: Mapping[str, tuple[str, ...]]
    arguments: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    rules: tuple[str, ...] = field(default=PICKS)

    @property
    def takes(self) -> tuple[str, ...]:
        """Every word the metric's section may have besides those of all sections."""
        return (*self.arguments, *self.also)

    def column(self, named: str | None) -> str:
        """Return the column that is the outcome: the one named, else the first."""
        return named or next(iter(self.columns))


# What this version can run. A word of the grammar outside these is refused with its line.
METRICS = {
    "score_at": OutcomeMetric(
        columns={"value": MEANS},
        arguments=AT_VISIT,
        needs=("instrument", "visit"),
    ),
    "change_from_baseline": OutcomeMetric(
        columns=dict.fromkeys(("change", "percent_change", "benefit"), MEANS),
        arguments=BEFORE_AFTER,
        also=("baseline_adjusted",),
        needs=("instrument", "visit"),
    ),
    "achieved_threshold": OutcomeMetric(
        columns={"achieved": RISKS},
        arguments=(*BEFORE_AFTER, "threshold"),
        needs=("instrument", "visit", "threshold"),
    ),
    "grade_change": OutcomeMetric(
        columns=dict.fromkeys(
            ("improved", "improved_whole_grade", "improved_rank", "can_improve"), RISKS
        ),
        arguments=(*BEFORE_AFTER, "muscle"),
        needs=("instrument", "visit", "rule"),
        rules=("whole_grade", "rank"),
    ),
    "neurological_transition": OutcomeMetric(
        columns=dict.fromkeys(("improved", "worse", "stable", "can_improve", "can_worsen"), RISKS),
        arguments=BEFORE_AFTER,
        needs=("instrument", "visit"),
    ),
    # Regained and maintained are two outcomes of two groups of patients: neither is the default.
    "ambulation": OutcomeMetric(
        columns=dict.fromkeys(
            ("regained", "maintained", "ambulatory_before", "ambulatory_after"), RISKS
        ),
        arguments=(*BEFORE_AFTER, "ambulatory"),
        needs=("instrument", "ambulatory", "visit", "column"),
    ),
    "perioperative": OutcomeMetric(
        columns=dict.fromkeys(AMOUNTS, MEANS) | dict.fromkeys(HAPPENED, RISKS),
        needs=("column",),
    ),
    "residual_lesion": OutcomeMetric(
        columns={"residual_percent": (*MEANS, "median")},
        arguments=(*OF_LESION, "partial_dates"),
        needs=("measure_of_lesion",),
    ),
}
