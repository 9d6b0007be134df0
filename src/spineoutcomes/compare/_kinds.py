"""The three kinds of variable in a baseline table, and what each says about a group."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.baseline_tests import Verdict, level_test, rank_test
from spineoutcomes.numerics.moments import Moments, sample_moments
from spineoutcomes.numerics.quantiles import counted_quantiles
from spineoutcomes.numerics.standardized import (
    standardized_levels,
    standardized_mean,
    standardized_proportion,
)
from spineoutcomes.numerics.weighted import (
    effective_size,
    weighted_moments,
    weighted_quantiles,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Numbers = Iterator[tuple[str | None, str, float]]
Spread = Literal["both", "first", "second"]
ORDERED = ("median", "q1", "q3", "min", "max")
AT = np.array([0.5, 0.25, 0.75, 0.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The rows of one group that have a value, in the order of the kind.

    `n` and `missing` are rows with and without one, repetitions included; a row of weight zero is
    neither. `mass` is counts times weights; without weights it is the counts themselves.
    """

    at: IntArray
    counts: FloatArray
    weights: FloatArray | None
    n: float
    missing: float

    @property
    def mass(self) -> FloatArray:
        """What each row adds to a sum."""
        return self.counts if self.weights is None else self.counts * self.weights

    @property
    def effective_n(self) -> float:
        """How many equal weights would be as precise."""
        return self.n if self.weights is None else effective_size(self.weights, self.counts)


class Kind(Protocol):
    """A variable of one kind: numeric, binary or categorical."""

    def arranged(self, at: IntArray) -> IntArray:
        """Return rows in the order in which samples are kept."""
        ...

    def numbers(self, group: Sample) -> Numbers:
        """Yield level, statistic and value of one group."""
        ...

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the standardized difference of two groups."""
        ...

    def test(self, groups: Sequence[Sample]) -> Verdict:
        """Return the test of no difference between the groups."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Numeric:
    """A variable in a unit; `spread` says whose standard deviation a difference is divided by."""

    x: FloatArray
    spread: Spread = "both"

    def arranged(self, at: IntArray) -> IntArray:
        """Return rows by ascending value: quartiles and ranks both stand on this order."""
        return at[np.argsort(self.x[at])]

    def numbers(self, group: Sample) -> Numbers:
        """Yield mean, sd, quartiles and range."""
        m = self._moments(group)
        yield None, "mean", m.mean
        yield None, "sd", math.sqrt(m.variance)
        yield from zip([None] * len(ORDERED), ORDERED, self._cuts(group).tolist(), strict=True)

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the standardized difference of means, over the spread before any weighting."""
        first, second = self._moments(a), self._moments(b)
        if a.weights is not None or b.weights is not None:
            plain = [sample_moments(self.x[group.at], group.counts).variance for group in (a, b)]
            own = {"both": plain, "first": [plain[0]] * 2, "second": [plain[1]] * 2}[self.spread]
            first, second = replace(first, variance=own[0]), replace(second, variance=own[1])
        return standardized_mean(first, second)

    def test(self, groups: Sequence[Sample]) -> Verdict:
        """Return Wilcoxon's test of two groups, Kruskal and Wallis' of more."""
        x = np.concatenate([self.x[group.at] for group in groups])
        code = np.repeat(np.arange(len(groups)), [len(group.at) for group in groups])
        counts = np.concatenate([group.counts for group in groups])
        # A stable sort merges the groups, each in order already.
        order = np.argsort(x, kind="stable")
        return rank_test(x[order], code[order], counts[order], len(groups))

    def _moments(self, group: Sample) -> Moments:
        x = self.x[group.at]
        if group.weights is None:
            return sample_moments(x, group.counts)
        return weighted_moments(x, group.weights, group.counts)

    def _cuts(self, group: Sample) -> FloatArray:
        x = self.x[group.at]
        if group.weights is None:
            return counted_quantiles(x, group.counts, AT)
        return weighted_quantiles(x, group.mass, AT)


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """A variable of 0 and 1."""

    x: FloatArray

    def arranged(self, at: IntArray) -> IntArray:
        """Return rows as they are."""
        return at

    def numbers(self, group: Sample) -> Numbers:
        """Yield count and proportion of 1."""
        yield None, "count", self._count(group)
        yield None, "proportion", self._share(group)

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the signed standardized difference of proportions."""
        return standardized_proportion(self._share(a), self._share(b))

    def test(self, groups: Sequence[Sample]) -> Verdict:
        """Return the test of the table of 1 and 0 by group."""
        ones = np.array([self._count(group) for group in groups])
        return level_test(np.array([ones, [group.n for group in groups] - ones]))

    def _count(self, group: Sample) -> float:
        return float((group.mass * self.x[group.at]).sum())

    def _share(self, group: Sample) -> float:
        return _share(self._count(group), float(group.mass.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Categorical:
    """A variable of levels without a distance between them."""

    codes: IntArray
    levels: list[str]

    def arranged(self, at: IntArray) -> IntArray:
        """Return rows as they are."""
        return at

    def numbers(self, group: Sample) -> Numbers:
        """Yield count and proportion of each level."""
        counts = self._counts(group)
        total = float(counts.sum())
        for level, count in zip(self.levels, counts.tolist(), strict=True):
            yield level, "count", count
            yield level, "proportion", _share(count, total)

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the distance of Yang & Dalton, without a sign."""
        first, second = self._counts(a), self._counts(b)
        if not (first.any() and second.any()):
            return math.nan
        return standardized_levels(first / first.sum(), second / second.sum())

    def test(self, groups: Sequence[Sample]) -> Verdict:
        """Return the test of the table of levels by group."""
        return level_test(np.column_stack([self._counts(group) for group in groups]))

    def _counts(self, group: Sample) -> FloatArray:
        codes = self.codes[group.at]
        return np.bincount(codes, group.mass, len(self.levels)).astype(float)


def _share(count: float, of: float) -> float:
    return count / of if of else math.nan
