"""Who was included, and who was left out at each step: boxes counted from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.flow_steps import Counted, Flow, Step, flow_of
from spineoutcomes.figures.style import INK, WIDTH, drawing
from spineoutcomes.figures.text import text_width, wrapped
from spineoutcomes.results import Summary
from spineoutcomes.results import format as fmt
from spineoutcomes.results.labels import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Lengths are inches.
SIZE = 9.0  # points
LINE = 0.165
PADDING = 0.2  # in a box, above and below its text together
SIDES = 0.3  # in a box, left and right of its text together
GAP = 0.32  # between boxes
BESIDE = 0.3  # between the column and the boxes beside it
MAIN_WIDTH = 3.0
SIDE_WIDTHS = (1.5, 2.9)
ARM_WIDTH = 2.6
EDGE = 0.05


@dataclass(frozen=True, slots=True)
class _Boxes:
    """The texts of all boxes, in lines that fit, and where they stand."""

    steps: tuple[str, ...]
    left_out: tuple[str, ...]
    arms: tuple[str, ...]
    side_width: float
    arm_width: float
    centre: float

    @property
    def height(self) -> float:
        boxes = sum(_height(text) for text in self.steps)
        arms = 1.5 * GAP + max(map(_height, self.arms)) if self.arms else 0.0
        return boxes + sum(map(_gap, self.left_out[1:])) + arms


def flow_diagram(
    flow: Summary, *, ax: Axes | None = None, labels: Mapping[str, str] | None = None
) -> Axes:
    """Draw the flow of patients or episodes into a study.

    Parameters
    ----------
    flow : Summary
        What `Cohort.flow()` returns: in order, `count` (how many remained after the step named by
        `level`) and `excluded` (how many were left out at it), then `count` by group for the arms.
    ax : Axes, optional
        Where to draw; a new figure of 7 inches, as high as the steps need, by default. Axes of
        your own should give about 0.8 inches to a step.
    labels : mapping of str to str, optional
        Words for steps and arms.

    Returns
    -------
    Axes
        The axes drawn on, without ticks, its units inches.

    Raises
    ------
    ArgumentError
        When `flow` is not a Summary or holds no counts.

    Notes
    -----
    Every number is a `value` of `flow.tidy()`. A step that left nobody out has no box beside it.
    A new figure belongs to pyplot; close it with `matplotlib.pyplot.close(ax.figure)` where many
    are made.

    Missing data: a missing count is a dash.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"variable": "flow", "statistic": ["count", "excluded", "count"],
    ...     "level": ["In the registry", "Adults", "Adults"], "value": [120, 3, 117]})
    >>> ax = so.figures.flow_diagram(so.Summary(rows))
    >>> [text.get_text().splitlines()[-1] for text in ax.texts]
    ['n = 120', 'Left out: n = 3', 'n = 117']
    """
    if not isinstance(flow, Summary):
        raise ArgumentError(f"Expected a Summary, got a {type(flow).__name__}.")
    found = flow_of(flow, words(labels))
    if not found.steps:
        raise ArgumentError('The summary holds no steps; expected rows with statistic "count".')
    boxes = _boxes_of(found)
    with drawing(ax, height=boxes.height + 2 * EDGE) as axes:
        axes.set(xlim=(0, WIDTH), ylim=(boxes.height + EDGE, -EDGE))
        axes.set_axis_off()
        _draw_arms(axes, boxes, _draw_steps(axes, boxes))
    return axes


def _boxes_of(flow: Flow) -> _Boxes:
    arm_width = min(ARM_WIDTH, (WIDTH - 2 * EDGE) / max(len(flow.arms), 1) - 0.15)
    left_out = ("", *(_lines(step.left_out, SIDE_WIDTHS[1]) for step in flow.steps[1:]))
    least, most = SIDE_WIDTHS
    widest = max(text_width(text, SIZE) for text in left_out) + SIDES
    side_width = min(max(widest, least), most) if any(left_out) else 0.0
    beside = BESIDE + side_width if side_width else 0.0
    return _Boxes(
        steps=tuple(map(_step_text, range(len(flow.steps)), flow.steps)),
        left_out=left_out,
        arms=tuple(
            f"{wrapped(arm, arm_width - SIDES, SIZE)}\n{_lines(counts, arm_width)}"
            for arm, counts in flow.arms.items()
        ),
        side_width=side_width,
        arm_width=arm_width,
        centre=(WIDTH - MAIN_WIDTH - beside) / 2 + MAIN_WIDTH / 2,
    )


def _step_text(number: int, step: Step) -> str:
    """Return the text of a step; no arrow leads to the first, so it holds its own left out."""
    text = f"{wrapped(step.remained.name, MAIN_WIDTH - SIDES, SIZE)}\n{_n(step.remained)}"
    first = number == 0 and step.left_out
    return f"{text}\n{_lines(step.left_out, MAIN_WIDTH)}" if first else text


def _lines(counts: Sequence[Counted], width: float) -> str:
    """Return "name: n = 3" for each count; a line break never parts the "n = 3"."""
    out = []
    for counted in counts:
        name = wrapped(f"{counted.name}:", width - SIDES, SIZE)
        joint = f"{name} {_n(counted)}"
        fits = text_width(joint, SIZE) <= width - SIDES
        out.append(joint if fits else f"{name}\n{_n(counted)}")
    return "\n".join(out)


def _n(counted: Counted) -> str:
    return f"n = {fmt.count(counted.n)}"


def _height(text: str) -> float:
    return PADDING + LINE * (1 + text.count("\n"))


def _gap(left_out: str) -> float:
    return _height(left_out) + 0.2 if left_out else GAP


def _draw_steps(axes: Axes, boxes: _Boxes) -> float:
    """Draw the column of steps with those left out beside it; return where it ends."""
    bottom = 0.0
    for number, (text, left_out) in enumerate(zip(boxes.steps, boxes.left_out, strict=True)):
        top = bottom + (_gap(left_out) if number else 0.0)
        if number:
            _arrow(axes, (boxes.centre, bottom), (boxes.centre, top))
        if number and left_out:
            middle, left = (bottom + top) / 2, boxes.centre + MAIN_WIDTH / 2 + BESIDE
            _arrow(axes, (boxes.centre, middle), (left, middle))
            at = left + boxes.side_width / 2
            _draw_box(axes, at, middle - _height(left_out) / 2, boxes.side_width, left_out)
        _draw_box(axes, boxes.centre, top, MAIN_WIDTH, text)
        bottom = top + _height(text)
    return bottom


def _draw_arms(axes: Axes, boxes: _Boxes, top: float) -> None:
    if not boxes.arms:
        return
    fork, bottom = top + 0.7 * GAP, top + 1.5 * GAP
    step = boxes.arm_width + 0.15
    spread = step * (len(boxes.arms) - 1)
    half = boxes.arm_width / 2 + EDGE
    first = min(max(boxes.centre - spread / 2, half), WIDTH - half - spread)
    places = [first + step * number for number in range(len(boxes.arms))]
    if len(places) > 1:
        axes.plot([boxes.centre, boxes.centre], [top, fork], color=INK, linewidth=0.9)
        axes.plot([places[0], places[-1]], [fork, fork], color=INK, linewidth=0.9)
    for place, text in zip(places, boxes.arms, strict=True):
        _arrow(axes, (place, fork if len(places) > 1 else top), (place, bottom))
        _draw_box(axes, place, bottom, boxes.arm_width, text)


def _draw_box(axes: Axes, centre: float, top: float, width: float, text: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    height = _height(text)
    box = FancyBboxPatch(
        (centre - width / 2, top),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.05",
        facecolor="white",
        edgecolor=INK,
        linewidth=0.9,
    )
    axes.add_patch(box)
    axes.text(centre, top + height / 2, text, ha="center", va="center", fontsize=SIZE)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    from matplotlib.patches import FancyArrowPatch

    arrow = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=9,
        color=INK,
        linewidth=0.9,
        shrinkA=0,
        shrinkB=0,
    )
    axes.add_patch(arrow)
