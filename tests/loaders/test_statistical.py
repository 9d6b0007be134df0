"""Files of SPSS, SAS and Stata as users have them: encodings, damage, what a format hides."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.statistical import read_statistical

pyreadstat = pytest.importorskip("pyreadstat")

FRAME = pd.DataFrame({"ID": ["K1", "K2"], "NAVN": ["abc", "def"], "ODI": [44.0, 12.5]})
WRITERS = {".sav": "write_sav", ".dta": "write_dta", ".xpt": "write_xport", ".por": "write_por"}


def write(place: Path, suffix: str, frame: pd.DataFrame = FRAME, **more: Any) -> Path:
    path = place / f"data{suffix}"
    getattr(pyreadstat, WRITERS[suffix])(frame, path, **more)
    return path


def changed(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


def test_without_pyreadstat_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, ".sav")
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(ArgumentError, match=r"pip install 'spineoutcomes\[stat-files\]'"):
        read_statistical(path)


@pytest.mark.parametrize("suffix", [".sav", ".xpt"])
def test_text_of_another_encoding(tmp_path: Path, suffix: str) -> None:
    options = {"file_format_version": 5} if suffix == ".xpt" else {}
    path = changed(write(tmp_path, suffix, **options), b"abc", b"\xe5bc")
    with pytest.raises(ValidationError, match='encoding = "cp1252"') as caught:
        read_statistical(path)
    assert "is not in the encoding that it declares" in str(caught.value)
    assert caught.value.findings["rule"].tolist() == ["not_in_encoding"]
    with pytest.raises(ValidationError, match="is not in utf-8"):
        read_statistical(path, encoding="utf-8")
    for encoding in ("latin-1", "cp1252"):
        assert read_statistical(path, encoding=encoding).rows["NAVN"].tolist() == ["åbc", "def"]
    with pytest.raises(ArgumentError, match="There is no encoding 'klingon'"):
        read_statistical(path, encoding="klingon")
    with pytest.raises(ValidationError, match="is to be read as rot13, which pyreadstat does not"):
        read_statistical(path, encoding="rot13")


def test_a_portable_file_has_no_encoding_to_declare(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"no encoding to declare. Save it as .sav"):
        read_statistical(write(tmp_path, ".por"), encoding="latin-1")


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_a_file_cut_short_anywhere(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame({"ID": [f"K{n}" for n in range(99)], "ODI": np.arange(99) / 2})
    whole = write(tmp_path, suffix, frame)
    content, rows = whole.read_bytes(), read_statistical(whole).rows
    for length in range(0, len(content), max(len(content) // 50, 1)):
        whole.write_bytes(content[:length])
        try:
            read = read_statistical(whole)
        except ValidationError as error:
            assert set(error.findings["rule"]) <= {"not_readable", "not_in_encoding"}
        else:
            # What was cut off were labels or padding.
            assert read.rows.equals(rows)


def test_a_transport_file_cut_at_the_end_of_a_record(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ID": [f"K{n}" for n in range(99)], "ODI": np.arange(99.0)})
    path = write(tmp_path, ".xpt", frame, file_format_version=5)
    path.write_bytes(path.read_bytes()[:-800])
    with pytest.raises(ValidationError, match="could be read, and they are not all"):
        read_statistical(path)


@pytest.mark.parametrize("declared", [b"1", b"9"])
def test_a_transport_file_of_version_8_says_how_many_rows_it_has(
    tmp_path: Path, declared: bytes
) -> None:
    path = write(tmp_path, ".xpt", file_format_version=8)
    assert len(read_statistical(path).rows) == 2
    head = b"OBSV8   HEADER RECORD!!!!!!!              2"
    changed(path, head, head[:-1] + declared)
    with pytest.raises(ValidationError, match="could be read, and they are not all"):
        read_statistical(path)


def test_a_transport_file_of_several_datasets(tmp_path: Path) -> None:
    content = write(tmp_path, ".xpt", file_format_version=5).read_bytes()
    member = content[content.index(b"HEADER RECORD*******MEMBER") :]
    path = tmp_path / "two.xpt"
    path.write_bytes(content + member)
    with pytest.raises(ValidationError, match=r"two.xpt holds 2 datasets; expected is one in each"):
        read_statistical(path)


@pytest.mark.parametrize("version", [5, 8])
def test_tagged_missing_values_of_a_transport_file(tmp_path: Path, version: int) -> None:
    frame = pd.DataFrame({"ID": ["A", "B", "C", "D"], "X": [1.0, 7777.0, None, 6666.0]})
    path = write(tmp_path, ".xpt", frame, file_format_version=version)
    # 7777 and 6666 as SAS writes them, replaced by .R and ._
    changed(path, bytes.fromhex("441e610000000000"), b"R\0\0\0\0\0\0\0")
    changed(path, bytes.fromhex("441a0a0000000000"), b"_\0\0\0\0\0\0\0")
    read = read_statistical(path, missing_codes={".r": "refused"})
    assert read.rows["X"].tolist() == ["1", "", "", ""]
    assert read.reasons["X"].tolist() == [None, "refused", None, "unknown"]
    assert read.found["rule"].tolist() == ["missing_code"]


def test_a_file_that_is_not_what_its_ending_says(tmp_path: Path) -> None:
    for suffix in (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"):
        path = tmp_path / f"data{suffix}"
        path.write_text("id,odi\n1,44\n" * 100, encoding="utf-8")
        with pytest.raises(ValidationError, match="cut short, damaged, or not what its ending"):
            read_statistical(path)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="cannot be opened: No such file"):
        read_statistical(tmp_path / "none.sav")
    (tmp_path / "folder.sav").mkdir()
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_statistical(tmp_path / "folder.sav")


def test_catalogs(tmp_path: Path) -> None:
    path = write(tmp_path, ".sav")
    with pytest.raises(ArgumentError, match=r"A catalog belongs to a .sas7bdat"):
        read_statistical(path, catalog=path)
    with pytest.raises(ArgumentError, match="No such catalog"):
        read_statistical(tmp_path / "x.sas7bdat", catalog=tmp_path / "none.sas7bcat")


def test_a_reason_that_is_no_word(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="gives '99' the reason 'gone'; reasons are: not_due"):
        read_statistical(write(tmp_path, ".sav"), missing_codes={"99": "gone"})


def test_a_portable_file_hides_its_codes(tmp_path: Path) -> None:
    path = write(tmp_path, ".por", pd.DataFrame({"AGE": [1.0, 99.0, 3.0]}))
    lines = path.read_text(encoding="latin-1").split("\n")
    text = "".join(lines)
    # After the variable: its missing value, 99, which is 39 to the base 30.
    text = text.replace("3/AGE5/8/2/5/8/2/", "3/AGE5/8/2/5/8/2/839/")
    records = [text[at : at + 80] for at in range(0, len(text) - 80, 80)]
    path.write_text("\n".join(records) + "\n", encoding="latin-1", newline="\n")
    read = read_statistical(path)
    assert read.rows["AGE"].tolist() == ["1", "", "3"]
    assert read.found["rule"].tolist() == ["missing_codes_not_read"]


def test_missing_values_from_the_lowest_upward(tmp_path: Path) -> None:
    lowest = -sys.float_info.max
    path = write(
        tmp_path,
        ".sav",
        pd.DataFrame({"x": [-7.0, 3.0, None, 99.0]}),
        missing_ranges={"x": [{"lo": lowest, "hi": 0}, 99]},
    )
    read = read_statistical(path, missing_codes={"99": "refused"})
    assert read.rows["x"].tolist() == ["", "3", "", ""]
    assert read.reasons["x"].tolist() == ["unknown", None, None, "refused"]
    message = read.found.loc[0, "message"]
    assert "lowest to 0 in 1 cell(s), read as 'unknown'; 99 in 1 cell(s), read as 'refused'" in (
        message
    )
    assert "-7" not in message


def test_numbers_of_single_precision_in_stata(tmp_path: Path) -> None:
    frame = pd.DataFrame({"weight": np.array([72.1, 80.0], dtype=np.float32)})
    frame.to_stata(tmp_path / "data.dta", write_index=False)
    assert read_statistical(tmp_path / "data.dta").rows["weight"].tolist() == ["72.1", "80"]


def test_numbers_too_long_to_be_stored(tmp_path: Path) -> None:
    frame = pd.DataFrame({"card": [110101199001011234.0, 1.0]})
    read = read_statistical(write(tmp_path, ".sav", frame))
    assert read.found[["column", "rule", "severity"]].to_numpy().tolist() == [
        ["card", "digits_lost", "warning"]
    ]
    assert "1 number(s) of the column 'card' are too long" in read.found.loc[0, "message"]
    assert "1101011990" not in read.found.loc[0, "message"]


def test_a_date_that_no_calendar_has_is_an_error_of_its_row(tmp_path: Path) -> None:
    frame = pd.DataFrame({"opdate": [13744944000.0, 1e15]})
    read = read_statistical(write(tmp_path, ".sav", frame, variable_format={"opdate": "DATE11"}))
    assert read.rows["opdate"].tolist() == ["2018-05-06", ""]
    assert read.found[["row", "column", "rule", "severity"]].to_numpy().tolist() == [
        [2, "opdate", "not_a_date", "error"]
    ]


def test_a_time_of_stata_that_needs_another_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"seen": [1000.0]})
    read = read_statistical(write(tmp_path, ".dta", frame, variable_format={"seen": "%tC"}))
    assert read.rows["seen"].tolist() == ["1000"]
    assert read.found["rule"].tolist() == ["time_not_read"]


def test_a_table_without_rows(tmp_path: Path) -> None:
    read = read_statistical(write(tmp_path, ".sav", FRAME.iloc[:0]))
    assert read.rows.shape == (0, 3)
    assert read.found["rule"].tolist() == ["no_rows"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.none() | st.floats(-1e300, 1e300), min_size=1))
def test_numbers_come_out_as_they_were_written(values: list[float | None]) -> None:
    # SPSS keeps the farthest numbers for "none", "lowest" and "highest".
    with tempfile.TemporaryDirectory() as place:
        frame = pd.DataFrame({"x": pd.Series(values, dtype=float)})
        cells = read_statistical(write(Path(place), ".sav", frame)).rows["x"].tolist()
    assert [float(cell) if cell else None for cell in cells] == values


MAPPING = """
[file]
one_row_per = "patient"
encoding = "latin-1"
missing_codes = { "99" = "refused" }

[patients]
patient_id = "ID"
sex = { column = "KJONN", codes = { 1 = "male", 2 = "female" } }

[episodes]
diagnosis = { always = "lumbar_stenosis" }
index_date = "OPDATO"
hospital = "SYKEHUS"

[visits.codes]
pre = { visit = "preoperative", day = 0 }
12m = { day = 365 }

[[scores]]
instrument = "odi"
column = "ODI_{visit}"
"""


def test_a_wide_registry_file_of_spss_in_latin_1(tmp_path: Path) -> None:
    """Synthetic, in the shape in which NORspine gives its file."""
    frame = pd.DataFrame(
        {
            "ID": [101.0, 102.0, 103.0],
            "KJONN": [1.0, 2.0, 2.0],
            "SYKEHUS": ["Tromsx", "Bodx", "Oslo"],
            "OPDATO": [13744944000.0, 13745030400.0, None],
            "ODI_pre": [44.0, 52.5, 99.0],
            "ODI_12m": [12.0, None, 20.0],
        }
    )
    path = write(
        tmp_path,
        ".sav",
        frame,
        variable_format={"OPDATO": "EDATE10"},
        missing_ranges={"ODI_pre": [99], "ODI_12m": [99]},
    )
    changed(path, b"Tromsx", b"Troms\xf8")
    changed(path, b"Bodx", b"Bod\xf8")
    (tmp_path / "plan.toml").write_text(MAPPING, encoding="utf-8")
    registry = so.load_registry(path, mapping=tmp_path / "plan.toml")
    episodes = registry.table("episodes")
    assert episodes["hospital"].tolist() == ["Tromsø", "Bodø", "Oslo"]
    days = [pd.Timestamp(2018, 5, 6), pd.Timestamp(2018, 5, 7)]
    assert episodes["index_date"].tolist() == [*days, pd.NaT]
    scores = registry.table("scores").set_index(["episode_id", "visit"])
    assert scores.loc[("102", "preoperative"), "value"] == 52.5
    assert np.isnan(scores.loc[("103", "preoperative"), "value"])
    assert scores.loc[("103", "preoperative"), "missing_reason"] == "refused"
    assert len(scores) == 5
    assert "missing_code" in set(registry.findings()["rule"])
