"""What a column looks like: its name in words, and what kind of cells it has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.suggest.heads import unit_of, words_of

# Two digits behind the comma at most: three may be thousands.
COMMA_NUMBER = re.compile(r"[+-]?\d+(?:,\d{1,2})?")
Floats = npt.NDArray[np.float64]
DATE_FORMATS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"),
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A column with its name and its cells.

    Attributes
    ----------
    head : str
        Its name as the file writes it.
    words : tuple of str
        The words of the name.
    unit : str or None
        The unit that stands in the name.
    cells : array of object
        All its cells, stripped.
    found : tuple of str
        Its distinct cells that are not empty.
    decimal : str
        The decimal mark of the file.
    """

    head: str
    words: tuple[str, ...]
    unit: str | None
    cells: npt.NDArray[np.object_]
    found: tuple[str, ...]
    decimal: str = "."

    @property
    def is_filled(self) -> bool:
        """Whether no cell is empty."""
        return not bool((self.cells == "").any())

    @property
    def numbers(self) -> Floats:
        """The distinct cells as numbers, NaN where they are none."""
        texts = [text.replace(",", ".") if self.decimal == "," else text for text in self.found]
        numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce")
        return np.asarray(numbers, dtype=float)

    @property
    def n_texts(self) -> int:
        """How many distinct cells are no numbers."""
        return int(np.isnan(self.numbers).sum())

    def within(self, low: float, high: float) -> bool:
        """Whether every filled cell is a number in a range, and there is one."""
        numbers = self.numbers
        return len(numbers) > 0 and bool(((numbers >= low) & (numbers <= high)).all())


def seen_columns(file: SourceFile) -> list[Seen]:
    """Return the columns of a file."""
    columns = [_seen(file, str(head)) for head in file.rows.columns]
    comma = any(_has_commas(column) for column in columns)
    return [replace(column, decimal=",") for column in columns] if comma else columns


def _has_commas(column: Seen) -> bool:
    """Whether all cells are numbers, and some have a comma for the point."""
    numbers = all(COMMA_NUMBER.fullmatch(text) for text in column.found)
    return numbers and any("," in text for text in column.found)


def _seen(file: SourceFile, head: str) -> Seen:
    place, found = pd.factorize(file.rows[head].to_numpy(dtype=object))
    stripped = np.array([*(str(text).strip() for text in found), ""], dtype=object)
    distinct = tuple(dict.fromkeys(text for text in stripped.tolist() if text))
    return Seen(head, words_of(head), unit_of(head), stripped[place], distinct)


def is_called(seen: Seen, names: Collection[str]) -> bool:
    """Whether a column has just one of the names."""
    return " ".join(seen.words) in names


def is_about(seen: Seen, names: Iterable[str]) -> bool:
    """Whether one of the names stands in that of a column, whole words alone."""
    return any(in_words(name, seen.words) for name in names)


def in_words(name: str, words: tuple[str, ...]) -> bool:
    """Whether a name stands in words: Latin words as they are, other scripts anywhere."""
    if not name.isascii():
        return any(name in word for word in words)
    return f" {name} " in f" {' '.join(words)} "


def are_unique(columns: list[Seen]) -> bool:
    """Whether no two rows have the same cells in all of the columns."""
    return not pd.DataFrame({n: c.cells for n, c in enumerate(columns)}).duplicated().any()


def counts_rows(seen: Seen) -> bool:
    """Whether a column counts the rows from 0 or 1."""
    numbers = [str(n) for n in range(len(seen.cells) + 1)]
    return seen.cells.tolist() in (numbers[1:], numbers[:-1])


def is_form_state(seen: Seen) -> bool:
    """Whether a column is the state of a REDCap form: incomplete, unverified, complete."""
    return seen.head.endswith("_complete") and set(seen.found) <= {"0", "1", "2"}


def date_formats(seen: Seen) -> list[str]:
    """Return the formats in which every filled cell is a date."""
    return [f for f in DATE_FORMATS if seen.found and all(_fits(t, f) for t in seen.found)]


def holds_dates(seen: Seen) -> bool:
    """Whether any cell is a date in any format; eight digits alone may be a number."""
    return any(_fits(t, f) for t in seen.found for f in DATE_FORMATS if not t.isdigit())


def _fits(text: str, date_format: str) -> bool:
    try:
        return 1900 <= datetime.strptime(text, date_format).year <= 2100
    except ValueError:
        return False
