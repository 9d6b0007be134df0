"""Who reaches each of many cut-offs: the numbers of a curve over cut-offs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.composite import Death, Reoperation
from spineoutcomes.metrics.cutoffs import Basis, Comparison, Cut
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.threshold_outcomes import answers_at, judged
from spineoutcomes.metrics.visits import Rule, Window, Windows
from spineoutcomes.registry import Registry


def threshold_sweep(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    cutoffs: Sequence[float],
    basis: Basis,
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
    """Return whether each episode reached each of several cut-offs at a visit.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of an instrument with numbers.
    visit : str
        Label of a visit after surgery.
    cutoffs : sequence of float
        Each once: points of benefit, percent of baseline, or scores, by `basis`.
    basis : {"points", "percent", "absolute"}
        A benefit of at least the cut-off, in points or in percent of baseline; or a score at least
        as good as the cut-off.
    death, reoperation
        As in `achieved_threshold`.
    windows, rule, location, side, rater, baseline_window, partial_dates
        As in `achieved_threshold`.

    Returns
    -------
    DataFrame
        Indexed by (`episode_id`, `cutoff`), every episode with every cut-off: `achieved` (1, 0 or
        missing), `eligible` (1 where it could be reached), `status`.

    Raises
    ------
    ArgumentError
        For cut-offs that are not numbers, or twice the same; an unknown basis; and as in
        `achieved_threshold`.

    Notes
    -----
    Missing data: as in `achieved_threshold`. Fewer episodes are eligible for a larger change, so
    that the denominator may differ between cut-offs; to hold it fixed, count `achieved` as 0 where
    `eligible` is 0.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> sweep = so.metrics.threshold_sweep(
    ...     so.load_sample("metastases"), instrument="nrs_pain", visit="3m", cutoffs=[1, 2, 3],
    ...     basis="points", death="failure", reoperation="ignore", location="back",
    ... )
    >>> sweep.groupby("cutoff")[["achieved", "eligible"]].sum()
            achieved  eligible
    cutoff
    1.0        296.0     435.0
    2.0        277.0     435.0
    3.0        245.0     433.0
    """
    cohort = as_cohort(cohort)
    asked = _checked(cutoffs)
    if basis not in get_args(Basis):
        raise ArgumentError(f'basis must be "points", "percent" or "absolute", got {basis!r}.')
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
    lower_wins = basis == "absolute" and answers.instrument.higher_is == "worse"
    comparison: Comparison = "<=" if lower_wins else ">="
    columns = ["achieved", "eligible", "status"]
    parts = [judged(answers, Cut(cutoff, basis, comparison))[columns] for cutoff in asked]
    # Stacked cut-off by cut-off; this places the cut-offs of each episode side by side.
    by_episode = np.arange(len(asked) * len(cohort)).reshape(len(asked), -1).T.ravel()
    long = pd.concat(parts).iloc[by_episode]
    names = ["episode_id", "cutoff"]
    return long.set_axis(pd.MultiIndex.from_product([cohort.data.index, asked], names=names))


def _checked(cutoffs: Sequence[float]) -> list[float]:
    try:
        numbers = [] if isinstance(cutoffs, str) else [float(cutoff) for cutoff in cutoffs]
    except (TypeError, ValueError):
        numbers = []
    if not numbers or not np.isfinite(numbers).all() or len(set(numbers)) < len(numbers):
        raise ArgumentError(f"cutoffs must be a list of numbers, each once, got {cutoffs!r}.")
    return numbers
