"""Dates moved, or left out, so that a registry can be handed on with all its intervals."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.dates_in_text import cells_with_dates, columns_of_dates, moved_dates
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.registry.links import Links, Positions

Days = npt.NDArray[np.int64]
Tables = Mapping[str, pd.DataFrame]

LEAST_SECRET = 16  # bytes; a secret that can be tried out undoes the shift
WIDEST = 183  # days either way, for a patient without a dated index
NARROW = 30  # days; with less room than this a shift hides little


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """How far the dates of each patient may move: first and last day of it, both included."""

    first: Days
    last: Days


def shifted(
    tables: Tables, links: Links, secret: bytes | str
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the tables with the dates of each patient moved by one number of days, and findings.

    Raises
    ------
    ArgumentError
        When the secret is too short to keep.
    """
    key = secret.encode() if isinstance(secret, str) else bytes(secret)
    if len(key) < LEAST_SECRET:
        raise ArgumentError(
            f"secret must have at least {LEAST_SECRET} bytes, got {len(key)}: one that can be "
            "guessed gives every date away. Make one with secrets.token_bytes(32), and keep it "
            "apart from the data."
        )
    room = _room(tables, links)
    offset = _offsets(tables["patients"]["patient_id"], key, room)
    moved, found = {}, []
    for name, frame in tables.items():
        days = offset[_patients_of(name, tables, links)]
        texts = _text_dates(name, frame)
        moved[name] = _moved(frame, days, texts)
        found.append(_true_dates(name, frame.drop(columns=texts)))
    return moved, joined([*found, _tight(room), *_telling(tables)])


def undated(tables: Tables) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the tables without any column of dates, and findings on dates within other text."""
    left, found = {}, []
    for name, frame in tables.items():
        exact = {c.name for c in TABLES[name].columns if c.kind == "date"}
        gone = {*_dated(frame), *_text_dates(name, frame)} - exact
        # A declared column stays in its place, empty, as where a file never had it.
        nothing = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
        left[name] = frame.drop(columns=[*gone]).assign(**dict.fromkeys(exact, nothing))
        found.append(_true_dates(name, left[name]))
    return left, joined([*found, *_telling(tables)])


def _room(tables: Tables, links: Links) -> Room:
    """Return the days that keep every index of a patient in its calendar year."""
    n = len(tables["patients"])
    first, last = np.full(n, -WIDEST), np.full(n, WIDEST)
    date = tables["episodes"]["index_date"]
    patient = links["episodes", "patient_id"]
    dated = date.notna().to_numpy() & (patient >= 0)
    known, patient = date[dated].dt.normalize(), patient[dated]
    into_year = known.dt.dayofyear.to_numpy() - 1
    to_its_end = 364 + known.dt.is_leap_year.to_numpy() - into_year
    # With an index its year alone bounds the shift.
    first[patient], last[patient] = -(10**6), 10**6
    np.maximum.at(first, patient, -into_year)
    np.minimum.at(last, patient, to_its_end)
    return Room(first, last)


def _offsets(ids: pd.Series, key: bytes, room: Room) -> Days:
    """Return the days to move each patient: any of the room but none at all, as the secret says."""
    size = room.last - room.first  # how many days there are besides 0, which always is among them
    numbers = [
        int.from_bytes(hmac.digest(key, str(one).encode("utf-8"), "sha256"), "big") % max(n, 1)
        for one, n in zip(ids, size.tolist(), strict=True)
    ]
    day = room.first + np.array(numbers, dtype=np.int64)
    day = np.where(day >= 0, day + 1, day)
    return np.where(size > 0, day, 0)


def _patients_of(name: str, tables: Tables, links: Links) -> Positions:
    """Return the position of the patient of each row."""
    if name == "patients":
        return np.arange(len(tables[name]))
    if name == "episodes":
        return links[name, "patient_id"]
    of_episode = np.append(links["episodes", "patient_id"], -1)[links[name, "episode_id"]]
    if (name, "patient_id") not in links:
        return of_episode
    return np.where(of_episode >= 0, of_episode, links[name, "patient_id"])


def _moved(frame: pd.DataFrame, days: Days, texts: list[str]) -> pd.DataFrame:
    by = pd.Series(pd.to_timedelta(days, unit="D"), index=frame.index)
    moved = {column: frame[column] + by for column in _dated(frame)}
    return frame.assign(**moved, **{column: moved_dates(frame[column], by) for column in texts})


def _text_dates(name: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns of dates as text, apart from declared ones: an id stays what it is."""
    return columns_of_dates(frame.drop(columns=list(TABLES[name].names)))


def _dated(frame: pd.DataFrame) -> list[str]:
    return [str(c) for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]


def _true_dates(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a warning for each column in whose text a true date may stand."""
    parts = []
    for column, rows in cells_with_dates(frame):
        message = (
            f"{len(rows)} cell(s) of {name}.{column} seem to hold a date, which is still the true "
            "one: it gives away by how much the others moved, or the dates left out. Remove it."
        )
        parts.append(rows_found(name, rows, column, "date_in_text", message, "warning"))
    return joined(parts)


def _tight(room: Room) -> pd.DataFrame:
    """Return warnings on patients whose dates moved little or not at all."""
    size = room.last - room.first
    still, little = np.flatnonzero(size == 0), np.flatnonzero((size > 0) & (size < NARROW))
    return joined(
        [
            rows_found(
                "patients",
                still,
                "patient_id",
                "dates_not_moved",
                f"{len(still)} patient(s) have indexes that leave no day to move by within their "
                "calendar years: their dates are the true ones.",
                "warning",
            ),
            rows_found(
                "patients",
                little,
                "patient_id",
                "dates_hardly_moved",
                f"{len(little)} patient(s) have indexes that leave fewer than {NARROW} days to "
                "move by within their calendar years.",
                "warning",
            ),
        ]
    )


def _telling(tables: Tables) -> list[pd.DataFrame]:
    """Return warnings on days from which a true date can be counted back."""
    n = int(tables["episodes"]["cutoff_day"].notna().sum())
    found = []
    if n:
        message = (
            f"{n} episode(s) have a cutoff_day. Where the data of all patients end on one day, "
            "whoever knows that day counts back from it to the date of the index; the same holds "
            "for a last contact on that day."
        )
        found.append(
            rows_found("episodes", None, "cutoff_day", "end_tells_dates", message, "warning")
        )
    for name, frame in tables.items():
        if "lower_day" not in frame:
            continue
        between = frame["day"].isna() & frame["lower_day"].notna() & frame["upper_day"].notna()
        rows = np.flatnonzero(between)
        message = (
            f"{len(rows)} row(s) of {name} lie between two days. Where these are the first and the "
            "last of a month or year, they tell on which day of it the index was."
        )
        found.append(rows_found(name, rows, "lower_day", "month_tells_dates", message, "warning"))
    return found
