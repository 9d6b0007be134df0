"""Rules on spinal levels: text that can be read, names vertebrae, and leaves none out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

import numpy as np

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry.rules.facts import Facts, Hits
from spineoutcomes.registry.texts import texts_that
from spineoutcomes.vocabulary.levels import VERTEBRAE, parse_levels

LEVELLED = ("episodes", "procedures", "lesions", "events")
Reading = Literal["contiguous", "apart", "incomplete", "unreadable"]
# What is meant for levels: letters of a region with or without a number, words for region or side.
_NEARLY = re.compile(
    r"(?:(?:[左右双]侧?)?(?:TH|[CTLSD])?\d{0,2}(?:[左右双]侧?)?"
    r"|(?:CRANIO|CERVICO|THORACO|LUMBO)*(?:CERVICAL|THORACIC|LUMBAR|SACRAL)|DORSAL|SACRUM|COCCYX"
    r"|SPINE|VERTEBRAE?|AND|TO|LEFT|RIGHT|BOTH|BILATERAL|SIDED?)"
)
_BETWEEN = re.compile(r"[\s,;、・+&/()\-\u2010-\u2015\u2212~\u301c\u30fc.]+")


def are_read(facts: Facts) -> Hits:
    """Find text that is no level of the spine."""
    yield from _found(
        facts,
        "unreadable",
        lambda n, name: (
            f"{n} value(s) of {name}.levels are no levels of the spine; they look like "
            "T12, T12-L1 or L4/5. Other text belongs in another column."
        ),
    )


def name_vertebrae(facts: Facts) -> Hits:
    """Find levels that do not say which vertebra: a bare letter, a region, L6."""
    yield from _found(
        facts,
        "incomplete",
        lambda n, name: (
            f"{n} value(s) of {name}.levels name no vertebra of C0 to S5 (a letter "
            "without a number, a region, an L6 or T13, a range from below upwards) or also a side. "
            "They stay as they are, and nothing is guessed from them; a region belongs in the "
            "column `region`."
        ),
    )


def are_contiguous(facts: Facts) -> Hits:
    """Find levels with a gap between them."""
    yield from _found(
        facts,
        "apart",
        lambda n, name: (
            f"{n} value(s) of {name}.levels leave out a vertebra in between. Two "
            "separate targets are two episodes; a range is written C3-C7."
        ),
    )


def _found(facts: Facts, wanted: Reading, message: Callable[[int, str], str]) -> Hits:
    for name in LEVELLED:
        levels = facts.tables[name]["levels"]
        rows = np.flatnonzero(texts_that(levels, lambda text: _reading(text) == wanted))
        yield name, rows, "levels", message(len(rows), name)


def _reading(text: str) -> Reading:
    try:
        places = [VERTEBRAE.index(level) for level in parse_levels(text)]
    except ArgumentError:
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        nearly = all(_NEARLY.fullmatch(word) for word in _BETWEEN.split(plain))
        return "incomplete" if nearly else "unreadable"
    return "contiguous" if not places or len(places) == places[-1] - places[0] + 1 else "apart"
