"""Walking before and after: regained by those who could not, maintained by those who could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.before_after import before_and_after
from spineoutcomes.metrics.grades import as_flag, ranks
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.visits import Rule, Window, Windows
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Instrument

Definition = Mapping[str, str | Sequence[str] | Sequence[float]]


def ambulation(
    cohort: Cohort | Registry,
    *,
    definition: Definition,
    visit: str,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return who walked before surgery and at a visit, who regained it and who kept it.

    Parameters
    ----------
    cohort : Cohort or Registry
    definition : mapping
        `{"instrument": "frankel", "ambulatory": ["D", "E"]}`: an instrument of the vocabulary and
        its grades that mean walking. There is no default, for studies differ. Of an instrument with
        numbers, every number as good as the worst one named means walking.
    visit : str
        Label of a visit after surgery.
    windows, rule, location, side, rater, partial_dates
        As in `score_at`; an episode may have only one location and side.
    baseline_window : (float, float), optional
        First and last day a baseline may have, ends included, such as (-30, 0).

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `ambulatory_before` and `ambulatory_after` (1 or 0); `regained` (1
        or 0 of those not ambulatory before, missing for the others); `maintained` (1 or 0 of those
        ambulatory before, missing for the others); `day` (of the grade at the visit, from day 0);
        `status`.

    Raises
    ------
    ArgumentError
        For a definition without its two words, with grades the instrument does not have, with all
        of them, or with a grade but not every better one; a visit before surgery; and as in
        `score_at`.

    Notes
    -----
    Missing data: without a baseline nothing is said of regaining or maintaining and the status is
    no_baseline; without a grade at the visit the status is that of `score_at`. One who died before
    the visit neither regained nor maintained anything and is missing with the status dead; whether
    death counts as a failure is for the analysis to say.

    The two outcomes have different denominators, and they are not to be added up.

    References
    ----------
    .. [1] Patchell RA et al. Direct decompressive surgical resection in the treatment of spinal
       cord compression caused by metastatic cancer. Lancet 2005;366:643-648.
       doi:10.1016/S0140-6736(05)66954-1

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> walking = so.metrics.ambulation(
    ...     registry,
    ...     definition={"instrument": "frankel", "ambulatory": ["D", "E"]},
    ...     visit="3m",
    ... )
    >>> walking[["regained", "maintained"]].agg(["sum", "count"])
           regained  maintained
    sum        59.0       172.0
    count     131.0       173.0
    """
    cohort = as_cohort(cohort)
    instrument, named = _checked(definition)
    entry = cohort.vocabulary.instruments[instrument]
    named = _named_grades(instrument, entry, named) if entry.is_graded else _numbers(entry, named)
    both = before_and_after(
        cohort,
        instrument=instrument,
        visit=visit,
        windows=windows,
        rule=rule,
        location=location,
        side=side,
        rater=rater,
        baseline_window=baseline_window,
        partial_dates=partial_dates,
    )
    before = _walks(both["baseline"], entry, named)
    after = _walks(both["answer"], entry, named)
    return pd.DataFrame(
        {
            "ambulatory_before": before,
            "ambulatory_after": after,
            "regained": after.where(before == 0),
            "maintained": after.where(before == 1),
            "day": both["day"],
            "status": both["status"],
        }
    )


def _checked(definition: Any) -> tuple[str, list[Any]]:
    """Return the instrument and the grades or numbers that mean walking."""
    whole = isinstance(definition, Mapping) and set(definition) == {"instrument", "ambulatory"}
    instrument, named = (definition["instrument"], definition["ambulatory"]) if whole else ("", ())
    several = isinstance(named, Sequence) and not isinstance(named, str) and len(named) > 0
    if not isinstance(instrument, str) or not several:
        raise ArgumentError(
            "definition must name an instrument and a list of its grades that mean walking, such "
            'as {"instrument": "frankel", "ambulatory": ["D", "E"]}.'
        )
    return instrument, list(named)


def _named_grades(code: str, entry: Instrument, named: list[Any]) -> list[Any]:
    """Return the grades that mean walking: some of the instrument's, and all that are better."""
    places = ranks(entry)
    unknown = [str(grade) for grade in named if not isinstance(grade, str) or grade not in places]
    if unknown:
        raise ArgumentError(
            f"{code} has no grade {', '.join(unknown)}; its grades are: {', '.join(places)}."
        )
    worst = min(places[grade] for grade in named)
    left_out = [grade for grade in places if places[grade] > worst and grade not in named]
    if left_out:
        raise ArgumentError(
            f"Every grade of {code} better than an ambulatory one is ambulatory as well; name "
            f"{', '.join(left_out)} too."
        )
    if worst == 0:
        raise ArgumentError(f"Not every grade of {code} can mean walking; name fewer.")
    return named


def _numbers(entry: Instrument, named: list[Any]) -> list[Any]:
    """Return the numbers that mean walking, all of them within the instrument's range."""
    low, high = entry.range or (0.0, 0.0)
    for number in named:
        real = isinstance(number, int | float) and not isinstance(number, bool)
        if not real or not low <= number <= high:
            raise ArgumentError(
                f"{entry.name} has numbers from {low:g} to {high:g}; {number!r} is none of them."
            )
    return named


def _walks(answers: pd.Series, entry: Instrument, named: list[Any]) -> pd.Series:
    """Return 1 for answers that mean walking, 0 for the others, missing where there is none."""
    if entry.is_graded:
        return as_flag(answers.astype(object).isin(named), answers)
    good = answers >= min(named) if entry.higher_is == "better" else answers <= max(named)
    return as_flag(good, answers)
