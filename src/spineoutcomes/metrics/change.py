"""Change of a score from baseline, and benefit: positive is better for every instrument."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.cutoffs import percent_of
from spineoutcomes.metrics.measurements import instrument_rows
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.scores import baseline_answers, picked_scores
from spineoutcomes.metrics.visits import (
    Rule,
    Visit,
    Window,
    Windows,
    asked_visit,
    checked_window,
    require_label,
)
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary.model import Instrument


def change_from_baseline(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how much a score changed from baseline to a visit.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary, of an instrument with numbers.
    visit : str
        Label of a visit after surgery.
    windows, rule, location, side, rater, partial_dates
        As in `score_at`.
    baseline_window : (float, float), optional
        First and last day a baseline may have, ends included, such as (-90, 0).

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `baseline` and `value` (in the unit of the instrument), `change`
        (value minus baseline), `percent_change` (100 times the change over the baseline), `benefit`
        (the change, signed so that positive is better), `day` (of the value, from day 0), `status`.

    Raises
    ------
    ArgumentError
        For a graded instrument, a visit before surgery, and as in `score_at`.

    Notes
    -----
    Missing data: without a baseline there is no change, whatever the value, and the status is
    no_baseline; without a value the status is that of `score_at`. The baseline is the last score
    before surgery; one on day 0 counts only when its label says preoperative. A percentage of a
    baseline of zero, or below it, means nothing: `percent_change` is then missing, never infinite,
    and the status stays observed.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.change_from_baseline(
    ...     registry, instrument="vas_pain", visit="final"
    ... )[["baseline", "value", "change", "status"]]
                baseline  value  change       status
    episode_id
    E1               NaN    0.0     NaN  no_baseline
    """
    cohort = as_cohort(cohort)
    entry = cohort.vocabulary.instruments[instrument]
    require_numbers(entry, instrument)
    later = asked_visit(visit, windows, rule)
    require_later(later)
    rows = instrument_rows(cohort, instrument, location=location, side=side, rater=rater)
    require_label(later, cohort.located("scores", ["visit"]))
    start = baseline_visit(windows, baseline_window)
    value = picked_scores(cohort, rows, later, entry, partial_dates)
    baseline = baseline_answers(cohort, rows, start, entry)
    change = value["value"] - baseline
    # Adding 0 turns the -0.0 of an unchanged score into 0.0.
    benefit = change * (1.0 if entry.higher_is == "better" else -1.0) + 0.0
    return pd.DataFrame(
        {
            "baseline": baseline,
            "value": value["value"],
            "change": change,
            "percent_change": percent_of(change, baseline),
            "benefit": benefit,
            "day": value["day"],
            "status": status_with_baseline(value["status"], baseline),
        }
    )


def require_numbers(entry: Instrument, code: str) -> None:
    """Raise when an instrument has grades, of which no difference can be taken."""
    if entry.is_graded:
        raise ArgumentError(
            f"{code} has ordered grades, and differences of grades mean nothing; use grade_change."
        )


def baseline_visit(windows: Windows | None, baseline_window: Window | None) -> Visit:
    """Return the visit before surgery, with its window where one is given in either way."""
    given = baseline_window if baseline_window is not None else (windows or {}).get("baseline")
    return Visit("baseline", checked_window(given, "baseline"))


def require_later(visit: Visit) -> None:
    """Raise when the visit of a change is the baseline itself."""
    if visit.is_baseline:
        raise ArgumentError(
            f"A change needs a visit after surgery; {visit.name!r} is the baseline."
        )


def status_with_baseline(status: pd.Series, baseline: pd.Series) -> pd.Series:
    """Return the status of a change: that of the value, or no_baseline where only that is there."""
    lacking = (status == "observed") & baseline.isna()
    return status.mask(lacking, "no_baseline") if lacking.any() else status
