"""Files of SPSS, SAS and Stata made by those programs, against the tables kept beside them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.statistical import read_statistical

pytest.importorskip("pyreadstat")

RealFile = Callable[[str], Path]
SAMPLE = [
    ["a", "1.1", "2018-05-06", "2018-05-06T10:10:10", "1", "1", "10:10:10"],
    ["b", "1.2", "1880-05-06", "1880-05-06T10:10:10", "2", "2", "23:10:10"],
    ["c", "-1000.3", "1960-01-01", "1960-01-01T00:00:00", "1", "3", "00:00:00"],
    ["d", "-1.4", "1583-01-01", "1583-01-01T00:00:00", "2", "1", "16:10:10"],
    ["e", "1000.3", "", "", "1", "1", ""],
]
NAMES = ["mychar", "mynum", "mydate", "dtime", "mylabl", "myord", "mytime"]


@pytest.mark.parametrize("suffix", ["sav", "zsav", "por", "dta", "sas7bdat", "xpt"])
def test_one_table_in_six_formats(real_file: RealFile, suffix: str) -> None:
    read = read_statistical(real_file(f"stat_files/basic/sample.{suffix}"))
    assert [name.lower() for name in read.rows] == NAMES
    assert read.rows.to_numpy().tolist() == SAMPLE
    assert read.name == f"sample.{suffix}"
    assert not read.reasons


@pytest.mark.parametrize("suffix", ["sav", "zsav", "dta"])
def test_labels_and_titles(real_file: RealFile, suffix: str) -> None:
    read = read_statistical(real_file(f"stat_files/basic/sample.{suffix}"))
    assert read.labels == {
        "mylabl": {"1": "Male", "2": "Female"},
        "myord": {"1": "low", "2": "medium", "3": "high"},
    }
    assert read.titles["dtime"] == "datetime"
    assert not len(read.found)


def test_values_that_spss_counts_as_missing(real_file: RealFile) -> None:
    read = read_statistical(
        real_file("stat_files/basic/sample_missing.sav"),
        missing_codes={"-1": "refused", "myord:-1": "not_done", "2500": "lost"},
    )
    rows = read.rows.set_index("mychar")
    assert rows.loc["Z"].tolist() == [""] * 6
    assert read.rows.iloc[6].tolist() == [""] * 7
    assert read.rows.iloc[:5].to_numpy().tolist() == SAMPLE
    assert {column: why.tolist()[5:] for column, why in read.reasons.items()} == {
        "mynum": ["refused", "lost"],
        "mylabl": ["refused", None],
        "myord": ["not_done", "unknown"],
    }
    assert all(why.tolist()[:5] == [None] * 5 for why in read.reasons.values())


def test_what_spss_itself_shows_of_missing_values(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/basic/sample_missing.sav"))
    for name, kept in (("sample_missing", False), ("sample_missing_user", True)):
        with real_file(f"stat_files/basic/{name}.csv").open(encoding="utf-8-sig") as stream:
            shown = list(csv.DictReader(stream))
        for column in ("mynum", "mylabl", "myord"):
            numbers = [row[column].replace("#NULL!", "") for row in shown]
            cells = [f"{float(cell):.10g}" if cell else "" for cell in numbers]
            reasons = read.reasons[column]
            if kept:
                cells = ["" if why else cell for cell, why in zip(cells, reasons, strict=True)]
            assert read.rows[column].tolist() == cells
            # What one table shows and the other does not is what has a reason.
            assert sum(why is not None for why in reasons) == {"mylabl": 1}.get(column, 2)


def test_codes_met_are_counted_and_values_within_a_range_are_not_shown(
    real_file: RealFile,
) -> None:
    found = read_statistical(real_file("stat_files/basic/sample_missing.sav")).found
    assert found[["column", "rule", "severity"]].to_numpy().tolist() == [
        ["mynum", "missing_code", "warning"],
        ["mylabl", "missing_code", "warning"],
        ["myord", "missing_code", "warning"],
    ]
    first, second, third = found["message"]
    assert "-1 in 1 cell(s), read as 'unknown'; 2000 to 3000 in 1 cell(s)" in first
    assert "2500" not in first
    assert "-1 ('undetermined') in 1 cell(s)" in second
    assert "-1 ('missing') in 1 cell(s), read as 'unknown'; -3 in 1 cell(s)" in third


def test_a_missing_text_and_a_missing_number_of_spss(real_file: RealFile) -> None:
    text = read_statistical(real_file("stat_files/missing_data/missing_char.sav"))
    assert text.rows["mychar"].tolist() == ["", "a"]
    assert text.reasons["mychar"].tolist() == ["unknown", None]
    number = read_statistical(
        real_file("stat_files/missing_data/missing_test.sav"), missing_codes={"1": "withdrawn"}
    )
    assert number.rows["var1"].tolist() == ["", "2"]
    assert number.reasons["var1"].tolist() == ["withdrawn", None]


@pytest.mark.parametrize("suffix", ["dta", "sas7bdat"])
def test_tagged_missing_values(real_file: RealFile, suffix: str) -> None:
    codes = {".a": "lost", "var6:.z": "refused", ".z": "not_due"}
    path = real_file(f"stat_files/missing_data/missing_test.{suffix}")
    read = read_statistical(path, missing_codes=codes)
    assert read.rows.iloc[0].tolist() == [""] * 8 + ["1"]
    reasons = {column: why.tolist() for column, why in read.reasons.items()}
    assert reasons["var1"] == ["lost"]
    assert reasons["var5"] == ["unknown"]
    assert reasons["var6"] == ["refused"]
    # SAS has the tag ._ besides, which the file has in var7; var8 is plainly missing.
    assert set(reasons) == {f"var{n}" for n in range(1, 8 if suffix == "sas7bdat" else 7)}
    assert len(read.found) == len(reasons)


def test_a_tag_of_stata_has_a_label(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/missing_data/missing_test.dta"))
    assert read.labels == {"var1": {".a": "missing"}}
    assert ".a ('missing') in 1 cell(s)" in read.found.loc[0, "message"]


def test_every_column_of_a_file_with_response_sets(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/multiple_response/simple_alltypes.sav"))
    assert read.rows.shape == (6, 12)
    assert read.rows["x"].tolist() == ["1", "2", "3", "4", "", "9"]
    assert read.rows["y"].tolist()[3] == "1776-07-04"
    assert read.rows["z"].tolist() == ["", "", "1.234", "", "3.14159", ""]
    assert read.rows["str"].tolist()[2:5] == ["reg-green-blue-whatever", "NA", ""]
    assert read.rows["bool1"].tolist() == ["1", "1", "0", "0", "", "1"]
    assert read.rows["ca_subvar_3"].tolist() == ["b", "c", "d", "b", "d", "d"]
    assert read.rows["date"].tolist()[:3] == ["2014-11-01", "2014-11-01", "2014-12-15"]
    assert read.labels["z"] == {"999": "skipped"}
    # -9 lies in a range of missing values and 0 does too; the plain missing of row 2 has no reason.
    assert read.reasons["z"].tolist() == ["unknown", None, None, "unknown", None, None]
    assert "-999 to 0 in 1 cell(s)" in read.found.loc[1, "message"]
    assert "999 ('skipped') in 1 cell(s)" in read.found.loc[1, "message"]


def test_a_quarter_is_no_day(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/multiple_response/simple_alltypes.sav"))
    assert read.rows["quarter"].tolist() == ["2014-10-01"] * 4 + ["2015-01-01"] * 2
    assert read.found[["column", "rule"]].to_numpy().tolist()[2] == ["quarter", "coarse_date"]
    assert "shows a quarter (QYR8)" in read.found.loc[2, "message"]


def test_dates_of_three_centuries(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/basic/dates.sas7bdat"))
    with real_file("stat_files/basic/dates.csv").open(encoding="utf-8") as stream:
        expected = list(csv.reader(stream))[1:]
    assert len(expected) == 50
    assert read.rows.to_numpy().tolist() == [
        [day, moment.removesuffix(".000000"), time] for day, moment, time in expected
    ]


def test_transport_file_of_version_8_around_its_origin(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/basic/dates_xpt_v8.xpt"))
    assert read.rows.shape == (19, 9)
    # The file says each moment, day and time as text besides.
    assert read.rows["dt"].str.replace("T", " ").tolist() == read.rows["string_dt"].tolist()
    assert read.rows["dates"].tolist() == read.rows["string_dates"].tolist()
    assert read.rows["times"].tolist() == read.rows["string_times"].tolist()
    assert read.rows["seconds"].tolist()[:4] == ["-86401", "-86400", "-86399", "-1"]
    assert read.rows["missings"].tolist()[:6] == ["1", "", "3", "4", "", "6"]
    assert read.titles["string_times"] == "time of day as character string"


def test_names_and_text_in_hebrew_and_telugu(real_file: RealFile) -> None:
    hebrew = read_statistical(real_file("stat_files/basic/hebrews.sav"))
    assert list(hebrew.rows) == ["ותק_ב"]
    assert len(hebrew.rows) == 99
    assert hebrew.rows["ותק_ב"].tolist()[:5] == ["33", "34", "15", "35", "28"]
    telugu = read_statistical(real_file("stat_files/basic/tegulu.sav"))
    assert telugu.rows.to_numpy().tolist() == [["210", "నేను గతంలో వాడిన బ"]]
    assert telugu.titles == {"record": "record : Record number"}


def test_ordered_codes_keep_their_numbers(real_file: RealFile) -> None:
    read = read_statistical(real_file("stat_files/basic/ordered_category.sav"))
    assert read.rows["Col1"].tolist() == ["1", "2", "3", "2"]
    assert read.labels == {"Col1": {"1": "high", "2": "low", "3": "medium"}}


def test_a_catalog_gives_labels_to_codes(real_file: RealFile) -> None:
    data = real_file("stat_files/sas_catalog/test_data_linux.sas7bdat")
    catalog = real_file("stat_files/sas_catalog/test_formats_linux.sas7bcat")
    plain, named = read_statistical(data), read_statistical(data, catalog=catalog)
    rows = [["ID1", "1", "1"], ["ID2", "2", "2"], ["ID3", "1", "1"]]
    assert plain.rows.to_numpy().tolist() == named.rows.to_numpy().tolist() == rows
    assert plain.labels == {}
    sexes = {"1": "Male", "2": "Female"}
    assert named.labels == {"SEXA": sexes, "SEXB": sexes}
    # What SAS prints with the catalog stands beside it.
    with real_file("stat_files/sas_catalog/sas_formatted.csv").open(encoding="utf-8") as stream:
        printed = [row["SEXA"] for row in csv.DictReader(stream)]
    assert [sexes[code] for code in named.rows["SEXA"]] == printed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("stat_files/sas_catalog/test_formats_linux.sas7bcat", "is a catalog of formats, not data"),
        ("stat_files/basic/sample.csv", r"sample.csv is not one of .sav, .zsav, .por"),
        ("cdisc/define.xml", r"define.xml is not one of .sav"),
    ],
)
def test_files_of_another_kind(real_file: RealFile, name: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read_statistical(real_file(name))
