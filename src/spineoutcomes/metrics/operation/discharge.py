"""Time to discharge: the stay in hospital, with death in hospital in its own right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.operation.first import coded
from spineoutcomes.metrics.operation.stay import hospital_stays
from spineoutcomes.metrics.status import as_status
from spineoutcomes.registry import Registry


def time_to_discharge(cohort: Cohort | Registry) -> pd.DataFrame:
    """Return the days each episode spent in hospital, and whether they ended in death.

    Parameters
    ----------
    cohort : Cohort or Registry

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `time` (days in hospital from day 0, those of all stages together),
        `event` (ordered Categorical: censored < discharge < death), `entry` (0), `interval_lower`
        and `interval_upper` (days; both equal to `time` for a discharge), `status`.

    Raises
    ------
    ArgumentError
        When `cohort` is neither a cohort nor a registry.

    Notes
    -----
    Missing data: an episode has no time and the status missing when its stay is not recorded, one
    of its stages lacks its stay, or nobody can tell whether it ended in death. Nobody is censored:
    a stay is recorded once it has ended.

    The stay is `los_days` as declared, which counts from the operation and is the sum over stages.
    Without it the stays are those that `discharge` events end: each stage stays up to the first
    discharge after it, and days at home between two stages do not count. Whether a stay ended in
    death is told by `discharge` in the episodes (dead, death, deceased, died or expired), else by
    the days: a death before the last day of the stay, or on that day where no word says that the
    patient left. Who died soon after was discharged first, and death then does not compete.

    A short stay of those who died is no success: compare stays with death as a competing event.
    The stay counts from day 0 whatever the landmark.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> stays = so.metrics.time_to_discharge(so.load_sample("metastases"))
    >>> stays["event"].value_counts(sort=False).to_dict()
    {'censored': 0, 'discharge': 425, 'death': 10}
    """
    cohort = as_cohort(cohort)
    stays = hospital_stays(cohort)
    known = ~np.isnan(stays.until) & ~np.isnan(stays.died)
    left = known & (stays.died == 0)
    codes = np.where(known, np.where(left, 1, 2), -1)
    time = np.where(known, stays.until, np.nan)
    index = cohort.data.index
    return pd.DataFrame(
        {
            "time": time,
            "event": coded(codes, ["censored", "discharge", "death"]),
            "entry": 0.0,
            "interval_lower": time,
            "interval_upper": np.where(left, time, np.nan),
            "status": as_status(np.where(known, "observed", "missing"), index),
        },
        index=index,
    )
