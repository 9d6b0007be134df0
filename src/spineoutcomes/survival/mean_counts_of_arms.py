"""Mean functions of arms: their values at a time, and the test that they are equal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.nuisance import sums_by
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results.labels import named
from spineoutcomes.survival.arms import Arms
from spineoutcomes.survival.histories import Histories
from spineoutcomes.survival.influence import Influence, influence_at
from spineoutcomes.survival.reach import note_on_settled, when_settled
from spineoutcomes.survival.recurrent_mean import alive, mean_function, mean_influence, n_deaths
from spineoutcomes.survival.risk_sets import RiskSets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """The subjects of all arms and the counts of each arm."""

    rows: Rows
    histories: Histories
    counts: tuple[RiskSets, ...]

    @property
    def subjects(self) -> Rows:
        """The last row of each subject, so that sizes are those of subjects."""
        at, rows = np.flatnonzero(self.histories.last), self.rows
        return replace(
            rows,
            frame=rows.frame.iloc[at].reset_index(drop=True),
            kept=rows.position[at],
            codes=rows.codes[at],
            counts=rows.counts[at],
            cluster=None,
        )

    def at_horizon(self, horizon: float, function: str) -> Arms:
        """Return the mean count of each arm by the horizon.

        Raises
        ------
        NotEstimableError
            When nobody of an arm was observed before it, or an arm with subjects alive not up to
            it.
        """
        self._require(horizon, function)
        at = [counts.reached(horizon) for counts in self.counts]
        means = [float(mean_function(counts)[k]) for counts, k in zip(self.counts, at, strict=True)]
        own = [mean_influence(counts) for counts in self.counts]
        return Arms(np.array(means), self._covariance(range(len(at)), own, at))

    def test_of_equal_means(self, pair: tuple[int, int]) -> Interval:
        """Return the test that two mean functions are equal; missing where nothing says so.

        Notes
        -----
        U is the integral of Y1 Y2 / (Y1 + Y2) times d(mu1 - mu2), Y being those at risk. The factor
        is 0 once an arm has nobody left, and known as far as the error of U goes: where the means
        are equal, its own error meets a difference of 0.
        """
        both = [self.counts[g] for g in pair]
        weights = [_shared(both, counts.time) for counts in both]
        sums = [mean_function(*parts)[-1] for parts in zip(both, weights, strict=True)]
        own = [mean_influence(*parts) for parts in zip(both, weights, strict=True)]
        last = [len(counts.time) - 1 for counts in both]
        sign = np.array([1.0, -1.0])
        variance = float(sign @ self._covariance(pair, own, last) @ sign)
        if not variance > 0:
            return Interval(math.nan)
        statistic = float(sums[0] - sums[1]) ** 2 / variance
        p = float(chi_square_tail(1, statistic))
        return Interval(math.nan, statistic=statistic, df=1.0, p_value=p)

    def _covariance(
        self, arms: Sequence[int], own: Sequence[Influence], at: Sequence[int]
    ) -> FloatArray:
        """Return the covariance of one number of each arm, by subject or cluster."""
        moved = np.zeros((len(self.rows.group), len(arms)))
        for column, (g, influence, k) in enumerate(zip(arms, own, at, strict=True)):
            rows = np.flatnonzero(self.rows.group == g)
            members = self.histories.members(self.counts[g], rows)
            moved[rows, column] = influence_at(influence, members, k)
        sums = sums_by(self.histories.unit, moved * self.histories.mass[:, None])
        found = np.asarray(sums.T @ sums)
        alone = [place for place, g in enumerate(arms) if np.ptp(self._units(g)) == 0]
        found[alone, :] = found[:, alone] = np.nan
        return found

    def _units(self, g: int) -> IntArray:
        return np.asarray(self.histories.unit[self.rows.group == g])

    def _require(self, horizon: float, function: str) -> None:
        counted = list(zip(self.rows.groups, self.counts, strict=True))
        early = [label for label, counts in counted if counts.reached(horizon) < 0]
        if early:
            raise NotEstimableError(
                f"{function}: nobody of {named(early)} was observed before the horizon "
                f"{horizon:g}; choose a later one."
            )
        short = [
            f"{label} to {counts.time[-1]:g}"
            for label, counts in counted
            if counts.ends_before(horizon) and alive(counts)[-1] > 0
        ]
        settled = [
            label for label, counts in counted if when_settled(counts, n_deaths(counts)) <= horizon
        ]
        if settled:
            raise NotEstimableError(f"{function}: {note_on_settled(settled, 'died')}")
        if short:
            raise NotEstimableError(
                f"{function}: horizon = {horizon:g} lies beyond the follow-up "
                f"({named(short)}); choose a time up to which every arm was observed."
            )


def _shared(both: Sequence[RiskSets], times: FloatArray) -> FloatArray:
    """Return Y1 Y2 / (Y1 + Y2), 0 where an arm has nobody at risk."""
    one, other = (counts.at_risk(times) for counts in both)
    all_ = one + other
    return np.divide(one * other, all_, out=np.zeros(len(times)), where=all_ > 0)
