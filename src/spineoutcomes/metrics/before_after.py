"""An instrument before surgery and at a later visit, at one site of each episode."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.change import baseline_visit, require_later, status_with_baseline
from spineoutcomes.metrics.grades import ranks
from spineoutcomes.metrics.measurements import answer_column, rows_as_asked
from spineoutcomes.metrics.muscles import followed_site, refuse_mixed, weakest_rows
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.scores import baseline_answers, picked_scores
from spineoutcomes.metrics.visits import Rule, Window, Windows, asked_visit, require_label

WORST = "worst"
Muscle = Literal["worst"]


def before_and_after(
    cohort: Cohort,
    *,
    instrument: str,
    visit: str,
    windows: Windows | None,
    rule: Rule,
    location: str | None,
    side: str | None,
    rater: str | None,
    baseline_window: Window | None,
    partial_dates: PartialDates | None,
    muscle: Muscle | None = None,
    remedy: str = "",
) -> pd.DataFrame:
    """Return the answer before surgery and at a visit, both of the same site of the episode.

    Parameters
    ----------
    cohort : Cohort
    instrument, visit, windows, rule, location, side, rater, baseline_window, partial_dates
        As in `change_from_baseline`.
    muscle : "worst", optional
        Follow the weakest site of each episode; else an episode may have only one.
    remedy : str
        What else could be said when an episode has several, for the message.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `baseline`, `answer`, `day`, `status`, `location`, `side`.

    Raises
    ------
    ArgumentError
        For a visit before surgery, an episode with several sites and `muscle` not given, and as
        in `score_at`.
    """
    entry = cohort.vocabulary.instruments[instrument]
    later = asked_visit(visit, windows, rule)
    require_later(later)
    rows = rows_as_asked(cohort, instrument, location=location, side=side, rater=rater)
    require_label(later, cohort.located("scores", ["visit"]))
    start = baseline_visit(windows, baseline_window)
    if muscle is None:
        refuse_mixed(rows, of=instrument, remedy=remedy)
    elif muscle != WORST:
        raise ArgumentError(f'muscle must be "worst" or None, got {muscle!r}.')
    else:
        rows = weakest_rows(rows, start=start, later=later, places=ranks(entry))
    column = answer_column(entry)
    after = picked_scores(cohort, rows, later, entry, partial_dates)
    baseline = baseline_answers(cohort, rows, start, entry)
    site = followed_site(rows, cohort.data.index)
    return pd.DataFrame(
        {
            "baseline": baseline,
            "answer": after[column],
            "day": after["day"],
            "status": status_with_baseline(after["status"], baseline),
            "location": site["location"],
            "side": site["side"],
        }
    )
