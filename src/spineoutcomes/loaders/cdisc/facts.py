"""Facts of a person that stand in other datasets, brought to the person's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cdisc.rows import SUBJECT, with_columns
from spineoutcomes.loaders.cdisc.subjects import STATUS, Subjects
from spineoutcomes.loaders.mapping.grammar import Field
from spineoutcomes.loaders.mapping.parts import Rows
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.dates import parse_dates
from spineoutcomes.registry.findings import joined, rows_found

DEATH, CONTACT, LAST_DAY = "[death]", "[last contact]", "[last followup day]"
NAMES = {DEATH: "death", CONTACT: "last_contact"}


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """Cells brought to persons: one for each, and the persons for whom the rows disagree."""

    cells: list[str]
    differ: Rows


def unknown_persons(subjects: SourceFile, file: SourceFile, rows: Rows) -> pd.DataFrame:
    """Return an error for each row whose subject is no person of the study."""
    known = set(subjects.rows[SUBJECT].str.strip())
    own = file.rows[SUBJECT].str.strip().to_numpy(dtype=object)[rows]
    lost = rows[[subject not in known for subject in own]]
    message = (
        f"{len(lost)} row(s) of {file.name} belong to no person of {subjects.name}, so what they "
        "say has no place."
    )
    return rows_found(file.name, lost, SUBJECT, "unknown_subject", message)


def brought(subjects: SourceFile, file: SourceFile, rows: Rows, column: str) -> Brought:
    """Return a column of some rows of a dataset, by person; "" where a person has none."""
    part = pd.DataFrame(
        {
            "subject": file.rows[SUBJECT].str.strip().to_numpy(dtype=object)[rows],
            "cell": file.rows[column].str.strip().to_numpy(dtype=object)[rows],
        }
    )
    part = part[part["cell"] != ""].drop_duplicates()
    first = dict(zip(part["subject"][::-1], part["cell"][::-1], strict=True))
    several = set(part.loc[part.duplicated("subject"), "subject"])
    persons = subjects.rows[SUBJECT].str.strip()
    differ = np.flatnonzero([person in several for person in persons])
    return Brought([first.get(person, "") for person in persons], differ)


def with_facts(
    subjects: Subjects,
    file: SourceFile,
    rows: Rows,
    tables: Mapping[str, Mapping[str, Field]],
    tag: str,
) -> Subjects:
    """Return persons with the facts that some rows of another dataset hold.

    Parameters
    ----------
    subjects : Subjects
    file : SourceFile
        The other dataset, such as dd or ds.
    rows : array of int
        Its rows, at most one for each person, or several that agree.
    tables : mapping
        The fields of patients and of episodes that they give.
    tag : str
        What the columns made here are called.
    """
    moved: dict[str, dict[str, Field]] = {"patients": {}, "episodes": {}}
    for table, fields in tables.items():
        for name, field in fields.items():
            column = f"{tag[:-1]} {field.column}]"
            got = brought(subjects.file, file, rows, field.column or "")
            message = (
                f"{len(got.differ)} person(s) have several values of {name!r} in {file.name}; "
                "choose one row of each with `only`."
            )
            found = [rows_found(subjects.file.name, got.differ, name, "several_values", message)]
            cells = got.cells
            if name == "death_date":
                cells, differ = _agreed_deaths(subjects, cells, file.name)
                found.append(differ)
            own = with_columns(subjects.file, {column: cells})
            if name == "last_contact_status":
                found.append(_not_dead(own, column, field))
            subjects = replace(subjects, file=own, found=joined([subjects.found, *found]))
            moved[table][name] = replace(field, column=column)
    return replace(
        subjects,
        patients={**subjects.patients, **moved["patients"]},
        episodes={**subjects.episodes, **moved["episodes"]},
    )


def _agreed_deaths(
    subjects: Subjects, dates: list[str], name: str, seen: pd.Series | None = None
) -> tuple[list[str], pd.DataFrame]:
    """Return the dates of death of two datasets as one, and an error where they disagree.

    Parameters
    ----------
    subjects : Subjects
        Their own date stands, where they have one.
    dates : list of str
        Those of another dataset, by person.
    name : str
        That dataset, for messages.
    seen : Series, optional
        The days on which it still follows a person.
    """
    own = subjects.patients.get("death_date")
    if own is None or own.column is None:
        return dates, joined([])
    known = subjects.file.rows[own.column].str.strip()
    exact = parse_dates(known).exact
    other = parse_dates(pd.Series(dates, index=known.index, dtype=object)).exact
    wrong = exact.notna() & other.notna() & (exact != other)
    if seen is not None:
        wrong |= exact.notna() & (exact < parse_dates(seen).exact)
    rows = np.flatnonzero(wrong)
    message = (
        f"{len(rows)} person(s) have a death in {subjects.file.name} that {name} dates otherwise, "
        "or after which it still follows them."
    )
    found = rows_found(subjects.file.name, rows, "death_date", "death_disagrees", message)
    return [mine or theirs for mine, theirs in zip(known, dates, strict=True)], found


def _not_dead(file: SourceFile, column: str, field: Field) -> pd.DataFrame:
    """Return an error where a person whom DTHFL calls dead, without a date, has another status."""
    if STATUS not in file.rows:
        return joined([])
    dead = (file.rows[STATUS] == "dead").to_numpy(dtype=bool)
    said = [field.codes.get(cell, cell) for cell in file.rows[column]]
    rows = np.flatnonzero(dead & (np.array(said, dtype=object) != "dead"))
    message = (
        f"{len(rows)} person(s) of {file.name} died, as DTHFL says, and the status that the plan "
        "reads does not say so."
    )
    return rows_found(file.name, rows, "last_contact_status", "status_disagrees", message)


def with_deaths(subjects: Subjects, times: pd.DataFrame, name: str) -> Subjects:
    """Return persons with the deaths, and last contacts, of a time to death.

    The date of a death is that of the persons' own dataset where it has one, and must then be the
    same; a censored time gives the last contact, unless the plan reads it elsewhere. Times without
    dates give days.

    Parameters
    ----------
    subjects : Subjects
    times : DataFrame
        As `adam_times` returns them: deaths, and those censored.
    name : str
        The dataset they are from, for messages.
    """
    died, seen = times[times["occurred"]], times[~times["occurred"]]
    followed = _of_persons(subjects.file, seen, "date")
    dates = _of_persons(subjects.file, died, "date").tolist()
    cells, found = _agreed_deaths(subjects, dates, name, followed)
    subjects = _with_dates(subjects, cells, DEATH)
    subjects = replace(subjects, found=joined([subjects.found, found]))
    subjects = _with_days(subjects, died, DEATH)
    if "last_contact_date" in subjects.patients:
        return subjects
    return _with_days(_with_dates(subjects, followed.tolist(), CONTACT), seen, CONTACT)


def _with_dates(subjects: Subjects, cells: list[str], what: str) -> Subjects:
    column = f"{what} date"
    patients = {**subjects.patients, f"{NAMES[what]}_date": Field(column=column)}
    return replace(subjects, file=with_columns(subjects.file, {column: cells}), patients=patients)


def _with_days(subjects: Subjects, times: pd.DataFrame, what: str) -> Subjects:
    """Return persons with the days of times that have no date."""
    undated = times[(times["date"] == "") & times["days"].notna()]
    if not len(undated):
        return subjects
    column = f"{what} day"
    days = undated.assign(days=undated["days"].map("{:g}".format))
    file = with_columns(subjects.file, {column: _of_persons(subjects.file, days, "days").tolist()})
    patients = {**subjects.patients, f"{NAMES[what]}_day": Field(column=column)}
    return replace(subjects, file=file, patients=patients)


def with_last_day(subjects: Subjects, times: pd.DataFrame, index_date: str) -> Subjects:
    """Return persons with the last day of follow-up that the censored times give."""
    file, seen = subjects.file, times[~times["occurred"]]
    last = parse_dates(_of_persons(file, seen, "date")).exact
    days = (last - parse_dates(file.rows[index_date]).exact).dt.days
    counted = _of_persons(file, seen[seen["date"] == ""], "days")
    days = days.where(days.notna(), pd.to_numeric(counted, errors="coerce"))
    cells = ["" if pd.isna(day) else f"{day:g}" for day in days]
    episodes = {**subjects.episodes, "last_followup_day": Field(column=LAST_DAY)}
    return replace(subjects, file=with_columns(file, {LAST_DAY: cells}), episodes=episodes)


def _of_persons(file: SourceFile, times: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of some times, by person; "" for a person without one."""
    cells = dict(zip(times["subject"], times[column], strict=True))
    persons = file.rows[SUBJECT].str.strip()
    return pd.Series([cells.get(person, "") for person in persons], index=persons.index)
