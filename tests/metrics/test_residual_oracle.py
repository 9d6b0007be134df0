"""Residuals against sums and percentages worked out lesion by lesion, the long way."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import metrics

BEFORE, AFTER = (-20, -5), (3, 90, 365)
LESIONS = ("L1", "L2")
# One size, or none, of each lesion on each scan.
SIZE = st.one_of(st.none(), st.integers(0, 50))
COURSE = st.fixed_dictionaries({(one, day): SIZE for one in LESIONS for day in (*BEFORE, *AFTER)})
Sizes = dict[tuple[str, int], int | None]


def on(course: Sizes, day: int, lesions: tuple[str, ...]) -> dict[str, int]:
    """Return what a scan shows of some lesions."""
    sizes = {one: course[one, day] for one in lesions}
    return {one: size for one, size in sizes.items() if size is not None}


def percent(course: Sizes, lesions: tuple[str, ...], last: bool) -> tuple[float, float]:
    """Return what is left of lesions on the last, or the first, scan after surgery: cm3 and %.

    Whichever scan shows any of them counts; a lesion that one of the two scans lacks leaves the
    sum unknown.
    """
    before = [day for day in BEFORE if on(course, day, lesions)]
    after = [day for day in AFTER if on(course, day, lesions)]
    if not after:
        return np.nan, np.nan
    left = on(course, after[-1 if last else 0], lesions)
    was = on(course, before[-1], lesions) if before else {}
    every = {*left, *was}
    value = float(sum(left.values())) if every == {*left} else np.nan
    reference = float(sum(was.values())) if every == {*was} else np.nan
    return value, 100 * value / reference if reference > 0 else np.nan


@settings(max_examples=25, deadline=None)
@given(courses=st.lists(COURSE, min_size=1, max_size=12))
def test_volumes_by_episode_and_by_lesion(courses):
    names = [f"E{n}" for n in range(len(courses))]
    rows = [
        [name, one, "volume", day, size]
        for name, course in zip(names, courses, strict=True)
        for (one, day), size in course.items()
        if size is not None
    ]
    lesions = pd.DataFrame(rows, columns=["episode_id", "lesion_id", "measure", "day", "value"])
    if not rows:
        return
    registry = build(" ".join(names), lesions=lesions.assign(unit="cm3").to_csv(index=False))
    ask = {"measure": "volume", "reference_scan": "preoperative"}
    whole = metrics.residual_lesion(registry, **ask, visit="final")
    expected = np.array([percent(course, LESIONS, last=True) for course in courses])
    np.testing.assert_allclose(whole[["value", "residual_percent"]].to_numpy(float), expected)
    assert (whole["over_100"].fillna(False).to_numpy(bool) == (expected[:, 1] > 100)).all()
    apart = metrics.residual_lesion(registry, **ask, visit="final", by="lesion")
    for name, course in zip(names, courses, strict=True):
        for one in LESIONS:
            if (name, one) in apart.index:
                found = apart.loc[(name, one), ["value", "residual_percent"]].to_numpy(float)
                np.testing.assert_allclose(found, percent(course, (one,), last=True))
    scans = metrics.residual_lesion(registry, **ask, by="scan")
    first = scans.dropna(subset=["value"]).sort_values("day").groupby(level=[0, 1]).first()
    for (name, one), row in first.iterrows():
        course = courses[names.index(name)]
        value, share = percent(course, (one,), last=False)
        np.testing.assert_allclose([row["value"], row["residual_percent"]], [value, share])
