"""The scores that can be asked for, and those that are refused, with the reason."""

from __future__ import annotations

from typing import Final

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.prognosis.instability import ESCC, SINS
from spineoutcomes.metrics.prognosis.key import Band, Item, Key
from spineoutcomes.metrics.prognosis.survival_keys import BAUER, BAUER_MODIFIED, TOKUHASHI, TOMITA

# Death is no status of a living person: neither grade 5 nor 0 % stands here.
ECOG: Final = Key(
    code="ecog",
    items=(Item(name="ecog", words={str(grade): grade for grade in range(5)}),),
)
KPS: Final = Key(
    code="kps",
    items=(Item(name="kps", numbers=tuple((n, n, n) for n in range(10, 101, 10)), step=10),),
    bands=(Band("10-40", 10), Band("50-70", 50), Band("80-100", 80)),
)

KEYS: Final = {
    key.code: key for key in (SINS, TOKUHASHI, TOMITA, BAUER, BAUER_MODIFIED, ESCC, ECOG, KPS)
}
REFUSED: Final = {
    "nesms": (
        "its points for the modified Bauer score, walking and albumin were not verified in the "
        "primary paper"
    ),
    "katagiri": "its points were not verified in the primary paper (only its bands were)",
    "katagiri_2014": "its points were not verified in the primary paper (only its bands were)",
    "sorg": "it is a web application; keep its predictions as a column of the episodes",
    "noms": "it is a framework for decisions, not a score",
    "tokuhashi": 'say "tokuhashi_2005" for the revised score (0-15); that of 1990 is not here',
    "tomita": 'say "tomita_2001", the prognostic score (2-10), not the surgical classification',
}


def key_of(score: str) -> Key:
    """Return how a score is made.

    Raises
    ------
    ArgumentError
        For a score that is not known, or that is refused.
    """
    if score in KEYS:
        return KEYS[score]
    known = f"The scores are: {', '.join(KEYS)}."
    if score in REFUSED:
        raise ArgumentError(f"{score} cannot be computed: {REFUSED[score]}. {known}")
    raise ArgumentError(f"Unknown score {score!r}. {known}")
