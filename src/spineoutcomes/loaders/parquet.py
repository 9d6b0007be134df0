"""Read a Parquet file; its columns keep the types they were stored with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import rows_found

# What is unpacked may be large, or many times its size in the file, but not both.
MANY_BYTES, MOST_TIMES = 2_000_000_000, 500
BYTES_A_CELL = 8


def read_parquet(path: Path) -> SourceFile:
    """Read a Parquet file of one table.

    Text comes as categories, each distinct text once, so that millions of rows need little memory;
    numbers, dates and yes-or-no columns stay what they are.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValidationError
        When it is not a Parquet file, unpacks to far too much, holds no row, names a column twice,
        or a column holds lists or records.
    ArgumentError
        When pyarrow, which reads it, is not installed, or the file cannot be opened.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ArgumentError(
            f"Reading {path.name} needs pyarrow: pip install 'spineoutcomes[parquet]'."
        ) from None
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        _refuse_bomb(path, pq.read_metadata(path))
        schema = pq.read_schema(path)
        _refuse_columns(path.name, schema, [f.name for f in schema if pa.types.is_nested(f.type)])
        table = pq.read_table(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise ArgumentError(f"{path} cannot be opened: {error.strerror}.") from None
        raise _unreadable(path.name, "not_parquet", f"{path.name} is cut short.") from None
    except pa.ArrowInvalid:
        message = f"{path.name} is not a Parquet file, or is cut short. Write it anew."
        raise _unreadable(path.name, "not_parquet", message) from None
    if not table.num_rows:
        raise _unreadable(path.name, "no_rows", f"{path.name} has columns and no row.")
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            # Over the whole column: the dictionaries of parts of it would have to be made one.
            encoded = table.column(place).dictionary_encode()
            table = table.set_column(place, field.name, encoded)
    # A long whole number beside an empty cell keeps its last digits: it does not become a float.
    whole = {pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}
    gaps = {f.type for f in schema if f.type in whole and table.column(f.name).null_count}
    # No text is looked up again, as a dictionary holds each once; no column is copied into a block.
    rows: pd.DataFrame = table.to_pandas(
        date_as_object=False,
        ignore_metadata=True,
        deduplicate_objects=False,
        split_blocks=True,
        types_mapper={kind: whole[kind] for kind in gaps}.get,
    )
    return SourceFile(path.name, sha256, rows)


def _refuse_bomb(path: Path, about: Any) -> None:
    """Raise for a small file that unpacks to more than a machine may hold."""
    groups = (about.row_group(number) for number in range(about.num_row_groups))
    stored = sum(group.total_byte_size for group in groups)
    unpacked = max(stored, BYTES_A_CELL * about.num_rows * about.num_columns)
    if unpacked > MANY_BYTES and unpacked > MOST_TIMES * path.stat().st_size:
        message = (
            f"{path.name} would unpack to {unpacked / 1e9:.1f} GB, more than {MOST_TIMES} times "
            "its size: no registry does. Write it anew, or as several files."
        )
        raise _unreadable(path.name, "too_large", message)


def _refuse_columns(name: str, schema: object, nested: list[str]) -> None:
    names = list(getattr(schema, "names", []))
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        message = (
            f"{name} names a column more than once ({', '.join(twice)}); rename or remove one."
        )
        raise _unreadable(name, "repeated_column", message)
    if nested:
        message = (
            f"{name} has columns that hold lists or records ({', '.join(nested)}); a table has one "
            "value in each cell."
        )
        raise _unreadable(name, "nested_column", message)


def _unreadable(name: str, rule: str, message: str) -> ValidationError:
    return ValidationError(message, rows_found(name, None, None, rule, message))
