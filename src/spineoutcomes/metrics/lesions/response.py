"""The response of a lesion after surgery: by RECIST, by area or by volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.appeared import with_new_lesions
from spineoutcomes.metrics.lesions.best import best_scans, confirmed, first_progression, scans_at
from spineoutcomes.metrics.lesions.criteria import Criterion, criterion_of, measure_of
from spineoutcomes.metrics.lesions.scans import asked_scan, require_reference
from spineoutcomes.metrics.lesions.series import Unmatched, course_of, targets_of
from spineoutcomes.metrics.lesions.table import lesion_rows, reasons_of
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import Span, as_status
from spineoutcomes.metrics.visits import Window, span_of
from spineoutcomes.registry import Registry

By = Literal["episode", "scan"]
BEST = "best"
COLUMNS = (
    *("response", "day", "value", "unit", "baseline", "nadir"),
    *("change_from_baseline_percent", "change_from_nadir_percent", "new_lesion", "confirmed"),
    *("progression_day", "n_scans", "n_lesions", "approximate", "confounded", "qualitative"),
)


def lesion_response(
    cohort: Cohort | Registry,
    *,
    criterion: str,
    reference_scan: str,
    measure: str | None = None,
    compartment: str | None = None,
    thresholds: Mapping[str, float] | None = None,
    visit: str | None = None,
    window: Window | None = None,
    by: By = "episode",
    confirm_days: float | None = None,
    unmatched: Unmatched | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return whether lesions shrank or grew after surgery: complete response to progression.

    Parameters
    ----------
    cohort : Cohort or Registry
    criterion : {"recist_1.1", "who", "rano", "volumetric"}
        By the sum of longest diameters (partial response: 30 % below the baseline; progression: 20
        % and 5 mm over the smallest sum so far); by area (50 %; 25 % over the smallest: of any
        lesion for "who", of the sum for "rano", which has a minor response at 25 %); or by volume,
        with `thresholds`. Each is for its own size, and refuses the others.
    reference_scan : {"preoperative", "postoperative"} or str
        The baseline: the last scan before surgery, the first one after it, or the scan of a label.
        The lesions measured on it are the targets.
    measure : str, optional
        Another size of the same kind: "product" for an area, "ellipsoid" or "abc_over_2" for a
        volume, as in `residual_lesion`.
    compartment : str, optional
        Required when the cohort's lesions have several.
    thresholds : mapping, optional
        Required for "volumetric", which has none that all agree on, and only for it: in percent,
        `{"response": 65, "progression": 73}` is what RECIST would be for spheres, progression 40
        what an area would be; 66 for response is seen too.
    visit : str, optional
        By episode, which scan: "best" is the one with the best response up to the first
        progression, "final" the last one, else a label. Required when there are several scans.
    window : (float, float), optional
        First and last day of that scan, from day 0, ends included.
    by : {"episode", "scan"}
        One row per episode, or one per episode and scan after the baseline.
    confirm_days : float, optional
        Days after which a complete or partial response must be seen again, before any progression,
        to count for the best one (28 in many trials); None asks for no confirmation.
    unmatched : {"new", "ignore"}, optional
        What a lesion is that was measured later and not on the baseline scan; required when met.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        How to read the day of a new lesion, death or last contact known only to a month or year.

    Returns
    -------
    DataFrame
        Indexed by `episode_id` or (`episode_id`, `scan`): `response` (ordered: PD < SD < MR < PR <
        CR; MR for "rano" only), `day` (from day 0), `value` (sum of the targets; mm, cm3, or the
        unit of the area) and `unit`, `baseline` and `nadir` (smallest sum before the scan), the
        changes from both (%, negative is smaller), `new_lesion`, `confirmed` (of CR and PR, where
        asked), `progression_day` (first scan with progression), `n_scans` (assessed), `n_lesions`
        (targets), `approximate` and `confounded` (True where a measurement of the scan or of the
        baseline is), `qualitative` (the word on the scan), `status`.

    Raises
    ------
    ArgumentError
        For an unknown choice; a size that is not the criterion's (volumes never go by a diameter's
        rule); thresholds that are lacking or superfluous; several compartments or scans with none
        asked; mixed or unknown units; scans without an order; more than five target lesions by
        RECIST; and lesions that appear after the baseline when nothing is said of them.

    Notes
    -----
    A new lesion is an event "new_site" after the baseline and up to the scan, or an unmatched one:
    progression, whatever the sizes. A lesion called absent has the size 0. The categories go by
    size alone: clinical status and steroids, which RANO counts too, are for the analysis. RECIST
    allows two targets an organ, counts bone only with a soft-tissue part, and irradiated lesions
    only when they grow: choosing targets is for the reader of the scans.

    Progression is what the scan shows. Whether it was a passing enlargement (pseudoprogression
    after radiotherapy, exudate, cement) is not guessed: see the later scans, `confounded`, and
    choose the baseline accordingly. Under RECIST a target that comes back from 0 with less than 5
    mm is no progression.

    Missing data: a sum is missing when a target was not measured on the scan; the response too,
    unless the rest alone shows progression. Without a measured baseline the status is no_baseline,
    with a baseline of 0 not_attainable (what was removed altogether recurs, or does not); other
    missing responses have the status of `score_at`. A new lesion without a day leaves the responses
    of its episode unknown.

    References
    ----------
    .. [1] Eisenhauer EA et al. New response evaluation criteria in solid tumours: revised RECIST
       guideline (version 1.1). Eur J Cancer 2009;45:228-247. doi:10.1016/j.ejca.2008.10.026

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("hemangioma")
    >>> response = so.metrics.lesion_response(
    ...     registry,
    ...     criterion="volumetric",
    ...     thresholds={"response": 65, "progression": 73},
    ...     reference_scan="preoperative",
    ...     visit="best",
    ... )
    >>> response["response"].value_counts(sort=False).to_dict()
    {'PD': 0, 'SD': 7, 'PR': 53, 'CR': 0}
    """
    cohort = as_cohort(cohort)
    rule = criterion_of(criterion, thresholds)
    _check_choices(reference_scan, visit, window, by, confirm_days, unmatched)
    known = lesion_rows(cohort, compartment)
    rows = known.frame
    best = visit == BEST
    asked = None if best else asked_scan(visit, window, rows)
    require_reference(reference_scan, rows)
    size = measure_of(rule, measure, rows["measure"])
    targets = targets_of(rows, size, rule, reference_scan)
    course = course_of(rows, targets, rule, unmatched)
    course = _named(with_new_lesions(cohort, course, partial_dates), rule, confirm_days)
    if by == "scan":
        found = course
    else:
        found = best_scans(course, confirm_days) if best else scans_at(course, asked)
    result = _laid_out(len(cohort), found, by)
    span = Span(0.0, float("inf")) if asked is None else span_of(asked, rows)
    keys = result[["episode"] if by == "episode" else ["episode", "scan"]]
    named = known.named(cohort, keys)
    status = _status(cohort, result, course, named, span, partial_dates)
    return result.set_axis(named).assign(status=status)[[*COLUMNS, "status"]]


def _check_choices(
    reference_scan: str,
    visit: str | None,
    window: Window | None,
    by: str,
    confirm_days: float | None,
    unmatched: str | None,
) -> None:
    if by not in get_args(By):
        raise ArgumentError(f'by must be "episode" or "scan", got {by!r}.')
    if not isinstance(reference_scan, str):
        raise ArgumentError(
            'A response needs its baseline: say reference_scan="preoperative", "postoperative" or '
            f"the label of a scan (got {reference_scan!r})."
        )
    if by == "scan" and (visit is not None or window is not None):
        raise ArgumentError('by="scan" gives every scan; leave visit and window out.')
    if visit == BEST and window is not None:
        raise ArgumentError("The best response is that of all scans; leave window out.")
    if confirm_days is not None and not confirm_days > 0:
        raise ArgumentError(f"confirm_days must be more than 0 days, got {confirm_days!r}.")
    if unmatched is not None and unmatched not in get_args(Unmatched):
        raise ArgumentError(f'unmatched must be "new" or "ignore", got {unmatched!r}.')


def _named(course: pd.DataFrame, rule: Criterion, confirm_days: float | None) -> pd.DataFrame:
    """Return the scans with their response, changes and what follows from the other scans."""
    worse = course["grown"] | course["new_lesion"]
    response = rule.named(course["value"], course["baseline"], worse)
    response = response.where((course["baseline"] > 0) & (worse | ~course["new_untold"]))
    course = course.assign(
        response=response,
        change_from_baseline_percent=_change(course["value"], course["baseline"]),
        change_from_nadir_percent=_change(course["value"], course["nadir"]),
    )
    again = pd.Series(pd.NA, index=course.index, dtype="boolean")
    if confirm_days is not None:
        for name in ("PR", "CR"):
            alike = (response == name).to_numpy(dtype=bool)
            again[alike] = confirmed(course, name, confirm_days)[alike].to_numpy()
    assessed = response.notna().groupby(course["episode"]).transform("sum")
    return course.assign(
        confirmed=again,
        n_scans=assessed,
        progression_day=course["episode"].map(first_progression(course)).astype(float),
    )


def _change(size: pd.Series, before: pd.Series) -> pd.Series:
    return (100.0 * (size - before) / before.where(before > 0)).astype(float)


def _laid_out(n: int, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return one row per episode, or per episode and scan, in the order of the cohort."""
    result = pd.DataFrame({"episode": np.arange(n)}).merge(found, on="episode", how="left")
    for name in ("scan", "n_scans"):
        result[name] = result[name].fillna(-1 if name == "scan" else 0).astype(int)
    for name in ("new_lesion", "approximate", "confounded"):
        result[name] = result[name].astype("boolean")
    return result


def _status(
    cohort: Cohort,
    result: pd.DataFrame,
    course: pd.DataFrame,
    index: pd.Index,
    span: Span,
    partial_dates: PartialDates | None,
) -> pd.Series:
    absent = result["response"].isna().to_numpy()
    episode = result["episode"]
    # By episode the scan that was found has a response; whoever was scanned was there.
    scanned = result["scan"].to_numpy() >= 0
    words = reasons_of(cohort, episode, absent & ~scanned, span, partial_dates)
    words[scanned] = "missing"
    measured = course[course["n_measured"].notna()]
    without = measured.loc[measured["baseline"].isna(), "episode"]
    gone = measured.loc[measured["baseline"] == 0, "episode"]
    for word, ids in (("no_baseline", without), ("not_attainable", gone)):
        words[episode.isin(ids).to_numpy() & absent] = word
    words[~absent] = "observed"
    return as_status(words, index)
