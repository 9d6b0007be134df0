"""What counts as one neurological grade: a grade without plus or minus, or a band of a score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.grades import ranks
from spineoutcomes.vocabulary.model import Instrument

# Bands by their lowest score, worst first (Tetreault et al. 2017); 18 is a normal score.
BANDS = {"mjoa": {"severe": 0, "moderate": 12, "mild": 15, "normal": 18}}


def grade_places(code: str, instrument: Instrument) -> dict[str, float]:
    """Return the place of each grade or band of an instrument, counted from the worst.

    Raises
    ------
    ArgumentError
        For grades with plus and minus, and for a score whose bands are not declared.
    """
    if code in BANDS:
        return {band: float(place) for place, band in enumerate(BANDS[code])}
    if not instrument.is_graded:
        raise ArgumentError(
            f"{code} has numbers and no declared bands (declared for: {', '.join(BANDS)}); use "
            "change_from_baseline."
        )
    places = ranks(instrument)
    if any(grade.endswith(("+", "-")) for grade in places):
        raise ArgumentError(
            f"{code} has grades with plus and minus, so what a step is must be said; use "
            "grade_change with its rule."
        )
    return places


def as_grades(answers: pd.Series, code: str, places: dict[str, float]) -> pd.Series:
    """Return answers as an ordered Categorical, worst first; numbers by the band they lie in."""
    kind = pd.CategoricalDtype(list(places), ordered=True)
    if code not in BANDS:
        return answers.astype(object).astype(kind)
    numbers = answers.to_numpy(dtype=float)
    band = np.searchsorted(list(BANDS[code].values()), numbers, side="right") - 1
    # An unknown number sorts behind the highest band, and belongs to none.
    band[np.isnan(numbers)] = -1
    return pd.Series(pd.Categorical.from_codes(band.tolist(), dtype=kind), index=answers.index)
