"""Death and reoperation before an answer: what the estimand makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import PartialDates, observe
from spineoutcomes.metrics.reoperations import later_reoperations, perhaps_before, reoperated_before
from spineoutcomes.metrics.status import Span

Death = Literal["failure", "exclude"]
Reoperation = Literal["failure", "ignore"]
CAUSES = ("death", "reoperation")


@dataclass(frozen=True, slots=True, eq=False)
class Failures:
    """Episodes that count as failures whatever their score.

    Attributes
    ----------
    cause : Series of str
        "death", "reoperation" or missing.
    untold : Series of bool
        A reoperation counts and nobody knows whether it came before the answer.
    not_due : Series of bool
        The data end before the visit: neither a failure nor anything else can be had of these.
    """

    cause: pd.Series
    untold: pd.Series
    not_due: pd.Series


def failures(
    cohort: Cohort,
    answers: pd.DataFrame,
    span: Span,
    *,
    death: Death | None,
    reoperation: Reoperation | None,
    partial_dates: PartialDates | None,
) -> Failures:
    """Return which episodes failed by death or by reoperation.

    Parameters
    ----------
    cohort : Cohort
    answers : DataFrame
        `value`, `day` and `status` of each episode at the visit.
    span : Span
        The days in which the visit was due.
    death, reoperation, partial_dates
        As in `achieved_threshold`.

    Raises
    ------
    ArgumentError
        When someone died or was reoperated first and nothing was chosen, or for another word.
    """
    _check("death", death, get_args(Death))
    _check("reoperation", reoperation, get_args(Reoperation))
    # Counting only the failures of those whose data end too early would count no success of theirs.
    not_due = (observe(cohort)["cutoff"] < span.opens) & answers["value"].isna()
    dead = (answers["status"] == "dead") & ~not_due
    if death is None and dead.any():
        raise ArgumentError(
            f"{int(dead.sum())} episode(s) ended in death before the visit without a value; say "
            'death="failure" (not achieved, a composite outcome) or death="exclude" (the outcome '
            "among survivors)."
        )
    before, untold = _reoperated(cohort, answers, span, reoperation, partial_dates)
    cause = pd.Series(None, index=answers.index, dtype=object)
    cause[before & ~dead & ~not_due] = "reoperation"
    if death == "failure":
        cause[dead] = "death"
    return Failures(cause=cause, untold=untold & ~dead, not_due=not_due)


def _reoperated(
    cohort: Cohort,
    answers: pd.DataFrame,
    span: Span,
    reoperation: Reoperation | None,
    partial_dates: PartialDates | None,
) -> tuple[pd.Series, pd.Series]:
    rows = later_reoperations(cohort)
    # Before the answer, or by the end of the visit's days; with neither known, at any time.
    closes = np.nextafter(span.closes, np.inf) if not np.isnan(span.closes) else np.inf
    limit = answers["day"].fillna(closes).astype(float)
    if reoperation == "failure":
        return reoperated_before(rows, limit, partial_dates)
    perhaps = perhaps_before(rows, limit)
    if reoperation is None and perhaps.any():
        raise ArgumentError(
            f"{int(perhaps.sum())} episode(s) had a reoperation before the visit; say "
            'reoperation="failure" (not achieved, whatever the score) or reoperation="ignore" (the '
            "score as it is)."
        )
    nobody = pd.Series(False, index=answers.index)
    return nobody, nobody


def _check(name: str, given: str | None, words: tuple[str, ...]) -> None:
    if given is not None and given not in words:
        choices = " or ".join(f'"{word}"' for word in words)
        raise ArgumentError(f"{name} must be {choices}, got {given!r}.")
