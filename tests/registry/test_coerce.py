"""Columns that nobody declared: numbers where all cells are, else text."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.registry import TABLES
from spineoutcomes.registry.coerce import coerced


@pytest.mark.parametrize(
    ("cells", "numeric"),
    [
        (["1", "2.5", ""], True),
        (["-1e-3"], True),
        (["007", "12"], False),
        (["1", "x"], False),
        (["", ""], False),
        (["2020-01-01"], False),
    ],
)
def test_a_column_nobody_declared_is_numeric_when_all_its_cells_are(
    cells: list[str], numeric: bool
) -> None:
    frame = pd.DataFrame({"patient_id": [f"P{n}" for n, _ in enumerate(cells)], "mine": cells})
    values = coerced(TABLES["patients"], frame)[0]["mine"]
    assert pd.api.types.is_numeric_dtype(values) == numeric


def test_a_number_nobody_declared_keeps_its_last_digit() -> None:
    written = "0.30000000000000004"
    frame = pd.DataFrame({"patient_id": ["P1"], "mine": [written]})
    assert repr(float(coerced(TABLES["patients"], frame)[0]["mine"].iloc[0])) == written


def test_cells_that_are_equal_as_numbers_stay_apart_as_text() -> None:
    frame = pd.DataFrame({"patient_id": [1, True, "1 ", 1.5, None]}, dtype=object)
    ids = coerced(TABLES["patients"], frame)[0]["patient_id"]
    assert ids.dropna().tolist() == ["1", "True", "1", "1.5"]
    assert ids.isna().tolist() == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pd.Series([1.0, 2.0, None]), ["1", "2", None]),
        (pd.Series([1.5, 2.0]), ["1.5", "2.0"]),
        (pd.Series([7, 7]), ["7", "7"]),
        (pd.Series([" a", "a ", "", None], dtype=object), ["a", "a", None, None]),
        (pd.Series(["b", "a", "b"], dtype="category"), ["b", "a", "b"]),
    ],
)
def test_text_is_stripped_and_whole_numbers_have_no_point(
    values: pd.Series, texts: list[str | None]
) -> None:
    typed = coerced(TABLES["patients"], pd.DataFrame({"patient_id": values, "centre": values}))[0]
    for name in ("patient_id", "centre"):
        found = typed[name].astype(object)
        assert [None if pd.isna(text) else text for text in found] == texts


def test_yes_and_no_in_all_their_spellings() -> None:
    cells = ["Yes", "no ", "TRUE", "0", "1.0", "", "perhaps", None]
    frame = pd.DataFrame({"episode_id": range(8), "radiotherapy_planned": cells})
    typed, _, found = coerced(TABLES["episodes"], frame)
    flags = typed["radiotherapy_planned"]
    assert flags.isna().tolist() == [False] * 5 + [True] * 3
    assert flags.dropna().tolist() == [True, False, True, False, True]
    assert found["row"].tolist() == [7]
    assert found["rule"].tolist() == ["not_yes_or_no"]


def test_a_date_is_read_once_and_stands_in_every_row_that_has_it() -> None:
    cells = ["2020-01-31", "2020-02", "", "2020-01-31", "31.1.2020"]
    frame = pd.DataFrame({"patient_id": range(5), "death_date": cells})
    _, dates, found = coerced(TABLES["patients"], frame)
    first, last = dates["death_date"].lower, dates["death_date"].upper
    assert first.isna().tolist() == [False, False, True, False, True]
    assert first.dropna().astype(str).tolist() == ["2020-01-31", "2020-02-01", "2020-01-31"]
    assert str(last[1].date()) == "2020-02-29"
    assert found["row"].tolist() == [5]
