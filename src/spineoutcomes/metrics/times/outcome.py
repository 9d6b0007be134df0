"""Time, event, interval and status of each unit, put together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.times.asked import Asked
from spineoutcomes.metrics.times.clocks import HALF_DAY, Clock
from spineoutcomes.metrics.times.ends import WHY, Ends
from spineoutcomes.metrics.times.first import Firsts
from spineoutcomes.metrics.times.units import Mask, Units


def timed(
    units: Units,
    clock: Clock,
    firsts: Firsts,
    end: Ends,
    asked: Asked,
    at_risk: Mask,
    *,
    by_scan: bool,
) -> pd.DataFrame:
    """Return time, event, entry, interval and why it ended, missing for whom they are unknown."""
    # Who enters late does so in the morning: what happened on that day came after.
    late = (clock.entry > clock.origin) & clock.whole
    time, entry = end.day - clock.origin, clock.entry - clock.origin - HALF_DAY * late
    lasted = (end.day > clock.entry) | ((end.cause > 0) & clock.whole & (end.day == clock.entry))
    told = at_risk & ~firsts.untold & ~clock.untold & ~units.nameless
    known = lasted & told
    # Who was never looked at before the gap ended has no time, and that is why.
    ended = told & (known | (end.reason == "gap"))
    happened = known & (end.cause == 1)
    lower = end.seen if by_scan else np.where(end.cause == 1, firsts.lower, end.day)
    had = np.isin(end.reason.astype(str), ["event", "competing", "gap"])
    unseen = firsts.day - np.nan_to_num(end.seen) if by_scan else np.full(len(units), np.nan)
    result = pd.DataFrame(
        {
            "time": time,
            "event": asked.events(np.where(known, end.cause, -1)),
            "entry": np.where(clock.reached & ~clock.untold, entry, np.nan),
            "interval_lower": np.fmax(lower - clock.origin, 0.0),
            "interval_upper": np.where(happened, firsts.upper - clock.origin, np.nan),
            "origin_day": clock.origin,
            "reason": pd.Series(end.reason, units.index).where(ended).astype(WHY),
            "unseen_days": np.where(had, unseen, np.nan),
            "approximate": end.approximate & known,
            "of_patient": firsts.of_patient & known & (end.cause > 0),
        },
        index=units.index,
    )
    numbers = ["time", "interval_lower", "interval_upper"]
    result.loc[~known, numbers] = np.nan
    return result


def status_of(
    units: Units,
    clock: Clock,
    firsts: Firsts,
    seen: pd.DataFrame,
    at_risk: npt.NDArray[np.generic],
    known: Mask,
) -> pd.Series:
    """Return why each unit has a time, or lacks it.

    Parameters
    ----------
    units, clock, firsts
        As for `timed`.
    seen : DataFrame
        As `observe` returns it.
    at_risk : array
        1 for who was at risk, 0 for who was not, missing where nobody told.
    known : array of bool
        Who has a time.
    """
    cutoff = seen["cutoff"].to_numpy()[units.episode]
    words = np.full(len(units), "missing", dtype=object)
    words[cutoff < clock.entry] = "not_due"
    words[at_risk == 0] = "not_attainable"
    words[firsts.untold | clock.untold | units.nameless] = "missing"
    words[known] = "observed"
    return as_status(words, units.index)
