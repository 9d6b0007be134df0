"""The places of ordered grades, counted from the worst, and steps between them."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.vocabulary.model import Instrument


def ranks(instrument: Instrument) -> dict[str, float]:
    """Return the place of each grade, counted from the worst."""
    grades = instrument.grades or ()
    worst_first = grades if instrument.higher_is == "better" else grades[::-1]
    return {grade: float(place) for place, grade in enumerate(worst_first)}


def whole_grades(instrument: Instrument) -> dict[str, float]:
    """Return the place of each grade without its plus or minus, counted from the worst."""
    places = ranks(instrument)
    whole = list(dict.fromkeys(grade.rstrip("+-") for grade in places))
    return {grade: float(whole.index(grade.rstrip("+-"))) for grade in places}


def placed(grades: pd.Series, places: dict[str, float]) -> pd.Series:
    """Return the place of each grade, missing where there is none."""
    return grades.astype(object).map(places).astype(float)


def steps(baseline: pd.Series, grade: pd.Series, places: dict[str, float]) -> pd.Series:
    """Return how many places a grade rose; positive is better."""
    return placed(grade, places) - placed(baseline, places)


def direction(change: pd.Series, words: tuple[str, ...], *, ordered: bool = False) -> pd.Series:
    """Return steps in words: improved, stable or worse.

    Parameters
    ----------
    change : Series of float
    words : tuple of str
        The three words, in the order the categories shall have.
    ordered : bool
        Whether the categories have an order.
    """
    said = pd.Series(None, index=change.index, dtype=object)
    said[change > 0], said[change == 0], said[change < 0] = "improved", "stable", "worse"
    values = pd.Categorical(said.to_numpy(), categories=list(words), ordered=ordered)
    return pd.Series(values, index=change.index)


def as_flag(condition: pd.Series, known: pd.Series) -> pd.Series:
    """Return a condition as 1 or 0, missing where nothing is known."""
    return condition.astype(float).where(known.notna())
