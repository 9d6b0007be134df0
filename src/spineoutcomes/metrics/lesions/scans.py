"""Measurements of lesions gathered by scan, and which scan stands for the residual."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.visits import (
    Visit,
    Window,
    at_visit,
    before_surgery,
    checked_window,
    extreme,
    require_label,
)

PREOPERATIVE, POSTOPERATIVE = "preoperative", "postoperative"


def with_scan(rows: pd.DataFrame) -> pd.DataFrame:
    """Return lesion rows with `scan` (its id, else its day, else its visit) and `after`.

    `after` tells whether the scan follows surgery: later than day 0, or on day 0 or undated with a
    label that does not say preoperative. A scan on day 0 without any label precedes it.
    """
    day = rows["day"]
    by_day = day.map({value: f"day {value:g}" for value in day.dropna().unique()}).astype(object)
    scan = rows["scan_id"].astype(object).where(rows["scan_id"].notna(), by_day)
    scan = scan.where(scan.notna(), rows["visit"].astype(object)).fillna("(no scan named)")
    early = before_surgery(rows)
    labelled = rows["visit"].notna() & ~early
    after = (day > 0) | ((day == 0) & labelled) | (day.isna() & ~early)
    return rows.assign(scan=scan, after=after)


def asked_scan(visit: str | None, window: Window | None, rows: pd.DataFrame) -> Visit | None:
    """Return the scan after surgery that is asked for, None when none is.

    Raises
    ------
    ArgumentError
        For a label that no row has, for a label or days before surgery, and for a label that a
        scan before surgery carries too.
    """
    if visit is None and window is None:
        return None
    asked = Visit(visit or "", checked_window(window, visit or "the scan"))
    if asked.is_baseline:
        raise ArgumentError(f"A residual is seen after surgery; {visit!r} is before it.")
    if asked.window is not None and asked.window[1] < 0:
        first, last = asked.window
        raise ArgumentError(
            f"A residual is seen after surgery; days {first:g} to {last:g} are before it."
        )
    require_label(asked, rows)
    early = int(((rows["visit"] == asked.name) & (rows["day"] < 0)).sum())
    if early and asked.window is None:
        raise ArgumentError(
            f"{early} measurement(s) of the visit {asked.name!r} were made before surgery and show "
            "no residual. Correct their day or label, or say window=(first day, last day)."
        )
    return asked


def chosen_scan(measured: pd.DataFrame, visit: Visit | None, *, by: list[str]) -> pd.DataFrame:
    """Return the measurements on the one scan after surgery that is asked for, in each group.

    Raises
    ------
    ArgumentError
        When no visit is asked and a group was measured on several scans, or two scans of the same
        day fit.
    """
    after = measured[measured["after"]]
    if visit is None:
        several = int((_scans_of(after, by) > 1).sum())
        if several:
            raise ArgumentError(
                f"{several} episode(s) or lesion(s) were measured on several scans after surgery; "
                'say which with visit=... (a label, or "final") or window=(first day, last day).'
            )
        return after
    found = at_visit(after, visit, by=by)
    _refuse_same_day(found, by)
    return found


def every_scan(measured: pd.DataFrame) -> pd.DataFrame:
    """Return the measurements on all scans after surgery, each lesion once on each scan.

    Raises
    ------
    ArgumentError
        When a scan of that name shows a lesion twice, on several days.
    """
    after = measured[measured["after"]]
    twice = int(after.duplicated(["episode", "lesion", "scan"]).sum())
    if twice:
        raise ArgumentError(
            f"{twice} measurement(s) of a lesion share a scan with another of it from another "
            "day; give each scan an id of its own."
        )
    return after


def reference_scan_of(
    measured: pd.DataFrame, reference_scan: str, *, by: list[str]
) -> pd.DataFrame:
    """Return the measurements on the reference scan of each group.

    "preoperative" is the last scan before surgery, "postoperative" the first one after it; any
    other word is the label of the scan.

    Raises
    ------
    ArgumentError
        When a group has several scans of that label or day.
    """
    if reference_scan in (PREOPERATIVE, POSTOPERATIVE):
        later = reference_scan == POSTOPERATIVE
        found = extreme(measured[measured["after"] == later], by=by, last=not later)
    else:
        found = at_visit(measured, Visit(reference_scan, None), by=by)
    _refuse_same_day(found, by)
    return found


def require_reference(reference_scan: str, rows: pd.DataFrame) -> None:
    """Raise when a reference is neither of the two words nor the label of any row."""
    if reference_scan not in (PREOPERATIVE, POSTOPERATIVE):
        require_label(Visit(reference_scan, None), rows)


def following(rows: pd.DataFrame, reference: pd.DataFrame, *, by: list[str]) -> pd.DataFrame:
    """Return the rows of later scans than the reference of their group, or of groups without one.

    A scan without a day counts as later unless it is the reference itself.
    """
    keys = [*by, "scan"]
    own = pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(reference[keys]))
    first = reference.drop_duplicates(by)[[*by, "day"]].rename(columns={"day": "_reference_day"})
    since = rows[by].merge(first, on=by, how="left")["_reference_day"].to_numpy()
    earlier = rows["day"].to_numpy() < since
    return rows[~own & ~earlier]


def latest_qualitative(rows: pd.DataFrame, since: pd.Series, *, by: list[str]) -> pd.Series:
    """Return the word on the last scan that has one, not before the day in `since`, by group.

    Where the lesions of a group differ on that scan, nothing is returned for the group.
    """
    stated = rows[rows["after"] & rows["qualitative"].notna()]
    start = stated[by].merge(since.rename("since").reset_index(), on=by, how="left")["since"]
    early = stated["day"].to_numpy() < start.to_numpy()
    last = extreme(stated[~early], by=by, last=True)
    return agreed_words(last, by=by)


def agreed_words(rows: pd.DataFrame, *, by: list[str]) -> pd.Series:
    """Return the qualitative word of each group, of those groups whose rows have but one."""
    stated = rows[rows["qualitative"].notna()]
    agreed = stated.groupby(by)["qualitative"].transform("nunique") == 1
    return stated[agreed].drop_duplicates(by).set_index(by)["qualitative"].astype(object)


def _scans_of(rows: pd.DataFrame, by: list[str]) -> pd.Series:
    return rows.groupby(by)["scan"].nunique()


def _refuse_same_day(found: pd.DataFrame, by: list[str]) -> None:
    several = int((_scans_of(found, by) > 1).sum())
    if several:
        raise ArgumentError(
            f"{several} episode(s) or lesion(s) have several scans on the same day, or several "
            "without a day; keep the one that is meant in the file (by modality, for example)."
        )
