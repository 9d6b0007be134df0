"""Cells of text, one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.loaders.cells import (
    as_dates,
    as_numbers,
    decoded,
    text_cells,
)
from spineoutcomes.loaders.source import SourceFile


def column_of(cells: list[str]) -> SourceFile:
    return SourceFile("x.csv", "", pd.DataFrame({"x": cells}))


def one(cell: str, decimal: str = ".") -> tuple[float | None, bool]:
    cells = as_numbers(text_cells(column_of([cell]), "x", {}), decimal=decimal)
    value = float(cells.values[0])
    return (None if value != value else value), bool(cells.bad[0])


@pytest.mark.parametrize(
    ("cell", "value"),
    [("7", 7), (" 7.5 ", 7.5), ("-0.5", -0.5), (".5", 0.5), ("1e2", 100), ("７", 7), ("+3", 3)],
)
def test_numbers(cell: str, value: float) -> None:
    assert one(cell) == (value, False)


@pytest.mark.parametrize(
    "cell",
    ["7,5", "1,000", "<1", "200ml", "4+", "3-5", "NA", "nan", "inf", "1e999", "0x1F", "1_0", "--2"],
)
def test_what_is_no_number_is_said(cell: str) -> None:
    assert one(cell) == (None, True)


def test_a_comma_as_decimal_mark() -> None:
    assert one("7,5", ",") == (7.5, False)
    assert one("7", ",") == (7, False)
    assert one("7.5", ",") == (None, True)
    assert one("1.000,5", ",") == (None, True)


def test_an_empty_cell_is_missing_and_not_bad() -> None:
    assert one("  ") == (None, False)


def test_codes_for_missing_carry_a_reason() -> None:
    cells = text_cells(column_of(["-99", "3", "", "NA"]), "x", {"-99": "refused"})
    assert cells.values.tolist() == [None, "3", None, "NA"]
    assert cells.reasons.tolist() == ["refused", None, None, None]
    assert cells.filled.tolist() == [True, True, False, True]


def test_a_value_that_is_no_code_is_bad() -> None:
    cells = decoded(
        text_cells(column_of(["1", "9", "", "None"]), "x", {}), {"1": "yes", "None": "no"}
    )
    assert cells.values.tolist() == ["yes", None, None, "no"]
    assert cells.bad.tolist() == [False, True, False, False]


def test_dates_in_a_declared_format() -> None:
    cells = as_dates(
        text_cells(column_of(["31.1.2020", "2020-01-31", "", "31.12.2999"]), "x", {}), "%d.%m.%Y"
    )
    assert cells.values.tolist() == ["2020-01-31", "2020-01-31", None, None]
    assert cells.bad.tolist() == [False, False, False, True]


def test_a_reason_of_the_format_itself_is_kept() -> None:
    why = np.array([None, "refused", None, "lost"], dtype=object)
    file = replace(column_of(["3", "", "-99", "x"]), reasons={"x": why})
    cells = text_cells(file, "x", {"-99": "not_done", "x": "withdrawn"})
    assert cells.values.tolist() == ["3", None, None, None]
    # A code that the mapping declares comes before what the format says.
    assert cells.reasons.tolist() == [None, "refused", "not_done", "withdrawn"]


@pytest.mark.parametrize("cell", ["10²", "7①", "4½"])
def test_a_raised_or_circled_digit_is_no_further_digit(cell: str) -> None:
    assert one(cell) == (None, True)


def test_dates_that_the_file_stores_as_dates_need_no_format() -> None:
    cells = as_dates(
        text_cells(column_of(["5/6/23", "2021-02-03", "2021-02-31"]), "x", {}), "%d/%m/%y"
    )
    assert cells.values.tolist() == ["2023-06-05", "2021-02-03", None]
    assert cells.bad.tolist() == [False, False, True]


def test_a_year_a_day_and_a_month_are_no_stored_date() -> None:
    cells = as_dates(text_cells(column_of(["2021-31-01", "2021-01-31"]), "x", {}), "%Y-%d-%m")
    assert cells.values.tolist() == ["2021-01-31", None]
    assert cells.bad.tolist() == [False, True]
