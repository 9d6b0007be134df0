"""What a Dataset-JSON file says of itself: version, columns, number of records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from spineoutcomes.errors import ValidationError
from spineoutcomes.registry.findings import rows_found

VERSION = re.compile(r"1\.1(\.\d{1,4})?")
OTHER_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}")  # what may be quoted in a message
MOST_ROWS = 10**12
NUMBERS = ("integer", "decimal", "float", "double")
TIMES = ("date", "datetime", "time")
DATA_TYPES = ("string", "URI", "boolean", *NUMBERS, *TIMES)


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """One column: its name, what it is called in words, and the type of its cells."""

    name: str
    title: str
    data_type: str


@dataclass(frozen=True, slots=True)
class Head:
    """The metadata that stand before the rows."""

    columns: tuple[JsonColumn, ...]
    records: int


def head_of(data: Any, name: str) -> Head:
    """Return the metadata of a dataset.

    Parameters
    ----------
    data : object
        The JSON object that holds them.
    name : str
        The file's name, for messages.

    Raises
    ------
    ValidationError
        When it is not Dataset-JSON 1.1, or its columns are not declared as that says.
    """
    if not isinstance(data, dict) or "datasetJSONVersion" not in data:
        older = isinstance(data, dict) and {"clinicalData", "referenceData"} & set(data)
        hint = " It seems to be of version 1.0." if older else ""
        message = (
            f"{name} is not Dataset-JSON 1.1: expected is an object with datasetJSONVersion, "
            f"columns, records and rows.{hint} Export it as Dataset-JSON 1.1, or as XPT."
        )
        raise refused(name, "not_dataset_json", message)
    _check_version(data["datasetJSONVersion"], name)
    columns, records = data.get("columns"), data.get("records")
    if not isinstance(columns, list) or not columns:
        raise refused(name, "no_columns", f"{name} has no list of columns in its metadata.")
    if not isinstance(records, Decimal) or not 0 <= records < MOST_ROWS or records % 1:
        message = f"{name} does not say how many rows it has; `records` is that number."
        raise refused(name, "no_records", message)
    return Head(_columns(columns, name), int(records))


def refused(name: str, rule: str, message: str) -> ValidationError:
    """Return the error of a file that cannot be read."""
    return ValidationError(message, rows_found(name, None, None, rule, message))


def _check_version(version: Any, name: str) -> None:
    if isinstance(version, str) and VERSION.fullmatch(version):
        return
    known = isinstance(version, str) and OTHER_VERSION.fullmatch(version)
    found = f"version {version}" if known else "another version"
    message = f"{name} is Dataset-JSON of {found}; expected is 1.1. Export it as 1.1, or as XPT."
    raise refused(name, "other_version", message)


def _columns(given: list[Any], name: str) -> tuple[JsonColumn, ...]:
    columns = tuple(_column(entry, number, name) for number, entry in enumerate(given, start=1))
    names = [column.name for column in columns]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        message = (
            f"{name} names a column more than once ({', '.join(twice)}); rename or remove one."
        )
        raise refused(name, "repeated_column", message)
    return columns


def _column(entry: Any, number: int, name: str) -> JsonColumn:
    fields: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    own, label, data_type = (fields.get(key) for key in ("name", "label", "dataType"))
    if not isinstance(own, str) or not own:
        raise refused(name, "no_columns", f"Column {number} of {name} has no name.")
    if data_type not in DATA_TYPES:
        message = (
            f"The column {own!r} of {name} has no dataType that is known; expected is one of "
            f"{', '.join(DATA_TYPES)}."
        )
        raise refused(name, "no_columns", message)
    return JsonColumn(own, label if isinstance(label, str) else "", str(data_type))
