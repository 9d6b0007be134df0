"""Ordered pairwise differences and averages, against writing all of them down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.numerics import pairwise
from spineoutcomes.numerics.cells import Cells, cells_of
from spineoutcomes.numerics.pairwise import (
    differences,
    middle_entry,
    ordered_entry,
    sums_of_pairs,
)

# The last bits: sums and differences of the same numbers in another order.
ROUNDING = {"rel": 1e-12, "abs": 1e-12}
values = st.lists(
    st.one_of(st.integers(-5, 5).map(float), st.floats(-100, 100)), min_size=1, max_size=25
)


@pytest.fixture
def few_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close in as samples of millions do."""
    monkeypatch.setattr(pairwise, "MOST", 3)
    monkeypatch.setattr(pairwise, "COARSE", 4)


def cells(x: list[float] | np.ndarray) -> Cells:
    return cells_of(np.asarray(x, dtype=float), np.ones(len(x)))


@pytest.mark.parametrize("most", [3, 10**6])
@given(x=values, y=values)
def test_differences_are_ordered_as_if_written_down(most: int, x: list, y: list) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairwise, "MOST", most)
        patch.setattr(pairwise, "COARSE", 4)
        table = differences(cells(x), cells(y))
        expected = np.sort(np.subtract.outer(x, y).ravel())
        assert table.n == len(expected)
        found = [ordered_entry(table, rank) for rank in range(1, table.n + 1)]
        assert found == pytest.approx(expected, **ROUNDING)
        assert middle_entry(table) == pytest.approx(np.median(expected), **ROUNDING)


@pytest.mark.parametrize("most", [3, 10**6])
@given(d=values)
def test_walsh_sums_are_ordered_as_if_written_down(most: int, d: list) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairwise, "MOST", most)
        patch.setattr(pairwise, "COARSE", 4)
        table = sums_of_pairs(cells(d))
        i, j = np.triu_indices(len(d))
        expected = np.sort(np.asarray(d)[i] + np.asarray(d)[j])
        assert table.n == len(expected)
        found = [ordered_entry(table, rank) for rank in range(1, table.n + 1)]
        assert found == pytest.approx(expected, **ROUNDING)
        assert middle_entry(table) == pytest.approx(np.median(expected), **ROUNDING)


def test_a_gap_in_the_middle(few_written_down: None) -> None:
    # Half of the differences lie near -100, half near 100: no bound between them is an entry.
    x = [0.0, 1, 2, 200, 201, 202]
    table = differences(cells(x), cells([100.0, 100.25]))
    assert middle_entry(table) == pytest.approx((-98 + 99.75) / 2)


@pytest.mark.parametrize("tied", [True, False])
def test_large_samples(tied: bool) -> None:
    rng = np.random.default_rng(4)
    x, y = rng.lognormal(5, 1, 2500), rng.lognormal(6, 1, 2200)
    if tied:
        x, y = np.round(x), np.round(y)
    table = differences(cells(x), cells(y))
    assert len(table.left) * len(table.right) > 10**5
    expected = np.sort(np.subtract.outer(x, y).ravel())
    for rank in (1, 17, 10**6, table.n // 2, table.n):
        assert ordered_entry(table, rank) == pytest.approx(expected[rank - 1], **ROUNDING)
