"""Read a file of SPSS, SAS or Stata as text, with the codes, labels and missing values it names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.statistical.cells import (
    Texts,
    number_text,
    single_text,
    time_cells,
    time_text,
    written,
)
from spineoutcomes.loaders.statistical.doubts import (
    column_doubts,
    dates_outside,
    file_doubts,
    lost_digits,
)
from spineoutcomes.loaders.statistical.engine import PROGRAMS, Stored, stored_file
from spineoutcomes.loaders.statistical.formats import Clock, clock_of
from spineoutcomes.loaders.statistical.missing import (
    Ranges,
    check_reasons,
    codes_found,
    range_codes,
    reasons_of,
    tag_codes,
)
from spineoutcomes.loaders.statistical.xport import xport_tags
from spineoutcomes.registry.findings import joined

SINGLE = "float"  # Stata's type of single precision


def read_statistical(
    path: Path,
    *,
    encoding: str | None = None,
    missing_codes: Mapping[str, str] | None = None,
    catalog: Path | None = None,
) -> SourceFile:
    """Read a file of SPSS (.sav, .zsav, .por), Stata (.dta) or SAS (.sas7bdat, .xpt).

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Encoding of its text; None takes the one it declares.
    missing_codes : mapping of str to str, optional
        The reason (a word of `scores.missing_reason`) for a code that the file counts as missing:
        "99", ".a" for a tagged missing value, or "column:99" for one column only. Other such codes
        get "unknown".
    catalog : Path, optional
        A SAS catalog (.sas7bcat) with the labels of the codes of a .sas7bdat.

    Returns
    -------
    SourceFile
        Cells as text; dates as YYYY-MM-DD, or YYYY-MM where the format shows a month and every
        cell is the first day of one. Codes stay codes, with `labels`. A cell that the file counts
        as missing is empty, with its reason; `found` counts the codes met.

    Raises
    ------
    ValidationError
        When the file is damaged, in another encoding, or holds several datasets.
    ArgumentError
        When it cannot be opened, is of another kind, or pyreadstat is not installed.
    """
    missing_codes = missing_codes or {}
    _check_call(path, encoding, catalog)
    check_reasons(missing_codes)
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None
    stored = stored_file(path, encoding, catalog)
    if path.suffix.lower() == ".xpt":
        stored = _with_xport_tags(stored, path)
    return _source_file(stored, path, sha256, missing_codes)


def _check_call(path: Path, encoding: str | None, catalog: Path | None) -> None:
    kind = path.suffix.lower()
    if kind == ".sas7bcat":
        raise ArgumentError(
            f"{path.name} is a catalog of formats, not data: read the .sas7bdat and give this as "
            "catalog=."
        )
    if kind not in PROGRAMS:
        raise ArgumentError(f"{path.name} is not one of {', '.join(PROGRAMS)}.")
    if catalog is not None and kind != ".sas7bdat":
        raise ArgumentError(f"A catalog belongs to a .sas7bdat, and the file is {path.name}.")
    if catalog is not None and not catalog.is_file():
        raise ArgumentError(f"No such catalog: {catalog}.")
    if encoding is not None and kind == ".por":
        raise ArgumentError(
            f"{path.name} is a portable file, which has an alphabet of its own and no encoding to "
            "declare. Save it as .sav."
        )


def _with_xport_tags(stored: Stored, path: Path) -> Stored:
    names = list(stored.columns)
    columns = dict(stored.columns)
    for at, letters in xport_tags(path.read_bytes(), path.name, len(columns[names[0]])).items():
        pairs = zip(columns[names[at]], letters, strict=True)
        columns[names[at]] = [cell if letter is None else letter for cell, letter in pairs]
    return replace(stored, columns=columns)


def _source_file(
    stored: Stored, path: Path, sha256: str, missing_codes: Mapping[str, str]
) -> SourceFile:
    program, name = PROGRAMS[path.suffix.lower()], path.name
    rows: dict[str, Texts] = {}
    reasons, labels, found = {}, {}, []
    for column, values in stored.columns.items():
        clock = clock_of(program, stored.formats.get(column))
        ranges = stored.missing.get(column, [])
        cells, codes = _cells(values, stored.types.get(column), clock, ranges)
        labels[column] = {
            _code_text(code, stored.types.get(column), clock): label
            for code, label in stored.labels.get(column, {}).items()
        }
        found.append(column_doubts(name, column, program, stored.formats.get(column), clock))
        found.append(dates_outside(name, column, cells))
        if clock is None:
            found.append(lost_digits(name, column, values))
        coded = ~pd.isna(codes)
        if coded.any():
            reasons[column] = reasons_of(column, codes, missing_codes)
            found.append(codes_found(name, column, codes, reasons[column], ranges, labels[column]))
        rows[column] = np.where(coded | pd.isna(cells), "", cells)
    frame = pd.DataFrame(rows, dtype=str)
    return SourceFile(
        name=name,
        sha256=sha256,
        rows=frame,
        reasons=reasons,
        labels={column: known for column, known in labels.items() if known},
        titles={column: title for column, title in stored.titles.items() if title},
        found=joined([file_doubts(name, path.suffix.lower(), *frame.shape[::-1]), *found]),
    )


def _cells(
    values: list[Any], kind: str | None, clock: Clock | None, ranges: Ranges
) -> tuple[Texts, Texts]:
    """Return the cells of a column, and the code of each that the file counts as missing."""
    if kind == "string":
        cells = np.array(["" if value is None else value for value in values], dtype=object)
        return cells, range_codes(values, cells, ranges)
    tags = tag_codes(values)
    numbers = np.array([None if isinstance(v, str) else v for v in values], dtype=float)
    if clock is not None:
        cells = time_cells(numbers, clock)
    else:
        cells = written(numbers, single_text if kind == SINGLE else number_text)
    codes = range_codes(numbers, cells, ranges)
    return cells, np.where(pd.isna(codes), tags, codes)


def _code_text(code: Any, kind: str | None, clock: Clock | None) -> str:
    """Return a code with a label in the form that it has in a cell."""
    if isinstance(code, str):
        return code if kind == "string" else f".{code.lower()}"
    if clock is not None:
        return time_text(float(code), clock) or str(code)
    return single_text(float(code)) if kind == SINGLE else number_text(float(code))
