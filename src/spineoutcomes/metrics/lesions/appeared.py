"""New lesions: recorded as events after the baseline, or measured without one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import PartialDates, bounds, settled_days

KIND = "new_site"


def with_new_lesions(
    cohort: Cohort, course: pd.DataFrame, partial_dates: PartialDates | None
) -> pd.DataFrame:
    """Return the scans with `new_lesion`, and `new_untold` where a new lesion has no day.

    Parameters
    ----------
    cohort : Cohort
    course : DataFrame
        Scans with `episode`, `day`, `reference_day` and `appeared`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"} or None
        How to read days known only as an interval.

    Raises
    ------
    ArgumentError
        When such a day is met and nothing was chosen.
    """
    events = cohort.located("events", ["kind", "status", "day", "lower_day", "upper_day"])
    new = events[(events["kind"] == KIND) & (events["status"] == "occurred")]
    new = new[new["episode"].isin(course["episode"])]
    lower, upper = bounds(new)
    day = settled_days(lower, upper, what="new lesions", partial_dates=partial_dates)
    untold = course["episode"].isin(new.loc[day.isna(), "episode"])
    since = course.groupby("episode")["reference_day"].first()
    # One that the baseline scan already showed is not new.
    late = day > new["episode"].map(since).fillna(-np.inf).astype(float)
    first = day[late].groupby(new["episode"]).min()
    begins = course["episode"].map(first).astype(float)
    untold |= course["day"].isna() & begins.notna()
    return course.assign(
        new_lesion=course["appeared"] | (course["day"] >= begins), new_untold=untold
    )
