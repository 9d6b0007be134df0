"""Scores of ADQS, QS, RS and their like: one record for each person and visit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.cdisc.plan import CdiscScores, CdiscVisits
from spineoutcomes.loaders.cdisc.rows import SUBJECT, LeftOut, known_dates, with_columns
from spineoutcomes.loaders.cells import Mask
from spineoutcomes.loaders.mapping.grammar import Visit
from spineoutcomes.loaders.mapping.rows import chosen
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found

PARAMETER, TEST = "PARAMCD", "TESTCD"
VISIT, DATE = "[visit]", "[date]"
IMPUTED = "ADTF"
BASELINE = "[baseline]"  # the code of records that a baseline flag marks
NOT_DONE = "NOT DONE"


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a dataset with a row for each person, parameter and visit.

    `is_adam` tells a dataset for analysis (PARAMCD, AVAL, ADT) from one of raw records (--TESTCD).
    """

    parameter: str
    value: str
    text: str
    date: str
    status: str | None
    baseline: tuple[str, ...]
    is_adam: bool


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """The rows that one entry of the plan reads, those of its parameter left out, and findings."""

    rows: Mask
    left_out: tuple[LeftOut, ...]
    found: pd.DataFrame


def shape_of(file: SourceFile) -> Shape:
    """Return the columns of a dataset of results.

    Raises
    ------
    ValidationError
        When it has neither PARAMCD nor one --TESTCD.
    """
    if PARAMETER in file.rows:
        return Shape(PARAMETER, "AVAL", "AVALC", "ADT", None, ("ABLFL",), True)
    tests = [str(name) for name in file.rows if str(name).endswith(TEST)]
    if len(tests) != 1:
        message = f"{file.name} has no PARAMCD and no --TESTCD, so it holds no parameters or tests."
        raise ValidationError(message, rows_found(file.name, None, None, "no_parameters", message))
    domain = tests[0].removesuffix(TEST)
    return Shape(
        parameter=tests[0],
        value=f"{domain}STRESN",
        text=f"{domain}STRESC",
        date=f"{domain}DTC",
        status=f"{domain}STAT",
        baseline=(f"{domain}LOBXFL", f"{domain}BLFL"),
        is_adam=False,
    )


def dated(file: SourceFile, shape: Shape) -> tuple[SourceFile, str | None, pd.DataFrame]:
    """Return a dataset, the column of its dates as far as they are known, and what was imputed."""
    if shape.date not in file.rows:
        return file, None, joined([])
    if not shape.is_adam or IMPUTED not in file.rows:
        return file, shape.date, joined([])
    file, found = known_dates(file, shape.date, IMPUTED, DATE)
    return file, DATE, found


def visit_column(file: SourceFile, visits: CdiscVisits) -> str:
    """Return the column of the visits: the one declared, else AVISIT, else VISIT."""
    return visits.column or ("AVISIT" if "AVISIT" in file.rows else "VISIT")


def visit_codes(visits: CdiscVisits) -> dict[str, Visit]:
    """Return the codes of the visits, with that of records marked as the baseline."""
    baseline = {} if visits.baseline is None else {BASELINE: visits.baseline}
    return {**visits.codes, **baseline}


def with_visits(file: SourceFile, shape: Shape, visits: CdiscVisits) -> SourceFile:
    """Return a dataset with the code of the visit of each row."""
    cells = file.rows[visit_column(file, visits)].str.strip().to_numpy(dtype=object)
    flags = [name for name in shape.baseline if name in file.rows]
    if visits.baseline is not None and flags:
        marked = (file.rows[flags[0]].str.strip() == "Y").to_numpy(dtype=bool)
        cells = np.where(marked, BASELINE, cells)
    return with_columns(file, {VISIT: cells.tolist()})


def with_not_done(file: SourceFile, shape: Shape, value: str) -> SourceFile:
    """Return a dataset with the reason of empty results that --STAT says were not done."""
    if shape.status is None or shape.status not in file.rows:
        return file
    empty = file.rows[value].str.strip() == ""
    undone = ((file.rows[shape.status].str.strip() == NOT_DONE) & empty).to_numpy(dtype=bool)
    reasons = np.full(len(file.rows), None, dtype=object)
    if value in file.reasons:
        reasons = file.reasons[value].copy()
    reasons[undone & pd.isna(reasons)] = "not_done"
    return replace(file, reasons={**file.reasons, value: reasons})


def picked(
    file: SourceFile,
    dataset: str,
    shape: Shape,
    entry: CdiscScores,
    visits: CdiscVisits,
    among: Mask,
) -> Picked:
    """Return which rows of a dataset, among some, are scores of one entry of the plan.

    Rows with DTYPE are made up (carried forward, averaged) and left out; so are those that `only`
    does not choose, and visits that the plan does not name. What is left has to be one row for each
    person and visit in a dataset for analysis.
    """
    own = chosen(file, {shape.parameter: (entry.parameter,)}) & among
    left, rest = [], own.copy()
    derived = np.zeros(len(own), dtype=bool)
    if shape.is_adam and "DTYPE" in file.rows:
        derived = own & (file.rows["DTYPE"].str.strip() != "").to_numpy(dtype=bool)
    codes = visit_codes(visits)
    for mask, reason in (
        (derived, f"made up, as DTYPE says ({entry.parameter})"),
        (~chosen(file, entry.only), f"not chosen by `only` ({entry.parameter})"),
        (
            ~file.rows[VISIT].isin(list(codes)),
            f"at a visit that is not in the plan ({entry.parameter})",
        ),
    ):
        out = rest & np.asarray(mask, dtype=bool)
        left.append(LeftOut(dataset, np.flatnonzero(out), reason))
        rest &= ~out
    found = [_made_up(file, entry.parameter, derived)]
    if shape.is_adam:
        found.append(_several(file, entry.parameter, rest, codes))
    if not own.any():
        found.append(_none(file, shape, entry.parameter))
    return Picked(rest, tuple(part for part in left if len(part.rows)), joined(found))


def _made_up(file: SourceFile, parameter: str, derived: Mask) -> pd.DataFrame:
    if not derived.any():
        return joined([])
    kinds = file.rows.loc[derived, "DTYPE"].str.strip().value_counts()
    words = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))
    message = (
        f"{int(derived.sum())} row(s) of {parameter} in {file.name} were made up and are left out, "
        f"as DTYPE says: {words}."
    )
    return rows_found(file.name, None, "DTYPE", "imputed_rows", message, "warning")


def _several(file: SourceFile, parameter: str, rows: Mask, codes: dict[str, Visit]) -> pd.DataFrame:
    """Return an error for rows of the same person and visit: a flag has to choose among them."""
    at = np.flatnonzero(rows)
    keys = pd.DataFrame(
        {
            "subject": file.rows[SUBJECT].str.strip().to_numpy(dtype=object)[at],
            "visit": [codes[code].visit or code for code in file.rows[VISIT].iloc[at]],
        }
    )
    several = at[keys.duplicated(keep=False).to_numpy(dtype=bool)]
    message = (
        f"{len(several)} row(s) of {parameter} in {file.name} share their person and visit; choose "
        'one of each with a flag, such as only = { ANL01FL = "Y" }.'
    )
    return rows_found(file.name, several, "value", "several_records", message)


def _none(file: SourceFile, shape: Shape, parameter: str) -> pd.DataFrame:
    message = f"{file.name} has no row of {shape.parameter} {parameter!r}, which the plan reads."
    return rows_found(file.name, None, shape.parameter, "no_parameter", message, "warning")
