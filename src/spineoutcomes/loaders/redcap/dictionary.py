"""What a REDCap project asks: its variables, choices, forms, events and missing-data codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spineoutcomes.errors import ArgumentError

STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
BOX = {"0": "Unchecked", "1": "Checked"}
FIXED_CHOICES = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
CHOSEN = ("dropdown", "radio", "checkbox")
# A project XML has other words for the same.
SAME_KIND = {"select": "dropdown", "textarea": "notes"}
SAME_VALIDATION = {"int": "integer", "float": "number"}
TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of a data dictionary.

    Attributes
    ----------
    name, form : str
    kind : str
        Field type: text, notes, calc, dropdown, radio, checkbox, yesno, truefalse, file, slider,
        descriptive, sql.
    label : str
        The question, without HTML tags.
    choices : mapping of str to str
        Code to label, where one or several are chosen.
    validation : str
        What a text is checked to be, such as "date_dmy" or "integer"; "" for anything.
    identifier : bool
        Marked as identifying a person.
    """

    name: str
    form: str
    kind: str
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    validation: str = ""
    identifier: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a longitudinal project: its unique name, its name in words, its arm."""

    unique: str
    name: str
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A data dictionary, and what a project XML knows besides.

    Attributes
    ----------
    name : str
        The file it was read from, for messages.
    variables : tuple of Variable
        In order; the first is the record id.
    events : tuple of Event
    missing : mapping of str to str
        Missing-data codes of the project, with their labels.
    form_titles : mapping of str to str
        What a form is called in words.
    """

    name: str
    variables: tuple[Variable, ...]
    events: tuple[Event, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    form_titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def record_id(self) -> Variable:
        """The variable that names the record."""
        return self.variables[0]

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms, in order."""
        return tuple(dict.fromkeys(variable.form for variable in self.variables))


def plain(text: str) -> str:
    """Return a label as REDCap prints it: without HTML tags, in single spaces."""
    return " ".join(TAG.sub(" ", text).split())


def choice_pairs(text: str) -> list[tuple[str, str]]:
    """Return code and label of each choice of `1, Asian | 2, Black`, whatever the spaces."""
    pairs = []
    for piece in text.split("|"):
        code, comma, label = piece.strip().partition(",")
        if code.strip():
            # A choice without a comma is its own label.
            pairs.append((code.strip(), label.strip() if comma else code.strip()))
    return pairs


def choices_of(name: str, kind: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the choices of a variable, and raise where a code has two labels."""
    if kind not in CHOSEN:
        return FIXED_CHOICES.get(kind, {})
    choices: dict[str, str] = {}
    for code, label in pairs:
        if choices.setdefault(code, label) != label:
            raise ArgumentError(
                f"The dictionary gives the code {code!r} of {name!r} two labels; correct its "
                "choices, or export the dictionary again."
            )
    return choices


def dictionary_of(
    name: str,
    variables: Iterable[Variable],
    events: tuple[Event, ...] = (),
    missing: Mapping[str, str] | None = None,
    form_titles: Mapping[str, str] | None = None,
) -> Dictionary:
    """Return a dictionary, and raise where it has no variable or one twice."""
    own = tuple(variables)
    names = [variable.name for variable in own]
    twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(own) else []
    if not own or twice:
        what = f"{', '.join(map(repr, twice))} more than once" if twice else "no variable"
        raise ArgumentError(f"{name} declares {what}; export the data dictionary again.")
    return Dictionary(name, own, events, missing or {}, form_titles or {})
