"""Effects in print: arms beside their contrast, tests, single series, footnotes."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes import Curves, Effects, Summary
from spineoutcomes.errors import ArgumentError
from spineoutcomes.tables import effects_table, results_table


def arms_and_contrast(outcome, level, contrast_measure, mis, opened, contrast):
    rows = [
        {"outcome": outcome, "contrast": arm, "measure": level, **values}
        for arm, values in (("mis", mis), ("open", opened))
    ]
    return [
        *rows,
        {"outcome": outcome, "contrast": "mis - open", "measure": contrast_measure, **contrast},
    ]


PAIN = arms_and_contrast(
    "Pain",
    "mean",
    "mean_difference",
    {"estimate": 2.4, "conf_low": 1.9, "conf_high": 2.9, "n": 58, "n_missing": 2},
    {"estimate": 3.5, "conf_low": 3.0, "conf_high": 4.0, "n": 60, "n_missing": 0},
    {"estimate": -1.1, "conf_low": -1.8, "conf_high": -0.4, "p_value": 0.0021, "term": "arm",
     "n": 118, "n_missing": 2},
)  # fmt: skip
WOUND = arms_and_contrast(
    "Wound",
    "risk",
    "risk_ratio",
    {"estimate": 2 / 60, "n": 60, "n_event": 2},
    {"estimate": 7 / 60, "n": 60, "n_event": 7},
    {"estimate": 0.29, "conf_low": 0.06, "conf_high": 1.32, "p_value": 0.09, "term": "arm"},
)


def effects(rows, **fields):
    return Effects(pd.DataFrame(rows), **fields)


def test_one_measure_stands_in_the_header():
    table = effects_table(effects(WOUND, method="Wald"), labels={"mis": "MIS", "Wound": "Wounds"})
    assert table.columns == ("Outcome", "MIS", "open", "Risk ratio (95% CI)", "P")
    assert [row.cells for row in table.rows] == [
        ("Wounds", "2/60 (3.3%)", "7/60 (11.7%)", "0.29 (0.06 to 1.32)", "0.090")
    ]
    assert table.footnotes == ("CI, confidence interval.", "Wald")


def test_several_measures_have_a_column():
    table = effects_table(effects([*PAIN, *WOUND], conf_level=0.9, warnings=("Read with care.",)))
    assert table.columns == ("Outcome", "mis", "open", "Measure", "Estimate (90% CI)", "P")
    assert table.rows[0].cells == (
        "Pain",
        "2.40 (1.90 to 2.90), n = 58",
        "3.50 (3.00 to 4.00), n = 60",
        "Mean difference",
        "−1.10 (−1.80 to −0.40)",
        "0.002",
    )
    assert table.footnotes[1:] == (
        "Rows left out for missing data: Pain: 2 (mis).",
        "Warning: Read with care.",
    )


def test_a_missing_p_has_no_column_and_a_missing_estimate_a_dash():
    rows = [{"outcome": "Pain", "contrast": "mis - open", "measure": "mean_difference", "n": 9}]
    table = effects_table(effects(rows))
    assert table.columns == ("Outcome", "Comparison", "n", "Mean difference (95% CI)")
    assert table.rows[0].cells == ("Pain", "mis - open", "9", "–")


def test_measures_of_one_outcome_share_its_arms():
    difference = {"outcome": "Wound", "contrast": "mis - open", "measure": "risk_difference",
                  "estimate": -0.083, "conf_low": -0.18, "conf_high": 0.02}  # fmt: skip
    table = effects_table(effects([*WOUND, difference]))
    assert [row.cells[1:3] for row in table.rows] == [("2/60 (3.3%)", "7/60 (11.7%)")] * 2
    assert table.rows[1].cells[3:5] == ("Risk difference, percentage points", "−8.3 (−18.0 to 2.0)")


def test_a_contrast_stands_beside_its_own_arms_only():
    third = {"outcome": "Wound", "contrast": "hybrid", "measure": "risk", "estimate": 0.1}
    against = {"outcome": "Wound", "contrast": "hybrid - open", "measure": "risk_ratio",
               "estimate": 0.9}  # fmt: skip
    table = effects_table(effects([*WOUND, third, against]))
    assert table.columns[:5] == ("Outcome", "Comparison", "mis", "open", "hybrid")
    assert [row.cells[2:5] for row in table.rows] == [
        ("2/60 (3.3%)", "7/60 (11.7%)", ""),
        ("", "7/60 (11.7%)", "10.0%"),
    ]


def test_a_test_shows_observed_and_expected():
    rows = [{"measure": "test", "statistic": 4.213, "df": 1, "p_value": 0.0401}] + [
        {"measure": measure, "contrast": arm, "estimate": value}
        for arm, measure, value in (("mis", "observed", 12), ("mis", "expected", 16.84),
                                    ("open", "observed", 20), ("open", "expected", 15.16))
    ]  # fmt: skip
    table = effects_table(effects(rows))
    assert table.columns == ("mis", "open", "Statistic", "P")
    assert table.rows[0].cells == (
        "12 observed; 16.8 expected",
        "20 observed; 15.2 expected",
        "4.21 (df 1)",
        "0.040",
    )


def test_a_single_series_has_one_line_an_arm():
    interval = {"estimate": 0.0833, "conf_low": 0.02, "conf_high": 0.26}
    counts = {"n": 24, "n_event": 2, "n_missing": 1}
    rows = [{"outcome": "Recurrence", "contrast": "all", "measure": "risk", **interval, **counts}]
    table = effects_table(effects(rows))
    assert table.columns == ("Outcome", "Group", "n", "Events", "Risk (95% CI)")
    assert table.rows[0].cells == ("Recurrence", "all", "24", "2", "8.3% (2.0 to 26.0)")
    assert table.footnotes[-1] == "Rows left out for missing data: Recurrence: 1 (all)."


def test_a_regression_has_a_line_a_term():
    rows = [
        {"term": "arm", "contrast": "mis - open", "measure": "hazard_ratio", "estimate": 0.9},
        {"term": "age", "measure": "hazard_ratio", "estimate": 1.02, "p_adjusted": 0.3},
    ]
    table = effects_table(effects(rows, method="Cox"), labels={"age": "Age, years"})
    assert table.columns == ("Term", "Comparison", "Hazard ratio (95% CI)", "Adjusted P")
    assert [row.cells for row in table.rows] == [
        ("arm", "mis - open", "0.90", ""),
        ("Age, years", "", "1.02", "0.30"),
    ]


def test_methods_are_named_by_their_measures():
    rows = [{**row, "method": "Wilson" if row["measure"] == "risk" else "Wald"} for row in WOUND]
    assert effects_table(effects(rows, estimand="ATO")).footnotes == (
        "CI, confidence interval.",
        "Risk: Wilson",
        "Risk ratio: Wald",
        "Estimand: ATO.",
    )


def test_effects_are_not_changed():
    result = effects([*PAIN, *WOUND])
    before = result.tidy()
    effects_table(result)
    results_table(result)
    pd.testing.assert_frame_equal(result.tidy(), before)


def test_only_effects():
    with pytest.raises(ArgumentError, match="Expected Effects, got a DataFrame"):
        effects_table(pd.DataFrame(WOUND))


def test_plain_effects_have_a_line_an_estimate():
    table = results_table(effects(WOUND))
    assert table.columns == ("Outcome", "Term", "Comparison", "Measure", "n", "Events",
                             "Estimate (95% CI)", "P")  # fmt: skip
    assert table.rows[0].cells == ("Wound", "", "mis", "Risk", "60", "2", "3.3%", "")
    assert table.rows[2].cells[-2:] == ("0.29 (0.06 to 1.32)", "0.090")


def test_curves_are_shown_at_their_horizons():
    steps = pd.DataFrame({"group": "mis", "cause": "death", "time": [2.0, 7.0], "n_risk": [9, 4],
                          "estimate": [0.125, 0.25], "conf_low": [0.01, 0.1],
                          "conf_high": [0.3, 0.5]})  # fmt: skip
    curves = Curves(steps, measure="incidence", time_unit="months", horizons=(3, 12))
    table = results_table(curves, labels={"death": "Death"}, caption="Deaths")
    assert table.columns == ("Group", "Cause", "Time (months)", "At risk",
                             "Cumulative incidence (95% CI)")  # fmt: skip
    assert [row.cells for row in table.rows] == [
        ("mis", "Death", "3", "4", "12.5% (1.0 to 30.0)"),
        ("mis", "Death", "12", "0", "–"),
    ]
    assert results_table(Curves(steps, measure="incidence")).rows == ()


def test_a_summary_has_a_column_a_statistic():
    rows = [("flow", "In", None, "count", 12), ("flow", "Adults", None, "excluded", 3),
            ("flow", "Adults", None, "count", 9), ("flow", "Adults", None, "count", 8),
            ("flow", "Adults", "mis", "proportion", 0.5)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["variable", "level", "group", "statistic", "value"])
    table = results_table(Summary(frame, method="Counted."))
    assert table.columns == ("Variable", "Level", "Group", "n", "Left out", "Percent")
    assert [row.cells for row in table.rows] == [
        ("flow", "In", "", "12", "", ""),
        ("flow", "Adults", "", "9", "3", ""),
        ("flow", "Adults", "", "8", "", ""),
        ("flow", "Adults", "mis", "", "", "50.0%"),
    ]
    assert table.footnotes == ("Counted.",)


def test_only_results():
    with pytest.raises(ArgumentError, match="Expected Effects, Curves or a Summary, got a list"):
        results_table([])
