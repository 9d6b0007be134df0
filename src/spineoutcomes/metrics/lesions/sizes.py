"""The size of a lesion: as recorded, or from the diameters of one scan, and never one for another.

A row of measure "diameter" holds the longest diameter as its value; the two perpendicular to it may
stand beside it in the columns `second_diameter` and `third_diameter`, in the same unit.
"""

from __future__ import annotations

import unicodedata
from math import pi
from typing import Final, Literal, get_args

import pandas as pd

from spineoutcomes.errors import ArgumentError

Volume = Literal["volume", "ellipsoid", "abc_over_2"]
Area = Literal["area", "product"]
Length = Literal["diameter"]
VOLUMES, AREAS, LENGTHS = get_args(Volume), get_args(Area), get_args(Length)

SECOND, THIRD = "second_diameter", "third_diameter"
# The other diameters that a size is made of, and the factor of their product with the longest one.
FROM_DIAMETERS: Final = {
    "ellipsoid": ((SECOND, THIRD), pi / 6),
    "abc_over_2": ((SECOND, THIRD), 0.5),
    "product": ((SECOND,), 1.0),
}
# What is recorded as such first, then what is made of diameters.
SIZES: Final = ("volume", "area", "diameter", *FROM_DIAMETERS)
CM3_PER_UNIT: Final = {"cm3": 1.0, "mm3": 0.001}
MM_PER_UNIT: Final = {"mm": 1.0, "cm": 10.0}
SPELLINGS: Final = dict.fromkeys(("cm3", "ml", "cc", "ccm"), "cm3")


def sized_rows(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the measurements of one size, each with its `value` and `unit`.

    Parameters
    ----------
    rows : DataFrame
        Rows of the lesions table.
    measure : str
        One of `SIZES`, or a percentage as it was recorded.

    Raises
    ------
    ArgumentError
        When diameters are lacking, are no lengths, or have no unit.
    """
    recorded = "diameter" if measure in FROM_DIAMETERS else measure
    found = rows[(rows["measure"] == recorded) & rows["value"].notna()]
    found = found.assign(unit=spelled(found["unit"]))
    if measure not in FROM_DIAMETERS or not len(found):
        return found
    others, factor = FROM_DIAMETERS[measure]
    in_cm = found["unit"].map(MM_PER_UNIT).astype(float) / MM_PER_UNIT["cm"]
    if in_cm.isna().any():
        raise ArgumentError(
            f"A size from diameters needs their unit, mm or cm; {int(in_cm.isna().sum())} of "
            f"{len(found)} diameter(s) have another or none."
        )
    value = factor * found["value"] * in_cm
    for name in others:
        value = value * _lengths(found, name, measure) * in_cm
    unit = "cm3" if measure in VOLUMES else "cm2"
    return found.assign(value=value, unit=unit)[value.notna()]


def spelled(units: pd.Series) -> pd.Series:
    """Return units in one spelling: cm3 for mL, cc and cm^3; mm2 for mm^2."""
    distinct = {str(unit): _spelled(str(unit)) for unit in units.dropna().unique()}
    return units.astype(object).map(distinct)


def in_cm3(frame: pd.DataFrame) -> pd.DataFrame:
    """Return volumes with `value` in cm3 where the unit is known; others as they are."""
    factor = frame["unit"].map(CM3_PER_UNIT).astype(float)
    return frame.assign(
        value=frame["value"].where(factor.isna(), frame["value"] * factor),
        unit=frame["unit"].where(factor.isna(), "cm3"),
    )


def _spelled(unit: str) -> str:
    plain = unicodedata.normalize("NFKC", unit).casefold().replace("^", "").replace(" ", "")
    return SPELLINGS.get(plain, plain)


def _lengths(found: pd.DataFrame, column: str, measure: str) -> pd.Series:
    if column not in found:
        raise ArgumentError(
            f"{measure} is made of the diameters of one scan: rows of measure diameter hold the "
            f"longest as their value, and need the column {column!r} beside it, in the same unit."
        )
    lengths = pd.to_numeric(found[column].astype(object), errors="coerce").astype(float)
    wrong = found[column].notna() & ~(lengths >= 0)
    if wrong.any():
        raise ArgumentError(f"{int(wrong.sum())} value(s) of lesions.{column} are no lengths.")
    return lengths
