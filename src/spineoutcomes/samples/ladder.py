"""The scenario of the treatment ladder: lumbar disc herniations treated step by step."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.numerics.distributions import expit
from spineoutcomes.samples.chosen_effects import LADDER as CHOSEN
from spineoutcomes.samples.draws import (
    RANDOMISED,
    Floats,
    Ints,
    Simulated,
    chosen,
    patient_ids,
    streams,
)
from spineoutcomes.samples.follow_up import Loss, Visit, answers, last_contact, visit_days
from spineoutcomes.samples.ladder_tables import COMPONENTS, Step, tables_of
from spineoutcomes.samples.patients import days_to_closure
from spineoutcomes.samples.potential import ABLATION_OR_BLOCK as ARMS

PARTS = ("patients", "assignment", "contact")
PARTS_OF_STEP = ("relief", "next", "visits", "scores", "answers")
FIRST_KEY_OF_STEPS = 100  # spawn keys of the steps, away from those of the parts
YEARS = (2018, 2023)
LEVEL_SHARES = (0.1, 0.5, 0.4)
# Patients: mean and SD of age; median and SD of the log of months with symptoms; pain and half of
# the ODI share a severity, beside a part of their own.
AGE, AGE_SD, FEMALE = 45.0, 12.0, 0.45
SYMPTOM_MONTHS, SYMPTOM_LOG_SD = 8.0, 0.6
PAIN, PAIN_BY_SEVERITY, PAIN_SD = 6.6, 1.0, 0.9
HALF_ODI, HALF_ODI_BY_SEVERITY, HALF_ODI_SD = 24.0, 4.0, 4.0
# Log odds of starting with ablation: more pain (per point), and for longer (per log of months).
LOG_ODDS_ABLATION, LOG_ODDS_BY_PAIN, LOG_ODDS_BY_DURATION = -0.4, 0.5, 0.4
RELIEF_DAYS = np.array([55.0, 55.0 * np.exp(CHOSEN.log_relief), 2500.0])  # median, by step
RELIEF_LOG_SD = 0.5
RESPONSE_BY_PAIN = -0.3  # log odds per point
RESPONSE_LOG_ODDS = np.array([1.0, 1.0 + CHOSEN.response_logit, 2.3])  # by step
PAIN_IN_RELIEF = 0.25  # of the pain before
PAIN_AFTER_RELIEF = 0.85
PAIN_SPREAD = 0.8  # points, between visits alike
ODI_SPREAD = 6.0
ODI_IN_RELIEF = 0.4
ODI_AFTER_RELIEF = 0.9
NEXT_STEP = 0.75  # share that goes on to the next step once relief has ended
WAIT_DAYS = (30, 90)  # from the end of relief to the next step
ROUGH_DAYS = 0.4  # share of patients whose visits are dated to the month
LOSS = Loss(early=0.02, early_days=60.0, yearly_rate=0.08, withdrawn=0.1)
VISITS = (
    Visit("1m", due_day=30.0, jitter_days=3.0, widest_days=8.0, missing_intercept=-2.4),
    Visit("3m", due_day=91.0, jitter_days=8.0, widest_days=21.0, missing_intercept=-2.2),
    Visit("6m", due_day=183.0, jitter_days=10.0, widest_days=28.0, missing_intercept=-1.9),
    Visit("12m", due_day=365.0, jitter_days=15.0, widest_days=42.0, missing_intercept=-1.6),
)


def simulate_ladder(n: int, sequence: np.random.SeedSequence, *, randomised: bool) -> Simulated:
    """Simulate `n` patients who climb from nerve root block to ablation to the endoscope."""
    rng = streams(sequence, PARTS)
    people = _people(n, rng["patients"])
    chance = _propensity(people) if not randomised else np.full(n, RANDOMISED)
    kind = (rng["assignment"].random(n) < chance).astype(np.int64)  # 0 block, 1 ablation
    never = np.full(n, np.inf)  # nobody dies in this scenario
    contact = last_contact(never, people["cutoff_day"].to_numpy(), LOSS, rng["contact"])
    until = contact["last_contact_day"].to_numpy()
    steps = [_step(1, np.arange(n), np.zeros(n), people, kind, until, sequence)]
    while len(steps) < len(COMPONENTS) and steps[-1].goes_on.any():
        steps.append(_next_step(steps[-1], until, sequence))
    columns = {"arm": np.where(kind == 1, *ARMS), "propensity": chance.round(6)}
    tables = tables_of(patient_ids(n), people, contact, steps)
    known = pd.DataFrame(columns).join(_potential(people, sequence))
    known.index = pd.Index(np.char.add(patient_ids(n), "-E1"))
    truth = known.reindex(pd.Index(tables["episodes"]["episode_id"], name="episode_id"))
    return Simulated(tables, truth)


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    year = rng.integers(YEARS[0], YEARS[1], n, endpoint=True)
    age = np.clip(np.round(AGE + AGE_SD * rng.standard_normal(n)), 18, 80)
    severity, own = rng.standard_normal(n), rng.standard_normal((n, 3))
    months = SYMPTOM_MONTHS * np.exp(SYMPTOM_LOG_SD * own[:, 0])
    pain = PAIN + PAIN_BY_SEVERITY * severity + PAIN_SD * own[:, 1]
    half_odi = HALF_ODI + HALF_ODI_BY_SEVERITY * severity + HALF_ODI_SD * own[:, 2]
    return pd.DataFrame(
        {
            "age_years": age,
            "female": rng.random(n) < FEMALE,
            "birth_year": year - age,
            "index_year": year.astype(float),
            "cutoff_day": days_to_closure(year, rng.integers(0, 365, n)),
            "level": chosen(rng, n, LEVEL_SHARES),
            "symptom_months": np.clip(np.round(months), 1, 60),
            "pain": np.clip(np.round(pain, 1), 3, 10),
            "odi": np.clip(2 * np.round(half_odi), 20, 90),
            "rough": rng.random(n) < ROUGH_DAYS,
        }
    )


def _propensity(people: pd.DataFrame) -> Floats:
    """Return the chance of starting with ablation: more pain, and for longer."""
    duration = np.log(people["symptom_months"] / SYMPTOM_MONTHS)
    by_patient = LOG_ODDS_BY_PAIN * (people["pain"] - PAIN) + LOG_ODDS_BY_DURATION * duration
    return np.asarray(expit(LOG_ODDS_ABLATION + by_patient))


def _step(
    number: int,
    rows: Ints,
    start: Floats,
    people: pd.DataFrame,
    kind: Ints,
    until: Floats,
    sequence: np.random.SeedSequence,
) -> Step:
    """Return one step of the patients at `rows`, as it was seen."""
    rng = _rng(sequence, number)
    had = _course(people, kind, rng)
    next_day = had["next_step_day"].to_numpy()
    left = until[rows] - start
    goes_on = np.isfinite(next_day) & (next_day < left) & (kind < len(COMPONENTS) - 1)
    return Step(
        number=number,
        rows=rows,
        start=start,
        people=people,
        kind=kind,
        had=had,
        until=np.where(goes_on, next_day, left),
        goes_on=goes_on,
        answers={v.name: answers(v, np.zeros(len(rows)), rng["answers"]) for v in VISITS},
        before=-rng["answers"].integers(1, 10, len(rows)).astype(float),
    )


def _next_step(last: Step, until: Floats, sequence: np.random.SeedSequence) -> Step:
    """Return the next step of those who go on: relief is over, the pain is nearly what it was."""
    on = last.goes_on
    start = (last.start + last.had["next_step_day"].to_numpy())[on]
    people = last.people[on].reset_index(drop=True)
    people = people.assign(
        pain=np.round(PAIN_AFTER_RELIEF * people["pain"], 1),
        odi=2 * np.round(ODI_AFTER_RELIEF * people["odi"] / 2),
    )
    return _step(last.number + 1, last.rows[on], start, people, last.kind[on] + 1, until, sequence)


def _potential(people: pd.DataFrame, sequence: np.random.SeedSequence) -> pd.DataFrame:
    """Return what each patient would have under either first step, as if no further one came."""
    n = len(people)
    under = {
        arm: _course(people, np.full(n, kind), _rng(sequence, 1))
        for arm, kind in (("ablation", 1), ("block", 0))
    }
    outcomes = [name for name in map(str, under["block"]) if not name.startswith("visit_day")]
    return pd.DataFrame({f"{s}_{arm}": under[arm][s].to_numpy() for s in outcomes for arm in ARMS})


def _course(people: pd.DataFrame, kind: Ints, rng: dict[str, np.random.Generator]) -> pd.DataFrame:
    """Return relief, pain and disability after a step of the given kind.

    The draws do not depend on the kind: two calls with the same streams give potential outcomes.
    """
    n = len(people)
    before = {name: people[name].to_numpy() for name in ("pain", "odi")}
    log_odds = RESPONSE_LOG_ODDS[kind] + RESPONSE_BY_PAIN * (before["pain"] - PAIN)
    responds = rng["relief"].random(n) < expit(log_odds)
    lasting = RELIEF_DAYS[kind] * np.exp(RELIEF_LOG_SD * rng["relief"].standard_normal(n))
    relief = np.where(responds, np.ceil(lasting), 0.0)
    willing = rng["next"].random(n) < NEXT_STEP
    wait = rng["next"].integers(*WAIT_DAYS, n)
    columns = {
        "relief_end_day": relief,
        "next_step_day": np.where(willing, relief + wait, np.inf),
    }
    for visit in VISITS:
        day = visit_days(visit, n, rng["visits"])
        relieved = relief > day
        error = rng["scores"].standard_normal((n, 2))
        pain = before["pain"] * np.where(relieved, PAIN_IN_RELIEF, PAIN_AFTER_RELIEF)
        odi = before["odi"] * np.where(relieved, ODI_IN_RELIEF, ODI_AFTER_RELIEF)
        columns[f"visit_day_{visit.name}"] = day
        late_pain = np.clip(np.round(pain + PAIN_SPREAD * error[:, 0], 1), 0, 10)
        columns[f"pain_{visit.name}"] = late_pain + 0.0  # no -0.0
        late_odi = 2 * np.round((odi + ODI_SPREAD * error[:, 1]) / 2)
        columns[f"odi_{visit.name}"] = np.clip(late_odi, 0, 100) + 0.0
    return pd.DataFrame(columns)


def _rng(sequence: np.random.SeedSequence, number: int) -> dict[str, np.random.Generator]:
    """Return fresh streams of one step of the ladder, the same at each call."""
    key = (*sequence.spawn_key, FIRST_KEY_OF_STEPS + number)
    own = np.random.SeedSequence(sequence.entropy, spawn_key=key)
    return streams(own, PARTS_OF_STEP)
