"""Which row stands for a visit: by days within a window, else by the label of the visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.status import Span

BASELINE_LABELS = ("pre", "preop", "preoperative", "baseline")
FINAL = "final"
RULES = ("nearest", "first", "last")

Rule = Literal["nearest", "first", "last"]
Window = tuple[float, float]
Windows = Mapping[str, Window]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is asked for.

    Attributes
    ----------
    name : str
        Its label.
    window : tuple of float or None
        Days from day 0, ends included; None goes by the label.
    rule : {"nearest", "first", "last"}
        Which of several rows: nearest to the middle of the window (ties to the earlier), first or
        last. A baseline and a final visit always take the last.
    """

    name: str
    window: Window | None
    rule: Rule = "nearest"

    @property
    def is_baseline(self) -> bool:
        """Whether the visit is the one before surgery."""
        return self.name.lower() in BASELINE_LABELS

    @property
    def is_final(self) -> bool:
        """Whether the visit is the last one, whenever it was."""
        return self.name.lower() == FINAL


def asked_visit(name: str, windows: Windows | None, rule: Rule) -> Visit:
    """Return a checked visit.

    Raises
    ------
    ArgumentError
        For a rule that does not exist or a window that is not two days in order.
    """
    if not isinstance(name, str):
        raise ArgumentError(f"visit must be the label of a visit, got a {type(name).__name__}.")
    if rule not in RULES:
        raise ArgumentError(f'rule must be "nearest", "first" or "last", got {rule!r}.')
    return Visit(name, checked_window((windows or {}).get(name), name), rule)


def checked_window(window: Iterable[float] | None, name: str) -> Window | None:
    """Return a window as two days in order, or None when there is none."""
    if window is None:
        return None
    days = tuple(window)
    if len(days) != 2 or not days[0] <= days[1]:
        raise ArgumentError(
            f"The window of {name!r} must be two days in order, such as (60, 120), got {days!r}."
        )
    return float(days[0]), float(days[1])


def asked_visits(visits: Sequence[str] | str, windows: Windows | None) -> list[str]:
    """Return the visits that are asked for together.

    Raises
    ------
    ArgumentError
        When none or one twice is asked, or the windows of two share a day: one score would then
        stand for both.
    """
    names = [visits] if isinstance(visits, str) else list(visits)
    if not names or len(set(names)) < len(names):
        raise ArgumentError(f"visits must name each visit once, got {len(names)} name(s).")
    given = [(checked_window((windows or {}).get(name), name), name) for name in names]
    in_order = sorted((window, name) for window, name in given if window is not None)
    for ((_, closes), name), ((opens, _), following) in pairwise(in_order):
        if opens <= closes:
            raise ArgumentError(
                f"The windows of {name!r} and {following!r} share the days {opens:g} to "
                f"{closes:g}, so one score could stand for both; set them apart."
            )
    return names


def require_label(visit: Visit, rows: pd.DataFrame) -> None:
    """Raise when a visit without a window has a label that no row carries."""
    if visit.window is not None or visit.is_baseline or visit.is_final:
        return
    if not (rows["visit"] == visit.name).any():
        labels = sorted({str(label) for label in rows["visit"].dropna().unique()})
        known = f"the labels are: {', '.join(labels)}" if labels else "no row has a visit label"
        raise ArgumentError(
            f"No row has the visit {visit.name!r}; {known}. To go by days instead, give a window "
            "for the visit."
        )


def before_surgery(rows: pd.DataFrame) -> Mask:
    """Return which rows carry a label that says preoperative."""
    labels = rows["visit"].astype("category").cat
    says_so = [str(label).lower() in BASELINE_LABELS for label in labels.categories]
    if not any(says_so):
        return np.zeros(len(rows), dtype=bool)
    # The last place answers code -1, which stands for no label.
    return np.array([*says_so, False], dtype=bool).take(labels.codes.to_numpy())


def candidates(rows: pd.DataFrame, visit: Visit) -> Mask:
    """Return which rows could stand for the visit.

    Parameters
    ----------
    rows : DataFrame
        With columns `day` (missing where unknown) and `visit`.
    visit : Visit
    """
    day = rows["day"].to_numpy(dtype=float)
    labelled: Mask = np.asarray(rows["visit"] == visit.name, dtype=bool)
    if not (visit.is_baseline or visit.is_final) and visit.window is None:
        return labelled
    early = before_surgery(rows)
    if visit.is_baseline:
        # Not after day 0 is on it, before it or undated.
        fits = (day < 0) | (early & ~(day > 0))
        return fits if visit.window is None else fits & (np.isnan(day) | _within(day, visit.window))
    if visit.is_final:
        fits = ~early & (labelled | (day > 0))
        return fits if visit.window is None else fits & (np.isnan(day) | _within(day, visit.window))
    window = (-np.inf, np.inf) if visit.window is None else visit.window
    return np.asarray(~early & (_within(day, window) | (np.isnan(day) & labelled)))


def at_visit(rows: pd.DataFrame, visit: Visit, *, by: list[str]) -> pd.DataFrame:
    """Return the rows of the one time that stands for the visit, in each group.

    Rows with a day come before rows without. Several rows of a group at the same time all stay.

    Parameters
    ----------
    rows : DataFrame
        With columns `day` and `visit`.
    visit : Visit
    by : list of str
        Columns that make a group.

    Raises
    ------
    ArgumentError
        When a label alone does not tell which of several days is meant.
    """
    return one_time(rows.take(np.flatnonzero(candidates(rows, visit))), visit, by=by)


def one_time(found: pd.DataFrame, visit: Visit, *, by: list[str]) -> pd.DataFrame:
    """Return, of the candidates for a visit, the rows of one time in each group."""
    several = repeated(found, by)
    if not several.any():
        # Most groups have one row to choose from, which is then quickly chosen.
        return found
    chosen = _chosen(found[several], visit, by)
    return pd.concat([found[~several], chosen]).sort_index() if len(chosen) else found[~several]


def repeated(rows: pd.DataFrame, by: list[str]) -> Mask:
    """Return which rows share their group with another row."""
    if by == ["episode"]:
        # Positions are counted, which is faster than comparing them.
        episode = rows["episode"].to_numpy()
        return np.asarray(np.bincount(episode).take(episode) > 1)
    return rows.duplicated(by, keep=False).to_numpy()


def _within(day: npt.NDArray[np.float64], window: Window) -> Mask:
    return (day >= window[0]) & (day <= window[1])


def _chosen(found: pd.DataFrame, visit: Visit, by: list[str]) -> pd.DataFrame:
    """Return the rows of one time in each group of candidates."""
    if visit.is_final and visit.window is None:
        found = _preferred(found, found["visit"] == visit.name, by)
    if visit.is_baseline or visit.is_final:
        return extreme(found, by=by, last=True)
    if visit.rule != "nearest":
        return extreme(found, by=by, last=visit.rule == "last")
    if visit.window is None:
        _refuse_several_days(found, visit, by)
        return extreme(found, by=by, last=False)
    middle = sum(visit.window) / 2
    found = _preferred(found, found["day"].notna(), by)
    distance = (found["day"] - middle).abs()
    nearest = distance.groupby(_keys(found, by), observed=True, dropna=False, sort=False).transform(
        "min"
    )
    return extreme(found[~(distance > nearest)], by=by, last=False)


def extreme(rows: pd.DataFrame, *, by: list[str], last: bool) -> pd.DataFrame:
    """Return the rows of the first or last day of each group; undated ones if it has no other."""
    rows = _preferred(rows, rows["day"].notna(), by)
    day = rows.groupby(by, observed=True, dropna=False, sort=False)["day"].transform(
        "max" if last else "min"
    )
    return rows[(rows["day"] == day) | rows["day"].isna()]


def span_of(visit: Visit, rows: pd.DataFrame) -> Span:
    """Return the days in which a value of the visit was due.

    Without a window they are the days on which any row of the cohort carries the visit's label.
    """
    if visit.window is not None:
        return Span(*visit.window)
    if visit.is_baseline:
        return Span(-np.inf, 0.0)
    if visit.is_final:
        return Span(0.0, np.inf)
    days = rows.loc[rows["visit"] == visit.name, "day"]
    return Span(float(days.min()), float(days.max()))


def _preferred(rows: pd.DataFrame, mask: pd.Series, by: list[str]) -> pd.DataFrame:
    """Return the masked rows of each group that has any, all rows of the other groups."""
    groups = mask.groupby(_keys(rows, by), observed=True, dropna=False, sort=False)
    return rows[mask | ~groups.transform("any").astype(bool)]


def _keys(rows: pd.DataFrame, by: list[str]) -> list[pd.Series]:
    return [rows[name] for name in by]


def _refuse_several_days(rows: pd.DataFrame, visit: Visit, by: list[str]) -> None:
    several = int((rows.groupby(by)["day"].nunique() > 1).sum())
    if several:
        raise ArgumentError(
            f"{several} episode(s) or lesion(s) have rows labelled {visit.name!r} on several days; "
            'give a window for the visit, or rule="first" or "last".'
        )
