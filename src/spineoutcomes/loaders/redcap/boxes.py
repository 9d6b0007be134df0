"""Checkboxes: a box that was never asked is not a "no"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.cells import Mask, Texts
from spineoutcomes.loaders.redcap.columns import INSTRUMENT, Origin, box_title
from spineoutcomes.loaders.redcap.dictionary import Dictionary, Variable
from spineoutcomes.loaders.redcap.missing import Reasons
from spineoutcomes.registry.findings import joined, rows_found

NEVER_ASKED = "not_done"
NOTHING_SAID = np.array(None, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """The columns of one checkbox field: its choices, and its missing-data codes."""

    variable: Variable
    choices: list[str]
    codes: dict[str, str]  # column -> reason


def with_boxes_asked(
    rows: pd.DataFrame,
    known: Mapping[str, Origin],
    dictionary: Dictionary,
    reasons: Mapping[str, str],
    name: str,
) -> tuple[pd.DataFrame, Reasons, pd.DataFrame]:
    """Return cells in which a 0 means that the field was asked, reasons for others, findings.

    REDCap exports 0 for a box that is not ticked, also where the form was never opened. Where no
    box of a field is ticked and its form is incomplete or of another row, all its boxes are empty
    for the reason "not_done". Where a missing-data code is ticked, they are empty for its reason.
    """
    cells: dict[str, pd.Series] = {}
    said: Reasons = {}
    found = []
    for boxes in _fields(rows, known, reasons):
        own_cells, own_said, own_found = _with_field_asked(rows, boxes, name)
        cells |= own_cells
        said |= own_said
        found.append(own_found)
    found += _without_status(rows, known, dictionary, name)
    return rows.assign(**cells), said, joined(found)


def _with_field_asked(
    rows: pd.DataFrame, boxes: Boxes, name: str
) -> tuple[dict[str, pd.Series], Reasons, pd.DataFrame]:
    form = boxes.variable.form
    choices, codes = _stripped(rows, boxes.choices), _stripped(rows, list(boxes.codes))
    ticked, coded = (choices == "1").any(axis=1), (codes == "1").any(axis=1)
    strange = _strange(choices) | _strange(codes)
    unasked = ~ticked & ~coded & ~strange & _unasked(rows, form)
    reason = _reason_of(codes == "1", boxes)
    filled = (choices != "").any(axis=1) | (codes != "").any(axis=1)
    reason[unasked & (filled | _incomplete(rows, form))] = NEVER_ASKED
    emptied = {
        **dict.fromkeys(boxes.choices, unasked | (coded & ~ticked & ~strange)),
        **dict.fromkeys(boxes.codes, unasked),
    }
    said = {column: np.where(gone, reason, NOTHING_SAID) for column, gone in emptied.items()}
    several = coded & (ticked | ((codes == "1").sum(axis=1) > 1))
    return (
        {column: rows[column].mask(gone, "") for column, gone in emptied.items()},
        {column: own for column, own in said.items() if not pd.isna(own).all()},
        _oddities(boxes.variable.name, strange, several, name),
    )


def _fields(
    rows: pd.DataFrame, known: Mapping[str, Origin], reasons: Mapping[str, str]
) -> list[Boxes]:
    fields: dict[str, Boxes] = {}
    for column in rows.columns:
        origin = known.get(column)
        if origin is None or origin.variable is None or origin.variable.kind != "checkbox":
            continue
        boxes = fields.setdefault(origin.variable.name, Boxes(origin.variable, [], {}))
        if origin.kind == "box":
            boxes.choices.append(column)
        else:
            boxes.codes[column] = reasons[origin.code]
    return list(fields.values())


def _stripped(rows: pd.DataFrame, columns: list[str]) -> Texts:
    """Return cells of several columns without spaces around them, a row each."""
    cells = np.empty((len(rows), len(columns)), dtype=object)
    for place, column in enumerate(columns):
        cells[:, place] = rows[column].str.strip()
    return cells


def _strange(cells: Texts) -> Mask:
    """Tell rows in which a box holds something else than REDCap writes."""
    known: Mask = (cells == "") | (cells == "0") | (cells == "1")
    rows: Mask = np.logical_not(known.all(axis=1))
    return rows


def _reason_of(ticked: Mask, boxes: Boxes) -> Texts:
    """Return the reason that a ticked missing-data code says, the first of several."""
    reason = np.full(len(ticked), None, dtype=object)
    for place, word in reversed(list(enumerate(boxes.codes.values()))):
        reason[ticked[:, place]] = word
    return reason


def _unasked(rows: pd.DataFrame, form: str) -> Mask:
    """Tell where a form is incomplete, or the row belongs to another one."""
    status = f"{form}_complete"
    if status not in rows:
        return np.ones(len(rows), dtype=bool)
    return rows[status].str.strip().isin(["", "0"]).to_numpy() | _of_another_form(rows, form)


def _of_another_form(rows: pd.DataFrame, form: str) -> Mask:
    if INSTRUMENT not in rows:
        return np.zeros(len(rows), dtype=bool)
    return ~rows[INSTRUMENT].str.strip().isin(["", form]).to_numpy()


def _incomplete(rows: pd.DataFrame, form: str) -> Mask:
    """Tell where the form is there and incomplete; a row in which it has no place says nothing."""
    status = f"{form}_complete"
    if status not in rows:
        return np.zeros(len(rows), dtype=bool)
    return rows[status].str.strip().eq("0").to_numpy() & ~_of_another_form(rows, form)


def _oddities(field: str, strange: Mask, several: Mask, name: str) -> pd.DataFrame:
    other, both = np.flatnonzero(strange), np.flatnonzero(several)
    return joined(
        [
            rows_found(
                name,
                other,
                field,
                "box_not_0_or_1",
                f"{len(other)} row(s) have another text than 0 or 1 in a box of {field!r}; export "
                "the data raw, and do not edit them.",
            ),
            rows_found(
                name,
                both,
                field,
                "missing_code_and_answer",
                f"{len(both)} row(s) of {field!r} have a missing-data code ticked besides an "
                "answer or another code; answers were kept. Correct them in the project.",
                "warning",
            ),
        ]
    )


def _without_status(
    rows: pd.DataFrame, known: Mapping[str, Origin], dictionary: Dictionary, name: str
) -> list[pd.DataFrame]:
    forms = {o.form for c, o in known.items() if c in rows.columns and o.kind == "box"}
    return [
        rows_found(
            name,
            None,
            f"{form}_complete",
            "no_form_status",
            f"{name} has checkboxes of the form {form!r} and no {form}_complete, so whether they "
            "were asked cannot be told: where no box of a field is ticked, it is read as missing, "
            "not as no. Export the form status too.",
            "warning",
        )
        for form in dictionary.forms
        if form in forms and f"{form}_complete" not in rows
    ]


def check_boxes(rows: pd.DataFrame, known: Mapping[str, Origin], dictionary: Dictionary) -> None:
    """Check that every box of a checkbox field is a choice, or a code that was declared.

    Raises
    ------
    ArgumentError
        When there is a box of neither: unticked boxes beside it would read as "none of these".
    """
    fields = {v.name: v for v in dictionary.variables if v.kind == "checkbox"}
    heads = tuple(box_title(variable, "").removesuffix(")") for variable in fields.values())
    strange = [
        column
        for column in rows.columns
        if column not in known
        and (column.rpartition("___")[0].rstrip("_") in fields or column.startswith(heads))
    ]
    if strange:
        raise ArgumentError(
            f"The boxes {', '.join(strange)} are no choices of their fields. If they are "
            'missing-data codes of the project, declare them: missing_codes={"UNK": "unknown"}; '
            "if not, the dictionary is older than the export: download it again."
        )
