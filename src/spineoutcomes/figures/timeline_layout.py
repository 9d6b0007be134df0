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
UNDATED_SHARE = 0.34  # of the width, when some days are known and some are not
EARLIER_SHARE = 0.24  # of the width, for items known to come before the first known day
INSET = 0.15  # between the border of the days and the first or last of them


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened; `day` is missing when only its place in the order is known.

    `earlier` marks an item without a day that precedes the first known day of its lane.
    """

    lane: str
    text: str
    day: float
    end_day: float
    number: str
    earlier: bool


@dataclass(frozen=True, slots=True)
class Zones:
    """The width, the part of it from `left` to `right` that shows days, and its first and last."""

    width: float
    left: float
    right: float
    first: float
    last: float

    def place(self, day: float) -> float:
        """Return how far right a day stands."""
        span = self.last - self.first or 1.0
        room = self.right - self.left - 2 * INSET
        return self.left + INSET + (day - self.first) / span * room

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
    lane = timeline["lane"].astype(str)
    ahead = days.notna()[::-1].groupby(lane.to_numpy()[::-1]).cummax()[::-1]
    earlier = days.isna().to_numpy() & ahead.to_numpy(dtype=bool)
    keys = list(zip(lane, days.map(str), earlier, strict=True))
    seen: dict[tuple[str, str, bool], int] = {}
    items = []
    for key, text, day, end in zip(keys, texts, days, ends, strict=True):
        seen[key] = seen.get(key, 0) + 1
        number = str(seen[key]) if keys.count(key) > 1 else ""
        items.append(Item(key[0], text, day, end, number, bool(key[2])))
    return items


def zones_of(items: Iterable[Item], width: float) -> Zones:
    """Return how the width is shared between known days and items without one."""
    all_items = list(items)
    days = [day for item in all_items for day in (item.day, item.end_day) if not isnan(day)]
    earlier = any(item.earlier for item in all_items)
    undated = any(isnan(item.day) and not item.earlier for item in all_items)
    left = EARLIER_SHARE * width if earlier else 0.0
    right = 0.0 if not days else (1 - UNDATED_SHARE) * width if undated else width
    return Zones(width, left, right, min(days, default=0.0), max(days, default=0.0))


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
    right_room = zones.right - end - CLEARANCE
    left_room = start - zones.left - CLEARANCE
    if right_room >= min(left_room, WIDEST_LABEL):
        label = wrapped(item.text, min(right_room, WIDEST_LABEL), SIZE)
        return Placed(item, 0.0, label, end + CLEARANCE, "left")
    label = wrapped(item.text, min(left_room, WIDEST_LABEL), SIZE)
    return Placed(item, 0.0, label, start - CLEARANCE, "right")


def _without_day(item: Item, zones: Zones) -> Placed:
    x = undated_x(item, zones) + CLEARANCE
    end = zones.left if item.earlier else zones.width
    return Placed(item, 0.0, wrapped(item.text, end - x, SIZE), x, "left")


def undated_x(item: Item, zones: Zones) -> float:
    """Return where the marker of an item without a day stands."""
    return INSET if item.earlier else zones.right + 0.22


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
