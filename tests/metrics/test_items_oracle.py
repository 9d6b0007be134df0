"""The Oswestry index against the numbers of another program, with ever more items unanswered."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spineoutcomes import metrics

ODI = [str(n) for n in range(1, 11)]
ROOT = Path(__file__).parents[2]
FILES = ("data-oswestry.xlsx", "oswestry_eng.csv", "oswestry_fr.csv")

# The test forms of the R package qhs: how many of the first sections are unanswered, the grade of
# all others, and its numerator, denominator and index.
QHS = [
    (0, 0, 0, 50, 0),
    (0, 1, 10, 50, 20),
    (0, 2, 20, 50, 40),
    (0, 3, 30, 50, 60),
    (0, 4, 40, 50, 80),
    (0, 5, 50, 50, 100),
    (1, 0, 0, 45, 0),
    (2, 1, 8, 40, 20),
    (3, 2, 14, 35, 40),
    (4, 3, 18, 30, 60),
    (5, 4, 20, 25, 80),
    (6, 5, 20, 20, 100),
]


@pytest.mark.validates("metrics.score_items", source="R package qhs, its twelve test forms")
def test_twelve_forms_of_another_program():
    rows = [[np.nan] * blank + [grade] * (10 - blank) for blank, grade, *_ in QHS]
    table = pd.DataFrame(rows, columns=ODI)
    # That program scores a form however few sections are answered.
    result = metrics.score_items(table, instrument="odi", missing=9)
    _, _, numerator, denominator, index = zip(*QHS, strict=True)
    assert result["denominator"].tolist() == list(denominator)
    assert result["value"].tolist() == list(index)
    assert (result["value"] * result["denominator"] / 100).tolist() == list(numerator)


def scored_tables() -> list[pd.DataFrame]:
    """Return the tables of the real data that hold sections as grades and the index."""
    folder = os.environ.get("SPINEOUTCOMES_REAL_DATA")
    root = Path(folder) if folder else ROOT.parent / "shared" / "real"
    tables: list[pd.DataFrame] = []
    for path in (root / "workbooks" / name for name in FILES):
        if path.suffix == ".xlsx" and path.exists():
            tables += pd.read_excel(path, sheet_name=None).values()
        elif path.exists():
            tables.append(pd.read_csv(path))
    wanted = {"denominator", "oswestry"}
    return [table for table in tables if wanted <= set(table.columns)]


def test_the_file_of_the_other_program():
    tables = scored_tables()
    if not tables:
        pytest.skip("the scored Oswestry forms are not here; set SPINEOUTCOMES_REAL_DATA")
    for table in tables:
        sections = [name for name in table.columns if str(name).startswith("scored.")]
        answers = table[sections].set_axis(ODI, axis="columns")
        result = metrics.score_items(answers, instrument="odi", missing=9)
        np.testing.assert_allclose(result["value"], table["oswestry"])
        np.testing.assert_array_equal(result["denominator"], table["denominator"])
