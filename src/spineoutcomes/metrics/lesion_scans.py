"""Measurements of lesions gathered by scan, and which scan stands for the residual."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.visits import Visit, at_visit, before_surgery, extreme


def with_scan(rows: pd.DataFrame) -> pd.DataFrame:
    """Return lesion rows with `scan` (its id, else its day, else its visit) and `after`.

    `after` tells whether the scan follows surgery: later than day 0, or on day 0 or undated with a
    label that does not say preoperative. A scan on day 0 without any label precedes it.
    """
    day = rows["day"]
    by_day = ("day " + day.astype(str).astype(object)).where(day.notna())
    scan = rows["scan_id"].astype(object).where(rows["scan_id"].notna(), by_day)
    scan = scan.where(scan.notna(), rows["visit"].astype(object)).fillna("(no scan named)")
    early = before_surgery(rows)
    labelled = rows["visit"].notna() & ~early
    after = (day > 0) | ((day == 0) & labelled) | (day.isna() & ~early)
    return rows.assign(scan=scan, after=after)


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


def reference_scan_of(
    measured: pd.DataFrame, reference_scan: str, *, by: list[str]
) -> pd.DataFrame:
    """Return the measurements on the reference scan of each group.

    "preoperative" is the last scan before surgery, "postoperative" the first one after it.
    """
    later = reference_scan == "postoperative"
    found = extreme(measured[measured["after"] == later], by=by, last=not later)
    _refuse_same_day(found, by)
    return found


def without(rows: pd.DataFrame, other: pd.DataFrame, *, by: list[str]) -> pd.DataFrame:
    """Return the rows that are on none of the scans of `other`, group by group."""
    keys = [*by, "scan"]
    taken = pd.MultiIndex.from_frame(other[keys])
    return rows[~pd.MultiIndex.from_frame(rows[keys]).isin(taken)]


def latest_qualitative(rows: pd.DataFrame, since: pd.Series, *, by: list[str]) -> pd.Series:
    """Return the word on the last scan that has one, not before the day in `since`, by group.

    Where the lesions of a group differ on that scan, nothing is returned for the group.
    """
    stated = rows[rows["after"] & rows["qualitative"].notna()]
    start = stated[by].merge(since.rename("since").reset_index(), on=by, how="left")["since"]
    early = stated["day"].to_numpy() < start.to_numpy()
    last = extreme(stated[~early], by=by, last=True)
    agreed = last.groupby(by)["qualitative"].transform("nunique") == 1
    return last[agreed].drop_duplicates(by).set_index(by)["qualitative"].astype(object)


def _scans_of(rows: pd.DataFrame, by: list[str]) -> pd.Series:
    return rows.groupby(by)["scan"].nunique()


def _refuse_same_day(found: pd.DataFrame, by: list[str]) -> None:
    several = int((_scans_of(found, by) > 1).sum())
    if several:
        raise ArgumentError(
            f"{several} episode(s) or lesion(s) have several scans on the same day, or several "
            "without a day; keep the one that is meant in the file (by modality, for example)."
        )
