"""The rows of an Effects that compare: which they are, on what scale, and their arms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.small_arms import NO_P
from spineoutcomes.results import Effects
from spineoutcomes.results.effects import KEYS
from spineoutcomes.results.measures import measure

Record = Mapping[str, Any]
PLACE = (*KEYS, "estimand")
SEPARATOR = " - "


def records(function: str, effects: Effects) -> list[Record]:
    """Return the rows of an Effects, one mapping each.

    Raises
    ------
    ArgumentError
        When it is no Effects.
    """
    if not isinstance(effects, Effects):
        raise ArgumentError(f"{function}: expected Effects, got a {type(effects).__name__}.")
    rows: list[Any] = effects.tidy().to_dict("records")
    return rows


def is_contrast(row: Record) -> bool:
    """Return whether a row compares two groups by a difference or a ratio."""
    return row["contrast"] is not None and measure(row["measure"]).scale in ("difference", "ratio")


def arm_contrasts(rows: Sequence[Record]) -> list[Record]:
    """Return the rows that compare arms, without those of a model's other terms.

    The levels of a covariate are compared too, by rows that follow those of the arms: they are of
    the same measure, method and place as the first, but of another column.
    """
    columns: dict[object, str] = {}
    found = []
    for row in filter(is_contrast, rows):
        column = str(row["term"]).partition("[")[0]
        first = columns.setdefault((*place_of(row), row["measure"], row["method"]), column)
        if column == first:
            found.append(row)
    return found


def is_ratio(row: Record) -> bool:
    """Return whether a row lives on the log scale."""
    return measure(row["measure"]).scale == "ratio"


def p_held_back(row: Record) -> bool:
    """Return whether a row was denied a p-value, as small arms and subgroups are.

    What is read from it then has none either. A row that never had a test has no statistic.
    """
    untold = math.isnan(row["p_value"]) and not math.isnan(row["statistic"])
    return untold or NO_P in (row["method"] or "")


def on_scale(row: Record, column: str) -> float:
    """Return an estimate or a limit on the scale of its error: the log of a ratio."""
    value = float(row[column])
    if not is_ratio(row) or math.isnan(value):
        return value
    return math.log(value) if value > 0 else -math.inf


def arms_of(row: Record, rows: Sequence[Record], level: str) -> tuple[Record, Record] | None:
    """Return the rows of the two arms of a contrast, None where they are not both there once."""
    place = place_of(row)
    own = [other for other in rows if other["measure"] == level and place_of(other) == place]
    found = [
        (one, zero)
        for one in own
        for zero in own
        if f"{one['contrast']}{SEPARATOR}{zero['contrast']}" == row["contrast"]
    ]
    return found[0] if len(found) == 1 else None


def place_of(row: Record) -> list[object]:
    """Return what a contrast and its arms have in common; a missing horizon equals another."""
    values = (row.get(key) for key in PLACE)
    return [None if isinstance(value, float) and math.isnan(value) else value for value in values]
