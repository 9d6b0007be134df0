"""The timeline of one case: lanes of what was done, measured and seen."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.style import (
    BAND,
    FAINT,
    WIDTH,
    colour,
    drawing,
    size_in_inches,
)
from spineoutcomes.figures.text import text_width, wrapped
from spineoutcomes.figures.timeline_layout import (
    SIZE,
    Item,
    Lane,
    Placed,
    Zones,
    items_of,
    lanes_of,
    undated_x,
    zones_of,
)
from spineoutcomes.results.labels import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED = ("lane", "label", "day")
LANE_WIDTH = 1.2  # inches
BETWEEN = 0.06  # inches between two tick labels
MOST_OWN_TICKS = 8
UNDATED_TITLE = "Day not recorded, in order"
EARLIER_TITLE = "Earlier, day not recorded"


def case_timeline(
    timeline: pd.DataFrame, *, ax: Axes | None = None, labels: Mapping[str, str] | None = None
) -> Axes:
    """Draw the timeline of one case.

    Parameters
    ----------
    timeline : DataFrame
        What `metrics.episode_timeline` returns for one episode: index `episode_id`, columns `lane,
        kind, label, day, end_day, value`, one row an item, in order; days count from day 0 of the
        episode. `end_day` and `value` may be absent.
    ax : Axes, optional
        Where to draw; a new figure of 7 inches, as high as the lanes need, by default.
    labels : mapping of str to str, optional
        Words for lanes and labels.

    Returns
    -------
    Axes
        The axes drawn on: days along it, lanes from top to bottom in order of appearance.

    Raises
    ------
    ArgumentError
        When `timeline` is not a DataFrame, lacks a column, has no rows or more than one episode.

    Notes
    -----
    Markers stand at `day`, bars run from `day` to `end_day`. Items of one lane and day are numbered
    in their order. A new figure belongs to pyplot; close it with
    `matplotlib.pyplot.close(ax.figure)` where many are made.

    Missing data: an item without a day is never given one. It stands, hollow and in order, in a
    part of the figure of its own: left of the days when it precedes a known day of its lane, else
    right of them.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"lane": ["procedures", "scans", "scores"],
    ...     "label": ["Decompression", "Remnant smaller", "VAS 0"], "day": [0, 120, None]},
    ...     index=pd.Index(["e1"] * 3, name="episode_id"))
    >>> ax = so.figures.case_timeline(rows)
    >>> [text.get_text() for text in ax.texts]
    ['Decompression', 'Remnant smaller', 'VAS 0', 'Day not recorded, in order']
    """
    _check(timeline)
    say = words(labels)
    items = items_of(timeline, _texts(timeline, say))
    names = {lane: _lane_name(lane, labels) for lane in dict.fromkeys(item.lane for item in items)}
    left = max(text_width(name, SIZE) for name in names.values()) + 0.25
    zones = zones_of(items, WIDTH - left if ax is None else size_in_inches(ax)[0])
    lanes = lanes_of(items, zones)
    with drawing(ax, height=lanes[-1].bottom + 0.85) as axes:
        axes.set_xlim(zones.day_at(0), zones.day_at(zones.width))
        axes.set_ylim(lanes[-1].bottom, 0)
        _draw_days(axes, zones, [item.day for item in items])
        for number, lane in enumerate(lanes):
            _draw_lane(axes, zones, lane, number)
        centres = [(lane.top + lane.bottom) / 2 for lane in lanes]
        axes.set_yticks(centres, [names[lane.name] for lane in lanes], fontsize=SIZE)
        axes.tick_params(axis="y", length=0, pad=6)
        axes.spines["left"].set_visible(False)
        _draw_undated_frames(axes, zones, items)
    return axes


def _check(timeline: pd.DataFrame) -> None:
    if not isinstance(timeline, pd.DataFrame):
        raise ArgumentError(f"Expected a DataFrame, got a {type(timeline).__name__}.")
    absent = [column for column in NEEDED if column not in timeline]
    if absent:
        raise ArgumentError(
            f"A timeline needs the column(s) {', '.join(absent)}; it is what "
            "`metrics.episode_timeline` returns."
        )
    if timeline.empty:
        raise ArgumentError("The timeline has no rows: nothing is known of this case.")
    episodes = timeline.index.nunique() if timeline.index.name == "episode_id" else 1
    if episodes > 1:
        raise ArgumentError(
            f"A case timeline shows one episode, got {episodes}; choose one with "
            "`timeline.loc[[episode_id]]`."
        )


def _texts(timeline: pd.DataFrame, say: Any) -> list[str]:
    return [say(str(label)) for label in timeline["label"].fillna("")]


def _lane_name(lane: str, labels: Mapping[str, str] | None) -> str:
    name = (labels or {}).get(lane, lane[:1].upper() + lane[1:])
    return wrapped(name, LANE_WIDTH, SIZE)


def _draw_days(axes: Axes, zones: Zones, days: list[float]) -> None:
    """Mark the days on which something happened, or round ones where these are too many."""
    from matplotlib.ticker import MaxNLocator

    known = sorted({day for day in days if not isnan(day)})
    if not known:
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return
    ticks = [known[0]]
    for day in known[1:]:
        needed = (text_width(_day(day), SIZE) + text_width(_day(ticks[-1]), SIZE)) / 2 + BETWEEN
        if zones.place(day) - zones.place(ticks[-1]) >= needed:
            ticks.append(day)
    if len(known) > MOST_OWN_TICKS:
        round_days = MaxNLocator(6, integer=True).tick_values(zones.first, zones.last)
        ticks = [day for day in round_days if zones.first <= day <= zones.last]
    axes.set_xticks(ticks, [_day(day) for day in ticks])
    axes.vlines(ticks, 0, 1, transform=axes.get_xaxis_transform(), color="#D9DDE1",
                linewidth=0.8, zorder=0.5)  # fmt: skip
    axes.spines["bottom"].set_bounds(zones.day_at(zones.left), zones.day_at(zones.right))
    axes.set_xlabel("Day of the episode", x=zones.left / zones.width, horizontalalignment="left")


def _day(day: float) -> str:
    return f"{day:g}".replace("-", "−")


def _draw_lane(axes: Axes, zones: Zones, lane: Lane, number: int) -> None:
    if number % 2 == 0:
        axes.axhspan(lane.top, lane.bottom, color=BAND, linewidth=0, zorder=0)
    for placed in lane.placed:
        _draw_item(axes, zones, placed, colour(number), "white" if number % 2 else BAND)


def _draw_item(axes: Axes, zones: Zones, placed: Placed, tint: str, ground: str) -> None:
    item = placed.item
    undated = isnan(item.day)
    x = zones.day_at(undated_x(item, zones)) if undated else item.day
    if not undated and not isnan(item.end_day) and item.end_day > item.day:
        axes.plot([item.day, item.end_day], [placed.y, placed.y], color=tint, linewidth=5,
                  alpha=0.35, solid_capstyle="butt", label="_duration")  # fmt: skip
    axes.plot(
        x,
        placed.y,
        marker="D" if undated and not item.number else "o",
        markersize=11 if item.number else 7,
        markerfacecolor="white" if undated else tint,
        markeredgecolor=tint,
        label="_undated" if undated else "_dated",
    )
    if item.number:
        axes.annotate(item.number, (x, placed.y), ha="center", va="center_baseline", fontsize=7,
                      color=tint if undated else "white", weight="bold")  # fmt: skip
    axes.text(
        zones.day_at(placed.label_x),
        placed.y,
        placed.label,
        ha=placed.side,
        va="center",
        fontsize=SIZE,
        linespacing=1.15,
        bbox={"facecolor": ground, "edgecolor": "none", "pad": 0.5},
    )


def _draw_undated_frames(axes: Axes, zones: Zones, items: list[Item]) -> None:
    """Set the items without a day apart from the days, under a title each."""
    undated = [item for item in items if isnan(item.day)]
    for earlier, border, title in (
        (True, zones.left, EARLIER_TITLE),
        (False, zones.right, UNDATED_TITLE),
    ):
        own = [item for item in undated if item.earlier is earlier]
        if not own:
            continue
        if border > 0:
            x = border / zones.width + (-0.04 if earlier else 0.04) / zones.width
            axes.plot([x, x], [0, 1], transform=axes.transAxes, color=FAINT, linewidth=1,
                      linestyle=(0, (3, 2)), clip_on=False, label="_border")  # fmt: skip
        at = float(np.clip((undated_x(own[0], zones) - 0.1) / zones.width, 0, 1))
        axes.text(at, 1.0, title, transform=axes.transAxes, ha="left", va="bottom",
                  fontsize=SIZE - 0.5, color=FAINT, style="italic")  # fmt: skip
