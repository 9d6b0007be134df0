"""Curves over time, with the numbers at risk below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures.risk_table import draw_risk_table
from spineoutcomes.figures.style import colour, drawing, line_style
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
        Ticks of the time axis, where the numbers at risk are given; in `time_unit`. By default
        round ones up to the last observation.
    risk_table : bool
        Whether the numbers at risk stand below.
    conf_band : bool
        Whether the intervals are shaded.
    labels : mapping of str to str, optional
        Words for groups and causes.

    Returns
    -------
    Axes
        The axes drawn on. The numbers at risk are placed below it in points: give a figure of
        your own `layout="constrained"`, or save it with `bbox_inches="tight"`.

    Raises
    ------
    ArgumentError
        When `curves` is not Curves or has no rows, for an unknown `cause`, or for `times` that are
        not finite numbers from 0 on.

    Notes
    -----
    Lines are the rows of `curves.tidy()`, begun at the start value (1 for survival, else 0) and
    ended at the last observation. Numbers at risk are `curves.at(times)`: those observed just
    before each time, 0 after the last observation. A new figure belongs to pyplot, which shows it
    in a notebook; close it with `matplotlib.pyplot.close(ax.figure)` where many are made.

    Missing data: where limits are missing the band has a gap; a missing number at risk is a dash.

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
    drawn = _chosen(curves, cause)
    last = max(float(curve.rows["time"].max()) for curve in drawn)
    ticks = _ticks(last, curves.time_unit) if times is None else _checked(times)
    say = words(labels)
    groups = {curve.group: curve.colour for curve in drawn}
    height = 3.9 + (0.19 * len(groups) if risk_table else 0)
    with drawing(ax, height=height) as axes:
        only = drawn[0].cause if len({curve.cause for curve in drawn}) == 1 else None
        for curve in drawn:
            cause_name = "" if curve.cause == only else say(curve.cause)
            label = ", ".join(filter(None, (say(curve.group), cause_name)))
            _draw_curve(axes, curve, START[curves.measure], conf_band, label)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(-0.02 * max(last, *ticks), 1.02 * max(last, *ticks))
        axes.set_xlabel(f"Time ({curves.time_unit})")
        axes.set_ylabel(": ".join(filter(None, (LABELS[curves.measure], say(only)))))
        _scale(axes, curves.measure, _highest(drawn, conf_band))
        if len(drawn) > 1:
            axes.legend(loc=_free_corner(curves, last), handlelength=3.2)
        if risk_table:
            names = {group: (say(group), tint) for group, tint in groups.items()}
            draw_risk_table(axes, _at_risk(curves, drawn, ticks), names)
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


def _draw_curve(axes: Axes, curve: _Curve, start: float, conf_band: bool, label: str) -> None:
    rows = curve.rows
    before = [0.0] if rows["time"].iloc[0] > 0 else []
    time = np.r_[before, rows["time"]]

    def from_start(column: str) -> Any:
        return np.r_[np.full(len(before), start), rows[column]]

    axes.plot(
        time,
        from_start("estimate"),
        drawstyle="steps-post",
        color=curve.colour,
        linestyle=curve.dashes,
        linewidth=1.6,
        label=label,
    )
    if conf_band:
        low, high = from_start("conf_low"), from_start("conf_high")
        axes.fill_between(time, low, high, step="post", color=curve.colour, alpha=0.14, linewidth=0)
    censored = rows[rows["n_censor"] > 0]
    axes.plot(
        censored["time"],
        censored["estimate"],
        linestyle="none",
        marker="|",
        markersize=6,
        markeredgewidth=0.9,
        color=curve.colour,
        label="_censored",
    )


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


def _at_risk(curves: Curves, drawn: Iterable[_Curve], ticks: list[float]) -> pd.DataFrame:
    """Return the numbers at risk by group; every cause of a group has the same."""
    first = {curve.group: curve.cause or "" for curve in reversed(list(drawn))}
    frame = curves.at(ticks)
    keep = frame["cause"].fillna("") == frame["group"].map(first)
    return frame.loc[keep, ["group", "time", "n_risk"]]


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
