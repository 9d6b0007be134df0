"""How rows were sampled, weighted or matched: their counts, and the error that follows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import SparseDataWarning
from spineoutcomes.numerics.matched import clustered_on_sets
from spineoutcomes.numerics.nuisance import Nuisance
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.numerics.small_samples import VERY_FEW_CLUSTERS, require_two_clusters
from spineoutcomes.survival.influence import Influence, Members, squares_from_counts
from spineoutcomes.survival.member_squares import squares_of_members
from spineoutcomes.survival.outcome import Outcome
from spineoutcomes.survival.risk_sets import RiskSets, count_masses

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
FEATURES = ("weights", "sets", "cluster")


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The counts of one group, and who is behind them.

    Attributes
    ----------
    observed : RiskSets
        How many were observed.
    counts : RiskSets
        The same in weights, of which estimates are made; `observed` without weights.
    squares : RiskSets
        In squared weights; `observed` without weights.
    rows : Rows
        Of all groups.
    outcome : Outcome
        Of all rows.
    code : int
        Of the group.
    """

    observed: RiskSets
    counts: RiskSets
    squares: RiskSets
    rows: Rows
    outcome: Outcome
    code: int

    @property
    def label(self) -> str:
        """Name of the group."""
        return self.rows.groups[self.code]

    @property
    def at(self) -> IntArray:
        """Places of the group's rows among all rows, of shape (n,)."""
        return np.flatnonzero(self.rows.codes == self.code)

    @property
    def are_counts_enough(self) -> bool:
        """Whether all that an error needs is in the counts: rows are alone and enter at once."""
        rows = self.rows
        return self.outcome.entry is None and rows.cluster is None and rows.nuisance is None

    @property
    def has_several_units(self) -> bool:
        """Whether there are units, rows or clusters, whose differences make an error."""
        cluster = self.rows.cluster
        return cluster is None or bool(np.ptp(cluster[self.at]) > 0)

    def members(self) -> Members:
        """Return the individuals as places on the times of the counts."""
        times, at, entry = self.counts.time, self.at, self.outcome.entry
        leave = self.outcome.ranks(times, "left", at)
        enter = np.zeros_like(leave) if entry is None else np.searchsorted(times, entry[at])
        return Members(enter, leave, self.outcome.event[at])

    def variance(self, influence: Influence) -> FloatArray:
        """Return the infinitesimal-jackknife variance of an estimate at each time, shape (K,).

        It is missing where all rows lie in one cluster.
        """
        if not self.has_several_units:
            return np.full(len(self.counts.time), np.nan)
        if self.are_counts_enough:
            return squares_from_counts(influence, self.squares)
        rows = self.rows
        at = self.at
        return squares_of_members(
            influence,
            self.members(),
            weight=np.ones(len(at)) if rows.weights is None else rows.weights[at],
            counts=rows.counts[at],
            cluster=None if rows.cluster is None else rows.cluster[at],
            nuisance=None if rows.nuisance is None else _part(rows.nuisance, at),
        )

    def weighted_columns(self) -> dict[str, FloatArray]:
        """Return the sum of weights at risk and its effective size; nothing without weights."""
        if self.rows.weights is None:
            return {}
        n, squares = self.counts.n_risk, self.squares.n_risk
        size = np.divide(n**2, squares, out=np.zeros(len(n)), where=squares > 0)
        return {"n_risk_weighted": n, "n_effective": size}


def sampled(rows: Rows, data: pd.DataFrame | Design, function: str) -> Rows:
    """Return the rows an estimate stands on: matched ones by set, those that weigh something.

    Warns
    -----
    SparseDataWarning
        When there are very few clusters.
    """
    rows = clustered_on_sets(rows, data, function)
    if rows.weights is not None and not rows.weights.all():
        rows = _some(rows, np.flatnonzero(rows.weights > 0))
    if rows.cluster is not None:
        require_two_clusters(int(rows.cluster.max()) + 1)
        warn_of_few_clusters(int(rows.cluster.max()) + 1, function)
    return rows


def warn_of_few_clusters(found: int, function: str) -> None:
    """Warn that errors between very few clusters are too small; points at a caller's caller."""
    if found < VERY_FEW_CLUSTERS:
        warnings.warn(
            f"{function}: {found} clusters are very few (fewer than {VERY_FEW_CLUSTERS}); "
            "errors between clusters are uncertain and tend to be too small.",
            SparseDataWarning,
            stacklevel=4,
        )


def counted(rows: Rows, outcome: Outcome) -> tuple[Group, ...]:
    """Return the counts of each group of an analysis."""
    masses: list[FloatArray | None] = [None if rows.are_single else rows.counts]
    if rows.weights is not None:
        mass = rows.weights if rows.are_single else rows.counts * rows.weights
        masses += [mass, mass * rows.weights]
    observed, *weighted = count_masses(
        outcome.ends,
        outcome.codes,
        rows.codes,
        n_causes=len(outcome.causes),
        n_groups=len(rows.groups),
        entry=outcome.entry,
        masses=masses,
        place=outcome.place,
        close=outcome.close,
    )
    counts, squares = weighted or (observed, observed)
    return tuple(
        Group(*sets, rows, outcome, code)
        for code, sets in enumerate(zip(observed, counts, squares, strict=True))
    )


def is_robust(rows: Rows) -> bool:
    """Return whether errors must account for weights or clusters."""
    return rows.weights is not None or rows.cluster is not None


def error_words(rows: Rows, data: pd.DataFrame | Design) -> str:
    """Return the name of the robust error of these rows."""
    words = "infinitesimal-jackknife error"
    if rows.cluster is not None:
        matched = isinstance(data, Design) and data.sets is not None
        words += f" by {int(rows.cluster.max()) + 1} {'matched sets' if matched else 'clusters'}"
    if rows.nuisance is not None:
        return f"{words}, with the estimation of the weights"
    return words if rows.weights is None else f"{words}, weights treated as known"


def root(variance: FloatArray) -> FloatArray:
    """Return the standard error; rounding can take a variance of 0 just below it."""
    return np.sqrt(np.maximum(variance, 0))


def _some(rows: Rows, kept: IntArray) -> Rows:
    assumed = rows.nuisance
    return replace(
        rows,
        frame=rows.frame.iloc[kept].reset_index(drop=True),
        kept=rows.position[kept],
        codes=rows.codes[kept],
        counts=rows.counts[kept],
        weights=None if rows.weights is None else rows.weights[kept],
        cluster=None if rows.cluster is None else pd.factorize(rows.cluster[kept])[0],
        nuisance=None if assumed is None else _part(assumed, kept),
    )


def _part(nuisance: Nuisance, at: IntArray) -> Nuisance:
    return replace(
        nuisance,
        weight_derivatives=nuisance.weight_derivatives[at],
        unit_influence=nuisance.unit_influence[at],
    )
