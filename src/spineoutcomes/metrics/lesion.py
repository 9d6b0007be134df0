"""The residual of a lesion after surgery, as a percentage of a declared reference."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesion_scans import (
    chosen_scan,
    latest_qualitative,
    reference_scan_of,
    with_scan,
    without,
)
from spineoutcomes.metrics.measurements import only_asked
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import Span, as_status, why_missing
from spineoutcomes.metrics.visits import Visit, Window, checked_window, require_label, span_of
from spineoutcomes.registry import Registry

Measured = Literal["volume", "area", "diameter"]
Recorded = Literal["percent_removed", "percent_residual"]
ReferenceScan = Literal["preoperative", "postoperative"]
By = Literal["episode", "lesion"]
FLAGS = ("approximate", "confounded")


def residual_lesion(
    cohort: Cohort | Registry,
    *,
    measure: Measured | Recorded,
    compartment: str | None = None,
    reference_scan: ReferenceScan | None = None,
    visit: str | None = None,
    window: Window | None = None,
    by: By = "episode",
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how much of a lesion was left after surgery.

    Parameters
    ----------
    cohort : Cohort or Registry
    measure : {"volume", "area", "diameter", "percent_removed", "percent_residual"}
        A measured size, as 100 x residual / reference; or a percentage as it was recorded. Only
        rows of this one measure are used.
    compartment : str, optional
        Such as "intraspinal"; required when the cohort's lesions have several.
    reference_scan : {"preoperative", "postoperative"}, optional
        The last scan before surgery or the first one after it; required for a measured size,
        refused for a recorded percentage, which carries its own reference.
    visit : str, optional
        Label of the scan that is asked for; "final" is the last one.
    window : (float, float), optional
        First and last day of the scan that is asked for, from day 0, ends included; the scan
        nearest to the middle counts. One of the two is required when there are several scans.
    by : {"episode", "lesion"}
        One row per episode (volumes of its lesions on the same scan are summed) or per lesion.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
        As in `score_at`.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, or by (`episode_id`, `lesion_id`): `residual_percent` (%), `value`
        (as measured) and its `unit`, `day` (of the scan, from day 0), `approximate` and
        `confounded` (True where any measurement used is), `qualitative` (on the last scan from then
        on), `over_100` (more was left than the reference; the number is kept), `status`.

    Raises
    ------
    ArgumentError
        For an unknown choice, a reference scan that is lacking or superfluous, several compartments
        with none asked, several scans with none asked, mixed units, or several lesions of an
        episode whose measure cannot be summed.

    Notes
    -----
    Missing data: volume, area, diameter and recorded percentages are never converted into each
    other; an episode without the measure asked has a missing residual and the status of `score_at`.
    Without the reference the status is no_baseline, with a reference of 0 not_attainable. A sum
    over lesions is missing when one of them was not measured on the scan.

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
    """
    cohort = as_cohort(cohort)
    _check_choices(measure, reference_scan, by)
    rows = only_asked(cohort.rows("lesions"), "compartment", compartment, of="The lesion")
    asked = _asked_scan(visit, window, rows)
    rows = with_scan(rows)
    group = ["episode_id"] if by == "episode" else ["episode_id", "lesion_id"]
    measured = rows[(rows["measure"] == measure) & rows["value"].notna()]
    if measure in get_args(Recorded):
        found = _recorded(chosen_scan(measured, asked, by=group), measure)
    else:
        reference = reference_scan_of(measured, str(reference_scan), by=group)
        later = without(measured, reference, by=group)
        found = _against(chosen_scan(later, asked, by=group), reference)
    _refuse_several_lesions(found, group, measure)
    index = _index(cohort, rows, by)
    summed = _summed(found, group).reindex(index)
    since = summed["day"].rename_axis(index.names)
    summed["qualitative"] = pd.Categorical(
        latest_qualitative(rows, since, by=group).reindex(index).to_numpy(),
        categories=["smaller", "unchanged", "larger", "absent"],
    )
    span = Span(0.0, float("inf")) if asked is None else span_of(asked, rows)
    return summed.assign(status=_status(cohort, summed, span, partial_dates))[
        [
            *("residual_percent", "value", "unit", "day", "approximate", "confounded"),
            *("qualitative", "over_100", "status"),
        ]
    ]


def _check_choices(measure: str, reference_scan: str | None, by: str) -> None:
    measures = (*get_args(Measured), *get_args(Recorded))
    if measure not in measures:
        raise ArgumentError(f"measure must be one of {', '.join(measures)}, got {measure!r}.")
    if by not in get_args(By):
        raise ArgumentError(f'by must be "episode" or "lesion", got {by!r}.')
    if measure in get_args(Recorded) and reference_scan is not None:
        raise ArgumentError(
            f"{measure} was recorded against a reference of its own; leave reference_scan out, or "
            "ask for a measured size."
        )
    if measure in get_args(Measured) and reference_scan not in get_args(ReferenceScan):
        raise ArgumentError(
            f"A residual {measure} is a percentage of a reference: say reference_scan="
            f'"preoperative" or "postoperative" (got {reference_scan!r}).'
        )


def _asked_scan(visit: str | None, window: Window | None, rows: pd.DataFrame) -> Visit | None:
    if visit is None and window is None:
        return None
    asked = Visit(visit or "", checked_window(window, visit or "the scan"))
    if asked.is_baseline:
        raise ArgumentError(f"A residual is seen after surgery; {visit!r} is before it.")
    require_label(asked, rows)
    return asked


def _recorded(found: pd.DataFrame, measure: str) -> pd.DataFrame:
    percent = found["value"] if measure == "percent_residual" else 100.0 - found["value"]
    return found.assign(residual_percent=percent, value=float("nan"), unit=None, reference=100.0)


def _against(target: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Return each lesion's size beside its reference; lesions with only one of them stay."""
    columns = ["episode_id", "lesion_id", "value", "unit", "day", *FLAGS]
    both = target[columns].merge(
        reference[[*columns]].rename(columns={"value": "reference", "day": "reference_day"}),
        on=["episode_id", "lesion_id"],
        how="outer",
        suffixes=("", "_of_reference"),
    )
    # A reference alone belongs to an episode that was measured once: nothing to compare.
    known = both["value"].notna().groupby(both["episode_id"]).transform("any").astype(bool)
    both = both[known]
    units = both["unit"].astype(object).where(both["value"].notna(), both["unit_of_reference"])
    differ = both["value"].notna() & both["reference"].notna()
    differ &= _text(both["unit"]) != _text(both["unit_of_reference"])
    if differ.any():
        raise ArgumentError(
            f"{int(differ.sum())} lesion(s) have another unit on the reference scan; bring each "
            "measure to one unit in the file."
        )
    flags = {
        name: both[name].fillna(False).astype(bool)
        | both[f"{name}_of_reference"].fillna(False).astype(bool)
        for name in FLAGS
    }
    return both.assign(unit=units, **flags)


def _summed(found: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Return one row per group: sums over its lesions, missing when one of them is."""
    groups = found.groupby(group)
    if (groups["unit"].nunique() > 1).any():
        n = int((groups["unit"].nunique() > 1).sum())
        raise ArgumentError(f"{n} episode(s) have lesions in different units; use one unit.")
    value = _complete_sum(found, "value", group)
    reference = _complete_sum(found, "reference", group)
    percent = (100.0 * value / reference).where(reference > 0)
    if "residual_percent" in found:
        percent = groups["residual_percent"].first()
    frame = pd.DataFrame(
        {
            "residual_percent": percent,
            "value": value,
            "reference": reference,
            "unit": groups["unit"].first().astype(object),
            "day": groups["day"].max(),
        }
    )
    for name in FLAGS:
        flagged = found[name].fillna(False).astype(bool)
        frame[name] = flagged.groupby([found[key] for key in group]).any().astype("boolean")
    over = (frame["residual_percent"] > 100.0).astype("boolean")
    return frame.assign(over_100=over.where(frame["residual_percent"].notna()))


def _complete_sum(found: pd.DataFrame, column: str, group: list[str]) -> pd.Series:
    keys = [found[key] for key in group]
    whole = found[column].notna().groupby(keys).all()
    return found[column].groupby(keys).sum().where(whole)


def _refuse_several_lesions(found: pd.DataFrame, group: list[str], measure: str) -> None:
    several = int((found.groupby(group)["lesion_id"].nunique() > 1).sum())
    if several and measure != "volume":
        raise ArgumentError(
            f"{several} episode(s) have several lesions, and {measure} cannot be summed over them; "
            'use by="lesion".'
        )


def _index(cohort: Cohort, rows: pd.DataFrame, by: str) -> pd.Index:
    """Return the index of the result: every episode, and every lesion of it when by lesion."""
    if by == "episode":
        return cohort.data.index
    lesions = rows[["episode_id", "lesion_id"]].drop_duplicates().sort_values("lesion_id")
    every = cohort.data.index.to_frame(index=False).merge(lesions, on="episode_id", how="left")
    return pd.MultiIndex.from_frame(every)


def _status(
    cohort: Cohort, summed: pd.DataFrame, span: Span, partial_dates: PartialDates | None
) -> pd.Series:
    episode = summed.index.get_level_values("episode_id")
    absent = summed["residual_percent"].isna()
    needed = absent.groupby(episode).any().reindex(cohort.data.index).astype(bool)
    reasons = why_missing(cohort, span, absent=needed.to_numpy(), partial_dates=partial_dates)
    words = pd.Series(reasons.reindex(episode).to_numpy(), index=summed.index, dtype=object)
    words[summed["value"].notna() & summed["reference"].isna()] = "no_baseline"
    words[summed["reference"] == 0] = "not_attainable"
    words[~absent] = "observed"
    return as_status(words, summed.index)


def _text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "")
