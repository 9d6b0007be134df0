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
STATUS = pd.CategoricalDtype(list(STATUSES))
CODES = {word: code for code, word in enumerate(STATUSES)}


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
    words = pd.Categorical(np.asarray(values, dtype=object), dtype=STATUS)
    return pd.Series(words, index=index, name="status")


def all_observed(index: pd.Index) -> pd.Series:
    """Return the status of episodes that all have a value."""
    seen = pd.Categorical.from_codes([0], dtype=STATUS)
    return pd.Series(seen.repeat(len(index)), index=index, name="status")


def why_missing(
    cohort: Cohort,
    span: Span,
    *,
    absent: npt.NDArray[np.bool_],
    reasons: pd.Series | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.Series:
    """Return the status of each episode: why it lacks a value, or observed where it does not.

    Parameters
    ----------
    cohort : Cohort
    span : Span
        When the value was due.
    absent : array of bool
        Which episodes lack a value; only their dates matter.
    reasons : Series, optional
        The reason a row itself gives, by position of its episode.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read a death or last contact known only to a month or year that the span cuts.

    Raises
    ------
    ArgumentError
        When such a day decides and `partial_dates` is not given.
    """
    check_partial_dates(partial_dates)
    at = np.flatnonzero(absent)
    told = None if reasons is None else reasons.reindex(at).to_numpy(dtype=object)
    words = _words(known_of_patients(cohort, at), span, told, partial_dates)
    codes = np.full(len(absent), CODES["observed"])
    codes[at] = words
    status = pd.Categorical.from_codes(codes, dtype=STATUS)  # type: ignore[arg-type]
    return pd.Series(status, index=cohort.data.index, name="status")


def _words(
    seen: pd.DataFrame,
    span: Span,
    told: npt.NDArray[np.object_] | None,
    partial_dates: PartialDates | None,
) -> npt.NDArray[np.int_]:
    """Return the code of the word that explains each missing value; of several the gravest."""
    left_as = seen["contact_status"]
    withdrawn, lost = left_as == "withdrawn", left_as == "lost"
    just_before = float(np.nextafter(span.lost_before, -np.inf))
    contact_unknown = seen["contact_lower"].isna() & seen["contact_upper"].isna()
    leaving, everyone = withdrawn | lost, pd.Series(True, index=seen.index)
    gone = contact_unknown | _reached(seen, "contact", just_before, leaving, partial_dates)
    last_seen = contact_unknown | (seen["contact_upper"] <= span.closes)
    dead = _reached(seen, "death", span.closes, everyone, partial_dates) | (
        seen["death_undated"] & last_seen
    )
    words = np.full(len(seen), CODES["missing"])
    # The last one set wins: death explains a missing value before anything else does.
    for word, known in (
        ("lost", gone & lost),
        ("withdrawn", gone & withdrawn),
        ("not_due", seen["cutoff"] < span.opens),
    ):
        words[known if told is None else known | (told == word)] = CODES[word]
    words[dead] = CODES["dead"]
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
