"""A figure as SVG text for a page: letters as outlines, the same bytes at every run."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def as_svg(draw: Callable[[], Axes]) -> str:
    """Let `draw` make a figure of its own size; return it as SVG and close it."""
    from matplotlib import pyplot, rc_context

    with rc_context({"svg.hashsalt": "spineoutcomes", "svg.fonttype": "path"}):
        draw()
        text = StringIO()
        pyplot.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close()
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
