"""An index of health states comes from a value set that the user names."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

NAMES = list(so.vocabulary.instruments["eq5d_5l"].items.names)


def states(levels: int) -> list[str]:
    return ["".join(map(str, state)) for state in product(range(1, levels + 1), repeat=5)]


def invented(levels: int) -> dict[str, float]:
    """An invented set: 0.05 less for each level below the best, a little more for the first."""
    return {s: 1 - 0.05 * (sum(map(int, s)) - 5) - 0.001 * (int(s[0]) - 1) for s in states(levels)}


def profiles(*rows: list) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=NAMES)


def index_of(table: pd.DataFrame, value_set: object, instrument: str = "eq5d_5l") -> pd.DataFrame:
    return metrics.score_items(table, instrument=instrument, missing="none", value_set=value_set)


FIVE = {"name": "Invented", "country": "Nowhere", "year": 2020, "table": invented(5)}


def test_the_index_by_hand():
    table = profiles([1, 1, 1, 1, 1], [2, 1, 1, 3, 1], [5, 5, 5, 5, 5], [1, None, 1, 1, 1])
    result = index_of(table, FIVE)
    np.testing.assert_allclose(result["value"], [1, 0.849, -0.004, np.nan], atol=1e-12)
    assert result["value_set"].tolist() == ["Invented, Nowhere, 2020"] * 4
    assert result["n_items_answered"].tolist() == [5, 5, 5, 4]
    assert result["denominator"].isna().all()
    assert result["status"].tolist() == ["observed"] * 3 + ["missing"]


@pytest.mark.parametrize("convert", [int, str])
def test_a_named_series_is_a_value_set(convert):
    series = pd.Series({convert(s): v for s, v in invented(3).items()}, name="Invented 3L")
    result = index_of(profiles([1, 2, 3, 2, 1]), series, "eq5d_3l")
    assert result["value"].tolist() == pytest.approx([0.8])
    assert result["value_set"].tolist() == ["Invented 3L"]


def test_order_of_the_columns_does_not_matter():
    table = profiles([3, 1, 1, 1, 1])
    pd.testing.assert_frame_equal(index_of(table[NAMES[::-1]], FIVE), index_of(table, FIVE))


@pytest.mark.parametrize(
    ("value_set", "message"),
    [
        (None, "no index without a value set, and none is shipped"),
        ({"table": {"11111": 1.0}}, "needs a name"),
        ({"name": " ", "table": {"11111": 1.0}}, "needs a name"),
        (pd.Series({"11111": 1.0}), "needs a name"),
        ("UK", "named Series or a mapping"),
        ({"name": "x", "tariff": 1, "table": {"11111": 1.0}}, "with the keys name, country"),
        ({"name": "x"}, 'needs a "table"'),
        ({"name": "x", "table": {}}, 'needs a "table"'),
        ({"name": "x", "table": {"1111": 1.0, "11116": 1.0}}, "2 of 2 states are not"),
        ({"name": "x", "table": {"11111": 1.0, 11111: 1.0}}, "1 are there twice"),
        ({"name": "x", "table": {"11111": "one"}}, "1 of 1 have none"),
        ({"name": "x", "table": {"11111": np.nan}}, "1 of 1 have none"),
        ({"name": "x", "table": invented(3)}, "a form with 3 levels, and .* has 5"),
    ],
)
def test_value_sets_that_are_none(value_set, message):
    with pytest.raises(ArgumentError, match=message):
        index_of(profiles([1, 1, 1, 1, 1]), value_set)


def test_five_levels_do_not_fit_three():
    with pytest.raises(ArgumentError, match="2882 of 3125 states are not"):
        index_of(profiles([1, 1, 1, 1, 1]), FIVE, "eq5d_3l")


def test_a_state_without_a_value_is_refused():
    table = profiles([1, 1, 1, 1, 1], [2, 1, 1, 1, 1], [2, 1, 1, 1, 1], [3, 1, 1, 1, 1])
    with pytest.raises(ArgumentError, match="no value for 2 health state"):
        index_of(table, {"name": "part", "table": {"11111": 1.0}})
