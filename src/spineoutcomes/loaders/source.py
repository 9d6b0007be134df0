"""One table of a file as it was read, whatever the format: what every reader ends in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.findings import NOTHING

Reasons = Mapping[str, npt.NDArray[np.object_]]


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """A table as read: text in, text out, nothing typed and nothing missing by its name.

    Attributes
    ----------
    name : str
        File name, without its folder.
    sha256 : str
        Hash of its bytes.
    rows : DataFrame
        Its cells as text, "" where empty; the index is the position of the row, from 0. A number
        that the format stores as one is written so that it reads back to the last digit, a whole
        one without ".0"; a date as YYYY-MM-DD.
    reasons : mapping of str to array
        For columns in which the format itself says why a cell is missing (user-missing values,
        missing-data codes): the reason in a word of `scores.missing_reason` where it does, None
        elsewhere. Such a cell is "" in `rows`.
    labels : mapping of str to mapping
        For columns with codes: what each code stands for, where the format says so.
    titles : mapping of str to str
        What a column is called in words, where the format says so.
    identifiers : tuple of str
        Columns that the file itself marks as identifying a person.
    found : DataFrame
        Findings the reader made, with rows counted from 1 below the header.
    """

    name: str
    sha256: str
    rows: pd.DataFrame
    reasons: Reasons = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    found: pd.DataFrame = field(default_factory=NOTHING.copy)
