"""Who was meant to have an event: the denominator of what is planned for some."""

from __future__ import annotations

from typing import Final

import numpy as np

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.coerce import as_flags

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
        A column of yes and no in `episodes`, or "everyone"; None is the column that says for
        whom the kind was planned, where anybody filled it in.

    Raises
    ------
    ArgumentError
        When the column is not there, is known only after day 0, or is not of yes and no.
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
    column = cohort.each("episodes", [name])[name]
    if within is None and column.isna().all():
        return everyone
    # A column of one's own comes from a file as text.
    flag, strange = as_flags(column)
    if strange.any():
        raise ArgumentError(
            f"within must be a column of yes and no (true/false, 1/0); {int(strange.sum())} of "
            f"{len(flag)} values of {name!r} are neither."
        )
    return np.asarray(flag.astype("Float64").to_numpy(float, na_value=np.nan))
