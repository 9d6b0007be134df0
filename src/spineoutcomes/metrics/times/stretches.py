"""Time at risk cut into stretches by events, by gaps between scans, and by the end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.metrics.times.clocks import Clock
from spineoutcomes.metrics.times.looks import Looks
from spineoutcomes.metrics.times.treated import Floats
from spineoutcomes.registry.links import Positions


def stretches_of(clock: Clock, end: Floats, looks: Looks, gap: float) -> pd.DataFrame:
    """Return the stretches of time in which each unit was at risk and observed.

    Parameters
    ----------
    clock : Clock
    end : array of float
        Last day of each unit; missing where it has none.
    looks : Looks
    gap : float
        Two looks further apart than so many days leave the time between them unobserved.

    Returns
    -------
    DataFrame
        `unit`, `opens`, `closes`, in order.
    """
    n = len(end)
    begin = clock.entry
    everyone = np.arange(n)
    points = pd.DataFrame({"unit": [*everyone, *everyone], "day": [*begin, *end]})
    if np.isfinite(gap):
        inside = (looks.day > begin[looks.unit]) & (looks.day < end[looks.unit])
        between = pd.DataFrame({"unit": looks.unit[inside], "day": looks.day[inside]})
        points = pd.concat([points, between])
    known = (end > begin)[points["unit"]]
    points = points[known].sort_values(["unit", "day"])
    unit, day = points["unit"].to_numpy(), points["day"].to_numpy()
    first = np.append(True, (unit[1:] != unit[:-1]) | (np.diff(day) > gap))[: len(unit)]
    last = np.append(first[1:], True)[: len(unit)]
    found = pd.DataFrame({"unit": unit[first], "opens": day[first], "closes": day[last]})
    return found[found["closes"] > found["opens"]].reset_index(drop=True)


def stretch_at(stretches: pd.DataFrame, unit: Positions, day: Floats) -> Positions:
    """Return in which stretch each day lies, opens < day <= closes; -1 for none."""
    n = len(stretches)
    units = np.concatenate([stretches["unit"].to_numpy(), unit])
    days = np.concatenate([stretches["opens"].to_numpy(), day])
    is_day = np.append(np.zeros(n, dtype=bool), np.ones(len(unit), dtype=bool))
    # On the day on which a stretch opens it does not hold yet.
    order = np.lexsort((~is_day, days, units))
    number = np.append(np.arange(n), np.full(len(unit), -1))
    found = np.empty(len(order), dtype=np.intp)
    found[order] = np.maximum.accumulate(number[order])
    at = found[n:]
    owner = np.append(stretches["unit"].to_numpy(), -1)[at]
    closes = np.append(stretches["closes"].to_numpy(), -np.inf)[at]
    return np.where((owner == unit) & (day <= closes), at, -1)


def cut(stretches: pd.DataFrame, unit: Positions, day: Floats, cause: Positions) -> pd.DataFrame:
    """Return stretches cut at events.

    Parameters
    ----------
    stretches : DataFrame
        As `stretches_of` returns it.
    unit, day, cause : array
        What happened, all of it inside some stretch; on one day the highest cause comes last.

    Returns
    -------
    DataFrame
        `unit`, `start`, `stop`, `cause` (0 where nothing happened), `last` (of its unit's
        stretches), in order.
    """
    stretch = stretch_at(stretches, unit, day)
    happened = pd.DataFrame({"stretch": stretch, "day": day, "cause": cause})
    happened = happened.sort_values(["stretch", "day", "cause"], ignore_index=True)
    happened["stop"] = _apart(happened, stretches["opens"].to_numpy())
    ended = happened.loc[
        happened["stop"] == stretches["closes"].to_numpy()[happened["stretch"]], "stretch"
    ]
    quiet = np.setdiff1d(np.arange(len(stretches)), ended)
    ends = pd.DataFrame(
        {"stretch": quiet, "stop": stretches["closes"].to_numpy()[quiet], "cause": 0}
    )
    both = pd.concat([happened[[*ends]], ends])
    rows = both.sort_values(["stretch", "stop"], ignore_index=True)
    opens = stretches["opens"].to_numpy()[rows["stretch"]]
    before = rows.groupby("stretch")["stop"].shift()
    return pd.DataFrame(
        {
            "unit": stretches["unit"].to_numpy()[rows["stretch"]],
            "start": before.fillna(pd.Series(opens, index=rows.index)),
            "stop": rows["stop"],
            "cause": rows["cause"],
            "last": _is_last(stretches)[rows["stretch"]],
        }
    )


def _is_last(stretches: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return ~stretches["unit"].duplicated(keep="last").to_numpy()


def _apart(happened: pd.DataFrame, opens: Floats) -> Floats:
    """Return the moments of events, those of one day spread evenly over it, the last at its end."""
    same = happened.groupby(["stretch", "day"])["day"]
    size, rank = same.transform("size").to_numpy(), same.cumcount().to_numpy()
    day = happened["day"].to_numpy()
    days = happened[["stretch", "day"]].drop_duplicates()
    days["previous"] = days.groupby("stretch")["day"].shift()
    previous = happened.merge(days, on=["stretch", "day"], how="left")["previous"].to_numpy()
    lower = np.fmax(np.fmax(previous, opens[happened["stretch"]]), day - 1.0)
    return np.asarray(day - (day - lower) * (size - 1 - rank) / size)
