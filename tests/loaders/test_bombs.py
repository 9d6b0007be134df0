"""Files that unpack to far more than they are, beyond workbooks: refused in bounded memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import SpineOutcomesError, ValidationError
from spineoutcomes.loaders import parquet
from spineoutcomes.loaders.delimited import read_delimited
from spineoutcomes.loaders.parquet import read_parquet
from spineoutcomes.loaders.statistical import read_statistical


def test_a_parquet_file_that_repeats_one_value(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "scores.parquet"
    # 300 million cells of 8 bytes, in groups, so that writing them needs little.
    group = pa.table({f"c{n}": pa.array([0] * 1_000_000, type=pa.int64()) for n in range(3)})
    with pq.ParquetWriter(path, group.schema) as writer:
        for _ in range(100):
            writer.write_table(group)
    assert path.stat().st_size < 2_000_000
    tracemalloc.start()
    with pytest.raises(ValidationError, match=r"would unpack to 2\.4 GB") as caught:
        read_parquet(path)
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    assert caught.value.findings["rule"].tolist() == ["too_large"]


def test_a_large_file_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "scores.parquet"
    pd.DataFrame({"x": range(10_000)}).to_parquet(path)
    monkeypatch.setattr(parquet, "MANY_BYTES", 1000)  # large, and not many times its size
    assert len(read_parquet(path).rows) == 10_000


def test_a_compressed_spss_file_that_repeats_one_value(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "proms.zsav"
    pyreadstat.write_sav(pd.DataFrame({"x": [0.0] * 200_000}), str(path), compress=True)
    content = bytearray(path.read_bytes())
    assert len(content) < 20_000
    # The number of cases in the head says two thousand million.
    content[80:84] = (2_000_000_000).to_bytes(4, "little")
    path.write_bytes(content)
    try:
        rows = read_statistical(path).rows
    except SpineOutcomesError:
        return
    assert len(rows) <= 200_000


def test_a_cell_of_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes(b"patient_id,note\n1," + b"x" * 20_000_000 + b"\n")
    assert len(read_delimited(path).rows.loc[0, "note"]) == 20_000_000
    path.write_bytes(b'patient_id,note\n1,"' + b"x" * 20_000_000)  # never closed
    with pytest.raises(ValidationError, match="is never closed") as caught:
        read_delimited(path)
    assert "xxxx" not in str(caught.value)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id\nZebra77\n", encoding="utf-8")
    folder = tmp_path / "given"
    folder.mkdir()
    try:
        (folder / "people.csv").symlink_to(tmp_path / "secret.csv")
    except OSError:
        pytest.skip("no links here")
    (tmp_path / "plan.toml").write_text(
        '[files.people]\npath = "people.csv"\none_row_per = "patient"\n[patients]\n'
        'patient_id = "id"\n[episodes]\ndiagnosis = { always = "lumbar_stenosis" }\n',
        encoding="utf-8",
    )
    with pytest.raises(SpineOutcomesError, match="stays inside the folder"):
        so.load_registry(folder, mapping=tmp_path / "plan.toml")
