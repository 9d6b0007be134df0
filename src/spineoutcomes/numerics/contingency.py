"""Tests of a table of counts, r rows by c columns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import chi_square_tail

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TableTest:
    """A chi-square test that rows and columns do not depend on each other.

    Attributes
    ----------
    statistic, df, p_value : float
        Missing where fewer than two rows or columns hold anything.
    expected : array of shape (r, c)
        Counts expected without dependence, of the rows and columns that hold something.
    """

    statistic: float
    df: float
    p_value: float
    expected: FloatArray


def pearson_test(table: FloatArray, *, corrected: bool = False) -> TableTest:
    """Return Pearson's test; `corrected` takes up to 1/2 off each difference of a 2 x 2 table."""
    seen, expected = _filled(table)
    difference = np.abs(seen - expected)
    if corrected and seen.shape == (2, 2):
        difference -= min(0.5, float(difference.min()))
    return _tested(seen, expected, float((difference**2 / expected).sum()))


def likelihood_ratio_test(table: FloatArray) -> TableTest:
    """Return the likelihood-ratio (G) test."""
    seen, expected = _filled(table)
    held = seen > 0
    log = np.log(seen[held] / expected[held])
    return _tested(seen, expected, float(2 * (seen[held] * log).sum()))


def cramers_v(table: FloatArray) -> float:
    """Return Cramer's V: 0 without dependence, 1 when one side is known from the other."""
    seen, expected = _filled(table)
    smaller = min(seen.shape) - 1
    if smaller < 1:
        return math.nan
    statistic = ((seen - expected) ** 2 / expected).sum()
    return math.sqrt(float(statistic / (seen.sum() * smaller)))


def standardized_residuals(table: FloatArray) -> FloatArray:
    """Return (seen - expected) over its error, given the margins, of what holds something."""
    seen, expected = _filled(table)
    n = seen.sum()
    rows, columns = seen.sum(axis=1, keepdims=True) / n, seen.sum(axis=0, keepdims=True) / n
    return np.asarray((seen - expected) / np.sqrt(expected * (1 - rows) * (1 - columns)))


def _filled(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the rows and columns that hold something, and what is expected there."""
    seen = np.asarray(table, dtype=float)
    seen = seen[seen.sum(axis=1) > 0][:, seen.sum(axis=0) > 0]
    if not seen.size:
        return seen, seen
    return seen, np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()


def _tested(seen: FloatArray, expected: FloatArray, statistic: float) -> TableTest:
    df = float((seen.shape[0] - 1) * (seen.shape[1] - 1))
    if not df > 0 or not seen.size:
        return TableTest(math.nan, math.nan, math.nan, expected)
    return TableTest(statistic, df, float(chi_square_tail(df, statistic)), expected)
