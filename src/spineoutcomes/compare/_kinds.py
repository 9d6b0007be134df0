"""The three kinds of variable in a baseline table, and what each says about a group."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.moments import Moments, sample_moments
from spineoutcomes.numerics.quantiles import counted_quantiles
from spineoutcomes.numerics.standardized import (
    standardized_levels,
    standardized_mean,
    standardized_proportion,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Numbers = Iterator[tuple[str | None, str, float]]
ORDERED = ("median", "q1", "q3", "min", "max")
AT = np.array([0.5, 0.25, 0.75, 0.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The rows of one group that have a value."""

    at: IntArray
    counts: FloatArray
    missing: float

    @property
    def n(self) -> float:
        """Number of values, repetitions included."""
        return float(self.counts.sum())


class Kind(Protocol):
    """A variable of one kind: numeric, binary or categorical."""

    def numbers(self, group: Sample) -> Numbers:
        """Yield level, statistic and value of one group."""
        ...

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the standardized difference of two groups."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Numeric:
    """A variable in a unit."""

    x: FloatArray

    def numbers(self, group: Sample) -> Numbers:
        """Yield mean, sd, quartiles and range."""
        m = self._moments(group)
        yield None, "mean", m.mean
        yield None, "sd", math.sqrt(m.variance)
        cuts = counted_quantiles(self.x[group.at], group.counts, AT)
        yield from ((None, name, float(cut)) for name, cut in zip(ORDERED, cuts, strict=True))

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the standardized difference of means."""
        return standardized_mean(self._moments(a), self._moments(b))

    def _moments(self, group: Sample) -> Moments:
        return sample_moments(self.x[group.at], group.counts)


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """A variable of 0 and 1."""

    x: FloatArray

    def numbers(self, group: Sample) -> Numbers:
        """Yield count and proportion of 1."""
        yield None, "count", self._count(group)
        yield None, "proportion", _share(self._count(group), group.n)

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the signed standardized difference of proportions."""
        p, q = (_share(self._count(group), group.n) for group in (a, b))
        return standardized_proportion(p, q)

    def _count(self, group: Sample) -> float:
        return float(group.counts @ self.x[group.at])


@dataclass(frozen=True, slots=True, eq=False)
class Categorical:
    """A variable of levels without a distance between them."""

    codes: IntArray
    levels: list[str]

    def numbers(self, group: Sample) -> Numbers:
        """Yield count and proportion of each level."""
        for level, count in zip(self.levels, self._counts(group), strict=True):
            yield level, "count", float(count)
            yield level, "proportion", _share(float(count), group.n)

    def distance(self, a: Sample, b: Sample) -> float:
        """Return the distance of Yang & Dalton, without a sign."""
        if not (a.n and b.n):
            return math.nan
        return standardized_levels(self._counts(a) / a.n, self._counts(b) / b.n)

    def _counts(self, group: Sample) -> FloatArray:
        codes = self.codes[group.at]
        return np.bincount(codes, group.counts, len(self.levels)).astype(float)


def _share(count: float, of: float) -> float:
    return count / of if of else math.nan
