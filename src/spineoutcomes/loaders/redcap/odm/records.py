"""The records of a REDCap project XML as the rows of a flat export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from spineoutcomes.loaders.redcap.columns import CENTRE, EVENT, INSTANCE, INSTRUMENT, SURVEY
from spineoutcomes.loaders.redcap.dictionary import Dictionary
from spineoutcomes.loaders.redcap.flat import Flat, unreadable
from spineoutcomes.loaders.redcap.odm.parts import below, local, odm_parts, said, sha256_of
from spineoutcomes.loaders.redcap.odm.study import Study, read_study

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T")  # ODM writes a T where a flat export has a space
Row = dict[str, str]


def read_project(path: Path) -> tuple[Flat, Dictionary]:
    """Read dictionary and records of a project XML.

    Raises
    ------
    ValidationError
        When the file is not the XML of a REDCap project, is unsafe, or holds no record.
    ArgumentError
        When its dictionary contradicts itself.
    """
    parts = odm_parts(path)
    study = read_study(next(parts, None), path.name)
    rows = [row for subject in parts for row in _rows(subject, study)]
    if not rows:
        message = f"{path.name} holds no record; export the project with metadata and data."
        raise unreadable(path.name, "no_rows", message)
    heads = _heads(study, rows)
    cells = [[row.get(head, "") for head in heads] for row in rows]
    return Flat(path.name, sha256_of(path), heads, cells), study.dictionary


def _heads(study: Study, rows: list[Row]) -> list[str]:
    """Return columns in the order of a flat export; items that are not declared stand last."""
    used = dict.fromkeys(key for row in rows for key in row)
    first = [study.dictionary.record_id.name]
    first += [EVENT] * bool(study.dictionary.events)
    if study.repeating or study.repeating_events or INSTANCE in used:
        first += [INSTRUMENT, INSTANCE]
    first += [name for name in (CENTRE, SURVEY) if name in study.columns or name in used]
    return list(dict.fromkeys([*first, *study.columns, *used]))


def _rows(subject: Element, study: Study) -> list[Row]:
    """Return the rows of a record: one per event, and one per instance of what repeats."""
    record = said(subject, "SubjectKey")
    rows: list[Row] = []
    for event, instance, part in _events(subject, study):
        own: dict[tuple[str, str], Row] = {}
        for form in below(part, "FormData"):
            row = _row_of(form, event, instance, study)
            cells = dict(_cells(form, study))
            place = row.get(INSTRUMENT, ""), row.get(INSTANCE, "")
            into = own.get(place)
            # What contradicts a row that is there stays a row of its own, which will be found.
            if into is None or any(into.get(key, value) != value for key, value in cells.items()):
                own[place] = into = row
                rows.append(into)
            into.update(cells)
        if not own:
            rows.append(_place(event, "", instance))
    centres = {row[CENTRE] for row in rows if CENTRE in row}
    for row in rows:
        row[study.dictionary.record_id.name] = record
        if len(centres) == 1:
            # A record is in one group; a flat export says so in every row of it.
            row[CENTRE] = next(iter(centres))
    return rows


def _events(subject: Element, study: Study) -> Iterator[tuple[str, str, Element]]:
    """Yield name, instance and data of each event; of a project without events, the record."""
    parts = list(below(subject, "StudyEventData"))
    for part in parts:
        name = said(part, "UniqueEventName") or said(part, "StudyEventOID").removeprefix("Event.")
        key = said(part, "StudyEventRepeatKey")
        yield name, key if name in study.repeating_events or key not in ("", "1") else "", part
    if not parts:
        yield "", "", subject


def _row_of(form: Element, event: str, instance: str, study: Study) -> Row:
    oid, key = said(form, "FormOID"), said(form, "FormRepeatKey")
    name = study.forms.get(oid, oid.removeprefix("Form."))
    if (event, name) in study.repeating or key not in ("", "1"):
        return _place(event, name, key)
    return _place(event, "", instance)


def _place(event: str, instrument: str, instance: str) -> Row:
    said_so = {EVENT: event, INSTRUMENT: instrument, INSTANCE: instance}
    return {name: text for name, text in said_so.items() if text}


def _cells(form: Element, study: Study) -> Iterator[tuple[str, str]]:
    for group in below(form, "ItemGroupData"):
        for item in group:
            oid, value = item.get("ItemOID", ""), item.get("Value", "")
            if local(item.tag) == "ItemDataBase64Binary":
                yield oid, said(item, "DocName")
            elif oid in study.moments and MOMENT.match(value):
                yield oid, value.replace("T", " ", 1)
            elif oid != study.dictionary.record_id.name:
                yield oid, value
