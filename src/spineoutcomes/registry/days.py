"""Days from the index, derived from dates where there are dates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.registry.dates import Dates, days_between
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.registry.links import looked_up
from spineoutcomes.vocabulary import Vocabulary

Tables = dict[str, pd.DataFrame]
TableDates = Mapping[str, Mapping[str, Dates]]
DATED = ("procedures", "scores", "lesions", "events")


def with_days(
    tables: Tables, dates: TableDates, vocabulary: Vocabulary
) -> tuple[Tables, pd.DataFrame]:
    """Return the tables with every day that the dates give, and findings where the two disagree.

    Day 0 of an episode is its `index_date`; without one, the date of its first component aimed at
    the lesion or pathology. Days of a patient count from the patient's first index. A date known to
    the month or year gives `lower_day` and `upper_day`, and no `day`.
    """
    tables = dict(tables)
    episodes = _with_index_date(tables["episodes"], tables["procedures"], vocabulary)
    first_index = episodes.groupby("patient_id")["index_date"].transform("min")
    found = []
    since_first = days_between(episodes["index_date"], first_index)
    episodes["index_day"], bad = _agreed(episodes["index_day"], since_first)
    found.append(_disagreement("episodes", "index_day", bad))
    year = episodes["index_date"].dt.year.astype(float)
    episodes["index_year"] = episodes["index_year"].fillna(year)
    tables["episodes"] = episodes
    origin = _first_by(episodes, "episode_id", "index_date")
    for name in DATED:
        start = looked_up(tables[name]["episode_id"], origin)
        tables[name], bad = _with_day(tables[name], dates[name]["date"], start)
        found.append(_disagreement(name, "day", bad))
    first = episodes.assign(first=first_index)
    start = looked_up(tables["patients"]["patient_id"], _first_by(first, "patient_id", "first"))
    for what in ("death", "last_contact"):
        given = dates["patients"][f"{what}_date"]
        tables["patients"], bad = _with_day(tables["patients"], given, start, what)
        found.append(_disagreement("patients", f"{what}_day", bad))
    return tables, joined(found)


def _with_index_date(
    episodes: pd.DataFrame, procedures: pd.DataFrame, vocabulary: Vocabulary
) -> pd.DataFrame:
    directed = {code for code, entry in vocabulary.procedures.items() if entry.directed}
    treating = procedures[procedures["component"].isin(directed)]
    first = treating.groupby("episode_id")["date"].min()
    named = _first_by(procedures, "procedure_id", "date")
    derived = looked_up(episodes["index_procedure_id"], named)
    derived = derived.fillna(looked_up(episodes["episode_id"], first))
    return episodes.assign(index_date=episodes["index_date"].fillna(derived))


def _first_by(frame: pd.DataFrame, key: str, column: str) -> pd.Series:
    return frame.dropna(subset=[key]).drop_duplicates(key).set_index(key)[column]


def _with_day(
    frame: pd.DataFrame, dates: Dates, origin: pd.Series, what: str = ""
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the frame with `day`, `lower_day`, `upper_day` of `what` filled in from dates."""
    prefix = f"{what}_" if what else ""
    day, bad = _agreed(frame[f"{prefix}day"], days_between(dates.exact, origin))
    columns = {f"{prefix}day": day}
    partial = dates.lower.notna() & dates.exact.isna()
    for name, limit in (("lower_day", dates.lower), ("upper_day", dates.upper)):
        known = frame.get(f"{prefix}{name}", pd.Series(np.nan, index=frame.index))
        derived = days_between(limit, origin).where(partial)
        columns[f"{prefix}{name}"] = known.fillna(derived)
    return frame.assign(**columns), bad


def _agreed(given: pd.Series, derived: pd.Series) -> tuple[pd.Series, np.ndarray]:
    both = given.notna() & derived.notna()
    return given.fillna(derived), np.flatnonzero(both & (given != derived))


def _disagreement(table: str, column: str, rows: np.ndarray) -> pd.DataFrame:
    message = (
        f"{len(rows)} row(s) of {table}: {column} is not the number of days that the dates give."
    )
    return rows_found(table, rows, column, "day_disagrees_with_date", message)
