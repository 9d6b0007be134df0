"""Reoperations after day 0, each with the days between which it happened."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import PartialDates, bounds, settled_days
from spineoutcomes.metrics.planned import REOPERATION, unplanned_only


def later_reoperations(cohort: Cohort) -> pd.DataFrame:
    """Return one row a reoperation that occurred: `episode_id`, `lower`, `upper`, `sure`.

    Both days are missing where nobody dated it. One that surely happened on day 0 or before belongs
    to an earlier episode of the patient. A stage planned from the start is none; one that may be
    such a stage, or that only an unplanned component tells of, is not sure.
    """
    columns = ["episode_id", "kind", "status", "procedure_id", "day", "lower_day", "upper_day"]
    events = cohort.located("events", columns)
    occurred = events[(events["kind"] == REOPERATION) & (events["status"] == "occurred")]
    rows = unplanned_only(cohort, occurred)
    lower, upper = bounds(rows)
    ids = cohort.data.index.take(rows["episode"].to_numpy())
    sure = ~rows["doubtful"].to_numpy(dtype=bool)
    dated = pd.DataFrame({"episode_id": ids, "lower": lower, "upper": upper, "sure": sure})
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
    surely = rows["sure"] & (rows["upper"] < limits)
    open_question = ~surely & ~(rows["lower"] >= limits)
    dated = open_question & rows["sure"]
    day = settled_days(
        rows["lower"].where(dated),
        rows["upper"].where(dated),
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
