"""The operation and the three months after it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import bounds, last_observed, observe
from spineoutcomes.metrics.status import Span, why_missing
from spineoutcomes.registry import Registry

SUMMED = ("operative_time_min", "blood_loss_ml", "incision_length_mm")
HORIZONS: Final = (30, 90)
LAST: Final = 90.0
FOLLOWED = ("complication", "reoperation", "readmission")
MINIMALLY_INVASIVE = ("mis", "mini_open", "interventional", "hybrid")


def perioperative(cohort: Cohort | Registry) -> pd.DataFrame:
    """Return what the operation took and what happened within 30 and 90 days of it.

    Parameters
    ----------
    cohort : Cohort or Registry

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `operative_time_min` (min), `blood_loss_ml` (mL),
        `incision_length_mm` (mm), `los_days` (days); as 1, 0 or missing: `conversion` (planned as
        less invasive and performed open, or recorded as converted), `complication_30d`,
        `complication_90d`, `reoperation_30d`, `reoperation_90d`, `readmission_30d`,
        `readmission_90d`, `died_30d`, `died_90d`; `status` (of the events within 90 days).

    Raises
    ------
    ArgumentError
        When `cohort` is neither a cohort nor a registry.

    Notes
    -----
    Missing data: time, blood loss and incision are summed over the components of an episode. Within
    a stage (one anaesthetic; components without a stage are one) a number that stands on a single
    component is that of the stage; where several components carry one and another does not, the
    stage is missing. An episode with a missing stage is missing, except that a stage of
    interventional components only, such as an embolization, may lack the number.

    An event counts as 0 only when the episode was observed that long without it: up to the last
    follow-up (else the last contact, else death), or up to a row that says it was looked for and
    not seen. Death counts as 0 when any later row shows the patient alive. An undated event, or one
    whose month straddles the limit, leaves the value missing. Days count from day 0 whatever the
    landmark. Status is observed when all events within 90 days are known, else the first reason of
    dead, not_due, withdrawn, lost, missing.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.perioperative(registry)[["blood_loss_ml", "complication_30d", "died_90d"]]
                blood_loss_ml  complication_30d  died_90d
    episode_id
    E1                    NaN               NaN       0.0
    """
    cohort = as_cohort(cohort)
    procedures, events = cohort.rows("procedures"), cohort.rows("events")
    ids = cohort.data.index
    episodes = cohort.rows("episodes").set_index("episode_id").reindex(ids)
    seen = observe(cohort)
    columns = {name: _summed(procedures, name).reindex(ids) for name in SUMMED}
    columns["los_days"] = episodes["los_days"].astype(float)
    columns["conversion"] = _conversion(episodes, events)
    for kind in FOLLOWED:
        rows = events[events["kind"] == kind]
        for days in HORIZONS:
            columns[f"{kind}_{days}d"] = _within(rows, seen, days)
    for days in HORIZONS:
        columns[f"died_{days}d"] = _died_within(seen, days)
    frame = pd.DataFrame(columns, index=ids)
    late = [f"{kind}_{LAST:.0f}d" for kind in (*FOLLOWED, "died")]
    unknown = frame[late].isna().any(axis="columns")
    # A partial date that straddles the limit leaves the columns open, so it settles nothing here.
    status = why_missing(
        cohort, Span(LAST, LAST), absent=unknown.to_numpy(), partial_dates="exclude"
    )
    return frame.assign(status=status)


def _summed(procedures: pd.DataFrame, column: str) -> pd.Series:
    """Return the sum over stages of each episode, missing when a surgical stage lacks it."""
    rows = pd.DataFrame(
        {
            "episode_id": procedures["episode_id"],
            "stage": procedures["stage"].fillna(-1.0),
            "value": procedures[column],
            "known": procedures[column].notna(),
            "surgical": procedures["approach"].astype(object) != "interventional",
        }
    )
    stages = rows.groupby(["episode_id", "stage"]).agg(
        total=("value", "sum"),
        n=("known", "size"),
        n_known=("known", "sum"),
        surgical=("surgical", "any"),
    )
    unsure = (stages["n_known"] > 1) & (stages["n_known"] < stages["n"])
    lacking = unsure | ((stages["n_known"] == 0) & stages["surgical"])
    by_episode = (
        stages.assign(lacking=lacking)
        .groupby("episode_id")
        .agg(total=("total", "sum"), lacking=("lacking", "any"), n_known=("n_known", "sum"))
    )
    complete = ~by_episode["lacking"] & (by_episode["n_known"] > 0)
    return by_episode["total"].where(complete).astype(float)


def _conversion(episodes: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    planned = episodes["approach_planned"].astype(object)
    performed = episodes["approach_performed"].astype(object)
    named = planned.notna() & performed.notna()
    known = named & (planned != "unknown") & (performed != "unknown")
    converted = planned.isin(MINIMALLY_INVASIVE) & (performed == "open")
    rows = events[events["kind"] == "conversion"]
    recorded = set(rows.loc[rows["status"] == "occurred", "episode_id"])
    denied = set(rows.loc[rows["status"] == "absent", "episode_id"])
    flag = converted.astype(float).where(known)
    flag[flag.isna() & episodes.index.isin(denied)] = 0.0
    flag[episodes.index.isin(recorded)] = 1.0
    return flag


def _within(rows: pd.DataFrame, seen: pd.DataFrame, days: int) -> pd.Series:
    """Return 1 for an event within so many days, 0 for none while observed, else missing."""
    lower, upper = bounds(rows)
    occurred = rows["status"] == "occurred"
    surely = occurred & (upper <= days) & ~(lower < 0)
    perhaps = occurred & ~surely & ~(lower > days) & ~(upper < 0)
    clear = rows[~occurred].groupby("episode_id")["day"].max().reindex(seen.index).astype(float)
    followed = last_observed(seen, "followup").fillna(seen["death_lower"])
    until = followed.where(~(clear > followed), clear).fillna(clear)
    # Nothing can follow a death: an episode followed until then was followed long enough.
    whole = (until >= days) | (until >= seen["death_upper"])
    flag = pd.Series(np.where(whole, 0.0, np.nan), index=seen.index)
    flag[seen.index.isin(rows.loc[perhaps, "episode_id"])] = np.nan
    flag[seen.index.isin(rows.loc[surely, "episode_id"])] = 1.0
    return flag


def _died_within(seen: pd.DataFrame, days: int) -> pd.Series:
    alive = (last_observed(seen, "alive") >= days) | (seen["death_lower"] > days)
    flag = pd.Series(np.where(alive, 0.0, np.nan), index=seen.index)
    flag[seen["death_upper"] <= days] = 1.0
    return flag
