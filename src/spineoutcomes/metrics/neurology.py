"""Change of an ordered grade, such as a muscle grade, in whole grades or in ranks."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.change import baseline_visit, require_later, status_with_baseline
from spineoutcomes.metrics.measurements import instrument_rows
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.scores import picked_scores
from spineoutcomes.metrics.visits import Window, Windows, asked_visit, require_label
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Instrument

GradeRule = Literal["whole_grade", "rank"]
DIRECTIONS = ("improved", "stable", "worse")


def grade_change(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    rule: GradeRule,
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
    location, side, rater, windows, partial_dates
        As in `score_at`; of several grades in a window the nearest to its middle counts.
    baseline_window : (float, float), optional
        First and last day a baseline may have, ends included.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `baseline` and `grade` (ordered Categorical); `change` (whole
        grades or ranks, positive is better); `direction` ("improved", "stable", "worse");
        `improved` (1 or 0, by the rule), `improved_whole_grade` and `improved_rank` (1 or 0, by
        either rule); `can_improve` (1 or 0: the baseline is not the best grade); `status`.

    Raises
    ------
    ArgumentError
        For an instrument with numbers, an unknown rule, a visit before surgery, several muscles or
        sides with none asked, and as in `score_at`.

    Notes
    -----
    Missing data: without a baseline nothing is said of a change and the status is no_baseline;
    without a grade the status is that of `score_at`. A patient at the best grade cannot improve:
    `can_improve` gives the denominator of those who could.

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
    """
    cohort = as_cohort(cohort)
    entry = cohort.vocabulary.instruments[instrument]
    if not entry.is_graded:
        raise ArgumentError(f"{instrument} has numbers, not grades; use change_from_baseline.")
    if rule not in get_args(GradeRule):
        raise ArgumentError(f'rule must be "whole_grade" or "rank", got {rule!r}.')
    later = asked_visit(visit, windows, "nearest")
    require_later(later)
    rows = instrument_rows(cohort, instrument, location=location, side=side, rater=rater)
    require_label(later, cohort.rows("scores"))
    start = baseline_visit(windows, baseline_window)
    after = picked_scores(cohort, rows, later, entry, partial_dates)
    baseline = picked_scores(cohort, rows, start, entry, partial_dates)["grade"]
    whole = _steps(baseline, after["grade"], _whole_grades(entry))
    rank = _steps(baseline, after["grade"], _ranks(entry))
    change = whole if rule == "whole_grade" else rank
    best = max(_ranks(entry).values())
    at_start = _placed(baseline, _ranks(entry))
    return pd.DataFrame(
        {
            "baseline": baseline,
            "grade": after["grade"],
            "change": change,
            "direction": _direction(change),
            "improved": _as_flag(change >= 1, change),
            "improved_whole_grade": _as_flag(whole >= 1, whole),
            "improved_rank": _as_flag(rank >= 1, rank),
            "can_improve": _as_flag(at_start < best, at_start),
            "status": status_with_baseline(after["status"], baseline),
        }
    )


def _ranks(instrument: Instrument) -> dict[str, float]:
    """Return the place of each grade, counted from the worst."""
    grades = instrument.grades or ()
    worst_first = grades if instrument.higher_is == "better" else grades[::-1]
    return {grade: float(place) for place, grade in enumerate(worst_first)}


def _whole_grades(instrument: Instrument) -> dict[str, float]:
    """Return the place of each grade without its plus or minus, counted from the worst."""
    ranks = _ranks(instrument)
    whole = list(dict.fromkeys(grade.rstrip("+-") for grade in ranks))
    return {grade: float(whole.index(grade.rstrip("+-"))) for grade in ranks}


def _placed(grades: pd.Series, places: dict[str, float]) -> pd.Series:
    return grades.astype(object).map(places).astype(float)


def _steps(baseline: pd.Series, grade: pd.Series, places: dict[str, float]) -> pd.Series:
    return _placed(grade, places) - _placed(baseline, places)


def _direction(change: pd.Series) -> pd.Series:
    words = pd.Series(None, index=change.index, dtype=object)
    words[change > 0], words[change == 0], words[change < 0] = DIRECTIONS
    return pd.Series(
        pd.Categorical(words.to_numpy(), categories=list(DIRECTIONS)), index=change.index
    )


def _as_flag(condition: pd.Series, known: pd.Series) -> pd.Series:
    return condition.astype(float).where(known.notna())
