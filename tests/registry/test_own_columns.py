"""Columns of one's own: what a registry holds is what it holds once saved and read again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.registry import Registry

from .conftest import built

DAYS = pd.Series(pd.to_datetime(["2020-01-31", None, "2021-02-03"]))
TYPED: dict[str, tuple[Any, list[Any]]] = {
    "flag": ([True, False, True], ["True", "False", "True"]),
    "flag_or_none": (pd.array([True, None, False], dtype="boolean"), ["True", None, "False"]),
    "whole": ([1, 2, 3], [1.0, 2.0, 3.0]),
    "whole_or_none": (pd.array([1, None, 3], dtype="Int64"), [1.0, None, 3.0]),
    "card": ([2**60 + 1, 2**60 + 2, 7], ["1152921504606846977", "1152921504606846978", "7"]),
    "day": (DAYS, ["2020-01-31", None, "2021-02-03"]),
    "moment": (
        DAYS + pd.Timedelta("10:11:12"),
        ["2020-01-31T10:11:12", None, "2021-02-03T10:11:12"],
    ),
    "in_utc": (
        DAYS.dt.tz_localize("UTC"),
        ["2020-01-31T00:00:00+00:00", None, "2021-02-03T00:00:00+00:00"],
    ),
    "single": (np.array([0.5, np.nan, 1.5], dtype="float32"), [0.5, None, 1.5]),
    "decimal": ([Decimal("1.10"), None, Decimal("2.25")], [1.1, None, 2.25]),
    "time": ([dt.time(10, 1), None, dt.time(3)], ["10:01:00", None, "03:00:00"]),
    "duration": (pd.to_timedelta([1, 2, 3], unit="D"), [f"{n} days 00:00:00" for n in (1, 2, 3)]),
    "kind": (pd.Categorical(["b", None, "a"]), ["b", None, "a"]),
    "coded": (pd.Categorical([2, None, 1]), [2, None, 1]),
}


def with_column(values: Any) -> Registry:
    ids = ["A", "B", "C"]
    return built(
        {
            "patients": pd.DataFrame({"patient_id": ids}),
            "episodes": pd.DataFrame(
                {"episode_id": ids, "patient_id": ids, "diagnosis": "lumbar_stenosis"}
            ).assign(own=values),
        }
    )


@pytest.mark.parametrize("kind", TYPED)
def test_a_typed_column_is_what_it_is_once_saved(kind: str, tmp_path: Path) -> None:
    values, expected = TYPED[kind]
    registry = with_column(values)
    own = registry.table("episodes")["own"]
    assert own.astype(object).where(own.notna(), None).tolist() == expected
    registry.save(tmp_path / "one")
    again = so.load_registry(tmp_path / "one")
    pd.testing.assert_series_equal(
        again.table("episodes")["own"], own, check_exact=True, check_categorical=False
    )
    again.save(tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(
    "texts",
    [
        ["1234567890123456", "1234567890123457", "1"],
        ["9007199254740993", "2", "3"],
        ["-1234567890123456", "2", "3"],
    ],
)
def test_a_number_of_more_digits_than_a_float_keeps_is_text(
    texts: list[str], tmp_path: Path
) -> None:
    registry = with_column(texts)
    assert registry.table("episodes")["own"].tolist() == texts
    registry.save(tmp_path)
    assert so.load_registry(tmp_path).table("episodes")["own"].tolist() == texts


def test_fifteen_digits_and_many_decimals_are_numbers(tmp_path: Path) -> None:
    texts = ["123456789012345", "0.30000000000000004", "1e300"]
    numbers = with_column(texts).table("episodes")["own"]
    assert numbers.tolist() == [123456789012345, 0.30000000000000004, 1e300]


def test_dates_of_a_typed_column_are_shifted_and_left_out() -> None:
    registry = with_column(DAYS)
    shifted = registry.shift_dates(secret=b"0123456789abcdef").table("episodes")["own"]
    assert shifted.notna().tolist() == [True, False, True]
    assert not set(shifted.dropna()) & {"2020-01-31", "2021-02-03"}
    assert "own" not in registry.without_dates().table("episodes")
