"""What clinicians rate: grades in order with their meaning, ranges, and items that add up."""

from __future__ import annotations

import pytest

from spineoutcomes.vocabulary import instruments

# The lowest grade comes first.
GRADES = {
    "mrc_muscle_grade": ("0 1 2- 2 2+ 3- 3 3+ 4- 4 4+ 5- 5", "better"),
    "asia_ais": ("A B C D E", "better"),
    "frankel": ("A B C D E", "better"),
    "nurick": ("0 1 2 3 4 5", "worse"),
    "ecog": ("0 1 2 3 4 5", "worse"),
    "escc": ("0 1a 1b 1c 2 3", "worse"),
    "macnab": ("poor fair good excellent", "better"),
    "odom": ("poor fair good excellent", "better"),
    "bridwell": ("I II III IV", "worse"),
    "clavien_dindo": ("I II IIIa IIIb IVa IVb V", "worse"),
    "saves": ("I II III IV", "worse"),
}
# Whole numbers are counts; the rest is continuous.
NUMBERS = {
    "asia_motor_score": ((0, 100), "points", "count", "better"),
    "mjoa": ((0, 18), "points", "count", "better"),
    "joa": ((0, 17), "points", "count", "better"),
    "kps": ((0, 100), "%", "count", "better"),
    "mfi5": ((0, 5), "factors", "count", "worse"),
    "mfi11": ((0, 1), "ratio", "continuous", "worse"),
    "charlson": ((0, 33), "points", "count", "worse"),
    "charlson_quan": ((0, 24), "points", "count", "worse"),
}
# A word or two of what each grade means: enough to tell it from its neighbours.
MEANINGS = {
    "mrc_muscle_grade": {
        "0": "no contraction",
        "1": "flicker",
        "2": "gravity removed",
        "3": "against gravity",
        "4": "against resistance",
        "5": "normal",
    },
    "asia_ais": {
        "A": "neither sensation nor movement in S4-S5",
        "B": "no movement more than 3 levels below the motor level",
        "C": "more than half of the key muscles below the level weaker than grade 3",
        "D": "at least half of the key muscles below the level of grade 3 or more",
        "E": "normal, after an earlier deficit",
    },
    "nurick": {
        "0": "signs of nerve roots only",
        "1": "signs of the cord, walks normally",
        "2": "slight difficulty in walking, full employment",
        "3": "prevents full employment",
        "4": "only with help or a frame",
        "5": "chair or bed",
    },
    "escc": {
        "0": "bone only",
        "1a": "sac not deformed",
        "1b": "sac deformed, cord not touched",
        "1c": "cord touched, not compressed",
        "2": "cord compressed, fluid seen",
        "3": "cord compressed, no fluid seen",
    },
    "bridwell": {
        "I": "fused, remodelled, with trabeculae",
        "II": "intact, not fully remodelled, no lucency",
        "III": "intact, possible lucency at its top or bottom",
        "IV": "no fusion, graft collapsed or resorbed",
    },
    "clavien_dindo": {
        "I": "analgesics, diuretics, electrolytes, physiotherapy, a wound opened",
        "II": "other drugs, transfusion or parenteral nutrition",
        "IIIa": "intervention without general anaesthesia",
        "IIIb": "intervention under general anaesthesia",
        "IVa": "intensive care, a single organ",
        "IVb": "intensive care, several organs",
        "V": "death",
    },
    "saves": {
        "I": "no or little treatment, at most 1 to 2 days longer",
        "II": "treatment, 3 to 7 days longer in hospital, or both; no long sequelae",
        "III": "more than 7 days longer in hospital, or sequelae beyond 6 months",
        "IV": "death",
    },
}


@pytest.mark.parametrize("code", GRADES)
def test_grades_in_order(code: str) -> None:
    grades, higher_is = GRADES[code]
    entry = instruments[code]
    assert entry.kind == "ordinal"
    assert entry.grades == tuple(grades.split())
    assert entry.higher_is == higher_is


@pytest.mark.parametrize("code", NUMBERS)
def test_ranges(code: str) -> None:
    entry = instruments[code]
    assert (entry.range, entry.unit, entry.kind, entry.higher_is) == NUMBERS[code]


def test_no_grading_is_missing_from_these_tables() -> None:
    graded = {code for code, entry in instruments.items() if entry.is_graded}
    assert graded == set(GRADES)


def test_which_scores_have_to_name_their_site_or_domain() -> None:
    located = {code for code, entry in instruments.items() if entry.needs_location}
    assert located == {
        *("nrs_pain", "sf36", "srs22r", "sosgoq2", "mrc_muscle_grade", "vertebral_height_pct"),
    }


@pytest.mark.parametrize(
    ("code", "grade", "words"),
    [(code, grade, words) for code, said in MEANINGS.items() for grade, words in said.items()],
)
def test_what_a_grade_means(code: str, grade: str, words: str) -> None:
    assert words in instruments[code].meanings[grade]


def test_every_grade_of_a_worded_grading_has_its_meaning() -> None:
    worded = {code: entry.meanings for code, entry in instruments.items() if entry.meanings}
    assert set(worded) == set(MEANINGS)
    for code, said in worded.items():
        assert list(said) == list(MEANINGS[code]), code
        plain = [grade for grade in instruments[code].grades or () if grade[-1] not in "+-"]
        assert list(said) == plain, code


@pytest.mark.parametrize("code", ["frankel", "ecog", "macnab", "odom"])
def test_a_wording_that_was_not_seen_is_not_shipped(code: str) -> None:
    assert instruments[code].meanings == {}


def test_no_map_from_karnofsky_to_ecog_is_shipped() -> None:
    assert "No map from Karnofsky is shipped" in str(instruments["ecog"].note)
    assert "5 is death: an end, not the worst grade" in str(instruments["ecog"].note)
    assert instruments["kps"].items is instruments["ecog"].items is None


@pytest.mark.parametrize(
    ("code", "ranges"),
    [
        (
            "joa",
            {
                "motor_upper": (0, 4),
                "motor_lower": (0, 4),
                "sensation_arm": (0, 2),
                "sensation_leg": (0, 2),
                "sensation_trunk": (0, 2),
                "bladder": (0, 3),
            },
        ),
        (
            "mjoa",
            {
                "motor_upper": (0, 5),
                "motor_lower": (0, 7),
                "sensation_upper": (0, 3),
                "sphincter": (0, 3),
            },
        ),
    ],
)
def test_items_of_the_myelopathy_scores(code: str, ranges: dict[str, tuple[int, int]]) -> None:
    items = instruments[code].items
    assert items is not None
    assert items.rule == "sum"
    assert items.names == tuple(ranges)
    assert items.ranges == ranges
    assert items.full == sum(high for _, high in ranges.values()) == {"joa": 17, "mjoa": 18}[code]


def test_a_nurick_grade_is_its_own_item() -> None:
    items = instruments["nurick"].items
    assert items is not None
    assert (items.names, items.low, items.high, items.full) == (("grade",), 0, 5, 0)


def test_key_muscles_of_the_motor_score() -> None:
    items = instruments["asia_motor_score"].items
    assert items is not None
    roots = {"upper": ("C5", "C6", "C7", "C8", "T1"), "lower": ("L2", "L3", "L4", "L5", "S1")}
    for half, names in roots.items():
        both = {f"{side}_{root}" for side in ("left", "right") for root in names}
        assert set(items.domains[half]) == both
    assert (items.low, items.high, len(items.names), items.full) == (0, 5, 20, 100)
    assert {half: 5 * len(names) for half, names in items.domains.items()} == {
        "upper": 50,
        "lower": 50,
    }


def test_factors_of_the_frailty_index() -> None:
    items = instruments["mfi5"].items
    assert items is not None
    assert set(items.names) == {
        *["heart_failure", "diabetes", "lung_disease", "dependent", "hypertension"]
    }
    assert (items.low, items.high, items.full) == (0, 1, 0)
    assert instruments["mfi11"].n_items == 11


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mrc_muscle_grade", "from 64% to 48%"),
        ("mrc_muscle_grade", "never averaged"),
        ("asia_ais", "Never E for someone who had no deficit"),
        ("asia_ais", "Not the same instrument as the Frankel grade"),
        ("asia_motor_score", "50 points for the arms and 50 for the legs"),
        ("frankel", "Not the same instrument as the ASIA impairment scale"),
        ("frankel", "D1 to D3 of the modified scale are collapsed to D"),
        ("mjoa", "18 is normal; mild 15-17, moderate 12-14, severe 0-11"),
        ("joa", "Upper limb function is judged by chopsticks"),
        ("kps", "In steps of 10; grouped as 10-40, 50-70, 80-100"),
        ("escc", "High grade is 2 and 3; 1c is contested"),
        ("charlson", "Which codes find a disease is another choice than which weights it has"),
        ("charlson", "in a cohort of metastases that is a constant"),
        ("charlson_quan", "Never to be mixed with the original weights"),
        ("mfi5", "below 0.3 not frail, 0.3-0.5 mild, above 0.5 severe"),
        ("mfi11", "rho 0.93 to 0.94"),
        ("macnab", "not blinded: never the only main outcome"),
        ("bridwell", "Fused is I, or I and II: say which"),
        ("clavien_dindo", "rates by patient and by complication differ"),
        ("clavien_dindo", "suffix d (disability at discharge)"),
        ("saves", "Version 2 has other grades and is not shipped"),
        ("saves", "finds more than a search of the charts"),
    ],
)
def test_what_a_user_has_to_know(code: str, words: str) -> None:
    assert words in str(instruments[code].note)


def test_the_scale_of_muscle_grades_gives_credit() -> None:
    licence = str(instruments["mrc_muscle_grade"].licence)
    assert "Open Government Licence" in licence
    assert "Medical Research Council" in licence
