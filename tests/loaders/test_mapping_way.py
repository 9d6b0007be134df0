"""The two ways from a surgeon's workbook to a registry, run as docs/mapping.md has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

openpyxl = pytest.importorskip("openpyxl")

PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"
TEMPLATE, SERIES = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
IMPORT = "import spineoutcomes as so\n"


def run(text: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(text, "mapping.md", "exec"), names)  # noqa: S102
    return names


def test_they_are_ten_lines_each() -> None:
    for text in (TEMPLATE, SERIES):
        assert len([line for line in text.splitlines() if line.strip()]) <= 10


def test_through_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = TEMPLATE.split("# ... fill it in ...")
    names = run(first, {})
    book = openpyxl.load_workbook("my_cases.xlsx")
    for table, row in (
        ("patients", {"patient_id": "P1", "sex": "female"}),
        ("episodes", {"episode_id": "E1", "patient_id": "P1", "diagnosis": "lumbar_stenosis"}),
        ("scores", {"episode_id": "E1", "instrument": "odi", "day": 0, "value": 44}),
    ):
        heads = {cell.value: cell.column for cell in book[table][1]}
        for name, value in row.items():
            book[table].cell(2, heads[name]).value = value
    book["patients"].cell(3, 1).value = "P2"  # of whom nothing else is known
    book.save("my_cases.xlsx")
    registry = run(second, names)["registry"]
    counts = registry.provenance.set_index("table")
    assert counts.loc[["patients", "episodes", "scores"], "n_rows_in"].tolist() == [2, 1, 1]
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    assert registry.table("scores")["value"].tolist() == [44]


def test_through_a_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    book = openpyxl.Workbook()
    for row in (
        ("patient_id", "Sex", "VAS leg pre", "VAS leg 3m"),
        ("A1", "M", 70, 20),
        ("A2", "F", 82, 35),
    ):
        book.active.append(row)
    book.save("our_series.xlsx")
    first, second = SERIES.split('# ... read it, answer the lines behind "# ?" ...')
    names = run(IMPORT + first, {})
    proposed = Path("our_series.toml").read_text(encoding="utf-8")
    assert "# ?" in proposed
    # A person answers: what every patient has, and on which scale the pain was asked.
    answers = {
        "diagnosis": 'diagnosis = { always = "lumbar_disc_herniation" }',
        "scale": "scale = [0, 100]",
        "location": 'location = "leg"',
    }
    lines = [
        next((text for key, text in answers.items() if line.startswith(f"# ? {key} ")), line)
        for line in proposed.splitlines()
    ]
    Path("our_series.toml").write_text("\n".join(lines), encoding="utf-8")
    registry = run(second, names)["registry"]
    scores = registry.table("scores")
    assert scores["value"].tolist() == [7, 8.2, 2, 3.5]
    assert registry.provenance["n_file_rows_used"].dropna().unique().tolist() == [2]
