"""The sizes of target lesions scan by scan, beside their baseline and the smallest size so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.criteria import Criterion
from spineoutcomes.metrics.lesions.scans import (
    agreed_words,
    every_scan,
    following,
    reference_scan_of,
)
from spineoutcomes.metrics.lesions.sizes import MM_PER_UNIT, in_cm3, sized_rows
from spineoutcomes.metrics.lesions.sums import FLAGS, LESION

Unmatched = Literal["new", "ignore"]
EPISODE, SCAN = ["episode"], ["episode", "scan"]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """The target lesions of each episode, those that the baseline scan holds.

    Attributes
    ----------
    baseline : DataFrame
        Their measurements on that scan.
    later : DataFrame
        Their measurements on the scans after it.
    strangers : DataFrame
        Measurements, on those scans, of lesions that the baseline scan does not hold.
    """

    baseline: pd.DataFrame
    later: pd.DataFrame
    strangers: pd.DataFrame


def targets_of(
    rows: pd.DataFrame, measure: str, criterion: Criterion, reference_scan: str
) -> Targets:
    """Return the measurements of target lesions.

    Raises
    ------
    ArgumentError
        For mixed or unknown units, a lesion both absent and measured, and too many targets.
    """
    measured = _in_one_unit(_with_absent(rows, measure), criterion)
    baseline = _there(reference_scan_of(measured, reference_scan, by=EPISODE))
    most = criterion.most_lesions
    crowded = 0 if most is None else int((baseline.groupby("episode").size() > most).sum())
    if crowded:
        raise ArgumentError(
            f"{criterion.name} has at most {most} target lesions; {crowded} episode(s) have more "
            "on the baseline scan. Choose the targets in the file."
        )
    later = every_scan(following(measured, baseline, by=EPISODE))
    begun = later["episode"].isin(baseline["episode"])
    held = pd.MultiIndex.from_frame(later[LESION]).isin(pd.MultiIndex.from_frame(baseline[LESION]))
    return Targets(baseline, later[held | ~begun], later[~held & begun & (later["value"] > 0)])


def baselines(targets: Targets) -> pd.DataFrame:
    """Return, by `episode`: `baseline` (sum), `n_lesions`, `reference_day` and the flags."""
    groups = targets.baseline.groupby("episode")
    frame = pd.DataFrame(
        {
            "baseline": groups["value"].sum(),
            "n_lesions": groups.size(),
            "reference_day": groups["day"].max(),
        }
    )
    return frame.assign(**{name: groups[name].any() for name in FLAGS})


def course_of(
    rows: pd.DataFrame, targets: Targets, criterion: Criterion, unmatched: Unmatched | None
) -> pd.DataFrame:
    """Return one row per episode and scan after the baseline, in order.

    Returns
    -------
    DataFrame
        `episode`, `scan`, `day`, `visit`, `value` (sum of the targets, missing when one was not
        measured) and `unit`, `baseline`, `nadir`, `n_lesions`, `reference_day`, `grown`,
        `appeared` (a lesion that the baseline does not hold), the flags, `qualitative`.

    Raises
    ------
    ArgumentError
        For scans whose order is unknown, and for lesions that the baseline does not hold when
        nothing is said of them.
    """
    _refuse_untold(targets.strangers, unmatched)
    after = following(rows, targets.baseline, by=EPISODE)
    course = _scans(after[after["after"]]).merge(_sums(targets.later), on=SCAN, how="left")
    _refuse_unordered(course[course["n_measured"].notna()])
    started = baselines(targets)
    course = course.merge(started.drop(columns=[*FLAGS]), on="episode", how="left")
    complete = course["n_measured"] == course["n_lesions"]
    course["value"] = course["partial"].where(complete)
    course["nadir"] = _smallest_before(course, by=EPISODE)
    if criterion.by_lesion:
        grown = _scans_with_growth(targets, criterion)
        course["grown"] = pd.MultiIndex.from_frame(course[SCAN]).isin(grown)
    else:
        # What was measured is the least that the sum can be.
        course["grown"] = criterion.has_grown(course["partial"], course["nadir"])
    course["appeared"] = unmatched == "new" and _appeared(course, targets.strangers)
    for name in FLAGS:
        at_start = course["episode"].map(started[name])
        course[name] = course[name].eq(True) | at_start.eq(True)
    words = agreed_words(after[after["after"]], by=SCAN)
    course["qualitative"] = words.reindex(pd.MultiIndex.from_frame(course[SCAN])).to_numpy()
    return course


def _with_absent(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the measurements of one size; a lesion said to be absent from a scan has size 0."""
    measured = sized_rows(rows, measure)
    keys = [*LESION, "scan"]
    gone = rows[rows["qualitative"] == "absent"].drop_duplicates(keys)
    named, there = (pd.MultiIndex.from_frame(frame[keys]) for frame in (gone, measured))
    contrary = int((there.isin(named) & (measured["value"] > 0).to_numpy()).sum())
    if contrary:
        raise ArgumentError(
            f"{contrary} lesion(s) are called absent from a scan on which they have a size; "
            "correct one of the two."
        )
    both = measured.index.union(gone.index[~named.isin(there)])
    value, unit = measured["value"].reindex(both).fillna(0.0), measured["unit"].reindex(both)
    return rows.loc[both].assign(value=value, unit=unit)


def _there(baseline: pd.DataFrame) -> pd.DataFrame:
    """Return the lesions that the baseline scan shows; all of them where it shows none."""
    some = (baseline["value"] > 0).groupby(baseline["episode"]).transform("any").astype(bool)
    return baseline[(baseline["value"] > 0) | ~some]


def _in_one_unit(measured: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """Return the sizes in the unit that the criterion counts in."""
    sized = measured[measured["value"] > 0]
    mixed = int((sized.groupby("episode")["unit"].nunique(dropna=False) > 1).sum())
    if mixed:
        raise ArgumentError(f"{mixed} episode(s) have sizes in different units; use one unit.")
    if criterion.at_least_mm is None:
        return in_cm3(measured)
    factor = measured["unit"].map(MM_PER_UNIT).astype(float)
    unknown = int((factor.isna() & (measured["value"] > 0)).sum())
    if unknown:
        raise ArgumentError(
            f"{criterion.name} counts in mm; {unknown} diameter(s) have no unit, or another than "
            "mm and cm."
        )
    return measured.assign(value=(measured["value"] * factor).fillna(0.0), unit="mm")


def _scans(after: pd.DataFrame) -> pd.DataFrame:
    ordered = after.sort_values(["episode", "day", "scan"], kind="stable")
    labels = ordered.groupby(SCAN, sort=False)["visit"].first()
    scans = ordered.drop_duplicates(SCAN)[[*SCAN, "day"]].reset_index(drop=True)
    return scans.assign(visit=labels.reindex(pd.MultiIndex.from_frame(scans[SCAN])).to_numpy())


def _sums(later: pd.DataFrame) -> pd.DataFrame:
    groups = later.groupby(SCAN)
    frame = pd.DataFrame(
        {
            "partial": groups["value"].sum(),
            "n_measured": groups.size(),
            "unit": groups["unit"].first(),
        }
    )
    return frame.assign(**{name: groups[name].any() for name in FLAGS}).reset_index()


def _smallest_before(frame: pd.DataFrame, *, by: list[str]) -> pd.Series:
    """Return the smallest `value` before each row of its group, the baseline among them."""
    keys = [frame[name] for name in by]
    so_far = frame["value"].fillna(np.inf).groupby(keys).cummin()
    before = so_far.groupby(keys).shift()
    smallest = pd.Series(np.fmin(before, frame["baseline"]), index=frame.index)
    return smallest.where(frame["baseline"].notna())


def _scans_with_growth(targets: Targets, criterion: Criterion) -> pd.MultiIndex:
    """Return the scans on which any one lesion has grown over its own smallest size."""
    first = targets.baseline[[*LESION, "value"]].rename(columns={"value": "baseline"})
    lesions = targets.later.sort_values([*LESION, "day"], kind="stable")
    lesions = lesions.merge(first, on=LESION, how="left")
    grown = criterion.has_grown(lesions["value"], _smallest_before(lesions, by=LESION))
    return pd.MultiIndex.from_frame(lesions.loc[grown, SCAN])


def _appeared(course: pd.DataFrame, strangers: pd.DataFrame) -> pd.Series:
    """Return the scans from the first on which a lesion without a baseline was measured."""
    first = course["episode"].map(strangers.groupby("episode")["day"].min())
    on_it = pd.MultiIndex.from_frame(course[SCAN]).isin(pd.MultiIndex.from_frame(strangers[SCAN]))
    return (course["day"] >= first) | on_it


def _refuse_untold(strangers: pd.DataFrame, unmatched: Unmatched | None) -> None:
    if unmatched is None and len(strangers):
        raise ArgumentError(
            f"{strangers['episode'].nunique()} episode(s) have lesions on later scans that were "
            'not measured on the baseline scan; say unmatched="new" (each is a new lesion: '
            'progression) or unmatched="ignore" (it is no target).'
        )


def _refuse_unordered(course: pd.DataFrame) -> None:
    several = course.groupby("episode")["scan"].transform("size") > 1
    undated = course.loc[several & course["day"].isna(), "episode"].nunique()
    twice = course[course["day"].notna()].duplicated(["episode", "day"]).sum()
    if undated or twice:
        raise ArgumentError(
            "Progression is held against the smallest size before it, so scans need an order: "
            f"{undated} episode(s) have scans without a day beside others, and {twice} scan(s) are "
            "of the same day as another; give days, or keep one scan of a day."
        )
