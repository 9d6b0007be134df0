"""Which scan of an episode stands for its response: the best before progression, or a visit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.scans import chosen_scan
from spineoutcomes.metrics.visits import Visit


def confirmed(course: pd.DataFrame, at_least: str, days: float) -> pd.Series:
    """Return which scans are followed, before any progression, by one that is as good.

    Parameters
    ----------
    course : DataFrame
        Scans in order, with `episode`, `day` and `response`.
    at_least : {"PR", "CR"}
        What counts as good.
    days : float
        How much later the other scan must be.
    """
    good = course["response"] >= at_least
    progressed = (course["response"] == "PD").astype(int).groupby(course["episode"]).cumsum()
    keys = [course["episode"], progressed]
    last = course["day"].where(good).groupby(keys).transform("max")
    return good & (last - course["day"] >= days)


def best_scans(course: pd.DataFrame, confirm_days: float | None) -> pd.DataFrame:
    """Return the scan with the best response of each episode up to its first progression.

    An unconfirmed response counts as stable disease where confirmation is asked for. The first of
    equally good scans stands; the progression itself where nothing was assessed before it.
    """
    known = course[course["response"].notna()]
    response = known["response"].copy()
    seen_again = known["confirmed"]
    if confirm_days is not None:
        partial = confirmed(known, "PR", confirm_days)
        complete = confirmed(known, "CR", confirm_days)
        response[(response == "CR") & ~complete] = "PR"
        response[(response == "PR") & ~partial] = "SD"
        seen_again = (response >= "PR").where(seen_again.notna()).astype("boolean")
    known = known.assign(response=response, confirmed=seen_again, _rank=response.cat.codes)
    worse = (known["response"] == "PD").astype(int).groupby(known["episode"]).cumsum()
    first = ~known.duplicated("episode")
    known = known[(worse == 0) | first]
    order = known.sort_values("_rank", ascending=False, kind="stable")
    return order.drop_duplicates("episode").drop(columns="_rank")


def scans_at(course: pd.DataFrame, visit: Visit | None) -> pd.DataFrame:
    """Return the assessed scan of each episode that stands for a visit.

    Raises
    ------
    ArgumentError
        When no visit is asked and an episode has several scans, or two scans of a day fit.
    """
    known = course[course["response"].notna()].assign(after=True)
    several = int((known.groupby("episode").size() > 1).sum())
    if visit is None and several:
        raise ArgumentError(
            f"{several} episode(s) were assessed on several scans; say which with "
            'visit="best", visit="final", the label of a visit or window=(first day, last day), or '
            'take all with by="scan".'
        )
    return chosen_scan(known, visit, by=["episode"]).drop(columns="after")


def first_progression(course: pd.DataFrame) -> pd.Series:
    """Return the day of the first scan that shows progression, by `episode`."""
    worse = course[course["response"] == "PD"]
    return worse.groupby("episode")["day"].min().astype(np.float64)
