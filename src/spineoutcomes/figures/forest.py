"""A forest plot: estimates with their intervals, one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.style import FAINT, INK, PALETTE, drawing
from spineoutcomes.figures.text import wrapped
from spineoutcomes.results import Effects
from spineoutcomes.results import format as fmt
from spineoutcomes.results.labels import words
from spineoutcomes.results.measures import measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEYS = ("outcome", "group", "visit", "horizon", "cause", "term", "contrast", "measure")
LABEL_WIDTH = 2.2  # inches
SIZE = 9.0
# A limit further than this factor from all estimates would squeeze the rest: an arrow instead.
FURTHEST = 12.0
RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def forest_plot(
    effects: Effects, *, ax: Axes | None = None, labels: Mapping[str, str] | None = None
) -> Axes:
    """Draw the contrasts of effects as points with intervals, their numbers at the right.

    Parameters
    ----------
    effects : Effects
        Contrasts that are all ratios (log axis, null line at 1) or all differences (null line at
        0), in the units of the outcome; differences of risks are shown in percentage points. Rows
        of arms and tests are not drawn.
    ax : Axes, optional
        Where to draw; a new figure of 7 inches by default.
    labels : mapping of str to str, optional
        Words for outcomes, subgroups, visits, causes, terms and arms.

    Returns
    -------
    Axes
        The axes drawn on; row 0 is the top one. The numbers stand right of it: give a figure of
        your own `layout="constrained"`, or save it with `bbox_inches="tight"`.

    Raises
    ------
    ArgumentError
        When `effects` is not Effects, holds no contrast with an estimate, or mixes ratios with
        differences.

    Notes
    -----
    Points and lines are `estimate, conf_low, conf_high` of `effects.tidy()`. A limit too far away
    to be shown is an arrow; its number stands at the right. A new figure belongs to pyplot; close
    it with `matplotlib.pyplot.close(ax.figure)` where many are made.

    Missing data: a contrast without an estimate has no row; one without limits has no line.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"outcome": ["Death", "Recurrence"], "measure": "hazard_ratio",
    ...     "contrast": "mis - open", "estimate": [0.8, 1.1], "conf_low": [0.5, 0.7],
    ...     "conf_high": [1.28, 1.73]})
    >>> ax = so.figures.forest_plot(so.Effects(rows))
    >>> ax.get_xscale(), [label.get_text() for label in ax.get_yticklabels()]
    ('log', ['Death', 'Recurrence'])
    """
    if not isinstance(effects, Effects):
        raise ArgumentError(f"Expected Effects, got a {type(effects).__name__}.")
    rows, scale = _contrasts(effects)
    names = _row_names(rows, words(labels))
    lines = sum(1 + name.count("\n") for name in names)
    with drawing(ax, height=0.85 + 0.18 * lines + 0.1 * len(rows)) as axes:
        _scale(axes, rows, scale)
        for place, row in enumerate(rows.itertuples()):
            _draw_row(axes, place, row)
        axes.axvline(1 if scale == "ratio" else 0, color=FAINT, linewidth=0.9, zorder=0)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), names, fontsize=SIZE)
        axes.tick_params(axis="y", length=0, pad=8)
        axes.spines["left"].set_visible(False)
        _label(axes, rows, scale, effects.conf_level)
    return axes


def _contrasts(effects: Effects) -> tuple[pd.DataFrame, str]:
    frame = effects.tidy()
    scales = frame["measure"].map(lambda name: measure(name).scale)
    drawn = scales.isin(["ratio", "difference"]) & frame["estimate"].notna()
    if not drawn.any():
        raise ArgumentError("There is nothing to draw: no difference or ratio has an estimate.")
    found = set(scales[drawn])
    if len(found) > 1:
        raise ArgumentError(
            "Ratios and differences need different axes; draw them in two forest plots: "
            f"{', '.join(sorted(set(frame.loc[drawn, 'measure'])))}."
        )
    return frame[drawn].reset_index(drop=True), found.pop()


def _row_names(rows: pd.DataFrame, say: Callable[[Any], str]) -> list[str]:
    """Return for each row the words that tell it from the others; the outcome always."""
    kept = [
        key
        for key in KEYS
        if key in rows and (rows[key].nunique(dropna=False) > 1 or key == "outcome")
    ]
    kept = kept or ["contrast" if rows["contrast"].notna().any() else "measure"]
    if {"term", "contrast"} <= set(kept) and not rows["term"].duplicated().any():
        kept.remove("contrast")
    parts = [[_part(key, row[key], say) for key in kept] for row in rows.to_dict("records")]
    names = [", ".join(filter(None, part)).replace(", (", " (") for part in parts]
    return [wrapped(name, LABEL_WIDTH, SIZE) for name in names]


def _part(key: str, value: Any, say: Callable[[Any], str]) -> str:
    if key == "measure":
        return f"({measure(value).label.lower()})"
    if key == "horizon":
        return "" if np.isnan(value) else f"{value:g}"
    if key == "contrast" and value is not None:
        return say(value) if say(value) != value else " - ".join(map(say, value.split(" - ")))
    return say(value)


def _scale(axes: Axes, rows: pd.DataFrame, scale: str) -> None:
    """Set the range of the axis: all estimates, the null value, and limits within reason."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

    values = rows[["estimate", "conf_low", "conf_high"]].to_numpy()
    values = values[np.isfinite(values)]
    if scale == "difference":
        low, high = min(values.min(), 0.0), max(values.max(), 0.0)
        margin = 0.06 * (high - low) or 1.0
        axes.set_xlim(low - margin, high + margin)
        if rows["measure"].isin(fmt.POINTS).all():
            axes.xaxis.set_major_formatter(
                FuncFormatter(lambda x, _: f"{100 * x:g}".replace("-", "−"))
            )
        return
    estimates = rows["estimate"][rows["estimate"] > 0]
    least, most = estimates.min() / FURTHEST, estimates.max() * FURTHEST
    low = max(values.min(), least) if values.min() > 0 else least
    low, high = min(low, 0.8), max(min(values.max(), most), 1.25)
    axes.set_xscale("log")
    axes.set_xlim(low / 1.12, high * 1.12)
    ticks = [tick for tick in RATIO_TICKS if low / 1.12 <= tick <= high * 1.12]
    if len(ticks) < 3:
        fine = (0.25, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.6, 2, 2.5, 4)
        ticks = [tick for tick in fine if low / 1.12 <= tick <= high * 1.12]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axes.xaxis.set_minor_locator(FixedLocator([]))


def _draw_row(axes: Axes, place: int, row: Any) -> None:
    left, right = axes.get_xlim()
    if not (np.isnan(row.conf_low) or np.isnan(row.conf_high)):
        ends = np.clip([row.conf_low, row.conf_high], left, right)
        axes.plot(ends, [place, place], color=PALETTE[0], linewidth=1.5, label="_interval")
        for beyond, end, marker in (
            (row.conf_low < left, left, "<"),
            (row.conf_high > right, right, ">"),
        ):
            if beyond:
                axes.plot(end, place, marker=marker, markersize=6, color=PALETTE[0],
                          clip_on=False, label="_beyond")  # fmt: skip
    axes.plot(row.estimate, place, marker="s", markersize=6.5, color=PALETTE[0], label="_estimate")
    text = fmt.estimate_interval(row.estimate, row.conf_low, row.conf_high, row.measure)
    _at_right(axes, text, place, va="center")


def _label(axes: Axes, rows: pd.DataFrame, scale: str, conf_level: float) -> None:
    measures = rows["measure"].unique()
    name = measure(measures[0]).label if len(measures) == 1 else scale.capitalize()
    if set(measures) <= fmt.POINTS:
        name += ", percentage points"
    axes.set_xlabel(f"{name}, log scale" if scale == "ratio" else name)
    _at_right(
        axes, f"Estimate ({fmt.interval_label(conf_level)})", -0.75, weight="bold", va="bottom"
    )


def _at_right(axes: Axes, text: str, place: float, **style: Any) -> None:
    axes.annotate(
        text,
        xy=(1, place),
        xycoords=("axes fraction", "data"),
        xytext=(12, 0),
        textcoords="offset points",
        fontsize=SIZE,
        color=INK,
        annotation_clip=False,
        **style,
    )
