"""The kernel: counts by hand and against plain counting, and its two layouts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.survival import cross_table
from spineoutcomes.survival.risk_sets import RiskSets, count


def arrays(*columns: list[float]) -> list[np.ndarray]:
    return [np.array(column, dtype=float) for column in columns]


def test_counts_by_hand() -> None:
    # Group 0: 2 (cause 1), 4 (censored), 4 (cause 2); group 1: 3 (cause 1), which counts twice.
    time, counts = arrays([4, 3, 2, 4], [1, 2, 1, 1])
    event, group = np.array([0, 1, 1, 2]), np.array([0, 1, 0, 0])
    first, second = count(time, event, group, n_causes=2, n_groups=2, counts=counts)
    assert first.time.tolist() == [0, 2, 4]
    assert first.n_risk.tolist() == [3, 3, 2]
    assert first.n_event.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert first.n_censor.tolist() == [0, 0, 1]
    assert first.n_enter.tolist() == [3, 0, 0]
    assert second.time.tolist() == [0, 3]
    assert second.n_risk.tolist() == [2, 2]
    assert second.n_event.tolist() == [[0, 2], [0, 0]]


def test_late_entry_and_an_event_at_0_by_hand() -> None:
    # Who enters at 0 is at risk at 0; who enters at 2 is not at risk of the event at 2.
    time, entry = arrays([0, 2, 5, 5], [0, 0, 2, 0])
    event = np.array([1, 1, 0, 1])
    (sets,) = count(time, event, np.zeros(4, int), n_causes=1, n_groups=1, entry=entry)
    assert sets.time.tolist() == [0, 2, 5]
    assert sets.n_risk.tolist() == [3, 2, 2]
    assert sets.n_event.tolist() == [[1, 1, 1]]
    assert sets.n_enter.tolist() == [3, 1, 0]


def test_at_risk_between_and_beyond_the_times() -> None:
    time, entry = arrays([4, 6], [2, 3])
    (sets,) = count(time, np.array([1, 0]), np.zeros(2, int), n_causes=1, n_groups=1, entry=entry)
    asked = np.array([0, 1, 2, 2.5, 3, 3.5, 4, 5, 6, 7])
    assert sets.at_risk(asked).tolist() == [0, 0, 0, 1, 1, 2, 2, 1, 1, 0]


def test_an_empty_group_has_no_rows() -> None:
    full, empty = count(*arrays([1.0]), np.array([1]), np.array([0]), n_causes=1, n_groups=2)
    assert len(full.time) == 2
    assert len(empty.time) == 0
    assert empty.at_risk(np.array([0.0, 1.0])).tolist() == [0, 0]


ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(1, 5),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=30,
)


def plainly_counted(entry, time, event, group, m, sets: RiskSets, g: int) -> None:
    own = group == g
    for k, t in enumerate(sets.time):
        begun = (entry < t) | (entry == sets.time[0])
        assert sets.n_risk[k] == m[own & begun & (time >= t) & (entry <= t)].sum()
        assert sets.n_censor[k] == m[own & (time == t) & (event == 0)].sum()
        assert sets.n_enter[k] == m[own & (entry == t)].sum()
        for j in (0, 1):
            assert sets.n_event[j, k] == m[own & (time == t) & (event == j + 1)].sum()
    happening = np.unique(np.concatenate([time[own], entry[own]]))
    np.testing.assert_array_equal(sets.time, happening)


@pytest.mark.parametrize("unit", [1.0, 0.3], ids=["whole", "fractions"])
@given(rows=ROWS)
def test_as_counted_row_by_row(unit: float, rows: list[tuple[int, ...]]) -> None:
    entry, length, event, group, m = (np.array(column) for column in zip(*rows, strict=True))
    entry, time = entry * unit, (entry + length) * unit
    found = count(time, event, group, n_causes=2, n_groups=3, entry=entry, counts=m.astype(float))
    for g, sets in enumerate(found):
        plainly_counted(entry, time, event, group, m, sets, g)


def test_both_layouts_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    n, G = 300, 40
    entry = rng.integers(0, 9, n).astype(float)
    time = entry + rng.integers(1, 9, n)
    event, group = rng.integers(0, 3, n), rng.integers(0, G, n)
    arguments = {"n_causes": 2, "n_groups": G, "entry": entry}
    table = count(time, event, group, **arguments)
    monkeypatch.setattr(cross_table, "SMALL_TABLE", 0)
    monkeypatch.setattr(cross_table, "CELLS_PER_ROW", 0)
    assert cross_table.as_places(time) is None
    occupied = count(time, event, group, **arguments)
    for a, b in zip(table, occupied, strict=True):
        for name in RiskSets.__slots__:
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
