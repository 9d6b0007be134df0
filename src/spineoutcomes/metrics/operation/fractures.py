"""Time to a new fracture: of any, a treated, an adjacent or a remote vertebra."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.times.ends import CensorAt
from spineoutcomes.metrics.times.time_to import time_to_event
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.levels import Relation

ANY = "any"


def time_to_new_fracture(
    cohort: Cohort | Registry,
    *,
    max_gap_days: float | None,
    censor_at: CensorAt,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the time to a new vertebral fracture, by where it lies to what was treated.

    Parameters
    ----------
    cohort : Cohort or Registry
    max_gap_days : float or None
        With `censor_at="last_scan"`: a fracture or death more than this many days after the last
        scan is censored at that scan, for nobody had looked. None sets no limit, for fractures that
        are found by their symptoms.
    censor_at : {"last_scan", "last_contact", "last_followup"}
        Where those without a fracture are censored.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        As in `time_to_event`.

    Returns
    -------
    DataFrame
        Indexed by (`episode_id`, `relation`), every episode with "any", "index" (a treated
        vertebra), "adjacent" and "remote": the columns of `time_to_event`, with the event
        `new_fracture` and death competing; times in days.

    Raises
    ------
    ArgumentError
        As in `time_to_event`.

    Notes
    -----
    Missing data: as in `time_to_event`, which is called once for each relation. A fracture without
    a level counts as "any" and leaves the others missing.

    A fracture elsewhere does not end the time to one of this relation; death does. After cement a
    fracture of the next vertebra may also be one more of the same osteoporosis: set it beside the
    remote ones.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.time_to_new_fracture(
    ...     registry, max_gap_days=365, censor_at="last_scan"
    ... )[["time", "event", "status"]]
                          time     event    status
    episode_id relation
    E1         any       120.0  censored  observed
               index     120.0  censored  observed
               adjacent  120.0  censored  observed
               remote    120.0  censored  observed
    """
    cohort = as_cohort(cohort)
    asked: dict[str, Relation | None] = {ANY: None}
    asked |= {relation: relation for relation in get_args(Relation)}
    parts = [
        time_to_event(
            cohort,
            kind="new_fracture",
            competing=("death",),
            censor_at=censor_at,
            relation=relation,
            max_gap_days=max_gap_days,
            partial_dates=partial_dates,
        )
        for relation in asked.values()
    ]
    long = pd.concat(parts, keys=list(asked), names=["relation"]).swaplevel()
    names = ["episode_id", "relation"]
    return long.reindex(pd.MultiIndex.from_product([cohort.data.index, list(asked)], names=names))
