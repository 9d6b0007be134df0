"""Bootstrap replicates of the arms' levels over time, and the intervals they give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.bootstrap_intervals import bca_interval, percentile_interval
from spineoutcomes.numerics.cells import cells_of
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.nuisance import sums_by
from spineoutcomes.numerics.resampling import Clusters, Individuals, bootstrap_levels
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.survival.arms import derivatives_of_arms
from spineoutcomes.survival.drawn import follow_ups
from spineoutcomes.survival.sampling import Group
from spineoutcomes.survival.timed import Timed

FloatArray = npt.NDArray[np.float64]
# Stands for a time that is not reached where replicates are put in order; a limit that holds any
# part of it is not reached either.
BEYOND = 1e200
NOT_REACHED = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """The level of each arm in the data and in every replicate.

    Attributes
    ----------
    levels : array of shape (G, 1 + B)
        The first is the estimate; infinite where one half is not reached.
    derivative : array of shape (n, G) or None
        Of each arm's level by the weight of each row; None where it has none, as a median, or is
        not needed.
    rows : Rows
    """

    levels: FloatArray
    derivative: FloatArray | None
    rows: Rows

    def level(self, arm: int, method: str, conf_level: float) -> Interval:
        """Return the level of one arm with its interval."""
        own = None if self.derivative is None else self.derivative[:, arm]
        return self._interval(self.levels[arm], own, method, conf_level)

    def contrast(
        self, pair: tuple[int, int], ratio: bool, method: str, conf_level: float
    ) -> Interval:
        """Return one arm minus, or over, the other with its interval."""
        levels, slopes = self.levels[list(pair)], np.array([1.0, -1.0])
        if ratio:
            if not (levels > 0).all():
                estimate = levels[0, 0] / levels[1, 0] if levels[1, 0] > 0 else math.nan
                return Interval(float(estimate))
            slopes, levels = slopes / levels[:, 0], np.log(levels)
        own = None if self.derivative is None else self.derivative[:, list(pair)] @ slopes
        found = self._interval(levels[0] - levels[1], own, method, conf_level)
        if not ratio:
            return found
        estimate, low, high = (math.exp(x) for x in (found.estimate, found.low, found.high))
        return replace(found, estimate=estimate, low=low, high=high)

    def _interval(
        self, values: FloatArray, own: FloatArray | None, method: str, conf_level: float
    ) -> Interval:
        # A time that is not reached lies beyond all others, however long they are.
        estimate, drawn = float(values[0]), np.clip(values[1:], -BEYOND, BEYOND)
        if method == "percentile":
            found = percentile_interval(estimate, drawn, conf_level)
        else:
            a = 0.0 if own is None else _acceleration(self.rows, own)
            found = bca_interval(estimate, drawn, a, conf_level)
        low, high = (x if abs(x) < NOT_REACHED else math.nan for x in (found.low, found.high))
        return replace(found, low=low, high=high)


def replicated(
    groups: Sequence[Group], timed: Timed, n_resamples: int, seed: int, *, skewed: bool
) -> Replicates:
    """Return the levels of the arms in the data and in replicates, by rows or by clusters.

    Derivatives are needed where intervals allow for skewness, as those of BCa.
    """
    rows, outcome = groups[0].rows, groups[0].outcome
    kinds = follow_ups(outcome, rows.group, len(groups))
    observed = [cells_of(kinds.code[g.at], rows.counts[g.at]) for g in groups]
    sample = (
        Individuals(observed)
        if rows.cluster is None
        else Clusters(kinds.code, rows.counts, rows.group, rows.cluster)
    )

    def level(values: FloatArray, drawn: FloatArray) -> FloatArray:
        return timed.estimate(kinds.counts(values, drawn), float(kinds.ends[kinds.arm(values)]))

    estimate = [level(cells.values, cells.counts[None].astype(float)) for cells in observed]
    drawn = bootstrap_levels(sample, level, n_resamples, seed)
    return Replicates(
        np.concatenate([np.stack(estimate), drawn], axis=1),
        _derivative(groups, timed) if skewed else None,
        rows,
    )


def _derivative(groups: Sequence[Group], timed: Timed) -> FloatArray | None:
    found = [timed.influence(group) for group in groups]
    own = [one for one in found if one is not None]
    if not own:
        return None
    return derivatives_of_arms(groups, [i for i, _ in own], [k for _, k in own])


def _acceleration(rows: Rows, own: FloatArray) -> float:
    """Return a sixth of the skewness of the units' influences (Efron 1987)."""
    times = rows.counts
    if rows.cluster is not None:
        own = sums_by(rows.cluster, (own * times)[:, None])[:, 0]
        times = np.ones(len(own))
    squares = float(times @ own**2)
    return float(times @ own**3) / (6 * squares**1.5) if squares > 0 else 0.0
