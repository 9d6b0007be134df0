"""How recurrence was looked for in each arm, counted."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry
from spineoutcomes.results import Summary

NEEDED = ("time", "event", "n_scans", "person_years", "censored_by_gap")
RATES = ("person-years", "scans per person-year")


def recurrence_followup(cohort: Cohort | Registry, *, times: pd.DataFrame) -> Summary:
    """Return, by arm, how many were looked at, how often, and how many the gap rule censored.

    Parameters
    ----------
    cohort : Cohort or Registry
        What `times` was made from.
    times : DataFrame
        As `time_to_recurrence` returns it.

    Returns
    -------
    Summary
        For each arm (`group`): rows in all, rows without a time, those that ended with each event
        and censored, censored for too long a gap without a scan, scans, person-years, scans per
        person-year.

    Raises
    ------
    ArgumentError
        When `times` lacks a column or holds other episodes than the cohort.

    Notes
    -----
    Missing data: rows without a time count as such, and add neither scans nor person-years. Of
    those, the ones nobody looked at before the gap ended are among those that the gap rule
    censored too.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> times = so.metrics.time_to_recurrence(
    ...     registry, assessment="imaging", max_gap_days=365, censor_at="last_scan"
    ... )
    >>> counts = so.metrics.recurrence_followup(registry, times=times).tidy()
    >>> counts[counts["variable"] == "scans"]["value"].tolist()
    [2.0]
    """
    cohort = as_cohort(cohort)
    lacking = [name for name in NEEDED if name not in times]
    if lacking:
        raise ArgumentError(
            f"times must be what time_to_recurrence returns; it lacks {', '.join(lacking)}."
        )
    episode = times.index.get_level_values("episode_id")
    unknown = int((~episode.isin(cohort.data.index)).sum())
    if unknown:
        raise ArgumentError(f"{unknown} row(s) of times are of no episode of the cohort.")
    arm = pd.Series(cohort.data["arm"].reindex(episode).to_numpy(), index=times.index)
    arm = arm.astype(cohort.data["arm"].dtype)
    by_arm = times.groupby(arm, observed=True)
    years = by_arm["person_years"].sum()
    counts: dict[str, pd.Series] = {
        "rows": by_arm.size(),
        "rows without a time": times["time"].isna().groupby(arm, observed=True).sum(),
    }
    for category in times["event"].cat.categories:
        counts[str(category)] = (times["event"] == category).groupby(arm, observed=True).sum()
    counts |= {
        "censored for too long a gap without a scan": by_arm["censored_by_gap"].sum(),
        "scans": by_arm["n_scans"].sum(),
        "person-years": years,
        "scans per person-year": by_arm["n_scans"].sum() / years.where(years > 0),
    }
    rows = [
        {
            "variable": label,
            "group": str(group),
            "statistic": "rate" if label in RATES else "count",
            "value": float(value),
        }
        for label, values in counts.items()
        for group, value in values.items()
    ]
    return Summary(pd.DataFrame(rows), method="Assessments during the time each row was observed.")
