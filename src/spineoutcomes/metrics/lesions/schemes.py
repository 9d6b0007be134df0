"""Schemes that name the extent of a resection: none is a standard for tumours of the spine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError

GENERIC, PERCENT, VOLUME, MARGIN = "eor_generic", "percent", "rano_resect_style", "oncologic_margin"
SCHEMES: Final = (GENERIC, PERCENT, VOLUME, MARGIN)
# What comes out as 95 % on paper may be 94.99999999999999 in the machine.
EDGE: Final = 1e-9
NONE, COMPLETE = "none", "complete"
# Lowest percent removed of each class; above 0 a resection is partial at least.
GENERIC_LIMITS: Final = {"partial": 0.0, "subtotal": 80.0, "near-total": 95.0, COMPLETE: 100.0}
GENERIC_METHOD: Final = (
    "complete 100 %, near-total 95 to <100 %, subtotal 80 to <95 %, partial >0 to <80 %, none 0 %: "
    "limits in the style of glioma series, not verified against a primary paper; there is no "
    "standard for tumours of the spine."
)
VOLUME_METHOD: Final = (
    "in the style of RANO resect, whose own classes are for glioblastoma (limits by the analyst)."
)
MARGINS: Final = ("debulking", "intralesional", "marginal", "wide")
MARGIN_WORDS: Final = {
    **{word: word for word in MARGINS},
    **{f"en bloc{between} {word}": word for word in MARGINS[2:] for between in ("", ",")},
    "separation": "debulking",
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme with its limits.

    Attributes
    ----------
    name : str
    limits : mapping of str to float
        By class, ascending: the lowest percent removed, or the largest residual in cm3; empty when
        none were given.
    """

    name: str
    limits: Mapping[str, float]

    def method(self, measure: str) -> str:
        """Return what the classes mean, fit for a footnote."""
        if self.name == GENERIC:
            return f"Percent removed by {measure}: {GENERIC_METHOD}"
        if self.name == PERCENT:
            classes = ", ".join(f"{name} from {low:g} %" for name, low in self.limits.items())
            return f"Percent removed by {measure}: {classes} (limits by the analyst)."
        classes = ", ".join(f"{name} up to {most:g}" for name, most in self.limits.items())
        return f"Residual by {measure} in cm3: complete 0, {classes or 'the rest'}; {VOLUME_METHOD}"

    def classes(self, removed: pd.Series, residual_cm3: pd.Series) -> pd.Series:
        """Return the class of each resection, as an ordered Categorical from the least.

        Raises
        ------
        ArgumentError
            When a residual volume has no class.
        """
        if self.name == VOLUME:
            return self._by_volume(residual_cm3)
        names = [NONE, *self.limits] if self.name == GENERIC else list(self.limits)
        lows = np.array(list(self.limits.values()))
        # More left than there was is nothing removed.
        percent = removed.clip(lower=0.0).to_numpy(dtype=float)
        codes = np.searchsorted(lows - EDGE, percent, side="right") - 1
        if self.name == GENERIC:
            codes = np.where(percent > EDGE, codes + 1, 0)
        return _ordered(np.where(np.isnan(percent), -1, codes), names, removed.index)

    def _by_volume(self, residual: pd.Series) -> pd.Series:
        names = [COMPLETE, *self.limits]
        highs = np.array([0.0, *self.limits.values()])
        left = residual.to_numpy(dtype=float)
        codes = np.searchsorted(highs * (1.0 + EDGE), left, side="left")
        beyond = int(((codes == len(highs)) & ~np.isnan(left)).sum())
        if beyond:
            raise ArgumentError(
                f"{beyond} residual volume(s) have no class in {VOLUME}; say the largest residual "
                'of each class in cm3, the last one without end: limits={"near-total": 1, '
                '"subtotal": 5, "partial": float("inf")}. None are shipped: those of RANO resect '
                "are for glioblastoma."
            )
        worst_first = np.where(np.isnan(left), -1, len(names) - 1 - codes)
        return _ordered(worst_first, names[::-1], residual.index)


def scheme_of(name: str, limits: Mapping[str, float] | None) -> Scheme:
    """Return a scheme with its limits, ascending.

    Raises
    ------
    ArgumentError
        For an unknown scheme, and for limits that are lacking, superfluous or no classes.
    """
    if name not in SCHEMES:
        raise ArgumentError(
            f"scheme must be one of {', '.join(SCHEMES)}, got {name!r}. No scheme is the standard "
            "for tumours of the spine, so there is no default."
        )
    if name in (GENERIC, MARGIN):
        if limits is not None:
            raise ArgumentError(f"{name} has classes of its own; leave limits out.")
        return Scheme(name, GENERIC_LIMITS if name == GENERIC else {})
    given = {str(label): float(limit) for label, limit in (limits or {}).items()}
    ascending = dict(sorted(given.items(), key=lambda pair: pair[1]))
    values = list(ascending.values())
    distinct = len(set(values)) == len(values) and not any(np.isnan(values))
    if name == PERCENT and not (distinct and values and values[0] == 0 and values[-1] <= 100):
        raise ArgumentError(
            "percent needs the lowest percent removed of each class, the first of them 0: "
            'limits={"partial": 0, "subtotal": 50, "near-total": 90, "complete": 100}; got '
            f"{given or None}."
        )
    if name == VOLUME and not (distinct and all(value > 0 for value in values)):
        raise ArgumentError(
            f"{VOLUME} needs the largest residual of each class in cm3, above 0 (0 is complete), "
            f"each once; got {given}."
        )
    if name == VOLUME and COMPLETE in given:
        raise ArgumentError(f"{VOLUME} calls a residual of 0 complete; name no class so.")
    return Scheme(name, ascending)


def _ordered(codes: np.ndarray, names: list[str], index: pd.Index) -> pd.Series:
    kind = pd.CategoricalDtype(names, ordered=True)
    return pd.Series(pd.Categorical.from_codes(codes.tolist(), dtype=kind), index=index)
