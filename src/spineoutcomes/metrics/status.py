"""Why an episode has no value: dead, not due, withdrawn, lost or missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import (
    PartialDates,
    check_partial_dates,
    interval_message,
    is_interval,
    known_of_patients,
    settled_days,
)

STATUSES = (
    "observed",
    "dead",
    "not_due",
    "withdrawn",
    "lost",
    "missing",
    "no_baseline",
    "not_attainable",
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days within which a value was due, ends included.

    Attributes
    ----------
    opens, closes : float
        Days from day 0; both missing when nothing tells when the visit was, `closes` infinite when
        any later day would do.
    """

    opens: float
    closes: float

    @property
    def lost_before(self) -> float:
        """A patient last seen before this day could not give the value."""
        return self.opens if np.isfinite(self.closes) else np.inf


def as_status(values: npt.ArrayLike, index: pd.Index) -> pd.Series:
    """Return status words as a Categorical column of the eight that exist."""
    words = pd.Categorical(np.asarray(values, dtype=object), categories=list(STATUSES))
    return pd.Series(words, index=index, name="status")


def why_missing(
    cohort: Cohort,
    span: Span,
    *,
    needed: pd.Series,
    reasons: pd.Series | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.Series:
    """Return for each episode the word that explains a value it lacks.

    Parameters
    ----------
    cohort : Cohort
    span : Span
        When the value was due.
    needed : Series of bool
        Episodes without a value, indexed by `episode_id`; only their dates matter.
    reasons : Series, optional
        The reason the row itself gives, by `episode_id`.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death or last contact known only to a month or year that the span cuts.

    Raises
    ------
    ArgumentError
        When such a day decides and `partial_dates` is not given.
    """
    check_partial_dates(partial_dates)
    seen = known_of_patients(cohort)
    told = pd.Series(None, index=seen.index, dtype=object)
    if reasons is not None:
        told = reasons.astype(object).reindex(seen.index)
    just_before = float(np.nextafter(span.lost_before, -np.inf))
    contact_unknown = seen["contact_lower"].isna() & seen["contact_upper"].isna()
    leaving = needed & seen["contact_status"].isin(("withdrawn", "lost"))
    gone = contact_unknown | _reached(seen, "contact", just_before, leaving, partial_dates)
    last_seen = contact_unknown | (seen["contact_upper"] <= span.closes)
    dead = _reached(seen, "death", span.closes, needed, partial_dates) | (
        seen["death_undated"] & last_seen
    )
    withdrawn, lost = seen["contact_status"] == "withdrawn", seen["contact_status"] == "lost"
    words = pd.Series("missing", index=seen.index, dtype=object)
    # The last one set wins: death explains a missing value before anything else does.
    words[(gone & lost) | (told == "lost")] = "lost"
    words[(gone & withdrawn) | (told == "withdrawn")] = "withdrawn"
    words[(seen["cutoff"] < span.opens) | (told == "not_due")] = "not_due"
    words[dead] = "dead"
    return words


def _reached(
    seen: pd.DataFrame,
    what: str,
    limit: float,
    needed: pd.Series,
    partial_dates: PartialDates | None,
) -> pd.Series:
    """Return whether the day was at or before the limit; an interval across it must be settled."""
    lower, upper = seen[f"{what}_lower"], seen[f"{what}_upper"]
    surely = upper <= limit
    cut = is_interval(lower, upper) & ~surely & ~(lower > limit) & needed
    if not cut.any() or np.isnan(limit):
        return surely
    if partial_dates is None:
        words = "death" if what == "death" else "last contact"
        raise ArgumentError(interval_message(int(cut.sum()), words))
    days = settled_days(lower[cut], upper[cut], what=what, partial_dates=partial_dates)
    return surely | (days <= limit).reindex(surely.index, fill_value=False)
