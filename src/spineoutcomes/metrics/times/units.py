"""What a row of a result is: an episode, a patient, a vertebra or a lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.times.treated import UNTOLD, Floats, beside, treated_since
from spineoutcomes.registry.links import Positions
from spineoutcomes.vocabulary.levels import VERTEBRAE, Relation

By = Literal["patient", "episode", "level", "lesion"]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The rows of a result, in the cohort's order.

    Attributes
    ----------
    by : {"patient", "episode", "level", "lesion"}
    index : Index
        `episode_id`, or (`episode_id`, `level` or `lesion_id`).
    episode : array of int
        Position of each unit's episode in the cohort, ascending.
    key : array
        The level or lesion of each unit; None where the episode names none.
    opens, closes : array of float
        Days from day 0 between which a vertebra has the relation asked for; infinite elsewhere.
    """

    by: By
    index: pd.Index
    episode: Positions
    key: npt.NDArray[np.object_]
    opens: Floats
    closes: Floats

    def __len__(self) -> int:
        return len(self.episode)

    @property
    def within(self) -> bool:
        """Whether an episode may have several units."""
        return self.by in ("level", "lesion")

    @property
    def nameless(self) -> Mask:
        """Which units stand for an episode of which no level is known."""
        return (self.by == "level") & pd.isna(self.key)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Rows of a table set against units: which row, which unit, and whether that is sure."""

    row: Positions
    unit: Positions
    sure: Mask


def units_of(cohort: Cohort, by: By, relation: Relation | None = None) -> Units:
    """Return the units of a cohort.

    Parameters
    ----------
    cohort : Cohort
    by : {"patient", "episode", "level", "lesion"}
        A patient needs to have one episode in the cohort.
    relation : {"index", "adjacent", "remote"}, optional
        For levels: which ones, by how they lie to what the episode treated; None is "index".

    Raises
    ------
    ArgumentError
        For another word, or patients with several episodes where each must have one.
    """
    if by not in get_args(By):
        raise ArgumentError(f'by must be "patient", "episode", "level" or "lesion", got {by!r}.')
    if relation is not None and relation not in get_args(Relation):
        raise ArgumentError(f'relation must be "index", "adjacent" or "remote", got {relation!r}.')
    if by == "patient":
        require_one_episode(cohort, "A row per patient")
    if by == "lesion":
        return _lesions(cohort)
    if by == "level":
        return _levels(cohort, relation or "index")
    n = len(cohort)
    none = np.full(n, None, dtype=object)
    return Units(by, cohort.data.index, np.arange(n), none, np.full(n, -np.inf), np.full(n, np.inf))


def require_one_episode(cohort: Cohort, what: str) -> None:
    """Raise when any patient has several episodes in the cohort."""
    several = int((cohort.data["patient_id"].value_counts() > 1).sum())
    if several:
        raise ArgumentError(
            f"{what} needs one episode a patient; {several} patient(s) of this cohort have "
            'several. Use select_cohort(episodes="first").'
        )


def spread(units: Units, episode: Positions, key: pd.Series, *, to_all: bool) -> Spread:
    """Return the units that rows of a table belong to.

    Parameters
    ----------
    units : Units
    episode : array of int
        Position of the episode of each row.
    key : Series
        The level or lesion each row names; missing where it names none.
    to_all : bool
        A row that names none surely concerns every unit of its episode; else it does so only in an
        episode of one unit.
    """
    rows = np.arange(len(episode))
    if not units.within:
        return Spread(rows, episode, np.ones(len(rows), dtype=bool))
    codes, names = pd.factorize(np.concatenate([units.key, key.astype(object).to_numpy()]))
    codes = np.where(codes < 0, len(names), codes)
    n = len(names) + 1
    own = pd.Index(units.episode * n + codes[: len(units)])
    named = codes[len(units) :] < len(names)
    found = own.get_indexer(pd.Index(episode * n + codes[len(units) :]))
    # What names a lesion where the episode names none belongs to the one unit there is.
    found = np.where(
        named & (found < 0), own.get_indexer(pd.Index(episode * n + len(names))), found
    )
    hit = named & (found >= 0)
    first = np.searchsorted(units.episode, episode, side="left")
    size = np.searchsorted(units.episode, episode, side="right") - first
    loose = np.flatnonzero(~named)
    several = size[loose]
    within = np.arange(several.sum()) - np.repeat(np.cumsum(several) - several, several)
    sure = np.repeat(to_all | ((several == 1) & (units.by == "lesion")), several)
    return Spread(
        np.concatenate([rows[hit], np.repeat(loose, several)]),
        np.concatenate([found[hit], np.repeat(first[loose], several) + within]),
        np.concatenate([np.ones(int(hit.sum()), dtype=bool), sure]),
    )


def _lesions(cohort: Cohort) -> Units:
    """Return every lesion that a measurement, component or event of an episode names."""
    parts = [
        cohort.located("lesions", ["lesion_id"]),
        cohort.located("procedures", ["lesion_id"]),
        # What names only the patient tells no lesion of this episode.
        cohort.located("events", ["lesion_id", "episode_id"]).dropna(subset=["episode_id"]),
    ]
    named = [
        part[["episode", "lesion_id"]].dropna().astype({"lesion_id": object}) for part in parts
    ]
    found = pd.concat([part for part in named if len(part)] or named[:1])
    found = found.drop_duplicates().sort_values(["episode", "lesion_id"])
    return _keyed(
        cohort,
        "lesion",
        found["episode"].to_numpy(dtype=np.intp),
        found["lesion_id"].to_numpy(dtype=object),
        np.full(len(found), -np.inf),
        np.full(len(found), np.inf),
    )


def _levels(cohort: Cohort, relation: Relation) -> Units:
    """Return the vertebrae that lie so to what each episode treated, and from when to when."""
    own = treated_since(cohort.registry, cohort.places, own_only=True)
    index = own[:, :UNTOLD]
    if relation == "index":
        opens, closes = index, np.full(index.shape, np.inf)
    else:
        ever = treated_since(cohort.registry, cohort.places)
        near, treated = beside(ever), ever[:, :UNTOLD]
        untold = ever[:, [UNTOLD]]
        if relation == "adjacent":
            opens, closes = beside(own), np.minimum(treated, untold)
        else:
            some = np.repeat(index.min(axis=1, keepdims=True), UNTOLD, axis=1)
            opens, closes = some, np.minimum(np.minimum(near, treated), untold)
    episode, level = np.nonzero((opens < closes) & (closes > 0))
    return _keyed(
        cohort,
        "level",
        episode,
        np.array(VERTEBRAE, dtype=object)[level],
        opens[episode, level],
        closes[episode, level],
    )


def _keyed(
    cohort: Cohort,
    by: By,
    episode: Positions,
    key: npt.NDArray[np.object_],
    opens: Floats,
    closes: Floats,
) -> Units:
    """Return units with a key, and one without for every episode that names none."""
    bare = np.setdiff1d(np.arange(len(cohort)), episode)
    everyone = np.concatenate([episode, bare])
    order = np.argsort(everyone, kind="stable")
    keys = np.concatenate([key, np.full(len(bare), None, dtype=object)])[order]
    name = "level" if by == "level" else "lesion_id"
    index = pd.MultiIndex.from_arrays(
        [cohort.data.index.take(everyone[order]), keys], names=["episode_id", name]
    )
    infinite = np.full(len(bare), np.inf)
    return Units(
        by,
        index,
        everyone[order],
        keys,
        np.concatenate([opens, -infinite])[order],
        np.concatenate([closes, infinite])[order],
    )
