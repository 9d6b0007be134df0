"""Parquet: tables keep their types, and load like the same tables as CSV."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.parquet import read_parquet


def written(folder: Path, registry: so.Registry) -> Path:
    for name, frame in registry.tables.items():
        if len(frame):
            frame.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


@pytest.mark.parametrize("sample", ["case_report", "hemangioma", "metastases", "ladder"])
def test_a_folder_of_parquet_is_the_folder_of_csv(tmp_path: Path, sample: str) -> None:
    expected = so.load_sample(sample)
    loaded = so.load_registry(written(tmp_path, expected))
    for name, frame in expected.tables.items():
        assert_frame_equal(loaded.tables[name], frame, check_categorical=False)
    accounts = loaded.provenance.set_index("table")
    assert accounts.loc["scores", "file"] == "scores.parquet"
    assert len(accounts.loc["scores", "sha256"]) == 64
    assert (accounts["n_rows_in"] == accounts["n_rows_out"]).all()


def test_types_are_kept_and_text_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pd.DataFrame(
        {
            "text": ["b", "a", None],
            "number": [1.5, None, 2.0],
            "whole": [1, 2, 3],
            "date": pd.to_datetime(["2020-01-31", None, "2021-12-01"]),
            "flag": [True, False, None],
        }
    )
    frame.astype({"flag": "boolean"}).to_parquet(path, index=False)
    rows = read_parquet(path).rows
    assert isinstance(rows["text"].dtype, pd.CategoricalDtype)
    assert rows["text"].dropna().tolist() == ["b", "a"]
    assert rows["number"].dropna().tolist() == [1.5, 2.0]
    assert rows["whole"].tolist() == [1, 2, 3]
    assert rows["date"].dropna().dt.strftime("%Y-%m-%d").tolist() == ["2020-01-31", "2021-12-01"]
    assert rows["flag"].dropna().tolist() == [True, False]


def test_days_stored_as_dates_without_time(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    days = pa.array([18292, None], type=pa.date32())
    pq.write_table(pa.table({"date": days}), path)
    assert read_parquet(path).rows["date"].dt.strftime("%Y-%m-%d")[0] == "2020-01-31"


BAD = {
    "not_parquet": (b"patient_id,sex\n1,female\n", "not a Parquet file"),
    "empty": (b"", "not a Parquet file"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_parquet_file(tmp_path: Path, what: str) -> None:
    content, said = BAD[what]
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(ValidationError, match=said) as caught:
        read_parquet(tmp_path / "t.parquet")
    assert caught.value.findings["rule"].tolist() == ["not_parquet"]
    assert "female" not in str(caught.value)


def test_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValidationError, match="cut short"):
        read_parquet(path)


def test_damage_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": [f"text {n}" for n in range(5000)]}), path)
    content = bytearray(path.read_bytes())
    content[100:2000] = bytes(1900)
    path.write_bytes(bytes(content))
    with pytest.raises(ValidationError, match="cut short"):
        read_parquet(path)


def test_columns_that_hold_lists_or_share_a_name(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"levels": [["T12", "L1"]]}), path)
    with pytest.raises(ValidationError, match=r"lists or records \(levels\)"):
        read_parquet(path)
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]), path)
    with pytest.raises(ValidationError, match=r"more than once \(x\)"):
        read_parquet(path)


def test_no_row(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": pa.array([], type=pa.int64())}), path)
    with pytest.raises(ValidationError, match="no row"):
        read_parquet(path)


def test_a_table_in_two_formats_is_not_chosen_by_us(tmp_path: Path) -> None:
    registry = so.load_sample("case_report")
    registry.save(tmp_path)
    written(tmp_path, registry)
    with pytest.raises(ArgumentError, match="both as CSV and as Parquet"):
        so.load_registry(tmp_path)


def test_without_the_library_that_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, so.load_sample("case_report"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ArgumentError, match=r"pip install 'spineoutcomes\[parquet\]'"):
        so.load_registry(tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_parquet(tmp_path / "none.parquet")
