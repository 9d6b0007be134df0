"""Scans: on which days an episode was looked at, how often, and what the surgery had left."""

from __future__ import annotations

import warnings
from typing import Final

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import MissingDataWarning
from spineoutcomes.metrics.lesions.scans import with_scan
from spineoutcomes.metrics.visits import extreme

DAYS_PER_YEAR: Final = 365.25
# Arms scanned at rates further apart than this find recurrences at different times by that alone.
TOLERATED_DIFFERENCE: Final = 0.25


def scan_days(events: pd.DataFrame) -> pd.DataFrame:
    """Return the days after day 0 on which each episode was scanned: `episode_id`, `day`.

    A scan is an imaging event, or the scan that a recurrence or progression names. Two scans of the
    same day are one occasion.
    """
    names_scan = (events["kind"] != "imaging") & events["scan_id"].notna()
    seen = events[((events["kind"] == "imaging") | names_scan) & (events["day"] > 0)]
    return seen[["episode_id", "day"]].drop_duplicates(ignore_index=True)


def last_scan(scans: pd.DataFrame, limit: pd.Series, *, strictly: bool = False) -> pd.Series:
    """Return the last scan of each episode at (or strictly before) a day; missing without one."""
    until = scans["episode_id"].map(limit).astype(float)
    kept = scans[(scans["day"] < until) if strictly else (scans["day"] <= until)]
    return kept.groupby("episode_id")["day"].max().reindex(limit.index).astype(float)


def count_scans(scans: pd.DataFrame, start: float, end: pd.Series) -> pd.Series:
    """Return the number of scans of each episode after `start` and up to `end`."""
    until = scans["episode_id"].map(end).astype(float)
    kept = scans[(scans["day"] > start) & (scans["day"] <= until)]
    return kept.groupby("episode_id").size().reindex(end.index, fill_value=0).astype(int)


def residual_known(cohort: Cohort) -> pd.Series:
    """Return which episodes are known to have kept a part of a lesion.

    They are those whose first measurement after surgery shows something left, and those in which
    progression of the residual was seen or looked for.
    """
    rows = with_scan(cohort.rows("lesions"))
    sized = rows[rows["after"] & rows["value"].notna()]
    parts = ["episode_id", "lesion_id", "compartment", "measure"]
    first = extreme(sized, by=parts, last=False)
    removed = first["measure"] == "percent_removed"
    left = first[(removed & (first["value"] < 100)) | (~removed & (first["value"] > 0))]
    events = cohort.rows("events")
    looked_for = events.loc[events["kind"] == "residual_progression", "episode_id"]
    ids = cohort.data.index
    return pd.Series(ids.isin(left["episode_id"]) | ids.isin(looked_for), index=ids)


def warn_of_unequal_scanning(result: pd.DataFrame, arm: pd.Series) -> None:
    """Warn when scans per person-year differ between the arms by more than a quarter."""
    totals = result[["n_scans", "person_years"]].groupby(arm, observed=True).sum()
    totals = totals[totals["person_years"] > 0]
    if len(totals) < 2:
        return
    rate = totals["n_scans"] / totals["person_years"]
    if not rate.max() > (1 + TOLERATED_DIFFERENCE) * rate.min():
        return
    figures = "; ".join(
        f"{name}: {rate[name]:.2f} ({totals['n_scans'][name]:.0f} scans in "
        f"{totals['person_years'][name]:.1f} person-years)"
        for name in totals.index
    )
    warnings.warn(
        f"Scans per person-year differ between the arms by more than 25 %: {figures}. The arm "
        "scanned more often finds recurrences earlier for that reason alone; see `n_scans`, and "
        "compare with recurrences dated at interval_lower and interval_upper.",
        MissingDataWarning,
        stacklevel=3,
    )
