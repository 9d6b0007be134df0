"""Statistical files are read in a process of their own: whatever happens there is one error."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineoutcomes.errors import SpineOutcomesError, ValidationError
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.statistical import read_statistical

pyreadstat = pytest.importorskip("pyreadstat")

PLANTED = "Zebra77"
FRAME = pd.DataFrame({"pid": [PLANTED, "P2"], "odi": [0.1 + 0.2, 44.0], "vas": [7.0, None]})


def sav(folder: Path) -> Path:
    path = folder / "proms.sav"
    pyreadstat.write_sav(FRAME, str(path), variable_value_labels={"vas": {7.0: "bad"}})
    return path


def test_every_digit_comes_back(tmp_path: Path) -> None:
    file = read_statistical(sav(tmp_path))
    assert file.rows.to_numpy().tolist() == [
        [PLANTED, "0.30000000000000004", "7"],
        ["P2", "44", ""],
    ]
    assert file.labels == {"vas": {"7": "bad"}}


@pytest.mark.parametrize(
    "end",
    [
        subprocess.CompletedProcess([], -11, b"", b""),  # a segmentation fault
        subprocess.CompletedProcess([], 1, b"", b"MemoryError"),
        subprocess.CompletedProcess([], 0, b"not what was asked", b""),
        subprocess.TimeoutExpired([], 1),
    ],
)
def test_a_reader_that_crashes_is_a_damaged_file(
    end: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sav(tmp_path)

    def run(*_: object, **__: object) -> object:
        if isinstance(end, Exception):
            raise end
        return end

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ValidationError, match=r"proms.sav cannot be read: .* damaged") as caught:
        read_statistical(path)
    assert caught.value.findings["rule"].tolist() == ["not_readable"]


def test_a_name_that_begins_like_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sav(tmp_path).rename(tmp_path / "-c 1.sav")
    monkeypatch.chdir(tmp_path)
    assert len(read_statistical(Path("-c 1.sav")).rows) == 2


@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_bytes_changed_are_a_table_or_one_error(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = sav(Path(name))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 8))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
        try:
            file = read_statistical(path)
        except SpineOutcomesError as error:
            assert PLANTED not in str(error)
        else:
            assert isinstance(file, SourceFile)
            assert PLANTED not in file.found.to_csv()
