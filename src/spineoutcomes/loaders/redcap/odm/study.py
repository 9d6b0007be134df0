"""The Study of a REDCap project XML: its dictionary, its events, and what repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spineoutcomes.loaders.redcap.dictionary import (
    SAME_KIND,
    SAME_VALIDATION,
    Dictionary,
    Event,
    Variable,
    choice_pairs,
    choices_of,
    dictionary_of,
    plain,
)
from spineoutcomes.loaders.redcap.flat import unreadable
from spineoutcomes.loaders.redcap.odm.parts import below, local, odm_parts, said

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class Study:
    """What the records of a project XML are read by.

    Attributes
    ----------
    dictionary : Dictionary
    columns : tuple of str
        Columns of a flat export, in order, without event and repeats.
    forms : mapping of str to str
        Identifier of a form in the file to its name.
    repeating : frozenset of (str, str)
        Event and form that repeats in it; the event is "" where there are none.
    repeating_events : frozenset of str
        Events that repeat with all their forms.
    moments : frozenset of str
        Variables that hold a date and time.
    """

    dictionary: Dictionary
    columns: tuple[str, ...]
    forms: Mapping[str, str]
    repeating: frozenset[tuple[str, str]]
    repeating_events: frozenset[str]
    moments: frozenset[str]


def read_project_dictionary(path: Path) -> Dictionary:
    """Return the dictionary of a project XML, and leave its records unread."""
    with closing(odm_parts(path)) as parts:
        return read_study(next(parts, None), path.name).dictionary


def read_study(part: Element | None, name: str) -> Study:
    """Return the study that a project XML begins with.

    Raises
    ------
    ValidationError
        When the file is of another system than REDCap, or has no dictionary.
    ArgumentError
        When a variable is declared twice.
    """
    version = None if part is None else next(below(part, "MetaDataVersion"), None)
    if part is None or version is None or not said(version, "RecordIdField"):
        message = (
            f"{name} is an ODM file without the dictionary of a REDCap project; export the project "
            "from REDCap (Project Setup, Other Functionality: metadata and data as XML)."
        )
        raise unreadable(name, "not_a_project", message)
    items = list(_items(version))
    events = tuple(_event(one) for one in below(version, "StudyEventDef"))
    setup = {local(child.tag): child for one in below(part, "GlobalVariables") for child in one}
    variables = _variables(version, items)
    record_id = said(version, "RecordIdField")
    variables.sort(key=lambda variable: variable.name != record_id)
    shown = {v.name for v in variables if v.kind != "descriptive"}
    known = {v.name for v in variables}
    dictionary = dictionary_of(
        name,
        variables,
        events,
        _missing_codes(setup.get("MissingDataCodes")),
        {said(one, "FormName"): said(one, "Name") for one in below(version, "FormDef")},
    )
    repeats = list(setup.get("RepeatingInstrumentsAndEvents", ()))
    return Study(
        dictionary,
        tuple(oid for _, oid, variable in items if variable in shown or variable not in known),
        {said(one, "OID"): said(one, "FormName") for one in below(version, "FormDef")},
        frozenset(
            (said(one, "UniqueEventName") if events else "", said(one, "RepeatInstrument"))
            for group in repeats
            for one in below(group, "RepeatingInstrument")
        ),
        frozenset(said(e, "UniqueEventName") for e in repeats if local(e.tag) == "RepeatingEvent"),
        frozenset(v.name for v in variables if v.validation.startswith("datetime")),
    )


def _items(version: Element) -> Iterator[tuple[str, str, str]]:
    """Yield form, identifier (the column of a flat export) and variable of every item, in order."""
    groups = {said(one, "OID"): one for one in below(version, "ItemGroupDef")}
    seen = set()
    for form in below(version, "FormDef"):
        for group in below(form, "ItemGroupRef"):
            items = groups.get(said(group, "ItemGroupOID"))
            for item in () if items is None else below(items, "ItemRef"):
                oid = said(item, "ItemOID")
                if oid not in seen:
                    seen.add(oid)
                    yield said(form, "FormName"), oid, said(item, "Variable")


def _variables(version: Element, items: list[tuple[str, str, str]]) -> list[Variable]:
    """Return variables in order; what REDCap adds (status, timestamps, centre) is none."""
    defined = {said(one, "OID"): one for one in below(version, "ItemDef")}
    lists = {said(one, "OID"): one for one in below(version, "CodeList")}
    variables: dict[str, Variable] = {}
    for form, oid, name in items:
        item = defined.get(oid)
        if item is None or name in variables or name == f"{form}_complete":
            continue
        if said(item, "FieldType"):
            variables[name] = _variable(item, name, form, lists)
    return list(variables.values())


def _variable(item: Element, name: str, form: str, lists: Mapping[str, Element]) -> Variable:
    kind = SAME_KIND.get(said(item, "FieldType"), said(item, "FieldType"))
    validation = said(item, "TextValidationType")
    codes = next((lists.get(said(r, "CodeListOID")) for r in below(item, "CodeListRef")), None)
    return Variable(
        name=name,
        form=form,
        kind=kind,
        label=plain(_translated(next(below(item, "Question"), None))),
        choices=choices_of(name, kind, [] if codes is None else _pairs(codes)),
        validation=SAME_VALIDATION.get(validation, validation),
        identifier=said(item, "Identifier") == "y",
    )


def _pairs(codes: Element) -> list[tuple[str, str]]:
    """Return code and label of choices; a list of a box holds its two states besides."""
    boxes = said(codes, "CheckboxChoices")
    if boxes:
        return choice_pairs(boxes)
    return [
        (said(one, "CodedValue").strip(), _translated(next(below(one, "Decode"), None)).strip())
        for one in below(codes, "CodeListItem")
    ]


def _translated(element: Element | None) -> str:
    texts = () if element is None else below(element, "TranslatedText")
    return next((text.text or "" for text in texts), "")


def _event(defined: Element) -> Event:
    name = said(defined, "EventName") or said(defined, "Name")  # the latter names the arm too
    return Event(said(defined, "UniqueEventName"), name, said(defined, "ArmNum"))


def _missing_codes(element: Element | None) -> dict[str, str]:
    """Return missing-data codes and labels, whether on lines or between bars."""
    text = "" if element is None else element.text or ""
    return dict(choice_pairs(text.replace("\\n", "|").replace("\n", "|")))
