import dataclasses

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary.model import Threshold

OWN = Threshold(
    kind="MCID",
    value=3.0,
    basis="points",
    comparison=">=",
    population="mine",
    method="mine",
    source="mine",
)

# ODI, worse is high. A: 60 to 50, just 10 better. B: 60 to 51. C: 8 to 0 could not reach 10.
# D: 10 to 0, just possible. E: no baseline. F: no value. G: 0 to 0. H: 40 to 70, worse.
SCORES = """
episode_id,instrument,day,visit,value
A,odi,-10,,60
A,odi,90,3m,50
B,odi,-10,,60
B,odi,90,3m,51
C,odi,-10,,8
C,odi,90,3m,0
D,odi,-10,,10
D,odi,90,3m,0
E,odi,90,3m,20
F,odi,-10,,50
G,odi,-10,,0
G,odi,90,3m,0
H,odi,-10,,40
H,odi,90,3m,70
"""
ODI = {"instrument": "odi", "visit": "3m"}


@pytest.fixture(scope="module")
def eight(registry):
    return registry("A B C D E F G H", scores=SCORES)


def numbers(column):
    return column.fillna(-9).tolist()


def test_a_change_in_points_by_hand(eight):
    result = metrics.achieved_threshold(eight, **ODI, threshold="ostelo_2008")
    assert list(result.columns) == [
        *["achieved", "eligible", "at_baseline", "baseline", "value", "change", "benefit"],
        *["above_sdc", "failed_by", "day", "status"],
    ]
    assert result.index.tolist() == list("ABCDEFGH") and result.index.name == "episode_id"
    assert numbers(result["achieved"]) == [1, 0, -9, 1, -9, -9, -9, 0]
    assert numbers(result["eligible"]) == [1, 1, 0, 1, -9, 1, 0, 1]
    assert numbers(result["change"]) == [-10, -9, -8, -10, -9, -9, 0, 30]
    assert numbers(result["benefit"]) == [10, 9, 8, 10, -9, -9, 0, -30]
    assert result["at_baseline"].isna().all() and result["failed_by"].isna().all()
    assert numbers(result["day"]) == [90, 90, 90, 90, 90, -9, 90, 90]
    assert result["status"].tolist() == [
        *["observed", "observed", "not_attainable", "observed", "no_baseline", "missing"],
        *["not_attainable", "observed"],
    ]


def test_a_percentage_by_hand(eight):
    result = metrics.achieved_threshold(eight, **ODI, threshold="ostelo_2008_percent")
    # 10/60 and 9/60 are below 30 %; 8/8 and 10/10 are 100 %; of a baseline of 0 there is none.
    assert numbers(result["achieved"]) == [0, 0, 1, 1, -9, -9, -9, 0]
    assert numbers(result["eligible"]) == [1, 1, 1, 1, -9, 1, 0, 1]
    assert result.loc["G", "status"] == "not_attainable"


def test_an_absolute_threshold_by_hand(eight):
    result = metrics.achieved_threshold(eight, **ODI, threshold="van_hooff_2016")
    assert numbers(result["achieved"]) == [0, 0, 1, 1, 1, -9, 1, 0]
    assert numbers(result["eligible"]) == [1, 1, 1, 1, 1, -9, 1, 1]
    assert numbers(result["at_baseline"]) == [0, 0, 1, 1, -9, 0, 1, 0]
    assert result.loc["E", "status"] == "observed"
    strict = dataclasses.replace(OWN, kind="PASS", value=20.0, basis="absolute", comparison="<")
    assert metrics.achieved_threshold(eight, **ODI, threshold=strict).loc["E", "achieved"] == 0


def test_the_smallest_detectable_change_stands_beside(eight, registry):
    result = metrics.achieved_threshold(eight, **ODI, threshold="ostelo_2008")
    # 18 points: nobody here gained as much.
    assert numbers(result["above_sdc"]) == [0, 0, 0, 0, -9, -9, 0, 0]
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,location,day,value
        A,nrs_pain,back,-1,8
        A,nrs_pain,back,90,5
        B,nrs_pain,back,-1,8
        B,nrs_pain,back,90,4
        """,
    )
    ask = {"instrument": "nrs_pain", "visit": "final", "threshold": "swespine_back"}
    result = metrics.achieved_threshold(two, **ask)
    assert result["achieved"].tolist() == [1, 1]
    assert result["above_sdc"].tolist() == [0, 1]  # 3.6
    one = registry("A", scores="episode_id,instrument,day,value\nA,rmdq,-1,20\nA,rmdq,90,5")
    ask = {"instrument": "rmdq", "visit": "final", "threshold": "ostelo_2008"}
    assert metrics.achieved_threshold(one, **ask)["above_sdc"].isna().all()


@pytest.mark.parametrize(
    ("before", "after", "cutoff"), [(8.3, 5.3, 3.0), (0.3, 0.1, 0.2), (9.9, 8.8, 1.1)]
)
def test_rounding_does_not_decide_what_is_equal(registry, before, after, cutoff):
    assert before - after != cutoff  # or there is nothing to see here
    one = registry(
        "A", scores=f"episode_id,instrument,day,value\nA,odi,-1,{before}\nA,odi,90,{after}"
    )
    reached = {}
    for comparison in (">=", ">", "==", "<=", "<"):
        own = dataclasses.replace(OWN, value=cutoff, comparison=comparison)
        result = metrics.achieved_threshold(one, instrument="odi", visit="final", threshold=own)
        reached[comparison] = result.loc["A", "achieved"]
    assert reached == {">=": 1, ">": 0, "==": 1, "<=": 1, "<": 0}


@pytest.mark.parametrize(("gain", "percent"), [(3, 30), (0.3, 3), (5.7, 57)])
def test_rounding_does_not_decide_a_percentage(registry, gain, percent):
    one = registry(
        "A", scores=f"episode_id,instrument,day,value\nA,odi,-1,10\nA,odi,90,{10 - gain}"
    )
    own = dataclasses.replace(OWN, value=percent, basis="percent")
    result = metrics.achieved_threshold(one, instrument="odi", visit="final", threshold=own)
    assert result.loc["A", "achieved"] == 1


def test_when_better_is_high(registry):
    # KPS, at most 100: from 80 a gain of 20 is just possible, from 90 it is not.
    three = registry(
        "A B C",
        scores="""
        episode_id,instrument,day,value
        A,kps,-1,80
        A,kps,90,100
        B,kps,-1,90
        B,kps,90,100
        C,kps,-1,50
        C,kps,90,60
        """,
    )
    ask = {"instrument": "kps", "visit": "final"}
    points = dataclasses.replace(OWN, value=20.0)
    result = metrics.achieved_threshold(three, **ask, threshold=points)
    assert numbers(result["achieved"]) == [1, -9, 0]
    percent = dataclasses.replace(OWN, value=20.0, basis="percent")
    result = metrics.achieved_threshold(three, **ask, threshold=percent)
    assert numbers(result["achieved"]) == [1, -9, 1]
    assert numbers(result["eligible"]) == [1, 0, 1]
    exact = dataclasses.replace(OWN, value=10.0, comparison="==")
    result = metrics.achieved_threshold(three, **ask, threshold=exact)
    assert numbers(result["achieved"]) == [0, 1, 1]


def test_worsening_counts_harm(registry):
    # COMI, worse is high, at most 10; worsening is 0.3.
    three = registry(
        "A B C",
        scores="""
        episode_id,instrument,day,value
        A,comi,-1,5
        A,comi,90,5.3
        B,comi,-1,9.8
        B,comi,90,10
        C,comi,-1,5
        C,comi,90,2
        """,
    )
    ask = {"instrument": "comi", "visit": "final", "threshold": "registry_worsening"}
    result = metrics.achieved_threshold(three, **ask)
    assert numbers(result["achieved"]) == [1, -9, 0]
    assert numbers(result["eligible"]) == [1, 0, 1]
    assert result["benefit"].round(9).tolist() == [-0.3, -0.2, 3]


def test_a_fall_can_be_asked_for_too(eight):
    harm = dataclasses.replace(OWN, value=-30.0, comparison="<=")
    result = metrics.achieved_threshold(eight, **ODI, threshold=harm)
    assert numbers(result["achieved"]) == [0, 0, 0, 0, -9, -9, 0, 1]
    deep = dataclasses.replace(OWN, value=-50.0, comparison="<")
    # From 60 and from 50 nobody can lose more than 50.
    assert numbers(metrics.achieved_threshold(eight, **ODI, threshold=deep)["eligible"]) == [
        *[0, 0, 1, 1, -9, 0, 1, 1]
    ]


def test_which_thresholds_there_are_is_told(eight, registry):
    with pytest.raises(ArgumentError, match="'nobody_2020' is neither") as told:
        metrics.achieved_threshold(eight, **ODI, threshold="nobody_2020")
    assert "ostelo_2008 (>= 10 points; low back pain, mostly without surgery)" in str(told.value)
    assert "ostelo_2008_percent (>= 30 % of baseline; " in str(told.value)
    assert "van_hooff_2016 (<= 22 as a score; " in str(told.value)
    with pytest.raises(ArgumentError, match=r"10 is neither\. Its records are: "):
        metrics.achieved_threshold(eight, **ODI, threshold=10)
    one = registry("A", scores="episode_id,instrument,day,value\nA,kps,-1,20\nA,kps,9,50")
    with pytest.raises(ArgumentError, match="The vocabulary has no threshold of kps"):
        metrics.achieved_threshold(one, instrument="kps", visit="final", threshold="mine")


def test_what_cannot_be_asked(eight):
    with pytest.raises(ArgumentError, match="use grade_change"):
        metrics.achieved_threshold(eight, instrument="frankel", visit="3m", threshold="any")
    with pytest.raises(ArgumentError, match="basis of a Threshold must be one of points, percent"):
        wrong = dataclasses.replace(OWN, basis="point")
        metrics.achieved_threshold(eight, **ODI, threshold=wrong)
    with pytest.raises(ArgumentError, match="comparison of a Threshold must be one of >=, <="):
        wrong = dataclasses.replace(OWN, comparison="=>")
        metrics.achieved_threshold(eight, **ODI, threshold=wrong)
    with pytest.raises(ArgumentError, match="needs a visit after surgery"):
        metrics.achieved_threshold(eight, instrument="odi", visit="preop", threshold=OWN)


def test_a_threshold_of_another_location_is_refused(registry):
    two = registry(
        "A",
        scores="""
        episode_id,instrument,location,day,value
        A,nrs_pain,back,-1,8
        A,nrs_pain,back,90,4
        A,nrs_pain,leg,-1,8
        A,nrs_pain,leg,90,4
        """,
    )
    ask = {"instrument": "nrs_pain", "visit": "final", "threshold": "swespine_leg"}
    with pytest.raises(ArgumentError, match="several values of location: back, leg"):
        metrics.achieved_threshold(two, **ask)
    with pytest.raises(ArgumentError, match="parai_2019 is for nrs_pain of location 'leg', and"):
        metrics.achieved_threshold(two, **ask, location="back")
    assert metrics.achieved_threshold(two, **ask, location="leg").loc["A", "achieved"] == 1
    # A record without a location fits everywhere, and one with it fits scores without.
    everywhere = ask | {"threshold": "kamper_2010", "location": "back"}
    assert metrics.achieved_threshold(two, **everywhere).loc["A", "achieved"] == 0
    bare = registry("A", scores="episode_id,instrument,day,value\nA,vas_pain,-1,8\nA,vas_pain,90,4")
    leg = dataclasses.replace(OWN, location="leg")
    result = metrics.achieved_threshold(bare, instrument="vas_pain", visit="final", threshold=leg)
    assert result.loc["A", "achieved"] == 1


def test_windows_and_baselines_are_those_of_a_change(registry):
    one = registry("A", scores="episode_id,instrument,day,value\nA,odi,-200,60\nA,odi,90,20")
    ask = {"instrument": "odi", "visit": "x", "threshold": OWN, "windows": {"x": (60, 120)}}
    assert metrics.achieved_threshold(one, **ask).loc["A", "achieved"] == 1
    result = metrics.achieved_threshold(one, **ask, baseline_window=(-90, 0))
    assert result.loc["A", "status"] == "no_baseline"


PAIRS = st.lists(st.tuples(st.integers(0, 18), st.integers(0, 18)), min_size=1, max_size=20)


def scored(pairs, instrument, flip=False):
    rows = ["episode_id,instrument,day,value"]
    ids = [f"E{number}" for number in range(len(pairs))]
    for name, pair in zip(ids, pairs, strict=True):
        for day, value in zip((-1, 30), pair, strict=True):
            rows.append(f"{name},{instrument},{day},{18 - value if flip else value}")
    return build(" ".join(ids), scores="\n".join(rows))


@settings(max_examples=4, deadline=None)
@given(pairs=PAIRS, cutoff=st.integers(1, 12), percent=st.booleans())
def test_the_row_order_of_the_file_changes_nothing(pairs, cutoff, percent):
    own = dataclasses.replace(OWN, value=cutoff, basis="percent" if percent else "points")
    ask = {"instrument": "mjoa", "visit": "final", "threshold": own}
    registry = scored(pairs, "mjoa")
    result = metrics.achieved_threshold(registry, **ask)
    expected = metrics.change_from_baseline(registry, instrument="mjoa", visit="final")
    assert result.index.equals(expected.index)
    pd.testing.assert_series_equal(result["benefit"], expected["benefit"])
    backwards = metrics.achieved_threshold(scored(pairs[::-1], "mjoa"), **ask)
    assert numbers(backwards["achieved"]) == numbers(result["achieved"])[::-1]


@settings(max_examples=4, deadline=None)
@given(pairs=PAIRS, cutoff=st.integers(-5, 12))
def test_the_same_course_counts_the_same_in_either_direction(pairs, cutoff):
    # The mJOA ends at 18, where it is best; 18 minus it ends at 0, where the ODI is best.
    own = dataclasses.replace(OWN, value=cutoff)
    up = metrics.achieved_threshold(
        scored(pairs, "mjoa"), instrument="mjoa", visit="final", threshold=own
    )
    down = metrics.achieved_threshold(
        scored(pairs, "odi", flip=True), instrument="odi", visit="final", threshold=own
    )
    assert up["benefit"].tolist() == down["benefit"].tolist()
    assert numbers(up["eligible"]) == numbers(down["eligible"])
    assert numbers(up["achieved"]) == numbers(down["achieved"])
