"""The Oswestry index against the numbers of another program, with ever more items unanswered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes import metrics

ODI = [str(n) for n in range(1, 11)]

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
