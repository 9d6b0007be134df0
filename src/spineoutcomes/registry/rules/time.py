"""Rules on time: nothing before day 0 that follows it, nothing after death, nothing yet to come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.rules.facts import Facts, Floats, Hits, Mask, first_known, is_any, taken

TIMED = ("procedures", "scores", "lesions", "events")
PATIENT_TIMES = ("death", "last_contact")


def nothing_before_day_0(facts: Facts) -> Hits:
    """Find events of a kind that follows surgery, before it."""
    events = facts.tables["events"]
    after = {code for code, kind in facts.vocabulary.event_kinds.items() if kind.after_index}
    early = (events["day"] < 0) | (events["upper_day"] < 0)
    rows = np.flatnonzero(is_any(events["kind"], after) & early.to_numpy())
    yield (
        "events",
        rows,
        "day",
        f"{len(rows)} event(s) of a kind that follows surgery lie before day 0 of their episode "
        f"({', '.join(sorted(after))}).",
    )


def nothing_after_death(facts: Facts) -> Hits:
    """Find whatever happened to a patient who was dead."""
    latest = first_known(
        facts.numbers("patients", "death_day"), facts.numbers("patients", "death_upper_day")
    )
    start = np.nan_to_num(facts.numbers("episodes", "index_day"))
    died = facts.by_patient(latest) - start
    for name in TIMED:
        late = _first_day(facts, name) > facts.by_episode(name, died)
        rows = np.flatnonzero(late | _dated_after_death(facts, name))
        yield name, rows, "day", f"{len(rows)} row(s) of {name} lie after the patient's death."
    patients = facts.tables["patients"]
    dated = (patients["last_contact_date"] > patients["death_date"]).to_numpy()
    rows = np.flatnonzero(dated | (facts.numbers("patients", "last_contact_day") > latest))
    message = f"{len(rows)} patient(s) have a last contact after their death."
    yield "patients", rows, "last_contact_day", message
    rows = np.flatnonzero(facts.numbers("episodes", "last_followup_day") > died)
    message = f"{len(rows)} episode(s) have a last follow-up after the patient's death."
    yield "episodes", rows, "last_followup_day", message
    rows = np.flatnonzero(facts.by_patient(facts.numbers("patients", "death_day")) < start)
    yield "episodes", rows, "index_day", f"{len(rows)} episode(s) begin after the patient's death."


def _dated_after_death(facts: Facts, name: str) -> Mask:
    """Find rows whose date follows that of the death: dates need no index to be compared."""
    death, date = facts.tables["patients"]["death_date"], facts.tables[name]["date"]
    if not death.notna().any() or not date.notna().any():
        return np.zeros(len(date), dtype=bool)
    patient = taken(np.arange(len(death), dtype=float), facts.places["episodes", "patient_id"])
    owner = facts.by_episode(name, patient)
    if (name, "patient_id") in facts.places:
        named = facts.places[name, "patient_id"]
        owner = np.where(np.isnan(owner), np.where(named < 0, np.nan, named), owner)
    known = ~np.isnan(owner)
    late = np.zeros(len(date), dtype=bool)
    late[known] = date.to_numpy()[known] > death.to_numpy()[owner[known].astype(int)]
    return late


def status_fits_death(facts: Facts) -> Hits:
    """Find patients who died and live."""
    patients = facts.tables["patients"]
    known = patients["death_day"].notna() | patients["death_lower_day"].notna()
    known |= patients["death_date"].notna()
    rows = np.flatnonzero(known & patients["last_contact_status"].isin(["alive"]))
    message = f"{len(rows)} patient(s) have a death and a last contact status 'alive'."
    yield "patients", rows, "last_contact_status", message


def episodes_are_in_order(facts: Facts) -> Hits:
    """Find episodes of one patient that nobody can put in order."""
    episodes = facts.tables["episodes"]
    several = episodes.duplicated("patient_id", keep=False)
    rows = np.flatnonzero(several & episodes["index_day"].isna() & episodes["patient_id"].notna())
    yield (
        "episodes",
        rows,
        "index_day",
        f"{len(rows)} episode(s) of patients with several have neither index_date nor index_day, "
        "so their order in time is unknown.",
    )


def intervals_are_ordered(facts: Facts) -> Hits:
    """Find intervals that end before they begin."""
    events = facts.tables["events"]
    rows = np.flatnonzero(events["lower_day"] > events["upper_day"])
    message = f"{len(rows)} event(s) have a lower_day after their upper_day."
    yield "events", rows, "lower_day", message


def nothing_in_the_future(facts: Facts) -> Hits:
    """Find dates after the day on which the data were taken, where that day is declared.

    Days without a date are left alone but for those of a patient's death and last contact: the day
    of a visit may be the one that was planned.
    """
    if facts.as_of is None:
        return
    said = f"{facts.as_of:%Y-%m-%d}, the day the data were taken"
    for name, column, late in _late(facts, facts.as_of):
        rows = np.flatnonzero(late)
        message = f"{len(rows)} value(s) of {name}.{column} lie after {said}."
        yield name, rows, column, message


def _late(facts: Facts, as_of: pd.Timestamp) -> list[tuple[str, str, Mask]]:
    found = [
        (name, column.name, (facts.tables[name][column.name] > as_of).to_numpy())
        for name, spec in TABLES.items()
        for column in spec.columns
        if column.kind == "date"
    ]
    episodes = facts.tables["episodes"]
    left = (as_of - episodes["index_date"]).dt.days.to_numpy(dtype=float)
    year = facts.numbers("episodes", "index_year") > as_of.year
    found.append(("episodes", "index_year", year & np.isnan(left)))
    for name in TIMED:
        lower = facts.numbers(name, "lower_day")
        found.append((name, "lower_day", lower > facts.by_episode(name, left)))
    # A patient's days count from the first index, an episode's from its own.
    of_patient = _least_by_patient(facts, left + facts.numbers("episodes", "index_day"))
    patients = facts.tables["patients"]
    for what in PATIENT_TIMES:
        undated = patients[f"{what}_date"].isna().to_numpy()
        day = first_known(
            facts.numbers("patients", f"{what}_day"), facts.numbers("patients", f"{what}_lower_day")
        )
        found.append(("patients", f"{what}_day", undated & (day > of_patient)))
    return found


def nothing_before_birth(facts: Facts) -> Hits:
    """Find whatever happened to a patient who was not born."""
    birth_year = facts.numbers("patients", "birth_year")
    if np.isnan(birth_year).all():
        return
    born = facts.by_patient(birth_year)
    rows = np.flatnonzero(facts.numbers("episodes", "index_year") < born)
    message = f"{len(rows)} episode(s) begin before the patient's year of birth."
    yield "episodes", rows, "index_year", message
    since = _days_since_1970(born) - _latest_index(facts)
    for name in TIMED:
        last = first_known(facts.numbers(name, "day"), facts.numbers(name, "upper_day"))
        rows = np.flatnonzero(last < facts.by_episode(name, since))
        message = f"{len(rows)} row(s) of {name} lie before the patient's year of birth."
        yield name, rows, "day", message
    for what in PATIENT_TIMES:
        date = facts.tables["patients"][f"{what}_date"]
        rows = np.flatnonzero(date.dt.year.to_numpy(dtype=float) < birth_year)
        message = f"{len(rows)} patient(s) have a {what}_date before their year of birth."
        yield "patients", rows, f"{what}_date", message


def nothing_after_last_contact(facts: Facts) -> Hits:
    """Find what was learnt of a patient after the last contact with them."""
    contact = first_known(
        facts.numbers("patients", "last_contact_day"),
        facts.numbers("patients", "last_contact_upper_day"),
    )
    start = np.nan_to_num(facts.numbers("episodes", "index_day"))
    last = facts.by_patient(contact) - start
    for name in TIMED:
        late = _first_day(facts, name) > facts.by_episode(name, last)
        if name == "scores":
            # A questionnaire that did not come back has a day on which it was due.
            scores = facts.tables[name]
            late &= (scores["value"].notna() | scores["grade"].notna()).to_numpy()
        rows = np.flatnonzero(late)
        message = f"{len(rows)} row(s) of {name} lie after the patient's last contact"
        yield name, rows, "day", f"{message}: that day, or theirs, is wrong."
    rows = np.flatnonzero(facts.numbers("episodes", "last_followup_day") > last)
    message = f"{len(rows)} episode(s) have a last follow-up after the patient's last contact."
    yield "episodes", rows, "last_followup_day", message


def _first_day(facts: Facts, name: str) -> Floats:
    return first_known(facts.numbers(name, "day"), facts.numbers(name, "lower_day"))


def _latest_index(facts: Facts) -> Floats:
    """Return the last day, from 1970, that day 0 of each episode can be."""
    date = facts.tables["episodes"]["index_date"]
    exact = np.asarray((date - pd.Timestamp(1970, 1, 1)).dt.days, dtype=float)
    return first_known(exact, _days_since_1970(facts.numbers("episodes", "index_year") + 1) - 1)


def _days_since_1970(year: Floats) -> Floats:
    """Return the day, from 1970, on which each year begins."""
    known = ~np.isnan(year)
    days = np.full(len(year), np.nan)
    starts = (year[known].astype(int) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    days[known] = starts.astype(float)
    return days


def _least_by_patient(facts: Facts, by_episode: Floats) -> Floats:
    """Return the smallest number among the episodes of each patient, NaN where none is known."""
    least = np.full(len(facts.tables["patients"]), np.nan)
    patient = facts.places["episodes", "patient_id"]
    known = (patient >= 0) & ~np.isnan(by_episode)
    np.fmin.at(least, patient[known], by_episode[known])
    return least
