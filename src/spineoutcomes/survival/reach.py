"""Up to when, and from when on, each arm says what happened."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.results.labels import named
from spineoutcomes.survival.product_limit import survival
from spineoutcomes.survival.risk_sets import RiskSets
from spineoutcomes.survival.sampling import Group

FloatArray = npt.NDArray[np.float64]


def require_reached(groups: Sequence[Group], function: str, word: str, at: float) -> None:
    """Raise where a time lies beyond the follow-up of an arm whose curve is still above 0.

    Raises
    ------
    NotEstimableError
        The message names these arms and how far each goes.
    """
    short = [
        f"{group.label} to {group.observed.time[-1]:g}"
        for group in groups
        if group.observed.ends_before(at) and survival(group.counts)[-1] > 0
    ]
    if short:
        raise NotEstimableError(
            f"{function}: {word} = {at:g} lies beyond the follow-up ({named(short)}); choose a "
            "time up to which every arm was observed."
        )


def require_area(groups: Sequence[Group], function: str, tau: float) -> None:
    """Raise where the area under a curve from 0 to tau is not known.

    Raises
    ------
    NotEstimableError
        When nobody of an arm was observed from 0 on, an arm does not reach tau, or tau lies beyond
        all follow-up, as in survRM2.
    """
    late = [group.label for group in groups if group.observed.time[0] > 0]
    if late:
        raise NotEstimableError(
            f"{function}: nobody of {named(late)} was observed from 0 on, so that the mean "
            "time from 0 is not known; move the origin to a time at which all arms are observed."
        )
    require_reached(groups, function, "tau", tau)
    if all(group.observed.ends_before(tau) for group in groups):
        longest = max(float(group.observed.time[-1]) for group in groups)
        raise NotEstimableError(
            f"{function}: tau = {tau:g} lies beyond all follow-up, which ends at {longest:g}; "
            "choose a time up to which someone was observed."
        )


def when_settled(counts: RiskSets, n_out: FloatArray | None = None) -> float:
    """Return when the few at risk at first settle a curve for good, though others enter; else inf.

    With late entry few are at risk at first. Once all of them are out, by an event of any cause or
    as `n_out` says, whoever enters afterwards changes nothing.
    """
    out = counts.n_any if n_out is None else n_out
    emptied = np.flatnonzero((out > 0) & (out == counts.n_risk))
    if not len(emptied) or not counts.n_enter[emptied[0] :].any():
        return math.inf
    return float(counts.time[emptied[0]])


def note_on_settled(labels: Sequence[str], happened: str = "had the event") -> str:
    """Return the note on groups whose curve the few at risk at first have settled."""
    return (
        f"In {named(labels)} everyone at risk {happened} before later rows entered, which "
        "settles the curve for good; begin at a time when more are observed."
    )


def require_lasting(groups: Sequence[Group], function: str, at: float) -> None:
    """Raise where a curve was settled by a time, before later rows entered.

    Raises
    ------
    NotEstimableError
        The message names these arms.
    """
    when = [when_settled(group.observed) for group in groups]
    settled = [g.label for g, t in zip(groups, when, strict=True) if t <= at and t < math.inf]
    if settled:
        raise NotEstimableError(f"{function}: {note_on_settled(settled)}")


def require_begun(groups: Sequence[Group], function: str, horizon: float) -> None:
    """Raise where nobody of an arm was observed before a horizon.

    Raises
    ------
    NotEstimableError
        The message names these arms.
    """
    early = [group.label for group in groups if group.observed.reached(horizon) < 0]
    if early:
        raise NotEstimableError(
            f"{function}: nobody of {named(early)} was observed before the horizon "
            f"{horizon:g}; choose a later one."
        )
