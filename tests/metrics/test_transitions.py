import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

LETTERS = "ABCDE"
PATIENTS = """
patient_id,death_day,last_contact_day,last_contact_status
pE,80,,
pF,,20,withdrawn
pG,,20,lost
"""
EPISODES = """
episode_id,cutoff_day,approach_performed
A,,mis
B,,mis
C,,mis
D,,open
E,,mis
F,,open
G,,open
H,60,open
I,,open
J,,open
"""
SCORES = """
episode_id,instrument,day,visit,grade
A,frankel,-3,,B
A,frankel,90,3m,D
B,frankel,-3,,E
B,frankel,90,3m,E
C,frankel,-3,,A
C,frankel,90,3m,A
D,frankel,-3,,D
D,frankel,90,3m,C
E,frankel,-3,,C
F,frankel,-3,,C
G,frankel,-3,,C
H,frankel,-3,,C
I,frankel,-3,,C
J,frankel,90,3m,C
"""
ASK = {"instrument": "frankel", "visit": "3m", "windows": {"3m": (61, 120)}}


@pytest.fixture(scope="module")
def ten(registry):
    return registry("A B C D E F G H I J", patients=PATIENTS, episodes=EPISODES, scores=SCORES)


def pairs_of(pairs, instrument="frankel", column="grade"):
    names = [f"P{i}" for i in range(len(pairs))]
    rows = itertools.chain.from_iterable(
        (f"{name},{instrument},-3,{before}", f"{name},{instrument},90,{after}")
        for name, (before, after) in zip(names, pairs, strict=True)
    )
    header = f"episode_id,instrument,day,{column}\n"
    return build(" ".join(names), scores=header + "\n".join(rows))


def words(column):
    return ["" if pd.isna(value) else value for value in column]


def test_transitions_and_every_status(ten):
    result = metrics.neurological_transition(ten, **ASK)
    assert list(result.columns) == [
        *["baseline", "grade", "transition", "can_improve", "can_worsen", "steps", "day", "status"]
    ]
    assert result.index.tolist() == list("ABCDEFGHIJ")
    assert words(result["baseline"]) == ["B", "E", "A", "D", *["C"] * 5, ""]
    assert words(result["grade"]) == ["D", "E", "A", "C", *[""] * 5, "C"]
    assert words(result["transition"]) == ["improved", "stable", "stable", "worse", *[""] * 6]
    assert result["steps"].fillna(-9).tolist() == [2, 0, 0, -1, *[-9] * 6]
    assert words(result["can_improve"]) == [True, False, *[True] * 7, ""]
    assert words(result["can_worsen"]) == [True, True, False, *[True] * 6, ""]
    assert result["day"].fillna(-9).tolist() == [90, 90, 90, 90, *[-9] * 5, 90]
    assert result["status"].tolist() == [
        *["observed"] * 4,
        *["dead", "withdrawn", "lost", "not_due", "missing", "no_baseline"],
    ]
    assert result["transition"].cat.categories.tolist() == ["worse", "stable", "improved"]
    assert all(result[name].cat.ordered for name in ("baseline", "grade", "transition"))
    assert result["baseline"].cat.categories.tolist() == list(LETTERS)


def test_it_agrees_with_the_change_of_the_grade(ten):
    moved = metrics.neurological_transition(ten, **ASK)
    change = metrics.grade_change(ten, **ASK, rule="rank")
    assert moved["steps"].equals(change["change"].rename("steps"))
    assert words(moved["transition"]) == words(change["direction"])
    assert moved["can_improve"].astype(float).equals(change["can_improve"])


def test_the_rule_and_the_baseline_window(registry):
    one = registry(
        "A",
        scores="""
        episode_id,instrument,day,grade
        A,frankel,-200,B
        A,frankel,70,C
        A,frankel,110,E
        """,
    )
    late = metrics.neurological_transition(one, **ASK, rule="last")
    assert late.loc["A", ["grade", "steps", "day"]].tolist() == ["E", 3, 110]
    first = metrics.neurological_transition(one, **ASK, rule="first")
    assert first.loc["A", ["grade", "steps", "day"]].tolist() == ["C", 1, 70]
    old = metrics.neurological_transition(one, **ASK, rule="first", baseline_window=(-90, 0))
    assert old.loc["A", "status"] == "no_baseline"


def test_the_matrix_counts_every_episode(ten):
    cohort = so.select_cohort(
        ten,
        arms={"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}},
        assignment="performed",
    )
    cells = metrics.transition_matrix(cohort, **ASK)
    assert list(cells.columns) == [
        *["arm", "baseline", "grade", "status", "transition", "can_improve", "can_worsen"],
        *["steps", "n"],
    ]
    seen = cells[cells["status"] == "observed"]
    assert len(seen) == 2 * 5 * 5
    filled = seen[seen["n"] > 0][["arm", "baseline", "grade", "transition", "steps", "n"]]
    assert filled.astype(object).to_numpy().tolist() == [
        ["mis", "A", "A", "stable", 0, 1],
        ["mis", "B", "D", "improved", 2, 1],
        ["mis", "E", "E", "stable", 0, 1],
        ["open", "D", "C", "worse", -1, 1],
    ]
    absent = cells[cells["status"] != "observed"]
    assert [words(row) for _, row in absent[["arm", "baseline", "grade", "status"]].iterrows()] == [
        ["mis", "C", "", "dead"],
        ["open", "C", "", "not_due"],
        ["open", "C", "", "withdrawn"],
        ["open", "C", "", "lost"],
        ["open", "C", "", "missing"],
        ["open", "", "C", "no_baseline"],
    ]
    assert (absent["n"] == 1).all() and absent["transition"].isna().all()
    assert cells.groupby("arm", observed=True)["n"].sum().to_dict() == {"mis": 4, "open": 6}
    could = {
        name: seen[~seen[name]].groupby("arm", observed=True)["n"].sum().tolist()
        for name in ("can_improve", "can_worsen")
    }
    assert could == {"can_improve": [1, 0], "can_worsen": [1, 0]}


def test_the_matrix_of_a_registry_without_a_single_grade():
    cells = metrics.transition_matrix(
        build("A B", scores="episode_id,instrument,day,value\nA,kps,-3,80"),
        instrument="frankel",
        visit="final",
    )
    assert cells["n"].sum() == 2
    assert cells[cells["n"] > 0][["arm", "status"]].astype(object).to_numpy().tolist() == [
        ["all", "missing"]
    ]


def test_frankel_and_the_impairment_scale_are_never_mixed(registry):
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,day,grade
        A,frankel,-3,B
        A,asia_ais,90,D
        B,asia_ais,-3,B
        B,asia_ais,90,E
        """,
    )
    frankel = metrics.neurological_transition(two, instrument="frankel", visit="final")
    assert frankel["status"].tolist() == ["missing", "missing"]
    scale = metrics.neurological_transition(two, instrument="asia_ais", visit="final")
    assert scale["status"].tolist() == ["no_baseline", "observed"]
    assert scale["steps"].fillna(-9).tolist() == [-9, 3]


def test_a_score_is_read_in_bands():
    pairs = [(0, 11), (11, 12), (14, 15), (17, 18), (18, 17), (18, 11), (12, 14), (15, 17)]
    result = metrics.neurological_transition(
        pairs_of(pairs, "mjoa", "value"), instrument="mjoa", visit="final"
    )
    bands = ["severe", "moderate", "mild", "normal"]
    assert result["baseline"].cat.categories.tolist() == bands
    assert words(result["baseline"]) == [
        *["severe", "severe", "moderate", "mild", "normal", "normal", "moderate", "mild"]
    ]
    assert words(result["grade"]) == [
        *["severe", "moderate", "mild", "normal", "mild", "severe", "moderate", "mild"]
    ]
    assert result["steps"].tolist() == [0, 1, 1, 1, -1, -3, 0, 0]
    assert words(result["can_improve"]) == [True] * 4 + [False] * 2 + [True] * 2
    assert words(result["can_worsen"]) == [False] * 2 + [True] * 6


def test_a_missing_score_has_no_band(registry):
    two = registry("A B", scores="episode_id,instrument,day,value\nA,mjoa,-3,12\nB,mjoa,9,12")
    result = metrics.neurological_transition(two, instrument="mjoa", visit="final")
    assert words(result["baseline"]) == ["moderate", ""]
    assert words(result["grade"]) == ["", "moderate"]
    assert result["transition"].isna().all() and result["steps"].isna().all()
    assert result["status"].tolist() == ["missing", "no_baseline"]


def test_a_grade_of_which_lower_is_better():
    pairs = [("4", "1"), ("0", "5")]
    result = metrics.neurological_transition(
        pairs_of(pairs, "nurick"), instrument="nurick", visit="final"
    )
    assert result["steps"].tolist() == [3, -5]
    assert words(result["can_improve"]) == [True, False]
    assert result["baseline"].cat.categories.tolist() == list("543210")


def test_what_cannot_be_asked(ten):
    with pytest.raises(
        ArgumentError,
        match=r"kps has numbers and no declared bands \(declared for: mjoa\); use change_from",
    ):
        metrics.neurological_transition(ten, **(ASK | {"instrument": "kps"}))
    with pytest.raises(ArgumentError, match=r"has grades with plus and minus, .* use grade_change"):
        metrics.transition_matrix(ten, **(ASK | {"instrument": "mrc_muscle_grade"}))
    with pytest.raises(ArgumentError, match="needs a visit after surgery"):
        metrics.neurological_transition(ten, **(ASK | {"visit": "baseline"}))
    with pytest.raises(ArgumentError, match="rule must be"):
        metrics.neurological_transition(ten, **ASK, rule="best")
    with pytest.raises(ArgumentError, match="Unknown instrument 'frankl'"):
        metrics.neurological_transition(ten, **(ASK | {"instrument": "frankl"}))
    two = build(
        "A",
        scores="episode_id,instrument,side,day,grade\nA,frankel,left,-3,B\nA,frankel,right,-3,C",
    )
    with pytest.raises(ArgumentError, match=r"side: left, right; .* never mixed. Say side=\.\.\.$"):
        metrics.neurological_transition(two, instrument="frankel", visit="final")


PAIR = st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS))


@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(PAIR, min_size=1, max_size=8))
def test_swapping_baseline_and_visit_swaps_improved_and_worse(pairs):
    swapped = [(after, before) for before, after in pairs]
    there, back = (
        metrics.neurological_transition(pairs_of(each), instrument="frankel", visit="final")
        for each in (pairs, swapped)
    )
    assert there["steps"].tolist() == (-back["steps"]).tolist()
    other = {"improved": "worse", "worse": "improved", "stable": "stable"}
    assert there["transition"].tolist() == [other[word] for word in back["transition"]]
    assert there["steps"].tolist() == [
        LETTERS.index(after) - LETTERS.index(before) for before, after in pairs
    ]
    # Nobody at an end of the scale moves past it.
    assert not ((there["transition"] == "improved") & ~there["can_improve"]).any()
    assert not ((there["transition"] == "worse") & ~there["can_worsen"]).any()


@settings(max_examples=10, deadline=None)
@given(pairs=st.lists(PAIR, min_size=1, max_size=8))
def test_the_matrix_is_the_count_of_the_transitions(pairs):
    registry = pairs_of(pairs)
    ask = {"instrument": "frankel", "visit": "final"}
    cells = metrics.transition_matrix(registry, **ask)
    moved = metrics.neurological_transition(registry, **ask)
    assert cells["n"].sum() == len(moved)
    assert not cells.duplicated(["arm", "baseline", "grade", "status"]).any()
    for word, n in moved["transition"].value_counts().items():
        assert cells.loc[cells["transition"] == word, "n"].sum() == n
    counts = cells.set_index(["baseline", "grade"])["n"]
    assert all(counts[pair] == pairs.count(pair) for pair in pairs)


def test_a_cohort_has_the_rows_of_its_own_episodes_in_its_order(ten):
    frame = ten.table("episodes").set_index("episode_id")
    cohort = so.select_cohort(ten, where=frame.index.to_series().isin(list("BDJ")))
    moved = metrics.neurological_transition(cohort, **ASK)
    pd.testing.assert_index_equal(moved.index, cohort.data.index)
    pd.testing.assert_frame_equal(
        moved, metrics.neurological_transition(ten, **ASK).loc[list("BDJ")]
    )
