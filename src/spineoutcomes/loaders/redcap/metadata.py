"""Read a REDCap data dictionary and a list of events, as the project or its API exports them."""

from __future__ import annotations

from pathlib import Path

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.redcap.dictionary import (
    Dictionary,
    Event,
    Variable,
    choice_pairs,
    choices_of,
    dictionary_of,
    plain,
)
from spineoutcomes.loaders.redcap.flat import Flat, read_flat
from spineoutcomes.loaders.redcap.odm.parts import is_xml
from spineoutcomes.loaders.redcap.odm.study import read_project_dictionary

# Our name -> the heads of the 18-column CSV and of the API.
HEADS = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": (
        "Choices, Calculations, OR Slider Labels",
        "Choices OR Calculations",
        "select_choices_or_calculations",
    ),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "identifier": ("Identifier?", "identifier"),
}
EVENT_HEADS = ("event_name", "arm_num", "unique_event_name")


def read_dictionary(path: Path, *, encoding: str) -> Dictionary:
    """Read a data dictionary: the 18-column CSV, the API's CSV or JSON, or a project XML.

    Raises
    ------
    ValidationError
        When the file is no table.
    ArgumentError
        When it lacks a column of a dictionary, or a variable is declared twice.
    """
    if is_xml(path):
        return read_project_dictionary(path)
    flat = read_flat(path, HEADS["name"], encoding=encoding, delimiter=None)
    cells = {ours: _column(flat, heads) for ours, heads in HEADS.items()}
    rows = zip(*cells.values(), strict=True)
    described = [dict(zip(cells, row, strict=True)) for row in rows]
    return dictionary_of(path.name, [_variable(row) for row in described if row["name"]])


def _column(flat: Flat, heads: tuple[str, ...]) -> list[str]:
    known = next((head for head in heads if head in flat.heads), None)
    if known is None:
        raise ArgumentError(
            f"{flat.name} has no column {' or '.join(map(repr, heads))}, which a REDCap data "
            "dictionary has; download it from the project (Data Dictionary), or by the API with "
            "content=metadata."
        )
    place = flat.heads.index(known)
    return [row[place].strip() for row in flat.rows]


def _variable(row: dict[str, str]) -> Variable:
    kind = row["kind"].lower()
    return Variable(
        name=row["name"],
        form=row["form"],
        kind=kind,
        label=plain(row["label"]),
        choices=choices_of(row["name"], kind, choice_pairs(row["choices"])),
        validation=row["validation"].lower(),
        identifier=row["identifier"].lower() == "y",
    )


def read_events(path: Path, *, encoding: str) -> tuple[Event, ...]:
    """Read a list of events: CSV or JSON, from the project or its API.

    Raises
    ------
    ValidationError
        When the file is no table of events.
    ArgumentError
        When it lacks a column, or names an event twice.
    """
    flat = read_flat(path, EVENT_HEADS, encoding=encoding, delimiter=None)
    cells = [_event_column(flat, head) for head in ("unique_event_name", "event_name", "arm_num")]
    events = tuple(Event(*row) for row in zip(*cells, strict=True))
    if len({event.unique for event in events}) < len(events):
        raise ArgumentError(f"{flat.name} names an event more than once; export it again.")
    return events


def _event_column(flat: Flat, head: str) -> list[str]:
    if head not in flat.heads:
        raise ArgumentError(
            f"{flat.name} has no column {head!r}; export the events by the API with "
            "content=event, or download them from the project (Define My Events)."
        )
    place = flat.heads.index(head)
    return [row[place].strip() for row in flat.rows]
