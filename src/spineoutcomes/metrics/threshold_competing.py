"""Death and reoperation while a threshold was waited for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import PartialDates, observe, settled_days
from spineoutcomes.metrics.reoperations import later_reoperations

COMPETING = ("death", "reoperation")


def competing_days(
    cohort: Cohort,
    reached: pd.Series,
    competing: Sequence[str],
    horizon: float,
    partial_dates: PartialDates | None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the day of each competing event, and which episodes had one that has no day.

    Parameters
    ----------
    cohort : Cohort
    reached : Series of float
        Day on which the threshold was reached, by episode; missing where it was not.
    competing : sequence of {"death", "reoperation"}
    horizon : float
        Last day that counts.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional

    Raises
    ------
    ArgumentError
        When a month or year is met that matters, and nothing was chosen.
    """
    ids = reached.index
    days = pd.DataFrame(index=ids)
    unplaced = pd.Series(False, index=ids)
    for name in competing:
        # In the order asked, which settles events on the same day.
        rows = _deaths(cohort, reached) if name == "death" else later_reoperations(cohort)
        limit = reached.where(reached.notna(), horizon).reindex(rows["episode_id"]).to_numpy()
        rows = rows[~(rows["lower"].to_numpy() > limit)]
        known = rows[["lower", "upper"]].where(rows["sure"])
        day = settled_days(known["lower"], known["upper"], what=name, partial_dates=partial_dates)
        unplaced |= ids.isin(rows.loc[day.isna(), "episode_id"])
        first = day.groupby(rows["episode_id"]).min().reindex(ids).astype(float)
        days[name] = first.where(first <= np.float64(horizon))
    return days, unplaced


def _deaths(cohort: Cohort, reached: pd.Series) -> pd.DataFrame:
    """Return one row a death that may have come first: who answered was alive."""
    seen = observe(cohort)
    dead = seen["death_lower"].notna() | seen["death_upper"].notna() | seen["death_undated"]
    rows = seen[dead & reached.isna()]
    return pd.DataFrame(
        {
            "episode_id": rows.index,
            "lower": rows["death_lower"].to_numpy(),
            "upper": rows["death_upper"].to_numpy(),
            "sure": True,
        }
    )
