"""Whether a score meets a cut-off, and whether it could; rounding does not decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from spineoutcomes.vocabulary.model import Instrument, Threshold

Basis = Literal["points", "percent", "absolute"]
Comparison = Literal[">=", "<=", "<", ">", "=="]

# Scores are recorded to a few decimals and their arithmetic errs by about 1e-14 of their size, so
# that 7.3 - 4.3 misses 3.0. Nothing a registry records differs by less than this.
TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut-off, without the study it comes from.

    Attributes
    ----------
    value : float
    basis : {"points", "percent", "absolute"}
    comparison : {">=", "<=", "<", ">", "=="}
    is_harm : bool
        Whether a change counts as positive when the patient got worse.
    """

    value: float
    basis: Basis
    comparison: Comparison = ">="
    is_harm: bool = False

    @classmethod
    def of(cls, record: Threshold) -> Cut:
        """Return the cut-off of a threshold."""
        harm = record.kind == "WORSENING"
        return cls(record.value, record.basis, record.comparison, is_harm=harm)


def meets(score: pd.Series, comparison: Comparison, cutoff: float) -> pd.Series:
    """Return 1.0 where a score stands to the cut-off as asked, 0.0 where not, else missing."""
    gap = score.astype(float) - cutoff
    equal = gap.abs() <= TOLERANCE
    above, below = (gap > 0) & ~equal, (gap < 0) & ~equal
    answers = {">=": ~below, ">": above, "<=": ~above, "<": below, "==": equal}
    return answers[comparison].astype(float).where(score.notna())


def percent_of(amount: pd.Series, baseline: pd.Series) -> pd.Series:
    """Return an amount in percent of baseline; missing where the baseline is not above zero."""
    # Adding 0 turns the -0.0 of an unchanged score into 0.0.
    return 100.0 * amount / baseline.where(baseline > TOLERANCE) + 0.0


def judged_score(scores: pd.DataFrame, cut: Cut) -> pd.Series:
    """Return what is held against a cut-off: the value itself, or the change in its unit."""
    if cut.basis == "absolute":
        return scores["value"]
    change = scores["benefit"] * (-1.0 if cut.is_harm else 1.0)
    return change if cut.basis == "points" else percent_of(change, scores["baseline"])


def attainable(baseline: pd.Series, instrument: Instrument, cut: Cut) -> pd.Series:
    """Return 1.0 where the range leaves room for such a change from baseline, else 0.0.

    Missing without a baseline. A percentage of a baseline that is not above zero cannot be had.
    """
    lowest, highest = instrument.range or (-np.inf, np.inf)
    most, least = highest - baseline, lowest - baseline
    if (instrument.higher_is == "worse") != cut.is_harm:
        most, least = -least, -most
    if cut.basis == "percent":
        most, least = percent_of(most, baseline), percent_of(least, baseline)
    if cut.comparison in (">=", ">"):
        could = meets(most, cut.comparison, cut.value)
    elif cut.comparison in ("<=", "<"):
        could = meets(least, cut.comparison, cut.value)
    else:
        could = meets(most, ">=", cut.value) * meets(least, "<=", cut.value)
    return could.fillna(0.0).where(baseline.notna())
