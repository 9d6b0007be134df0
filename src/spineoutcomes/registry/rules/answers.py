"""Rules on answers that are not there: how many episodes nobody asked at a visit, by approach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.registry.links import Positions
from spineoutcomes.registry.rules.facts import Facts, Floats, Hits, Mask, first_known
from spineoutcomes.registry.texts import coded

# Beyond a fifth lost, follow-up is rarely believed (Schulz & Grimes 2002,
# doi:10.1016/S0140-6736(02)07750-4); a few episodes say nothing either way.
LOST_SHARE, LOST_LEAST = 0.2, 20


def visits_are_answered(facts: Facts) -> Hits:
    """Find visits at which more than a fifth of the episodes have no answer to any questionnaire.

    An episode is counted where the visit was due: on its usual day the patient was alive and not
    treated again yet, and the data go on to that day.
    """
    scores = facts.tables["scores"]
    visit, names = coded(scores["visit"])
    episode = facts.places["scores", "episode_id"]
    answered = (scores["value"].notna() | scores["grade"].notna()).to_numpy()
    day = first_known(facts.numbers("scores", "day"), facts.numbers("scores", "lower_day"))
    last = _last_day(facts)
    arm, arms = _arms(facts)
    for code, name in enumerate(names):
        rows = np.flatnonzero(visit == code)
        rows = rows[episode[rows] >= 0]
        usual = _median(day[rows])
        due = ~(last < usual)
        if due.sum() < LOST_LEAST:
            continue
        has = np.zeros(len(due), dtype=bool)
        has[episode[rows[answered[rows]]]] = True
        lost = due & ~has
        if lost.sum() > LOST_SHARE * due.sum():
            yield "scores", None, "visit", _message(name, lost, due, arm, arms)


def _last_day(facts: Facts) -> Floats:
    """Return the last day on which each episode could have been asked, infinite where any."""
    died = first_known(
        facts.numbers("patients", "death_day"), facts.numbers("patients", "death_upper_day")
    )
    # Days of a patient count from the first index, days of an episode from its own.
    start = np.nan_to_num(facts.numbers("episodes", "index_day"))
    last = np.fmin(facts.by_patient(died), _next_index(facts)) - start
    return np.fmin(np.fmin(last, facts.numbers("episodes", "cutoff_day")), np.inf)


def _next_index(facts: Facts) -> Floats:
    """Return the day on which the next episode of each one's patient begins, missing without."""
    day, patient = facts.numbers("episodes", "index_day"), facts.places["episodes", "patient_id"]
    order = np.lexsort((day, patient))
    here, following = order[:-1], order[1:]
    same = (
        (patient[here] == patient[following]) & (patient[here] >= 0) & (day[here] < day[following])
    )
    result = np.full(len(day), np.nan)
    result[here[same]] = day[following[same]]
    return result


def _arms(facts: Facts) -> tuple[Positions, list[str]]:
    """Return the approach of each episode, as performed, else as planned; -1 where untold."""
    episodes = facts.tables["episodes"]
    performed = episodes["approach_performed"].astype(object)
    approach = performed.where(performed.notna(), episodes["approach_planned"].astype(object))
    codes, names = pd.factorize(approach)
    return codes, [str(name) for name in names]


def _median(days: Floats) -> float:
    known = days[~np.isnan(days)]
    return float(np.median(known)) if len(known) else 0.0


def _message(name: str, lost: Mask, due: Mask, arm: Positions, arms: list[str]) -> str:
    by_arm = [
        f"{approach} {lost[arm == code].sum()} of {due[arm == code].sum()}"
        for code, approach in enumerate(arms)
        if due[arm == code].any()
    ]
    parts = f" ({', '.join(by_arm)})" if by_arm else ""
    return (
        f"At the visit {name!r}, {lost.sum()} of {due.sum()} episode(s) that were due have no "
        f"answer to any questionnaire{parts}: more than {LOST_SHARE:.0%}, so those who answered "
        "may not be like the others."
    )
