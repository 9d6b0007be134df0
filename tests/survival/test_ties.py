"""Times that are equal up to rounding are one time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.survival.ties import close_times, with_ties


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_a_run_of_close_times_takes_the_time_it_begins_with(steps: list[int], seed: int) -> None:
    # Times 0, 1, ... of which some are moved by less than the tolerance, in any order.
    moved = np.array(steps) + 1e-12 * np.arange(len(steps))
    order = np.random.default_rng(seed).permutation(len(steps))
    settled = with_ties(moved[order])
    assert (np.diff(settled[np.argsort(moved[order])]) >= 0).all()
    for whole in set(steps):
        own = moved[order][np.array(steps)[order] == whole]
        assert set(settled[np.array(steps)[order] == whole]) == (
            {own.min()} if max(steps) > min(steps) else set(own)
        )


@given(
    st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.1 + 0.2, 0.7, 2.1, 0.7 * 3, 5.0]), max_size=30),
)
def test_in_order_or_not_they_become_the_same(times: list[float]) -> None:
    values = np.array([0.1, 5.0, *times])
    close = close_times(values)
    if close is None:
        assert not {0.3, 0.1 + 0.2} <= set(times)
        assert not {2.1, 0.7 * 3} <= set(times)
        return
    ascending = np.sort(values)
    close.settle(ascending)
    assert ascending.tolist() == np.sort(close.settled(values)).tolist()
    # What is settled stays as it is, and only what was close has moved.
    assert close_times(ascending) is None
    assert np.abs(np.sort(values) - ascending).max() < 1e-15


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_the_unit_of_time_does_not_matter(scale: float) -> None:
    times = np.array([0.1 + 0.2, 0.3, 1.0, 0.0]) * scale
    assert with_ties(times).tolist() == (np.array([0.3, 0.3, 1.0, 0.0]) * scale).tolist()


def test_times_that_are_apart_stay_as_they_are() -> None:
    times = np.array([3.0, 0.0, 1.5, 1.5 + 1e-6])
    assert close_times(times) is None
    assert with_ties(times) is times
