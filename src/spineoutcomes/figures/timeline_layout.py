"""Where the items of a timeline stand, so that no label lies on another.

Lengths are inches: the layout knows how wide a label is, so it can find a free row for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from spineoutcomes.figures.text import text_width, wrapped

SIZE = 9.0
LINE = 0.165  # height of a line of text
ROW_PADDING = 0.09
LANE_PADDING = 0.08
CLEARANCE = 0.12  # between a marker and its label, and between a label and the next marker
WIDEST_LABEL = 2.3
UNDATED_SHARE = 0.36  # of the width, when some days are known and some are not


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened; `day` is missing when only its place in the order is known."""

    lane: str
    text: str
    day: float
    end_day: float
    number: str


@dataclass(frozen=True, slots=True)
class Zones:
    """The part of the width that shows days, and the first and last day in it."""

    width: float
    share: float
    first: float
    last: float

    def place(self, day: float) -> float:
        """Return how far right a day stands."""
        inset = 0.15
        span = self.last - self.first or 1.0
        return inset + (day - self.first) / span * (self.share * self.width - 2 * inset)

    def day_at(self, x: float) -> float:
        """Return the day that would stand at `x`: the inverse of `place`."""
        span = self.place(self.last) - self.place(self.first) or 1.0
        days = self.last - self.first or 1.0
        return self.first + (x - self.place(self.first)) / span * days


@dataclass(frozen=True, slots=True)
class Placed:
    """An item with its height on the page, and where its label starts and to which side."""

    item: Item
    y: float
    label: str
    label_x: float
    side: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane between two heights, with what stands in it."""

    name: str
    top: float
    bottom: float
    placed: tuple[Placed, ...]


def items_of(timeline: pd.DataFrame, texts: Sequence[str]) -> list[Item]:
    """Return the items, numbered where several share a lane and a day, or lack one."""
    days = timeline["day"].astype(float)
    ends = timeline["end_day"].astype(float) if "end_day" in timeline else days
    keys = list(zip(timeline["lane"].astype(str), days.map(str), strict=True))
    seen: dict[tuple[str, str], int] = {}
    items = []
    for key, text, day, end in zip(keys, texts, days, ends, strict=True):
        seen[key] = seen.get(key, 0) + 1
        number = str(seen[key]) if keys.count(key) > 1 else ""
        items.append(Item(key[0], text, day, end, number))
    return items


def zones_of(items: Iterable[Item], width: float) -> Zones:
    """Return how the width is shared between known days and items without one."""
    all_items = list(items)
    days = [day for item in all_items for day in (item.day, item.end_day) if not isnan(day)]
    undated = any(isnan(item.day) for item in all_items)
    share = 0.0 if not days else 1 - UNDATED_SHARE if undated else 1.0
    return Zones(width, share, min(days, default=0.0), max(days, default=0.0))


def lanes_of(items: Sequence[Item], zones: Zones) -> list[Lane]:
    """Return the lanes in order of appearance, one below the other."""
    lanes = []
    top = 0.0
    for name in dict.fromkeys(item.lane for item in items):
        own = [item for item in items if item.lane == name]
        dated = sorted((item for item in own if not isnan(item.day)), key=lambda item: item.day)
        start = top + LANE_PADDING
        left, left_end = _in_free_rows([_beside(item, zones) for item in dated], start)
        undated = [_without_day(item, zones) for item in own if isnan(item.day)]
        right, right_end = _in_free_rows(undated, start)
        bottom = max(left_end, right_end) + LANE_PADDING
        lanes.append(Lane(name, top, bottom, (*left, *right)))
        top = bottom
    return lanes


def _beside(item: Item, zones: Zones) -> Placed:
    """Put the label at the side of the marker that has more room."""
    start = zones.place(item.day)
    end = start if isnan(item.end_day) else zones.place(item.end_day)
    right_room = zones.share * zones.width - end - CLEARANCE
    left_room = start - CLEARANCE
    if right_room >= min(left_room, WIDEST_LABEL):
        label = wrapped(item.text, min(right_room, WIDEST_LABEL), SIZE)
        return Placed(item, 0.0, label, end + CLEARANCE, "left")
    label = wrapped(item.text, min(left_room, WIDEST_LABEL), SIZE)
    return Placed(item, 0.0, label, start - CLEARANCE, "right")


def _without_day(item: Item, zones: Zones) -> Placed:
    x = undated_x(zones) + CLEARANCE
    return Placed(item, 0.0, wrapped(item.text, zones.width - x, SIZE), x, "left")


def undated_x(zones: Zones) -> float:
    """Return where the markers of items without a day stand."""
    return zones.share * zones.width + 0.22


def _in_free_rows(placed: Iterable[Placed], top: float) -> tuple[list[Placed], float]:
    """Give each item the first row where it is clear of the others, and rows their heights."""
    rows: list[list[Placed]] = []
    for one in placed:
        free = (row for row in rows if all(_clear(one, other) for other in row))
        row = next(free, None)
        if row is None:
            rows.append([one])
        else:
            row.append(one)
    out = []
    for row in rows:
        height = LINE * max(1 + one.label.count("\n") for one in row) + ROW_PADDING
        out += [Placed(one.item, top + height / 2, one.label, one.label_x, one.side) for one in row]
        top += height
    return out, top


def _clear(one: Placed, other: Placed) -> bool:
    (start, end), (other_start, other_end) = _span(one), _span(other)
    return end + CLEARANCE < other_start or other_end + CLEARANCE < start


def _span(one: Placed) -> tuple[float, float]:
    """Return from where to where an item takes room, marker and label together."""
    width = text_width(one.label, SIZE)
    if one.side == "left":
        return one.label_x - 2 * CLEARANCE, one.label_x + width
    return one.label_x - width, one.label_x + 2 * CLEARANCE
