"""Levels: every way hospitals write them, what is refused and why, and who is next to whom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.mapping.grammar import Score
from spineoutcomes.registry.columns import TABLES
from spineoutcomes.vocabulary import parse_levels, relation
from spineoutcomes.vocabulary.levels import REGIONS, SIDES, VERTEBRAE, Side, parse_segments

A_VERTEBRA = st.sampled_from(VERTEBRAE)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("T12-L1", ["T12", "L1"]),
        ("L4/5", ["L4", "L5"]),
        ("L5/S1", ["L5", "S1"]),
        ("L4/5/S1", ["L4", "L5", "S1"]),
        ("C3-C7", ["C3", "C4", "C5", "C6", "C7"]),
        ("C3-7", ["C3", "C4", "C5", "C6", "C7"]),
        ("L4-S1", ["L4", "L5", "S1"]),
        ("T10-12", ["T10", "T11", "T12"]),
        ("T12、L1", ["T12", "L1"]),
        ("Ｌ４／５", ["L4", "L5"]),
        ("Ｔ１２－Ｌ１", ["T12", "L1"]),
        ("C7～T1", ["C7", "T1"]),
        ("L4ーL5", ["L4", "L5"]),
        ("L4–L5", ["L4", "L5"]),
        ("L4 to S1", ["L4", "L5", "S1"]),
        ("L5, L4 and S1", ["L4", "L5", "S1"]),
        ("T3;T5；T7，T9", ["T3", "T5", "T7", "T9"]),
        ("L4/5, L5/S1", ["L4", "L5", "S1"]),
        ("t 10 - 12", ["T10", "T11", "T12"]),
        ("Th12", ["T12"]),
        ("T03", ["T3"]),
        ("C0-C2", ["C0", "C1", "C2"]),
        ("occiput", ["C0"]),
        ("L4 L4", ["L4"]),
    ],
)
def test_one_canonical_form(text: str, levels: list[str]) -> None:
    assert parse_levels(text) == levels


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, "", "  "])
def test_a_missing_text_has_no_levels(missing: str | None) -> None:
    assert parse_levels(missing) == []
    assert parse_segments(missing) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("T", "T without a number"),
        ("Th", "TH without a number"),
        ("coccyx", "The coccyx is no vertebra of C0-S5.*mapping="),
        ("L6", r'L6 is no vertebra of C0-S5.*mapping=\{"L6": "L5"\}'),
        ("L4-6", "L6 is no vertebra"),
        ("T13", "T13 is no vertebra"),
        ("C8", "C8 is no vertebra"),
        ("D12", r'D12 is no vertebra.*mapping=\{"D": "T"\}'),
        ("L5-L1", "L5-L1 runs from below upwards"),
        ("L5-1", "the disc below L5 is L5-S1"),
        ("L2/L5", "L2/L5: a slash names the disc between neighbours"),
        ("L4,5", "A number alone is no vertebra"),
        ("4/5", "A number alone is no vertebra"),
        ("L4-", "lacks the vertebra"),
        ("thoracic", "'thoracic' names a region, which is not a level.*`region`"),
        ("Lumbosacral", "'lumbosacral' names a region"),
        *((region, "names a region") for region in REGIONS),
    ],
)
def test_what_is_no_level_is_refused_with_a_way_out(text: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        parse_levels(text)
    assert issubclass(ArgumentError, ValueError)


def test_a_message_never_repeats_a_name() -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_levels("Marianne")
    assert "arianne" not in str(caught.value).lower()
    assert "8 characters" in str(caught.value)


@pytest.mark.parametrize("wrong", [4, ["T12", "L1"]])
def test_only_text_is_read(wrong: str) -> None:
    with pytest.raises(ArgumentError, match=r"read from text; found (int|list)"):
        parse_levels(wrong)


def test_a_mapping_says_what_this_registry_means() -> None:
    assert parse_levels("L4-L6", mapping={"L6": "L5"}) == ["L4", "L5"]
    assert parse_levels("L5-L6", mapping={"l6": "S1"}) == ["L5", "S1"]
    assert parse_levels("T13", mapping={"T13": "L1"}) == ["L1"]
    assert parse_levels("D11-12, L1", mapping={"D": "T"}) == ["T11", "T12", "L1"]
    assert parse_levels("coccyx", mapping={"Coccyx": "S5"}) == ["S5"]
    assert relation("L6", "L4", mapping={"L6": "L5"}) == "adjacent"


@pytest.mark.parametrize("mapping", [{"L6": "L7"}, {"L6": "L"}, {"D": "D"}, {"L6": ""}])
def test_a_mapping_leads_to_what_exists(mapping: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match="has to stand for a vertebra"):
        parse_levels("L4", mapping=mapping)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("L4/5", ["L4-L5"]),
        ("L5/S1, L4/5", ["L4-L5", "L5-S1"]),
        ("C5-7", ["C5-C6", "C6-C7"]),
        ("T12-L1", ["T12-L1"]),
        ("L4", []),
        ("L4, L5", []),
    ],
)
def test_segments_are_the_discs_between(text: str, segments: list[str]) -> None:
    assert parse_segments(text) == segments


@pytest.mark.parametrize(
    ("level", "treated", "expected"),
    [
        ("T12", ["T12", "L1"], "index"),
        ("L2", "T12-L1", "adjacent"),
        ("T11", "T12-L1", "adjacent"),
        ("L3", "T12-L1", "remote"),
        ("C7", "T1", "adjacent"),
        ("T12", "L1", "adjacent"),
        ("S1", "L5", "adjacent"),
        ("L3", ["L2", "L4"], "adjacent"),
        ("L3", ["L1/2", "L5"], "adjacent"),
        ("L3", {"L1"}, "remote"),
        (None, "L1", None),
        ("L1", None, None),
        ("L1", [], None),
        ("L1", [None, "L1"], "index"),
    ],
)
def test_relation(level: str | None, treated: list[str] | str | None, expected: str | None) -> None:
    assert relation(level, treated) == expected


def test_relation_takes_one_vertebra() -> None:
    with pytest.raises(ArgumentError, match="takes one vertebra; the text names 2"):
        relation("T12-L1", "L1")


@given(st.lists(A_VERTEBRA, min_size=1))
def test_lists_come_back_in_order_each_once(levels: list[str]) -> None:
    expected = [level for level in VERTEBRAE if level in levels]
    assert parse_levels(", ".join(levels)) == expected
    assert parse_levels("、".join(levels)) == expected
    assert parse_levels(" ".join(parse_levels(" ".join(levels)))) == expected


@given(st.integers(0, len(VERTEBRAE) - 1), st.integers(0, len(VERTEBRAE) - 1))
def test_a_range_holds_everything_between(a: int, b: int) -> None:
    upper, lower = VERTEBRAE[min(a, b)], VERTEBRAE[max(a, b)]
    run = parse_levels(f"{upper}-{lower}")
    assert run == list(VERTEBRAE[min(a, b) : max(a, b) + 1])
    assert len(parse_segments(f"{upper}-{lower}")) == len(run) - 1


@given(A_VERTEBRA, A_VERTEBRA)
def test_relation_is_symmetric(one: str, other: str) -> None:
    assert relation(one, other) == relation(other, one)
    assert (relation(one, other) == "index") == (one == other)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        levels = parse_levels(text)
    except ArgumentError:
        return
    assert set(levels) <= set(VERTEBRAE)


def test_sides_are_spelt_in_one_place() -> None:
    assert SIDES == ("left", "right", "both")
    package = Path(so.__file__).parent
    spelt = re.compile(r"""["']left["'],\s*["']right["'],\s*["']both["']""")
    files = [file for file in package.rglob("*.py") if spelt.search(file.read_text("utf-8"))]
    assert [file.relative_to(package).as_posix() for file in files] == ["vocabulary/levels.py"]


def test_a_score_is_of_one_of_these_sides() -> None:
    columns = {column.name: column.allowed for column in TABLES["scores"].columns}
    assert columns["side"] == ("left", "right", "both")
    assert get_args(get_type_hints(Score)["side"])[0] == Side
