"""Curves: step functions over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, InitVar, dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results._frame import arranged
from spineoutcomes.results._show import as_html, as_text

TEXT = ("group", "cause")
NUMBERS = (
    "time",
    "n_risk",
    "n_event",
    "n_censor",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
)
# Beside the counts of a weighted curve: the sum of weights at risk, and its effective size.
WEIGHTED = ("n_risk_weighted", "n_effective")
VALUES = ("estimate", "std_error", "conf_low", "conf_high")
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
    frame : DataFrame
        Columns `group, cause, time, n_risk, n_event, n_censor, estimate, std_error, conf_low,
        conf_high`, and of weighted curves `n_risk_weighted, n_effective`; `group`, `time` and
        `estimate` are required, unknown columns are refused. Numbers at risk are just before each
        time.
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
        For an unknown measure or column, an incomplete `group`, `time` or `estimate`.

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

    frame: InitVar[pd.DataFrame]
    _: KW_ONLY
    measure: Literal["survival", "incidence", "mean_count"]
    time_unit: str = "days"
    method: str = ""
    sources: tuple[str, ...] = ()
    estimand: str | None = None
    conf_level: float = 0.95
    horizons: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()
    _frame: pd.DataFrame = field(init=False)
    _starts: tuple[int, ...] = field(init=False)

    def __post_init__(self, frame: pd.DataFrame) -> None:
        if self.measure not in START:
            raise ArgumentError(
                f"Unknown measure of a curve {self.measure!r}; known are: {', '.join(START)}."
            )
        if not 0 < self.conf_level < 1:
            raise ArgumentError(f"conf_level must lie between 0 and 1, got {self.conf_level}.")
        rows = arranged(
            frame,
            kind="Curves",
            text=TEXT,
            numbers=NUMBERS,
            extra=WEIGHTED,
            required=("group", "time", "estimate"),
        )
        settled, starts = _in_time_order(rows, _curve_codes(frame))
        object.__setattr__(self, "_frame", settled)
        object.__setattr__(self, "_starts", starts)
        object.__setattr__(self, "sources", tuple(self.sources))
        object.__setattr__(self, "horizons", tuple(map(float, self.horizons)))

    def tidy(self) -> pd.DataFrame:
        """Return the steps as a new frame."""
        return self._frame.copy()

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
            observed just before the time, `n_event` and `n_censor` those at exactly that time.
        """
        asked = np.atleast_1d(np.asarray(times, dtype=float))
        parts = [
            _at_times(curve, asked, START[self.measure]).assign(group=group, cause=cause)
            for group, cause, curve in self._each()
        ]
        return pd.concat(parts, ignore_index=True)[list(self._frame.columns)]

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
            {"group": group, "cause": cause, "p": level}
            | {
                name: _first_crossing(curve, column, level, falling)
                for name, column in columns.items()
            }
            for group, cause, curve in self._each()
            for level in asked
        ]
        return pd.DataFrame(
            rows, columns=["group", "cause", "p", "estimate", "conf_low", "conf_high"]
        )

    def summary(self) -> str:
        """Return each curve's size, events and median as text."""
        return as_text(self._overview(), self)

    def __repr__(self) -> str:
        return f"<Curves: {self.measure} over {self.time_unit}>\n{self.summary()}"

    def _repr_html_(self) -> str:
        return as_html(self._overview(), self)

    def _each(self) -> Iterator[tuple[str, str | None, pd.DataFrame]]:
        """Yield group, cause and rows of each curve, in order of appearance."""
        for start, end in pairwise([*self._starts, len(self._frame)]):
            curve = self._frame.iloc[start:end]
            yield curve["group"].iloc[0], curve["cause"].iloc[0], curve

    def _overview(self) -> pd.DataFrame:
        rows = [
            {
                "group": group,
                "cause": cause,
                "n": curve["n_risk"].max(),
                "n_event": curve["n_event"].sum(),
                "last_time": curve["time"].max(),
                "estimate_at_last_time": curve["estimate"].iloc[-1],
            }
            for group, cause, curve in self._each()
        ]
        return pd.DataFrame(rows)


def _curve_codes(frame: pd.DataFrame) -> npt.NDArray[np.integer]:
    """Return which curve each row belongs to: its group and cause."""
    group = _codes(frame["group"])
    if "cause" not in frame.columns:
        return group
    cause = _codes(frame["cause"])
    n_causes = int(cause.max(initial=-1)) + 2
    # A missing cause has the code -1.
    return group * np.int64(n_causes) + cause if n_causes > 1 else group


def _codes(column: pd.Series) -> npt.NDArray[np.integer]:
    """Return codes from 0, -1 for a missing value."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes)
    return pd.factorize(column)[0]


def _in_time_order(
    rows: pd.DataFrame, code: npt.NDArray[np.integer]
) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Return the rows curve by curve in order of appearance, each in order of time, and starts."""
    time = rows["time"].to_numpy()
    changes = code[1:] != code[:-1]
    starts = np.flatnonzero(np.append(True, changes)[: len(code)])
    whole = len(np.unique(code[starts])) == len(starts)
    if not whole or bool((~changes & (time[1:] < time[:-1])).any()):
        appearance = pd.factorize(code)[0]
        order = np.lexsort((time, appearance))
        rows = rows.iloc[order].reset_index(drop=True)
        starts = np.searchsorted(appearance[order], np.arange(appearance.max() + 1))
    return rows, tuple(starts.tolist())


def _at_times(curve: pd.DataFrame, times: np.ndarray, start: float) -> pd.DataFrame:
    known = curve["time"].to_numpy()
    rounding = TIE_TOLERANCE * (known[-1] - known[0])
    last = np.searchsorted(known, times + rounding, side="right") - 1
    following = np.searchsorted(known, times - rounding, side="left")
    beyond = following == len(known)
    out = pd.DataFrame({"time": times})
    for name in VALUES:
        before = 0.0 if name == "std_error" else start
        values = np.where(last >= 0, curve[name].to_numpy()[np.maximum(last, 0)], before)
        out[name] = np.where(beyond, np.nan, values)
    at_next = np.minimum(following, len(known) - 1)
    exact = ~beyond & (known[at_next] <= times + rounding)
    for name in ("n_risk", *(name for name in WEIGHTED if name in curve.columns)):
        out[name] = np.where(beyond, 0.0, curve[name].to_numpy()[at_next])
    for name in ("n_event", "n_censor"):
        out[name] = np.where(exact, curve[name].to_numpy()[at_next], 0.0)
    return out


def _first_crossing(curve: pd.DataFrame, column: str, p: float, falling: bool) -> float:
    """Return the first time at which `column` shows that a proportion `p` had the event."""
    had = 1 - curve[column].to_numpy() if falling else curve[column].to_numpy()
    times = curve["time"].to_numpy()
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
