"""How many answers lie at the ends of an instrument's range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.cutoffs import TOLERANCE
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.scores import score_trajectory
from spineoutcomes.metrics.visits import Rule, Windows
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Instrument


def floor_ceiling(
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
    """Return how many answers lie at the floor and at the ceiling, by visit and arm.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary.
    visits : list of str
        Labels of the visits, in order.
    windows, rule, location, side, rater, partial_dates
        As in `score_at`.

    Returns
    -------
    DataFrame
        Indexed by (`visit`, `arm`): `n` (answers), `n_missing` (episodes without one), `at_floor`
        and `at_ceiling` (answers at the lowest and at the highest value or grade of the range),
        `share_at_floor` and `share_at_ceiling` (of the answers, 0 to 1), `better_end` ("floor" or
        "ceiling": at which of the two the patient is best).

    Raises
    ------
    ArgumentError
        As in `score_trajectory`.

    Notes
    -----
    Missing data: an episode without an answer is in no numerator and in no denominator, and counted
    in `n_missing`; a share of no answers is missing. At the better end no patient can show further
    improvement, at the other none can show worsening. Which share is too large is left to the
    reader.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> so.metrics.floor_ceiling(
    ...     so.load_sample("metastases"), instrument="nrs_pain", visits=["preoperative", "3m"],
    ...     location="back",
    ... )[["n", "at_floor", "at_ceiling", "better_end"]]
                        n  at_floor  at_ceiling better_end
    visit        arm
    preoperative all  435         0          11      floor
    3m           all  304        45           0      floor
    """
    cohort = as_cohort(cohort)
    entry = cohort.vocabulary.instruments[instrument]
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
    lowest, highest, answer = _range(entry, long)
    shown = long.index.get_level_values("visit")
    order = list(dict.fromkeys(shown))
    arm = cohort.data["arm"].reindex(long.index.get_level_values("episode_id"))
    marks = pd.DataFrame(
        {
            "visit": pd.Categorical(shown, categories=order, ordered=True),
            "arm": arm.to_numpy(),
            "n": answer.notna().to_numpy(),
            "n_missing": answer.isna().to_numpy(),
            "at_floor": (answer <= lowest + TOLERANCE).to_numpy(),
            "at_ceiling": (answer >= highest - TOLERANCE).to_numpy(),
        }
    )
    counts = marks.groupby(["visit", "arm"], observed=True).sum()
    answered = counts["n"].where(counts["n"] > 0)
    return counts.assign(
        share_at_floor=counts["at_floor"] / answered,
        share_at_ceiling=counts["at_ceiling"] / answered,
        better_end="ceiling" if entry.higher_is == "better" else "floor",
    )


def _range(entry: Instrument, long: pd.DataFrame) -> tuple[float, float, pd.Series]:
    """Return the ends of the range and the answers as numbers; grades by their places."""
    if entry.grades is not None:
        places = long["grade"].cat.codes.astype(float)
        return 0.0, len(entry.grades) - 1.0, places.where(places >= 0)
    lowest, highest = entry.range or (-np.inf, np.inf)
    return lowest, highest, long["value"].astype(float)
