"""The numbers at risk below a curve, each under its tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spineoutcomes.figures.style import FAINT
from spineoutcomes.figures.text import wrapped
from spineoutcomes.results import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Points below the axis: tick labels and axis label stand above the table.
TITLE_OFFSET = 36.0
ROW_HEIGHT = 12.5
SIZE = 8.5
NAME_WIDTH = 1.4  # inches
# Points left of the axis where names end, clear of a number centred on the first tick.
NAME_OFFSET = 20.0


def draw_risk_table(
    axes: Axes, at_risk: pd.DataFrame, names: Mapping[str, tuple[str, str]]
) -> None:
    """Draw one row a group: its name and colour from `names`, its numbers from `at_risk`.

    Positions are in points below the axis, so that rows keep their distance at any size.
    """
    down = TITLE_OFFSET
    _put(axes, "Numbers at risk", x=0, x_in="axes fraction", offset=(-NAME_OFFSET, -down),
         ha="right", color=FAINT, label="risk title")  # fmt: skip
    for group, (name, colour) in names.items():
        down += ROW_HEIGHT
        lines = wrapped(name, NAME_WIDTH, SIZE)
        _put(axes, lines, x=0, x_in="axes fraction", offset=(-NAME_OFFSET, -down),
             ha="right", color=colour, label=f"risk name {group}")  # fmt: skip
        rows = at_risk[at_risk["group"] == group]
        for time, n in zip(rows["time"], rows["n_risk"], strict=True):
            _put(axes, fmt.count(n), x=time, x_in="data", offset=(0, -down),
                 ha="center", label=f"risk {group}")  # fmt: skip
        down += ROW_HEIGHT * 0.9 * lines.count("\n")


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
