"""Small synthetic datasets in the shape of CDISC, in memory and as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from spineoutcomes.loaders.source import SourceFile

Rows = Sequence[dict[str, str]]


def dataset(name: str, rows: Rows) -> SourceFile:
    """Return a dataset as a reader gives it; a column that a row lacks is empty there."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = {column: [row.get(column, "") for row in rows] for column in columns}
    return SourceFile(f"{name}.xpt", "0" * 64, pd.DataFrame(cells, dtype=str))


def write_dataset(folder: Path, name: str, rows: Rows) -> None:
    """Write a dataset as lines of Dataset-JSON, every column as text."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head: dict[str, Any] = {
        "datasetJSONVersion": "1.1.0",
        "records": len(rows),
        "columns": [{"name": column, "label": "", "dataType": "string"} for column in columns],
    }
    lines = [head, *([row.get(column, "") for column in columns] for row in rows)]
    folder.mkdir(exist_ok=True)
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    (folder / f"{name}.ndjson").write_text(text, encoding="utf-8")


def named(columns: str, *rows: str) -> list[dict[str, str]]:
    """Return rows written as words, "." where a cell is empty and "_" for a blank."""
    names = columns.split()
    return [
        {
            name: "" if cell == "." else cell.replace("_", " ")
            for name, cell in zip(names, row.split(), strict=True)
        }
        for row in rows
    ]
