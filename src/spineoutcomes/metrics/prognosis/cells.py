"""The points of the cells of one item: each distinct text is read once, none is guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.prognosis.instability import HALF
from spineoutcomes.metrics.prognosis.key import Floats, Item
from spineoutcomes.vocabulary import parse_levels

LONGEST_WORD = 24
# A registry's word -> a word of the score, or None for "not known".
Words = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The points of an item.

    Attributes
    ----------
    points : array of float
        Missing where the cell is.
    level : array of str or None
        The vertebra that gave the points; None of an item that has nothing to do with levels.
    """

    points: Floats
    level: npt.NDArray[np.object_] | None = None


def read_points(item: Item, cells: pd.Series, *, column: str) -> Reading:
    """Return cells that hold points as they are.

    Raises
    ------
    ArgumentError
        For cells that are not among the points of the item.
    """
    codes, texts = distinct_texts(cells)
    numbers = [_number(text) for text in texts]
    wrong = np.array([number not in item.points for number in numbers] + [False])
    if wrong[codes].any():
        raise ArgumentError(
            f"{int(wrong[codes].sum())} value(s) of {column!r} are no points of {item.name}, which "
            f"are {', '.join(map(str, item.points))}."
        )
    return Reading(np.array([*numbers, math.nan], dtype=float)[codes])


def read_facts(
    item: Item, cells: pd.Series, *, column: str, words: Words, half: str | None
) -> Reading:
    """Return the points of cells that hold the facts of an item.

    Parameters
    ----------
    item : Item
    cells : Series
    column : str
        Where they come from, for messages.
    words : mapping of str to str or None
        What the registry's own words mean.
    half : {"over", "under"} or None
        What a collapse of exactly 50 % counts as.

    Raises
    ------
    ArgumentError
        For words, numbers or levels that the item does not know, and for a collapse of exactly 50 %
        when nothing is said of it.
    """
    codes, texts = distinct_texts(cells)
    own = own_words(item, words)
    meant = [own.get(folded(text), folded(text)) for text in texts]
    points, levels = np.full(len(texts) + 1, math.nan), np.full(len(texts) + 1, None, dtype=object)
    unknown = np.zeros(len(texts) + 1, dtype=bool)
    for place, (text, word) in enumerate(zip(texts, meant, strict=True)):
        word = word and item.also.get(word, word)
        if not text or word is None:
            continue
        if word == HALF and HALF in item.also.values():
            word = _halved(half, int((codes == place).sum()), column)
        if item.levels and word not in item.words:
            word, levels[place] = _worst_level(item, text, words, column)
        points[place] = _points(item, word)
        unknown[place] = math.isnan(points[place])
    if unknown.any():
        _refuse(
            item, column, int(unknown[codes].sum()), [texts[n] for n in np.flatnonzero(unknown)]
        )
    return Reading(points[codes], levels[codes] if item.levels else None)


def own_words(item: Item, words: Words) -> dict[str, str | None]:
    """Return a registry's words, folded, with what they mean.

    Raises
    ------
    ArgumentError
        When one of them means nothing that the item knows.
    """
    own = {folded(word): None if meant is None else folded(meant) for word, meant in words.items()}
    for word, meant in own.items():
        known = meant is None or item.levels or not math.isnan(_points(item, meant))
        if not known and meant not in item.also:
            raise ArgumentError(
                f"words: {word!r} of {item.name} has to mean one of {item.takes} (or None where "
                f"nothing is known), got {meant!r}."
            )
    return own


def folded(text: str) -> str:
    """Return text in lower case, full-width signs made plain, without "%" and double spaces."""
    plain = unicodedata.normalize("NFKC", str(text)).casefold()
    # A dash within words is a space; one before a number is its sign.
    plain = re.sub(r"(?<=\w)[-\u2010-\u2015]+(?=\w)", " ", plain)
    plain = " ".join(re.sub(r"[\s_%]+", " ", plain).split())
    return re.sub(r"([<>])\s+", r"\1", plain)


def distinct_texts(cells: pd.Series) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Return the distinct texts of a column and which of them each row has; -1 where it has none.

    Whole numbers are written without ".0".
    """
    values = pd.Series(cells.array)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if pd.api.types.infer_dtype(values, skipna=True).startswith("mixed"):
        # True equals 1 and would be taken for it.
        values = values.map(str, na_action="ignore")
    codes, found = pd.factorize(values)
    texts = [_text(value) for value in found.tolist()]
    empty = np.array([not text for text in texts] + [True])
    return np.where(empty[codes], -1, codes), texts


def _text(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()  # type: ignore[call-overload]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _points(item: Item, word: str) -> float:
    """Return the points of a word or number; missing for one that the item does not know."""
    if not item.numbers:
        return item.words.get(word, math.nan)
    number = _number(word)
    if number % item.step:
        return math.nan
    fitting = (points for low, high, points in item.numbers if low <= number <= high)
    return next(fitting, math.nan)


def _halved(half: str | None, n: int, column: str) -> str:
    if half is None:
        raise ArgumentError(
            f"{n} value(s) of {column!r} are a collapse of exactly 50 %, which the score does not "
            'define; say collapse_of_50="over" (3 points) or "under" (2 points).'
        )
    return f"{half} 50"


def _worst_level(item: Item, text: str, words: Words, column: str) -> tuple[str, str | None]:
    """Return the part of the spine with the most points among some levels, and its first level."""
    meanings = {
        own: meant for own, meant in words.items() if meant and folded(meant) not in item.words
    }
    try:
        levels = parse_levels(text, mapping=meanings)
    except ArgumentError as error:
        raise ArgumentError(
            f"{column!r} holds what is no level: {error} Here it is said as "
            f'words={{"{item.name}": {{"L6": "L5"}}}}.'
        ) from error
    if not levels:
        return "", None
    worst = max(levels, key=lambda level: item.words[item.levels[level]])
    return item.levels[worst], worst


def _refuse(item: Item, column: str, n: int, texts: list[str]) -> None:
    raise ArgumentError(
        f"{n} value(s) of {column!r} are not what {item.name} takes: {named_texts(texts)}. "
        f"It takes {item.takes}. Correct them, or say what they mean: "
        f'words={{"{item.name}": {{"<yours>": "<one of these>"}}}}.'
    )


def named_texts(texts: list[str]) -> str:
    """Return words in quotes, the first eight of many, for a message."""
    named = sorted({_named(text) for text in texts})
    return ", ".join(named[:8]) + (f" and {len(named) - 8} more" if len(named) > 8 else "")


def _named(text: str) -> str:
    """Return a word in quotes; numbers and long texts, which may be a patient's, by their kind."""
    if not any(sign.isalpha() for sign in text):
        return "a number or sign"
    return repr(text) if len(text) <= LONGEST_WORD else f"a text of {len(text)} characters"
