"""Curves that come curve by curve are those that come as a frame."""

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.results.curve_rows import NUMBERS, CurveRows


def rows(group: str, cause: str | None, first: float) -> CurveRows:
    return CurveRows(group, cause, {name: first + np.arange(3.0) for name in NUMBERS})


CURVES = [("mis", "recurrence", 0.0), ("mis", "death", 1.0), ("open", None, 2.0)]


def test_both_ways_give_the_same_steps() -> None:
    frame = pd.DataFrame(
        [
            {"group": group, "cause": cause} | dict.fromkeys(NUMBERS, first + step)
            for group, cause, first in CURVES
            for step in range(3)
        ]
    )
    by_frame = so.Curves(frame, measure="incidence")
    by_curve = so.Curves([rows(*curve) for curve in CURVES], measure="incidence")
    pd.testing.assert_frame_equal(by_curve.tidy(), by_frame.tidy())
    pd.testing.assert_frame_equal(by_curve.at([0.5, 2, 9]), by_frame.at([0.5, 2, 9]))
    assert by_curve.summary() == by_frame.summary()
    assert by_curve.tidy()["cause"].tolist()[::3] == ["recurrence", "death", None]


def test_nobody_writes_into_a_result() -> None:
    estimate = np.array([1.0, 0.5, 0.25])
    columns = {name: np.zeros(3) for name in NUMBERS} | {"estimate": estimate}
    curves = so.Curves([CurveRows("all", None, columns)], measure="survival")
    with pytest.raises(ValueError, match="read-only"):
        estimate[0] = 9
    steps = curves.tidy()
    steps["estimate"] = 9.0
    steps.iloc[0, 2] = 9.0
    assert curves.tidy()["estimate"].tolist() == [1.0, 0.5, 0.25]


def test_a_frame_stays_the_callers() -> None:
    frame = pd.DataFrame({"group": "all", "time": [0.0, 1.0], "estimate": [1.0, 0.5]})
    curves = so.Curves(frame, measure="survival")
    frame.loc[0, "estimate"] = 9.0
    assert curves.tidy()["estimate"].tolist() == [1.0, 0.5]


def test_labels_stay_as_they_were_given() -> None:
    frame = pd.DataFrame(
        {"group": [2, 1, 2], "cause": [None, "a", None], "time": [1.0, 0.0, 0.0], "estimate": 0.5}
    )
    steps = so.Curves(frame, measure="incidence").tidy()
    assert steps[["group", "cause", "time"]].to_numpy().tolist() == [
        [2, None, 0.0],
        [2, None, 1.0],
        [1, "a", 0.0],
    ]


def test_no_rows_are_no_curves() -> None:
    empty = so.Curves(
        pd.DataFrame({"group": [], "time": [], "estimate": []}, dtype=float), measure="survival"
    )
    assert empty.tidy().columns.tolist() == ["group", "cause", *NUMBERS]
    assert len(empty.tidy()) == 0
