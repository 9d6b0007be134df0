"""Events of a CDISC study: rows that say when something happened, or that it was not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.cdisc.plan import DEATH, CdiscTimes
from spineoutcomes.loaders.cdisc.rows import ids, marked, marker, with_columns
from spineoutcomes.loaders.mapping.grammar import Field, Keys, Section
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import rows_found

OCCURRED, ABSENT = "occurred", "absent"


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A dataset with the columns made for it, and the sections that read it."""

    file: SourceFile
    sections: tuple[Section, ...]


def kinds_of(entry: CdiscTimes, times: pd.DataFrame, name: str) -> pd.Series:
    """Return the kind of each event; "" for a row that is censored.

    Raises
    ------
    ValidationError
        When the words of an event are not among `kinds`.
    """
    if entry.kind is not None:
        return pd.Series(entry.kind, index=times.index).where(times["occurred"], "")
    kinds = times["words"].map(entry.kinds).where(times["occurred"], "")
    rows = times.index[kinds.isna()].to_numpy()
    if len(rows):
        message = (
            f"{len(rows)} event(s) of {entry.parameter} in {name} have words (EVNTDESC) that are "
            "not under `kinds`; name all of them."
        )
        raise ValidationError(
            message, rows_found(name, rows, "EVNTDESC", "value_not_in_codes", message)
        )
    return kinds


def events_of_times(
    file: SourceFile, key: str, times: pd.DataFrame, kinds: pd.Series, number: int, parameter: str
) -> Read:
    """Return the events of a parameter: occurred, or, for a censored row, absent until its date.

    A row that is censored is so for every kind that its parameter counts; deaths stand elsewhere.

    Parameters
    ----------
    file : SourceFile
    key : str
        Its name in the mapping.
    times : DataFrame
        As `adam_times` returns them.
    kinds : Series
        The kind of each event, "" where censored.
    number : int
        Which [[cdisc.times]] it is.
    parameter : str
    """
    place: Keys = ("cdisc", "times", number)
    columns = {
        "days": _by_position(file, times.index, _days(times)),
        "words": _by_position(file, times.index, times["words"]),
        "approximate": _by_position(file, times.index, times["approximate"].map({True: "true"})),
    }
    names = {what: marker("times", number, what) for what in columns}
    file = with_columns(file, {names[what]: cells for what, cells in columns.items()})
    sections = []
    for kind in sorted(set(kinds) - {"", DEATH}):
        for status, own in ((OCCURRED, kinds == kind), (ABSENT, ~times["occurred"])):
            mask = np.zeros(len(file.rows), dtype=bool)
            mask[times.index[own.to_numpy(dtype=bool)]] = True
            if not mask.any():
                continue
            what = f"{kind} {status}"
            file, only = marked(file, marker("times", number, what), mask)
            event_id = marker("times", number, f"{what} id")
            file = with_columns(file, {event_id: ids(file, f"{parameter}-{kind}-{status}")})
            fields = {
                "event_id": Field(column=event_id),
                "kind": Field(always=kind),
                "status": Field(always=status),
                **({"date": Field(column="ADT")} if "ADT" in file.rows else {}),
                "day": Field(column=names["days"]),
                "label": Field(column=names["words"]),
                "approximate": Field(column=names["approximate"]),
                "source": Field(always=f"{file.name} {parameter}"),
            }
            sections.append(Section(table="events", fields=fields, file=key, only=only, keys=place))
    return Read(file, tuple(sections))


def entry_section(
    file: SourceFile,
    key: str,
    table: str,
    number: int,
    fields: Mapping[str, Field],
    mask: np.ndarray,
) -> Read:
    """Return the section that reads a row of a table from each of some rows of a dataset."""
    name = marker(table, number)
    file, only = marked(file, name, mask)
    own = dict(fields)
    made = {"procedures": "procedure_id", "events": "event_id"}.get(table)
    if made is not None and made not in own:
        tag = marker(table, number, "id")
        file = with_columns(file, {tag: ids(file, f"{key}-{number + 1}")})
        own[made] = Field(column=tag)
    keys: Keys = ("cdisc", table, number)
    return Read(file, (Section(table=table, fields=own, file=key, only=only, keys=keys),))


def _days(times: pd.DataFrame) -> pd.Series:
    """Return the day of rows without a date; dates give the days of the others."""
    undated = times["date"] == ""
    days = times["days"].where(undated)
    return days.map(lambda day: "" if pd.isna(day) else f"{day:g}")


def _by_position(file: SourceFile, index: pd.Index, cells: pd.Series) -> list[str]:
    every = np.full(len(file.rows), "", dtype=object)
    every[index] = cells.fillna("").to_numpy(dtype=object)
    return every.tolist()
