"""The residual of a lesion after surgery, as a percentage of a declared reference."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.scans import (
    agreed_words,
    asked_scan,
    chosen_scan,
    every_scan,
    following,
    latest_qualitative,
    reference_scan_of,
    require_reference,
)
from spineoutcomes.metrics.lesions.sizes import (
    SIZES,
    VOLUMES,
    Area,
    Length,
    Volume,
    in_cm3,
    sized_rows,
)
from spineoutcomes.metrics.lesions.sums import (
    LESION,
    against_reference,
    recorded_residuals,
    summed,
)
from spineoutcomes.metrics.lesions.table import lesion_rows, reasons_of
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import Span, as_status
from spineoutcomes.metrics.visits import Visit, Window, span_of
from spineoutcomes.registry import Registry

Recorded = Literal["percent_removed", "percent_residual"]
Measure = Volume | Area | Length | Recorded
By = Literal["episode", "lesion", "scan"]
WORDS = ("smaller", "unchanged", "larger", "absent")


def residual_lesion(
    cohort: Cohort | Registry,
    *,
    measure: Measure,
    compartment: str | None = None,
    reference_scan: str | None = None,
    visit: str | None = None,
    window: Window | None = None,
    by: By = "episode",
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how much of a lesion was left after surgery.

    Parameters
    ----------
    cohort : Cohort or Registry
    measure : str
        A size, as 100 x residual / reference: "volume", "area" or "diameter" as recorded; from the
        perpendicular diameters a, b and c of one scan "ellipsoid" (pi/6 x abc), "abc_over_2" (the
        common approximation of it, 4.5 % smaller) or "product" (a x b). Or a percentage as it was
        recorded: "percent_removed", "percent_residual". Only rows of this one measure are used.
    compartment : str, optional
        Such as "intraspinal"; required when the cohort's lesions have several.
    reference_scan : {"preoperative", "postoperative"} or str, optional
        The last scan before surgery, the first one after it, or the scan of a label such as "3m";
        required for a size, refused for a recorded percentage, which carries its own reference.
    visit : str, optional
        Label of the scan that is asked for; "final" is the last one.
    window : (float, float), optional
        First and last day of the scan that is asked for, from day 0, ends included; the scan
        nearest to the middle counts. One of the two is required when there are several scans,
        except by scan.
    by : {"episode", "lesion", "scan"}
        One row per episode (volumes of its lesions on the same scan are summed), per lesion, or per
        lesion and scan: every scan after surgery and after the reference.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        As in `score_at`.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, by (`episode_id`, `lesion_id`) or by (`episode_id`, `lesion_id`,
        `scan`): `residual_percent` (%), `value` (volumes in cm3, the rest as measured) and its
        `unit`, `day` (of the scan, from day 0), `approximate` and `confounded` (True where any
        measurement used is), `qualitative` (on the last scan from then on; by scan, on that scan),
        `over_100` (more was left than the reference; the number is kept), `status`.

    Raises
    ------
    ArgumentError
        For an unknown choice, a reference scan that is lacking or superfluous, several compartments
        with none asked, several scans with none asked, a scan before surgery asked as the residual,
        mixed units, diameters that are lacking or have no unit, or several lesions of an episode
        whose measure cannot be summed.

    Notes
    -----
    The diameters of one scan stand in one row of measure "diameter": the longest as its value, the
    others in the columns `second_diameter` and `third_diameter`, in the same unit.

    Missing data: volume, area, diameter and recorded percentages are never converted into each
    other, nor is 60 % of an area 60 % of a volume; an episode without the measure asked has a
    missing residual and the status of `score_at`. Without the reference the status is no_baseline,
    with a reference of 0 not_attainable. A sum over lesions is missing when one of them was not
    measured on the scan. By scan, a scan without the measure is a row of its own.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.residual_lesion(registry, measure="percent_removed")[
    ...     ["residual_percent", "day", "confounded"]
    ... ]
                residual_percent  day  confounded
    episode_id
    E1                      40.0  7.0        True
    >>> so.metrics.residual_lesion(registry, measure="percent_removed", by="scan")[
    ...     ["residual_percent", "day", "qualitative"]
    ... ]
                               residual_percent    day qualitative
    episode_id lesion_id scan
    E1         L1        S1                40.0    7.0         NaN
                         S2                 NaN  120.0     smaller
    """
    cohort = as_cohort(cohort)
    _check_choices(measure, reference_scan, by)
    if by == "scan" and (visit is not None or window is not None):
        raise ArgumentError('by="scan" gives every scan; leave visit and window out.')
    known = lesion_rows(cohort, compartment)
    rows = known.frame
    asked = asked_scan(visit, window, rows)
    group = {"episode": LESION[:1], "lesion": LESION, "scan": [*LESION, "scan"]}[by]
    measured = sized_rows(rows, measure)
    if measure in get_args(Recorded):
        found = recorded_residuals(_target(measured, asked, by), measure)
        later = rows
    else:
        require_reference(str(reference_scan), rows)
        part = LESION if by == "scan" else group
        reference = reference_scan_of(measured, str(reference_scan), by=part)
        found = against_reference(
            _target(following(measured, reference, by=part), asked, by), reference
        )
        later = following(rows, reference, by=part)
    if by == "scan":
        found = found[found["scan"].notna()]
    keys = _keys(len(cohort), rows, later, by)
    index = pd.MultiIndex.from_frame(keys) if len(group) > 1 else pd.Index(keys["episode"])
    result = summed(found, group, measure).reindex(index)
    result = in_cm3(result) if measure in VOLUMES else result
    words = _words(rows, result, by)
    result["qualitative"] = pd.Categorical(words.reindex(index).to_numpy(), categories=list(WORDS))
    if by == "scan":
        days = later.groupby(group)["day"].max().reindex(index)
        result["day"] = result["day"].fillna(days)
    span = Span(0.0, float("inf")) if asked is None else span_of(asked, rows)
    named = known.named(cohort, keys)
    status = _status(cohort, keys, result, named, span, partial_dates)
    return result.set_axis(named).assign(status=status)[
        [
            *("residual_percent", "value", "unit", "day", "approximate", "confounded"),
            *("qualitative", "over_100", "status"),
        ]
    ]


def _check_choices(measure: str, reference_scan: str | None, by: str) -> None:
    measures = (*SIZES, *get_args(Recorded))
    if measure not in measures:
        raise ArgumentError(f"measure must be one of {', '.join(measures)}, got {measure!r}.")
    if by not in get_args(By):
        raise ArgumentError(f'by must be "episode", "lesion" or "scan", got {by!r}.')
    if measure in get_args(Recorded) and reference_scan is not None:
        raise ArgumentError(
            f"{measure} was recorded against a reference of its own; leave reference_scan out, or "
            "ask for a measured size."
        )
    if measure in SIZES and not isinstance(reference_scan, str):
        raise ArgumentError(
            f"A residual {measure} is a percentage of a reference: say reference_scan="
            f'"preoperative", "postoperative" or the label of a scan (got {reference_scan!r}).'
        )


def _target(measured: pd.DataFrame, asked: Visit | None, by: str) -> pd.DataFrame:
    """Return the measurements whose residual is asked for."""
    if by == "scan":
        return every_scan(measured)
    return chosen_scan(measured, asked, by=LESION if by == "lesion" else LESION[:1])


def _keys(n: int, rows: pd.DataFrame, later: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return every episode, each of its lesions, each of their scans; -1 where there is none."""
    every = pd.DataFrame({"episode": np.arange(n)})
    if by == "episode":
        return every
    lesions = rows[LESION].drop_duplicates().sort_values("lesion")
    every = every.merge(lesions, on="episode", how="left")
    if by == "scan":
        scans = later.loc[later["after"], [*LESION, "scan", "day"]]
        scans = scans.sort_values(["day", "scan"]).drop_duplicates([*LESION, "scan"])
        every = every.merge(scans.drop(columns="day"), on=LESION, how="left")
    return every.fillna(-1).astype(int)


def _words(rows: pd.DataFrame, result: pd.DataFrame, by: str) -> pd.Series:
    names = [str(name) for name in result.index.names]
    if by == "scan":
        return agreed_words(rows[rows["after"]], by=names)
    return latest_qualitative(rows, result["day"], by=names)


def _status(
    cohort: Cohort,
    keys: pd.DataFrame,
    result: pd.DataFrame,
    index: pd.Index,
    span: Span,
    partial_dates: PartialDates | None,
) -> pd.Series:
    absent = result["residual_percent"].isna().to_numpy()
    # Whoever was scanned was there; what the scan does not hold is merely missing.
    scanned = keys.get("scan", pd.Series(-1, index=keys.index)).to_numpy() >= 0
    words = reasons_of(cohort, keys["episode"], absent & ~scanned, span, partial_dates)
    words[scanned] = "missing"
    words[(result["value"].notna() & result["reference"].isna()).to_numpy()] = "no_baseline"
    words[(result["reference"] == 0).to_numpy()] = "not_attainable"
    words[~absent] = "observed"
    return as_status(words, index)
