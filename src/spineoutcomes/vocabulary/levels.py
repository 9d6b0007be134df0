"""Levels of the spine: vertebrae read from text, the discs between them, and who is next to whom.

Texts differ by hospital ("T12-L1", "L4/5", "Th11", full-width digits); what comes out does not:
vertebrae from C0 (the occiput) down to S5.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any, Literal, get_args

import pandas as pd

from spineoutcomes.errors import ArgumentError

VERTEBRAE: tuple[str, ...] = (
    "C0",
    *(f"C{number}" for number in range(1, 8)),
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    *(f"S{number}" for number in range(1, 6)),
)
REGIONS = ("cervical", "thoracic", "lumbar", "sacral")

Side = Literal["left", "right", "both"]
SIDES: tuple[str, ...] = get_args(Side)
Relation = Literal["index", "adjacent", "remote"]

_PLACE = {level: place for place, level in enumerate(VERTEBRAE)}
# Th is thoracic everywhere. D is not among them: D4 is a thoracic vertebra here, a disc there.
_SYNONYMS = {"TH": "T", "OC": "C0", "OCC": "C0", "OCCIPUT": "C0"}
_REGION = re.compile(
    rf"(?:CRANIO|CERVICO|THORACO|LUMBO)*(?:{'|'.join(REGIONS).upper()}|DORSAL|SACRUM)"
)
# Hyphens, dashes, the minus sign, the tilde and the Japanese wave and long marks.
_DASHES = re.compile(r"\s*(?:[-\u2010-\u2015\u2212~\u301c\u30fc]|\bTO\b|\bTHROUGH\b)\s*")
_LISTS = re.compile(r"\s*(?:[,;、・+&]|\bAND\b)\s*|\s+")
_LETTERS_APART = re.compile(r"\b([A-Z]{1,2})\.?\s+(?=\d)")
_TOKEN = re.compile(r"([A-Z]*)(\d*)")


def parse_levels(text: str | None, *, mapping: Mapping[str, str] | None = None) -> list[str]:
    """Read vertebral levels from text.

    Parameters
    ----------
    text : str or None
        Vertebrae one by one ("T12, L1"), as a range ("C3-C7", "T10-12") or by the disc between two
        of them ("L4/5", "L5/S1"). Case, spaces and full-width characters do not matter.
    mapping : mapping of str to str, optional
        How this registry writes what is no level here: a level (`{"L6": "L5"}`) or the letters of a
        region (`{"D": "T"}` for dorsal vertebrae).

    Returns
    -------
    list of str
        The vertebrae from the head down, each once: C0 (the occiput), C1-C7, T1-T12, L1-L5, S1-S5.

    Raises
    ------
    ArgumentError
        For a region ("thoracic"), which is not a level; a vertebra that does not exist ("L6",
        "T13", the coccyx); a range from below upwards; a slash between vertebrae that are no
        neighbours; or anything else that cannot be read. The message repeats only what looks like a
        level: a cell may hold a name.

    Notes
    -----
    "D12" is refused unless `mapping` says what D is: for some it is a dorsal vertebra, for others a
    disc. "L5-1" is refused as a range from below upwards; the disc below L5 is "L5-S1".

    Missing data: a missing or empty text has no levels; the list is empty.

    Examples
    --------
    >>> parse_levels("T12-L1")
    ['T12', 'L1']
    >>> parse_levels("Ｌ４／５、S1")
    ['L4', 'L5', 'S1']
    >>> parse_levels("D11-12", mapping={"D": "T"})
    ['T11', 'T12']
    >>> parse_levels("L6")
    Traceback (most recent call last):
        ...
    spineoutcomes.errors.ArgumentError: L6 is no vertebra of C0-S5. ...
    """
    found = {level for run in _runs(text, mapping) for level in run}
    return sorted(found, key=_PLACE.__getitem__)


def parse_segments(text: str | None, *, mapping: Mapping[str, str] | None = None) -> list[str]:
    """Return the motion segments (discs) that a text names, from the head down.

    Parameters
    ----------
    text : str or None
        As for `parse_levels`. A range or a slash names the discs between its vertebrae; a vertebra
        on its own, or beside another in a list, names none.
    mapping : mapping of str to str, optional
        As for `parse_levels`.

    Returns
    -------
    list of str
        Segments, each once.

    Raises
    ------
    ArgumentError
        As `parse_levels` does.

    Notes
    -----
    Missing data: a missing or empty text names no segments; the list is empty.

    Examples
    --------
    >>> parse_segments("L4/5")
    ['L4-L5']
    >>> parse_segments("C5-7, T1")
    ['C5-C6', 'C6-C7']
    """
    found = {pair for run in _runs(text, mapping) for pair in pairwise(run)}
    return [f"{upper}-{lower}" for upper, lower in sorted(found, key=lambda pair: _PLACE[pair[0]])]


def relation(
    level: str | None,
    treated: str | Collection[str] | None,
    *,
    mapping: Mapping[str, str] | None = None,
) -> Relation | None:
    """Say whether a vertebra was treated, is next to a treated one, or lies further off.

    Parameters
    ----------
    level : str or None
        One vertebra.
    treated : str, collection of str, or None
        The treated levels, as text or as a list of levels.
    mapping : mapping of str to str, optional
        As for `parse_levels`.

    Returns
    -------
    {"index", "adjacent", "remote"} or None
        Adjacent is the next vertebra above or below any treated one, also across regions: C7 and
        T1, T12 and L1, L5 and S1. A vertebra between two treated ones is adjacent.

    Raises
    ------
    ArgumentError
        When `level` names more than one vertebra, or a text cannot be read.

    Notes
    -----
    Missing data: None when either the level or all treated levels are missing; unknown is not
    remote.

    Examples
    --------
    >>> relation("L2", "T12-L1")
    'adjacent'
    >>> relation("T12", ["T12", "L1"]), relation("L4", ["T12", "L1"])
    ('index', 'remote')
    """
    here = parse_levels(level, mapping=mapping)
    texts = [treated] if treated is None or isinstance(treated, str) else list(treated)
    there = {_PLACE[name] for text in texts for name in parse_levels(text, mapping=mapping)}
    if len(here) > 1:
        raise ArgumentError(
            f"relation() takes one vertebra; the text names {len(here)}. Ask for each of "
            "parse_levels(text)."
        )
    if not here or not there:
        return None
    distance = min(abs(_PLACE[here[0]] - place) for place in there)
    return "index" if distance == 0 else "adjacent" if distance == 1 else "remote"


def _runs(text: Any, mapping: Mapping[str, str] | None) -> list[list[str]]:
    """Return, for each item of a list of levels, its vertebrae in a row from the head down."""
    if text is None or (pd.api.types.is_scalar(text) and pd.isna(text)):
        return []
    if not isinstance(text, str):
        raise ArgumentError(f"Levels are read from text; found {type(text).__name__}.")
    own = _own_words(mapping or {})
    plain = _LETTERS_APART.sub(r"\1", _DASHES.sub("-", _folded(text)))
    plain = re.sub(r"\s*/\s*", "/", plain)
    return [_run(item, own) for item in _LISTS.split(plain) if item]


def _folded(text: str) -> str:
    """Return text in upper case with full-width letters, digits and signs made plain."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def _run(item: str, own: Mapping[str, str]) -> list[str]:
    """Read one vertebra, a range of them, or neighbours joined by a slash."""
    parts = re.split("([-/])", item)
    levels: list[str] = []
    letters = ""
    for position, word in enumerate(parts[::2]):
        level, letters = _level(word, letters, own)
        if position:
            levels += _between(levels[-1], level, slash=parts[2 * position - 1] == "/")
        else:
            levels.append(level)
    return levels


def _level(word: str, before: str, own: Mapping[str, str]) -> tuple[str, str]:
    """Return the vertebra a word names, and the letters that a bare number after it would take."""
    match = _TOKEN.fullmatch(word)
    if match is None or not (match[1] or before):
        raise _unreadable(word)
    letters, number = match[1] or before, match[2].lstrip("0") or match[2][:1]
    for meant in (own, _SYNONYMS):
        whole = meant.get(f"{letters}{number}", "")
        if whole in _PLACE:
            return whole, letters
        letters = meant.get(letters, letters)
    if f"{letters}{number}" not in _PLACE:
        raise _unreadable(f"{letters}{number}" if match[2] else word)
    return f"{letters}{number}", letters


def _between(upper: str, lower: str, *, slash: bool) -> list[str]:
    """Return the vertebrae below `upper` down to `lower`."""
    first, last = _PLACE[upper], _PLACE[lower]
    if last < first:
        raise ArgumentError(
            f"{upper}-{lower} runs from below upwards. Write it from the head down; the disc below "
            "L5 is L5-S1."
        )
    if slash and last - first > 1:
        raise ArgumentError(
            f"{upper}/{lower}: a slash names the disc between neighbours. Write {upper}-{lower} "
            f"for all vertebrae from one to the other, or {upper}, {lower} for these two."
        )
    return list(VERTEBRAE[first + 1 : last + 1])


def _unreadable(word: str) -> ArgumentError:
    """Say why a word is no level, and what to do; only what looks like a level is repeated."""
    if not word:
        return ArgumentError("A dash or a slash lacks the vertebra on one of its sides.")
    if word.isdecimal():
        return ArgumentError(
            "A number alone is no vertebra: repeat the letter (L4, L5), or join neighbours (L4/5)."
        )
    if _REGION.fullmatch(word):
        return ArgumentError(
            f"{word.lower()!r} names a region, which is not a level: it belongs in the column "
            "`region`."
        )
    if re.fullmatch("[A-Z]{1,2}[0-9]{1,2}", word) or word.startswith("COC"):
        name = "The coccyx" if word.startswith("COC") else word
        return ArgumentError(
            f"{name} is no vertebra of C0-S5. If this registry has a meaning for it, say so: "
            'mapping={"L6": "L5"} for a level, mapping={"D": "T"} for the letters of a region.'
        )
    if re.fullmatch("[CTLS]|TH", word):
        return ArgumentError(f"{word} without a number is no level; a vertebra is like {word[0]}4.")
    return ArgumentError(
        f"A word of {len(word)} characters is no level. Levels look like T12, T12-L1 or L4/5."
    )


def _own_words(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return a user's mapping with its words folded; what it maps to must exist."""
    own = {_folded(word): _folded(meant) for word, meant in mapping.items()}
    for word, meant in own.items():
        is_region = word.isalpha() and meant in ("C", "T", "L", "S")
        if meant not in _PLACE and not is_region:
            raise ArgumentError(
                f"mapping: {word!r} has to stand for a vertebra (C0, C1 ... S5), or, when it is "
                f"letters alone, for C, T, L or S; found {meant!r}."
            )
    return own
