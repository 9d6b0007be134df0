"""What patients report: range, direction and items of each instrument, and what is not shipped."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary import instruments

# code | lowest, highest, unit | which end is better | items of the form
FORMS = [
    ("vas_pain", (0, 10, "cm"), "worse", 1),
    ("nrs_pain", (0, 10, "points"), "worse", 1),
    ("odi", (0, 100, "%"), "worse", 10),
    ("ndi", (0, 100, "%"), "worse", 10),
    ("rmdq", (0, 24, "points"), "worse", 24),
    ("comi", (0, 10, "points"), "worse", 7),
    ("promis_pf", (0, 100, "T"), "better", None),
    ("promis_pi", (0, 100, "T"), "worse", None),
    ("eq_vas", (0, 100, "points"), "better", 1),
    ("sf36", (0, 100, "points"), "better", 36),
    ("sf36_pcs", (0, 100, "T"), "better", None),
    ("sf36_mcs", (0, 100, "T"), "better", None),
    ("srs22r", (1, 5, "points"), "better", 22),
    ("sosgoq2", (0, 100, "points"), "better", 20),
]


@pytest.mark.parametrize(("code", "scale", "higher_is", "n_items"), FORMS, ids=lambda x: str(x))
def test_range_and_direction(
    code: str, scale: tuple[int, int, str], higher_is: str, n_items: int | None
) -> None:
    entry = instruments[code]
    assert entry.range is not None
    assert (*entry.range, entry.unit) == scale
    assert entry.kind == ("count" if code in ("nrs_pain", "rmdq") else "continuous")
    assert (entry.higher_is, entry.n_items) == (higher_is, n_items)


@pytest.mark.parametrize(
    ("code", "rule", "lowest", "highest"),
    [
        ("odi", "proportion", 0, 5),
        ("ndi", "proportion", 0, 5),
        ("rmdq", "count_yes", 0, 1),
        ("srs22r", "domain_means", 1, 5),
        ("eq5d_3l", "value_set", 1, 3),
        ("eq5d_5l", "value_set", 1, 5),
    ],
)
def test_answers_of_an_item(code: str, rule: str, lowest: int, highest: int) -> None:
    items = instruments[code].items
    assert items is not None
    assert (items.rule, items.low, items.high, items.ranges) == (rule, lowest, highest, {})


@pytest.mark.parametrize(("code", "n"), [("odi", 10), ("ndi", 10), ("rmdq", 24), ("srs22r", 22)])
def test_items_go_by_their_number(code: str, n: int) -> None:
    items = instruments[code].items
    assert items is not None
    assert items.names == tuple(str(number + 1) for number in range(n))


@pytest.mark.parametrize("code", ["eq5d_3l", "eq5d_5l"])
def test_dimensions_of_health_in_the_order_of_a_state(code: str) -> None:
    items = instruments[code].items
    assert items is not None
    assert items.names == (
        *("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression"),
    )


def test_items_of_the_scoliosis_domains() -> None:
    items = instruments["srs22r"].items
    assert items is not None
    assert {domain: " ".join(names) for domain, names in items.domains.items()} == {
        "function": "5 9 12 15 18",
        "pain": "1 2 8 11 17",
        "self_image": "4 6 10 14 19",
        "mental_health": "3 7 13 16 20",
        "satisfaction": "21 22",
    }
    assert items.full == 5


@pytest.mark.parametrize("code", ["vas_pain", "nrs_pain"])
def test_pain_is_of_a_site(code: str) -> None:
    assert instruments[code].locations == ("back", "leg", "neck", "arm")
    assert instruments[code].missing_items == "single item, never imputed"


@pytest.mark.parametrize(
    ("code", "domains", "locations"),
    [
        (
            "srs22r",
            ("function", "pain", "self_image", "mental_health", "satisfaction"),
            {"subscore", "total"},
        ),
        ("sosgoq2", ("physical", "pain", "mental", "social"), {"total"}),
    ],
)
def test_domains(code: str, domains: tuple[str, ...], locations: set[str]) -> None:
    entry = instruments[code]
    assert entry.domains == domains
    assert set(entry.locations) == {*domains, *locations}
    assert entry.needs_location


def test_the_short_form_has_eight_domains_and_two_components() -> None:
    assert len(instruments["sf36"].domains) == 8
    assert instruments["sf36"].locations == instruments["sf36"].domains
    for code in ("sf36_pcs", "sf36_mcs"):
        assert "mean 50, standard deviation 10" in str(instruments[code].note)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("vas_pain", "must declare its scale: 7 can be 7 cm or 7 mm"),
        ("odi", "Record the version"),
        ("ndi", "69.6% of one Turkish cohort"),
        ("ndi", "not missing at random"),
        ("ndi", "raw sums of 0-50 declares its scale"),
        ("rmdq", "A version with 23 items exists"),
        ("promis_pf", "50 is the mean and 10 the standard deviation of the United States"),
        ("promis_pi", "50 is the mean and 10 the standard deviation of the United States"),
        ("promis_pf", "answers are never summed"),
        ("eq5d_3l", "named value set (country, year), which is not shipped"),
        ("eq5d_5l", "The 3L and the 5L version are not one series"),
        ("eq5d_5l", "5L has less of a ceiling"),
        ("eq5d", "response of one patient cannot be told from noise"),
        ("srs22r", "total of 22-110 declares its scale"),
        ("srs22r", "Domains do better than the total"),
        ("sosgoq2", "Four single items"),
        ("sosgoq2", "alpha 0.04, intraclass correlation 0.45; better without item 20"),
    ],
)
def test_what_a_user_has_to_know(code: str, words: str) -> None:
    assert words in str(instruments[code].note)


@pytest.mark.parametrize("code", ["eq5d_3l", "eq5d_5l", "eq5d"])
def test_an_index_of_health_is_at_most_1_and_can_be_below_0(code: str) -> None:
    limits = instruments[code].range
    assert limits is not None
    assert limits[0] < 0
    assert limits[1] == 1
    assert instruments[code].unit == "utility"
    assert instruments[code].higher_is == "better"
    assert instruments[code].n_items == (None if code == "eq5d" else 5)


@pytest.mark.parametrize("code", ["eq5d_3l", "eq5d_5l"])
def test_what_full_health_is_worth_is_left_to_the_value_set(code: str) -> None:
    items = instruments[code].items
    assert items is not None
    assert items.full is None
    states = {f"{state}": 0.97 for state in ("11111", "21111")}
    healthy = pd.DataFrame([[1] * 5], columns=list(items.names))
    own = {"name": "Values of people who live in the state, invented", "table": states}
    result = metrics.score_items(healthy, instrument=code, missing="none", value_set=own)
    assert result["value"].tolist() == [0.97]


# Scores whose official key is licensed, or was not seen: they come precomputed.
@pytest.mark.parametrize(
    "code", ["promis_pf", "promis_pi", "comi", "sf36", "sf36_pcs", "sf36_mcs", "sosgoq2", "eq5d"]
)
def test_without_the_official_key_nothing_is_scored_from_answers(code: str) -> None:
    with pytest.raises(ArgumentError, match=f"{code} has no items in the vocabulary"):
        metrics.score_items(pd.DataFrame({"1": [1]}), instrument=code, missing="none")


def test_that_100_is_best_in_spinal_tumours_is_said_to_be_unseen() -> None:
    assert "was not seen in its primary paper" in str(instruments["sosgoq2"].note)


@pytest.mark.parametrize("code", ["odi", "ndi", "rmdq", "srs22r"])
def test_how_many_items_may_be_missing_has_no_default(code: str) -> None:
    items = instruments[code].items
    assert items is not None
    answers = pd.DataFrame([[items.low] * len(items.names)], columns=list(items.names))
    with pytest.raises(TypeError, match="missing"):
        metrics.score_items(answers, instrument=code)  # type: ignore[call-arg]
