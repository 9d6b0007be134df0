"""Columns of text, each of their different texts looked at once."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]
BETWEEN = "\0"
_SHAPE = {ord(digit): "0" for digit in string.digits}
_SHAPE |= {ord(letter): "a" for letter in string.ascii_letters}


def is_text(values: pd.Series) -> bool:
    """Tell whether a column holds text rather than numbers, dates or flags."""
    return (
        isinstance(values.dtype, pd.CategoricalDtype)
        or pd.api.types.is_object_dtype(values)
        or pd.api.types.is_string_dtype(values)
    )


def coded(values: pd.Series) -> tuple[Codes, list[str]]:
    """Return the code of each value, -1 where missing, and the texts the codes stand for."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy().astype(np.intp)
        return codes, [str(name) for name in values.cat.categories]
    codes, names = pd.factorize(values)
    return codes, [str(name) for name in names]


def texts_that(values: pd.Series, test: Callable[[str], bool]) -> Mask:
    """Tell which values pass a test of their text; a missing one does not."""
    codes, texts = coded(values)
    passed: Mask = np.array([test(text) for text in texts] + [False], dtype=bool)
    return passed[codes]


def filled_texts(values: pd.Series) -> tuple[list[str], Codes]:
    """Return the texts of a column, and the number of the text of each cell, -1 where it has none.

    Full-width digits and letters are plain ones here. A category has each text once. A column of
    objects, such as ids, has one a cell: finding out which are the same takes longer than looking
    at them all.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        number, texts = coded(values)
    else:
        known = values.notna().to_numpy()
        number = np.where(known, np.cumsum(known) - 1, -1)
        texts = [str(cell) for cell in values.to_numpy(dtype=object)[known]]
    return [t if t.isascii() else unicodedata.normalize("NFKC", t) for t in texts], number


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """Texts, and the few shapes they have: every digit is 0 in a shape, every Latin letter a.

    A shape tells at once that millions of ids hold no date and no telephone number; only texts of a
    shape that may are looked at one by one.

    Attributes
    ----------
    texts : sequence of str
    shape : array of int
        The number of the shape of each text.
    shapes : sequence of str
    """

    texts: Sequence[str]
    shape: Codes
    shapes: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Shaped:
        """Return texts with their shapes."""
        shapes = BETWEEN.join(texts).translate(_SHAPE).split(BETWEEN) if len(texts) else []
        if len(shapes) != len(texts):  # a text holds what stands between them
            shapes = [text.translate(_SHAPE) for text in texts]
        codes, names = pd.factorize(np.array(shapes, dtype=object))
        return cls(texts, codes, list(names))

    def which(self, test: Callable[[str], bool]) -> Mask:
        """Tell which texts have a shape that passes a test."""
        passed: Mask = np.array([test(shape) for shape in self.shapes], dtype=bool)
        return passed[self.shape] if len(self.texts) else np.zeros(0, dtype=bool)

    def holding(self, pattern: re.Pattern[str], shape: re.Pattern[str]) -> Mask:
        """Tell which texts hold a pattern; `shape` is what the shape of such a text must hold."""
        hit = self.which(lambda text: shape.search(text) is not None)
        for place in np.flatnonzero(hit).tolist():
            hit[place] = pattern.search(self.texts[place]) is not None
        return hit
