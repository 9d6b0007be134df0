"""Load, save, load: the same registry, cell by cell and byte by byte, whatever it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.loaders.saved import comes_back

import spineoutcomes as so
from spineoutcomes.registry import Registry

TEXTS = [
    *("4+", "-", "-1.5", "+", "=1+1", "=", "@SUM(A1)", "+49 170", "-2+3", "+1", "'=x", "''-x"),
    *("＝1", "NA", "nan", "None", "007", "1e3", "1.10", "a,b", 'say "x"', "two\nlines", "约200"),
    *("失访", "2020-01-31", "TRUE", "é", "<b>", "1234567890123456789", "0.30000000000000004"),
]
GRADES = ["4+", "4-", "3-", "5", "0", "2+"]
N = len(TEXTS)
IDS = [f"P{n}" for n in range(N)]


def tables() -> dict[str, pd.DataFrame]:
    episodes = [f"E{n}" for n in range(N)]
    return {
        "patients": pd.DataFrame(
            {"patient_id": IDS, "sex": "female", "note": TEXTS, "=odd": TEXTS[::-1]}
        ),
        "episodes": pd.DataFrame(
            {
                "episode_id": episodes,
                "patient_id": IDS,
                "diagnosis": "lumbar_stenosis",
                "index_date": "2020-01-31",
                "lactate": ["-1.5" if n % 2 else "0.1" for n in range(N)],
                "first_only": [GRADES[0], *[""] * (N - 1)],
            }
        ),
        "scores": pd.DataFrame(
            {
                "episode_id": episodes,
                "instrument": "mrc_muscle_grade",
                "location": "EHL",
                "side": "left",
                "day": "90",
                "visit": "3m",
                "grade": [GRADES[n % len(GRADES)] for n in range(N)],
                "raw_value": TEXTS,
            }
        ),
    }


def as_csv(folder: Path) -> Registry:
    for name, frame in tables().items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8")
    return so.load_registry(folder)


def as_parquet(folder: Path) -> Registry:
    pytest.importorskip("pyarrow")
    for name, frame in tables().items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    return so.load_registry(folder)


def as_workbook(folder: Path) -> Registry:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, frame in tables().items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate([list(frame), *frame.to_numpy().tolist()], start=1):
            for column, text in enumerate(cells, start=1):
                if text:
                    cell = sheet.cell(row, column, text)
                    cell.data_type = "s"  # a person formats such cells as text
    book.save(folder / "cases.xlsx")
    return so.load_registry(folder / "cases.xlsx")


MAPPING = """
[file]
one_row_per = "patient"
[patients]
patient_id = "id"
note = "note"
[episodes]
diagnosis = { always = "lumbar_stenosis" }
lactate = "lactate"
[visits.codes]
pre = { visit = "preoperative", day = 0 }
3m = { day = 91 }
[[scores]]
instrument = "mrc_muscle_grade"
location = "EHL"
side = "left"
column = "EHL {visit}"
[[scores]]
instrument = "vas_pain"
location = "leg"
scale = [0, 100]
column = "VAS {visit}"
"""


def as_mapped(folder: Path) -> Registry:
    columns = {
        "id": IDS,
        "note": TEXTS,
        "lactate": [str(-0.1 * n) for n in range(N)],
        "EHL pre": [GRADES[n % len(GRADES)] for n in range(N)],
        "EHL 3m": [GRADES[-n % len(GRADES)] for n in range(N)],
        "VAS pre": [str(n) for n in range(N)],
        "VAS 3m": [str(0.7 * n) for n in range(N)],
    }
    pd.DataFrame(columns).to_csv(folder / "wide.csv", index=False, encoding="utf-8")
    (folder / "plan.toml").write_text(MAPPING, encoding="utf-8")
    return so.load_registry(folder / "wide.csv", mapping=folder / "plan.toml")


WAYS: dict[str, Callable[[Path], Registry]] = {
    "csv": as_csv,
    "parquet": as_parquet,
    "workbook": as_workbook,
    "mapping": as_mapped,
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_registry_comes_back(way: str, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    registry = WAYS[way](tmp_path / "given")
    notes = dict(zip(TEXTS, registry.table("patients")["note"], strict=True))
    expected = {text: text for text in TEXTS}
    if way == "workbook":
        expected["＝1"] = "=1"  # a workbook is read in half-width characters
    if way == "csv":
        # In the CSV file of a table, an apostrophe before a formula is the mark of one saved here.
        expected |= {"'=x": "=x", "''-x": "'-x"}
    assert notes == expected
    comes_back(registry, tmp_path)


def test_without_the_rows_rejected_nothing_of_them_is_left(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("patient_id\nP1\nP2\n", encoding="utf-8")
    (tmp_path / "episodes.csv").write_text(
        "episode_id,patient_id,diagnosis,arm,lactate,ward,missing_reason\n"
        "E1,P1,lumbar_stenosis,x,1.5,3,\n"
        "E2,P2,lumbar_stenosis,x,0.1,3,\n"
        "E3,P9,lumbar_stenosis,y,high,north,lost\n",
        encoding="utf-8",
    )
    registry = so.load_registry(tmp_path, on_error="reject")
    assert registry.rejects[["table", "row"]].to_numpy().tolist() == [["episodes", 3]]
    episodes = registry.table("episodes")
    # No arm without episodes, and what is left are numbers.
    assert list(episodes["arm"].cat.categories) == ["x"]
    assert episodes["lactate"].tolist() == [1.5, 0.1]
    assert episodes["ward"].tolist() == [3, 3]
    assert episodes["missing_reason"].isna().all()
    comes_back(registry, tmp_path / "saved")


def test_a_column_of_ones_own_without_a_value_comes_back(folder: Path, tmp_path: Path) -> None:
    path = folder / "patients.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    with_own = [f"{row},{cell}" for row, cell in zip(rows, ("bmi", "", ""), strict=True)]
    path.write_text("\n".join(with_own) + "\n", encoding="utf-8")
    registry = so.load_registry(folder)
    assert registry.table("patients")["bmi"].isna().all()
    comes_back(registry, tmp_path / "saved")


@pytest.mark.parametrize("cell", ["", "60", "March", "2020-03-01"])
def test_days_that_a_saved_table_holds_beside_a_month(folder: Path, cell: str) -> None:
    path = folder / "scores.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    cells = ("lower_day", "", cell, "")
    path.write_text("\n".join(f"{r},{c}" for r, c in zip(rows, cells, strict=True)) + "\n")
    registry = so.load_registry(folder, on_error="reject")
    wrong = registry.findings()[["table", "row", "column", "rule"]].to_numpy().tolist()
    if cell in ("March", "2020-03-01"):
        assert wrong == [["scores", 2, "lower_day", "not_a_number"]]
    else:
        # 31 January is day 0; May begins on day 91.
        assert registry.table("scores")["lower_day"].tolist()[1] == (60 if cell else 91)


@pytest.mark.parametrize("way", WAYS)
def test_grades_are_what_was_written(way: str, tmp_path: Path) -> None:
    registry = WAYS[way](tmp_path)
    scores = registry.table("scores")
    graded = scores.loc[scores["instrument"] == "mrc_muscle_grade", "grade"].astype(object)
    expected = [GRADES[n % len(GRADES)] for n in range(N)]
    assert graded.tolist()[:N] == expected
    registry.save(tmp_path / "saved")
    lines = (tmp_path / "saved" / "scores.csv").read_text(encoding="utf-8")
    assert "'4+" not in lines
