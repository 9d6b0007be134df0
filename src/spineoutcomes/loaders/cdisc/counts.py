"""How a time-to-event dataset counts its time: AVAL against the dates, row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.loaders.cells import Mask

Floats = npt.NDArray[np.float64]

# Days that a unit may stand for. Nothing is computed with them: dates give the days, and these only
# tell whether AVAL says the same.
UNITS: dict[str, tuple[float, ...]] = {
    "day": (1.0,),
    "week": (7.0,),
    "month": (365.25 / 12, 30.44, 30.4, 30.0, 365 / 12),
    "year": (365.25, 365.0),
}
UNIT_WORD = re.compile(r"\b(day|week|month|year)s?\b", re.IGNORECASE)
UNIT_OF_PARAM = re.compile(
    r"\((?:in )?(day|week|month|year)s?\)|\bin (day|week|month|year)s\b", re.I
)
DUST = 1e-9  # a quotient of whole numbers may differ from the one stored by its last binary digits


@dataclass(frozen=True, slots=True)
class Count:
    """A way to count: days of the unit, and whether the first day counts as one."""

    unit: str
    days: float
    first_day: int

    def says(self, value: Floats, span: Floats, decimals: int) -> Mask:
        """Return the rows whose AVAL is this count of their span, as far as it is written."""
        # A whole unit other than the day is rounded as the column is: half of its last digit.
        loose = DUST if self.unit == "day" else 0.5 * 10.0**-decimals + DUST
        return np.asarray(np.abs(value - (span + self.first_day) / self.days) <= loose)

    @property
    def words(self) -> str:
        """How it counts, in words."""
        counted = "days + 1 (the first day is day 1)" if self.first_day else "days"
        if self.unit == "day":
            return counted
        return f"{self.unit}s: {counted}, over {self.days:.10g}"


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """The count that AVAL keeps, None when there is none to tell, and the rows that break it."""

    count: Count | None
    wrong: Mask


def counting(value: Floats, span: Floats, unit: str | None, written: Sequence[str]) -> Counting:
    """Return how AVAL counts the span of days between the dates.

    Parameters
    ----------
    value : array
        AVAL, NaN where missing.
    span : array
        ADT - STARTDT in days, NaN where either is missing.
    unit : str, optional
        The unit that the dataset names, or the plan; None takes days.
    written : sequence of str
        The cells of AVAL, for their decimals.

    Returns
    -------
    Counting
        The count that fits most rows, and the rows that it does not fit. Where none fits, or as
        many rows fit one count of days as the other, all rows with dates are wrong.
    """
    both = ~np.isnan(value) & ~np.isnan(span)
    if not both.any():
        return Counting(None, np.zeros(len(value), dtype=bool))
    decimals = max((len(cell.partition(".")[2]) for cell in written), default=0)
    name = unit or "day"
    counts = [Count(name, days, first) for days in UNITS[name] for first in (1, 0)]
    fits = [count.says(value, span, decimals) & both for count in counts]
    n_fitting = [int(fit.sum()) for fit in fits]
    best = int(np.argmax(n_fitting))
    # A day is counted from 0 or from 1, and no row fits both: half of each is no count at all.
    tied = name == "day" and n_fitting[0] == n_fitting[1]
    if n_fitting[best] == 0 or tied:
        return Counting(None, both)
    return Counting(counts[best], both & ~fits[best])


def unit_named(rows: pd.DataFrame) -> str | None:
    """Return the unit that AVALU or, without it, PARAM names; None where neither does."""
    for column, pattern in (("AVALU", UNIT_WORD), ("PARAM", UNIT_OF_PARAM)):
        texts = set(rows[column]) if column in rows else set()
        found = [match for text in texts if (match := pattern.search(text))]
        units = {next(part for part in match.groups() if part).lower() for match in found}
        if len(units) == 1:
            return units.pop()
    return None
