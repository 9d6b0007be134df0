"""Spells of relief in the answers of each episode, as arrays; nothing loops over episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Each answer with the one before it; before the first stands day 0, without relief.

    Attributes
    ----------
    episode : array of int
    day, before : array of float
        Day of the answer and of the one before it.
    relieved, was : array of bool
        Whether each of the two shows relief.
    is_last : array of bool
        Whether no answer of the episode follows.
    """

    episode: IntArray
    day: FloatArray
    before: FloatArray
    relieved: Mask
    was: Mask
    is_last: Mask


def steps_of(answers: pd.DataFrame) -> Steps:
    """Return the steps of answers that are in the order of episodes and days."""
    episode = answers["episode"].to_numpy()
    day = answers["day"].to_numpy(dtype=float)
    relieved = answers["relieved"].to_numpy(dtype=bool)
    same = np.append([False], episode[1:] == episode[:-1])[: len(episode)]
    return Steps(
        episode=episode,
        day=day,
        before=np.where(same, np.roll(day, 1), 0.0),
        relieved=relieved,
        was=same & np.roll(relieved, 1),
        is_last=~np.append(same[1:], False)[: len(episode)],
    )


def first_spells(answers: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the first spell of relief of each of `n` episodes, one row each, in days.

    Columns `relieved`, `begins_lower`, `begins_upper`, `ends_lower`, `ends_upper`, `n_spells`,
    `last_answer`; all missing where there is no answer, those of the spell where there is none.
    """
    steps = steps_of(answers)
    begins = steps.relieved & ~steps.was
    so_far = np.cumsum(begins)
    opening = np.append([True], steps.is_last[:-1])[: len(begins)]
    already: IntArray = (so_far - begins)[opening][np.cumsum(opening) - 1]
    in_first: Mask = so_far - already == 1
    start, end = begins & in_first, ~steps.relieved & steps.was & in_first
    n_spells = np.bincount(steps.episode[begins], minlength=n).astype(float)
    last = _placed(steps.day, steps.episode, steps.is_last, n)
    relieved = np.where(np.isnan(last), np.nan, (n_spells > 0).astype(float))
    ends_upper = _placed(steps.day, steps.episode, end, n)
    seen_to_end = _placed(steps.before, steps.episode, end, n)
    still = (relieved == 1) & np.isnan(ends_upper)
    return pd.DataFrame(
        {
            "relieved": relieved,
            "begins_lower": _placed(steps.before, steps.episode, start, n),
            "begins_upper": _placed(steps.day, steps.episode, start, n),
            "ends_lower": np.where(still, last, seen_to_end),
            "ends_upper": ends_upper,
            "n_spells": np.where(np.isnan(last), np.nan, n_spells),
            "last_answer": last,
        }
    )


def _placed(values: FloatArray, episode: IntArray, mask: Mask, n: int) -> FloatArray:
    """Return masked values at their episodes, missing elsewhere; one at most for each."""
    placed = np.full(n, np.nan)
    placed[episode[mask]] = values[mask]
    return placed
