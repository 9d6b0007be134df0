"""Ids that a person would take for the same: two spellings make two patients of one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from spineoutcomes.registry.rules.facts import Facts, Hits
from spineoutcomes.registry.texts import BETWEEN, coded

NAMED = (("patients", "patient_id"), ("episodes", "episode_id"))


def ids_are_far_apart(facts: Facts) -> Hits:
    """Find ids that differ only in case, in width, in spaces or in zeros before a number."""
    for name, column in NAMED:
        codes, texts = coded(facts.tables[name][column])
        if _cannot_be_alike(texts):
            continue
        folded = [_folded(text) for text in texts]
        times = Counter(folded)
        shared = np.array([times[text] > 1 for text in folded] + [False])
        rows = np.flatnonzero(shared[codes])
        message = (
            f"{len(rows)} row(s) of {name} have a {column} that differs from another only in case, "
            "width, spaces or leading zeros: one may be recorded under two."
        )
        yield name, rows, column, message


def _cannot_be_alike(texts: Sequence[str]) -> bool:
    """Tell at one look at all of them that none can be: most registries write ids in one way."""
    every = BETWEEN + BETWEEN.join(texts)
    one_case = every in (every.lower(), every.upper())
    return every.isascii() and one_case and " " not in every and BETWEEN + "0" not in every


def _folded(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return plain.lstrip("0") if plain.isdecimal() else plain
