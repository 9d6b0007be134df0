"""The estimates of time to an event that are resampled: their level in many draws at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from spineoutcomes.results.curves import LEVEL_TOLERANCE
from spineoutcomes.survival.aalen_johansen import incidence_influence, incidence_of_cause
from spineoutcomes.survival.drawn import Estimate
from spineoutcomes.survival.influence import Influence, integrated
from spineoutcomes.survival.product_limit import survival, survival_influence
from spineoutcomes.survival.risk_sets import RiskSets
from spineoutcomes.survival.sampling import Group

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Timed:
    """What is measured, at which time, of which cause.

    Attributes
    ----------
    level : {"rmst", "lost_time", "survival", "incidence", "median"}
    at : float
        `tau` or the horizon; not used by the median.
    cause : int or None
        Index of the cause; None for any event.
    """

    level: str
    at: float
    cause: int | None

    @property
    def estimate(self) -> Estimate:
        """From the counts of many draws to the level in each."""
        if self.level == "median":
            return medians
        return self._area if self.level in ("rmst", "lost_time") else self._at_horizon

    def influence(self, group: Group) -> tuple[Influence, int] | None:
        """Return the influence on an arm's level and its place; None for a median."""
        if self.level == "median":
            return None
        counts = group.counts
        if self.cause is None:
            influence = survival_influence(counts)
        else:
            influence = incidence_influence(counts, self.cause)
        if self.level in ("survival", "incidence"):
            return influence, counts.reached(self.at)
        widths = np.diff(np.minimum(counts.time, self.at), append=self.at)
        area = integrated(influence, widths)
        if self._is_lost_to_any:
            area = replace(area, coefficient=-area.coefficient)
        return area, len(widths) - 1

    @property
    def _is_lost_to_any(self) -> bool:
        return self.level == "lost_time" and self.cause is None

    def _curve(self, counts: RiskSets) -> FloatArray:
        """Return the curve at the event times, after its start, of shape (B, 1 + E)."""
        if self.cause is None:
            return _after(survival(counts), 1.0)
        return _after(incidence_of_cause(counts, self.cause).F, 0.0)

    def _area(self, counts: RiskSets, end: float) -> FloatArray:
        steps = np.minimum(np.append(0.0, counts.time), self.at)
        area = (self._curve(counts) * np.diff(steps, append=self.at)).sum(axis=1)
        return np.asarray(self.at - area if self._is_lost_to_any else area)

    def _at_horizon(self, counts: RiskSets, end: float) -> FloatArray:
        return self._curve(counts)[:, counts.reached(self.at) + 1]


def medians(counts: RiskSets, end: float) -> FloatArray:
    """Return the time by which one half had the event, infinite where fewer had, of shape (B,).

    The midpoint to the next step, or to the end of follow-up, where exactly one half had it.
    """
    had = 1 - survival(counts)
    first = _first(had >= 0.5 - LEVEL_TOLERANCE, counts.time, np.inf)
    following = _first(had > 0.5 + LEVEL_TOLERANCE, counts.time, end)
    return np.asarray((first + following) / 2)


def _first(holds: npt.NDArray[np.bool_], times: FloatArray, otherwise: float) -> FloatArray:
    """Return the first time at which something holds in each draw."""
    if not len(times):
        return np.full(len(holds), otherwise)
    return np.where(holds.any(axis=1), times[np.argmax(holds, axis=1)], otherwise)


def _after(curve: FloatArray, start: float) -> FloatArray:
    return np.concatenate([np.full((len(curve), 1), start), curve], axis=1)
