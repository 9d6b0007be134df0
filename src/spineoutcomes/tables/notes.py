"""What stands below a table: methods, warnings and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spineoutcomes.results import Effects, Result
from spineoutcomes.results import format as fmt
from spineoutcomes.results.labels import Words
from spineoutcomes.results.measures import measure

Record = Mapping[str, Any]


def records(result: Result) -> list[Record]:
    """Return the rows of a result, one mapping each."""
    rows: list[Any] = result.tidy().to_dict("records")
    return rows


def result_notes(result: Result) -> list[str]:
    """Return the method, estimand and warnings of a result."""
    notes = [result.method] if result.method else []
    notes += [f"Estimand: {result.estimand}."] if result.estimand else []
    return notes + [f"Warning: {warning}" for warning in result.warnings]


def effects_notes(effects: Effects, say: Words) -> list[str]:
    """Return the methods of the rows, what was left out, estimands and warnings."""
    rows = records(effects)
    estimands = dict.fromkeys(row["estimand"] for row in rows if row["estimand"])
    notes = ["CI, confidence interval."] if effects.tidy()["conf_low"].notna().any() else []
    notes += _methods(rows)
    notes += [f"Estimand: {', '.join(estimands)}."] if estimands else []
    notes += _left_out(rows, say)
    return notes + [f"Warning: {warning}" for warning in effects.warnings]


def _methods(rows: Iterable[Record]) -> list[str]:
    """Return each method once, after the measures it gave where there is more than one."""
    measures: dict[str, dict[str, None]] = {}
    for row in rows:
        if row["method"]:
            measures.setdefault(row["method"], {})[measure(row["measure"]).label] = None
    if len(measures) == 1:
        return list(measures)
    return [f"{', '.join(labels)}: {method}" for method, labels in measures.items()]


def _left_out(rows: Iterable[Record], say: Words) -> list[str]:
    """Return how many rows each outcome lost to missing data, by arm where the arms tell."""
    lost: dict[str, dict[str, str]] = {}
    whole: dict[str, str] = {}
    for row in rows:
        if row["n_missing"] > 0:
            outcome, number = say(row.get("outcome")), fmt.count(row["n_missing"])
            if measure(row["measure"]).scale == "level":
                lost.setdefault(outcome, {})[say(row["contrast"])] = number
            else:
                whole.setdefault(outcome, number)
    parts = []
    for outcome in dict.fromkeys([*whole, *lost]):
        by_arm = [
            f"{number} ({arm})" if arm else number for arm, number in lost.get(outcome, {}).items()
        ]
        text = ", ".join(by_arm) or whole[outcome]
        parts.append(f"{outcome}: {text}" if outcome else text)
    return [f"Rows left out for missing data: {'; '.join(parts)}."] if parts else []
