"""Up to when, and from when on, each arm says what happened."""

from __future__ import annotations

from collections.abc import Sequence

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.survival.product_limit import survival
from spineoutcomes.survival.sampling import Group


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
            f"{function}: {word} = {at:g} lies beyond the follow-up ({', '.join(short)}); choose a "
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
            f"{function}: nobody of {', '.join(late)} was observed from 0 on, so that the mean "
            "time from 0 is not known; move the origin to a time at which all arms are observed."
        )
    require_reached(groups, function, "tau", tau)
    if all(group.observed.ends_before(tau) for group in groups):
        longest = max(float(group.observed.time[-1]) for group in groups)
        raise NotEstimableError(
            f"{function}: tau = {tau:g} lies beyond all follow-up, which ends at {longest:g}; "
            "choose a time up to which someone was observed."
        )


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
            f"{function}: nobody of {', '.join(early)} was observed before the horizon "
            f"{horizon:g}; choose a later one."
        )
