"""Height that came back, and what each component cost: rows by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.metrics.real_life import case, told

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

HEIGHTS = """
episode_id,instrument,location,day,visit,value
A,vertebral_height_pct,anterior,-1,preoperative,60
A,vertebral_height_pct,anterior,2,1w,80
A,vertebral_height_pct,middle,-1,preoperative,50
A,vertebral_height_pct,middle,2,1w,75
B,vertebral_height_pct,anterior,-1,preoperative,75
B,vertebral_height_pct,anterior,2,1w,70
C,vertebral_height_pct,anterior,-1,preoperative,100
C,vertebral_height_pct,anterior,2,1w,98
D,vertebral_height_pct,anterior,2,1w,90
E,vertebral_height_pct,anterior,-1,preoperative,60
"""


def test_restored_height_in_points_and_of_what_was_lost(registry):
    five = registry("A B C D E", scores=HEIGHTS)
    result = metrics.height_restoration(five, visit="1w", location="anterior")
    assert told(result, "baseline", "value", "restored", "lost", "restored_percent") == [
        [60, 80, 20, 40, 50],
        # It sank by another 5 of the 25 points that were gone.
        [75, 70, -5, 25, -20],
        # Nothing had been lost.
        [100, 98, -2, 0, None],
        [None, 90, None, None, None],
        [60, None, None, 40, None],
    ]
    assert result["status"].tolist() == [
        *["observed", "observed", "not_attainable", "no_baseline", "missing"],
    ]
    middle = metrics.height_restoration(five, visit="1w", location="middle")
    assert middle.loc["A", "restored_percent"] == 50 and middle.loc["A", "restored"] == 25


def test_a_place_where_nobody_measures_is_refused(registry):
    with pytest.raises(ArgumentError, match="lateral"):
        metrics.height_restoration(
            registry("A B C D E", scores=HEIGHTS), visit="1w", location="lateral"
        )


def test_costs_by_component():
    result = metrics.cost_components(case("STAGED_METASTASIS"))
    assert [[*key] for key in result.index] == [
        ["E1", "embolization"],
        ["E1", "percutaneous_pedicle_screw"],
        ["E1", "separation_surgery"],
        ["E2", "percutaneous_pedicle_screw"],
        ["E3", "percutaneous_pedicle_screw"],
        ["E3", "separation_surgery"],
        ["E4", "separation_surgery"],
    ]
    assert told(result, "cost", "status") == [
        [3000, "observed"],
        [9000, "observed"],
        [12000, "observed"],
        [8000, "observed"],
        [8500, "observed"],
        [None, "missing"],
        [11000, "observed"],
    ]


def test_two_of_a_component_and_none_at_all(registry):
    three = registry(
        "A B C",
        procedures="""
        procedure_id,episode_id,component,day,cost
        1,A,vertebroplasty,0,100
        2,A,vertebroplasty,0,250
        3,C,vertebroplasty,0,100
        4,C,vertebroplasty,0,
        """,
    )
    result = metrics.cost_components(three)
    assert result.index.get_level_values("episode_id").tolist() == ["A", "B", "C"]
    assert told(result, "n", "cost", "status") == [
        [2, 350, "observed"],
        [0, None, "missing"],
        [2, None, "missing"],
    ]
    assert pd.isna(result.index[1][1])
