"""The frailty index of five factors, as a ratio and as a count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

NAMES = list(so.vocabulary.instruments["mfi5"].items.names)
NA = np.nan


def factors(*rows: list) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=NAMES)


def present(k: int, of: int = 5) -> list:
    return [1] * k + [0] * (of - k) + [NA] * (5 - of)


def test_ratio_count_and_bands_by_hand():
    table = factors(*(present(k) for k in range(6)))
    ratio = metrics.frailty_index(table, convention="ratio", missing="none")
    assert list(ratio.columns) == ["value", "n_known", "band", "status"]
    np.testing.assert_allclose(ratio["value"], [0, 0.2, 0.4, 0.6, 0.8, 1], rtol=1e-15)
    bands = ["not frail", "not frail", "mildly frail", *["severely frail"] * 3]
    assert ratio["band"].tolist() == bands
    assert ratio["band"].cat.ordered
    count = metrics.frailty_index(table, convention="count", missing="none")
    assert count["value"].tolist() == [0, 1, 2, 3, 4, 5]
    assert count["band"].tolist() == bands


@pytest.mark.parametrize(
    ("k", "of", "band"),
    [
        (1, 4, "not frail"),  # 0.25
        (1, 3, "mildly frail"),  # 0.33
        (2, 4, "mildly frail"),  # 0.5 is still mild
        (1, 2, "mildly frail"),
        (2, 3, "severely frail"),  # 0.67
    ],
)
def test_an_unknown_factor_leaves_the_denominator(k, of, band):
    result = metrics.frailty_index(factors(present(k, of)), convention="ratio", missing=4).loc[0]
    assert (result["value"], result["n_known"], result["band"]) == (k / of, of, band)


def test_too_many_unknown_factors():
    table = factors(present(1, 4), present(1, 3), present(0, 0))
    result = metrics.frailty_index(table, convention="ratio", missing={"max_missing": 1})
    np.testing.assert_array_equal(result["value"], [0.25, NA, NA])
    assert result["band"].isna().tolist() == [False, True, True]
    assert result["status"].tolist() == ["observed", "missing", "missing"]
    counted = metrics.frailty_index(table, convention="count", missing="none")
    assert counted["status"].tolist() == ["missing"] * 3


def test_what_is_refused():
    table = factors(present(1))
    with pytest.raises(TypeError, match="convention"):
        metrics.frailty_index(table, missing=0)
    with pytest.raises(ArgumentError, match='convention must be "ratio" or "count"'):
        metrics.frailty_index(table, convention="points", missing=0)
    with pytest.raises(ArgumentError, match="as a count is not defined when an item is unanswered"):
        metrics.frailty_index(table, convention="count", missing=1)
    with pytest.raises(ArgumentError, match=r"allows 5 unanswered items, but .* has 5"):
        metrics.frailty_index(table, convention="ratio", missing=5)
    with pytest.raises(ArgumentError, match="lacking: 'dependent'"):
        metrics.frailty_index(table.drop(columns="dependent"), convention="ratio", missing=0)
    with pytest.raises(ArgumentError, match=r"1 out of range \(in 'diabetes'\)"):
        metrics.frailty_index(table.assign(diabetes=2), convention="ratio", missing=0)


def test_no_patients():
    empty = metrics.frailty_index(factors(), convention="ratio", missing="none")
    assert len(empty) == 0 and empty["band"].cat.categories[0] == "not frail"
