"""Where each column of a REDCap export comes from: a variable, one box of it, or REDCap itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.redcap.dictionary import BOX, STATUS, Dictionary, Variable, plain

# What REDCap adds before the variables, and what a labelled head calls it.
EVENT = "redcap_event_name"
INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
CENTRE, SURVEY = "redcap_data_access_group", "redcap_survey_identifier"
ADDED = {
    EVENT: "Event Name",
    INSTRUMENT: "Repeat Instrument",
    INSTANCE: "Repeat Instance",
    CENTRE: "Data Access Group",
    SURVEY: "Survey Identifier",
}
STATUS_HEAD, TIMESTAMP_HEAD = "Complete?", "Survey Timestamp"
WITHOUT_QUOTES = str.maketrans("", "", "'\"")
Kind = Literal["added", "timestamp", "status", "variable", "box", "missing_box"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a column comes from.

    Attributes
    ----------
    kind : {"added", "timestamp", "status", "variable", "box", "missing_box"}
        A missing box says that a checkbox field holds a missing-data code.
    title : str
        What a labelled export calls it.
    form : str
    variable : Variable, optional
    code : str
        The choice of a box, or the missing-data code.
    """

    kind: Kind
    title: str
    form: str = ""
    variable: Variable | None = None
    code: str = ""

    @property
    def choices(self) -> Mapping[str, str]:
        """What its codes stand for."""
        if self.kind == "status":
            return STATUS
        if self.kind in ("box", "missing_box"):
            return BOX
        return {} if self.variable is None else self.variable.choices


def box_name(variable: str, code: str) -> str:
    """Return the column of one box: the minus of "-99" becomes a fourth underscore."""
    written = re.sub(r"[^a-z0-9_]", "", code.lower().replace("-", "_").replace(".", "_"))
    return f"{variable}___{written}"


def box_title(variable: Variable, choice: str) -> str:
    """Return what a labelled head calls a box; its choice stands without quotation marks."""
    return f"{variable.label} (choice={plain(choice).translate(WITHOUT_QUOTES)})"


def columns_of(dictionary: Dictionary, missing_codes: Iterable[str]) -> dict[str, Origin]:
    """Return every column that an export of a project may have, in order.

    Raises
    ------
    ArgumentError
        When two choices of a checkbox would share a column.
    """
    codes = {code: dictionary.missing.get(code, code) for code in missing_codes}
    record = dictionary.record_id
    known = {record.name: Origin("variable", record.label, record.form, record)}
    known |= {name: Origin("added", title) for name, title in ADDED.items()}
    for form in dictionary.forms:
        known[f"{form}_timestamp"] = Origin("timestamp", TIMESTAMP_HEAD, form)
        for variable in dictionary.variables[1:]:
            if variable.form == form:
                known |= _of_variable(variable, codes)
        known[f"{form}_complete"] = Origin("status", STATUS_HEAD, form)
    return known


def _of_variable(variable: Variable, codes: Mapping[str, str]) -> dict[str, Origin]:
    if variable.kind == "descriptive":
        return {}
    if variable.kind != "checkbox":
        return {variable.name: Origin("variable", variable.label, variable.form, variable)}
    boxes: dict[str, Origin] = {}
    for code, label in variable.choices.items():
        name = box_name(variable.name, code)
        if name in boxes:
            raise ArgumentError(
                f"The choices {boxes[name].code!r} and {code!r} of {variable.name!r} share the "
                f"column {name!r}, so what was ticked cannot be told; give one another code in "
                "the project."
            )
        boxes[name] = Origin("box", box_title(variable, label), variable.form, variable, code)
    for code, label in codes.items():
        title = box_title(variable, label)
        name = box_name(variable.name, code)
        boxes[name] = Origin("missing_box", title, variable.form, variable, code)
    return boxes
