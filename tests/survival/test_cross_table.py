"""Rows counted in a table of whole numbers, against plain counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.survival import cross_table
from spineoutcomes.survival.cross_table import as_places, crossed


@pytest.mark.parametrize(
    "values", [[0.5, 1], [1, np.inf], [-np.inf, 1], [-1, 2], [1, 1e9], [1, -1e300]]
)
def test_what_is_no_place(values: list[float]) -> None:
    assert as_places(np.array(values, dtype=float)) is None


def test_whole_numbers_are_places() -> None:
    assert as_places(np.array([3.0, -0.0, 100_016.0])).tolist() == [3, 0, 100_016]


def test_one_that_is_not_whole_shows_in_the_last_block() -> None:
    values = np.zeros(3 * cross_table.BLOCK + 5)
    assert as_places(values) is not None
    values[-1] = 0.25
    assert as_places(values) is None


@pytest.mark.parametrize("kind", [np.int8, np.int64])
@pytest.mark.parametrize("sizes", [(2, 3), (11, 12), (3, 43), (128, 1), (127, 127)])
def test_many_kinds_do_not_overflow(sizes: tuple[int, int], kind: type) -> None:
    # Codes as small as they are stored, whose products pass 127 and 255.
    rng = np.random.default_rng(1)
    n, K = 5_000, 7
    codes = [rng.integers(0, size, n).astype(kind) for size in sizes]
    place = rng.integers(0, K, n).astype(np.int32)
    (table,) = crossed(codes, place, (*sizes, K), [None])
    expected = np.zeros((*sizes, K))
    np.add.at(expected, (codes[0].astype(int), codes[1].astype(int), place), 1)
    np.testing.assert_array_equal(table, expected)


@given(st.integers(1, 200), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_blocks_do_not_matter(n: int, block: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    event, group = rng.integers(0, 3, n), rng.integers(0, 4, n)
    place, mass = rng.integers(0, 9, n), rng.integers(1, 5, n).astype(float)
    whole = crossed((event, group), place, (3, 4, 9), [None, mass])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cross_table, "BLOCK", block)
        parts = crossed((event, group), place, (3, 4, 9), [None, mass])
    assert whole[0].sum() == n
    assert whole[1].sum() == mass.sum()
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)
