"""Days from the index, derived from dates where there are dates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.registry.coerce import with_columns
from spineoutcomes.registry.columns import LIMITS
from spineoutcomes.registry.dates import Dates, days_between
from spineoutcomes.registry.findings import Severity, joined, rows_found
from spineoutcomes.registry.links import Links, Positions, first_rows
from spineoutcomes.vocabulary import Vocabulary

Tables = dict[str, pd.DataFrame]
TableDates = Mapping[str, Mapping[str, Dates]]
DATED = ("procedures", "scores", "lesions", "events")


def with_days(
    tables: Tables, dates: TableDates, vocabulary: Vocabulary, links: Links
) -> tuple[Tables, pd.DataFrame]:
    """Return the tables with every day that the dates give, and findings where the two disagree.

    Day 0 of an episode is its `index_date`; without one, the date of its first component aimed at
    the lesion or pathology. Days of a patient count from the patient's first index. A date known to
    the month or year gives `lower_day` and `upper_day`, and no `day`.
    """
    tables = dict(tables)
    patient = links["episodes", "patient_id"]
    episodes = _with_index_date(tables["episodes"], tables["procedures"], vocabulary, links)
    index_date = episodes["index_date"]
    by_patient = index_date.groupby(patient)
    first_index = by_patient.transform("min").where(patient >= 0, index_date)
    found = []
    since_first = days_between(index_date, first_index)
    episodes["index_day"], bad = _agreed(episodes["index_day"], since_first)
    found.append(_disagreement("episodes", "index_day", bad))
    given = dates["episodes"]["index_date"]
    coarse = (given.lower.notna() & index_date.isna()).to_numpy()
    year = index_date.fillna(given.lower).dt.year.astype(float)
    episodes["index_year"] = episodes["index_year"].fillna(year)
    found.append(_coarse_index(np.flatnonzero(coarse)))
    tables["episodes"] = episodes
    first = by_patient.min().reindex(range(len(tables["patients"])))
    for name in DATED:
        start = _at(index_date, links[name, "episode_id"])
        if (name, "patient_id") in links:
            # What names only the patient counts from the patient's first index.
            own = tables[name]["episode_id"].notna()
            start = start.where(own, _at(first, links[name, "patient_id"]))
        found.append(_unplaced(name, tables[name], dates[name]["date"], start))
        tables[name], bad = _with_day(tables[name], dates[name]["date"], start)
        found.append(_disagreement(name, "day", bad))
    for what in ("death", "last_contact"):
        given = dates["patients"][f"{what}_date"]
        found.append(_unplaced("patients", tables["patients"], given, first, what))
        tables["patients"], bad = _with_day(tables["patients"], given, first, what)
        found.append(_disagreement("patients", f"{what}_day", bad))
    return tables, joined(found)


def _with_index_date(
    episodes: pd.DataFrame, procedures: pd.DataFrame, vocabulary: Vocabulary, links: Links
) -> pd.DataFrame:
    directed = {code for code, entry in vocabulary.procedures.items() if entry.directed}
    treating = procedures["component"].isin(directed).to_numpy()
    place = links["procedures", "episode_id"][treating]
    first = procedures.loc[treating, "date"].groupby(place).min().reindex(range(len(episodes)))
    named = first_rows(episodes["index_procedure_id"], procedures["procedure_id"])
    derived = _at(procedures["date"], named).fillna(first)
    return with_columns(episodes, {"index_date": episodes["index_date"].fillna(derived)})


def _at(dates: pd.Series, place: Positions) -> pd.Series:
    """Return dates by position; missing for position -1."""
    return pd.Series(dates.array.take(place, allow_fill=True))


def _with_day(
    frame: pd.DataFrame, dates: Dates, origin: pd.Series, what: str = ""
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the frame with `day`, `lower_day`, `upper_day` of `what` filled in from dates."""
    prefix = f"{what}_" if what else ""
    if not dates.lower.notna().any():
        unknown = pd.Series(np.nan, index=frame.index)
        named = [f"{prefix}{name}" for name in LIMITS]
        absent = dict.fromkeys([name for name in named if name not in frame], unknown)
        return with_columns(frame, absent), np.array([], dtype=int)
    day, bad = _agreed(frame[f"{prefix}day"], days_between(dates.exact, origin))
    columns = {f"{prefix}day": day}
    partial = dates.lower.notna() & dates.exact.isna()
    for name, limit in (("lower_day", dates.lower), ("upper_day", dates.upper)):
        known = frame.get(f"{prefix}{name}", pd.Series(np.nan, index=frame.index))
        derived = days_between(limit, origin).where(partial)
        columns[f"{prefix}{name}"] = known.fillna(derived)
    return with_columns(frame, columns), bad


def _agreed(given: pd.Series, derived: pd.Series) -> tuple[pd.Series, np.ndarray]:
    both = given.notna() & derived.notna()
    return given.fillna(derived), np.flatnonzero(both & (given != derived))


def _disagreement(table: str, column: str, rows: np.ndarray) -> pd.DataFrame:
    message = (
        f"{len(rows)} row(s) of {table}: {column} is not the number of days that the dates give."
    )
    return rows_found(table, rows, column, "day_disagrees_with_date", message)


def _coarse_index(rows: np.ndarray) -> pd.DataFrame:
    message = (
        f"{len(rows)} value(s) of episodes.index_date name a month or year only: the year is kept "
        "as index_year, and no day is counted from it."
    )
    return rows_found("episodes", rows, "index_date", "coarse_index_date", message, "warning")


def _unplaced(
    table: str, frame: pd.DataFrame, dates: Dates, origin: pd.Series, what: str = ""
) -> pd.DataFrame:
    """Find months and years that no index date turns into days: nothing would be left of them."""
    if not dates.lower.notna().any():
        return rows_found(table, [], None, "", "")
    prefix = f"{what}_" if what else ""
    lost = (dates.lower.notna() & dates.exact.isna()).to_numpy() & origin.isna().to_numpy()
    for name in (f"{prefix}day", f"{prefix}lower_day", f"{prefix}upper_day"):
        lost &= frame[name].isna().to_numpy() if name in frame else True
    rows, column = np.flatnonzero(lost), f"{prefix}date"
    message = (
        f"{len(rows)} value(s) of {table}.{column} name a month or a year only, and without a day "
        "of the index that is no number of days: they are not kept."
    )
    # Without it, somebody who died would count as alive.
    severity: Severity = "error" if what == "death" else "warning"
    return rows_found(table, rows, column, "date_without_index", message, severity)
