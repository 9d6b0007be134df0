"""The scenario of spinal metastases: MIS against open surgery, confounded by indication."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.samples.assignment import plan
from spineoutcomes.samples.draws import Flags, Floats, Simulated, patient_ids, streams
from spineoutcomes.samples.follow_up import Loss, Visit, answers, last_contact, visit_days
from spineoutcomes.samples.latent_times import deaths, radiotherapy, recurrences
from spineoutcomes.samples.metastases_tables import Course, tables_of
from spineoutcomes.samples.outcomes import (
    FRANKEL,
    RESPONSE_POINTS,
    complications,
    neurology,
    pain,
    perioperative,
)
from spineoutcomes.samples.patients import at_second_operation, covariates, standardised
from spineoutcomes.samples.potential import MIS_OR_OPEN as ARMS
from spineoutcomes.samples.potential import side_by_side, what_happened
from spineoutcomes.samples.scans import Schedule, scans_made

PARTS = (
    "patients",
    "assignment",
    "perioperative",
    "pain",
    "neurology",
    "complications",
    "death",
    "recurrence",
    "radiotherapy",
    "contact",
    "scans",
    "visits",
    "second operation",
)
# Every three months for two years, then every six up to five years.
SCHEDULE = Schedule(
    due_months=(*range(3, 25, 3), *range(30, 61, 6)),
    jitter_days=(9.0,),
    missed=(0.06,),
)
LOSS = Loss(early=0.03, early_days=60.0, yearly_rate=0.06, withdrawn=0.2)
VISITS = (
    Visit("3m", due_day=90.0, jitter_days=10.0, widest_days=28.0, missing_intercept=-1.9),
    Visit("12m", due_day=365.0, jitter_days=20.0, widest_days=55.0, missing_intercept=-1.5),
)
SICKNESS_KEEPS_AWAY = 0.4  # log odds of a missing questionnaire per 15 points of KPS lost
SECOND_OPERATION = 0.3  # share operated on again once recurrence is seen
WAIT_FOR_SECOND = (10, 40)  # days from the scan to the second operation


def simulate_metastases(n: int, sequence: np.random.SeedSequence, *, randomised: bool) -> Simulated:
    """Simulate `n` patients with spinal metastases, some of them operated on twice."""
    first_seeds, second_seeds = sequence.spawn(2)
    rng = streams(first_seeds, PARTS)
    patients = patient_ids(n)
    people = covariates(n, rng["patients"])
    episodes = np.char.add(patients, "-E1")
    first = _course(episodes, patients, people, rng, randomised=randomised)
    again, day = _operated_again(first, rng["second operation"])
    if not again.any():
        return _simulated([first])
    second = _second_course(first, again, day, streams(second_seeds, PARTS), randomised=randomised)
    return _simulated([first.leading_to(again, day, second), second])


def _simulated(courses: list[Course]) -> Simulated:
    truth = pd.concat([_truth(course) for course in courses])
    return Simulated(tables_of(courses), truth.sort_index())


def _course(
    episodes: np.ndarray,
    patients: np.ndarray,
    people: pd.DataFrame,
    rng: dict[str, np.random.Generator],
    *,
    randomised: bool,
    death: Floats | None = None,
    contact: pd.DataFrame | None = None,
) -> Course:
    """Simulate one operation each; a second operation comes with its death and contact."""
    planned = plan(people, rng["assignment"], randomised=randomised)
    potential = pd.concat(
        [
            perioperative(people, planned, rng["perioperative"]),
            pain(people, rng["pain"]),
            neurology(people, rng["neurology"]),
            complications(people, planned, rng["complications"]),
            deaths(people, rng["death"])
            if death is None
            else pd.DataFrame({f"death_day_{arm}": death for arm in ARMS}),
            recurrences(people, rng["recurrence"]),
            radiotherapy(people, rng["radiotherapy"]),
        ],
        axis="columns",
    )
    mis = planned["mis"].to_numpy()
    had = what_happened(potential, mis, ARMS)
    if contact is None:
        cutoff = people["cutoff_day"].to_numpy()
        contact = last_contact(had["death_day"].to_numpy(), cutoff, LOSS, rng["contact"])
    until = contact["last_contact_day"].to_numpy()
    sickness = -SICKNESS_KEEPS_AWAY * standardised(people)["kps"].to_numpy()
    visits = {v.name: visit_days(v, len(people), rng["visits"]) for v in VISITS}
    return Course(
        episodes=episodes,
        patients=patients,
        people=people,
        plan=planned,
        potential=_within_life(potential, visits),
        had=had,
        contact=contact,
        scans=scans_made(SCHEDULE, had["recurrence_day"].to_numpy(), until, rng["scans"]),
        visits=visits,
        answers={v.name: answers(v, sickness, rng["visits"]) for v in VISITS},
        before=-rng["visits"].integers(1, 15, len(people)).astype(float),
        leads_to=pd.DataFrame(),
    )


def _within_life(potential: pd.DataFrame, visits: dict[str, Floats]) -> pd.DataFrame:
    """Return the potential outcomes with none after death; deaths count as no response."""
    columns: dict[str, np.ndarray] = {}
    before = potential["pain_preoperative"].to_numpy()
    grade = potential["frankel_preoperative"].to_numpy()
    for arm in ARMS:
        death = potential[f"death_day_{arm}"].to_numpy()
        for visit, day in visits.items():
            value = potential[f"pain_{visit}_{arm}"].to_numpy()
            columns[f"pain_{visit}_{arm}"] = np.where(death > day, value, np.nan)
        alive = death > visits["3m"]
        response = before - potential[f"pain_3m_{arm}"].to_numpy() >= RESPONSE_POINTS
        columns[f"pain_response_3m_{arm}"] = (response & alive).astype(float)
        after = potential[f"frankel_3m_{arm}"].to_numpy()
        columns[f"frankel_3m_{arm}"] = np.where(alive, after, np.nan)
        can_improve = alive & (grade < len(FRANKEL) - 1)
        columns[f"frankel_improved_3m_{arm}"] = np.where(can_improve, after > grade, np.nan)
        columns[f"los_days_{arm}"] = np.minimum(potential[f"los_days_{arm}"], death)
    return potential.assign(**columns)


def _operated_again(first: Course, rng: np.random.Generator) -> tuple[Flags, Floats]:
    """Return who has a second operation, and its day."""
    n = len(first.people)
    day = first.scans.found_day + rng.integers(*WAIT_FOR_SECOND, n)
    seen_then = first.contact["last_contact_day"].to_numpy() > day
    return (rng.random(n) < SECOND_OPERATION) & seen_then, day


def _second_course(
    first: Course,
    again: Flags,
    day: Floats,
    rng: dict[str, np.random.Generator],
    *,
    randomised: bool,
) -> Course:
    start = day[again]
    people = first.people[again].reset_index(drop=True)
    contact = first.contact[again].reset_index(drop=True)
    return _course(
        np.char.add(first.patients[again], "-E2"),
        first.patients[again],
        at_second_operation(people, start, rng["patients"]),
        rng,
        randomised=randomised,
        death=first.had["death_day"].to_numpy()[again] - start,
        contact=contact.assign(
            last_contact_day=contact["last_contact_day"] - start,
            death_day=contact["death_day"] - start,
        ),
    )


def _truth(course: Course) -> pd.DataFrame:
    """Return the potential outcomes and the true propensity, indexed by episode."""
    frame = pd.DataFrame(
        {
            "arm": np.where(course.plan["mis"], *ARMS),
            "propensity": course.plan["propensity"].round(6),
            "propensity_given_surgeon": course.plan["propensity_given_surgeon"].round(6),
            "converts": course.plan["converts"].astype(float),
        }
    ).join(side_by_side(course.potential, ARMS))
    return frame.set_index(pd.Index(course.episodes, name="episode_id"))
