"""Complications by grade: the highest of each episode, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.observation import observe
from spineoutcomes.metrics.operation.early import FloatArray, early_events
from spineoutcomes.metrics.operation.first import coded
from spineoutcomes.metrics.status import Span, why_missing
from spineoutcomes.registry import Registry

NONE = "none"
STRANGE = -2


def complications(
    cohort: Cohort | Registry,
    *,
    scale: str,
    within_days: float,
    grades: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the complications of each episode by grade, as patients and as events.

    Parameters
    ----------
    cohort : Cohort or Registry
    scale : str
        The instrument of the vocabulary whose grades the events carry: "clavien_dindo" or "saves",
        or one of your own. Both write III, and mean different things.
    within_days : float
        Last day that counts, from day 0, such as 30 or 90.
    grades : mapping of str to str, optional
        How this registry writes a grade, where it differs: `{"3a": "IIIa"}`, or `{"III": "IIIa"}`
        to read a grade without its letter as the lower one.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `complication` (1, 0 or missing), `n_complications` (events),
        `highest` (ordered Categorical: none < the grades of the scale), one column `n_` for each
        grade, such as `n_IIIa` (events), `n_ungraded` (events), `status`.

    Raises
    ------
    ArgumentError
        For a scale without grades, a number of days below 0, a mapping to what is no grade, or
        complications with a grade that the scale does not have.

    Notes
    -----
    Missing data: an episode not observed that long without a complication has none of these and
    the status of its reason; one with a complication, not observed to the end, has `complication` 1
    and no number, since more may have followed. A complication without a day, or whose month
    straddles the limit, leaves the numbers missing. The highest grade is missing where a further
    complication may have gone unseen or one has no grade, unless the highest of the scale is there.

    There are two denominators: the proportion of patients with a complication is the mean of
    `complication`, the number of complications the sum of `n_complications`; an episode may have
    several. Only events of the kind `complication` count, each a row; the kinds counted alone, such
    as a dural tear, are not added.

    References
    ----------
    Dindo D, Demartines N, Clavien PA. Classification of surgical complications: a new proposal with
    evaluation in a cohort of 6336 patients and results of a survey. Ann Surg 2004;240:205-213.
    doi:10.1097/01.sla.0000133083.54934.ae

    Examples
    --------
    >>> import spineoutcomes as so
    >>> early = so.metrics.complications(
    ...     so.load_sample("metastases"), scale="clavien_dindo", within_days=90
    ... )
    >>> early[["complication", "n_complications"]].sum().tolist()
    [89.0, 74.0]
    """
    cohort = as_cohort(cohort)
    order = _checked(cohort, scale, within_days, grades)
    early = early_events(cohort, observe(cohort), "complication", within_days)
    codes = _codes(early.rows["grade"], scale, order, grades or {})
    n_complications = early.count()
    known = ~np.isnan(n_complications)
    episode, n = early.rows["episode"].to_numpy(), len(cohort)
    graded = codes >= 0
    of_grade = {
        f"n_{grade}": _number(episode[codes == code], known) for code, grade in enumerate(order)
    }
    highest = np.full(n, -1)
    np.maximum.at(highest, episode[graded], codes[graded])
    n_ungraded = _number(episode[~graded], known)
    told = (known & (n_ungraded == 0)) | (highest == len(order) - 1)
    index = cohort.data.index
    frame = pd.DataFrame(
        {
            "complication": early.flag(),
            "n_complications": n_complications,
            "highest": coded(np.where(told, highest + 1, -1), [NONE, *order]),
            **of_grade,
            "n_ungraded": n_ungraded,
        },
        index=index,
    )
    status = why_missing(
        cohort, Span(within_days, within_days), absent=~known, partial_dates="exclude"
    )
    return frame.assign(status=status)


def _checked(
    cohort: Cohort, scale: str, within_days: float, grades: Mapping[str, str] | None
) -> tuple[str, ...]:
    """Return the grades of the scale, lowest first."""
    entry = cohort.vocabulary.instruments[scale]
    if entry.grades is None:
        raise ArgumentError(f"{scale} has numbers, and a grade of complications is no number.")
    if not 0 <= within_days < np.inf:
        raise ArgumentError(f"within_days must be 0 or more days, got {within_days!r}.")
    order = entry.grades if entry.higher_is == "worse" else entry.grades[::-1]
    strangers = sorted(set((grades or {}).values()) - set(order))
    if strangers:
        raise ArgumentError(
            f"grades maps to {', '.join(strangers)}, which {scale} does not have; its grades are: "
            f"{', '.join(order)}."
        )
    return order


def _codes(
    written: pd.Series, scale: str, order: tuple[str, ...], own: Mapping[str, str]
) -> np.ndarray:
    """Return the place of each grade in the scale, -1 where none is written."""
    place = {grade: code for code, grade in enumerate(order)}
    which, distinct = pd.factorize(written)
    plain = [str(grade).strip() for grade in distinct]
    read = np.array([place.get(own.get(grade, grade), STRANGE) for grade in plain] + [-1])
    codes = read[which]
    strange = int((codes == STRANGE).sum())
    if strange:
        raise ArgumentError(
            f"{strange} complication(s) have a grade that {scale} does not have; its grades are: "
            f"{', '.join(order)}. Say how this registry writes them, as in grades="
            f'{{"...": "{order[0]}"}}, or name the scale that it uses.'
        )
    return codes


def _number(episode: np.ndarray, known: np.ndarray) -> FloatArray:
    """Return the events of each episode, missing where the number is not known."""
    return np.where(known, np.bincount(episode, minlength=len(known)).astype(float), np.nan)
