"""The steps of a flow, read from its Summary: who remained, who was left out, who is in an arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from spineoutcomes.results import Summary


class Counted(NamedTuple):
    """A number with its name."""

    name: str
    n: float


@dataclass(frozen=True, slots=True)
class Step:
    """How many remained after a step, and who was left out at it."""

    remained: Counted
    left_out: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps in order, then the numbers of each arm."""

    steps: tuple[Step, ...]
    arms: Mapping[str, tuple[Counted, ...]]


def flow_of(summary: Summary, say: Callable[[Any], str]) -> Flow:
    """Return the flow in the order of the rows.

    An `excluded` row goes with the `count` of the same name where there is one, else with the next
    count, after the last with the last: its name is then the reason. Nobody left out is no row.
    """
    rows: list[Any] = summary.tidy().to_dict("records")
    whole = [row for row in rows if row["group"] is None]
    counts = [row for row in whole if row["statistic"] == "count"]
    left_out: list[list[Counted]] = [[] for _ in counts]
    names = [row["level"] for row in counts]
    seen = 0
    for row in whole:
        if row["statistic"] == "count":
            seen += 1
        elif row["statistic"] == "excluded" and row["value"] != 0 and counts:
            own = row["level"] in names
            at = names.index(row["level"]) if own else min(seen, len(counts) - 1)
            left_out[at].append(Counted("Left out" if own else say(row["level"]), row["value"]))
    steps = [
        Step(Counted(say(row["level"]), row["value"]), tuple(found))
        for row, found in zip(counts, left_out, strict=True)
    ]
    return Flow(tuple(steps), _arms(rows, say))


def _arms(rows: list[Any], say: Callable[[Any], str]) -> dict[str, tuple[Counted, ...]]:
    arms: dict[str, list[Counted]] = {}
    for row in rows:
        if row["group"] is not None and row["statistic"] in ("count", "excluded"):
            out = "Left out, " if row["statistic"] == "excluded" else ""
            counted = Counted(out + (say(row["level"]) or "count"), row["value"])
            arms.setdefault(say(row["group"]), []).append(counted)
    return {arm: tuple(found) for arm, found in arms.items()}
