"""What is asked of a time to an event: which causes, in which order, of which unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.times.units import By, require_one_episode
from spineoutcomes.registry.links import Positions

DEATH: Final = "death"


@dataclass(frozen=True, slots=True)
class Asked:
    """The causes of an analysis.

    Attributes
    ----------
    causes : mapping of str to tuple of str
        Causes that are events, with the kinds that make them, in the order that settles ties. The
        one asked for is the first; it has no kinds when it is death.
    death : int or None
        Number of the cause death is, the last.
    categories : tuple of str
        "censored" and the causes, as a result names them.
    """

    causes: Mapping[str, tuple[str, ...]]
    death: int | None
    categories: tuple[str, ...]

    def events(self, cause: Positions) -> pd.Categorical:
        """Return numbers of causes (0 censored, -1 missing) as the ordered words of a result."""
        named = ["censored", *self.causes]
        named += [] if self.death is None or DEATH in self.causes else [DEATH]
        codes = np.array([*(self.categories.index(name) for name in named), -1])
        words = pd.Index(self.categories)
        return pd.Categorical.from_codes(codes[cause].tolist(), categories=words, ordered=True)


def asked_of(
    cohort: Cohort,
    kind: str,
    competing: Sequence[str],
    by: By,
    relation: str | None,
) -> Asked:
    """Return the causes that a kind and its competitors make.

    Raises
    ------
    ArgumentError
        For an unknown kind, one named twice, or a unit the kind does not have.
    """
    if isinstance(competing, str):
        raise ArgumentError(f"competing must be a list of kinds, got the text {competing!r}.")
    kinds = [kind, *competing]
    twice = sorted({name for name in kinds if kinds.count(name) > 1})
    if twice:
        raise ArgumentError(
            f"kind and competing must name each kind once; {', '.join(twice)} stands there twice."
        )
    for name in kinds:
        if name != DEATH:
            # An unknown kind raises here.
            _ = cohort.vocabulary.event_kinds[name]
    if kind == DEATH and (by in ("level", "lesion") or relation is not None):
        raise ArgumentError(
            "Death belongs to the patient, and has no vertebra or lesion. Leave relation out and "
            'use by="episode" or "patient".'
        )
    if relation is not None and by == "lesion":
        raise ArgumentError('relation is about vertebrae; leave it out with by="lesion".')
    if kind == DEATH:
        require_one_episode(cohort, "Time to death")
    # The one asked for keeps number 1, death comes last.
    causes: dict[str, tuple[str, ...]] = {DEATH: ()} if kind == DEATH else {}
    causes |= {name: (name,) for name in kinds if name != DEATH}
    death = 1 if kind == DEATH else len(kinds) if DEATH in kinds else None
    return Asked(causes, death, ("censored", *kinds))
