"""The command that writes the template."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from spineoutcomes.cli import main


def test_template_writes_a_workbook_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my registry.xlsx"
    assert main(["template", str(path)]) == 0
    assert capsys.readouterr().out == f"The template is at {path}\n"
    assert "patients" in load_workbook(path).sheetnames


def test_a_template_is_not_written_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "registry.xlsx"
    path.write_bytes(b"filled in")
    assert main(["template", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("spineoutcomes: ")
    assert "perhaps filled in" in error
    assert error.count("\n") == 1
    assert path.read_bytes() == b"filled in"


@pytest.mark.parametrize("name", ["registry.csv", "nowhere/registry.xlsx"])
def test_a_template_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["template", str(tmp_path / name)]) == 2
    assert name.rpartition("/")[2] in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_template_needs_a_name() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["template"])
    assert ended.value.code == 2
