"""A forest plot draws the contrasts of its Effects and writes the numbers a table writes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes import Effects
from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures import forest_plot


def ratios(**columns):
    rows = {
        "outcome": ["Death", "Recurrence"],
        "measure": "hazard_ratio",
        "contrast": "mis - open",
        "estimate": [0.8, 1.1],
        "conf_low": [0.5, 0.7],
        "conf_high": [1.28, 1.73],
    }
    return pd.DataFrame(rows | columns)


def drawn(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_points_and_lines_are_the_rows():
    frame = ratios()
    ax = forest_plot(Effects(frame))
    assert [line.get_xdata()[0] for line in drawn(ax, "_estimate")] == frame["estimate"].tolist()
    ends = [line.get_xdata().tolist() for line in drawn(ax, "_interval")]
    assert ends == frame[["conf_low", "conf_high"]].to_numpy().tolist()
    assert [line.get_ydata()[0] for line in drawn(ax, "_estimate")] == [0, 1]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert [text.get_text() for text in ax.texts] == [
        "0.80 (0.50 to 1.28)",
        "1.10 (0.70 to 1.73)",
        "Estimate (95% CI)",
    ]


def test_ratios_have_a_log_axis_and_a_null_line_at_one():
    ax = forest_plot(Effects(ratios()))
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "Hazard ratio, log scale"
    assert [1, 1] in [list(line.get_xdata()) for line in ax.lines]


def test_differences_have_a_null_line_at_zero():
    frame = ratios(measure="risk_difference", estimate=[0.1, 0.2], conf_low=0.05, conf_high=0.3)
    ax = forest_plot(Effects(frame, conf_level=0.9))
    assert ax.get_xscale() == "linear"
    assert ax.get_xlim()[0] < 0
    assert [0, 0] in [list(line.get_xdata()) for line in ax.lines]
    assert ax.get_xlabel() == "Risk difference, percentage points"
    assert ax.texts[0].get_text() == "10.0 (5.0 to 30.0)"
    assert ax.texts[-1].get_text() == "Estimate (90% CI)"
    assert ax.xaxis.get_major_formatter()(-0.05, 0) == "−5"


def test_arms_tests_and_missing_estimates_are_not_drawn():
    more = pd.DataFrame(
        {"measure": ["risk", "test", "hazard_ratio"], "estimate": [0.1, None, None]}
    )
    ax = forest_plot(Effects(pd.concat([ratios(), more])))
    assert names(ax) == ["Death", "Recurrence"]


def test_a_limit_out_of_reach_is_an_arrow():
    frame = ratios(conf_low=[0.0, 0.7], conf_high=[np.inf, 1.73])
    ax = forest_plot(Effects(frame))
    assert [line.get_marker() for line in drawn(ax, "_beyond")] == ["<", ">"]
    assert drawn(ax, "_interval")[0].get_xdata().tolist() == list(ax.get_xlim())
    assert ax.texts[0].get_text() == "0.80 (0.00 to ∞)"
    ax.figure.draw_without_rendering()


def test_an_estimate_without_limits_has_no_line():
    ax = forest_plot(Effects(ratios(conf_low=None, conf_high=[None, 1.73])))
    assert len(drawn(ax, "_interval")) == 0
    assert ax.texts[0].get_text() == "0.80"


def test_rows_are_named_by_what_tells_them_apart():
    labels = {"mis": "MIS", "Death": "Tod"}
    assert names(forest_plot(Effects(ratios()), labels=labels)) == ["Tod", "Recurrence"]
    by_visit = Effects(ratios(outcome="Pain", visit=["3m", "12m"]))
    assert names(forest_plot(by_visit)) == ["Pain, 3m", "Pain, 12m"]
    by_time = Effects(ratios(outcome="Pain", horizon=[90.0, 365.0]))
    assert names(forest_plot(by_time)) == ["Pain, 90", "Pain, 365"]
    measures = Effects(ratios(outcome="Pain", measure=["risk_ratio", "odds_ratio"]))
    assert names(forest_plot(measures)) == ["Pain (risk ratio)", "Pain (odds ratio)"]
    assert forest_plot(measures).get_xlabel() == "Ratio, log scale"
    terms = Effects(
        ratios(term=["arm", "age"], contrast=["mis - open", None]).drop(columns="outcome")
    )
    assert names(forest_plot(terms)) == ["arm", "age"]
    one = Effects(ratios().drop(columns="outcome").iloc[:1])
    assert names(forest_plot(one, labels=labels)) == ["MIS - open"]


def test_effects_are_not_changed():
    effects = Effects(ratios())
    before = effects.tidy()
    forest_plot(effects)
    pd.testing.assert_frame_equal(effects.tidy(), before)


def test_errors():
    with pytest.raises(ArgumentError, match="Expected Effects, got a DataFrame"):
        forest_plot(ratios())
    with pytest.raises(ArgumentError, match="no difference or ratio has an estimate"):
        forest_plot(Effects(ratios(measure="risk")))
    mixed = Effects(ratios(measure=["hazard_ratio", "mean_difference"]))
    with pytest.raises(ArgumentError, match=r"different axes.*: hazard_ratio, mean_difference"):
        forest_plot(mixed)
