"""Who reached a threshold: a cited one, or one of the user's own, never a default."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.composite import Death, Reoperation
from spineoutcomes.metrics.cutoffs import Cut, judged_score, meets
from spineoutcomes.metrics.measurements import instrument_rows
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.threshold_outcomes import answers_at, judged
from spineoutcomes.metrics.threshold_records import (
    asked_threshold,
    detectable_change,
    location_of,
    require_location,
)
from spineoutcomes.metrics.visits import Rule, Window, Windows
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Threshold


def achieved_threshold(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    threshold: str | Threshold,
    death: Death | None = None,
    reoperation: Reoperation | None = None,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return whether each episode reached a threshold at a visit.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of an instrument with numbers.
    visit : str
        Label of a visit after surgery.
    threshold : str or Threshold
        The id of a record in the instrument's `thresholds`, such as "ostelo_2008", or a Threshold
        of your own. Its value is in points of the instrument, in percent of baseline, or a score.
    death : {"failure", "exclude"}
        What a death by the end of the visit's days, without a value, counts as: not achieved (a
        composite outcome), or nothing (the outcome among survivors). Required when there is one.
    reoperation : {"failure", "ignore"}
        What a reoperation after day 0 and before the value (or, without a value, by the end of the
        visit's days) counts as. Required when there is one.
    windows, rule, location, side, rater, baseline_window
        As in `change_from_baseline`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death, last contact or reoperation known only to a month or year, where it
        decides.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `achieved` (1, 0 or missing), `eligible` (1 where it could be
        reached), `at_baseline` (of an absolute threshold: 1 where it was met before surgery),
        `baseline`, `value` and `change` (in the unit of the instrument), `benefit` (the change,
        positive is better), `above_sdc` (1 where the benefit reaches the smallest detectable change
        of the instrument, missing where none is known), `failed_by` (death or reoperation, where it
        decided), `day` (of the value, from day 0), `status`.

    Raises
    ------
    ArgumentError
        For a threshold that is no record of the instrument or belongs to another location; a death
        or a reoperation without a choice; and as in `change_from_baseline`.

    Notes
    -----
    Missing data: without a baseline a change cannot be judged, and the status is no_baseline; an
    absolute threshold needs the value only. Without a value the status is that of `score_at` and
    `achieved` is missing, but for a death or reoperation that counts as failure, which still needs
    a baseline that leaves room for the change. An episode whose data end before the visit is
    not_due, even where a death is known. A reoperation nobody dated leaves `achieved` missing when
    reoperations count. A stage planned from the start is none, and what may be one, or an unplanned
    component of which no reoperation is told, leaves it missing as well (see `perioperative`).

    A change threshold holds against the benefit (one of kind WORSENING against the harm, and death
    or reoperation as failure then makes `achieved` 1), an absolute one against the score, with the
    comparison of its record; a score that equals the threshold but for rounding is equal to it. Who
    stands closer to the best end of the range than the threshold asks could not reach it: such an
    episode is not_attainable, and its `achieved` is missing, so that a proportion has the eligible
    as its denominator; `achieved.mask(eligible == 0, 0.0)` counts everybody.

    Of several smallest detectable changes `above_sdc` uses that of the threshold's own source, else
    the largest. A threshold that names a location also serves scores without any.

    References
    ----------
    Ostelo RWJG and others. Interpreting change scores for pain and functional status in low back
    pain. Spine 2008;33:90-94. doi:10.1097/BRS.0b013e31815e3a10

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> relief = so.metrics.achieved_threshold(
    ...     registry, instrument="nrs_pain", visit="3m", threshold="ostelo_2008",
    ...     death="exclude", reoperation="ignore", location="back",
    ... )
    >>> relief[["achieved", "baseline", "benefit", "status"]].head(3)
                   achieved  baseline  benefit    status
    episode_id
    SYN-000001-E1       1.0       8.0      6.0  observed
    SYN-000002-E1       1.0       8.0      5.0  observed
    SYN-000003-E1       NaN       8.0      NaN      dead
    """
    cohort = as_cohort(cohort)
    entry = cohort.vocabulary.instruments[instrument]
    record = asked_threshold(entry, instrument, threshold)
    answers = answers_at(
        cohort,
        instrument=instrument,
        visit=visit,
        death=death,
        reoperation=reoperation,
        windows=windows,
        rule=rule,
        location=location,
        side=side,
        rater=rater,
        baseline_window=baseline_window,
        partial_dates=partial_dates,
    )
    rows = instrument_rows(cohort, instrument, location=location, side=side, rater=rater)
    require_location(record, instrument, rows)
    cut = Cut.of(record)
    result = judged(answers, cut)
    scores = answers.scores
    detectable = detectable_change(entry, record, location_of(rows))
    return pd.DataFrame(
        {
            **result[["achieved", "eligible", "at_baseline"]],
            **scores[["baseline", "value", "change", "benefit"]],
            "above_sdc": _above(scores, cut, detectable),
            "failed_by": result["failed_by"],
            "day": scores["day"],
            "status": result["status"],
        }
    )


def _above(scores: pd.DataFrame, cut: Cut, detectable: Threshold | None) -> pd.Series:
    """Return whether the change, in the direction of the threshold, is more than error."""
    if detectable is None:
        return pd.Series(np.nan, index=scores.index)
    change = judged_score(scores, Cut(detectable.value, "points", is_harm=cut.is_harm))
    return meets(change, detectable.comparison, detectable.value)
