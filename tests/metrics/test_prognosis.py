"""SINS and the survival scores from their items: tables, bands, ranges, and what is refused.

Tables: Fourney 2011 (SINS), NICE CG75 (revised Tokuhashi), Tomita 2001, Bauer 1995 / Leithner 2008.
"""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from spineoutcomes import metrics, vocabulary
from spineoutcomes.errors import ArgumentError

# The worst of every item of SINS (18 points), and the best (0 points).
WORST = {
    "location": "T12",
    "pain": "mechanical",
    "bone_lesion": "lytic",
    "alignment": "subluxation",
    "collapse": "over 50",
    "posterolateral": "bilateral",
}
BEST = {
    "location": "S3",
    "pain": "none",
    "bone_lesion": "blastic",
    "alignment": "normal",
    "collapse": "none",
    "posterolateral": "none",
}
# Tokuhashi: 0 points of 15, and 15.
DIRE = {
    "performance": 40,
    "extraspinal_bone_metastases": 3,
    "vertebral_metastases": 3,
    "organ_metastases": "unremovable",
    "primary": "lung",
    "palsy": "A",
}
GOOD = {
    "performance": 80,
    "extraspinal_bone_metastases": 0,
    "vertebral_metastases": 1,
    "organ_metastases": "none",
    "primary": "breast",
    "palsy": "E",
}


def one(score, items, **changed):
    """Return the score of one row of items."""
    frame = pd.DataFrame([items | changed], dtype=object)
    return metrics.prognostic_score(frame, score=score).iloc[0]


def points_of(score, items, item, word):
    return one(score, items, **{item: word})[item]


# ------------------------------------------------------------------------------------------ SINS


@pytest.mark.parametrize(
    ("item", "table"),
    [
        ("location", {"junctional": 3, "mobile": 2, "semirigid": 1, "rigid": 0}),
        # Not 3, 2, 1, as one public page prints it.
        ("pain", {"mechanical": 3, "occasional": 1, "none": 0, "pain-free": 0}),
        ("bone_lesion", {"lytic": 2, "mixed": 1, "blastic": 0, "Osteolytic": 2}),
        ("alignment", {"subluxation": 4, "translation": 4, "deformity": 2, "normal": 0}),
        ("collapse", {"over 50": 3, "> 50 %": 3, "<50%": 2, "over_50_involved": 1, "none": 0}),
        ("posterolateral", {"bilateral": 3, "unilateral": 1, "none": 0}),
    ],
)
def test_every_word_of_sins(item, table):
    assert {word: points_of("sins", BEST, item, word) for word in table} == table


@pytest.mark.parametrize(
    ("levels", "points"),
    [
        ("C0 C1 C2", 3),
        ("C3 C4 C5 C6", 2),
        ("C7 T1 T2", 3),
        ("T3 T4 T5 T6 T7 T8 T9 T10", 1),
        ("T11 T12 L1", 3),
        ("L2 L3 L4", 2),
        ("L5 S1", 3),
        ("S2 S3 S4 S5", 0),
    ],
)
def test_every_vertebra_of_sins(levels, points):
    for level in levels.split():
        row = one("sins", BEST, location=level)
        assert (row["location"], row["location_level"]) == (points, level)


def test_of_several_levels_the_worst_counts_and_is_kept():
    row = one("sins", BEST, location="T9-T11")
    assert (row["location"], row["location_level"]) == (3, "T11")
    # Of equal ones the first from the head down.
    row = one("sins", BEST, location="L3, S2, L2")
    assert (row["location"], row["location_level"]) == (2, "L2")
    assert one("sins", BEST, location="mobile")["location_level"] is None


def test_sins_runs_from_0_to_18_and_higher_is_worse():
    best, worst = one("sins", BEST), one("sins", WORST)
    assert (best["value"], best["band"]) == (0, "stable")
    assert (worst["value"], worst["band"]) == (18, "unstable")
    assert worst["higher_is"] == vocabulary.instruments["sins"].higher_is == "worse"
    assert vocabulary.instruments["sins"].range == (0, 18)


@pytest.mark.parametrize(
    ("changes", "value", "band"),
    [
        ({"location": "T12", "pain": "mechanical"}, 6, "stable"),
        (
            {"location": "T12", "pain": "mechanical", "bone_lesion": "mixed"},
            7,
            "potentially unstable",
        ),
        (
            {"location": "T12", "pain": "mechanical", "posterolateral": "bilateral"}
            | {"collapse": "over 50"},
            12,
            "potentially unstable",
        ),
        (
            {"location": "T12", "pain": "mechanical", "posterolateral": "bilateral"}
            | {"collapse": "over 50", "bone_lesion": "mixed"},
            13,
            "unstable",
        ),
    ],
)
def test_the_edges_of_the_bands_of_sins(changes, value, band):
    row = one("sins", BEST, **changes)
    assert (row["value"], row["band"]) == (value, band)


def test_a_collapse_of_exactly_half_needs_a_rule():
    frame = pd.DataFrame([BEST | {"collapse": word} for word in ("50%", "exactly 50", "none")])
    with pytest.raises(ArgumentError, match=r"2 value\(s\) of 'collapse'.*exactly 50 %") as error:
        metrics.prognostic_score(frame.assign(collapse=["50%", "50%", "none"]), score="sins")
    assert 'collapse_of_50="over" (3 points) or "under" (2 points)' in str(error.value)
    for rule, points in (("over", 3), ("under", 2)):
        result = metrics.prognostic_score(frame, score="sins", collapse_of_50=rule)
        assert result["collapse"].tolist() == [points, points, 0]


def test_missing_items_give_a_range_and_no_value():
    # Known: location 3, alignment 0, collapse 3, posterolateral 1 = 7; pain 0-3, lesion 0-2.
    row = one(
        "sins",
        WORST,
        pain=None,
        bone_lesion=np.nan,
        alignment="normal",
        posterolateral="unilateral",
    )
    assert pd.isna(row["value"]) and pd.isna(row["band"]) and row["status"] == "missing"
    assert (row["low"], row["high"]) == (7, 12)
    assert row["low_band"] == row["high_band"] == "potentially unstable"
    assert pd.isna(row["basis"]) and pd.isna(row["pain"]) and row["collapse"] == 3
    row = one("sins", dict.fromkeys(BEST, None))
    assert (row["low"], row["high"], row["low_band"], row["high_band"]) == (
        0,
        18,
        "stable",
        "unstable",
    )
    row = one("sins", BEST, pain="")
    assert (row["low"], row["high"]) == (0, 3)


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("L6", "L6 is no vertebra"),
        ("coccyx", "The coccyx is no vertebra"),
        ("T13", "T13 is no"),
        ("thoracic", "'thoracic' names a region"),
        (",", "','|a number or sign"),
    ],
)
def test_levels_that_do_not_exist_are_named(location, named):
    with pytest.raises(ArgumentError, match=named):
        one("sins", BEST, location=location)


def test_what_a_registry_calls_its_levels_can_be_said():
    frame = pd.DataFrame([BEST | {"location": text} for text in ("L6", "L4-L6", "tlj", "n/k")])
    said = {"location": {"L6": "L5", "TLJ": "junctional", "n/k": None}}
    result = metrics.prognostic_score(frame, score="sins", words=said)
    assert result["location"].fillna(-1).tolist() == [3, 3, 3, -1]
    assert result["location_level"].tolist()[:2] == ["L5", "L5"]
    with pytest.raises(ArgumentError, match=r'words=\{"location": \{"L6": "L5"\}\}'):
        metrics.prognostic_score(frame, score="sins")


# -------------------------------------------------------------------------- Tokuhashi and Tomita


@pytest.mark.parametrize(
    ("item", "table"),
    [
        ("performance", {10: 0, 40: 0, 50: 1, 70: 1, 80: 2, 100: 2}),
        ("extraspinal_bone_metastases", {0: 2, 1: 1, 2: 1, 3: 0, 12: 0}),
        ("vertebral_metastases", {1: 2, 2: 1, 3: 0, 9: 0}),
        ("organ_metastases", {"unremovable": 0, "removable": 1, "none": 2}),
        (
            "primary",
            dict.fromkeys(
                [
                    "lung",
                    "osteosarcoma",
                    "stomach",
                    "bladder",
                    "oesophagus",
                    "esophagus",
                    "pancreas",
                ],
                0,
            )
            | dict.fromkeys(["liver", "gallbladder", "unidentified"], 1)
            | {"other": 2, "kidney": 3, "uterus": 3, "rectum": 4}
            | dict.fromkeys(["thyroid", "breast", "prostate", "carcinoid"], 5),
        ),
        ("palsy", {"A": 0, "B": 0, "C": 1, "D": 1, "E": 2}),
    ],
)
def test_every_item_of_tokuhashi(item, table):
    assert {word: points_of("tokuhashi_2005", DIRE, item, word) for word in table} == table


# The edges of the bands; one page prints them with the inequalities reversed.
@pytest.mark.parametrize(
    ("changes", "value", "band"),
    [
        ({}, 0, "less than 6 months"),
        ({"performance": 50, "primary": "breast", "palsy": "E"}, 8, "less than 6 months"),
        ({"performance": 80, "primary": "breast", "palsy": "E"}, 9, "6 months or more"),
        (GOOD | {"primary": "liver"}, 11, "6 months or more"),
        (GOOD | {"primary": "other"}, 12, "1 year or more"),
        (GOOD, 15, "1 year or more"),
    ],
)
def test_the_bands_of_tokuhashi(changes, value, band):
    row = one("tokuhashi_2005", DIRE, **changes)
    assert (row["value"], row["band"], row["higher_is"]) == (value, band, "better")


TOMITA = {"growth": {"slow": 1, "moderate": 2, "rapid": 4}} | {
    "visceral_metastases": {"none": 0, "treatable": 2, "untreatable": 4},
    "bone_metastases": {"solitary": 1, "multiple": 2},
}
TOMITA_BANDS = {2: "2-3", 3: "2-3", 4: "4-5", 5: "4-5", 6: "6-7", 7: "6-7"} | dict.fromkeys(
    (8, 9, 10), "8-10"
)


def test_every_pattern_of_tomita():
    patterns = list(product(*TOMITA.values()))
    frame = pd.DataFrame(patterns, columns=list(TOMITA))
    sums = [sum(TOMITA[item][word] for item, word in row.items()) for _, row in frame.iterrows()]
    result = metrics.prognostic_score(frame, score="tomita_2001")
    assert result["value"].tolist() == sums
    assert result["band"].tolist() == [TOMITA_BANDS[value] for value in sums]
    assert set(sums) == set(range(2, 11))
    assert set(result["higher_is"]) == {"worse"}


# ---------------------------------------------------------------------------- the Bauer versions

BAUER_BANDS = ["0-1", "0-1", "2-3", "2-3", "4-5", "4-5"]
MODIFIED_BANDS = ["0-1", "0-1", "2", "3-4", "3-4"]


def test_every_pattern_of_the_two_bauer_scores():
    # A primary earns no point (lung), one (not lung) or two (favourable as well).
    primaries = {"lung": 0, "prostate": 1, "other": 1}
    primaries |= dict.fromkeys(["breast", "kidney", "lymphoma", "myeloma"], 2)
    patterns = pd.DataFrame(
        list(product(["no", "yes"], ["solitary", "multiple"], primaries, ["no", "yes"])),
        columns=["visceral_metastases", "skeletal_metastases", "primary", "pathological_fracture"],
    )
    factors = (
        (patterns["visceral_metastases"] == "no").astype(int)
        + (patterns["skeletal_metastases"] == "solitary")
        + patterns["primary"].map(primaries)
    )
    unbroken = (patterns["pathological_fracture"] == "no").astype(int)
    original = metrics.prognostic_score(patterns, score="bauer")
    modified = metrics.prognostic_score(
        patterns.drop(columns="pathological_fracture"), score="bauer_modified"
    )
    assert original["value"].tolist() == (factors + unbroken).tolist()
    assert modified["value"].tolist() == factors.tolist()
    assert original["band"].tolist() == [BAUER_BANDS[value] for value in factors + unbroken]
    assert modified["band"].tolist() == [MODIFIED_BANDS[value] for value in factors]
    assert set(original["higher_is"]) == set(modified["higher_is"]) == {"better"}
    # Low, middle, high: the versions disagree with no fracture and one factor, and with a fracture
    # and three factors, and nowhere else.
    apart = original["band"].cat.codes != modified["band"].cat.codes
    found = set(zip(unbroken[apart], factors[apart], strict=True))
    assert found == {(1, 1), (0, 3)}
    agree = set(zip(unbroken[~apart], factors[~apart], strict=True))
    assert agree == set(product([0, 1], range(5))) - found


def test_a_primary_that_was_never_found_is_not_taken_for_anything_by_bauer():
    items = {"visceral_metastases": "no", "skeletal_metastases": "solitary"}
    with pytest.raises(ArgumentError, match="'unidentified'"):
        one("bauer_modified", items, primary="unidentified")
    row = one("bauer_modified", items, primary=None)
    assert (row["low"], row["high"], row["low_band"], row["high_band"]) == (2, 4, "2", "3-4")


@pytest.mark.parametrize("flags", [[True, False], ["TRUE", "false"], ["yes", "No"]])
def test_yes_and_no_may_be_flags_but_never_numbers(flags):
    frame = pd.DataFrame(
        {"visceral_metastases": flags, "skeletal_metastases": "solitary", "primary": "lung"}
    )
    result = metrics.prognostic_score(frame, score="bauer_modified")
    assert result["visceral_metastases"].tolist() == [0, 1]
    with pytest.raises(ArgumentError, match=r"2 value\(s\) of 'visceral_metastases'.*a number"):
        metrics.prognostic_score(frame.assign(visceral_metastases=[1, 0]), score="bauer_modified")
    said = {"visceral_metastases": {"1": "yes", "0": "no"}}
    numbers = frame.assign(visceral_metastases=[1.0, 0.0])
    result = metrics.prognostic_score(numbers, score="bauer_modified", words=said)
    assert result["visceral_metastases"].tolist() == [0, 1]


# -------------------------------------------------------------------------- ESCC, ECOG, Karnofsky


def test_escc_is_a_rank_with_a_contested_middle():
    grades = ["0", "1a", "1b", "1C", "2", "3", None]
    result = metrics.prognostic_score(pd.DataFrame({"escc": grades}), score="escc")
    assert result["value"].fillna(-1).tolist() == [0, 1, 2, 3, 4, 5, -1]
    assert result["band"].astype(object).tolist()[:6] == [
        *["low grade"] * 3,
        "1c (contested)",
        *["high grade"] * 2,
    ]
    assert result["status"].tolist() == ["observed"] * 6 + ["missing"]
    assert set(result["higher_is"]) == {"worse"}
    numbers = metrics.prognostic_score(pd.DataFrame({"escc": [2.0, np.nan]}), score="escc")
    assert numbers["value"].tolist()[0] == 4


def test_death_is_no_performance_status():
    result = metrics.prognostic_score(pd.DataFrame({"ecog": [0, 4]}), score="ecog")
    assert result["value"].tolist() == [0, 4] and result["band"].isna().all()
    assert set(result["higher_is"]) == {"worse"}
    with pytest.raises(ArgumentError, match=r"1 value\(s\) of 'ecog'.*It takes 0, 1, 2, 3, 4"):
        metrics.prognostic_score(pd.DataFrame({"ecog": [5]}), score="ecog")
    result = metrics.prognostic_score(pd.DataFrame({"kps": [10, 40, 50, 70, 80, 100]}), score="kps")
    assert result["value"].tolist() == [10, 40, 50, 70, 80, 100]
    assert result["band"].tolist() == ["10-40", "10-40", "50-70", "50-70", "80-100", "80-100"]
    assert set(result["higher_is"]) == {"better"}
    for wrong in (0, 75, 110):
        with pytest.raises(ArgumentError, match="from 10 to 100 in steps of 10"):
            metrics.prognostic_score(pd.DataFrame({"kps": [wrong]}), score="kps")
