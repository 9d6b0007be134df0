"""What an outcome section may not say: checked before any data are read."""

from __future__ import annotations

from collections.abc import Iterator

from spineoutcomes.report.grammar import OutcomeSection
from spineoutcomes.report.outcome_metrics import METRICS

# How an intercurrent event may be handled; only a threshold can be failed by one.
INTERCURRENT = {"death": ("exclude",), "reoperation": ("ignore",), "conversion": ("ignore",)}
FAILED_BY = {"death": ("exclude", "failure"), "reoperation": ("ignore", "failure")}


def outcome_problems(outcome: OutcomeSection, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the key of each word that does not fit, and why it does not.

    Parameters
    ----------
    outcome : OutcomeSection
    kind : {"comparison", "series", "case"}
        The kind of the study: only a comparison has differences.
    """
    if outcome.metric not in METRICS:
        yield "metric", f"{outcome.metric!r} is not available; there are: {', '.join(METRICS)}"
        return
    yield from _missing_keys(outcome)
    yield from _column_problems(outcome, kind)
    yield from _superfluous_keys(outcome)
    yield from _choice_problems(outcome)
    for key in ("window", "baseline_window"):
        yield from _window_problems(key, getattr(outcome, key))
    if outcome.noninferiority_margin is not None:
        message = "is part of the grammar but not available in this version; take it out"
        yield "noninferiority_margin", message
    yield from _intercurrent_problems(outcome)


def _missing_keys(outcome: OutcomeSection) -> Iterator[tuple[str, str]]:
    metric = METRICS[outcome.metric]
    for key in metric.needs:
        if getattr(outcome, key) is None:
            choices = f", one of {', '.join(metric.columns)}" if key == "column" else ""
            yield "metric", f"{outcome.metric} needs the key {key!r}{choices}"


def _column_problems(outcome: OutcomeSection, kind: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the column, else with the measure, which depends on it."""
    columns = METRICS[outcome.metric].columns
    column = METRICS[outcome.metric].column(outcome.column)
    if column not in columns:
        yield "column", f"of {outcome.metric} must be one of {', '.join(columns)}"
        return
    compared = kind == "comparison"
    fitting = [m for m in columns[column] if m.endswith("_difference") == compared]
    if outcome.measure not in fitting:
        named = f" {column}" if outcome.column else ""
        words = ", ".join(fitting)
        yield "measure", f"of {outcome.metric}{named} in a {kind} must be one of {words}"


def _superfluous_keys(outcome: OutcomeSection) -> Iterator[tuple[str, str]]:
    """Yield words that the metric would not read: nobody should believe that they did something."""
    words = dict.fromkeys(word for metric in METRICS.values() for word in metric.takes)
    for word in words:
        given = getattr(outcome, word) not in (None, False)
        if given and word not in METRICS[outcome.metric].takes:
            owners = [name for name, metric in METRICS.items() if word in metric.takes]
            yield word, f"belongs to {', '.join(owners)}"


def _choice_problems(outcome: OutcomeSection) -> Iterator[tuple[str, str]]:
    rules = METRICS[outcome.metric].rules
    if outcome.rule is not None and outcome.rule not in rules:
        yield "rule", f"of {outcome.metric} must be one of {', '.join(rules)}"
    if outcome.ambulatory == []:
        yield "ambulatory", "must name at least one grade that means walking"


def _window_problems(key: str, window: tuple[float, float] | None) -> Iterator[tuple[str, str]]:
    if window is None:
        return
    if not window[0] <= window[1]:
        yield key, "must be two days in order, such as [60, 120] or [-30, 0]"
    elif key == "baseline_window" and window[0] > 0:
        yield key, "begins after surgery, which is day 0; say such as [-30, 0]"


def _intercurrent_problems(outcome: OutcomeSection) -> Iterator[tuple[str, str]]:
    failing = outcome.metric == "achieved_threshold"
    known = INTERCURRENT | (FAILED_BY if failing else {})
    for event, strategy in outcome.intercurrent.items():
        if strategy not in known.get(event, ()):
            words = ", ".join(f"{name} = {' or '.join(ways)}" for name, ways in known.items())
            yield "intercurrent", f"{event} = {strategy!r} is not available; there is: {words}"
