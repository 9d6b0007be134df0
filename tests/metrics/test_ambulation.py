import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

FRANKEL = {"instrument": "frankel", "ambulatory": ["D", "E"]}


def series(pairs, instrument="frankel", column="grade", approach="mis"):
    """Return episodes P0, P1, … with an answer before surgery and one after; None has no row."""
    names = [f"P{i}" for i in range(len(pairs))]
    rows = [
        f"{name},{instrument},{day},{answer}"
        for name, pair in zip(names, pairs, strict=True)
        for day, answer in zip((-3, 90), pair, strict=True)
        if answer is not None
    ]
    approaches = [approach] * len(pairs) if isinstance(approach, str) else approach
    episodes = "episode_id,approach_performed\n" + "\n".join(
        f"{name},{word}" for name, word in zip(names, approaches, strict=True)
    )
    header = f"episode_id,instrument,day,{column}\n"
    return build(" ".join(names), episodes=episodes, scores=header + "\n".join(rows))


def listed(column):
    return column.fillna(-9).tolist()


def test_regained_and_maintained_by_hand():
    pairs = [("C", "D"), ("A", "C"), ("D", "E"), ("E", "B"), ("D", None), ("B", None), (None, "E")]
    result = metrics.ambulation(series(pairs), definition=FRANKEL, visit="final")
    assert list(result.columns) == [
        *["ambulatory_before", "ambulatory_after", "regained", "maintained", "day", "status"]
    ]
    assert listed(result["ambulatory_before"]) == [0, 0, 1, 1, 1, 0, -9]
    assert listed(result["ambulatory_after"]) == [1, 0, 1, 0, -9, -9, 1]
    assert listed(result["regained"]) == [1, 0, -9, -9, -9, -9, -9]
    assert listed(result["maintained"]) == [-9, -9, 1, 0, -9, -9, -9]
    assert listed(result["day"]) == [90, 90, 90, 90, -9, -9, 90]
    assert result["status"].tolist() == ["observed"] * 4 + ["missing"] * 2 + ["no_baseline"]


def test_every_status(registry):
    five = registry(
        "A B C D",
        patients="""
        patient_id,death_day,last_contact_day,last_contact_status
        pA,50,,
        pB,,20,withdrawn
        pC,,20,lost
        """,
        episodes="episode_id,cutoff_day\nD,60",
        scores="episode_id,instrument,day,grade\n"
        + "\n".join(f"{name},frankel,-3,C" for name in "ABCD"),
    )
    result = metrics.ambulation(five, definition=FRANKEL, visit="3m", windows={"3m": (61, 120)})
    assert result["status"].tolist() == ["dead", "withdrawn", "lost", "not_due"]
    assert result["regained"].isna().all() and listed(result["ambulatory_before"]) == [0] * 4


# Published counts of the trial of Patchell et al. 2005: (regained, of those not walking before),
# (maintained, of those walking before).
TRIAL = {"mis": ((10, 16), (42, 50)), "open": ((3, 16), (29, 51))}


def test_the_counts_of_a_trial():
    pairs, approach = [], []
    for arm, ((regained, lame), (kept, walking)) in TRIAL.items():
        own = [("C", "D")] * regained + [("C", "C")] * (lame - regained)
        own += [("D", "D")] * kept + [("D", "C")] * (walking - kept)
        pairs += own
        approach += [arm] * len(own)
    cohort = so.select_cohort(
        series(pairs, approach=approach),
        arms={arm: {"approach": [arm]} for arm in TRIAL},
        assignment="performed",
    )
    result = metrics.ambulation(cohort, definition=FRANKEL, visit="final")
    by_arm = result.groupby(cohort.data["arm"], observed=True)
    for arm, (regained, maintained) in TRIAL.items():
        rows = by_arm.get_group(arm)
        assert (rows["regained"].sum(), rows["regained"].count()) == regained
        assert (rows["maintained"].sum(), rows["maintained"].count()) == maintained
    # Taken together they are the walking of all: 52 of 66 and 32 of 67.
    assert by_arm["ambulatory_after"].sum().tolist() == [52, 32]


def test_another_definition_gives_another_answer():
    pairs = [("C", "D"), ("D", "D"), ("E", "E")]
    strict = {"instrument": "frankel", "ambulatory": ("E",)}
    result = metrics.ambulation(series(pairs), definition=strict, visit="final")
    assert listed(result["ambulatory_before"]) == [0, 0, 1]
    assert listed(result["regained"]) == [0, 0, -9]


def test_grades_of_which_lower_is_better():
    nurick = {"instrument": "nurick", "ambulatory": ["0", "1", "2", "3", "4"]}
    result = metrics.ambulation(
        series([("5", "4"), ("4", "5"), ("0", "0")], "nurick"), definition=nurick, visit="final"
    )
    assert listed(result["regained"]) == [1, -9, -9]
    assert listed(result["maintained"]) == [-9, 0, 1]


@pytest.mark.parametrize(
    ("instrument", "named", "pairs"),
    [("kps", [50, 60], [(40, 50), (70, 49)]), ("ndi", [40, 20], [(41, 40), (0, 40.5)])],
)
def test_numbers_as_good_as_the_worst_one_named(instrument, named, pairs):
    result = metrics.ambulation(
        series(pairs, instrument, "value"),
        definition={"instrument": instrument, "ambulatory": named},
        visit="final",
    )
    assert listed(result["ambulatory_before"]) == [0, 1]
    assert listed(result["regained"]) == [1, -9]
    assert listed(result["maintained"]) == [-9, 0]


WRONG = [
    ("frankel", "definition must name an instrument and a list of its grades that mean walking"),
    ({"instrument": "frankel"}, "definition must name"),
    ({"instrument": "frankel", "ambulatory": "DE"}, "definition must name"),
    ({"instrument": "frankel", "ambulatory": []}, "definition must name"),
    ({"instrument": ["frankel"], "ambulatory": ["E"]}, "definition must name"),
    (FRANKEL | {"aid": "none"}, "definition must name"),
    ({"instrument": "walking", "ambulatory": ["yes"]}, "Unknown instrument 'walking'"),
    (
        {"instrument": "frankel", "ambulatory": ["D", "F", 5]},
        "frankel has no grade F, 5; its grades are: A, B, C, D, E",
    ),
    (
        {"instrument": "frankel", "ambulatory": ["C"]},
        "Every grade of frankel better than an ambulatory one is ambulatory as well; name D, E too",
    ),
    (
        {"instrument": "frankel", "ambulatory": list("ABCDE")},
        "Not every grade of frankel can mean walking",
    ),
    (
        {"instrument": "kps", "ambulatory": [50, 101]},
        "Karnofsky performance status has numbers from 0 to 100; 101 is none of them",
    ),
    ({"instrument": "kps", "ambulatory": ["50"]}, "'50' is none of them"),
]


@pytest.mark.parametrize(("definition", "message"), WRONG)
def test_definitions_that_cannot_be_read(definition, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.ambulation(series([("C", "D")]), definition=definition, visit="final")


def test_what_else_cannot_be_asked():
    with pytest.raises(ArgumentError, match="needs a visit after surgery"):
        metrics.ambulation(series([("C", "D")]), definition=FRANKEL, visit="pre")
    with pytest.raises(TypeError, match="definition"):
        metrics.ambulation(series([("C", "D")]), visit="final")


GRADE = st.sampled_from([*"ABCDE", None])


@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(GRADE, GRADE), min_size=1, max_size=8))
def test_each_has_its_own_denominator(pairs):
    pairs = [*pairs, ("C", "D")]
    result = metrics.ambulation(series(pairs), definition=FRANKEL, visit="final")
    assert result.index.tolist() == [f"P{i}" for i in range(len(pairs))]
    seen = [(a in "DE", b in "DE") for a, b in pairs if a and b]
    assert result["regained"].count() == sum(not before for before, _ in seen)
    assert result["maintained"].count() == sum(before for before, _ in seen)
    assert result["regained"].sum() + result["maintained"].sum() == sum(after for _, after in seen)
    assert not (result["regained"].notna() & result["maintained"].notna()).any()
