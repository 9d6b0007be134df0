"""Small synthetic REDCap projects, written into a folder of the test."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from spineoutcomes.loaders.redcap import read_redcap
from spineoutcomes.loaders.source import SourceFile

HEAD = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
# name, form, type, label, choices, validation, identifier
Row = tuple[str, ...]
SPINE: tuple[Row, ...] = (
    ("id", "base", "text", "Study ID"),
    ("operated", "base", "text", "Date of operation", "", "date_dmy"),
    ("sex", "base", "radio", "Sex", "1, Female | 2, Male"),
    ("pain", "base", "checkbox", "Where is the pain?", "1, Back|2,Leg |-99 , Don't know"),
    ("levels", "base", "text", "Levels", "", "integer"),
    ("score", "visit", "text", "ODI", "", "number"),
    ("smoker", "visit", "yesno", "Do you smoke?"),
)
BOXES = "pain___1,pain___2,pain____99"


def dictionary(*rows: Row) -> str:
    """Return a data dictionary as the project exports it."""
    places = (0, 1, 3, 4, 5, 7, 10)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in rows:
        cells = [""] * len(HEAD)
        for place, cell in zip(places, row, strict=False):
            cells[place] = cell
        writer.writerow(cells)
    return out.getvalue()


def read(folder: Path, data: str, *rows: Row, **more: Any) -> SourceFile:
    """Read the text of an export with a dictionary of these rows (SPINE when there are none)."""
    (folder / "dictionary.csv").write_text(dictionary(*(rows or SPINE)), encoding="utf-8")
    path = folder / more.pop("name", "data.csv")
    path.write_text(data, encoding="utf-8", newline="")
    return read_redcap(path, dictionary=folder / "dictionary.csv", **more)


def findings(file: SourceFile) -> list[list[object]]:
    """Return row, column, rule and severity of what was found; no row is 0, no column is ""."""
    columns = ["row", "column", "rule", "severity"]
    row, column = file.found["row"].fillna(0), file.found["column"].fillna("")
    return file.found.assign(row=row, column=column)[columns].to_numpy().tolist()


def cells(file: SourceFile, *columns: str) -> list[list[str]]:
    """Return cells of some columns, row by row."""
    return file.rows[list(columns)].to_numpy().tolist()


def reasons(file: SourceFile, column: str) -> list[str | None] | None:
    """Return the reasons of a column, None where it has none."""
    return file.reasons[column].tolist() if column in file.reasons else None
