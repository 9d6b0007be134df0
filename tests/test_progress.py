"""Long work says how far it is; short work says nothing."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import _progress
from spineoutcomes._progress import progress_bar, progressing, progressing_stream


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every bar from its first moment, as if all work took long."""
    monkeypatch.setattr(_progress, "SHOWN_AFTER", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    so.load_sample("ladder").save(tmp_path)
    return tmp_path


def test_items_come_as_they_are(at_once: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progressing([3, 1, 2], "Counting", "sheep")) == [3, 1, 2]
    assert "Counting" in capsys.readouterr().err


def test_a_stream_is_read_as_it_is(at_once: None, capsys: pytest.CaptureFixture[str]) -> None:
    with progressing_stream(io.BytesIO(b"a,b\n1,2\n"), 8, "Reading x.csv") as stream:
        assert pd.read_csv(stream).to_numpy().tolist() == [[1, 2]]
    assert "Reading x.csv" in capsys.readouterr().err


def test_a_bar_moved_by_its_owner_is_not_shown_for_short_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bar(2, "Report", "step") as bar:
        bar.update()
    assert bar.n == 1
    assert capsys.readouterr().err == ""


def test_loading_says_what_it_reads_and_checks(
    folder: Path, at_once: None, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    so.load_registry(folder)
    said = capsys.readouterr().err
    for title in ("Reading files", "Reading scores.csv", "Checking tables", "Checking rules"):
        assert title in said, title


def test_work_that_is_done_before_a_bar_is_due_says_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_progress, "SHOWN_AFTER", 3600)  # however busy this machine is
    capsys.readouterr()
    so.load_registry(folder)
    assert capsys.readouterr().err == ""
