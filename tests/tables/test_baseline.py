"""The baseline table shows the numbers of its summary, row by row."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes import Summary
from spineoutcomes.compare import baseline_summary
from spineoutcomes.errors import ArgumentError
from spineoutcomes.tables import baseline_table

COLUMNS = ["variable", "level", "group", "statistic", "value"]


def summary(extra=(), **fields):
    rows = []
    for group, n, missing, mean in (("mis", 44, 1, 61.53), ("open", 58, 0, 64.2)):
        for statistic, value in (("n", n), ("missing", missing), ("mean", mean), ("sd", 9.84),
                                 ("median", 62), ("q1", 55), ("q3", 70)):  # fmt: skip
            rows.append(("age", None, group, statistic, value))
        for level, count in (("I", 15), ("II", 30)):
            rows.append(("asa", level, group, "count", count))
            rows.append(("asa", level, group, "proportion", count / 45))
        rows.append(("smoker", None, group, "count", 9))
        rows.append(("smoker", None, group, "proportion", 0.2))
    rows += [
        ("age", None, "mis - open", "smd", -0.271),
        ("asa", None, "mis - open", "smd", 0.0004),
        ("smoker", None, "mis - open", "smd", 0.1),
    ]
    return Summary(pd.DataFrame([*rows, *extra], columns=COLUMNS), **fields)


def test_the_whole_table():
    table = baseline_table(
        summary(method="Quartiles are type 7.", warnings=("Few rows.",)),
        labels={"age": "Age, years", "mis": "MIS"},
        caption="Table 1",
    )
    assert table.columns == ("", "MIS (n = 45)", "open (n = 58)", "SMD")
    assert [(row.role, *row.cells) for row in table.rows] == [
        ("heading", "Age, years", "", "", "−0.27"),
        ("sub", "Mean (SD)", "61.5 (9.8)", "64.2 (9.8)", ""),
        ("sub", "Median (Q1, Q3)", "62 (55, 70)", "62 (55, 70)", ""),
        ("sub", "Missing", "1", "0", ""),
        ("heading", "asa", "", "", "0.00"),
        ("sub", "I, n (%)", "15 (33.3%)", "15 (33.3%)", ""),
        ("sub", "II, n (%)", "30 (66.7%)", "30 (66.7%)", ""),
        ("row", "smoker, n (%)", "9 (20.0%)", "9 (20.0%)", "0.10"),
    ]
    assert table.caption == "Table 1"
    assert table.footnotes == (
        "SD, standard deviation. Q1 and Q3, first and third quartile. "
        "SMD, standardized mean difference.",
        "Quartiles are type 7.",
        "Warning: Few rows.",
    )


def test_p_values_and_several_pairs_have_their_columns():
    extra = [("age", None, "hybrid - open", "smd", 0.5), ("age", None, "all", "p_value", 0.0004)]
    table = baseline_table(summary(extra))
    assert table.columns[3:] == ("SMD (mis - open)", "SMD (hybrid - open)", "P (all)")
    assert table.rows[0].cells[3:] == ("−0.27", "0.50", "<0.001")
    assert table.rows[4].cells[3:] == ("0.00", "", "")


def test_a_summary_of_one_group_has_one_column():
    rows = pd.DataFrame([("age", None, None, "mean", 61.5)], columns=COLUMNS)
    table = baseline_table(Summary(rows))
    assert table.columns == ("", "All")
    assert table.rows[1].cells == ("Mean (SD)", "61.5 (–)")


def test_the_summary_is_not_changed():
    result = summary()
    before = result.tidy()
    baseline_table(result, labels={"age": "Age"})
    pd.testing.assert_frame_equal(result.tidy(), before)


def weighted(extra=(), **fields):
    rows = [("age", None, group, "effective_n", n) for group, n in (("mis", 30.25), ("open", 41.0))]
    return summary([*rows, *extra], **fields)


def test_weighted_groups_show_their_effective_size():
    table = baseline_table(weighted())
    assert table.columns[1:3] == (
        "mis (n = 45, effective n = 30.2)",
        "open (n = 58, effective n = 41.0)",
    )


def test_unweighted_and_weighted_columns_stand_side_by_side():
    only = [("frailty", None, "mis", "count", 3), ("frailty", None, "mis", "proportion", 0.1)]
    table = baseline_table(
        weighted(only, method="After.", warnings=("Odd.",)),
        unweighted=summary(method="Before."),
        labels={"mis": "MIS"},
    )
    assert table.columns == (
        "",
        "Unweighted: MIS (n = 45)",
        "Unweighted: open (n = 58)",
        "Weighted: MIS (n = 45, effective n = 30.2)",
        "Weighted: open (n = 58, effective n = 41.0)",
        "Unweighted: SMD",
        "Weighted: SMD",
    )
    assert table.rows[0].cells == ("age", "", "", "", "", "−0.27", "−0.27")
    assert table.rows[1].cells[1:5] == ("61.5 (9.8)", "64.2 (9.8)") * 2
    assert table.rows[-1].cells == ("frailty, n (%)", "–", "–", "3 (10.0%)", "–", "", "")
    assert table.footnotes[1:] == (
        "Unweighted: Before.",
        "Weighted: After.",
        "Weighted: Warning: Odd.",
    )
    with pytest.raises(ArgumentError, match="Expected a Summary, got a str"):
        baseline_table(summary(), unweighted="before")


def test_tests_of_baseline_summary_reach_the_footnotes():
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "age": [50.0, 60, 61, 70, 80, 90]})
    call = {"treatment": "arm", "reference": "open"}
    plain = baseline_table(baseline_summary(frame, **call))
    assert plain.columns[-1] == "SMD"
    table = baseline_table(baseline_summary(frame, tests=True, **call))
    assert table.columns[-2:] == ("SMD", "P")
    assert table.rows[0].cells[-1] == "0.10"
    assert "P by Wilcoxon rank-sum test (exact): age." in table.footnotes[-1]


def test_other_summaries_are_refused():
    rows = pd.DataFrame([("age", None, None, "smd_before", 0.2)], columns=COLUMNS)
    with pytest.raises(ArgumentError, match=r"no baseline statistics .* use `results_table`"):
        baseline_table(Summary(rows))
    with pytest.raises(ArgumentError, match="Expected a Summary, got a DataFrame"):
        baseline_table(rows)
