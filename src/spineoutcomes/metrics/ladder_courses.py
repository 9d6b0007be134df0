"""The episodes of each patient on the patient's own clock, and the step of the ladder of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary import parse_levels

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """All episodes of a registry, in its order, also those a cohort leaves out.

    Attributes
    ----------
    patient : array of int
        Position of the patient.
    start : array of float
        Day 0 of the episode, from the patient's first.
    step : array of float
        The highest step of the ladder among its components; missing where none is on the ladder.
    treated : array of bool
        Whether any component is recorded: without one nobody knows its step.
    """

    patient: IntArray
    start: FloatArray
    step: FloatArray
    treated: Mask


def courses_of(registry: Registry) -> Courses:
    """Return the episodes of a registry on their patients' clocks."""
    episodes, procedures = registry.tables["episodes"], registry.tables["procedures"]
    place = registry.links["procedures", "episode_id"]
    steps = {code: entry.ladder_step for code, entry in registry.vocabulary.procedures.items()}
    own = procedures["component"].astype(object).map(steps).to_numpy(dtype=float)
    step = np.full(len(episodes), np.nan)
    np.fmax.at(step, place[place >= 0], own[place >= 0])
    return Courses(
        patient=registry.links["episodes", "patient_id"],
        start=episodes["index_day"].fillna(0.0).to_numpy(dtype=float),
        step=step,
        treated=np.bincount(place[place >= 0], minlength=len(episodes)) > 0,
    )


def having_component(registry: Registry, components: Collection[str]) -> Mask:
    """Return which episodes of a registry have one of some components."""
    place = registry.links["procedures", "episode_id"]
    named = registry.tables["procedures"]["component"].isin(list(components)).to_numpy(dtype=bool)
    mask = np.zeros(len(registry.tables["episodes"]), dtype=bool)
    mask[place[named & (place >= 0)]] = True
    return mask


def next_of(course: Courses, here: Mask, there: Mask, target: pd.DataFrame | None) -> IntArray:
    """Return the next later episode of the same patient, -1 where there is none.

    Parameters
    ----------
    course : Courses
    here : array of bool
        Episodes that ask; the others get -1.
    there : array of bool
        Episodes that may be the next.
    target : DataFrame, optional
        `episode` and `vertebra`, one row each: only an episode that shares a vertebra is the next.
        None takes any of the patient.
    """
    rows = _keyed(course, target)
    asking = rows[here[rows["episode"]]].sort_values("start", kind="stable")
    answers = rows[there[rows["episode"]]].sort_values("start", kind="stable")
    by = [name for name in rows if name not in ("episode", "start")]
    answers = answers.rename(columns={"episode": "next"}).assign(begins=answers["start"])
    found = pd.merge_asof(
        asking, answers, on="start", by=by, direction="forward", allow_exact_matches=False
    ).dropna(subset=["next"])
    # Of several shared vertebrae the first next episode counts.
    first = found.sort_values(["begins", "next"], kind="stable").drop_duplicates("episode")
    following = np.full(len(course.start), -1, dtype=np.intp)
    following[first["episode"].to_numpy()] = first["next"].to_numpy(dtype=np.intp)
    return following


def vertebrae_of(registry: Registry) -> pd.DataFrame:
    """Return the vertebrae each episode is about: `episode`, `vertebra`, one row each.

    They are those of the episode, else those of its components; an episode without any has no row.
    """
    levels = registry.tables["episodes"]["levels"]
    procedures = registry.tables["procedures"]
    place = registry.links["procedures", "episode_id"]
    whole = pd.DataFrame({"episode": np.arange(len(levels)), "levels": levels.astype(object)})
    parts = pd.DataFrame({"episode": place, "levels": procedures["levels"].astype(object)})
    bare = whole["levels"].isna().to_numpy()
    inside = (place >= 0) & np.append(bare, False)[place]
    rows = pd.concat([whole[~bare], parts[inside]]).dropna(subset=["levels"])
    codes, distinct = pd.factorize(rows["levels"])
    read = [parse_levels(str(text)) for text in distinct]
    named = pd.DataFrame(
        {
            "code": np.repeat(np.arange(len(read)), [len(levels) for levels in read]),
            "vertebra": np.array([level for levels in read for level in levels], dtype=object),
        }
    )
    long = rows.assign(code=codes).merge(named, on="code")[["episode", "vertebra"]]
    return long.drop_duplicates(ignore_index=True)


def _keyed(course: Courses, target: pd.DataFrame | None) -> pd.DataFrame:
    """Return one row an episode, or one for each of its vertebrae, with what joins them."""
    episode = np.arange(len(course.start)) if target is None else target["episode"].to_numpy()
    rows = {"episode": episode, "patient": course.patient[episode], "start": course.start[episode]}
    if target is None:
        return pd.DataFrame(rows)
    vertebra = pd.factorize(target["vertebra"], sort=True)[0]
    return pd.DataFrame(rows | {"vertebra": vertebra})
