"""A Parquet file as a mapping reads files: text, whatever the types of its columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from spineoutcomes.loaders.parquet import read_parquet
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.statistical.cells import number_text, single_text, written


def read_parquet_text(path: Path) -> SourceFile:
    """Read a Parquet file of one table, each cell as text.

    A number is written so that it reads back to the last digit, a whole one without ".0"; a day as
    YYYY-MM-DD, a moment as YYYY-MM-DDThh:mm:ss; yes or no as "true" or "false". A missing value is
    "".

    Raises
    ------
    ValidationError, ArgumentError
        As `read_parquet`.
    """
    file = read_parquet(path)
    cells = {str(name): _texts(values) for name, values in file.rows.items()}
    return replace(file, rows=pd.DataFrame(cells, dtype=str))


def _texts(values: pd.Series) -> np.ndarray:
    """Return the cells of a column as text, each distinct one written once."""
    if pd.api.types.is_float_dtype(values):
        write = single_text if values.dtype == np.float32 else number_text
        return written(values.to_numpy(dtype=float), write)
    codes, distinct = pd.factorize(values)
    days = pd.api.types.is_datetime64_dtype(values) and bool(
        (values.dropna() == values.dropna().dt.normalize()).all()
    )
    texts = np.array([*(_text(value, days) for value in distinct), ""], dtype=object)
    return texts[codes]  # the code of a missing value is -1


def _text(value: object, days: bool) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if days else value.isoformat()
    return str(value)
