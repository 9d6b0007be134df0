"""Numbers in another unit: the conversions that are exact, and no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spineoutcomes.loaders.cells import Cells

# Unit in which a registry holds a number -> units it may come in -> factor. A month has no number
# of days, and a year has none either, so those take `multiply` and a choice.
FACTORS: dict[str, dict[str, float]] = {
    "min": {"min": 1, "h": 60, "s": 1 / 60},
    "ml": {"ml": 1, "cc": 1, "dl": 100, "l": 1000},
    "mm": {"mm": 1, "cm": 10, "m": 1000, "in": 25.4},
    "cm": {"cm": 1, "mm": 0.1, "m": 100, "in": 2.54},
    "kg": {"kg": 1, "g": 0.001, "lb": 0.45359237},
    "day": {"day": 1, "week": 7, "h": 1 / 24},
    "year": {"year": 1, "month": 1 / 12},
}
SAME_UNIT = {"days": "day", "years": "year"}


def units_of(name: str) -> dict[str, float]:
    """Return the units a column of a table may come in: its name ends with the one it holds."""
    last = name.rpartition("_")[2]
    return FACTORS.get(SAME_UNIT.get(last, last), {})


def unit_factor(name: str, unit: str | None) -> float | None:
    """Return what a number in a unit is multiplied with; None where no unit is declared."""
    return None if unit is None else units_of(name)[unit]


def scaled(cells: Cells, *, unit: float | None, multiply: float | None) -> Cells:
    """Return numbers in the unit of the registry, or multiplied with a factor as it is given."""
    if unit is None and multiply is None:
        return cells
    values = np.asarray(cells.values, dtype=float)
    # Ten decimals leave out the dust of binary fractions; a factor may ask for any number of them.
    moved = values * multiply if unit is None else np.round(values * unit, 10)
    return replace(cells, values=moved)
