"""The dated answers after a procedure, and whether each of them shows relief."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.change import baseline_visit
from spineoutcomes.metrics.cutoffs import Cut, attainable, judged_score, meets
from spineoutcomes.metrics.measurements import instrument_rows
from spineoutcomes.metrics.scores import baseline_answers
from spineoutcomes.metrics.threshold_records import asked_threshold, require_location
from spineoutcomes.metrics.visits import Window, before_surgery
from spineoutcomes.vocabulary.model import Threshold

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """What the answers of a cohort show.

    Attributes
    ----------
    answers : DataFrame
        One row an answer, in the order of episodes and days: `episode` (position), `day` (after day
        0), `relieved` (bool).
    answered : DataFrame
        The same of every dated answer, also of those that cannot be judged: `episode`, `day`.
    at_risk : array of float
        By episode: 1 where relief could be reached, 0 where not, missing without a baseline.
    """

    answers: pd.DataFrame
    answered: pd.DataFrame
    at_risk: FloatArray


def judged_answers(
    cohort: Cohort,
    *,
    instrument: str,
    threshold: str | Threshold,
    location: str | None,
    side: str | None,
    rater: str | None,
    baseline_window: Window | None,
) -> Relief:
    """Return the answers of a cohort, held against a threshold; arguments as in `relief_duration`.

    Raises
    ------
    ArgumentError
        For a threshold of worsening, and as in `relief_duration`.
    """
    entry = cohort.vocabulary.instruments[instrument]
    record = asked_threshold(entry, instrument, threshold)
    if record.kind == "WORSENING":
        raise ArgumentError(f"A threshold of kind WORSENING is no relief; {instrument} needs one.")
    rows = instrument_rows(cohort, instrument, location=location, side=side, rater=rater)
    require_location(record, instrument, rows)
    cut = Cut.of(record)
    baseline = baseline_answers(cohort, rows, baseline_visit(None, baseline_window), entry)
    if cut.basis == "absolute":
        # Without a baseline it is not known to have been met before, so it may be met now.
        at_risk = 1.0 - meets(baseline, cut.comparison, cut.value).fillna(0.0)
    else:
        at_risk = attainable(baseline, entry, cut)
    found = _dated(rows)
    before = baseline.take(found["episode"].to_numpy()).to_numpy(dtype=float)
    change = found["value"] - before
    benefit = change if entry.higher_is == "better" else -change
    scores = found.assign(baseline=before, benefit=benefit)
    met = meets(judged_score(scores, cut), cut.comparison, cut.value)
    answered = found[["episode", "day"]]
    judged = answered.assign(relieved=met == 1)[met.notna()].reset_index(drop=True)
    return Relief(judged, answered, at_risk.to_numpy(dtype=float))


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the answers after day 0, one a day, in the order of episodes and days."""
    after = rows["answered"] & (rows["day"] > 0) & ~before_surgery(rows)
    found = rows.loc[after.to_numpy(dtype=bool), ["episode", "day", "value"]]
    found = found.sort_values(["episode", "day"], kind="stable").drop_duplicates()
    several = int(found.duplicated(["episode", "day"]).sum())
    if several:
        raise ArgumentError(
            f"{several} day(s) of an episode have different scores; say rater=... or keep one of "
            "them in the file."
        )
    return found.reset_index(drop=True)
