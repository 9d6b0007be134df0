"""Which vertebrae were treated, since when, and how another one lies to them on a given day."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry
from spineoutcomes.registry.links import Positions
from spineoutcomes.vocabulary.levels import VERTEBRAE, parse_levels, relation

Floats = npt.NDArray[np.float64]
UNTOLD: Final = len(VERTEBRAE)  # the column of treatments whose levels nobody told


def treated_since(registry: Registry, places: Positions, *, own_only: bool = False) -> Floats:
    """Return the day from which each vertebra counts as treated, for some episodes.

    Parameters
    ----------
    registry : Registry
    places : array of int
        Positions of the episodes in the registry.
    own_only : bool
        Leave out what other episodes of the patient treated.

    Returns
    -------
    array of shape (episodes, vertebrae + 1)
        Days on the clock of each episode, infinite where it was not treated; the last column is
        for treatments at untold levels. What another episode treats on a day counts after that
        day: an operation for an event is no treatment before it.
    """
    done = _treatments(registry)
    patient = registry.links["episodes", "patient_id"]
    asked = pd.DataFrame({"row": np.arange(len(places)), "place": places})
    if own_only:
        pairs = asked.merge(done, left_on="place", right_on="by")
    else:
        asked["patient"] = patient[places]
        done["patient"] = patient[done["by"].to_numpy()]
        pairs = asked.merge(done, on="patient")
    start = registry.tables["episodes"]["index_day"].fillna(0.0).to_numpy()
    day = pairs["day"].to_numpy() + start[pairs["by"]] - start[pairs["place"]]
    other = (pairs["place"] != pairs["by"]).to_numpy()
    day = np.where(other, np.nextafter(day, np.inf), day)
    row, level = vertebrae_of(pairs["levels"])
    since = np.full((len(places), UNTOLD + 1), np.inf)
    level = np.where(level < 0, UNTOLD, level)
    np.minimum.at(since, (pairs["row"].to_numpy()[row], level), day[row])
    return since


def vertebrae_of(texts: pd.Series) -> tuple[Positions, Positions]:
    """Return (row, vertebra) for each vertebra that texts name; -1 once where a text names none."""
    codes, unique = pd.factorize(texts.astype(object))
    read = [_read(str(text)) for text in unique] + [[-1]]
    lengths = np.array([len(places) for places in read])
    flat = np.array([place for places in read for place in places], dtype=np.intp)
    first = np.cumsum(lengths) - lengths
    n = lengths[codes]
    row = np.repeat(np.arange(len(codes)), n)
    within = np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)
    return row, flat[np.repeat(first[codes], n) + within]


def beside(since: Floats) -> Floats:
    """Return the day from which a vertebra next to each one counts as treated."""
    vertebrae = since[:, :UNTOLD]
    next_to = [vertebrae[:, list(near)].min(axis=1) for near in _neighbours()]
    return np.column_stack(next_to)


def relation_on(since: Floats, level: Positions, day: Floats) -> npt.NDArray[np.object_]:
    """Return how the vertebra of each row lies to all that was treated by its day.

    Parameters
    ----------
    since : array
        As `treated_since` returns it, one row an event.
    level : array of int
        Vertebra of each event; -1 where nobody told.
    day : array of float
        Day of each event; missing where nobody knows it.

    Returns
    -------
    array of str
        "index", "adjacent", "remote", or None: a vertebra or a treatment nobody told is not remote.
    """
    row = np.arange(len(since))
    told = level >= 0
    place = np.where(told, level, 0)
    # With the day unknown only a vertebra treated from the start is sure to have been treated.
    latest = np.where(np.isnan(day), 0.0, day)
    settled = ~np.isnan(day) | _never_changes(since)
    index = since[row, place] <= latest
    adjacent = beside(since)[row, place] <= latest
    some = since[:, :UNTOLD].min(axis=1) <= latest
    sure = told & settled & ~(since[:, UNTOLD] <= latest)
    found = np.full(len(since), None, dtype=object)
    found[sure & some] = "remote"
    found[sure & adjacent] = "adjacent"
    found[told & index] = "index"
    return found


def _never_changes(since: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(~((since > 0) & np.isfinite(since)).any(axis=1))


def _treatments(registry: Registry) -> pd.DataFrame:
    """Return what was done where: position `by` of the episode, `day`, text of the `levels`.

    A component without levels is at those of its episode, one without a day on its first possible
    day, else on day 0. An episode without components treats its levels on day 0.
    """
    whole = as_cohort(registry)
    rows = whole.located("procedures", ["component", "levels", "day", "lower_day"])
    directed = [code for code, entry in registry.vocabulary.procedures.items() if entry.directed]
    rows = rows[rows["component"].isin(directed)]
    own = registry.tables["episodes"]["levels"].astype(object).to_numpy()
    by = rows["episode"].to_numpy()
    levels = rows["levels"].astype(object)
    done = pd.DataFrame(
        {
            "by": by,
            "day": rows["day"].fillna(rows["lower_day"]).fillna(0.0).to_numpy(),
            "levels": levels.where(levels.notna(), own[by]).to_numpy(),
        }
    )
    bare = np.setdiff1d(np.arange(len(own)), by)
    alone = pd.DataFrame({"by": bare, "day": 0.0, "levels": own[bare]})
    parts = [part for part in (done, alone) if len(part)]
    return pd.concat(parts, ignore_index=True)


@cache
def _neighbours() -> tuple[tuple[int, ...], ...]:
    """Return the vertebrae next to each one."""
    return tuple(
        tuple(i for i, other in enumerate(VERTEBRAE) if relation(other, level) == "adjacent")
        for level in VERTEBRAE
    )


def _read(text: str) -> list[int]:
    """Return the vertebrae a text names; [-1] when it names none that exists."""
    try:
        return [VERTEBRAE.index(level) for level in parse_levels(text)] or [-1]
    except ArgumentError:
        return [-1]
