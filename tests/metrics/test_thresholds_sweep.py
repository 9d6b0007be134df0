"""Many cut-offs at once, and the ends of the range."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort

# A: 60 to 40. B: 12 to 0. C: no value. D: died.
SCORES = """
episode_id,instrument,day,visit,value
A,odi,-10,,60
A,odi,90,3m,40
B,odi,-10,,12
B,odi,90,3m,0
C,odi,-10,,50
D,odi,-10,,50
"""
ODI = {"instrument": "odi", "visit": "3m", "windows": {"3m": (60, 120)}}


@pytest.fixture(scope="module")
def four(registry):
    return registry("A B C D", scores=SCORES, patients="patient_id,death_day\npD,50")


def wide(sweep, column):
    return sweep[column].astype(float).fillna(-9).unstack("cutoff").to_numpy().tolist()


def test_points_by_hand(four):
    ask = ODI | {"cutoffs": [10, 20, 20.5], "basis": "points"}
    sweep = metrics.threshold_sweep(four, **ask, death="failure")
    assert list(sweep.columns) == ["achieved", "eligible", "status"]
    assert list(sweep.index.names) == ["episode_id", "cutoff"]
    assert sweep.index.tolist()[:4] == [("A", 10.0), ("A", 20.0), ("A", 20.5), ("B", 10.0)]
    assert wide(sweep, "achieved") == [[1, 1, 0], [1, -9, -9], [-9, -9, -9], [0, 0, 0]]
    assert wide(sweep, "eligible") == [[1, 1, 1], [1, 0, 0], [1, 1, 1], [1, 1, 1]]
    assert sweep.loc["B", "status"].tolist() == ["observed", "not_attainable", "not_attainable"]
    assert sweep.loc["C", "status"].tolist() == ["missing"] * 3
    assert sweep.loc["D", "status"].tolist() == ["dead"] * 3


def test_percent_and_scores_by_hand(four):
    percent = metrics.threshold_sweep(
        four, **ODI, cutoffs=[30, 100], basis="percent", death="exclude"
    )
    assert wide(percent, "achieved") == [[1, 0], [1, 1], [-9, -9], [-9, -9]]
    states = metrics.threshold_sweep(
        four, **ODI, cutoffs=[0, 22, 40], basis="absolute", death="exclude"
    )
    assert wide(states, "achieved") == [[0, 0, 1], [1, 1, 1], [-9] * 3, [-9] * 3]


def test_a_good_score_is_a_high_one_where_better_is_high(registry):
    one = registry("A", scores="episode_id,instrument,day,value\nA,kps,30,70")
    sweep = metrics.threshold_sweep(
        one, instrument="kps", visit="final", cutoffs=[60, 70, 80], basis="absolute"
    )
    assert sweep["achieved"].tolist() == [1, 1, 0]


def test_each_cutoff_is_its_threshold(four):
    sweep = metrics.threshold_sweep(four, **ODI, cutoffs=[18, 10], basis="points", death="failure")
    for cutoff, name in ((10, "ostelo_2008"), (18, "swespine")):
        one = metrics.achieved_threshold(four, **ODI, threshold=name, death="failure")
        each = sweep.xs(cutoff, level="cutoff")
        pd.testing.assert_frame_equal(each, one[["achieved", "eligible", "status"]])


def test_what_cannot_be_swept(four):
    ask = ODI | {"death": "exclude"}
    for wrong in ([], [1, 1], ["ten"], [np.nan], [np.inf], None, 10, "12"):
        with pytest.raises(ArgumentError, match="cutoffs must be a list of numbers, each once"):
            metrics.threshold_sweep(four, **ask, cutoffs=wrong, basis="points")
    with pytest.raises(ArgumentError, match='basis must be "points", "percent" or "absolute"'):
        metrics.threshold_sweep(four, **ask, cutoffs=[1], basis="score")
    with pytest.raises(ArgumentError, match=r"1 episode\(s\) ended in death"):
        metrics.threshold_sweep(four, **ODI, cutoffs=[1], basis="points")


@settings(max_examples=8, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 18), st.integers(0, 18)), min_size=1, max_size=20),
    cutoffs=st.lists(st.floats(-20, 120), min_size=2, max_size=5, unique=True),
    instrument=st.sampled_from(["odi", "mjoa"]),
    basis=st.sampled_from(["points", "percent", "absolute"]),
)
def test_an_easier_cutoff_is_reached_by_no_fewer(pairs, cutoffs, instrument, basis):
    rows = ["episode_id,instrument,day,value"]
    for number, pair in enumerate(pairs):
        rows += [f"E{number},{instrument},{d},{v}" for d, v in zip((-1, 30), pair, strict=True)]
    ids = [f"E{number}" for number in range(len(pairs))]
    registry = build(" ".join(ids), scores="\n".join(rows))
    sweep = metrics.threshold_sweep(
        registry, instrument=instrument, visit="final", cutoffs=cutoffs, basis=basis
    )
    assert (
        sweep.index.get_level_values("episode_id").tolist() == np.repeat(ids, len(cutoffs)).tolist()
    )
    counts = sweep.groupby("cutoff")["achieved"].sum().sort_index()
    rising = basis == "absolute" and instrument == "odi"
    assert (counts.diff().dropna() * (1 if rising else -1) >= 0).all()


ENDS = """
episode_id,instrument,day,visit,value
A,odi,-10,,100
A,odi,90,3m,0
B,odi,-10,,60
B,odi,90,3m,0
C,odi,-10,,100
C,odi,90,3m,2
"""


def test_floor_and_ceiling_by_hand(registry):
    four = registry("A B C D", scores=ENDS)
    result = metrics.floor_ceiling(four, instrument="odi", visits=["baseline", "3m"])
    assert list(result.index.names) == ["visit", "arm"]
    assert result.index.tolist() == [("baseline", "all"), ("3m", "all")]
    assert result["n"].tolist() == [3, 3] and result["n_missing"].tolist() == [1, 1]
    assert result["at_floor"].tolist() == [0, 2]
    assert result["at_ceiling"].tolist() == [2, 0]
    assert result["share_at_floor"].tolist() == [0, 2 / 3]
    assert result["share_at_ceiling"].tolist() == [2 / 3, 0]
    assert result["better_end"].tolist() == ["floor", "floor"]


def test_floor_and_ceiling_by_arm_and_of_nobody(registry):
    four = registry(
        "A B C D",
        scores=ENDS,
        episodes="""
        episode_id,approach_planned,approach_performed
        A,mis,mis
        B,open,open
        C,mis,mis
        D,open,open
        """,
    )
    arms = {"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}}
    cohort = select_cohort(four, arms=arms)
    result = metrics.floor_ceiling(
        cohort, instrument="odi", visits=["3m", "1y"], windows={"1y": (300, 400)}
    )
    assert result.index.tolist() == [("3m", "mis"), ("3m", "open"), ("1y", "mis"), ("1y", "open")]
    assert result["n"].tolist() == [2, 1, 0, 0]
    assert result["at_floor"].tolist() == [1, 1, 0, 0]
    assert result["share_at_floor"].isna().tolist() == [False, False, True, True]


def test_the_ends_of_grades(registry):
    three = registry(
        "A B C",
        scores="""
        episode_id,instrument,day,grade
        A,frankel,-1,A
        B,frankel,-1,E
        C,frankel,-1,E
        """,
    )
    row = metrics.floor_ceiling(three, instrument="frankel", visits="preop").iloc[0]
    assert (row["n"], row["at_floor"], row["at_ceiling"]) == (3, 1, 2)
    assert row["better_end"] == "ceiling"
