"""Which events are a stage planned from the start, and which components nobody had planned."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import bounds
from spineoutcomes.registry.links import Positions

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
# Kinds that a stage planned from the start is not.
REOPERATION: Final = "reoperation"
UNPLANNED: Final = (REOPERATION, "readmission")

COMPONENT = ("procedure_id", "component", "day", "lower_day", "upper_day", "levels", "lesion_id")


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


def unplanned_only(
    cohort: Cohort, rows: pd.DataFrame, kinds: Collection[str] = UNPLANNED
) -> pd.DataFrame:
    """Return events without those that are a planned stage, and with `doubtful`.

    Doubtful are those that may be such a stage. Where reoperations are asked for, a component that
    nobody had planned and of which no reoperation is told is added as a doubtful one.

    Parameters
    ----------
    cohort : Cohort
    rows : DataFrame
        Events that occurred, with `episode` (position), `episode_id`, `kind`, `procedure_id`,
        `day`, `lower_day`, `upper_day` and any other column of events.
    kinds : collection of str
        The kinds asked for.
    """
    kind = rows["kind"].isin(UNPLANNED).to_numpy(dtype=bool)
    is_stage, doubtful = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    is_stage[kind], doubtful[kind] = planned_stages(cohort, rows[kind])
    found = rows.assign(doubtful=doubtful)[~is_stage]
    if REOPERATION not in kinds:
        return found
    untold = _untold(cohort, found[found["kind"] == REOPERATION])
    if not len(untold):
        return found
    text = found.select_dtypes("category").columns
    found = found.astype(dict.fromkeys(text, object))
    added = untold.reindex(columns=found.columns).assign(
        kind=REOPERATION,
        # It is told by a row of its episode.
        episode_id=cohort.data.index.take(untold["episode"].to_numpy()),
        doubtful=True,
    )
    return pd.concat([found, added.astype(found.dtypes)], ignore_index=True)


def unplanned_until(cohort: Cohort, days: float) -> Mask:
    """Return which episodes record an unplanned component after day 0 and up to a day."""
    rows = _later_components(cohort, planned=False)
    mask = np.zeros(len(cohort), dtype=bool)
    mask[rows.loc[~(rows["day"] > days), "episode"].to_numpy()] = True
    return mask


def _untold(cohort: Cohort, told: pd.DataFrame) -> pd.DataFrame:
    """Return components that nobody had planned and of which no reoperation is told."""
    rows = _later_components(cohort, planned=False).reset_index(drop=True)
    named = rows["procedure_id"].isin(told["procedure_id"].dropna()).to_numpy(dtype=bool)
    lower, upper = bounds(told)
    events = pd.DataFrame({"episode": told["episode"], "first": lower, "last": upper})
    pairs = rows[["episode", "day"]].reset_index().merge(events, on="episode")
    same = ~(pairs["first"] > pairs["day"]) & ~(pairs["last"] < pairs["day"])
    return rows[~named & ~rows.index.isin(pairs.loc[same, "index"])]


def _later_components(cohort: Cohort, *, planned: bool) -> pd.DataFrame:
    """Return components aimed at the lesion, planned or not, that are not of day 0 or before."""
    rows = cohort.located("procedures", [*COMPONENT, "planned"])
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
