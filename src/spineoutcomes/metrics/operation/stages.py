"""Numbers of an operation, over its components and stages; and which stages were planned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import bounds
from spineoutcomes.registry.links import Positions

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def summed_stages(procedures: pd.DataFrame, column: str) -> pd.Series:
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


def summed_components(procedures: pd.DataFrame, column: str) -> pd.Series:
    """Return the sum over all components of each episode, missing when any lacks it."""
    totals = procedures[column].groupby(procedures["episode_id"]).agg(["sum", "size", "count"])
    return totals["sum"].where(totals["size"] == totals["count"]).astype(float)


def planned_stages(cohort: Cohort, events: pd.DataFrame) -> tuple[Mask, Mask]:
    """Return which events are a stage planned from the start, and of which that is in doubt.

    An event is one when it names a planned component of its own episode, done after day 0 and on
    the day of the event. One that names no component and fell on the day of such a stage may be.

    Parameters
    ----------
    cohort : Cohort
    events : DataFrame
        `episode` (position), `procedure_id`, `day`, `lower_day`, `upper_day`.
    """
    stages = _later_components(cohort, planned=True)
    lower, upper = (side.to_numpy(dtype=float) for side in bounds(events))
    ids = pd.Index(stages["procedure_id"], dtype=object)
    named = ids.get_indexer(pd.Index(events["procedure_id"], dtype=object))
    day = _taken(stages["day"].to_numpy(dtype=float), named)
    episode = events["episode"].to_numpy()
    own = _taken(stages["episode"].to_numpy(dtype=float), named) == episode
    # Comparisons with a missing day are false: an undated event is the stage it names.
    is_stage = own & ~(lower > day) & ~(upper < day)
    nameless = events["procedure_id"].isna().to_numpy()
    return is_stage, nameless & _spans_a_stage(episode, lower, upper, stages)


def unplanned_until(cohort: Cohort, days: float) -> Mask:
    """Return which episodes record an unplanned component after day 0 and up to a day."""
    rows = _later_components(cohort, planned=False)
    mask = np.zeros(len(cohort), dtype=bool)
    mask[rows.loc[~(rows["day"] > days), "episode"].to_numpy()] = True
    return mask


def _later_components(cohort: Cohort, *, planned: bool) -> pd.DataFrame:
    """Return components aimed at the lesion, planned or not, that are not of day 0 or before."""
    columns = ["procedure_id", "component", "day", "planned"]
    rows = cohort.located("procedures", columns)
    directed = [code for code, entry in cohort.vocabulary.procedures.items() if entry.directed]
    # Without a day it is not known to be a later stage, but an unplanned one may be.
    later = (rows["day"] > 0) if planned else ~(rows["day"] <= 0)
    said = rows["planned"].astype("boolean").fillna(not planned) == planned
    return rows[(said & later & rows["component"].isin(directed)).to_numpy(dtype=bool)]


def _spans_a_stage(
    episode: Positions, lower: FloatArray, upper: FloatArray, stages: pd.DataFrame
) -> Mask:
    """Return which rows may lie on the day of a stage of their episode; undated ones may."""
    rows = pd.DataFrame({"row": np.arange(len(episode)), "episode": episode})
    pairs = rows.assign(lower=lower, upper=upper).merge(stages[["episode", "day"]], on="episode")
    hit = ~(pairs["lower"] > pairs["day"]) & ~(pairs["upper"] < pairs["day"])
    mask = np.zeros(len(rows), dtype=bool)
    mask[pairs.loc[hit, "row"].to_numpy()] = True
    return mask


def _taken(values: FloatArray, place: Positions) -> FloatArray:
    """Return values by position, missing for position -1."""
    return np.append(values, np.nan)[place]
