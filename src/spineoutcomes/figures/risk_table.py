"""The table below a curve, each number under its tick: at risk, had the event, censored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.style import FAINT
from spineoutcomes.figures.text import POINTS_PER_INCH, text_width, wrapped
from spineoutcomes.results import Curves
from spineoutcomes.results import format as fmt
from spineoutcomes.results.curves import TIE_TOLERANCE
from spineoutcomes.results.labels import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]
Number = Literal["n_risk", "n_event", "n_censor"]

# Points below the axis: tick labels and axis label stand above the table.
TITLE_OFFSET = 36.0
ROW_HEIGHT = 12.5
LINE_HEIGHT = 0.9 * ROW_HEIGHT  # of a name that goes over several lines
BLOCK_GAP = 4.0
SIZE = 8.5
NAME_WIDTH = 1.4  # inches
# Points left of the axis where names end, and at least so far from a number on the first tick.
NAME_OFFSET, NAME_GAP = 20.0, 6.0
TITLES = {"n_risk": "Numbers at risk", "n_event": "Events so far", "n_censor": "Censored so far"}
# What the texts of a number are labelled in the figure.
LABELS = {"n_risk": "risk", "n_event": "events", "n_censor": "censored"}
NAMES = {"n_risk": "At risk", "n_event": "Events", "n_censor": "Censored"}


PLAIN_TITLE = {"ha": "right", "color": FAINT, "label": "risk title"}


class Line(NamedTuple):
    """One row of numbers: whose and which they are, and their text at each time."""

    group: str
    cause: str | None
    kind: Number
    texts: list[str]


def checked_numbers(table: str | Iterable[str]) -> tuple[Number, ...]:
    """Return which numbers stand below a curve.

    Raises
    ------
    ArgumentError
        For a name that is none of `n_risk, n_event, n_censor`.
    """
    asked = (table,) if isinstance(table, str) else tuple(table)
    unknown = [name for name in asked if name not in get_args(Number)]
    if unknown:
        raise ArgumentError(
            f"Unknown numbers of a risk table: {', '.join(map(repr, unknown))}; "
            f"choose among: {', '.join(get_args(Number))}."
        )
    return tuple(name for name in get_args(Number) if name in asked)


def table_lines(
    curves: Curves,
    shown: Mapping[str, Sequence[str | None]],
    numbers: Sequence[Number],
    times: Sequence[float],
) -> list[Line]:
    """Return the numbers below the curves of each group and its causes in `shown`.

    The causes of a group share those at risk and those censored. Counts that no curve has at all
    have no line.
    """
    frame, at = curves.tidy(), curves.at(times)
    known = [kind for kind in numbers if kind == "n_risk" or frame[kind].notna().any()]
    lines = []
    for group, causes in shown.items():
        for kind in known:
            for cause in causes if kind == "n_event" else causes[:1]:
                source = at if kind == "n_risk" else frame
                rows = source[
                    (source["group"] == group) & (source["cause"].fillna("") == (cause or ""))
                ]
                values = rows[kind].to_numpy() if kind == "n_risk" else _so_far(rows, kind, times)
                lines.append(Line(group, cause, kind, [fmt.count(value) for value in values]))
    return lines


def _so_far(rows: pd.DataFrame, kind: Number, times: Sequence[float]) -> FloatArray:
    """Return the sum of a count up to each time and at it."""
    known = rows["time"].to_numpy()
    rounding = TIE_TOLERANCE * (known[-1] - known[0])
    reached = np.searchsorted(known, np.asarray(times) + rounding, side="right")
    return np.asarray(np.append(0.0, np.cumsum(rows[kind].to_numpy(dtype=float)))[reached])


def table_height(lines: Sequence[Line]) -> float:
    """Return about how high the table is, in inches, with names that need one line."""
    titles = len({line.group for line in lines}) if _by_group(lines) else 1
    return ((len(lines) + titles) * ROW_HEIGHT + titles * BLOCK_GAP) / POINTS_PER_INCH


def draw_risk_table(
    axes: Axes,
    lines: Sequence[Line],
    times: Sequence[float],
    colours: Mapping[str, str],
    say: Words,
) -> None:
    """Draw the lines under the axis: a block a group, or one block of groups for one count.

    Positions are in points below the axis, so that rows keep their distance at any size.
    """
    by_group = _by_group(lines)
    several_causes = len({line.cause for line in lines if line.kind == "n_event"}) > 1
    margin = _margin(lines)
    left = margin + max(
        (_width(_name(line, by_group, several_causes, say)) for line in lines), default=0.0
    )
    down, title = TITLE_OFFSET, None
    for line in lines:
        heading = say(line.group) if by_group else TITLES[line.kind]
        name = _name(line, by_group, several_causes, say)
        own = {"color": colours[line.group], "label": f"risk name {line.group}"}
        if heading != title:
            down += BLOCK_GAP if title else 0.0
            x, words = (-left, {"ha": "left", **own}) if by_group else (-margin, PLAIN_TITLE)
            _put(axes, heading, x=0, x_in="axes fraction", offset=(x, -down), **words)
            title, down = heading, down + ROW_HEIGHT
        style = {"color": FAINT, "label": f"{line.kind} name {line.group}"} if by_group else own
        _put(axes, name, x=0, x_in="axes fraction", offset=(-margin, -down), ha="right",
             **style)  # fmt: skip
        label = f"{LABELS[line.kind]} {line.group}"
        for time, text in zip(times, line.texts, strict=True):
            if not text:
                continue
            _put(axes, text, x=time, x_in="data", offset=(0, -down), ha="center", label=label)
        down += ROW_HEIGHT + LINE_HEIGHT * name.count("\n")


def _margin(lines: Sequence[Line]) -> float:
    """Return the points between names and axis: numbers are centred on the ticks."""
    first = max((_width(line.texts[0]) for line in lines if line.texts), default=0.0)
    return max(NAME_OFFSET, first / 2 + NAME_GAP)


def _by_group(lines: Sequence[Line]) -> bool:
    return len({line.kind for line in lines}) > 1


def _name(line: Line, by_group: bool, several_causes: bool, say: Words) -> str:
    cause = say(line.cause) if line.kind == "n_event" and several_causes else ""
    if by_group:
        return wrapped(": ".join(filter(None, (NAMES[line.kind], cause))), NAME_WIDTH, SIZE)
    return wrapped(", ".join(filter(None, (say(line.group), cause))), NAME_WIDTH, SIZE)


def _width(text: str) -> float:
    return POINTS_PER_INCH * text_width(text, SIZE)


def _put(
    axes: Axes,
    text: str,
    *,
    x: float,
    x_in: str,
    offset: tuple[float, float],
    **style: Any,
) -> None:
    axes.annotate(
        text,
        xy=(x, 0),
        xycoords=(x_in, "axes fraction"),
        xytext=offset,
        textcoords="offset points",
        va="top",
        fontsize=SIZE,
        annotation_clip=False,
        **style,
    )
