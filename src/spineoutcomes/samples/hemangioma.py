"""The scenario of vertebral hemangioma: a small series, embolized, cemented and decompressed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.numerics.distributions import expit, logit
from spineoutcomes.samples.chosen_effects import HEMANGIOMA as CHOSEN
from spineoutcomes.samples.draws import (
    BLOOD_STEP_ML,
    RANDOMISED,
    TIME_STEP_MIN,
    Floats,
    Simulated,
    heaped,
    patient_ids,
    streams,
    weibull_days,
)
from spineoutcomes.samples.follow_up import Loss, last_contact
from spineoutcomes.samples.hemangioma_tables import GRADES, MEASURED_VISITS, Series, tables_of
from spineoutcomes.samples.patients import LEVELS, days_to_closure
from spineoutcomes.samples.potential import MIS_OR_OPEN as ARMS
from spineoutcomes.samples.potential import side_by_side, what_happened
from spineoutcomes.samples.scans import Schedule, scans_made

PARTS = ("patients", "assignment", "outcomes", "lesion", "times", "contact", "scans", "visits")
YEARS = (2010, 2022)
# Age, volume of the intraspinal part (median, SD of the log), the weaker leg (positions among the
# graded MRC grades), pain: means and standard deviations.
AGE, AGE_SD = 48.0, 14.0
VOLUME_CM3, VOLUME_LOG_SD = 3.2, 0.45
GRADE, GRADE_SD = 7.0, 1.5
PAIN, PAIN_SD = 6.5, 1.6
ASA, ASA_SD = 1.9, 0.6
FEMALE, EMBOLIZED, CEMENTED = 0.6, 0.75, 0.8  # shares
# Log odds of the endoscope: four in five; large lesions and weak legs are opened (per SD).
LOG_ODDS_ENDOSCOPIC, LOG_ODDS_BY_SIZE, LOG_ODDS_BY_STRENGTH = 1.6, -0.6, 0.5
# Open surgery: blood loss and time (medians, SD of the log), what size and embolization add.
BLOOD_ML, BLOOD_SPREAD, BLOOD_BY_SIZE, BLOOD_IF_EMBOLIZED = 520.0, 0.5, 0.25, -0.3
TIME_MIN, TIME_SPREAD = 150.0, 0.25
PAIN_LATER, SHARE_OF_PAIN_LEFT, PAIN_LATER_SD = 0.8, 0.15, 0.9
GRADES_GAINED, GRADES_GAINED_SD = 3.0, 1.2
RESIDUAL_OPEN = 0.27  # share of the intraspinal lesion left one week after a laminectomy
RESIDUAL_SPREAD = 0.4  # SD of its logit
SHRINKING = {"4m": 0.75, "12m": 0.65}  # of the volume at one week
MEASUREMENT_SPREAD = 0.1  # SD of the log of a volume
GROWN = 1.5  # of the volume, once it has progressed
PROGRESSION_SCALE_DAYS = 9600.0  # about eight in a hundred within five years
PROGRESSION_SHAPE = 1.5  # late rather than early
PROGRESSION_BY_SIZE = 0.3
DEATH_SCALE_DAYS = 36500.0  # about one in a hundred a year, of other causes
DEATH_SHAPE = 1.0
DEATH_BY_AGE = 0.5
# One week, four and twelve months, then yearly up to eight years.
SCHEDULE = Schedule(
    due_months=(0.23, 4, 12, *range(24, 97, 12)),
    jitter_days=(1.2, 6, 12, *[20] * 7),
    missed=(0.0, 0.05, 0.08, *[0.12] * 7),
)
LOSS = Loss(early=0.0, early_days=30.0, yearly_rate=0.07, withdrawn=0.1)
FINAL_VISIT_DAYS = (365, 1100)
FINAL_MISSING = 0.08
EXUDATE = 0.3  # share of scans at one week on which the margin cannot be told
OPERATED_AGAIN = 0.5  # of those whose residual grows


def simulate_hemangioma(n: int, sequence: np.random.SeedSequence, *, randomised: bool) -> Simulated:
    """Simulate `n` patients with a vertebral hemangioma, most of them decompressed by endoscope."""
    rng = streams(sequence, PARTS)
    people = _people(n, rng["patients"])
    chance = _propensity(people) if not randomised else np.full(n, RANDOMISED)
    mis = rng["assignment"].random(n) < chance
    potential = pd.concat(
        [
            _operation(people, rng["outcomes"]),
            _lesion(people, rng["lesion"]),
            _times(people, rng["times"]),
        ],
        axis="columns",
    )
    had = what_happened(potential, mis, ARMS)
    contact = last_contact(
        had["death_day"].to_numpy(), people["cutoff_day"].to_numpy(), LOSS, rng["contact"]
    )
    until = contact["last_contact_day"].to_numpy()
    made = scans_made(SCHEDULE, had["progression_day"].to_numpy(), until, rng["scans"])
    due = rng["visits"].integers(*FINAL_VISIT_DAYS, n).astype(float)
    series = Series(
        patients=patient_ids(n),
        people=people,
        mis=mis,
        had=had.assign(volume_12m=_grown(had, made.found_day, made.day[:, 2])),
        contact=contact,
        scans=made,
        final_day=np.minimum(due, until - 1),
        answered=rng["visits"].random(n) >= FINAL_MISSING,
        exudate=rng["visits"].random(n) < EXUDATE,
        again=rng["visits"].random(n) < OPERATED_AGAIN,
    )
    columns = {"arm": np.where(mis, *ARMS), "propensity": chance.round(6)}
    scanned = [f"volume_{visit}_{arm}" for visit in MEASURED_VISITS for arm in ARMS]
    outcomes = side_by_side(potential.drop(columns=scanned), ARMS)
    truth = pd.DataFrame(columns).join(outcomes)
    return Simulated(tables_of(series), truth.set_index(series.episode_index))


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    year = rng.integers(YEARS[0], YEARS[1], n, endpoint=True)
    age = np.clip(np.round(AGE + AGE_SD * rng.standard_normal(n)), 18, 85)
    size, weakness = rng.standard_normal(n), rng.standard_normal(n)
    return pd.DataFrame(
        {
            "age_years": age,
            "female": rng.random(n) < FEMALE,
            "birth_year": year - age,
            "index_year": year.astype(float),
            "cutoff_day": days_to_closure(year, rng.integers(0, 365, n)),
            "centre": rng.integers(0, 2, n),
            "level": rng.integers(0, len(LEVELS), n),
            "asa_class": np.clip(np.round(ASA + ASA_SD * rng.standard_normal(n)), 1, 3),
            "volume": np.round(VOLUME_CM3 * np.exp(VOLUME_LOG_SD * size), 2),
            "grade": np.clip(np.round(GRADE - GRADE_SD * weakness), 2, len(GRADES) - 2),
            "right": rng.random(n) < 0.5,
            "pain": np.clip(np.round(PAIN + PAIN_SD * rng.standard_normal(n), 1), 1, 10),
            "embolized": rng.random(n) < EMBOLIZED,
            "cemented": rng.random(n) < CEMENTED,
            "before": -rng.integers(2, 15, n).astype(float),
        }
    )


def _size(people: pd.DataFrame) -> Floats:
    return np.asarray(np.log(people["volume"] / VOLUME_CM3) / VOLUME_LOG_SD)


def _propensity(people: pd.DataFrame) -> Floats:
    """Return the chance of an endoscopic decompression: large lesions and weak legs are opened."""
    strength = (people["grade"] - GRADE) / GRADE_SD
    by_patient = LOG_ODDS_BY_SIZE * _size(people) + LOG_ODDS_BY_STRENGTH * strength
    return np.asarray(expit(LOG_ODDS_ENDOSCOPIC + by_patient))


def _operation(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    error = rng.standard_normal((len(people), 4))
    blood = np.log(BLOOD_ML) + BLOOD_BY_SIZE * _size(people) + BLOOD_SPREAD * error[:, 0]
    blood = blood + BLOOD_IF_EMBOLIZED * people["embolized"].to_numpy()
    time = TIME_MIN * np.exp(TIME_SPREAD * error[:, 1])
    pain = PAIN_LATER + SHARE_OF_PAIN_LEFT * people["pain"].to_numpy()
    pain = pain + PAIN_LATER_SD * error[:, 2]
    grade = people["grade"].to_numpy() + GRADES_GAINED + GRADES_GAINED_SD * error[:, 3]
    columns: dict[str, Floats] = {}
    for arm, mis in (("mis", 1.0), ("open", 0.0)):
        lost = np.exp(blood + CHOSEN.log_blood_loss * mis)
        columns[f"blood_loss_ml_{arm}"] = heaped(lost, BLOOD_STEP_ML)
        columns[f"operative_time_min_{arm}"] = heaped(time, TIME_STEP_MIN)
        late_pain = np.clip(np.round(pain + CHOSEN.pain_final * mis, 1), 0, 10)
        columns[f"pain_final_{arm}"] = late_pain + 0.0  # no -0.0
        late_grade = np.round(grade + CHOSEN.muscle_grade * mis)
        columns[f"muscle_grade_final_{arm}"] = np.clip(late_grade, 0, len(GRADES) - 1)
    return pd.DataFrame(columns)


def _lesion(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return volumes (cm3) on the scans after surgery, and the residual at one week in percent."""
    error = rng.standard_normal((len(people), 1 + len(SHRINKING)))
    before = people["volume"].to_numpy()
    columns: dict[str, Floats] = {}
    for arm, mis in (("mis", 1.0), ("open", 0.0)):
        left = logit(RESIDUAL_OPEN) + CHOSEN.residual_logit * mis + RESIDUAL_SPREAD * error[:, 0]
        left = expit(left)
        first = np.round(before * left, 2)
        columns[f"residual_percent_1w_{arm}"] = 100 * first / before
        columns[f"volume_1w_{arm}"] = first
        for k, (visit, share) in enumerate(SHRINKING.items(), start=1):
            later = np.round(first * share * np.exp(MEASUREMENT_SPREAD * error[:, k]), 2)
            columns[f"volume_{visit}_{arm}"] = later
    return pd.DataFrame(columns).round(6)


def _grown(had: pd.DataFrame, found: Floats, day: Floats) -> Floats:
    """Return the volume at twelve months, larger where that scan shows progression."""
    volume = had["volume_12m"].to_numpy()
    return np.where(found == day, np.round(GROWN * had["volume_1w"].to_numpy(), 2), volume)


def _times(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    luck = rng.random((len(people), 2))
    growth = PROGRESSION_BY_SIZE * _size(people)
    ageing = np.asarray(DEATH_BY_AGE * (people["age_years"] - AGE) / AGE_SD)
    death = weibull_days(luck[:, 0], DEATH_SCALE_DAYS, DEATH_SHAPE, ageing)

    def progression(effect: float) -> Floats:
        return weibull_days(luck[:, 1], PROGRESSION_SCALE_DAYS, PROGRESSION_SHAPE, growth + effect)

    return pd.DataFrame(
        {
            "progression_day_mis": progression(CHOSEN.log_hazard_progression),
            "progression_day_open": progression(0.0),
            "death_day_mis": death,
            "death_day_open": death,
        }
    )
