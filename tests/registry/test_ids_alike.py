"""Ids that a person would take for the same, and the one look that clears most registries."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.registry.rules import alike
from spineoutcomes.registry.rules.facts import Facts
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY


def alike_rows(ids: list[str | None], *, stored: str = "category") -> list[int]:
    tables = {
        "patients": pd.DataFrame({"patient_id": pd.Series(ids, dtype=object).astype(stored)}),
        "episodes": pd.DataFrame({"episode_id": pd.Series(["e1"], dtype=object)}),
    }
    hits = list(alike.ids_are_far_apart(Facts(tables, SHIPPED_VOCABULARY, None, {})))
    return [row for table, rows, *_ in hits for row in rows.tolist() if table == "patients"]


@pytest.mark.parametrize("stored", ["category", "object"])
@pytest.mark.parametrize(
    ("ids", "rows"),
    [
        (["7", "007", "70"], [0, 1]),
        (["P1", "p1", "p10"], [0, 1]),
        (["Ｐ１", "x", "P1"], [0, 2]),
        (["A 1", "A1", None], [0, 1]),
        (["A1", "A01"], []),  # a code, no number
        (["0", "00", "1"], [0, 1]),
        (["ABC", "abd", "7", "07x"], []),
        (["p1", "p1", "p2"], []),  # the same id twice is another rule's
    ],
)
def test_ids_alike(ids: list[str | None], rows: list[int], stored: str) -> None:
    assert alike_rows(ids, stored=stored) == rows


@given(st.lists(st.text(alphabet="aAbＡ10 \0", min_size=1, max_size=3), min_size=1, unique=True))
def test_one_look_at_all_hides_nothing(ids: list[str]) -> None:
    every = [alike._folded(one) for one in ids]
    expected = [row for row, one in enumerate(every) if every.count(one) > 1]
    assert alike_rows(ids) == expected
