"""A report is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.report.folder import MANIFEST, replacing


def report(folder: Path, text: str) -> None:
    with replacing(folder) as fresh:
        (fresh / MANIFEST).write_text(text, encoding="utf-8")


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_and_its_parents_are_made(tmp_path: Path) -> None:
    report(tmp_path / "a" / "report", "one")
    assert listed(tmp_path / "a") == ["report"]
    assert (tmp_path / "a" / "report" / MANIFEST).read_text(encoding="utf-8") == "one"


def test_an_earlier_report_is_replaced_as_a_whole(tmp_path: Path) -> None:
    report(tmp_path / "report", "one")
    (tmp_path / "report" / "old.html").write_text("old", encoding="utf-8")
    report(tmp_path / "report", "two")
    assert listed(tmp_path) == ["report"]
    assert listed(tmp_path / "report") == [MANIFEST]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_run_that_fails_leaves_the_earlier_report(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    report(tmp_path / "report", "one")
    with pytest.raises(failure), replacing(tmp_path / "report") as fresh:
        (fresh / MANIFEST).write_text("half", encoding="utf-8")
        raise failure
    assert listed(tmp_path) == ["report"]
    assert (tmp_path / "report" / MANIFEST).read_text(encoding="utf-8") == "one"


def test_a_run_killed_between_its_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    report(tmp_path / "report", "one")
    (tmp_path / "report").rename(tmp_path / ".report.previous")
    with pytest.raises(RuntimeError), replacing(tmp_path / "report"):
        raise RuntimeError
    assert (tmp_path / "report" / MANIFEST).read_text(encoding="utf-8") == "one"


def test_other_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(so.errors.ArgumentError, match="files that are not a report"):
        report(tmp_path, "one")
    with pytest.raises(so.errors.ArgumentError, match="is a file"):
        report(tmp_path / "thesis.docx", "one")
    assert listed(tmp_path) == ["thesis.docx"]
