"""Curves over time, with the numbers at risk below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.risk_table import (
    SIZE,
    Line,
    checked_numbers,
    draw_risk_table,
    table_height,
    table_lines,
)
from spineoutcomes.figures.style import STYLE, colour, drawing, line_style, size_in_inches
from spineoutcomes.figures.text import text_width, wrapped
from spineoutcomes.figures.thinning import Paper, paper, thinned_marks, thinned_steps
from spineoutcomes.results import Curves
from spineoutcomes.results.curves import START
from spineoutcomes.results.labels import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS = {
    "survival": "Survival",
    "incidence": "Cumulative incidence",
    "mean_count": "Mean number of events",
}
MOST_TICKS = 7
MARKS_APART = 8  # halves of a pixel, so that single censorings stay visible among many
BETWEEN_NUMBERS = 0.08  # inches
LEGEND_WIDTH = 3.0  # inches, then a label goes on in a second line
# Steps that read well in a unit; multiples of a power of ten are added for long follow-up.
STEPS = {"months": (1, 2, 3, 6, 12, 24, 36, 60, 120), "weeks": (1, 2, 4, 8, 13, 26, 52, 104)}


class _Curve(NamedTuple):
    """One curve as it is drawn: its name, its colour, its dashes and its rows of `tidy()`."""

    group: str
    cause: str | None
    colour: str
    dashes: tuple[float, tuple[float, ...] | None]
    rows: pd.DataFrame


def curves_plot(
    curves: Curves,
    *,
    ax: Axes | None = None,
    cause: str | None = None,
    times: Iterable[float] | None = None,
    risk_table: bool = True,
    table: str | Iterable[str] = ("n_risk", "n_event", "n_censor"),
    conf_band: bool = True,
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw step curves with their intervals, censorings and numbers at risk.

    Parameters
    ----------
    curves : Curves
        Survival, cumulative incidence or mean counts; times in its `time_unit`.
    ax : Axes, optional
        Where to draw; a new figure of 7 inches by default.
    cause : str, optional
        The one cause to draw; all by default, each with its own dashes.
    times : iterable of float, optional
        Ticks of the time axis, where the table gives its numbers; in `time_unit`. By default round
        ones up to the last observation. Where ticks are too close for their numbers, only those
        that have room are labelled.
    risk_table : bool
        Whether a table stands below.
    table : str or iterable of str
        Its numbers, of `n_risk` (at risk just before each tick), `n_event` and `n_censor` (events
        and censorings up to each tick and at it).
    conf_band : bool
        Whether the intervals are shaded.
    labels : mapping of str to str, optional
        Words for groups and causes, and for the axis: `{"survival": "Still followed"}`.

    Returns
    -------
    Axes
        The axes drawn on. The table is placed below it in points: give a figure of
        your own `layout="constrained"`, or save it with `bbox_inches="tight"`.

    Raises
    ------
    ArgumentError
        When `curves` is not Curves or has no rows, for an unknown `cause` or number of the table,
        or for `times` that are not finite numbers from 0 on.

    Notes
    -----
    Lines are the rows of `curves.tidy()`, begun at the start value (1 for survival, else 0) and
    ended at the last observation. Of a curve with more steps than can be seen, those are drawn that
    leave it within half a pixel of a screen (1/200 inch) of where it is: in each such column the
    first, the last, the lowest and the highest; `tidy()` stays whole. Marks of censorings keep
    a distance when they are many.

    The table follows Morris et al. (2019). Numbers at risk are `curves.at(times)`: those observed
    just before each time, 0 after the last observation; events and censorings are sums of the rows
    up to each time, so that somebody who had the event at a tick is in both. Counts are of patients
    also where the curve is weighted. A new figure belongs to pyplot, which shows it
    in a notebook; close it with `matplotlib.pyplot.close(ax.figure)` where many are made.

    Missing data: where limits are missing the band has a gap; a missing number is a dash; events
    or censorings that no curve has are left out of the table.

    References
    ----------
    Morris et al. 2019, doi:10.1136/bmjopen-2019-030215.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> steps = pd.DataFrame({"group": "mis", "time": [2.0, 5.0, 9.0], "n_risk": [4, 3, 1],
    ...                       "n_event": [1, 1, 0], "n_censor": [0, 1, 1],
    ...                       "estimate": [0.75, 0.5, 0.5]})
    >>> curves = so.Curves(steps, measure="survival", time_unit="months")
    >>> ax = so.figures.curves_plot(curves, times=[0, 3, 6, 9])
    >>> ax.get_xlabel()
    'Time (months)'
    """
    if not isinstance(curves, Curves):
        raise ArgumentError(f"Expected Curves, got a {type(curves).__name__}.")
    numbers = checked_numbers(table) if risk_table else ()
    drawn = _chosen(curves, cause)
    last = max(float(curve.rows["time"].max()) for curve in drawn)
    ticks = _ticks(last, curves.time_unit) if times is None else _checked(times)
    say = words({**LABELS, **(labels or {})})
    groups = {curve.group: curve.colour for curve in drawn}
    causes = {group: [curve.cause for curve in drawn if curve.group == group] for group in groups}
    lines = table_lines(curves, causes, numbers, ticks)
    width = max(last, *ticks)
    with drawing(ax, height=3.9 + table_height(lines)) as axes:
        only = drawn[0].cause if len({curve.cause for curve in drawn}) == 1 else None
        axes.set_xlim(-0.02 * width, 1.02 * width)
        _scale(axes, curves.measure, _highest(drawn, conf_band))
        sheet = _paper_of(axes)
        for curve in drawn:
            cause_name = "" if curve.cause == only else say(curve.cause)
            label = ", ".join(filter(None, (say(curve.group), cause_name)))
            label = wrapped(label, LEGEND_WIDTH, STYLE["legend.fontsize"])
            _draw_curve(axes, curve, START[curves.measure], sheet, conf_band, label)
        labelled = _with_room(axes, ticks, [[f"{t:g}" for t in ticks], *(r.texts for r in lines)])
        axes.set_xticks(
            ticks, [f"{t:g}" if room else "" for t, room in zip(ticks, labelled, strict=True)]
        )
        axes.set_xlabel(f"Time ({curves.time_unit})")
        axes.set_ylabel(": ".join(filter(None, (say(curves.measure), say(only)))))
        if len(drawn) > 1:
            axes.legend(loc=_free_corner(curves, last), handlelength=3.2)
        draw_risk_table(axes, _kept(lines, labelled), ticks, groups, say)
    return axes


def _chosen(curves: Curves, cause: str | None) -> list[_Curve]:
    frame = curves.tidy()
    if frame.empty:
        raise ArgumentError("There is no curve to draw: the result has no rows.")
    causes = [name for name in frame["cause"].unique() if name is not None]
    if cause is not None and cause not in causes:
        known = ", ".join(map(repr, causes)) or "no causes"
        raise ArgumentError(f"No cause {cause!r} among the curves; there are: {known}.")
    if cause is not None:
        frame = frame[frame["cause"] == cause]
    groups = list(frame["group"].unique())
    parts = frame.groupby(["group", "cause"], sort=False, dropna=False)
    return [
        _Curve(
            group=str(rows["group"].iloc[0]),
            cause=rows["cause"].iloc[0],
            colour=colour(groups.index(rows["group"].iloc[0])),
            dashes=line_style(number),
            rows=rows,
        )
        for number, (_, rows) in enumerate(parts)
    ]


def _draw_curve(
    axes: Axes, curve: _Curve, start: float, sheet: Paper, conf_band: bool, label: str
) -> None:
    rows = curve.rows
    before = [0.0] if rows["time"].iloc[0] > 0 else []
    time = np.r_[before, rows["time"]]

    def seen(column: str) -> tuple[Any, Any]:
        """Return the places of the steps to be seen and all values, begun at the start value."""
        values = np.r_[np.full(len(before), start), rows[column]]
        places = thinned_steps(time, values, sheet)
        return places, values

    places, estimate = seen("estimate")
    axes.plot(
        time[places],
        estimate[places],
        drawstyle="steps-post",
        color=curve.colour,
        linestyle=curve.dashes,
        linewidth=1.6,
        label=label,
    )
    if conf_band:
        (below, low), (above, high) = seen("conf_low"), seen("conf_high")
        band = np.union1d(below, above)
        axes.fill_between(
            time[band], low[band], high[band],
            step="post", color=curve.colour, alpha=0.14, linewidth=0,
        )  # fmt: skip
    censored = rows[rows["n_censor"] > 0]
    marks = thinned_marks(
        censored["time"].to_numpy(), MARKS_APART * sheet.wide, sheet.columns // MARKS_APART
    )
    axes.plot(
        censored["time"].iloc[marks],
        censored["estimate"].iloc[marks],
        linestyle="none",
        marker="|",
        markersize=6,
        markeredgewidth=0.9,
        color=curve.colour,
        label="_censored",
    )


def _paper_of(axes: Axes) -> Paper:
    """Return the paper of a whole figure, for axes change their size when they are laid out."""
    width, height = axes.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return paper((float(width), float(height)), right - left, top - bottom)


def _with_room(axes: Axes, ticks: list[float], texts: list[list[str]]) -> list[bool]:
    """Return which ticks have room for all that stands under them, from the left."""
    inches = size_in_inches(axes)[0] / float(np.ptp(axes.get_xlim()))
    half = [max(text_width(row[i], SIZE) for row in texts) / 2 for i in range(len(ticks))]
    room, end = [], -np.inf
    for tick, reach in zip(ticks, half, strict=True):
        room.append(bool(tick * inches - reach >= end))
        end = tick * inches + reach + BETWEEN_NUMBERS if room[-1] else end
    return room


def _kept(lines: list[Line], labelled: list[bool]) -> list[Line]:
    """Return the lines without the numbers that have no room."""
    return [
        line._replace(texts=[t if r else "" for t, r in zip(line.texts, labelled, strict=True)])
        for line in lines
    ]


def _scale(axes: Axes, measure: str, highest: float) -> None:
    """Show survival from 0 to 1, an incidence up to the next tenth above it."""
    from matplotlib.ticker import PercentFormatter

    if measure == "mean_count":
        axes.set_ylim(0, 1.05 * highest if highest > 0 else 1)
        return
    top = 1.0 if measure == "survival" else min(1.0, np.ceil(10 * highest + 1e-9) / 10)
    axes.set_ylim(0, 1.02 * max(top, 0.1))
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))


def _highest(drawn: Iterable[_Curve], conf_band: bool) -> float:
    columns = ["estimate", "conf_high"] if conf_band else ["estimate"]
    return float(np.nanmax([curve.rows[columns].max().max() for curve in drawn]))


def _free_corner(curves: Curves, last: float) -> Literal["upper left", "lower left", "upper right"]:
    if curves.measure != "survival":
        return "upper left"
    early = curves.at(last / 4)["estimate"].min()
    return "lower left" if early > 0.5 else "upper right"


def _checked(times: Iterable[float]) -> list[float]:
    ticks = sorted(set(map(float, times)))
    if not ticks or not np.isfinite(ticks).all() or ticks[0] < 0:
        raise ArgumentError("`times` must be finite numbers from 0 on, at least one.")
    return ticks


def _ticks(last: float, unit: str) -> list[float]:
    """Return round times from 0 to the last observation."""
    if last <= 0:
        return [0.0]
    power = 10.0 ** np.floor(np.log10(last / MOST_TICKS))
    steps = [*STEPS.get(unit, ()), *(power * factor for factor in (1, 2, 5, 10))]
    step = next(s for s in steps if last / s <= MOST_TICKS and s >= power)
    return [float(t) for t in np.arange(0, last * (1 + 1e-9), step)]
