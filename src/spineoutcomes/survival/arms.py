"""Numbers of arms at one point of time, their covariance, and the rows that compare them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import NotEstimableError, SparseDataWarning
from spineoutcomes.numerics.effect_rows import arm_row, contrast_row, size
from spineoutcomes.numerics.influence import influence_covariance
from spineoutcomes.numerics.intervals import Interval, ratio_interval, t_interval
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.results.labels import named
from spineoutcomes.survival.influence import Influence, influence_at
from spineoutcomes.survival.outcome import Outcome, read_outcome
from spineoutcomes.survival.sampling import FEATURES, Group, sampled

FloatArray = npt.NDArray[np.float64]
# A smaller error, as a share of its estimate, is what rounding leaves of none.
CERTAIN = 1e-10
Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """One number for each arm.

    Attributes
    ----------
    estimate : array of shape (G,)
    covariance : array of shape (G, G)
    """

    estimate: FloatArray
    covariance: FloatArray

    @property
    def std_error(self) -> FloatArray:
        """Standard errors, of shape (G,)."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0))

    def varies(self, arm: int) -> bool:
        """Return whether the number of an arm has an error above what rounding leaves."""
        scale = (CERTAIN * self.estimate[arm]) ** 2
        return bool(self.covariance[arm, arm] > scale)

    def difference(self, pair: tuple[int, int], conf_level: float) -> Interval:
        """Return one arm minus the other, with a normal interval where both vary."""
        estimate = float(self.estimate[pair[0]] - self.estimate[pair[1]])
        if not all(map(self.varies, pair)):
            return Interval(estimate)
        sign = np.array([1.0, -1.0])
        part = self.covariance[np.ix_(pair, pair)]
        return t_interval(estimate, _root(sign @ part @ sign), math.inf, conf_level)

    def ratio(self, pair: tuple[int, int], conf_level: float) -> Interval:
        """Return one arm over the other, its interval normal on the log scale where both vary."""
        above, below = (float(self.estimate[arm]) for arm in pair)
        if not (above > 0 and below > 0 and all(map(self.varies, pair))):
            return Interval(above / below if below > 0 else math.nan)
        slope = np.array([1 / above, -1 / below])
        part = self.covariance[np.ix_(pair, pair)]
        return ratio_interval(above / below, _root(slope @ part @ slope), conf_level)

    def level(self, arm: int, conf_level: float) -> Interval:
        """Return the number of one arm, with a normal interval and no test."""
        found = t_interval(
            float(self.estimate[arm]), float(self.std_error[arm]), math.inf, conf_level
        )
        return Interval(found.estimate, found.low, found.high, found.std_error)


def rows_of_arms(
    data: pd.DataFrame | Design,
    *,
    function: str,
    time: str,
    event: str,
    entry: str | None,
    treatment: str | None,
    reference: Hashable,
    cluster: str | None,
    counts: str | None,
    weights: str | None,
) -> tuple[Rows, Outcome]:
    """Return the rows that arms are compared by, and their follow-up.

    Raises
    ------
    ArgumentError
        As `analysis_rows` and `read_outcome` say.
    NotEstimableError
        With a treatment that has one arm only, or without any event declared.
    """
    rows = analysis_rows(
        data,
        function=function,
        respects=FEATURES,
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        counts=counts,
        weights=weights,
        cluster=cluster,
    )
    rows = sampled(rows, data, function)
    outcome = read_outcome(rows, function)
    if rows.treatment is not None and len(rows.groups) == 1:
        raise NotEstimableError(
            f"{function}: {rows.treatment!r} has one arm only, {rows.groups[0]}; leave `treatment` "
            "out to describe one group."
        )
    return rows, outcome


def covariance_of_arms(
    groups: Sequence[Group], influences: Sequence[Influence], at: Sequence[int]
) -> FloatArray:
    """Return the covariance of one estimate of each arm, of shape (G, G).

    Parameters
    ----------
    groups : sequence of Group
    influences : sequence of Influence
        On the estimate of each arm.
    at : sequence of int
        Place among the arm's times at which it is estimated.
    """
    if groups[0].are_counts_enough:
        own = zip(groups, influences, at, strict=True)
        return np.diag([group.variance(influence)[k] for group, influence, k in own])
    found = influence_covariance(groups[0].rows, derivatives_of_arms(groups, influences, at))
    alone = [group.code for group in groups if not group.has_several_units]
    found[alone, :] = found[:, alone] = np.nan
    return found


def notes_on_certainty(
    labels: Sequence[str], numbers: Sequence[Arms], function: str
) -> tuple[str, ...]:
    """Return a note, given as warning too, on arms whose number has no error."""
    certain = [
        label for g, label in enumerate(labels) if not all(arms.varies(g) for arms in numbers)
    ]
    if not certain:
        return ()
    note = (
        f"{named(certain)}: an estimate has no error of its own, because nobody or everybody "
        "had the event, or all rows lie in one cluster; intervals and p of its comparisons, which "
        "would take it for certain, are left missing."
    )
    warnings.warn(f"{function}: {note}", SparseDataWarning, stacklevel=3)
    return (note,)


def derivatives_of_arms(
    groups: Sequence[Group], influences: Sequence[Influence], at: Sequence[int]
) -> FloatArray:
    """Return the derivative of each arm's estimate by the weight of each row, of shape (n, G)."""
    derivative = np.zeros((len(groups[0].rows.group), len(groups)))
    for g, (group, influence, k) in enumerate(zip(groups, influences, at, strict=True)):
        derivative[group.at, g] = influence_at(influence, group.members(), k)
    return derivative


def contrast_rows(
    rows: Rows,
    groups: Sequence[Group],
    compare: Sequence[tuple[str, Interval]],
    pair: tuple[int, int],
    *,
    code: int | None,
    method: str,
    **keys: object,
) -> list[Row]:
    """Return the rows of several measures of one arm against the reference."""
    sizes = {rows.groups[arm]: size(rows, arm) for arm in pair}
    events = sum(n_event(groups[arm], code) for arm in pair)
    found = []
    for measure, value in compare:
        allowed, words = without_p(value, sizes)
        more = {"measure": measure, "n_event": events, "method": method + words, **keys}
        found.append(contrast_row(rows, pair, allowed, **more))
    return found


def level_row(
    rows: Rows, group: Group, value: Interval, *, code: int | None, **more: object
) -> Row:
    """Return the row of one arm's number, on the cause of a code or on any."""
    return arm_row(rows, group.code, value, n_event=n_event(group, code), **more)


def n_event(group: Group, code: int | None) -> float:
    """Return how many had the event, of one cause or of any."""
    events = group.observed.n_event
    return float(events.sum() if code is None else events[code].sum())


def _root(variance: float) -> float:
    return math.sqrt(max(float(variance), 0.0))
