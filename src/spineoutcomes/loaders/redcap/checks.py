"""What a REDCap export says of itself that does not hold: kept as it is, and found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import ANY_NUMBER
from spineoutcomes.loaders.redcap.columns import EVENT, INSTANCE, INSTRUMENT, Origin
from spineoutcomes.loaders.redcap.dictionary import Event
from spineoutcomes.registry.findings import joined, rows_found

DATE, MINUTES = r"(\d{4}-\d{2}-\d{2})", r"(?:[01]\d|2[0-3]):[0-5]\d"
COMMA_NUMBER = r"[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?"
INTEGER = r"[+-]?\d+"
# Whatever order of day and month the form shows, an export has year, month, day.
WRITTEN = {
    "date": (DATE, "a date as YYYY-MM-DD"),
    "datetime": (f"{DATE} {MINUTES}", "a date and time as YYYY-MM-DD HH:MM"),
    "datetime_seconds": (f"{DATE} {MINUTES}:[0-5]\\d", "a date and time as YYYY-MM-DD HH:MM:SS"),
    "time": (MINUTES, "a time as HH:MM"),
    "time_hh_mm_ss": (f"{MINUTES}:[0-5]\\d", "a time as HH:MM:SS"),
    "time_mm_ss": (r"[0-5]\d:[0-5]\d", "minutes and seconds as MM:SS"),
    "integer": (INTEGER, "a whole number"),
    "number": (ANY_NUMBER, "a number with a decimal point"),
    "comma": (COMMA_NUMBER, "a number with a decimal comma"),
}


def with_points(rows: pd.DataFrame, known: Mapping[str, Origin]) -> pd.DataFrame:
    """Return cells with points for decimal commas, where a field is declared to have commas.

    A cell that is no such number stays as it is.
    """
    pointed = {}
    for column in rows.columns:
        if _how_written(known.get(column)) == "comma":
            fits = rows[column].str.strip().str.fullmatch(COMMA_NUMBER).astype(bool)
            pointed[column] = rows[column].mask(fits, rows[column].str.replace(",", "."))
    return rows.assign(**pointed)


def _how_written(origin: Origin | None) -> str | None:
    """Return the kind of text a column should hold, None where anything may stand."""
    if origin is not None and origin.kind == "timestamp":
        return "datetime_seconds"
    validation = "" if origin is None or origin.variable is None else origin.variable.validation
    if "comma_decimal" in validation:
        return "comma"
    if re.fullmatch(r"number(_\d+dp)?", validation):
        return "number"
    kind = re.sub(r"_(dmy|mdy|ymd)$", "", validation)
    return kind if kind in WRITTEN else None


def found_in(
    before: pd.DataFrame, known: Mapping[str, Origin], events: tuple[Event, ...], name: str
) -> pd.DataFrame:
    """Return findings on an export in codes, before its decimal commas were changed."""
    return joined(
        [
            *_unknown_columns(before, known, name),
            *_ill_written(before, known, name),
            *_other_choices(before, known, name),
            _unknown_events(before, events, name),
            _repeated_rows(before, name),
        ]
    )


def _unknown_columns(
    rows: pd.DataFrame, known: Mapping[str, Origin], name: str
) -> Iterator[pd.DataFrame]:
    fields = {origin.variable.name for origin in known.values() if origin.variable is not None}
    for column in rows.columns:
        if column in known:
            continue
        rule = "boxes_in_one_column" if column in fields else "column_not_in_dictionary"
        message = (
            f"The column {column!r} of {name} is not in the dictionary; its cells were kept as "
            "they are, unchecked. Is the dictionary as new as the export?"
        )
        if column in fields:
            message = (
                f"The column {column!r} of {name} holds all ticked boxes of a field in one cell, "
                "so it does not say whether the others were asked; its cells were kept as they "
                "are. Export each choice as a column of its own."
            )
        yield rows_found(name, None, column, rule, message, "warning")


def _ill_written(
    rows: pd.DataFrame, known: Mapping[str, Origin], name: str
) -> Iterator[pd.DataFrame]:
    for column in rows.columns:
        how = _how_written(known.get(column))
        if how is None:
            continue
        pattern, expected = WRITTEN[how]
        cells = rows[column].str.strip()
        fits = {cell: _fits(cell, pattern) for cell in set(cells)}
        bad = (~cells.map(fits).to_numpy(dtype=bool)).nonzero()[0]
        message = (
            f"{len(bad)} row(s) of {column!r} do not hold {expected}, as its field does (text from "
            "before it was validated, or of a survey not completed); the cells were kept."
        )
        yield rows_found(name, bad, column, "not_as_validated", message, "warning")


def _fits(cell: str, pattern: str) -> bool:
    found = re.fullmatch(pattern, cell)
    if cell == "" or found is None:
        return cell == ""
    return not found.groups() or _is_date(found.group(1))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _other_choices(
    rows: pd.DataFrame, known: Mapping[str, Origin], name: str
) -> Iterator[pd.DataFrame]:
    for column in rows.columns:
        origin = known.get(column)
        if origin is None or not origin.choices or origin.kind not in ("variable", "status"):
            continue
        other = (~rows[column].str.strip().isin(["", *origin.choices])).to_numpy().nonzero()[0]
        message = (
            f"{len(other)} row(s) of {column!r} hold a code that is none of its choices; the "
            "cells were kept. A missing-data code of the project is declared in missing_codes."
        )
        yield rows_found(name, other, column, "value_not_in_choices", message, "warning")


def _unknown_events(rows: pd.DataFrame, events: tuple[Event, ...], name: str) -> pd.DataFrame:
    if EVENT not in rows or not events:
        return joined([])
    listed = {event.unique for event in events}
    other = (~rows[EVENT].str.strip().isin(listed)).to_numpy().nonzero()[0]
    message = (
        f"{len(other)} row(s) of {name} are of an event that is not in the list of events; is the "
        "list as new as the export?"
    )
    return rows_found(name, other, EVENT, "event_not_listed", message, "warning")


def _repeated_rows(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    key = [rows.columns[0], *(c for c in (EVENT, INSTRUMENT, INSTANCE) if c in rows)]
    places = rows[key].apply(lambda column: column.str.strip())
    twice = np.flatnonzero(places.duplicated(keep=False) & places[key[0]].ne(""))
    message = (
        f"{len(twice)} row(s) of {name} share {', '.join(key)} with another row. A longitudinal "
        "or repeating project is told apart by redcap_event_name, redcap_repeat_instrument and "
        "redcap_repeat_instance; export them all, and put no two exports into one file."
    )
    return rows_found(name, twice, None, "repeated_row", message)
