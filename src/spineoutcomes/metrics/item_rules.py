"""From answers to scores: the rules that make the score of an instrument or of its domains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.answers import Flags, Floats
from spineoutcomes.vocabulary import Vocabulary
from spineoutcomes.vocabulary.model import Items

Missing = int | Literal["none"] | Mapping[str, int]

TOTAL, SUBSCORE, SATISFACTION = "total", "subscore", "satisfaction"
COMPLETE_ONLY = ("sum", "value_set")


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The score of each form, with what it rests on.

    Attributes
    ----------
    value : array
        Missing where too few items were answered.
    n_answered : array of int
    denominator : array
        The most points that the items counted could give.
    """

    value: Floats
    n_answered: npt.NDArray[np.int64]
    denominator: Floats


def allowed_missing(missing: Missing, *, sizes: Sequence[int], complete: bool, what: str) -> int:
    """Return how many items of a form, or of each domain, may be unanswered.

    Parameters
    ----------
    missing : int, "none" or {"max_missing": int}
    sizes : sequence of int
        Numbers of items of the form, or of its domains.
    complete : bool
        Whether the rule has no way round an unanswered item.
    what : str
        What is scored, for messages.

    Raises
    ------
    ArgumentError
        For anything else, for a number that would score an empty form, and for any unanswered item
        where the rule needs all.
    """
    number = _allowance(missing)
    if complete and number > 0:
        raise ArgumentError(
            f'{what} is not defined when an item is unanswered; missing must be "none".'
        )
    if number >= max(sizes):
        raise ArgumentError(
            f"missing allows {number} unanswered items, but {what} has {max(sizes)}: a score would "
            "rest on no answer."
        )
    return number


def _allowance(missing: object) -> int:
    number: object = 0 if isinstance(missing, str) and missing == "none" else missing
    if isinstance(missing, Mapping) and set(missing) == {"max_missing"}:
        number = missing["max_missing"]
    whole = isinstance(number, Integral) and not isinstance(number, bool)
    if not whole or int(number) < 0:  # type: ignore[call-overload]
        raise ArgumentError(
            'missing must say how many items may be unanswered: "none", a number such as 2, or '
            f'{{"max_missing": 2}}; got {missing!r}. Registries differ, so there is no default.'
        )
    return int(number)  # type: ignore[call-overload, no-any-return]


def items_of(instrument: str, vocabulary: Vocabulary) -> Items:
    """Return how the items of an instrument make its score.

    Raises
    ------
    ArgumentError
        For an instrument that is unknown or whose items the vocabulary does not hold.
    """
    items = vocabulary.instruments[instrument].items
    if items is None:
        known = sorted(code for code, entry in vocabulary.instruments.items() if entry.items)
        raise ArgumentError(
            f"{instrument} has no items in the vocabulary; instruments with items are: "
            f"{', '.join(known)}."
        )
    return items


def item_ranges(items: Items) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest answer of each item, in the order of the form."""
    return {name: items.ranges.get(name, (items.low, items.high)) for name in items.names}


def item_groups(items: Items) -> dict[str, tuple[str, ...]]:
    """Return what is scored -> the domains it is made of; {"": ()} for a form without domains.

    The satisfaction domain is asked only of those who were treated, so beside the total there is a
    sub-score without it.
    """
    if not items.domains:
        return {"": ()}
    groups: dict[str, tuple[str, ...]] = {name: (name,) for name in items.domains}
    if SATISFACTION in items.domains:
        groups[SUBSCORE] = tuple(name for name in items.domains if name != SATISFACTION)
    return groups | {TOTAL: tuple(items.domains)}


def score_groups(items: Items, answers: pd.DataFrame, allowed: int) -> dict[str, Scored]:
    """Return the score of the form, or of each domain and of what domains make together.

    What several domains make is missing unless each of them has a score.
    """
    scored: dict[str, Scored] = {}
    for group, members in item_groups(items).items():
        parts = [items.domains[name] for name in members] or [items.names]
        enough = np.all([_enough(answers[list(part)], allowed) for part in parts], axis=0)
        names = [name for part in parts for name in part]
        scored[group] = _scored(items, answers[names], enough)
    return scored


def _enough(answers: pd.DataFrame, allowed: int) -> Flags:
    n_answered = answers.notna().sum(axis="columns")
    enough = (n_answered > 0) & (n_answered >= answers.shape[1] - allowed)
    return enough.to_numpy(dtype=bool)


def _scored(items: Items, answers: pd.DataFrame, enough: Flags) -> Scored:
    ranges = item_ranges(items)
    low, high = np.array([ranges[name] for name in answers.columns], dtype=float).T
    values = answers.to_numpy()
    answered = ~np.isnan(values)
    n_answered = answered.sum(axis=1)
    points = np.where(answered, values, 0.0).sum(axis=1)
    possible = (answered * high).sum(axis=1)
    if items.rule == "proportion":
        points = points - (answered * low).sum(axis=1)
        possible = possible - (answered * low).sum(axis=1)
        score = 100 * points / np.where(enough, possible, np.nan)
    elif items.rule == "domain_means":
        score = points / np.where(enough, n_answered, np.nan)
    else:
        score = points
    if items.rule == "count_yes":
        # A statement that was not marked counts as "no", so every item counts.
        possible = np.full(len(values), high.sum())
    return Scored(np.where(enough, score, np.nan), n_answered, possible)
