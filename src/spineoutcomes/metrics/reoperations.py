"""Reoperations after day 0, each with the days between which it happened."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import PartialDates, bounds, settled_days


def later_reoperations(cohort: Cohort) -> pd.DataFrame:
    """Return one row a reoperation that occurred: `episode_id`, `lower`, `upper`.

    Both days are missing where nobody dated it. One that surely happened on day 0 or before belongs
    to an earlier episode of the patient.
    """
    events = cohort.rows("events")
    rows = events[(events["kind"] == "reoperation") & (events["status"] == "occurred")]
    lower, upper = bounds(rows)
    dated = pd.DataFrame({"episode_id": rows["episode_id"], "lower": lower, "upper": upper})
    return dated[~(dated["upper"] <= 0)].reset_index(drop=True)


def perhaps_before(rows: pd.DataFrame, limit: pd.Series) -> pd.Series:
    """Return for each episode of `limit` whether a reoperation may have come before that day."""
    perhaps = ~(rows["lower"] >= _limits(rows, limit))
    return _any(rows, perhaps, limit.index)


def reoperated_before(
    rows: pd.DataFrame, limit: pd.Series, partial_dates: PartialDates | None
) -> tuple[pd.Series, pd.Series]:
    """Return whether an episode was reoperated before a day, and whether that cannot be told.

    Raises
    ------
    ArgumentError
        When a month or year decides and `partial_dates` is not given.
    """
    limits = _limits(rows, limit)
    surely = rows["upper"] < limits
    open_question = ~surely & ~(rows["lower"] >= limits)
    day = settled_days(
        rows["lower"].where(open_question),
        rows["upper"].where(open_question),
        what="reoperations",
        partial_dates=partial_dates,
    )
    before = _any(rows, surely | (day < limits), limit.index)
    untold = _any(rows, open_question & day.isna(), limit.index)
    return before, untold & ~before


def _limits(rows: pd.DataFrame, limit: pd.Series) -> pd.Series:
    return pd.Series(limit.reindex(rows["episode_id"]).to_numpy(), index=rows.index)


def _any(rows: pd.DataFrame, mask: pd.Series, index: pd.Index) -> pd.Series:
    return pd.Series(index.isin(rows.loc[mask, "episode_id"]), index=index)
