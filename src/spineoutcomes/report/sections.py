"""What a report is made of, before it is written: sections of words, tables and figures."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from spineoutcomes.errors import SpineOutcomesWarning
from spineoutcomes.results import Curves, Effects, Result, Summary
from spineoutcomes.tables import Table

T = TypeVar("T")
R = TypeVar("R", bound=Effects | Curves | Summary)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as SVG text, with the words that stand for it when it is not seen."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a report.

    Attributes
    ----------
    title : str
        Its heading.
    paragraphs : tuple of str
        Plain words.
    tables : tuple of Table
        Tables, in order.
    pictures : tuple of Picture
        Figures, in order.
    results : tuple of (str, result)
        The numbers behind tables and pictures, by name; they go into `results.csv`.
    notes : tuple of str
        Warnings a reader must see.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    results: tuple[tuple[str, Result], ...] = ()
    notes: tuple[str, ...] = ()


def noting(compute: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """Return what `compute` returns, and the words of our own warnings that it gave.

    In a report these words stand beside the numbers; a warning of another library goes on its way.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = compute()
    ours = []
    for warning in caught:
        if issubclass(warning.category, SpineOutcomesWarning):
            ours.append(str(warning.message))
        else:
            warnings.warn(warning.message, warning.category, stacklevel=2)
    return value, tuple(dict.fromkeys(ours))


def with_warnings(result: R, notes: tuple[str, ...]) -> R:
    """Return the result with warnings added, so that they stand beside its numbers everywhere."""
    if not notes:
        return result
    return replace(result, frame=result.tidy(), warnings=(*result.warnings, *notes))
