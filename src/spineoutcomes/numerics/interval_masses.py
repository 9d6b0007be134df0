"""The distribution of a time that is only known to lie in intervals (Turnbull's NPMLE)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# The largest share by which a derivative of the likelihood may exceed its value at the maximum.
# The likelihood per person is then as near its maximum.
KKT_TOLERANCE = 1e-8
MOST_STEPS = 10_000
# A step that gains nothing even after so many halvings is not taken.
MOST_HALVINGS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Turnbull:
    """Masses on the innermost intervals, the only places where the likelihood wants any.

    Attributes
    ----------
    left, right : array of shape (m,)
        Intervals (left, right], in order; a point where both are equal. Only the last `right` may
        be infinite.
    mass : array of shape (m,)
        Adds up to 1.
    gap : float
        By how much the conditions of Karush, Kuhn and Tucker fail.
    converged : bool
        Whether the gap is within the tolerance.
    """

    left: FloatArray
    right: FloatArray
    mass: FloatArray
    gap: float
    converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Rows as runs of innermost intervals: from place `first` up to, without, place `beyond`."""

    first: IntArray
    beyond: IntArray
    mass: FloatArray
    m: int

    def probability(self, F: FloatArray) -> FloatArray:
        return np.asarray(F[self.beyond] - F[self.first])

    def log_likelihood(self, F: FloatArray) -> float:
        P = self.probability(F)
        return float(self.mass @ np.log(P)) if P.min() > 0 else -np.inf

    def at_ends(self, values: FloatArray, sign: int) -> FloatArray:
        """Return what rows add where they end, and (times a sign) where they begin, (m + 1,)."""
        ends = np.bincount(self.beyond, values, self.m + 1)
        begins = np.bincount(self.first, values, self.m + 1)
        return np.asarray(ends + sign * begins)

    def gradient(self, F: FloatArray) -> FloatArray:
        """Return the derivative of the mean log-likelihood by each mass; 1 at the maximum."""
        q = self.mass / self.probability(F)
        return np.asarray(-np.cumsum(self.at_ends(q, -1))[:-1] / self.mass.sum())


def turnbull(lower: FloatArray, upper: FloatArray, counts: FloatArray) -> Turnbull:
    """Return the distribution under which the intervals seen are most probable.

    Parameters
    ----------
    lower, upper : array of shape (n,)
        Each time lies in (lower, upper], or is known where both are equal; `upper` may be infinite.
    counts : array of shape (n,)
        How many equal rows each stands for, above 0.

    Notes
    -----
    Steps of self-consistency (EM), which never lose, alternate with steps of the iterative convex
    minorant, which are fast (Wellner & Zhan 1997, Journal of the American Statistical Association
    92:945-959).
    """
    left, right, cells = _innermost(lower, upper, counts)
    F = np.arange(cells.m + 1) / cells.m
    gap = np.inf
    for _ in range(MOST_STEPS):
        d = cells.gradient(F)
        gap = float(d.max()) - 1
        if gap <= KKT_TOLERANCE:
            break
        F = _convex_minorant(_cumulated(np.diff(F) * d), cells)
    return Turnbull(left, right, np.diff(F), gap, gap <= KKT_TOLERANCE)


def _innermost(
    lower: FloatArray, upper: FloatArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray, _Cells]:
    """Return the intervals from a left end to a right end with no other end between them."""
    values = np.unique(np.concatenate([lower, upper]))
    # A known time begins and ends at its value, (lower, upper] begins just after lower.
    begins = 2 * np.searchsorted(values, lower) + (lower < upper)
    ends = 2 * np.searchsorted(values, upper)
    lefts, rights = np.unique(begins), np.unique(ends)
    place = np.concatenate([lefts, rights])
    is_right = np.arange(len(place)) >= len(lefts)
    order = np.lexsort((is_right, place))
    place, is_right = place[order], is_right[order]
    at = np.flatnonzero(~is_right[:-1] & is_right[1:])
    left, right = place[at], place[at + 1]
    cells = _Cells(
        np.searchsorted(left, begins), np.searchsorted(right, ends, side="right"), counts, len(at)
    )
    return values[left // 2], values[right // 2], cells


def _cumulated(mass: FloatArray) -> FloatArray:
    F = np.append(0.0, np.cumsum(mass))
    return np.asarray(F / F[-1])


def _convex_minorant(F: FloatArray, cells: _Cells) -> FloatArray:
    """Return a distribution at least as probable, by a Newton step that keeps F monotone."""
    from scipy.optimize import isotonic_regression

    if cells.m == 1:
        return F
    P = cells.probability(F)
    slope = cells.at_ends(cells.mass / P, -1)[1:-1]
    curvature = cells.at_ends(cells.mass / P**2, +1)[1:-1]
    target = isotonic_regression(F[1:-1] + slope / curvature, weights=curvature).x
    step = np.concatenate([[0.0], np.clip(target, 0, 1), [1.0]]) - F
    before = cells.log_likelihood(F)
    for halving in range(MOST_HALVINGS):
        tried = F + step / 2**halving
        if cells.log_likelihood(tried) > before:
            return np.asarray(tried)
    return F
