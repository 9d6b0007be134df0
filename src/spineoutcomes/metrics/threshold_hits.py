"""When the answers of an episode first meet a threshold, and until when they are known not to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What the answers of each episode tell of a threshold.

    Attributes
    ----------
    day : Series of float
        Day of the answer that met it; missing where none did.
    known : DataFrame
        `episode_id` and `day` of every answer after which it is known whether it was met.
    """

    day: pd.Series
    known: pd.DataFrame

    def last_known(self, limit: pd.Series) -> pd.Series:
        """Return the last day up to the limit on which it was known; missing where none was."""
        limits = limit.reindex(self.known["episode_id"]).to_numpy()
        rows = self.known[self.known["day"].to_numpy() <= limits]
        return rows.groupby("episode_id")["day"].max().reindex(limit.index).astype(float)


def first_hits(answers: pd.DataFrame, index: pd.Index, *, sustained: bool) -> Hits:
    """Return the first answer of each episode that meets the threshold.

    Parameters
    ----------
    answers : DataFrame
        One row an answer: `episode_id`, `day`, `met` (1 or 0).
    index : Index
        The episodes.
    sustained : bool
        Whether the next answer must meet it as well. An answer that meets it and has no next one is
        then not known to do so.
    """
    rows = answers.sort_values(["episode_id", "day"], kind="stable")
    # Two visits that share an answer are one answer: it cannot confirm itself.
    rows = rows.drop_duplicates(["episode_id", "day"])
    met = rows["met"] == 1
    known = pd.Series(True, index=rows.index)
    if sustained:
        following = rows.groupby("episode_id")["met"].shift(-1)
        known = ~(met & following.isna())
        met = met & (following == 1)
    hit = rows[met].drop_duplicates("episode_id").set_index("episode_id")["day"]
    return Hits(hit.reindex(index).astype(float), rows.loc[known, ["episode_id", "day"]])


def just_before(day: pd.Series) -> pd.Series:
    """Return the last moment before each day."""
    return pd.Series(np.nextafter(day.to_numpy(dtype=float), -np.inf), index=day.index)
