"""Thinned steps stay within half a pixel of the curve, whatever its size and gaps."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineoutcomes.figures import curves_plot
from spineoutcomes.figures.thinning import Paper, paper, thinned_marks, thinned_steps
from spineoutcomes.results import Curves

# Inches of a small drawing, so that few steps are already too many.
SMALL = paper((0.05, 0.05), 10.0, 1.0)
# A million bytes: what a page takes without a thought.
LIGHT = 1_000_000


def drawn_at(time: np.ndarray, values: np.ndarray, places: np.ndarray, asked: np.ndarray):
    """Return the step drawn at each asked time: the last one at or before it."""
    return values[places][np.searchsorted(time[places], asked, side="right") - 1]


@settings(max_examples=60)
@given(
    st.integers(60, 400),
    st.integers(0, 1000),
    st.booleans(),
    st.sampled_from(["falling", "rising", "rough"]),
)
def test_no_step_is_missed_by_more_than_half_a_pixel(
    n: int, seed: int, gaps: bool, shape: str
) -> None:
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, 10, n))
    values = rng.random(n)
    if shape != "rough":
        values = np.sort(values)[:: 1 if shape == "rising" else -1]
    if gaps:
        values[rng.random(n) < 0.1] = np.nan
    places = thinned_steps(time, values, SMALL)
    assert (np.diff(places) > 0).all()
    assert {0, n - 1} <= set(places.tolist())
    # Each original step has a drawn one in its own column of half a pixel, near in value.
    column = np.floor((time - time[0]) / SMALL.wide)
    for k in range(n):
        same = column == column[k]
        ends = time[same].min(), time[same].max()
        asked = np.unique(np.concatenate([time[places], ends]))
        asked = asked[(asked >= ends[0]) & (asked <= ends[1])]
        shown = drawn_at(time, values, places, asked)
        if np.isnan(values[k]):
            continue
        finite = shown[~np.isnan(shown)]
        assert len(finite)
        reach = SMALL.high * (1 + 1e-9)
        assert finite.min() - reach <= values[k] <= finite.max() + reach


def test_a_small_curve_is_drawn_exactly() -> None:
    time = np.linspace(0, 10, 4 * SMALL.columns)
    assert len(thinned_steps(time, time, SMALL)) == len(time)
    assert len(thinned_steps(time, time, Paper(0.0, 0.1, 1))) == len(time)


def test_marks_keep_a_distance_when_they_are_many() -> None:
    time = np.arange(1_000) / 100
    assert thinned_marks(time, 1.0, 1_000).tolist() == list(range(1_000))
    assert time[thinned_marks(time, 1.0, 999)].tolist() == list(range(10))


def test_a_million_steps_are_a_small_file() -> None:
    n = 500_000
    rng = np.random.default_rng(1)
    parts = []
    for group, hazard in (("mis", 1.0), ("open", 1.4)):
        time = np.sort(rng.uniform(0, 60, n))
        survival = np.exp(-hazard * time / 60)
        parts.append(
            pd.DataFrame(
                {
                    "group": group,
                    "time": time,
                    "n_risk": np.arange(n, 0, -1),
                    "n_event": rng.integers(0, 2, n),
                    "estimate": survival,
                    "conf_low": survival * 0.98,
                    "conf_high": np.minimum(1, survival * 1.02),
                }
            ).assign(n_censor=lambda d: 1 - d["n_event"])
        )
    curves = Curves(pd.concat(parts), measure="survival", time_unit="months")
    ax = curves_plot(curves)
    file = io.BytesIO()
    ax.figure.savefig(file, format="svg")
    assert len(file.getvalue()) < LIGHT
    assert len(curves.tidy()) == 2 * n
    (line,) = [one for one in ax.get_lines() if one.get_label() == "mis"]
    x, y = (np.asarray(v, dtype=float) for v in line.get_data())
    asked = np.array([6.0, 30.0, 59.0])
    ours = y[np.searchsorted(x, asked, side="right") - 1]
    np.testing.assert_allclose(ours, np.exp(-asked / 60), atol=2 / 200)


# Ten patients: time and whether they had the event (1) or were censored (0).
#   at risk just before 0, 2, 4, 5, 8, 10: 10, 9, 7, 6, 2, 1 (who leaves at a time is at risk at it)
#   events up to each: 0, 1, 3, 3, 5, 5; censored: 0, 1, 1, 2, 4, 5.
TEN = pd.DataFrame(
    {"time": [1, 2, 3, 4, 5, 6, 6, 7, 8, 10], "event": [1, 0, 1, 1, 0, 1, 0, 1, 0, 0]}
)


@pytest.mark.parametrize("order", [1, -1])
def test_the_table_counts_who_is_at_risk_before_each_tick(order: int) -> None:
    from spineoutcomes.survival import survival_curve

    curves = survival_curve(TEN[::order], time="time", event="event")
    ax = curves_plot(curves, times=[0, 2, 4, 5, 8, 10])
    shown = {
        label: [t.get_text() for t in ax.texts if t.get_label() == f"{label} all"]
        for label in ("risk", "events", "censored")
    }
    assert shown["risk"] == ["10", "9", "7", "6", "2", "1"]
    assert shown["events"] == ["0", "1", "3", "3", "5", "5"]
    assert shown["censored"] == ["0", "1", "1", "2", "4", "5"]
