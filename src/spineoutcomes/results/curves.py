"""Curves: step functions over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results._show import as_html, as_text
from spineoutcomes.results.curve_rows import NUMBERS, VALUES, CurveRows, curves_in

FloatArray = npt.NDArray[np.float64]

START = {"survival": 1.0, "incidence": 0.0, "mean_count": 0.0}
# Times closer than this share of their range differ by rounding only (0.1 + 0.2 and 0.3).
TIE_TOLERANCE = 1e-9
# A level met up to rounding counts as met: S equals 1 - p after a product of fractions.
LEVEL_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Curves:
    """Step functions over time, one row per distinct entry, event or censoring time.

    Parameters
    ----------
    frame : DataFrame, or sequence of CurveRows
        Columns `group, cause, time, n_risk, n_event, n_censor, estimate, std_error, conf_low,
        conf_high`, and of weighted curves `n_risk_weighted, n_effective`; `group`, `time` and
        `estimate` are required, unknown columns are refused. Numbers at risk are just before each
        time. Curves made here come one by one, without a copy.
    measure : {"survival", "incidence", "mean_count"}
        What `estimate` is; it sets the value before the first time (1, 0, 0).
    time_unit : str
        Unit of `time`, for labels.
    method : str
        A sentence fit for a footnote.
    sources : tuple of str
        Citations of the methods, as DOIs or short references.
    estimand : str, optional
        What is estimated.
    conf_level : float
        Level of `conf_low` and `conf_high`.
    horizons : tuple of float
        The times a report prints; a `ResultSet` hands out the curve at these.
    warnings : tuple of str
        What a reader must be told beside the numbers.

    Raises
    ------
    ArgumentError
        For what is no DataFrame, an unknown measure or column, an incomplete `group`, `time` or
        `estimate`.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> steps = pd.DataFrame({"group": "all", "time": [0.0, 2.0, 5.0], "n_risk": [4, 4, 2],
    ...                       "estimate": [1.0, 0.5, 0.25]})
    >>> curve = so.Curves(steps, measure="survival", time_unit="months")
    >>> curve.at([3, 9])["estimate"].tolist()
    [0.5, nan]
    >>> curve.quantile(0.5)["estimate"].tolist()
    [3.5]
    """

    frame: InitVar[pd.DataFrame | Sequence[CurveRows]]
    _: KW_ONLY
    measure: Literal["survival", "incidence", "mean_count"]
    time_unit: str = "days"
    method: str = ""
    sources: tuple[str, ...] = ()
    estimand: str | None = None
    conf_level: float = 0.95
    horizons: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()
    _curves: tuple[CurveRows, ...] = field(init=False)

    def __post_init__(self, frame: pd.DataFrame | Sequence[CurveRows]) -> None:
        if self.measure not in START:
            raise ArgumentError(
                f"Unknown measure of a curve {self.measure!r}; known are: {', '.join(START)}."
            )
        if not 0 < self.conf_level < 1:
            raise ArgumentError(f"conf_level must lie between 0 and 1, got {self.conf_level}.")
        object.__setattr__(self, "_curves", _curves_of(frame))
        object.__setattr__(self, "sources", tuple(self.sources))
        object.__setattr__(self, "horizons", tuple(map(float, self.horizons)))

    def tidy(self) -> pd.DataFrame:
        """Return the steps as a new frame."""
        return _in_a_frame(self._curves)

    def at(self, times: float | Iterable[float]) -> pd.DataFrame:
        """Return the curves at given times.

        Parameters
        ----------
        times : float or iterable of float
            Times in `time_unit`.

        Returns
        -------
        DataFrame
            One row per group, cause and time, with the columns of the curve. `estimate`, its error
            and limits are those at or last before the time; before the first row the start value
            with error 0; after the last observation they are missing. `n_risk` counts those
            observed just before the time, nobody before the first entry, `n_event` and `n_censor`
            those at exactly that time.
        """
        asked = np.atleast_1d(np.asarray(times, dtype=float))
        start = START[self.measure]
        found = _in_a_frame([_at_times(curve, asked, start) for curve in self._curves])
        # Labels of whatever type pandas gives to text, so that they can be an index.
        return found.infer_objects(copy=False)

    def quantile(self, p: float | Iterable[float]) -> pd.DataFrame:
        """Return the times by which a proportion `p` had the event.

        Parameters
        ----------
        p : float or iterable of float
            Proportions between 0 and 1; 0.5 gives the median.

        Returns
        -------
        DataFrame
            Columns `group, cause, p, estimate, conf_low, conf_high` in `time_unit`: the smallest
            time at which at least `p` had the event, the midpoint to the next step (or to the
            end of the curve) when exactly `p` had it, missing when the curve does not get there.
            Limits are where the curve's own limits cross (Brookmeyer & Crowley 1982,
            doi:10.2307/2530286).

        Raises
        ------
        ArgumentError
            When `p` lies outside (0, 1), or the curve is a mean count.
        """
        if self.measure == "mean_count":
            raise ArgumentError("A mean count has no quantiles; use `at(times)`.")
        asked = np.atleast_1d(np.asarray(p, dtype=float))
        if not ((asked > 0) & (asked < 1)).all():
            raise ArgumentError("p must lie strictly between 0 and 1.")
        falling = self.measure == "survival"
        lower, upper = ("conf_low", "conf_high") if falling else ("conf_high", "conf_low")
        columns = {"estimate": "estimate", "conf_low": lower, "conf_high": upper}
        rows = [
            {"group": curve.group, "cause": curve.cause, "p": level}
            | {
                name: _first_crossing(curve.columns, column, level, falling)
                for name, column in columns.items()
            }
            for curve in self._curves
            for level in asked
        ]
        return pd.DataFrame(
            rows, columns=["group", "cause", "p", "estimate", "conf_low", "conf_high"]
        )

    def summary(self) -> str:
        """Return as text how many were at risk at most, events, and where each curve ends."""
        return as_text(self._overview(), self)

    def __repr__(self) -> str:
        return f"<Curves: {self.measure} over {self.time_unit}>\n{self.summary()}"

    def _repr_html_(self) -> str:
        return as_html(self._overview(), self)

    def _overview(self) -> pd.DataFrame:
        rows = [
            {
                "group": curve.group,
                "cause": curve.cause,
                "most_at_risk": steps["n_risk"].max(),
                "n_event": steps["n_event"].sum(),
                "last_time": steps["time"].max(),
                "estimate_at_last_time": steps["estimate"].iloc[-1],
            }
            for curve in self._curves
            for steps in [pd.DataFrame(dict(curve.columns), copy=False)]
        ]
        return pd.DataFrame(rows)


def _curves_of(given: object) -> tuple[CurveRows, ...]:
    if isinstance(given, pd.DataFrame):
        return curves_in(given)
    # Rows that come curve by curve are kept as they are: a million need no copy.
    curves = tuple(given) if isinstance(given, Sequence) else ()
    if not curves or not all(isinstance(curve, CurveRows) for curve in curves):
        raise ArgumentError(f"Curves needs a DataFrame of steps, got a {type(given).__name__}.")
    return curves


def _in_a_frame(curves: Sequence[CurveRows]) -> pd.DataFrame:
    """Return the rows of several curves as a new frame."""
    sizes = [len(curve) for curve in curves]
    labels = {
        "group": _repeated([curve.group for curve in curves], sizes),
        "cause": _repeated([curve.cause for curve in curves], sizes),
    }
    numbers = {
        name: np.concatenate([np.zeros(0), *(curve.columns[name] for curve in curves)])
        for name in (curves[0].columns if curves else NUMBERS)
    }
    # Column by column, as they are stored.
    return pd.DataFrame(labels | numbers, copy=False)


def _repeated(labels: Sequence[str | None], sizes: Sequence[int]) -> pd.Series:
    values = np.empty(len(labels), dtype=object)
    values[:] = labels
    # A series: as a bare array its type would be up to pandas.
    return pd.Series(np.repeat(values, sizes), dtype="object")


def _at_times(curve: CurveRows, times: FloatArray, start: float) -> CurveRows:
    columns = curve.columns
    known = columns["time"]
    rounding = TIE_TOLERANCE * (known[-1] - known[0])
    last = np.searchsorted(known, times + rounding, side="right") - 1
    following = np.searchsorted(known, times - rounding, side="left")
    beyond = following == len(known)
    at_next = np.minimum(following, len(known) - 1)
    exact = ~beyond & (known[at_next] <= times + rounding)
    nobody = beyond | ((last < 0) & _begins_with_an_entry(columns))
    found = {"time": times.copy()}
    for name in columns:
        if name in VALUES:
            before = 0.0 if name == "std_error" else start
            values = np.where(last >= 0, columns[name][np.maximum(last, 0)], before)
            found[name] = np.where(beyond, np.nan, values)
        elif name in ("n_event", "n_censor"):
            found[name] = np.where(exact, columns[name][at_next], 0.0)
        elif name != "time":
            found[name] = np.where(nobody, 0.0, columns[name][at_next])
    return CurveRows(curve.group, curve.cause, found)


def _begins_with_an_entry(columns: Mapping[str, FloatArray]) -> bool:
    """Return whether nothing happens at the first time but that somebody enters."""
    return bool(columns["n_event"][0] == 0 and columns["n_censor"][0] == 0)


def _first_crossing(curve: Mapping[str, FloatArray], column: str, p: float, falling: bool) -> float:
    """Return the first time at which `column` shows that a proportion `p` had the event."""
    had = 1 - curve[column] if falling else curve[column]
    times = curve["time"]
    reached = np.flatnonzero(had >= p - LEVEL_TOLERANCE)
    if not len(reached):
        return float("nan")
    first = reached[0]
    if abs(had[first] - p) > LEVEL_TOLERANCE:
        return float(times[first])
    # Exactly p had the event until the next step, or until the end of the curve.
    beyond = np.flatnonzero(had > p + LEVEL_TOLERANCE)
    end = beyond[0] if len(beyond) else -1
    return float((times[first] + times[end]) / 2)
