"""The stay in hospital: its days over all stages, and whether it ended in death."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.observation import known_of_patients
from spineoutcomes.metrics.operation.stages import operated

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
# How the column `discharge` says that the patient did not leave the hospital alive.
DIED = ("dead", "death", "deceased", "died", "expired")
SAYS_NOTHING = ("", "unknown")


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """The stay of each episode, one place each.

    Attributes
    ----------
    days : array of float
        Days in hospital, those of all stages together; missing where a stage has none.
    until : array of float
        The same, up to the death of those who died there.
    died : array of float
        1 where the stay ended in death, 0 where the patient left, missing where nobody knows.
    single : array of bool
        Whether nothing was done after day 0, so that there was one stay, which began then.
    """

    days: FloatArray
    until: FloatArray
    died: FloatArray
    single: BoolArray


def hospital_stays(cohort: Cohort) -> Stays:
    """Return the stay of each episode: `los_days` as declared, else from its discharge events."""
    declared = cohort.each("episodes", ["los_days"])["los_days"].to_numpy(dtype=float)
    stages = _stage_days(cohort)
    summed, left = _from_discharges(cohort, stages)
    days = np.where(np.isnan(declared), summed, declared)
    last_stage = np.zeros(len(cohort))
    np.fmax.at(last_stage, stages["episode"].to_numpy(), stages["day"].to_numpy(dtype=float))
    single = last_stage == 0
    # Of several stays only their discharges tell on which day the last one ended.
    end = np.where(single & ~np.isnan(declared), declared, left)
    death = _deaths(cohort)
    died = _ended_in_death(cohort, death, end, np.fmax(end, last_stage + days))
    known_day = np.where(death["lower"] == death["upper"], death["lower"], np.nan)
    until = np.where((died == 1) & single, np.fmin(days, known_day), days)
    return Stays(days, until, died, single)


def _stage_days(cohort: Cohort) -> pd.DataFrame:
    """Return the days on which each episode was operated on, day 0 among them.

    A component without a day is of the day of its stage; a stage without any has a missing one.
    Components before day 0 do not begin the stay.
    """
    rows = operated(cohort.located("procedures", ["component", "day", "stage"]), cohort.vocabulary)
    dated = rows["day"].groupby([rows["episode"], rows["stage"]]).transform("min")
    day = rows["day"].fillna(dated)
    later = pd.DataFrame({"episode": rows["episode"], "day": day})[~(day < 0)]
    first = pd.DataFrame({"episode": np.arange(len(cohort)), "day": 0.0})
    return pd.concat([first, later]).drop_duplicates(ignore_index=True)


def _from_discharges(cohort: Cohort, stages: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Return the sum of the stays that discharges end, and the day of the last discharge."""
    n = len(cohort)
    rows = cohort.located("events", ["kind", "status", "day"])
    left = rows[(rows["kind"] == "discharge") & (rows["status"] == "occurred")]
    unsure = np.bincount(left.loc[left["day"].isna(), "episode"], minlength=n) > 0
    left = left.loc[left["day"] >= 0, ["episode", "day"]].assign(end=left["day"])
    known = stages.dropna(subset=["day"]).sort_values("day", kind="stable")
    stays = pd.merge_asof(
        known, left.sort_values("day", kind="stable"), on="day", by="episode", direction="forward"
    )
    for part, column in ((stages, "day"), (stays, "end")):
        unsure |= np.bincount(part.loc[part[column].isna(), "episode"], minlength=n) > 0
    # Stages that the same discharge ends are one stay, which began with the first of them.
    one = stays.groupby(["episode", "end"], as_index=False)["day"].min()
    total = np.bincount(one["episode"], one["end"] - one["day"], minlength=n)
    last = np.full(n, np.nan)
    np.fmax.at(last, one["episode"].to_numpy(), one["end"].to_numpy(dtype=float))
    return np.where(unsure, np.nan, total), np.where(unsure, np.nan, last)


def _deaths(cohort: Cohort) -> dict[str, FloatArray]:
    seen = known_of_patients(cohort)
    death = {side: seen[f"death_{side}"].to_numpy(dtype=float) for side in ("lower", "upper")}
    return death | {"undated": seen["death_undated"].to_numpy()}


def _ended_in_death(
    cohort: Cohort, death: dict[str, FloatArray], end: FloatArray, latest: FloatArray
) -> FloatArray:
    """Return whether each stay ended in death: by its word, else by the day of the death.

    `end` is the day on which the stay ended, where it is known; `latest` the last it can have been.
    """
    lower, upper = death["lower"], death["upper"]
    dead = ~np.isnan(lower) | ~np.isnan(upper) | death["undated"].astype(bool)
    word = cohort.each("episodes", ["discharge"])["discharge"].astype(object)
    word = word.where(word.notna(), "").astype(str).str.strip().str.lower()
    says_died = word.isin(DIED).to_numpy()
    says_left = ~says_died & ~word.isin(SAYS_NOTHING).to_numpy()
    on_the_day = (lower == end) & (upper == end)
    # A death before the last day of the stay leaves no doubt, whatever the word.
    return np.select(
        [says_died, ~dead | (lower > latest), upper < end, says_left, on_the_day],
        [1.0, 0.0, 1.0, 0.0, 1.0],
        np.nan,
    )
