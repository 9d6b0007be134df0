"""One style and one palette for every figure, safe for colour-blind eyes and for grey print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.0  # inches, a page between its margins
# Okabe & Ito (2008), darkest contrasts first; groups also differ by line, for grey print.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES: tuple[tuple[float, tuple[float, ...] | None], ...] = (
    (0, None),
    (0, (6, 2)),
    (0, (1.5, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (10, 3)),
    (0, (3, 1.5, 1, 1.5, 1, 1.5)),
)
INK = "#222222"
FAINT = "#8A8A8A"
BAND = "#F2F4F6"
# The first is part of matplotlib, so figures look alike everywhere; the others lend their glyphs.
FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
)
STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "figure.dpi": 100.0,
    "text.parse_math": False,  # a "$" in a label is data
}


def colour(position: int) -> str:
    """Return the colour of the group at `position`."""
    return PALETTE[position % len(PALETTE)]


def line_style(position: int) -> tuple[float, tuple[float, ...] | None]:
    """Return the dashes of the group at `position`."""
    return LINES[position % len(LINES)]


def fonts() -> list[str]:
    """Return the fonts of `FONTS` that this computer has."""
    from matplotlib import font_manager

    present = set(font_manager.get_font_names())
    return [name for name in FONTS if name in present]


@contextmanager
def drawing(ax: Axes | None, *, height: float) -> Iterator[Axes]:
    """Give the axes to draw on, in the style of all figures.

    Without `ax` a new pyplot figure of 7 inches by `height` is made, for a notebook shows that by
    itself; a report, which draws many, hands in its own axes.
    """
    import matplotlib as mpl

    families = fonts()
    with mpl.rc_context({**STYLE, "font.family": families}):
        yield _new_axes(height) if ax is None else _restyled(ax, families)


def size_in_inches(ax: Axes) -> tuple[float, float]:
    """Return width and height of the axes as they are placed now."""
    box = ax.get_position()
    width, height = ax.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    return float(box.width * width), float(box.height * height)


def _new_axes(height: float) -> Axes:
    from matplotlib import pyplot

    _, ax = pyplot.subplots(figsize=(WIDTH, height), layout="constrained")
    return ax


def _restyled(ax: Axes, families: list[str]) -> Axes:
    """Give axes made elsewhere the parts of the style that are settled when axes are made."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(colors=INK, labelsize=STYLE["xtick.labelsize"], labelfontfamily=families)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(family=families, color=INK, size=STYLE["axes.labelsize"], parse_math=False)
    return ax
