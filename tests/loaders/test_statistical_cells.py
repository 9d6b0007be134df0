"""Numbers, dates and times of statistical programs as text: worked by hand, and invariants."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.loaders.statistical.cells import number_text, single_text, time_cells, time_text
from spineoutcomes.loaders.statistical.formats import Program, clock_of, is_unread_time

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates(min_value=date(1, 1, 1))
MOMENTS = st.datetimes(min_value=datetime(1600, 1, 1), max_value=datetime(2999, 12, 31))


def text(program: Program, written: str, value: float) -> str | None:
    clock = clock_of(program, written)
    assert clock is not None, written
    return time_text(value, clock)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (-1000.3, "-1000.3"),
        (0.30000000000000004, "0.30000000000000004"),
        (9007199254740991.0, "9007199254740991"),
        (1.1010119900101123e17, "1.1010119900101123e+17"),
        (1e-7, "1e-07"),
    ],
)
def test_numbers(value: float, expected: str) -> None:
    assert number_text(value) == expected


@given(FINITE)
def test_a_number_reads_back_to_the_last_digit(value: float) -> None:
    assert float(number_text(value)) == value


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_of_single_precision_reads_back_as_one(value: float) -> None:
    assert np.float32(single_text(value)) == np.float32(value)


def test_a_number_of_single_precision_has_the_digits_that_were_typed() -> None:
    assert single_text(float(np.float32(1.1))) == "1.1"
    assert single_text(float(np.float32(72.5))) == "72.5"


@pytest.mark.parametrize(
    ("program", "written", "value", "expected"),
    [
        ("spss", "EDATE10", 13744944000.0, "2018-05-06"),
        ("spss", "DATE11", 13744944000.0 + 86399, "2018-05-06"),
        ("spss", "DATETIME20", 13744980610.0, "2018-05-06T10:10:10"),
        ("spss", "DATETIME23.2", 13744980610.25, "2018-05-06T10:10:10.250"),
        ("spss", "TIME8", 36610.0, "10:10:10"),
        ("spss", "DTIME10", 90061.0, "25:01:01"),
        ("spss", "TIME8", -60.0, "-00:01:00"),
        ("sas", "DATE9", 19725.0, "2014-01-02"),
        ("sas", "YYMMDD10.", 19725.0, "2014-01-02"),
        ("sas", "E8601DA10", -1.0, "1959-12-31"),
        ("sas", "DATETIME20.", -1.0, "1959-12-31T23:59:59"),
        ("sas", "E8601DN", 86400.0, "1960-01-02"),
        ("sas", "TIME5", 3600.0, "01:00:00"),
        ("sas", "WEEKDATE29", 0.0, "1960-01-01"),
        ("stata", "%td", 21310.0, "2018-05-06"),
        ("stata", "%tdNN/DD/CCYY", 21310.0, "2018-05-06"),
        ("stata", "%-td", 21310.0, "2018-05-06"),
        ("stata", "%d", 0.0, "1960-01-01"),
        ("stata", "%tc", 1841220610000.0, "2018-05-06T10:10:10"),
        ("stata", "%tcHH:MM:SS", 36610000.0, "10:10:10"),
        ("stata", "%tcDDmonCCYY", 1841220610000.0, "2018-05-06T10:10:10"),
        ("stata", "%tw", 0.0, "1960-01-01"),
        ("stata", "%tw", 53.0, "1961-01-08"),
        ("stata", "%tq", -1.0, "1959-10-01"),
        ("stata", "%th", 117.0, "2018-07-01"),
        # Not a date: more days than a calendar has.
        ("sas", "DATE9", 1e9, None),
        ("spss", "DATE11", -1e12, None),
        ("stata", "%ty", 0.0, None),
    ],
)
def test_times(program: Program, written: str, value: float, expected: str | None) -> None:
    assert text(program, written, value) == expected


def test_a_missing_date_in_the_far_future_is_still_a_date() -> None:
    assert text("spss", "DATE11", (date(2999, 12, 31) - date(1582, 10, 14)).days * 86400.0) == (
        "2999-12-31"
    )


@pytest.mark.parametrize("written", [None, "F8.2", "BEST12", "COMMA10.2", "SEXF", "WKDAY3"])
def test_other_formats_are_no_time(written: str | None) -> None:
    assert clock_of("spss", written) is None


def test_plain_formats_of_stata_and_those_that_are_not_read() -> None:
    assert clock_of("stata", "%9.0g") is None
    assert not is_unread_time("stata", "%9.0g")
    assert clock_of("stata", "%tC") is None
    assert is_unread_time("stata", "%tC")
    assert is_unread_time("stata", "%tbnyse")
    assert not is_unread_time("sas", "%tC")


@given(DAYS)
def test_days_of_every_program(day: date) -> None:
    since_1960 = float((day - date(1960, 1, 1)).days)
    since_1582 = float((day - date(1582, 10, 14)).days)
    assert text("sas", "DATE9", since_1960) == day.isoformat()
    assert text("stata", "%td", since_1960) == day.isoformat()
    assert text("spss", "ADATE10", since_1582 * 86400) == day.isoformat()


@given(MOMENTS.map(lambda moment: moment.replace(microsecond=0)))
def test_moments_of_every_program(moment: datetime) -> None:
    seconds = (moment - datetime(1960, 1, 1)) / timedelta(seconds=1)
    assert text("sas", "DATETIME20.", seconds) == moment.isoformat()
    assert text("stata", "%tc", seconds * 1000) == moment.isoformat()
    since_1582 = (moment - datetime(1582, 10, 14)) / timedelta(seconds=1)
    assert text("spss", "DATETIME20", since_1582) == moment.isoformat()


def cells(program: Program, written: str, values: list[float]) -> list[str]:
    clock = clock_of(program, written)
    assert clock is not None
    return time_cells(np.array(values), clock).tolist()


def test_a_format_of_months_gives_months_when_no_cell_has_a_day() -> None:
    # 2014-10-01 is day 19997 of SAS.
    assert cells("sas", "MONYY7.", [19997.0, np.nan]) == ["2014-10", ""]
    assert cells("sas", "MONYY7.", [19997.0, 19998.0]) == ["2014-10-01", "2014-10-02"]
    assert cells("sas", "YEAR4.", [19724.0]) == ["2014"]
    assert cells("sas", "YEAR4.", [19725.0]) == ["2014-01-02"]
    seconds = 86400.0 * (date(2014, 10, 1) - date(1582, 10, 14)).days
    assert cells("spss", "MOYR8", [seconds]) == ["2014-10"]
    assert cells("stata", "%tm", [657.0, 0.0]) == ["2014-10", "1960-01"]
    assert cells("stata", "%ty", [2014.0]) == ["2014"]


def test_cells_without_any_value() -> None:
    assert cells("sas", "MONYY7.", [np.nan, np.nan]) == ["", ""]
    assert cells("sas", "DATE9.", []) == []
