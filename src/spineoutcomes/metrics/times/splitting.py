"""Rows cut where a covariate changes, so that each stretch of time has its own value."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError

FRAME: Final = ("entry", "time", "event")
TAKEN: Final = (*FRAME, "start", "stop", "subject", "day")


def start_stop(frame: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return rows of start and stop for covariates that change with time.

    Parameters
    ----------
    frame : DataFrame
        One row per subject, its index the subject: `time`, `event` and, optionally, `entry`, as
        `time_to_event` returns them; other columns are carried along.
    changes : DataFrame
        One row per change: `subject` (or a column named like the index of `frame`), `day` (on the
        clock of `time`), and a column for each covariate with its new value; a missing value leaves
        that covariate as it was. A column that `frame` has too starts with the value there, another
        one starts missing.

    Returns
    -------
    DataFrame
        Indexed as `frame`, in its order, one row per stretch: `start`, `stop` (in the unit of
        `time`), `event` (what happened at `stop`; the stretches before the last are censored), then
        the covariates during the stretch and the other columns of `frame`. Time at risk and events
        are those of `frame`.

    Raises
    ------
    ArgumentError
        For a subject that is unknown or there twice, a change after the end of its subject or
        without a day, two values of a covariate at the same time, or a column that is lacking or
        has a name that is taken.

    Notes
    -----
    Missing data: a subject without a time keeps one row without start and stop; its changes have
    no end to lie after and do nothing. Missing values of covariates stay missing.

    A change on a day holds from after that day, so an event on the same day is one under the old
    value; the last change at or before `entry` gives the value at the start. A change on the very
    day of the end changes nothing.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> frame = pd.DataFrame(
    ...     {"time": [100.0, 60.0], "event": [1, 0], "radiotherapy": [False, False]},
    ...     index=pd.Index(["A", "B"], name="episode_id"),
    ... )
    >>> changes = pd.DataFrame({"episode_id": ["A"], "day": [40.0], "radiotherapy": [True]})
    >>> so.metrics.start_stop(frame, changes)
                start   stop  event  radiotherapy
    episode_id
    A             0.0   40.0      0         False
    A            40.0  100.0      1          True
    B             0.0   60.0      0         False
    """
    _check_frame(frame)
    covariates, subject = _checked_changes(frame, changes)
    place = frame.index.get_indexer(pd.Index(changes[subject]))
    day = changes["day"].to_numpy(dtype=float)
    _check_days(frame, changes, covariates, place, day)
    n, end = len(frame), frame["time"].to_numpy(dtype=float)
    entry = frame["entry"].to_numpy(dtype=float) if "entry" in frame else np.zeros(n)
    # What cannot hold in any stretch of time is of no use.
    used = np.flatnonzero(day < end[place])
    row = np.concatenate([np.arange(n), place[used]])
    since = np.concatenate([np.full(n, -np.inf), day[used]])
    order = np.lexsort((since, row))
    row, start = row[order], np.maximum(since, entry[row])[order]
    # Of the values at or before the entry the last one holds; on one day columns come together.
    last = np.append((row[1:] != row[:-1]) | (start[1:] > start[:-1]), True)
    values = {
        name: _carried(_stacked(frame, changes, name, used).take(order), row).take(
            np.flatnonzero(last)
        )
        for name in covariates
    }
    row, start = row[last], start[last]
    final = np.append(row[1:] != row[:-1], True)
    stop = np.where(final, end[row], np.append(start[1:], np.nan))
    whole = frame.iloc[row]
    result = pd.DataFrame(
        {
            "start": np.where(np.isnan(stop), np.nan, start),
            "stop": stop,
            "event": _events(whole["event"], final),
        },
        index=whole.index,
    )
    others = {name: whole[name] for name in whole if name not in (*FRAME, *covariates)}
    return result.assign(**{name: column.array for name, column in values.items()}, **others)


def _check_frame(frame: pd.DataFrame) -> None:
    lacking = [name for name in ("time", "event") if name not in frame]
    if lacking:
        raise ArgumentError(
            f"frame needs the columns time and event; it lacks {' and '.join(lacking)}."
        )
    if not frame.index.is_unique:
        twice = int(frame.index.duplicated().sum())
        raise ArgumentError(
            f"frame must have one row per subject; {twice} row(s) repeat one in its index."
        )
    event = frame["event"].dtype
    if not (isinstance(event, pd.CategoricalDtype) or pd.api.types.is_numeric_dtype(event)):
        raise ArgumentError(
            "event must be a Categorical whose first category is no event, bool, or 0 and 1, 2, "
            f"...; it has dtype {event}."
        )
    if "entry" in frame:
        wrong = frame["time"].notna() & ~(frame["entry"] <= frame["time"])
        if wrong.any():
            raise ArgumentError(
                f"{int(wrong.sum())} row(s) of frame enter after they end, or at no known time."
            )


def _checked_changes(frame: pd.DataFrame, changes: pd.DataFrame) -> tuple[list[str], str]:
    """Return the names of the covariates and of the column that names the subject."""
    named = [name for name in ("subject", frame.index.name) if name in changes]
    if not named or "day" not in changes:
        wanted = "subject" if frame.index.name is None else f"subject (or {frame.index.name})"
        raise ArgumentError(
            f"changes needs the columns {wanted} and day; it has: "
            f"{', '.join(map(str, changes.columns))}."
        )
    covariates = [str(name) for name in changes if name not in (named[0], "day")]
    taken = sorted(set(covariates) & {*TAKEN, str(frame.index.name)})
    if not covariates or taken:
        raise ArgumentError(
            "changes needs at least one covariate, under a name of its own; "
            + (f"taken are: {', '.join(taken)}." if taken else "it has none.")
        )
    unknown = int((~changes[named[0]].isin(frame.index)).sum())
    if unknown:
        raise ArgumentError(f"{unknown} row(s) of changes name a subject that frame does not have.")
    return covariates, str(named[0])


def _check_days(
    frame: pd.DataFrame,
    changes: pd.DataFrame,
    covariates: list[str],
    place: npt.NDArray[np.intp],
    day: npt.NDArray[np.float64],
) -> None:
    undated = int((~np.isfinite(day)).sum())
    if undated:
        raise ArgumentError(
            f"{undated} row(s) of changes have no day; date them or leave them out."
        )
    late = int((day > frame["time"].to_numpy(dtype=float)[place]).sum())
    if late:
        raise ArgumentError(
            f"{late} row(s) of changes lie after the end of their subject; leave them out, or "
            "correct the days."
        )
    at = pd.DataFrame({"place": place, "day": day})
    for name in covariates:
        told = changes[name].notna().to_numpy()
        twice = int(at[told].duplicated().sum())
        if twice:
            raise ArgumentError(
                f"{twice} row(s) of changes give {name!r} a second value at the same time; keep "
                "one."
            )


def _stacked(
    frame: pd.DataFrame, changes: pd.DataFrame, name: str, used: npt.NDArray[np.intp]
) -> pd.Series:
    """Return a covariate's first value for each subject, then its new values."""
    new = changes[name].take(used)
    if name not in frame:
        places = np.append(np.full(len(frame), -1), np.arange(len(used)))
        return pd.Series(new.array.take(places, allow_fill=True))
    first = frame[name]
    if isinstance(first.dtype, pd.CategoricalDtype):
        known = first.cat.categories
        unknown = int((new.notna() & ~new.isin(known)).sum())
        if unknown:
            raise ArgumentError(
                f"{unknown} row(s) of changes give {name!r} a value that is no category of frame."
            )
        new = new.astype(first.dtype)
    return pd.concat([first, new], ignore_index=True) if len(new) else first.reset_index(drop=True)


def _carried(values: pd.Series, row: npt.NDArray[np.intp]) -> pd.Series:
    """Return values with each missing one replaced by the one before of the same subject."""
    places = np.arange(len(values))
    opens = np.append(True, row[1:] != row[:-1])
    told = np.where(values.notna().to_numpy() | opens, places, 0)
    return values.take(np.maximum.accumulate(told)).infer_objects()


def _events(event: pd.Series, final: npt.NDArray[np.bool_]) -> pd.Series:
    """Return what happened at the end of each stretch: nothing before the last."""
    if isinstance(event.dtype, pd.CategoricalDtype):
        return event.where(final, event.cat.categories[0])
    return event.where(final, False if pd.api.types.is_bool_dtype(event) else 0)
