"""One outcome in words: what is measured, when, of whom, and what happened in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spineoutcomes.cohort import Cohort
from spineoutcomes.report.grammar import OutcomeSection
from spineoutcomes.report.outcome_metrics import METRICS
from spineoutcomes.report.words import plain

# What a column means, and who is in its denominator.
COLUMNS = {
    ("change_from_baseline", "percent_change"): "The change is in percent of the baseline value.",
    ("change_from_baseline", "benefit"): "Benefit: the change, positive where it is better.",
    ("grade_change", "improved_whole_grade"): (
        "Improved: a rise of one whole grade or more, plus and minus dropped. The denominator is "
        "all seen before and then, those at the best grade before too."
    ),
    ("grade_change", "improved_rank"): (
        "Improved: any rise. The denominator is all seen before and then, those at the best grade "
        "before too."
    ),
    ("grade_change", "can_improve"): (
        "Not at the best grade before surgery, so that improving was possible. The denominator is "
        "all seen before surgery."
    ),
    ("neurological_transition", "improved"): (
        "Improved: a better grade than before surgery. The denominator is those seen who were not "
        "at the best grade before."
    ),
    ("neurological_transition", "worse"): (
        "Worse: a worse grade than before surgery. The denominator is those seen who were not at "
        "the worst grade before."
    ),
    ("neurological_transition", "stable"): (
        "Stable: the same grade as before surgery. The denominator is all seen before and then; "
        "some of them could not improve, or could not worsen."
    ),
    ("neurological_transition", "can_improve"): (
        "Not at the best grade before surgery, so that improving was possible. The denominator is "
        "all seen before surgery."
    ),
    ("neurological_transition", "can_worsen"): (
        "Not at the worst grade before surgery, so that worsening was possible. The denominator is "
        "all seen before surgery."
    ),
    ("ambulation", "regained"): (
        "Regained: walking. The denominator is those seen who did not walk before surgery."
    ),
    ("ambulation", "maintained"): (
        "Maintained: still walking. The denominator is those seen who walked before surgery."
    ),
    ("ambulation", "ambulatory_before"): (
        "Walking before surgery. The denominator is all seen before surgery."
    ),
    ("ambulation", "ambulatory_after"): (
        "Walking, whether before surgery or not. The denominator is all seen then."
    ),
}
WEAKEST = (
    "The weakest muscle of each episode before surgery is followed, and compared with itself. It "
    "was chosen for being weak, so part of its rise is regression to the mean."
)
PARTIAL_DATES = {
    "midpoint": "is taken in the middle of it",
    "earliest": "is taken on its first day",
    "latest": "is taken on its last day",
    "exclude": "is left out",
}
STRATEGIES = {
    "exclude": "those it happened to before are left out",
    "ignore": "ignored",
    "failure": "counted as not achieved",
}


def definition_of(spec: OutcomeSection, cohort: Cohort) -> str:
    """Return in words what is measured, when and of whom, and which direction is better."""
    return " ".join(_sentences(spec, cohort))


def _sentences(spec: OutcomeSection, cohort: Cohort) -> Iterator[str]:
    adjusted = "; adjusted for its baseline value" if spec.baseline_adjusted else ""
    yield f"{_measured(spec, cohort)}{_when(spec)}{adjusted}."
    if spec.metric == "neurological_transition" and not _is_graded(spec, cohort):
        yield "Its numbers are read in bands of severity, each of which is a grade here."
    if spec.ambulatory:
        yield f"Walking means {_walking(spec.ambulatory, spec, cohort)}."
    yield from _column(spec)
    if spec.muscle:
        yield WEAKEST
    if spec.threshold:
        yield _threshold(str(spec.instrument), spec.threshold, cohort)
    if spec.partial_dates:
        how = PARTIAL_DATES[spec.partial_dates]
        yield f"A death or contact known only to a month or year {how}, where it decides."
    if spec.intercurrent:
        yield _strategies(spec.intercurrent)


def _is_graded(spec: OutcomeSection, cohort: Cohort) -> bool:
    return cohort.vocabulary.instruments[str(spec.instrument)].is_graded


def _walking(named: Sequence[object], spec: OutcomeSection, cohort: Cohort) -> str:
    """Return the grades that mean walking; of numbers the worst one, which stands for the rest."""
    if _is_graded(spec, cohort):
        return ", ".join(map(str, named))
    better = cohort.vocabulary.instruments[str(spec.instrument)].higher_is == "better"
    numbers = [float(str(number)) for number in named]
    return f"{min(numbers) if better else max(numbers):g} or better"


def _column(spec: OutcomeSection) -> Iterator[str]:
    column = METRICS[spec.metric].column(spec.column)
    # Of a change of grade the rule tells what an improvement is.
    by_rule = spec.metric == "grade_change" and column == "improved"
    meaning = COLUMNS.get((spec.metric, f"improved_{spec.rule}" if by_rule else column))
    if meaning:
        yield meaning


def _measured(spec: OutcomeSection, cohort: Cohort) -> str:
    if spec.measure_of_lesion:
        part = f", {spec.compartment} part" if spec.compartment else ""
        return f"Residual lesion by {spec.measure_of_lesion}{part}, against the scan before surgery"
    if spec.instrument is None:
        return plain(spec.column)
    entry = cohort.vocabulary.instruments[spec.instrument]
    place = f", {spec.location}" if spec.location else ""
    side = f" {spec.side}" if spec.side else ""
    rater = f", rated by {spec.rater}" if spec.rater else ""
    unit = f", {entry.unit}" if entry.unit else ""
    return f"{entry.name}{place}{side}{rater}{unit} (higher is {entry.higher_is})"


def _when(spec: OutcomeSection) -> str:
    visit = f" at {spec.visit}" if spec.visit else ""
    window = f", days {spec.window[0]:g} to {spec.window[1]:g}" if spec.window else ""
    if spec.baseline_window is None:
        return f"{visit}{window}"
    first, last = spec.baseline_window
    return f"{visit}{window}; baseline from days {first:g} to {last:g}"


def _threshold(instrument: str, threshold: str, cohort: Cohort) -> str:
    """Return which threshold was used, where it comes from, and who could attain it."""
    record = cohort.vocabulary.instruments[instrument].thresholds[threshold]
    source = cohort.vocabulary.sources[record.source].citation
    return (
        f"Threshold: {record.kind} {record.comparison} {record.value:g} ({record.basis}), "
        f"{record.population}, {record.method} ({source}). The denominator is those whose "
        "baseline allowed it."
    )


def _strategies(intercurrent: Mapping[str, str]) -> str:
    parts = [f"{event}: {STRATEGIES.get(how, how)}" for event, how in intercurrent.items()]
    return f"Intercurrent events: {'; '.join(parts)}."
