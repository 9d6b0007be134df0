"""Parquet through a mapping: typed columns are read as the text of any other file is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.parquet_text import read_parquet_text

from .conftest import LONG, WIDE

pytest.importorskip("pyarrow")

DAYS = pd.to_datetime(pd.Series(["2020-01-31", None]))


def test_cells_are_the_text_they_would_be_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame(
        {
            "text": ["a ", None],
            "number": [0.1 + 0.2, None],
            "whole": [3.0, -1.5],
            "count": pd.array([2**60 + 1, None], dtype="Int64"),
            "long": [2**60 + 1, 7],
            "single": pd.array([1.1, 2.0], dtype="float32"),
            "day": DAYS,
            "moment": DAYS + pd.Timedelta("10:11:12"),
            "flag": pd.array([True, None], dtype="boolean"),
            "sure": [False, True],
            "kind": pd.Categorical(["x", None]),
        }
    ).to_parquet(path, index=False)
    rows = read_parquet_text(path).rows
    assert {name: rows[name].tolist() for name in rows} == {
        "text": ["a ", ""],
        "number": ["0.30000000000000004", ""],
        "whole": ["3", "-1.5"],
        "count": ["1152921504606846977", ""],
        "long": ["1152921504606846977", "7"],
        "single": ["1.1", "2"],
        "day": ["2020-01-31", ""],
        "moment": ["2020-01-31T10:11:12", ""],
        "flag": ["true", ""],
        "sure": ["false", "true"],
        "kind": ["x", ""],
    }


def load(folder: Path, frame: pd.DataFrame, mapping: str, kind: str) -> so.Registry:
    path, plan = folder / f"data.{kind}", folder / "plan.toml"
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    plan.write_text(mapping, encoding="utf-8")
    return so.load_registry(path, mapping=plan)


@pytest.mark.parametrize(
    ("mapping", "frame"),
    [
        (
            WIDE,
            pd.DataFrame(
                {"id": [1, 2], "sex": [1, 2], "vas_pre": [7.0, 6.5], "vas_3m": [2.0, None]}
            ),
        ),
        (
            LONG,
            pd.DataFrame(
                {"id": [1, 1, 2], "arm": ["a", "a", "b"], "time": [0, 1, 0], "odi": [40, 22, 51]}
            ),
        ),
    ],
)
def test_parquet_and_csv_give_the_same_registry(
    mapping: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    one = load(tmp_path, frame, mapping, "csv")
    two = load(tmp_path, frame, mapping, "parquet")
    for name in one.tables:
        pd.testing.assert_frame_equal(one.table(name), two.table(name), check_exact=True)
    counts = two.provenance.dropna(subset=["n_file_rows"])
    assert set(counts["file"]) == {"data.parquet"}
    assert set(counts["n_file_rows"]) == set(counts["n_file_rows_used"]) == {len(frame)}


def test_a_mapping_is_proposed_for_it(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pd.DataFrame({"patient_id": ["a", "b"], "VAS leg pre": [7, 6]}).to_parquet(path, index=False)
    assert "patient_id" in so.suggest_mapping(path)


def test_what_is_no_parquet_file_or_has_keys_of_another(tmp_path: Path) -> None:
    path, plan = tmp_path / "data.parquet", tmp_path / "plan.toml"
    path.write_bytes(b"id,sex\n1,2\n")
    plan.write_text(WIDE, encoding="utf-8")
    with pytest.raises(ValidationError, match=r"data.parquet is not a Parquet file"):
        so.load_registry(path, mapping=plan)
    plan.write_text(WIDE.replace("[file]", '[file]\nencoding = "cp1252"'), encoding="utf-8")
    with pytest.raises(ArgumentError, match="this file is read as parquet, which has no such key"):
        so.load_registry(path, mapping=plan)
