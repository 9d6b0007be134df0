"""Conditions are parsed, never run."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from spineoutcomes.conditions import meets
from spineoutcomes.errors import ArgumentError

NUMBERS = pd.Series([1.0, 2.0, None])
WORDS = pd.Series(["1", "2", None], dtype="category")
FLAGS = pd.Series([True, False, None], dtype="boolean")
DATES = pd.to_datetime(pd.Series(["2020-01-31", "2021-01-31", None]))


@pytest.mark.parametrize(
    ("values", "condition", "expected"),
    [
        (NUMBERS, ">= 2", [False, True, False]),
        (NUMBERS, " <2 ", [True, False, False]),
        (NUMBERS, "<= 1", [True, False, False]),
        (NUMBERS, "> 1", [False, True, False]),
        (NUMBERS, "== 2", [False, True, False]),
        (NUMBERS, "!= 2", [True, False, False]),
        (NUMBERS, 2, [False, True, False]),
        (NUMBERS, [1, 3], [True, False, False]),
        (NUMBERS, [], [False, False, False]),
        (WORDS, "2", [False, True, False]),
        (WORDS, 2, [False, True, False]),
        (WORDS, [1, 2], [True, True, False]),
        (WORDS, "== 1", [True, False, False]),
        (WORDS, "!= 1", [False, True, False]),
        (FLAGS, True, [True, False, False]),
        (FLAGS, [False], [False, True, False]),
        (DATES, ">= 2020-06-01", [False, True, False]),
        (DATES, "< 2021-01-31", [True, False, False]),
    ],
)
def test_what_meets_a_condition(values: pd.Series, condition: Any, expected: list[bool]) -> None:
    assert meets(values, condition, name="x").tolist() == expected


def test_words_are_not_compared_by_size() -> None:
    with pytest.raises(ArgumentError, match="x holds text, so '>=' means nothing; list the values"):
        meets(WORDS, ">= 2", name="x")


def test_a_comparison_of_numbers_needs_a_number() -> None:
    with pytest.raises(ArgumentError, match="x holds numbers; the condition >= 'old' has none"):
        meets(NUMBERS, ">= old", name="x")
    with pytest.raises(ArgumentError, match="x holds dates"):
        meets(DATES, ">= 31/01/2020", name="x")


def test_text_that_looks_like_code_is_only_text() -> None:
    code = "__import__('os').getcwd()"
    assert meets(WORDS, code, name="x").tolist() == [False, False, False]
