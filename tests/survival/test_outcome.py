"""The door of time, event and entry: forms that are read, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError, MissingDataWarning
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.survival.outcome import Outcome, read_outcome


def read(data: pd.DataFrame) -> Outcome:
    columns = {name: name for name in ("time", "event", "entry") if name in data}
    rows = analysis_rows(data, function="f", respects=(), columns=columns)
    return read_outcome(rows, "f")


def with_events(event: object) -> pd.DataFrame:
    return pd.DataFrame({"time": [1.0, 2.0, 3.0], "event": event})


def test_a_categorical_brings_its_names() -> None:
    names = ["censored", "recurrence", "death"]
    event = pd.Categorical(["death", "censored", "death"], names, ordered=True)
    outcome = read(with_events(event))
    assert outcome.event.tolist() == [2, 0, 2]
    assert outcome.causes == ("recurrence", "death")
    assert outcome.cause_code("death", "f") == 2
    assert outcome.only(2).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("event", "codes", "causes"),
    [
        ([True, False, True], [1, 0, 1], ("1",)),
        ([0, 0, 0], [0, 0, 0], ("1",)),
        ([1.0, 0.0, 1.0], [1, 0, 1], ("1",)),
        ([2, 0, 1], [2, 0, 1], ("1", "2")),
        ([3, 0, 1], [2, 0, 1], ("1", "3")),
        (np.array([127, 0, 1], dtype=np.int8), [2, 0, 1], ("1", "127")),
        (np.array([5_000, 0, 2], dtype=np.uint16), [2, 0, 1], ("2", "5000")),
        ([5_000, 7, 7], [2, 1, 1], ("7", "5000")),
        (pd.array([1, 0, 1], dtype="Int64"), [1, 0, 1], ("1",)),
    ],
)
def test_numbers_and_bools(event: object, codes: list[int], causes: tuple[str, ...]) -> None:
    outcome = read(with_events(event))
    assert outcome.event.tolist() == codes
    assert outcome.causes == causes


@pytest.mark.parametrize("cause", [1, 1.0, "1", True])
def test_a_cause_by_its_number(cause: object) -> None:
    assert read(with_events([1, 0, 2])).cause_code(cause, "f") == 1


def test_bools_with_a_missing_one() -> None:
    with pytest.warns(MissingDataWarning, match="1 of 3"):
        assert read(with_events([True, None, False])).event.tolist() == [1, 0]


def test_times_equal_up_to_rounding_are_equal() -> None:
    outcome = read(pd.DataFrame({"time": [0.1 + 0.2, 0.3, 1.0], "event": [1, 1, 0]}))
    assert outcome.time[0] == outcome.time[1]
    outcome = read(pd.DataFrame({"time": [0.3 + 1e-6, 0.3, 1.0], "event": [1, 1, 0]}))
    assert outcome.time[0] != outcome.time[1]


@pytest.mark.parametrize("entry", [None, [0.0, 2.0, 0.0, 1.0, 2.5]])
@pytest.mark.parametrize("time", [[3.0, 7.0, 3.0, 4.0, 4.0], [3.5, 7.0, 3.0, 4.0, 1e9]])
@pytest.mark.parametrize("side", ["left", "right"])
def test_ranks_are_where_ends_would_be_put(time: list, entry: list | None, side: str) -> None:
    data = pd.DataFrame({"time": time, "event": 1} | ({} if entry is None else {"entry": entry}))
    outcome = read(pd.concat([data] * 3, ignore_index=True))
    times = np.array([0.0, 3.0, 4.0, 6.5])
    expected = [sum(x < t if side == "left" else x <= t for x in times) for t in outcome.time]
    assert outcome.ranks(times, side).tolist() == expected
    some = np.array([4, 0, 3])
    assert outcome.ranks(times, side, some).tolist() == [expected[i] for i in some]


def test_time_0_needs_no_entry_before_it() -> None:
    assert read(pd.DataFrame({"time": [0, 1], "event": [1, 0], "entry": [0, 0]})).entry is not None


UNORDERED = pd.Categorical(["a", "censored", "a"], ["censored", "a"])
BACKWARD = pd.Categorical(["a", "censored", "a"], ["a", "censored"], ordered=True)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (UNORDERED, "not ordered and begins with 'censored'.*ordered=True"),
        (BACKWARD, "is ordered and does not begin with 'censored'"),
        (["dead", "alive", "dead"], "event has dtype .*expected an ordered Categorical"),
        ([1, 0.5, 0], "1 of 3 events are no whole number"),
        ([1, -1, -9], "2 of 3 events are no whole number"),
        (np.array([1, -1, -9], dtype=np.int8), "2 of 3 events are no whole number"),
        ([np.inf, 1, 0], "1 of 3 events are no whole number"),
    ],
)
def test_events_that_say_nothing_certain(event: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read(with_events(event))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"time": [-1, 2, 3]}, "time counts from .* must not be negative; 1 of 3 values"),
        ({"time": [-0.5, 2, -3]}, "time counts from .* must not be negative; 2 of 3 values"),
        ({"time": [1, np.inf, 3]}, "time must be finite, 1 of 3 values"),
        ({"time": [1, -np.inf, 3]}, "time must be finite, 1 of 3 values"),
        ({"time": ["a", "b", "c"]}, "time must be numeric"),
        ({"entry": [-1, 0, 0]}, "entry counts from .* must not be negative"),
        ({"entry": [1, 2, 0]}, "entry must lie before time; in 2 of 3 rows"),
        ({"entry": [1 - 1e-12, 0, 0]}, "entry must lie before time; in 1 of 3 rows"),
    ],
)
def test_times_that_cannot_be(columns: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read(with_events([1, 0, 1]).assign(**columns))


def test_an_unknown_cause_lists_the_known() -> None:
    with pytest.raises(ArgumentError, match="no cause '7'; the causes are: 1, 2"):
        read(with_events([1, 0, 2])).cause_code(7, "f")
