"""Follow-up: which answers were due and came, and for how long each episode was observed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import (
    PartialDates,
    death_bounds,
    last_observed,
    observe,
    settled_days,
)
from spineoutcomes.metrics.scores import score_trajectory
from spineoutcomes.metrics.visits import Rule, Windows, asked_visits
from spineoutcomes.registry import Registry

# Reasons for which nobody could have been asked.
NOT_EXPECTED = ("dead", "not_due")


def followup_completeness(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visits: Sequence[str],
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return which answers were expected and seen, and how long each episode was observed.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary.
    visits : list of str
        Labels of the visits, in order.
    windows, rule, location, side, rater
        As in `score_at`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death or last contact known only to a month or year; required when one
        decides. "exclude" leaves the days missing.

    Returns
    -------
    DataFrame
        Indexed by (`episode_id`, `visit`), every episode with every visit: `expected` (1 or 0),
        `seen` (1 or 0), `day` (of the answer, from day 0), `observed_until` and `potential_until`
        (days from day 0, or from the cohort's landmark; the same at each visit of an episode),
        `status`.

    Raises
    ------
    ArgumentError
        As in `score_trajectory`, and for days known only as an interval with no `partial_dates`.

    Notes
    -----
    Missing data: an answer is expected of everyone but the dead and those whose data end before the
    visit (not_due); who withdrew or was lost was expected and not seen. `status` says why by the
    rules of `score_at`. An answer of another instrument, or a contact without one, is not `seen`.
    What was due after a later episode of the patient began is expected of the earlier one as well.

    `observed_until` is the last day on which any row shows the patient alive (last contact, last
    follow-up, an answer, a scan), and the day of death of who died: the follow-up of the dead is
    complete. `potential_until` is the end of potential follow-up (`cutoff_day`), or the death
    before it; missing where the registry says neither, or where a death has no day. Their sums over
    a group give Clark's index, which `compare.followup_summary` returns.

    References
    ----------
    Clark TG, Altman DG, De Stavola BL. Quantification of the completeness of follow-up. Lancet
    2002;359:1309-1310. doi:10.1016/S0140-6736(02)08272-7

    Examples
    --------
    >>> import spineoutcomes as so
    >>> followup = so.metrics.followup_completeness(
    ...     so.load_sample("ladder"), instrument="odi", visits=["3m", "12m"]
    ... )
    >>> followup.groupby("visit", observed=True)[["expected", "seen"]].sum()
           expected   seen
    visit
    3m        301.0  212.0
    12m       285.0  112.0
    """
    cohort = as_cohort(cohort)
    long = score_trajectory(
        cohort,
        instrument=instrument,
        visits=visits,
        windows=windows,
        rule=rule,
        location=location,
        side=side,
        rater=rater,
        partial_dates=partial_dates,
    )
    names = asked_visits(visits, windows)
    observed, potential = _observation(cohort, partial_dates)
    # Visits in the order asked, wherever they are grouped.
    ordered = pd.CategoricalIndex(names, categories=names, ordered=True)
    both = [cohort.data.index, ordered]
    status = long["status"].array
    return pd.DataFrame(
        {
            "expected": (~status.isin(NOT_EXPECTED)).astype(float),
            "seen": (status == "observed").astype(float),
            "day": long["day"].to_numpy(dtype=float),
            "observed_until": np.repeat(observed, len(names)),
            "potential_until": np.repeat(potential, len(names)),
            "status": status,
        },
        index=pd.MultiIndex.from_product(both, names=["episode_id", "visit"]),
    )


def _observation(
    cohort: Cohort, partial_dates: PartialDates | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return until when each episode was observed and could have been, from the start."""
    seen = observe(cohort)
    dead = seen["death_lower"].notna() | seen["death_upper"].notna() | seen["death_undated"]
    death = settled_days(*death_bounds(seen), what="death", partial_dates=partial_dates)
    contact = settled_days(
        seen["contact_lower"].where(~dead),
        seen["contact_upper"].where(~dead),
        what="last contact",
        partial_dates=partial_dates,
    )
    # The last contact of who died says nothing that the death does not.
    contact = contact.where(~dead, seen["contact_lower"])
    alive = last_observed(seen.assign(contact=contact), "alive")
    observed = death.where(death.notna(), alive)
    cutoff = seen["cutoff"]
    potential = cutoff.where(~(death < cutoff), death).fillna(death)
    potential = potential.where(~(dead & death.isna()))
    start = seen["start"]
    return tuple(  # type: ignore[return-value]
        (until - start).clip(lower=0.0).to_numpy(dtype=float) for until in (observed, potential)
    )
