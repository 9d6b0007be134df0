"""Who was meant to have an event: the denominator of what is planned for some."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.registry import TABLES

# Who was never meant for it is no censored case.
PLANNED: Final = {"radiotherapy_start": "radiotherapy_planned"}
EVERYONE: Final = "everyone"


def intended(cohort: Cohort, kind: str, within: str | None) -> Floats:
    """Return 1 for episodes within the denominator, 0 for others, missing where nobody told.

    Parameters
    ----------
    cohort : Cohort
    kind : str
        A kind of event.
    within : str or None
        A column of True and False in `episodes`, or "everyone"; None is the column that says for
        whom the kind was planned, where anybody filled it in.

    Raises
    ------
    ArgumentError
        When the column is not there, is known only after day 0, or is not of True and False.
    """
    everyone = np.ones(len(cohort))
    if within == EVERYONE or (within is None and kind not in PLANNED):
        return everyone
    name = PLANNED[kind] if within is None else within
    episodes = cohort.registry.tables["episodes"]
    later = {column.name for column in TABLES["episodes"].columns if column.later}
    if name not in episodes or name in later:
        raise ArgumentError(
            f"within must be a column of episodes known at day 0, or {EVERYONE!r}; got {name!r}."
        )
    flag = cohort.each("episodes", [name])[name]
    if within is None and flag.isna().all():
        return everyone
    if not pd.api.types.is_bool_dtype(flag):
        raise ArgumentError(
            f"within must be a column of True and False; {name!r} has dtype {flag.dtype}."
        )
    return np.asarray(flag.astype("boolean").astype("Float64").to_numpy(float, na_value=np.nan))
