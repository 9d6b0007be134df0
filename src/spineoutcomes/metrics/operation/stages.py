"""Numbers of an operation, over its components and stages."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.vocabulary import Vocabulary


def summed_stages(procedures: pd.DataFrame, column: str) -> pd.Series:
    """Return the sum over stages of each episode, missing when a surgical stage lacks it."""
    rows = pd.DataFrame(
        {
            "episode_id": procedures["episode_id"],
            **_anaesthetic(procedures),
            "value": procedures[column],
            "known": procedures[column].notna(),
            "surgical": procedures["approach"].astype(object) != "interventional",
        }
    )
    stages = rows.groupby(["episode_id", "stage", "day"]).agg(
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


def operated(procedures: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Return the components at which anything was operated on: radiotherapy is none of them."""
    without = [code for code, entry in vocabulary.procedures.items() if not entry.approaches]
    return procedures[~procedures["component"].isin(without).to_numpy(dtype=bool)]


def summed_components(procedures: pd.DataFrame, column: str) -> pd.Series:
    """Return the sum over all components of each episode, missing when any lacks it."""
    totals = procedures[column].groupby(procedures["episode_id"]).agg(["sum", "size", "count"])
    return totals["sum"].where(totals["size"] == totals["count"]).astype(float)


def _anaesthetic(procedures: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what tells stages apart: their number or, without one, the day; day 0 if undated.

    A component without a number is of the numbered stage of its day, where there is one.
    """
    day = procedures["day"].fillna(0.0)
    stage = procedures["stage"].astype(float)
    stage = stage.fillna(stage.groupby([procedures["episode_id"], day]).transform("min"))
    return {"stage": stage.fillna(-1.0), "day": day.where(stage.isna(), 0.0)}
