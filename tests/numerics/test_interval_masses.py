"""The NPMLE of intervals: its innermost intervals, and the conditions of its maximum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.numerics import interval_masses as room
from spineoutcomes.numerics.interval_masses import turnbull

Array = npt.NDArray[np.float64]
# The conditions are demanded to 1e-8; sums over a hundred rows round far below that.
CONDITIONS = 2e-8
# At a maximum where the second derivative is not 0, an error of 1e-8 in the first is of this order.
BY_HAND = 1e-7


def fit(rows: list[tuple[float, float]]) -> room.Turnbull:
    lower, upper = np.array(rows, dtype=float).T
    return turnbull(lower, upper, np.ones(len(rows)))


def test_innermost_intervals_by_hand() -> None:
    # Left ends 0+, 1+, 2+, 3+ and right ends 2, 3, 4: (1, 2], (2, 3], (3, 4].
    found = fit([(0, 2), (1, 3), (2, 4), (3, np.inf)])
    assert found.left.tolist() == [1, 2, 3]
    assert found.right.tolist() == [2, 3, 4]
    # A known time is a point: [2] lies in (1, 2], not in (2, 3].
    found = fit([(2, 2), (1, 2), (2, 3), (2, np.inf)])
    assert found.left.tolist() == [2, 2]
    assert found.right.tolist() == [2, 3]


def test_masses_by_hand() -> None:
    # Cells (0, 1], (1, 2], (2, inf) with F at 1 and 2. The likelihood is
    # F1 * F2 * (F2 - F1) * (1 - F2)^3: F1 = F2 / 2, and F2^3 (1 - F2)^3 is largest at 1/2.
    rows = [(0, 1), (0, 2), (1, 2), (2, np.inf), (2, np.inf), (2, np.inf)]
    np.testing.assert_allclose(fit(rows).mass, [1 / 4, 1 / 4, 1 / 2], atol=BY_HAND)


def test_one_cell() -> None:
    found = fit([(0, 2), (1, 3)])
    assert (found.left.tolist(), found.right.tolist(), found.mass.tolist()) == ([1], [2], [1])
    assert found.converged


INTERVAL = st.tuples(st.integers(0, 12), st.one_of(st.integers(0, 6), st.just(np.inf)))


@given(st.lists(INTERVAL, min_size=1, max_size=40))
def test_no_mass_can_be_moved_for_a_gain(drawn: list[tuple[int, float]]) -> None:
    lower = np.array([start for start, _ in drawn], dtype=float)
    upper = lower + np.array([width for _, width in drawn], dtype=float)
    found = turnbull(lower, upper, np.ones(len(drawn)))
    exact = (lower == upper)[:, None]
    point = (found.left == found.right)[None]
    # Which cells lie in which row, written out.
    after = np.where(exact, lower[:, None] <= found.left, lower[:, None] < found.left + ~point)
    inside = after & (found.right <= upper[:, None]) & (~exact | point)
    assert inside.any(axis=1).all()
    P = inside @ found.mass
    derivative = (inside / P[:, None]).sum(axis=0) / len(drawn)
    assert found.converged
    assert derivative.max() <= 1 + CONDITIONS
    assert found.mass @ np.abs(1 - derivative) <= 2 * CONDITIONS
    assert found.mass.min() >= 0
    np.testing.assert_allclose(found.mass.sum(), 1, rtol=1e-12)


def test_steps_may_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_STEPS", 1)
    found = fit([(0, 1), (0, 2), (1, 2), (2, np.inf)])
    assert not found.converged
    assert found.gap > room.KKT_TOLERANCE
