"""When each episode was under observation: the one place every time metric stands on."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.cohort import PATIENT_DAYS, Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry.links import Positions

PartialDates = Literal["midpoint", "earliest", "latest", "exclude"]
Clock = Literal["contact", "followup", "alive"]


def observe(cohort: Cohort) -> pd.DataFrame:
    """Return the days at which the observation of each episode starts and ends, and why.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    DataFrame
        Indexed by `episode_id` in the cohort's order, in days from day 0 of the episode: `start`
        (the landmark), `death_lower`, `death_upper`, `contact_lower`, `contact_upper` (equal where
        the day is known), `contact_status`, `death_undated` (known dead, day unknown), `followup`,
        `last_score`, `last_scan`, `last_event` (the last day on which anything is known to have
        happened), `cutoff`.
    """
    events = cohort.located("events", ["kind", "status", "day", "lower_day", "upper_day"])
    happened = events[events["status"] == "occurred"]
    scans = happened[happened["kind"] == "imaging"]
    scores = cohort.located("scores", ["day", "value", "grade"])
    answered = scores[scores["value"].notna() | scores["grade"].notna()]
    return known_of_patients(cohort).assign(
        start=cohort.landmark_day,
        followup=cohort.each("episodes", ["last_followup_day"])["last_followup_day"],
        last_score=_latest_day(answered, len(cohort)),
        last_scan=_latest_day(scans, len(cohort)),
        last_event=_latest_day(happened.assign(day=bounds(happened)[0]), len(cohort)),
    )


def known_of_patients(cohort: Cohort, at: Positions | None = None) -> pd.DataFrame:
    """Return the columns of `observe` that take no look at scores or scans.

    Parameters
    ----------
    cohort : Cohort
    at : array of int, optional
        Positions of the episodes wanted; None takes all.
    """
    days = [name for name in PATIENT_DAYS if name in cohort.registry.tables["patients"]]
    patients = cohort.each("patients", [*days, "last_contact_status", "death_cause"], at)
    death_lower, death_upper = bounds(patients, "death_")
    contact_lower, contact_upper = bounds(patients, "last_contact_")
    status = patients["last_contact_status"]
    known_dead = (status == "dead") | patients["death_cause"].notna()
    return pd.DataFrame(
        {
            "death_lower": death_lower,
            "death_upper": death_upper,
            "death_undated": known_dead & death_lower.isna() & death_upper.isna(),
            "contact_lower": contact_lower,
            "contact_upper": contact_upper,
            "contact_status": status,
            "cutoff": cohort.each("episodes", ["cutoff_day"], at)["cutoff_day"],
        },
        index=patients.index,
    )


def last_observed(seen: pd.DataFrame, clock: Clock) -> pd.Series:
    """Return the last day on which something could have been observed, by what is observed.

    Parameters
    ----------
    seen : DataFrame
        As `observe` returns it, contact days settled into `contact`.
    clock : {"contact", "followup", "alive"}
        `contact` is the last contact with the patient (else the last follow-up); `followup` the
        last follow-up of the episode (else the last contact), the clock of clinical events;
        `alive` the last day the patient is known to have lived.
    """
    contact = seen["contact"] if "contact" in seen else seen["contact_lower"]
    if clock == "contact":
        return contact.fillna(seen["followup"])
    if clock == "followup":
        return seen["followup"].fillna(contact)
    # A contact at which the patient was found dead shows no one alive.
    alive = contact.where(seen["contact_status"] != "dead")
    known = seen[["followup", "last_score", "last_scan"]].assign(contact=alive)
    return known.max(axis="columns")


def death_bounds(seen: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the first and last day on which each death can have been; equal where it is known.

    Nothing happens to the dead: a death known to a month came no earlier than the last visit, scan
    or event of that month.
    """
    lower, upper = seen["death_lower"], seen["death_upper"]
    alive = last_observed(seen, "alive").fillna(-np.inf).clip(lower=0.0)
    alive = alive.where(~(seen["last_event"] > alive), seen["last_event"])
    later = is_interval(lower, upper) & lower.notna() & (alive > lower)
    return lower.mask(later, alive.where(~(alive > upper), upper)), upper


def bounds(frame: pd.DataFrame, prefix: str = "") -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day a row may mean; equal where its day is known."""
    day = frame[f"{prefix}day"]
    return day.fillna(frame[f"{prefix}lower_day"]), day.fillna(frame[f"{prefix}upper_day"])


def settled_days(
    lower: pd.Series, upper: pd.Series, *, what: str, partial_dates: PartialDates | None
) -> pd.Series:
    """Return one day for each pair of bounds, choosing as asked where only an interval is known.

    Parameters
    ----------
    lower, upper : Series
        First and last possible day; equal where the day is known.
    what : str
        Whose days they are, for the message.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"} or None
        "exclude" leaves them missing.

    Raises
    ------
    ArgumentError
        When an interval is met and nothing was chosen.
    """
    check_partial_dates(partial_dates)
    open_ended = is_interval(lower, upper)
    if partial_dates is None and open_ended.any():
        raise ArgumentError(interval_message(int(open_ended.sum()), what))
    choice = {
        "midpoint": (lower + upper) / 2,
        "earliest": lower,
        "latest": upper,
    }
    days = lower.where(~open_ended)
    return days if partial_dates in (None, "exclude") else days.fillna(choice[str(partial_dates)])


def is_interval(lower: pd.Series, upper: pd.Series) -> pd.Series:
    """Return which days are known only as an interval."""
    return (lower.notna() | upper.notna()) & (lower != upper)


def check_partial_dates(partial_dates: str | None) -> None:
    """Raise unless `partial_dates` is None or one of the four choices."""
    if partial_dates is not None and partial_dates not in get_args(PartialDates):
        raise ArgumentError(
            'partial_dates must be "midpoint", "earliest", "latest" or "exclude", '
            f"got {partial_dates!r}."
        )


def interval_message(n: int, what: str) -> str:
    """Return what to say when a day is needed and only an interval is known."""
    return (
        f"{n} day(s) of {what} are needed and known only as an interval (a month or a year); say "
        'partial_dates="midpoint", "earliest", "latest" or "exclude".'
    )


def _latest_day(rows: pd.DataFrame, n: int) -> npt.NDArray[np.float64]:
    """Return the last day of each episode's rows, missing where none has one."""
    latest = np.full(n, np.nan)
    np.fmax.at(latest, rows["episode"].to_numpy(), rows["day"].to_numpy())
    return latest
