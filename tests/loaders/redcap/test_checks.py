"""What a REDCap export holds that does not fit: kept, found, and never quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import Row, cells, findings, read

GOOD = {
    "date_dmy": ["2020-02-29", "2999-12-31", " 2020-01-01 "],
    "date_mdy": ["1899-01-31"],
    "date_ymd": ["2020-12-01"],
    "datetime_dmy": ["2020-02-29 23:59"],
    "datetime_ymd": ["2020-02-29 00:00"],
    "datetime_seconds_mdy": ["2020-02-29 23:59:59"],
    "time": ["07:30"],
    "time_hh_mm_ss": ["07:30:00"],
    "time_mm_ss": ["59:01"],
    "integer": ["-3", "+4", "0", "007"],
    "number": ["1.5", "-.5", "3", "1e3"],
    "number_1dp": ["1.5"],
    "number_comma_decimal": ["1,5", "3", "-,5"],
    "email": ["anything at all"],
    "": ["anything at all"],
}
BAD = {
    "date_dmy": ["2021-02-29", "31-01-2020", "31/01/2020", "2020-1-1", "20200101", "UNK"],
    "date_ymd": ["2020-01-01 10:00", "2020-00-10"],
    "datetime_dmy": ["2020-02-30 23:59", "2020-01-01", "2020-01-01 24:00", "2020-01-01T10:00"],
    "datetime_seconds_mdy": ["2020-02-29 23:59"],
    "time": ["25:00", "7:30"],
    "time_mm_ss": ["60:00"],
    "integer": ["1.0", "three", "1,5", "1 000"],
    "number": ["1,5", "about 3", "NA"],
    "number_4dp": ["1,5"],
    "number_comma_decimal": ["1.5", "1.234,5", "about 3", "1,2,3"],
    "number_2dp_comma_decimal": ["1.50"],
}


def field(validation: str) -> tuple[Row, ...]:
    return ("id", "f", "text", "ID"), ("x", "f", "text", "X", "", validation)


@pytest.mark.parametrize(("how", "cell"), [(how, c) for how, own in GOOD.items() for c in own])
def test_what_fits(tmp_path: Path, how: str, cell: str) -> None:
    file = read(tmp_path, f'id,x\nA,"{cell}"\nB,\n', *field(how))
    assert findings(file) == []
    expected = cell.replace(",", ".") if "comma" in how else cell
    assert cells(file, "x") == [[expected], [""]]


@pytest.mark.parametrize(("how", "cell"), [(how, c) for how, own in BAD.items() for c in own])
def test_what_does_not_fit_is_kept_and_found(tmp_path: Path, how: str, cell: str) -> None:
    file = read(tmp_path, f'id,x\nA,\nB,"{cell}"\n', *field(how))
    assert findings(file) == [[2, "x", "not_as_validated", "warning"]]
    assert cells(file, "x") == [[""], [cell]]
    assert f"'{cell}'" not in file.found.to_csv()


def test_rows_are_counted_by_column(tmp_path: Path) -> None:
    file = read(tmp_path, "id,x\nA,Zebra77\nB,3\nC,Zebra78\n", *field("integer"))
    assert file.found["row"].tolist() == [1, 3]
    assert file.found["message"].iloc[0].startswith("2 row(s) of 'x' do not hold a whole number")
    assert "Zebra" not in file.found.to_csv()


def test_a_survey_that_was_not_completed(tmp_path: Path) -> None:
    text = "id,f_timestamp,x\nA,[not completed],1\nB,2020-01-01 10:00:00,2\nC,,3\n"
    file = read(tmp_path, text, *field("integer"))
    assert findings(file) == [[1, "f_timestamp", "not_as_validated", "warning"]]
    assert file.rows["f_timestamp"].tolist() == ["[not completed]", "2020-01-01 10:00:00", ""]


def test_codes_that_are_no_choice(tmp_path: Path) -> None:
    text = "id,sex,smoker,base_complete\nA,3,1,2\nB,1,Zebra77,5\nC,,,\n"
    file = read(tmp_path, text)
    assert findings(file) == [
        [1, "sex", "value_not_in_choices", "warning"],
        [2, "smoker", "value_not_in_choices", "warning"],
        [2, "base_complete", "value_not_in_choices", "warning"],
    ]
    assert "Zebra77" not in file.found.to_csv()


def test_a_blank_field_with_branching_logic_has_no_reason(tmp_path: Path) -> None:
    fields = (*field("integer"), ("y", "f", "yesno", "Y"))
    folder = tmp_path / "dictionary.csv"
    read(tmp_path, "id\nA\n", *fields)
    text = folder.read_text().replace("Y,,,,,,,,,,,,,", "Y,,,,,,,[x] > 3,,,,,,")
    assert "[x] > 3" in text
    file = read(tmp_path, "id,x,y,f_complete\nA,1,,2\n", *fields)
    assert file.reasons == {}
    assert findings(file) == []


REPEATS = "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,score\n"


def test_rows_of_one_place_are_an_error_and_stay(tmp_path: Path) -> None:
    one = "A,pre,,,1\nA,pre,visit,1,2\nA,pre,visit,2,3\n"
    other = "A,post,visit,1,4\nA,pre,visit,1,5\nB,pre,,,6\n"
    file = read(tmp_path, REPEATS + one + other)
    assert findings(file) == [
        [2, "", "repeated_row", "error"],
        [5, "", "repeated_row", "error"],
    ]
    assert file.rows["score"].tolist() == ["1", "2", "3", "4", "5", "6"]


def test_an_event_that_repeats_as_a_whole(tmp_path: Path) -> None:
    file = read(tmp_path, REPEATS + "A,pre,,,1\nA,post,,1,2\nA,post,,2,3\n")
    assert findings(file) == []
    assert len(file.rows) == 3


def test_an_export_without_the_columns_that_tell_rows_apart(tmp_path: Path) -> None:
    file = read(tmp_path, "id,score\nA,1\nA,2\nB,3\n,4\n,5\n")
    assert findings(file) == [
        [1, "", "repeated_row", "error"],
        [2, "", "repeated_row", "error"],
    ]
    assert "redcap_event_name, redcap_repeat_instrument" in file.found["message"].iloc[0]
