"""Read a REDCap project: a flat export with its dictionary, or one project XML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.redcap.boxes import check_boxes, with_boxes_asked
from spineoutcomes.loaders.redcap.checks import found_in, with_points
from spineoutcomes.loaders.redcap.columns import ADDED, EVENT, INSTRUMENT, Origin, columns_of
from spineoutcomes.loaders.redcap.dictionary import Dictionary, Event
from spineoutcomes.loaders.redcap.flat import Flat, read_flat, unreadable
from spineoutcomes.loaders.redcap.heads import raw_heads
from spineoutcomes.loaders.redcap.labels import in_codes
from spineoutcomes.loaders.redcap.metadata import read_dictionary, read_events
from spineoutcomes.loaders.redcap.missing import reason_by_code, without_codes
from spineoutcomes.loaders.redcap.odm.parts import is_xml
from spineoutcomes.loaders.redcap.odm.records import read_project
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined

Place = str | Path


def read_redcap(
    path: Place,
    *,
    dictionary: Place | None = None,
    events: Place | None = None,
    missing_codes: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
) -> SourceFile:
    """Read a REDCap export: every row stays a row, and cells are codes as text.

    Parameters
    ----------
    path : path
        A flat export (CSV, or the JSON of the API), raw or labelled; or a project XML (CDISC ODM),
        which holds dictionary, events and data.
    dictionary : path, optional
        The data dictionary of a flat export: the CSV of the project, the CSV or JSON of the API,
        or a project XML.
    events : path, optional
        The events of a longitudinal project, as CSV or JSON.
    missing_codes : mapping of str to str, optional
        Missing-data codes of the project, each with its reason, a word of `scores.missing_reason`.
        A project XML says its own; what is given here goes before it.
    encoding : str
        Encoding of flat files.
    delimiter : str, optional
        What stands between the cells of a flat export; None finds it by its head.

    Returns
    -------
    SourceFile
        Rows are record x event x repeating form x instance. `labels` hold the choices, `titles`
        the questions, `identifiers` the fields marked as such, `reasons` why cells are missing.

    Raises
    ------
    ValidationError
        When a file cannot be read as what it should be, mixes codes and labels, or has labels that
        the dictionary does not turn back into codes.
    ArgumentError
        When the dictionary is not given, or does not fit the export.

    Notes
    -----
    Missing data: a missing-data code becomes an empty cell with its reason. Where no box of a
    checkbox field is ticked and its form is incomplete, or of another row, all boxes are empty for
    the reason "not_done"; 0 is "no" only where the form was filled in. A cell of another form is
    empty without a reason, and so is one with branching logic, which is not evaluated. Text that
    does not fit the validation of its field is kept, with a finding. A decimal comma, where the
    field is declared to have one, becomes a point.
    """
    flat, project, listed = _read(Path(path), dictionary, events, encoding, delimiter)
    reasons, told = reason_by_code(missing_codes, project.missing, flat.name)
    known = columns_of(project, reasons)
    heads = raw_heads(flat.heads, known, project.forms, flat.name)
    rows = pd.DataFrame(flat.rows, columns=heads, dtype=object)
    _check_rows(rows, project, flat.name)
    check_boxes(rows, known, project)
    codes = {code: project.missing.get(code, code) for code in reasons}
    rows = in_codes(rows, known, project, listed, codes, flat.name)
    rows, coded, clashes = without_codes(rows, known, reasons, flat.name)
    rows, unasked, boxes = with_boxes_asked(rows, known, project, reasons, flat.name)
    found = found_in(rows, known, listed, flat.name)
    return SourceFile(
        flat.name,
        flat.sha256,
        with_points(rows, known),
        reasons={**coded, **unasked},
        labels=_labels(heads, known, project, listed),
        titles=_titles(heads, known),
        identifiers=tuple(c for c in heads if c in known and _identifies(known[c])),
        found=joined([told, clashes, boxes, found]),
    )


def _read(
    path: Path,
    dictionary: Place | None,
    events: Place | None,
    encoding: str,
    delimiter: str | None,
) -> tuple[Flat, Dictionary, tuple[Event, ...]]:
    if is_xml(path):
        if dictionary is not None or events is not None:
            raise ArgumentError(
                f"{path.name} is a project XML, which holds its own dictionary and events; leave "
                "`dictionary` and `events` out."
            )
        flat, project = read_project(path)
        return flat, project, project.events
    if dictionary is None:
        raise ArgumentError(
            f"{path.name} is a flat REDCap export, which says nothing of types, choices and "
            "forms: give dictionary=, the data dictionary of the project as CSV. Or read the "
            "project XML, which holds both."
        )
    project = read_dictionary(Path(dictionary), encoding=encoding)
    record = project.record_id
    first = tuple(dict.fromkeys((record.name, record.label))) if record.label else (record.name,)
    flat = read_flat(path, first, encoding=encoding, delimiter=delimiter)
    if events is None:
        return flat, project, project.events
    listed = read_events(Path(events), encoding=encoding)
    if EVENT not in flat.heads and ADDED[EVENT] not in flat.heads:
        raise ArgumentError(
            f"events is given, and {path.name} has no column {EVENT}; export it with the events, "
            "or leave the list out."
        )
    return flat, project, listed


def _check_rows(rows: pd.DataFrame, project: Dictionary, name: str) -> None:
    if not len(rows):
        message = f"{name} names columns and has no row below them; export the data again."
        raise unreadable(name, "no_rows", message)
    if rows.columns[0] != project.record_id.name:
        message = f"The first column of {name} is not the record id, {project.record_id.name!r}."
        raise unreadable(name, "first_column", message)


def _labels(
    heads: list[str], known: Mapping[str, Origin], project: Dictionary, events: tuple[Event, ...]
) -> dict[str, dict[str, str]]:
    labels = {column: dict(known[column].choices) for column in heads if column in known}
    labels[EVENT] = {event.unique: event.name for event in events}
    labels[INSTRUMENT] = dict(project.form_titles)
    return {column: own for column, own in labels.items() if own and column in heads}


def _titles(heads: list[str], known: Mapping[str, Origin]) -> dict[str, str]:
    own = {column: known[column] for column in heads if column in known}
    return {column: o.title for column, o in own.items() if o.variable is not None and o.title}


def _identifies(origin: Origin) -> bool:
    return origin.variable is not None and origin.variable.identifier
