"""What a figure of curves draws is what its Curves hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spineoutcomes import Curves
from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures import curves_plot

# Ten patients, one a time; times 3 and 9 are censored.
TIMES = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
N_RISK = [10.0, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def steps(group, fall, **more):
    censored = np.isin(TIMES, [3, 9])
    s = 1 - np.cumsum(np.where(censored, 0, fall))
    counts = {"n_risk": N_RISK, "n_event": ~censored, "n_censor": censored}
    values = {"estimate": s, "conf_low": s - 0.05, "conf_high": s + 0.05}
    frame = {"group": group, "time": TIMES, **counts, **values}
    return pd.DataFrame(frame | more).astype({"n_event": float, "n_censor": float})


@pytest.fixture
def survival():
    rows = pd.concat([steps("mis", 0.04), steps("open", 0.08)])
    return Curves(rows, measure="survival", time_unit="months")


@pytest.fixture
def incidence():
    parts = [
        steps(group, fall, cause=cause).assign(estimate=lambda f: 1 - f["estimate"],
                                               conf_low=np.nan, conf_high=np.nan)
        for group in ("mis", "open")
        for cause, fall in (("recurrence", 0.02), ("death", 0.03))
    ]  # fmt: skip
    return Curves(pd.concat(parts), measure="incidence")


def lines(ax):
    return [line for line in ax.lines if not line.get_label().startswith("_")]


def texts(ax, label):
    return [text for text in ax.texts if text.get_label() == label]


def test_lines_are_the_rows_from_the_start_value(survival):
    ax = curves_plot(survival)
    assert isinstance(ax, Axes)
    frame = survival.tidy()
    assert [line.get_label() for line in lines(ax)] == ["mis", "open"]
    for line, (_, rows) in zip(lines(ax), frame.groupby("group"), strict=True):
        assert line.get_drawstyle() == "steps-post"
        assert line.get_xdata().tolist() == [0, *rows["time"]]
        assert line.get_ydata().tolist() == [1, *rows["estimate"]]


def test_a_curve_that_has_a_row_at_zero_is_not_begun_twice():
    rows = pd.DataFrame(
        {"group": "all", "time": [0.0, 2], "estimate": [1.0, 0.5], "n_risk": [2, 2]}
    )
    (line,) = lines(curves_plot(Curves(rows, measure="survival")))
    assert line.get_xdata().tolist() == [0, 2]


def test_incidence_starts_at_zero(incidence):
    assert [line.get_ydata()[0] for line in lines(curves_plot(incidence))] == [0] * 4


def test_censorings_are_marked_on_the_curve(survival):
    ax = curves_plot(survival)
    marks = [line for line in ax.lines if line.get_label() == "_censored"]
    rows = survival.tidy().loc[lambda f: (f["group"] == "mis") & (f["n_censor"] > 0)]
    assert marks[0].get_xdata().tolist() == rows["time"].tolist() == [3, 9]
    assert marks[0].get_ydata().tolist() == rows["estimate"].tolist()


def test_numbers_at_risk_are_just_before_each_tick(survival):
    ax = curves_plot(survival, times=[0, 2, 4, 5, 8, 10, 12])
    row = texts(ax, "risk mis")
    assert [text.get_text() for text in row] == ["10", "9", "7", "6", "3", "1", "0"]
    assert [text.xy[0] for text in row] == ax.get_xticks().tolist() == [0, 2, 4, 5, 8, 10, 12]
    assert [text.get_text() for text in texts(ax, "risk name open")] == ["open"]


def test_numbers_at_risk_stand_under_their_ticks(survival):
    ax = curves_plot(survival, times=[0, 5, 10])
    ax.figure.draw_without_rendering()
    renderer = ax.figure.canvas.get_renderer()
    for text, tick in zip(texts(ax, "risk open"), ax.get_xticklabels(), strict=True):
        box, above = text.get_window_extent(renderer), tick.get_window_extent(renderer)
        assert (box.x0 + box.x1) / 2 == pytest.approx((above.x0 + above.x1) / 2, abs=1.5)
        assert box.y1 < above.y0
        assert box.y0 > 0


@pytest.mark.parametrize("table", ["n_risk", ("n_risk", "n_censor")])
@pytest.mark.parametrize("times_as_many", [1, 1_000_000, 10**11])
def test_names_stand_clear_of_the_widest_number(survival, times_as_many, table):
    rows = survival.tidy()
    rows["n_risk"] *= times_as_many
    ax = curves_plot(Curves(rows, measure="survival"), times=[0, 5, 10], table=table)
    ax.figure.draw_without_rendering()
    renderer = ax.figure.canvas.get_renderer()
    label = "risk name open" if table == "n_risk" else "n_risk name open"
    (name,), number = texts(ax, label), texts(ax, "risk open")[0]
    box = name.get_window_extent(renderer)
    assert 0 <= box.x0 < box.x1 < number.get_window_extent(renderer).x0


def test_weighted_and_missing_numbers_at_risk():
    rows = pd.DataFrame({"group": "all", "time": [2.0, 4], "estimate": [0.8, 0.5],
                         "n_risk": [12.34, np.nan]})  # fmt: skip
    ax = curves_plot(Curves(rows, measure="survival"), times=[0, 4])
    assert [text.get_text() for text in texts(ax, "risk all")] == ["12.3", "–"]


def test_bands_are_the_limits(survival):
    band = curves_plot(survival).collections[0].get_paths()[0].vertices
    rows = survival.tidy().loc[lambda f: f["group"] == "mis"]
    assert set(rows["conf_low"]) <= set(band[:, 1])
    assert set(rows["conf_high"]) <= set(band[:, 1])
    assert len(curves_plot(survival, conf_band=False).collections) == 0


def test_one_cause_can_be_chosen(incidence):
    ax = curves_plot(incidence, cause="death", labels={"death": "Death", "mis": "MIS"})
    assert [line.get_label() for line in lines(ax)] == ["MIS", "open"]
    assert ax.get_ylabel() == "Cumulative incidence: Death"
    rows = incidence.tidy().loc[lambda f: (f["cause"] == "death") & (f["group"] == "mis")]
    assert lines(ax)[0].get_ydata().tolist() == [0, *rows["estimate"]]


def test_all_causes_share_one_row_at_risk_and_differ_in_dashes(incidence):
    ax = curves_plot(incidence, times=[0, 10])
    assert len(texts(ax, "risk mis")) == 2
    assert len({str(line._dash_pattern) for line in lines(ax)}) == 4
    assert len({line.get_color() for line in lines(ax)}) == 2


def test_scales(survival, incidence):
    ax = curves_plot(survival)
    assert ax.get_ylim() == (0, 1.02)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Time (months)", "Survival")
    assert curves_plot(incidence, conf_band=False).get_ylim() == pytest.approx((0, 0.306))
    count = Curves(steps("all", -0.5), measure="mean_count")
    assert curves_plot(count).get_ylim()[1] > 5


@pytest.mark.parametrize(
    ("last", "unit", "step"),
    [(35, "months", 6), (60, "months", 12), (900, "days", 200), (5, "years", 1), (52, "weeks", 8),
     (0.4, "years", 0.1)],
)  # fmt: skip
def test_default_ticks_are_round(last, unit, step):
    rows = pd.DataFrame({"group": "a", "time": [float(last)], "estimate": [0.5], "n_risk": [1]})
    ticks = curves_plot(Curves(rows, measure="survival", time_unit=unit)).get_xticks()
    assert np.diff(ticks) == pytest.approx(step)
    assert len(ticks) <= 8
    assert ticks[-1] <= last


def test_axes_of_a_report_are_used_and_returned(survival):
    figure = Figure(figsize=(7, 4), layout="constrained")
    ax = figure.subplots()
    assert curves_plot(survival, ax=ax, risk_table=False) is ax
    assert not ax.texts
    figure.draw_without_rendering()


def test_chinese_and_dollars_draw_without_a_warning(survival):
    rows = survival.tidy().replace({"group": {"mis": "costs $5 or $6", "open": "开放手术"}})
    ax = curves_plot(Curves(rows, measure="survival"))
    fonts = ax.texts[0].get_fontfamily()
    if len(fonts) == 1:
        pytest.skip("no font with Chinese characters here")
    ax.figure.draw_without_rendering()


def test_curves_are_not_changed(survival):
    before = survival.tidy()
    curves_plot(survival)
    pd.testing.assert_frame_equal(survival.tidy(), before)


def test_errors(survival, incidence):
    with pytest.raises(ArgumentError, match="Expected Curves, got a DataFrame"):
        curves_plot(survival.tidy())
    with pytest.raises(ArgumentError, match="No cause 'x' among the curves; there are: no causes"):
        curves_plot(survival, cause="x")
    with pytest.raises(ArgumentError, match="there are: 'recurrence', 'death'"):
        curves_plot(incidence, cause="x")
    for times in ([], [-1, 2], [float("nan")]):
        with pytest.raises(ArgumentError, match="`times` must be finite numbers from 0 on"):
            curves_plot(survival, times=times)
    with pytest.raises(ArgumentError, match="no curve to draw"):
        curves_plot(Curves(survival.tidy().iloc[:0], measure="survival"))
