"""Where the items of a prognostic score come from, recorded totals, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

# A 3+3+2+0+2+1 = 11; B's pain was not recorded; C is a hemangioma.
EPISODES = """
episode_id,diagnosis,levels,sins_pain,sins_bone_lesion,sins_alignment,my_collapse,sins_posterolateral
A,spinal_metastasis,T12-L1,mechanical,lytic,normal,<50%,unilateral
B,spinal_metastasis,T5,,mixed,normal,none,none
C,vertebral_hemangioma,L3,none,blastic,normal,none,none
"""
COLUMNS = {"collapse": "my_collapse"}


@pytest.fixture(scope="module")
def three(registry):
    rows = [line.split(",") for line in EPISODES.strip().splitlines()]
    kinds = [row[1] for row in rows[1:]]
    kept = "\n".join(",".join([row[0], *row[2:]]) for row in rows)
    built = registry("A B C", episodes=kept)
    episodes = built.tables["episodes"].assign(diagnosis=pd.Categorical(kinds))
    return so.Registry(
        tables=built.tables | {"episodes": episodes},
        vocabulary=built.vocabulary,
        provenance=built.provenance,
        rejects=built.rejects,
        found=built.found,
        links=built.links,
    )


def with_columns(registry, text):
    ids = [line.split(",")[0] for line in text.strip().splitlines()[1:]]
    return registry(" ".join(ids), episodes=text)


def test_items_of_the_episodes(three):
    result = metrics.prognostic_score(three, score="sins", items=COLUMNS)
    assert list(result.columns) == [
        *["location", "pain", "bone_lesion", "alignment", "collapse", "posterolateral"],
        *["location_level", "value", "band", "low", "high", "low_band", "high_band"],
        *["basis", "higher_is", "outside_population", "status"],
    ]
    assert result.index.tolist() == ["A", "B", "C"] and result.index.name == "episode_id"
    assert result["value"].fillna(-1).tolist() == [11, -1, 2]
    assert result["low"].tolist() == [11, 2, 2] and result["high"].tolist() == [11, 5, 2]
    assert result["location_level"].tolist() == ["T12", "T5", "L3"]
    assert result["status"].tolist() == ["observed", "missing", "observed"]
    assert result["basis"].astype(object).where(result["basis"].notna(), "").tolist() == [
        *["items", "", "items"],
    ]
    # Made for metastases: a hemangioma has a score, and a flag.
    assert result["outside_population"].tolist() == [False, False, True]


def test_a_frame_says_the_same_as_a_cohort(three):
    episodes = three.tables["episodes"].set_index("episode_id")
    frame = pd.DataFrame(
        {"location": episodes["levels"], "collapse": episodes["my_collapse"]}
        | {name.removeprefix("sins_"): episodes[name] for name in episodes if "sins_" in name}
    )
    by_frame = metrics.prognostic_score(frame, score="sins")
    by_cohort = metrics.prognostic_score(three, score="sins", items=COLUMNS)
    assert by_frame["outside_population"].isna().all()
    pd.testing.assert_frame_equal(
        by_frame.drop(columns="outside_population"), by_cohort.drop(columns="outside_population")
    )
    # A wide frame may hold more once its items are named.
    wide = frame.rename(columns={"pain": "schmerz"}).assign(age=50)
    named = metrics.prognostic_score(wide, score="sins", items={"pain": "schmerz"})
    pd.testing.assert_frame_equal(named, by_frame)


def test_the_registry_s_own_columns(registry):
    text = """
    episode_id,kps,primary_tumour,frankel,n_vert,n_extra,tokuhashi_organ_metastases
    A,80,Breast,E,1,0,none
    B,40,lung,B,4,3,unremovable
    """.replace("    ", "")
    columns = {"vertebral_metastases": "n_vert", "extraspinal_bone_metastases": "n_extra"}
    result = metrics.prognostic_score(
        with_columns(registry, text), score="tokuhashi_2005", items=columns
    )
    assert result["value"].tolist() == [15, 0]


def test_an_item_that_was_never_recorded_is_said_to_be(registry):
    one = with_columns(registry, "episode_id,kps,primary_tumour,palsy\nA,80,breast,E")
    with pytest.raises(ArgumentError) as error:
        metrics.prognostic_score(one, score="tokuhashi_2005")
    assert (
        "there is no column for 'extraspinal_bone_metastases', 'vertebral_metastases', "
        "'organ_metastases'. Name the columns"
    ) in str(error.value)
    never = ("extraspinal_bone_metastases", "vertebral_metastases", "organ_metastases")
    row = metrics.prognostic_score(one, score="tokuhashi_2005", items=dict.fromkeys(never)).iloc[0]
    # 2 + 5 + 2 known, three items of 0 to 2 unknown.
    assert (row["low"], row["high"], row["status"]) == (9, 15, "missing")


def test_a_recorded_total_stands_alone(registry):
    two = with_columns(registry, "episode_id,levels,sins\nA,T12,13\nB,T12,")
    result = metrics.prognostic_score(two, score="sins")
    assert result["value"].fillna(-1).tolist() == [13, -1]
    assert result["band"].tolist()[0] == "unstable"
    assert result["basis"].tolist()[0] == "total" and result["location"].isna().all()
    assert result["low"].tolist() == [13, 0] and result["high"].tolist() == [13, 18]
    sample = metrics.prognostic_score(so.load_sample("metastases"), score="sins")
    recorded = so.load_sample("metastases").tables["episodes"]["sins"]
    assert sample["value"].tolist() == recorded.tolist()


def frame_of_bauer(**columns):
    return pd.DataFrame(
        {"visceral_metastases": ["no", "no", None], "skeletal_metastases": "solitary"}
        | {"primary": ["breast", "lung", "lung"]}
        | columns
    )


def test_a_total_beside_its_items():
    # Items say 4, 2, and 1 to 2.
    agreed = frame_of_bauer(bauer_modified=[4, np.nan, 2])
    result = metrics.prognostic_score(agreed, score="bauer_modified")
    assert result["value"].tolist() == [4, 2, 2]
    assert result["basis"].tolist() == ["items", "items", "total"]
    assert result["low"].tolist() == result["high"].tolist() == [4, 2, 2]


@pytest.mark.parametrize(
    ("trusted", "value", "basis", "low", "high"),
    [
        ("items", [4, 2, -1], ["items", "items", ""], [4, 2, 1], [4, 2, 2]),
        ("total", [3, 2, 0], ["total", "items", "total"], [3, 2, 0], [3, 2, 0]),
    ],
)
def test_a_total_that_its_items_cannot_make(trusted, value, basis, low, high):
    apart = frame_of_bauer(sum=[3, 2, 0])
    ask = {"score": "bauer_modified", "total": "sum"}
    with pytest.raises(ArgumentError, match=r"2 row\(s\) have a recorded total.*cannot make"):
        metrics.prognostic_score(apart, **ask)
    result = metrics.prognostic_score(apart, **ask, disagreement=trusted)
    assert result["value"].fillna(-1).tolist() == value
    assert result["basis"].astype(object).where(result["basis"].notna(), "").tolist() == basis
    assert result["low"].tolist() == low and result["high"].tolist() == high


@pytest.mark.parametrize("total", [[5, 1, 1], [1.5, 1, 1], ["many", 1, 1], [-1, 1, 1]])
def test_totals_out_of_range(total):
    with pytest.raises(ArgumentError, match=r"1 value\(s\) of 'sum'.*whole number from 0 to 4"):
        metrics.prognostic_score(
            frame_of_bauer(sum=pd.Series(total, dtype=object)), score="bauer_modified", total="sum"
        )


def test_points_instead_of_facts():
    points = pd.DataFrame(
        {
            "growth": [1, 4, np.nan],
            "visceral_metastases": [0, 4, 2],
            "bone_metastases": ["1", "2", "1"],
        }
    )
    result = metrics.prognostic_score(points, score="tomita_2001", coding="points")
    assert result["value"].fillna(-1).tolist() == [2, 10, -1]
    assert result["low"].tolist()[2] == 4 and result["high"].tolist()[2] == 7
    with pytest.raises(ArgumentError, match=r"1 value\(s\) of 'growth' are no points.*1, 2, 4"):
        metrics.prognostic_score(
            points.assign(growth=[1, 3, 2]), score="tomita_2001", coding="points"
        )
    with pytest.raises(ArgumentError, match="'growth' are no points"):
        metrics.prognostic_score(points.assign(growth="slow"), score="tomita_2001", coding="points")
    with pytest.raises(ArgumentError, match=r"3 value\(s\) of 'visceral_metastases'.*a number"):
        metrics.prognostic_score(points.assign(growth="slow"), score="tomita_2001")
    sins = pd.DataFrame([{"location": 3, "pain": 3, "bone_lesion": 2, "alignment": 4}]).assign(
        collapse=3, posterolateral=""
    )
    row = metrics.prognostic_score(sins, score="sins", coding="points").iloc[0]
    assert (row["low"], row["high"], row["location_level"]) == (15, 18, None)


def tomita(**columns):
    given = {"growth": ["slow"], "visceral_metastases": ["none"], "bone_metastases": ["solitary"]}
    return pd.DataFrame(given | columns)


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        ("nesms", "points .* were not verified"),
        ("katagiri", "points were not verified"),
        ("katagiri_2014", "points were not verified"),
        ("sorg", "web application"),
        ("noms", "framework"),
        ("tokuhashi", "tokuhashi_2005"),
        ("tomita", "tomita_2001"),
        ("oswestry", "Unknown score 'oswestry'"),
    ],
)
def test_scores_that_are_refused(score, reason):
    with pytest.raises(ArgumentError, match=reason) as error:
        metrics.prognostic_score(tomita(), score=score)
    assert "sins, tokuhashi_2005, tomita_2001, bauer, bauer_modified, escc, ecog, kps" in str(
        error.value
    )


@pytest.mark.parametrize(
    ("frame", "ask", "message"),
    [
        (tomita(growth=["quick"]), {}, r"1 value\(s\) of 'growth'.*'quick'.*slow, moderate, rapid"),
        (tomita(growth=["a very long text about one patient"]), {}, "a text of 34 characters"),
        (tomita(growth=[7]), {}, "a number or sign"),
        (
            tomita(growth=list("abcdefghij")[:1]),
            {"words": {"growth": {"a": "fast"}}},
            "has to mean",
        ),
        (tomita(), {"words": {"pain": {}}}, "no item 'pain'"),
        (tomita(), {"items": {"pain": "x"}}, "no item 'pain'"),
        (tomita(), {"items": {"growth": "x"}}, "There is no column 'x' for growth"),
        (tomita(), {"total": "x"}, "no column 'x' with the total"),
        (tomita(age=[5]), {}, "unknown: 'age'"),
        (tomita().drop(columns="growth"), {}, "no column for 'growth'"),
        (tomita(), {"coding": "words"}, 'coding must be "facts" or "points"'),
        (tomita(), {"coding": "points", "words": {"growth": {}}}, "Leave words out"),
        (tomita(), {"collapse_of_50": "half"}, 'collapse_of_50 must be "over" or "under"'),
        (tomita(), {"disagreement": "both"}, 'disagreement must be "items" or "total"'),
        (pd.concat([tomita(), tomita()], axis=1), {}, "there twice: 'bone_metastases', 'growth'"),
        ([1, 2], {}, "Expected a Cohort or a Registry, got a list"),
    ],
)
def test_what_cannot_be_asked(frame, ask, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.prognostic_score(frame, score="tomita_2001", **ask)


def test_many_unknown_words_are_not_all_named():
    frame = pd.concat([tomita(growth=[letter]) for letter in "abcdefghij"])
    with pytest.raises(ArgumentError, match=r"10 value\(s\).*'a', 'b', .*'h' and 2 more"):
        metrics.prognostic_score(frame, score="tomita_2001")


def test_own_words_may_be_other_spellings_and_unknowns():
    frame = pd.concat([tomita(growth=[word]) for word in ("langsam", "?", "SLOW ")])
    said = {"growth": {"Langsam": "slow", "?": None}}
    result = metrics.prognostic_score(frame, score="tomita_2001", words=said)
    assert result["growth"].fillna(-1).tolist() == [1, -1, 1]


def test_numbers_may_be_text_and_counts_are_whole():
    ask = {
        "score": "tokuhashi_2005",
        "items": dict.fromkeys(
            ("performance", "extraspinal_bone_metastases", "organ_metastases", "primary", "palsy")
        ),
    }
    counts = pd.DataFrame({"vertebral_metastases": ["1", "3+", 2.0]}, dtype=object)
    said = {"vertebral_metastases": {"3+": "3"}}
    result = metrics.prognostic_score(counts, words=said, **ask)
    assert result["vertebral_metastases"].tolist() == [2, 0, 1]
    # No vertebral metastasis is no case of this score; neither is one and a half.
    for wrong in (0, 1.5, -1, "several"):
        with pytest.raises(ArgumentError, match="whole numbers from 1"):
            metrics.prognostic_score(pd.DataFrame({"vertebral_metastases": [wrong]}), **ask)


def test_true_is_not_the_number_one():
    mixed = pd.DataFrame({"visceral_metastases": [True, 1], "skeletal_metastases": "solitary"})
    with pytest.raises(ArgumentError, match=r"1 value\(s\) of 'visceral_metastases'"):
        metrics.prognostic_score(mixed.assign(primary="lung"), score="bauer_modified")


def test_an_empty_frame():
    result = metrics.prognostic_score(tomita().iloc[:0], score="tomita_2001")
    assert len(result) == 0 and "band" in result


ITEMS = {
    "location": ["T12", "L3", "T5", "S2", "C0-C4"],
    "pain": ["mechanical", "occasional", "none"],
    "bone_lesion": ["lytic", "mixed", "blastic"],
    "alignment": ["subluxation", "deformity", "normal"],
    "collapse": ["over 50", "under 50", "over 50 involved", "none"],
    "posterolateral": ["bilateral", "unilateral", "none"],
}
ROW = st.fixed_dictionaries({name: st.sampled_from(words) for name, words in ITEMS.items()})
GAPS = st.lists(st.sets(st.sampled_from(list(ITEMS))), min_size=4, max_size=4)


@given(rows=st.lists(ROW, min_size=4, max_size=4), gaps=GAPS, order=st.permutations(range(4)))
def test_the_range_of_the_unknown_holds_the_sum_and_order_does_not_matter(rows, gaps, order):
    whole = pd.DataFrame(rows)
    blank = pd.DataFrame(
        [
            {k: None if k in gap else v for k, v in row.items()}
            for row, gap in zip(rows, gaps, strict=True)
        ],
        dtype=object,
    )
    value = metrics.prognostic_score(whole, score="sins")["value"]
    result = metrics.prognostic_score(blank, score="sins")
    assert (result["low"] <= value).all() and (value <= result["high"]).all()
    known = result["value"].notna()
    assert known.tolist() == [not gap for gap in gaps]
    assert (result["value"][known] == value[known]).all()
    assert (result["low"][known] == result["high"][known]).all()
    assert (result["low_band"].cat.codes <= result["high_band"].cat.codes).all()
    again = metrics.prognostic_score(blank.iloc[list(order)], score="sins")
    pd.testing.assert_frame_equal(again, result.iloc[list(order)])
