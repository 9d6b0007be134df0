"""Rows and columns of a CDISC study that are in no table, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cdisc import subjects
from spineoutcomes.loaders.cdisc.checks import columns_read
from spineoutcomes.loaders.cdisc.gather import Study
from spineoutcomes.loaders.cdisc.plan import CdiscVisits
from spineoutcomes.loaders.cdisc.scores import shape_of, visit_column
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found

NO_SECTION = "in no section of the plan"
EMPTY = "without anything that is read"
# Columns that the functions of CDISC meaning read without being told.
OF_ALL = {"USUBJID", "DOMAIN"}
OF_TIMES = {"PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "ADT", "ADTF", "STARTDT", "STARTDTF"}
OF_TIMES |= {"EVNTDESC", "CNSDTDSC"}


def left_out_rows(
    study: Study, files: Mapping[str, SourceFile], used: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Return file, row (from 1) and reason of every row that is in no table.

    Parameters
    ----------
    study : Study
    files : mapping of str to SourceFile
        The datasets.
    used : mapping of str to array
        Positions of the rows that were used.
    """
    left_out: list[tuple[str, int, str]] = []
    for name, file in files.items():
        reasons = np.full(len(file.rows), NO_SECTION, dtype=object)
        reasons[_marked(study, name, len(file.rows))] = EMPTY
        for left in reversed(study.left_out):
            if left.dataset == name:
                reasons[left.rows] = left.reason
        rows = np.setdiff1d(np.arange(len(file.rows)), used[name])
        left_out += [(file.name, int(row) + 1, reasons[row]) for row in rows]
    return pd.DataFrame(left_out, columns=["file", "row", "reason"])


def _marked(study: Study, dataset: str, n: int) -> np.ndarray:
    """Return the rows that some section of the study reads."""
    read = np.zeros(n, dtype=bool)
    sections = [(section.file, section.only) for section in study.sections]
    sections += [(score.file or "", score.only) for score in study.scores.values()]
    for key, only in sections:
        if study.dataset_of[key] == dataset:
            for column, cells in only.items():
                read |= study.files[key].rows[column].isin(cells).to_numpy(dtype=bool)
    return read


def said_of_rows(left_out: pd.DataFrame) -> pd.DataFrame:
    """Return a warning for each file and reason, with how many rows were left out for it."""
    pairs = Counter(zip(left_out["file"], left_out["reason"], strict=True))
    found = []
    for (file, reason), n in pairs.items():
        message = f"{n} row(s) of {file} are {reason} and were left out."
        found.append(rows_found(file, None, None, "rows_left_out", message, "warning"))
    return joined(found)


def unused_columns(study: Study) -> pd.DataFrame:
    """Return a warning for each dataset with columns that are read by nothing."""
    found = []
    for name, named in columns_read(study.plan).items():
        file = study.datasets[name]
        used = named | OF_ALL | _read_untold(study, name)
        unread = [str(column) for column in file.rows if column not in used]
        message = (
            f"{len(unread)} column(s) of {file.name} are in no section of the plan and were left "
            f"out: {', '.join(unread)}."
        )
        whole: list[int] | None = None if unread else []
        found.append(rows_found(file.name, whole, None, "unmapped_column", message, "warning"))
    return joined(found)


def _read_untold(study: Study, dataset: str) -> set[str]:
    plan, file = study.plan, study.datasets[dataset]
    read: set[str] = set()
    if dataset == plan.subjects:
        read |= {*subjects.READ, f"{plan.index_date}F"}
    if any(times.file == dataset for times in plan.times):
        read |= OF_TIMES
    if any(score.file == dataset for score in plan.scores):
        shape = shape_of(file)
        read |= {
            shape.parameter,
            shape.value,
            shape.text,
            shape.date,
            *shape.baseline,
            "DTYPE",
            "ADTF",
        }
        read |= {shape.status or "", visit_column(file, plan.visits or CdiscVisits())}
    return read
