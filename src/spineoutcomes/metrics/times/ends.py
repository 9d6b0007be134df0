"""Where the observation of each unit ends, what happened there, and why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.metrics.observation import (
    PartialDates,
    death_bounds,
    is_interval,
    last_observed,
    settled_days,
)
from spineoutcomes.metrics.times.first import Firsts
from spineoutcomes.metrics.times.looks import Looks
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.metrics.times.units import Mask, Units
from spineoutcomes.registry.links import Positions

CensorAt = Literal["last_contact", "last_followup", "last_scan"]
REASONS: Final = (
    *("event", "competing", "gap", "death", "treated", "cutoff"),
    *("last_contact", "last_followup", "last_scan"),
)
WHY: Final = pd.CategoricalDtype([*REASONS])


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """The end of each unit's observation.

    Attributes
    ----------
    day : array of float
        Days from day 0; missing where nothing tells.
    cause : array of int
        What happened there; 0 is nothing: censored.
    reason : array of str
        One of `REASONS`.
    seen : array of float
        The last scan before the event, or up to the end of those without one.
    approximate : array of bool
        The day is only about right.
    """

    day: Floats
    cause: Positions
    reason: npt.NDArray[np.object_]
    seen: Floats
    approximate: Mask


def ends_of(
    firsts: Firsts,
    seen: pd.DataFrame,
    units: Units,
    looks: Looks,
    *,
    censor_at: CensorAt,
    max_gap_days: float | None,
    shown: int | None,
    until_death: bool,
    partial_dates: PartialDates | None,
) -> Ends:
    """Return where observation ends.

    Parameters
    ----------
    firsts : Firsts
    seen : DataFrame
        As `observe` returns it.
    units : Units
    looks : Looks
    censor_at : {"last_contact", "last_followup", "last_scan"}
        Where those without an event are censored.
    max_gap_days : float or None
        An event more than so many days after the last look before it is censored at that look.
    shown : int or None
        The cause that a look itself shows, so that it is held against the look before.
    until_death : bool
        Death, though no event, ends observation.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional

    Raises
    ------
    ArgumentError
        When a month or year is met that matters, and nothing was chosen.
    """
    of_unit = seen.take(units.episode)
    cutoff = of_unit["cutoff"].fillna(np.inf).to_numpy()
    limit = np.minimum(cutoff, _last_before(units.closes))
    has = np.isfinite(firsts.day) & (firsts.day <= limit)
    before = _looked_before(firsts, looks, np.where(has, firsts.day, limit), shown)
    gap = np.inf if max_gap_days is None else max_gap_days
    # Day 0 stands in for the look at a unit that nobody looked at before its event.
    unseen = has & (firsts.day - np.nan_to_num(before) > gap)
    living = _living(of_unit, ~has, looks, limit, censor_at, partial_dates)
    if until_death:
        living = _until_death(of_unit, ~has, living, partial_dates)
    past = living.day > limit
    kept = has & ~unseen
    words = np.where(past, np.where(cutoff <= limit, "cutoff", "treated"), living.reason)
    happened = np.where(unseen, "gap", np.where(firsts.cause == 1, "event", "competing"))
    # The moment before a treatment is the day of it, for any reader.
    last = np.minimum(cutoff, np.round(units.closes, 6))
    day = np.where(has, before, np.where(past, last, living.day))
    day = np.where(kept, firsts.day, day)
    return Ends(
        day=day,
        cause=np.where(kept, firsts.cause, 0),
        reason=np.where(has, happened, words),
        seen=np.where(has, before, looks.last(np.nan_to_num(day, nan=-np.inf))),
        approximate=np.where(
            has,
            np.where(unseen, looks.approximate_on(day), firsts.approximate),
            living.approximate & ~past,
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Living:
    """The last day of those without an event, by the clock asked for."""

    day: Floats
    reason: npt.NDArray[np.object_]
    approximate: Mask


def _looked_before(firsts: Firsts, looks: Looks, day: Floats, shown: int | None) -> Floats:
    """Return the last look that did not show the event."""
    lower = np.where(np.isnan(firsts.lower), day, np.minimum(firsts.lower, day))
    clean = looks.last(lower, strictly=True)
    return np.where(firsts.cause == (shown or -1), clean, looks.last(day))


def _last_before(closes: Floats) -> Floats:
    """Return the last moment before a vertebra has another relation to what was treated."""
    return np.where(np.isfinite(closes), np.nextafter(closes, -np.inf), closes)


def _living(
    of_unit: pd.DataFrame,
    needed: Mask,
    looks: Looks,
    limit: Floats,
    censor_at: CensorAt,
    partial_dates: PartialDates | None,
) -> _Living:
    if censor_at == "last_scan":
        day = looks.last(limit)
        words = np.full(len(day), censor_at, dtype=object)
        return _Living(day, words, looks.approximate_on(day))
    followup = of_unit["followup"]
    lower = of_unit["contact_lower"].clip(lower=0.0)
    upper = of_unit["contact_upper"]
    used = needed if censor_at == "last_contact" else needed & followup.isna().to_numpy()
    contact = settled_days(
        lower.where(used), upper.where(used), what="last contact", partial_dates=partial_dates
    )
    by_contact = contact.notna() & used
    last = last_observed(
        of_unit.assign(contact=contact), "contact" if censor_at == "last_contact" else "followup"
    )
    words = np.where(by_contact, "last_contact", "last_followup").astype(object)
    return _Living(last.to_numpy(), words, (by_contact & is_interval(lower, upper)).to_numpy())


def _until_death(
    of_unit: pd.DataFrame, needed: Mask, living: _Living, partial_dates: PartialDates | None
) -> _Living:
    """Return the last days cut at death."""
    lower, upper = death_bounds(of_unit)
    matters = needed & ~(living.day <= lower.to_numpy())
    lower, upper = lower.where(matters), upper.where(matters)
    day = settled_days(lower, upper, what="death", partial_dates=partial_dates).to_numpy()
    died = ~np.isnan(day) & ~(living.day <= day)
    # With such deaths left out, nobody knows where observation ended.
    untold = (is_interval(lower, upper) & np.isnan(day)).to_numpy()
    return _Living(
        np.where(untold, np.nan, np.where(died, day, living.day)),
        np.where(died, "death", living.reason).astype(object),
        np.where(died, is_interval(lower, upper), living.approximate),
    )
