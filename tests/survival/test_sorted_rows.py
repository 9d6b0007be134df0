"""Rows in order of group and time, whether or not they fit into keys."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.survival.sorted_rows import in_order

# From the smallest number above 0 to the largest one: few of these fit into one key.
TIMES = st.floats(0, allow_infinity=False, allow_nan=False) | st.sampled_from(
    [0.0, -0.0, 5e-324, 1e-300, 0.1, 0.1 + 0.2, 0.3, 1.0, np.nextafter(1.0, 2), 1e300]
)
ROWS = st.lists(st.tuples(TIMES, st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=30)


def columns(rows: list[tuple[float, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    time, kind, group = zip(*rows, strict=True)
    return np.array(time), np.array(kind, dtype=np.int8), np.array(group, dtype=np.int8)


def told(found, with_mass: bool) -> list[list[tuple]]:
    return [
        [
            (float(t), int(k), *((float(m),) if with_mass else ()))
            for t, k, m in zip(times, kinds, own[0] if with_mass else times, strict=True)
        ]
        for times, kinds, own in found
    ]


@given(ROWS)
def test_each_group_has_its_rows_in_order_of_time(rows) -> None:
    time, kind, group = columns(rows)
    found = told(in_order(time, kind, group, [None], 5, 3), with_mass=False)
    for g, own in enumerate(found):
        assert sorted(own) == sorted((t, k) for t, k, of in rows if of == g)
        assert all(one[0] <= other[0] for one, other in pairwise(own))


@given(ROWS)
def test_what_rows_add_goes_with_them(rows) -> None:
    time, kind, group = columns(rows)
    mass = np.arange(len(rows)) + 0.5
    found = told(in_order(time, kind, group, [mass], 5, 3), with_mass=True)
    for g, own in enumerate(found):
        assert sorted(own) == sorted(
            (t, k, i + 0.5) for i, (t, k, of) in enumerate(rows) if of == g
        )
        assert all(one[0] <= other[0] for one, other in pairwise(own))


@pytest.mark.parametrize("n_groups", [1, 2, 3, 40])
@pytest.mark.parametrize("largest", [2.0, 1e9, 1e300])
def test_times_keep_every_bit(n_groups: int, largest: float) -> None:
    rng = np.random.default_rng(1)
    time = np.append(0.0, rng.uniform(0, largest, 200))
    group = rng.integers(0, n_groups, 201)
    found = in_order(time, np.zeros(201, dtype=np.int8), group, [None], 2, n_groups)
    for g, (times, _, _) in enumerate(found):
        assert times.tolist() == sorted(time[group == g].tolist())


def test_the_sign_of_a_zero_is_no_time() -> None:
    (only,) = in_order(np.array([1.5, -0.0]), np.array([1, 0]), np.zeros(2, int), [None], 2, 1)
    assert only[0].tolist() == [0.0, 1.5]
    assert only[1].tolist() == [0, 1]
