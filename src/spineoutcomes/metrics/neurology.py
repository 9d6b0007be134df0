"""Change of an ordered grade, such as a muscle grade, in whole grades or in ranks."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.before_after import Muscle, before_and_after
from spineoutcomes.metrics.grades import as_flag, direction, placed, ranks, steps, whole_grades
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.visits import Window, Windows
from spineoutcomes.registry import Registry

GradeRule = Literal["whole_grade", "rank"]
DIRECTIONS = ("improved", "stable", "worse")


def grade_change(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    rule: GradeRule,
    muscle: Muscle | None = None,
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    windows: Windows | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how an ordered grade changed from baseline to a visit.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of a graded instrument.
    visit : str
        Label of a visit after surgery.
    rule : {"whole_grade", "rank"}
        "whole_grade" drops plus and minus (4-, 4 and 4+ are 4) and asks for a rise of one grade;
        "rank" takes any rise. Without plus and minus grades the two agree.
    muscle : "worst", optional
        Follow, in each episode, the muscle and side with the lowest grade before surgery, and
        compare it with itself at the visit. Without it every episode may have one location and
        side only; which one may differ between episodes.
    location, side : str, optional
        Only this muscle or limb, only this side; with `muscle="worst"` the choice is among these.
    rater, windows, partial_dates
        As in `score_at`; of several grades in a window the nearest to its middle counts.
    baseline_window : (float, float), optional
        First and last day a baseline may have, ends included.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `baseline` and `grade` (ordered Categorical); `change` (whole
        grades or ranks, positive is better); `direction` ("improved", "stable", "worse");
        `improved` (1 or 0, by the rule), `improved_whole_grade` and `improved_rank` (1 or 0, by
        either rule); `can_improve` (1 or 0: the baseline is not the best grade); `location` and
        `side` (what was followed, missing where the registry names none); `status`.

    Raises
    ------
    ArgumentError
        For an instrument with numbers, an unknown rule, a visit before surgery, an episode with
        several muscles or sides and none asked, and as in `score_at`.

    Notes
    -----
    Missing data: without a baseline nothing is said of a change and the status is no_baseline;
    without a grade the status is that of `score_at`. A patient at the best grade cannot improve:
    `can_improve` gives the denominator of those who could.

    `muscle="worst"`: of muscles equally weak before surgery the one weaker at the visit is
    followed, so that the choice never favours an improvement; one graded at the visit comes before
    one that is not. An episode without any grade before surgery shows its weakest muscle at the
    visit. The muscle is chosen for being weak, so part of its rise is regression to the mean:
    compare arms by it, and do not read it as the effect in a single one.

    Grades are ordered as in the vocabulary (4- < 4 < 4+ < 5-) and never averaged.

    References
    ----------
    .. [1] Aids to the examination of the peripheral nervous system. Medical Research Council.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.grade_change(
    ...     registry, instrument="mrc_muscle_grade", visit="final", rule="whole_grade"
    ... )[["baseline", "grade", "improved", "status"]]
               baseline grade  improved       status
    episode_id
    E1              NaN    4+       NaN  no_baseline

    In the series some limbs were graded left and some right, one in each episode.

    >>> series = so.load_sample("hemangioma")
    >>> so.metrics.grade_change(
    ...     series, instrument="mrc_muscle_grade", visit="final", rule="rank", muscle="worst"
    ... )[["side", "baseline", "grade", "change", "improved_whole_grade"]].head(3)
                   side baseline grade  change  improved_whole_grade
    episode_id
    SYN-000001-E1  left       4-     5     4.0                   1.0
    SYN-000002-E1  left       3+     4     2.0                   1.0
    SYN-000003-E1  left       3+    4+     3.0                   1.0
    """
    cohort = as_cohort(cohort)
    entry = cohort.vocabulary.instruments[instrument]
    if not entry.is_graded:
        raise ArgumentError(f"{instrument} has numbers, not grades; use change_from_baseline.")
    if rule not in get_args(GradeRule):
        raise ArgumentError(f'rule must be "whole_grade" or "rank", got {rule!r}.')
    both = before_and_after(
        cohort,
        instrument=instrument,
        visit=visit,
        windows=windows,
        rule="nearest",
        location=location,
        side=side,
        rater=rater,
        baseline_window=baseline_window,
        partial_dates=partial_dates,
        muscle=muscle,
        remedy=' or muscle="worst".',
    )
    places = ranks(entry)
    baseline, grade = both["baseline"], both["answer"]
    whole, rank = steps(baseline, grade, whole_grades(entry)), steps(baseline, grade, places)
    change = whole if rule == "whole_grade" else rank
    at_start = placed(baseline, places)
    return pd.DataFrame(
        {
            "baseline": baseline,
            "grade": grade,
            "change": change,
            "direction": direction(change, DIRECTIONS),
            "improved": as_flag(change >= 1, change),
            "improved_whole_grade": as_flag(whole >= 1, whole),
            "improved_rank": as_flag(rank >= 1, rank),
            "can_improve": as_flag(at_start < max(places.values()), at_start),
            "location": both["location"],
            "side": both["side"],
            "status": both["status"],
        }
    )
