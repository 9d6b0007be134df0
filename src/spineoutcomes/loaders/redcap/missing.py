"""Missing-data codes of a REDCap project: such a cell is empty, and its reason is kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.cells import Texts
from spineoutcomes.loaders.redcap.columns import Origin
from spineoutcomes.registry.columns import MISSING_REASONS
from spineoutcomes.registry.findings import joined, rows_found

# Codes that REDCap itself proposes, where they say more than that a value is missing.
PROPOSED = {"UNK": "unknown", "ASKU": "unknown", "NASK": "not_done"}
OTHERWISE = "missing"
Reasons = dict[str, Texts]


def reason_by_code(
    given: Mapping[str, str] | None, project: Mapping[str, str], name: str
) -> tuple[dict[str, str], pd.DataFrame]:
    """Return the reason of every missing-data code, and a warning on those not given.

    Parameters
    ----------
    given : mapping of str to str, optional
        Code to reason, as the caller says; it goes before what the project says.
    project : mapping of str to str
        Code to label, as a project XML says.
    name : str
        The file, for findings.

    Raises
    ------
    ArgumentError
        When a code is empty, or a reason is not a word of `scores.missing_reason`.
    """
    own = {} if given is None else {str(code).strip(): word for code, word in given.items()}
    if "" in own:
        raise ArgumentError("missing_codes has an empty code; an empty cell is missing as it is.")
    unknown = sorted({str(word) for word in own.values() if word not in MISSING_REASONS})
    if unknown:
        raise ArgumentError(
            f"missing_codes gives {', '.join(map(repr, unknown))} as a reason; the reasons are: "
            f"{', '.join(MISSING_REASONS)}."
        )
    told = {code: PROPOSED.get(code.upper(), OTHERWISE) for code in project if code not in own}
    if not told:
        return own, joined([])
    read = ", ".join(f"{code} ({project[code]}) as {reason}" for code, reason in told.items())
    message = (
        f"The project has missing-data codes, read as reasons so: {read}. If another reason is "
        "meant, say it in missing_codes."
    )
    return {**told, **own}, rows_found(
        name, None, None, "missing_code_by_project", message, "warning"
    )


def without_codes(
    rows: pd.DataFrame, known: Mapping[str, Origin], reasons: Mapping[str, str], name: str
) -> tuple[pd.DataFrame, Reasons, pd.DataFrame]:
    """Return cells without missing-data codes, the reasons they said, and findings.

    A code may stand in any field, a date or a number included, but not in the record id.
    """
    if not reasons:
        return rows, {}, joined([])
    said: Reasons = {}
    emptied = {}
    for column in rows.columns[1:]:
        if column in known and known[column].kind == "variable":
            cells = rows[column].str.strip()
            coded = cells.isin(reasons)
            if coded.any():
                said[column] = np.array([reasons.get(cell) for cell in cells], dtype=object)
                emptied[column] = rows[column].mask(coded, "")
    return rows.assign(**emptied), said, _clashes(rows, known, reasons, name)


def _clashes(
    rows: pd.DataFrame, known: Mapping[str, Origin], reasons: Mapping[str, str], name: str
) -> pd.DataFrame:
    """Return a warning on fields in which a missing-data code is a choice as well."""
    fields: dict[str, list[str]] = {}
    for column, origin in known.items():
        if column in rows.columns and origin.variable is not None:
            both = [repr(code) for code in reasons if code in origin.variable.choices]
            if both:
                fields[origin.variable.name] = both
    return joined(
        rows_found(
            name,
            None,
            field,
            "missing_code_is_a_choice",
            f"The missing-data code {', '.join(both)} is also a choice of the field {field!r}, and "
            "is read as missing there too. If it is an answer, leave it out of missing_codes, and "
            "declare it by column in the mapping.",
            "warning",
        )
        for field, both in fields.items()
    )
