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
