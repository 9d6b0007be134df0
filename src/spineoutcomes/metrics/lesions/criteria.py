"""Criteria of response: which size each one is for, and what it calls response and progression.

RECIST 1.1: Eisenhauer EA et al. Eur J Cancer 2009;45:228-247 (doi:10.1016/j.ejca.2008.10.026), and
table 3 of PMC2755245, which has that of the WHO beside it. RANO: table 1 of PMC6303427. Some pages
paraphrase the progression of RECIST 1.1 as 20 % or 5 mm: it is 20 % and 5 mm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.sizes import AREAS, LENGTHS, VOLUMES

# What comes out as 30 % on paper may be 29.999999999999996 in the machine.
EDGE: Final = 1e-9
NAMES = ("PD", "SD", "MR", "PR", "CR")


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a change of size is called.

    Attributes
    ----------
    name : str
    measures : tuple of str
        The sizes its percentages are for; the first is meant unless another is asked.
    response : float
        Decrease from the baseline that is a partial response, in percent.
    progression : float
        Increase over the smallest size so far that is progression, in percent.
    minor : float, optional
        Decrease from the baseline that is a minor response, in percent.
    at_least_mm : float, optional
        What the increase must be besides.
    by_lesion : bool
        Whether one lesion's increase is enough, or the sum of all must increase.
    most_lesions : int, optional
        How many target lesions there may be.
    """

    name: str
    measures: tuple[str, ...]
    response: float
    progression: float
    minor: float | None = None
    at_least_mm: float | None = None
    by_lesion: bool = False
    most_lesions: int | None = None

    @property
    def categories(self) -> list[str]:
        """The categories it has, from the worst to the best."""
        return [name for name in NAMES if name != "MR" or self.minor is not None]

    def has_grown(self, size: pd.Series, smallest: pd.Series) -> pd.Series:
        """Return which sizes are progression over the smallest one before them."""
        factor = 1.0 + self.progression / 100.0
        grown = (size > smallest) & (size >= factor * smallest * (1.0 - EDGE))
        if self.at_least_mm is not None:
            grown &= size - smallest >= self.at_least_mm - EDGE
        return grown

    def has_shrunk(self, size: pd.Series, baseline: pd.Series, percent: float) -> pd.Series:
        """Return which sizes are so many percent or more below the baseline."""
        return size <= (1.0 - percent / 100.0) * baseline + EDGE * baseline

    def named(self, size: pd.Series, baseline: pd.Series, worse: pd.Series) -> pd.Series:
        """Return the category of each size as an ordered Categorical; missing where it is unknown.

        Parameters
        ----------
        size, baseline : Series
        worse : Series of bool
            Which scans show progression.
        """
        name = pd.Series("SD", index=size.index, dtype=object)
        if self.minor is not None:
            name[self.has_shrunk(size, baseline, self.minor)] = "MR"
        name[self.has_shrunk(size, baseline, self.response)] = "PR"
        name[size == 0] = "CR"
        name[size.isna()] = None
        name[worse] = "PD"
        codes = name.map({word: code for code, word in enumerate(self.categories)}).fillna(-1)
        kind = pd.CategoricalDtype(self.categories, ordered=True)
        return pd.Series(
            pd.Categorical.from_codes(codes.astype(int).tolist(), dtype=kind), index=size.index
        )


CRITERIA: Final = {
    "recist_1.1": Criterion("recist_1.1", LENGTHS, 30, 20, at_least_mm=5, most_lesions=5),
    "who": Criterion("who", AREAS, 50, 25, by_lesion=True),
    "rano": Criterion("rano", AREAS, 50, 25, minor=25),
    # Its percentages are the caller's.
    "volumetric": Criterion("volumetric", VOLUMES, np.nan, np.nan),
}


def criterion_of(name: str, thresholds: Mapping[str, float] | None) -> Criterion:
    """Return a criterion with its percentages.

    Raises
    ------
    ArgumentError
        For an unknown criterion, and for percentages that are lacking, superfluous or impossible.
    """
    if name not in CRITERIA:
        raise ArgumentError(f"criterion must be one of {', '.join(CRITERIA)}, got {name!r}.")
    criterion = CRITERIA[name]
    if not np.isnan(criterion.response):
        if thresholds is not None:
            raise ArgumentError(
                f"{name} has thresholds of its own ({criterion.response:g} and "
                f"{criterion.progression:g} %); leave thresholds out."
            )
        return criterion
    given = dict(thresholds or {})
    if set(given) != {"response", "progression"}:
        raise ArgumentError(
            "Volumes have no thresholds that all agree on: say "
            'thresholds={"response": 65, "progression": 73} (percent, what RECIST would be for '
            "spheres; 40 for progression corresponds to an area), got "
            f"{sorted(given) or None}."
        )
    response, progression = float(given["response"]), float(given["progression"])
    if not 0 < response < 100 or not 0 < progression < np.inf:
        raise ArgumentError(
            "thresholds are percentages: response between 0 and 100, progression above 0; got "
            f"{response:g} and {progression:g}."
        )
    return replace(criterion, response=response, progression=progression)


def measure_of(criterion: Criterion, measure: str | None, recorded: pd.Series) -> str:
    """Return the size that is assessed.

    Parameters
    ----------
    criterion : Criterion
    measure : str, optional
    recorded : Series
        The measures of the rows there are.

    Raises
    ------
    ArgumentError
        When the measure is not one the criterion is for, or sizes were recorded, but not this one.
    """
    if measure is not None and measure not in criterion.measures:
        raise ArgumentError(
            f"{criterion.name} is for {' or '.join(criterion.measures)}, not for {measure}: its "
            "percentages mean something else there. Choose the criterion by the measure."
        )
    chosen = criterion.measures[0] if measure is None else measure
    needed = "diameter" if chosen in ("ellipsoid", "abc_over_2", "product") else chosen
    sizes = sorted({str(name) for name in recorded.dropna()} & {"volume", "area", "diameter"})
    if sizes and needed not in sizes:
        raise ArgumentError(
            f"{criterion.name} by {chosen} needs lesions measured by {needed}; they are measured "
            f"by {', '.join(sizes)}. Choose the criterion, or measure, by what was measured."
        )
    return chosen
