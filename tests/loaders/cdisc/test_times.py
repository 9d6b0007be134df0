"""Times of ADTTE: CNSR the right way round, and AVAL against the dates. Worked by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.cdisc.counts import counting
from spineoutcomes.loaders.cdisc.times import Times, adam_times
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.loaders.statistical import read_statistical

from .datasets import dataset, named

COLUMNS = "USUBJID PARAMCD PARAM AVAL STARTDT ADT CNSR EVNTDESC"
PLUS_ONE = (
    "A OS Survival 2 2014-01-02 2014-01-03 0 Death",
    "B OS Survival 1 2014-01-02 2014-01-02 0 Death",
    "C OS Survival 366 2014-01-02 2015-01-02 1 End_of_study",
    "D OS Survival 32 2014-01-31 2014-03-03 2 Lost",
)
DAYS = [1, 0, 365, 31]


def times(*rows: str, columns: str = COLUMNS, **more: object) -> Times:
    return adam_times(dataset("adtte", named(columns, *rows)), parameter="OS", **more)


def errors(found: Times) -> list[list[object]]:
    wrong = found.found[found.found["severity"] == "error"]
    return wrong[["row", "column", "rule"]].to_numpy().tolist()


def said(found: Times) -> str:
    rows = found.found[found.found["rule"] == "aval_counts"]
    return str(rows["message"].iloc[0])


def test_zero_is_an_event_and_more_is_a_reason_to_censor() -> None:
    read = times(*PLUS_ONE)
    assert read.rows["occurred"].tolist() == [True, True, False, False]
    assert read.rows["words"].tolist() == ["Death", "Death", "End of study", "Lost"]
    assert read.rows["subject"].tolist() == ["A", "B", "C", "D"]
    assert not errors(read)


def test_days_are_between_the_dates_however_aval_counts() -> None:
    read = times(*PLUS_ONE)
    assert read.rows["days"].tolist() == DAYS
    assert "counts days + 1 (the first day is day 1) in 4 of 4 row(s) with dates" in said(read)
    plain = [row.replace(f" {n + 1} ", f" {n} ", 1) for row, n in zip(PLUS_ONE, DAYS, strict=True)]
    assert times(*plain).rows["days"].tolist() == DAYS
    assert "counts days in 4 of 4 row(s)" in said(times(*plain))


def test_a_row_that_counts_otherwise_is_an_error_of_that_row() -> None:
    read = times(*PLUS_ONE[:3], "D OS Survival 31 2014-01-31 2014-03-03 2 Lost")
    assert errors(read) == [[4, "AVAL", "aval_disagrees"]]
    assert "3 of 4 row(s)" in said(read)
    message = read.found.loc[read.found["severity"] == "error", "message"].iloc[0]
    assert message == (
        "1 row(s) of adtte.xpt have an AVAL that does not count days + 1 (the first day is day 1) "
        "of ADT - STARTDT, as the others do."
    )


def test_half_of_each_count_is_no_count() -> None:
    read = times(
        "A OS Survival 2 2014-01-02 2014-01-03 0 Death",
        "B OS Survival 7 2014-01-02 2014-01-09 0 Death",
    )
    assert errors(read) == [[1, "AVAL", "aval_disagrees"], [2, "AVAL", "aval_disagrees"]]
    assert "neither ADT - STARTDT nor that + 1" in read.found["message"].iloc[0]


MONTHS = (
    # 365 / 30.4375 = 11.99, 31 / 30.4375 = 1.02, 400 / 30.4375 = 13.14
    "A OS {param} {unit} 12.0 2014-01-02 2015-01-02 0 Death",
    "B OS {param} {unit} 1.0 2014-01-31 2014-03-03 1 Lost",
    "C OS {param} {unit} 13.1 2014-01-01 2015-02-05 1 Lost",
)
WITH_UNIT = "USUBJID PARAMCD PARAM AVALU AVAL STARTDT ADT CNSR EVNTDESC"


@pytest.mark.parametrize(
    ("param", "unit", "more"),
    [
        ("Survival", "MONTHS", {}),
        ("Survival_(months)", ".", {}),
        ("Survival_in_months", ".", {}),
        ("Survival", ".", {"unit": "month"}),
    ],
)
def test_months(param: str, unit: str, more: dict[str, str]) -> None:
    rows = [row.format(param=param, unit=unit) for row in MONTHS]
    read = times(*rows, columns=WITH_UNIT, **more)
    assert not errors(read)
    assert read.rows["days"].tolist() == [365, 31, 400]
    assert "counts months: days, over 30.4375 in 3 of 3 row(s)" in said(read)


def test_months_without_a_unit_are_not_taken_for_days() -> None:
    rows = [row.format(param="Survival", unit=".") for row in MONTHS]
    read = times(*rows, columns=WITH_UNIT)
    assert [row for row, _, _ in errors(read)] == [1, 2, 3]
    assert "say unit under [[cdisc.times]]" in read.found["message"].iloc[0]


def test_months_that_are_wrong_by_one_are_an_error() -> None:
    rows = [row.format(param="Survival", unit="MONTHS") for row in MONTHS]
    read = times(*rows[:2], rows[2].replace("13.1", "14.1"), columns=WITH_UNIT)
    assert errors(read) == [[3, "AVAL", "aval_disagrees"]]


def test_weeks_and_years_are_told_apart_by_their_unit() -> None:
    rows = ("A OS S {unit} 2 2014-01-01 2014-01-15 0 Death",)
    weeks = times(*[row.format(unit="WEEKS") for row in rows], columns=WITH_UNIT)
    assert "counts weeks" in said(weeks)
    assert errors(times(*[row.format(unit="YEARS") for row in rows], columns=WITH_UNIT))


@pytest.mark.parametrize("code", [".", "-1", "1.5", "Y"])
def test_a_censoring_that_is_no_code(code: str) -> None:
    read = times(*PLUS_ONE[:3], f"D OS Survival 32 2014-01-31 2014-03-03 {code} Lost")
    assert errors(read) == [[4, "CNSR", "unknown_censoring"]]


def test_rows_without_dates_need_to_be_told_how_aval_counts() -> None:
    rows = (*PLUS_ONE[:3], "D OS Survival 32 . . 2 Lost")
    assert errors(times(*rows)) == [[4, "ADT", "no_time"]]
    told = times(*rows, counted="days + 1")
    assert told.rows["days"].tolist() == DAYS
    assert "is taken as days + 1 from day 0, as the plan says, in 1" in said(told)
    assert not errors(told)
    wrong = times(*rows, counted="days")
    assert errors(wrong) == [[4, "AVAL", "no_time"]]


def test_a_dataset_without_any_date() -> None:
    columns = "USUBJID PARAMCD AVAL CNSR"
    rows = ("A OS 10 0", "B OS 20 1")
    assert len(errors(times(*rows, columns=columns))) == 2
    read = times(*rows, columns=columns, counted="days")
    assert read.rows["days"].tolist() == [10, 20]
    assert read.rows[["date", "words"]].to_numpy().tolist() == [["", ""], ["", ""]]


def test_a_time_that_ends_before_it_starts() -> None:
    read = times(*PLUS_ONE[:3], "D OS Survival -1 2014-01-03 2014-01-01 0 Death")
    assert errors(read) == [[4, "ADT", "ends_before_start"]]


def test_a_subject_with_two_rows() -> None:
    read = times(*PLUS_ONE, PLUS_ONE[0])
    assert errors(read) == [[1, "USUBJID", "several_records"], [5, "USUBJID", "several_records"]]


def test_an_imputed_date_is_marked() -> None:
    read = times(
        "A OS 2 2014-01-02 2014-01-03 0 D",
        "B OS 31 2014-01-02 2014-02-01 0 .",
        columns="USUBJID PARAMCD AVAL STARTDT ADT CNSR ADTF",
    )
    assert read.rows["approximate"].tolist() == [True, False]
    found = read.found[read.found["rule"] == "imputed_date"]
    assert found[["row", "severity"]].to_numpy().tolist() == [[1, "warning"]]


def test_the_reason_to_censor_and_the_words_of_its_date() -> None:
    read = times(
        "A OS 2 2014-01-02 2014-01-03 0 Death Died",
        "B OS 31 2014-01-02 2014-02-01 1 Lost Last_visit",
        "C OS 31 2014-01-02 2014-02-01 1 . Last_visit",
        columns="USUBJID PARAMCD AVAL STARTDT ADT CNSR EVNTDESC CNSDTDSC",
    )
    assert read.rows["words"].tolist() == ["Death", "Lost; Last visit", "Last visit"]


def test_rows_of_another_parameter_or_population_are_not_read() -> None:
    rows = (*PLUS_ONE, "A PFS Progression 99 2014-01-02 2014-01-03 7 x")
    assert times(*rows).rows.index.tolist() == [0, 1, 2, 3]
    flagged = named(
        "USUBJID PARAMCD AVAL STARTDT ADT CNSR ITTFL", "A OS 2 2014-01-02 2014-01-03 0 Y"
    )
    flagged += named(
        "USUBJID PARAMCD AVAL STARTDT ADT CNSR ITTFL", "B OS 9 2014-01-02 2014-01-03 0 N"
    )
    read = adam_times(dataset("adtte", flagged), parameter="OS", only={"ITTFL": ("Y",)})
    assert read.rows["subject"].tolist() == ["A"]
    assert not errors(read)


@pytest.mark.parametrize(
    ("columns", "row", "message"),
    [
        ("USUBJID PARAMCD AVAL", "A OS 1", "has no column CNSR; a time-to-event dataset has"),
        ("USUBJID PARAMCD CNSR", "A PFS 0", "has no row of the parameter 'OS'"),
    ],
)
def test_datasets_that_hold_no_times(columns: str, row: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        times(row, columns=columns)


@given(
    st.lists(st.integers(0, 4000), min_size=1, max_size=30),
    st.integers(0, 1),
    st.sampled_from([1.0, 7.0]),
)
def test_a_count_that_all_rows_keep_is_found(spans: list[int], first: int, unit: float) -> None:
    span = np.array(spans, dtype=float)
    value = (span + first) / unit
    kept = counting(value, span, {1.0: None, 7.0: "week"}[unit], [repr(v) for v in value])
    assert kept.count is not None
    assert not kept.wrong.any()
    assert (kept.count.days, kept.count.first_day) == (unit, first)


@given(st.lists(st.integers(1, 4000), min_size=3, max_size=30), st.data())
def test_one_row_that_breaks_the_count_is_found(spans: list[int], data: st.DataObject) -> None:
    span = np.array(spans, dtype=float)
    value = span + 1
    at = data.draw(st.integers(0, len(spans) - 1))
    value[at] += data.draw(st.sampled_from([-2.0, 1.0, 30.0]))
    kept = counting(value, span, None, [f"{v:g}" for v in value])
    assert np.flatnonzero(kept.wrong).tolist() == [at]


@pytest.mark.parametrize("suffix", ["xpt", "json", "ndjson"])
def test_the_example_of_cdisc(real_file: Callable[[str], Path], suffix: str) -> None:
    path = real_file(f"cdisc/adtte.{suffix}")
    read = read_statistical(path) if suffix == "xpt" else read_dataset_json(path)
    found = adam_times(read, parameter="TTDE")
    assert Counter(found.rows["occurred"]) == {True: 152, False: 102}
    assert found.rows["days"].tolist()[:2] == [1, 2]
    assert found.rows["days"].sum() == 16599
    assert Counter(found.rows["words"]) == {
        "Dematologic Event Occured": 152,
        "Study Completion Date": 102,
    }
    assert found.found["rule"].tolist() == ["aval_counts"]
    assert "counts days + 1 (the first day is day 1) in 254 of 254 row(s)" in said(found)
