"""Potential outcomes after surgery for metastases: what each patient would have under each plan.

Both arms of a patient share their random errors, so that their difference is the effect alone.
Whatever people round is rounded here: the truth has the same heaping as the data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.numerics.distributions import expit
from spineoutcomes.samples.chosen_effects import METASTASES as CHOSEN
from spineoutcomes.samples.draws import BLOOD_STEP_ML, TIME_STEP_MIN, heaped
from spineoutcomes.samples.patients import standardised, weighted_sum

FRANKEL = ("A", "B", "C", "D", "E")
FRANKEL_CUTS = np.array([-1.4, -0.6, 0.4, 1.6])
MINI_OPEN_LOG_BLOOD = -0.2  # a smaller opening within the open arm
HYBRID_LOG_BLOOD = 0.15
# Extra operating time of the three surgeons of a centre: unrelated to their preference for MIS.
SURGEON_LOG_TIME = np.array([0.06, -0.12, 0.06])
COMPLICATION_DAYS = 30
RESPONSE_POINTS = 2.0  # a fall of pain by this much counts as a response
LOWEST_BASELINE_PAIN = 2.0  # so that everyone can respond
# Open surgery of an average patient, what a standard deviation of each covariate adds on the log
# scale, and the spread (SD of the log) between patients alike.
BLOOD_ML, BLOOD, BLOOD_SPREAD = 950.0, {"escc": 0.15, "sins": 0.10, "kidney": 0.4}, 0.6
TIME_MIN, TIME, TIME_SPREAD = 225.0, {"escc": 0.06, "sins": 0.03}, 0.25
STAY_DAYS, STAY, STAY_SPREAD = 10.0, {"escc": 0.12, "asa": 0.1, "kps": -0.15}, 0.45
# Points of pain: before surgery, and later as a share of it.
PAIN_BEFORE, PAIN_BEFORE_BY, PAIN_BEFORE_SPREAD = 6.8, {"sins": 0.6}, 1.5
PAIN_LATER, PAIN_LATER_BY, PAIN_LATER_SPREAD = 0.7, {"sins": 0.3, "kps": -0.35}, 1.6
SHARE_OF_PAIN_LEFT = 0.33
# The latent scale of the Frankel grades: start, gain after open surgery, spread of the gain.
FRANKEL_START, FRANKEL_BY, FRANKEL_GAIN, FRANKEL_GAIN_SPREAD = 0.9, {"escc": -0.8}, 0.75, 0.5
COMPLICATION_LOG_ODDS = -1.15  # about a quarter after open surgery
COMPLICATION = {"escc": 0.3, "asa": 0.25, "kps": -0.25}


def perioperative(
    people: pd.DataFrame, plan: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return blood loss (ml), operating time (min) and the stay (days, before any death)."""
    x, n = standardised(people), len(people)
    error = rng.standard_normal((n, 3)) * [BLOOD_SPREAD, TIME_SPREAD, STAY_SPREAD]
    log_blood = np.log(BLOOD_ML) + weighted_sum(x, BLOOD) + error[:, 0]
    log_time = np.log(TIME_MIN) + weighted_sum(x, TIME) + error[:, 1]
    log_time = log_time + SURGEON_LOG_TIME[people["surgeon"]]
    log_los = np.log(STAY_DAYS) + weighted_sum(x, STAY) + error[:, 2]
    converts = plan["converts"].astype(float)
    blood_effect = CHOSEN.log_blood_loss + CHOSEN.log_blood_loss_if_kidney * x["kidney"]
    mis_blood = blood_effect + CHOSEN.conversion_log_blood_loss * converts
    mis_blood = mis_blood + HYBRID_LOG_BLOOD * plan["hybrid"]
    mis_time = CHOSEN.log_operative_time + CHOSEN.conversion_log_operative_time * converts
    mis_los = CHOSEN.log_los + CHOSEN.conversion_log_los * converts
    open_blood = MINI_OPEN_LOG_BLOOD * plan["mini_open"]
    return pd.DataFrame(
        {
            "blood_loss_ml_mis": heaped(np.exp(log_blood + mis_blood), BLOOD_STEP_ML),
            "blood_loss_ml_open": heaped(np.exp(log_blood + open_blood), BLOOD_STEP_ML),
            "operative_time_min_mis": heaped(np.exp(log_time + mis_time), TIME_STEP_MIN),
            "operative_time_min_open": heaped(np.exp(log_time), TIME_STEP_MIN),
            "los_days_mis": np.ceil(np.exp(log_los + mis_los)),
            "los_days_open": np.ceil(np.exp(log_los)),
        }
    )


def pain(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return back pain (0-10) before surgery, and at 3 and 12 months under each plan."""
    x, n = standardised(people), len(people)
    error = rng.standard_normal((n, 3))
    start = PAIN_BEFORE + weighted_sum(x, PAIN_BEFORE_BY) + PAIN_BEFORE_SPREAD * error[:, 0]
    before = np.clip(np.round(start), LOWEST_BASELINE_PAIN, 10)
    later = PAIN_LATER + SHARE_OF_PAIN_LEFT * before + weighted_sum(x, PAIN_LATER_BY)
    share = 1 + CHOSEN.pain_by_kps * x["kps"]
    columns = {"pain_preoperative": before}
    for visit, effect, column in (("3m", CHOSEN.pain_3m, 1), ("12m", CHOSEN.pain_12m, 2)):
        untreated = later + PAIN_LATER_SPREAD * error[:, column]
        columns[f"pain_{visit}_mis"] = np.clip(np.round(untreated + effect * share), 0, 10)
        columns[f"pain_{visit}_open"] = np.clip(np.round(untreated), 0, 10)
    return pd.DataFrame(columns)


def neurology(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return Frankel grades as positions in `FRANKEL`, before surgery and at 3 months."""
    x, n = standardised(people), len(people)
    before = FRANKEL_START + weighted_sum(x, FRANKEL_BY) + rng.standard_normal(n)
    after = before + FRANKEL_GAIN + FRANKEL_GAIN_SPREAD * rng.standard_normal(n)
    return pd.DataFrame(
        {
            "frankel_preoperative": np.searchsorted(FRANKEL_CUTS, before),
            "frankel_3m_mis": np.searchsorted(FRANKEL_CUTS, after + CHOSEN.frankel),
            "frankel_3m_open": np.searchsorted(FRANKEL_CUTS, after),
        }
    )


def complications(
    people: pd.DataFrame, plan: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return whether a complication comes within 30 days under each plan, and on which day."""
    x, n = standardised(people), len(people)
    log_odds = COMPLICATION_LOG_ODDS + weighted_sum(x, COMPLICATION)
    mis = CHOSEN.log_odds_complication + CHOSEN.conversion_log_odds_complication * plan["converts"]
    luck = rng.random(n)
    return pd.DataFrame(
        {
            "complication_mis": (luck < expit(log_odds + mis)).astype(float),
            "complication_open": (luck < expit(log_odds)).astype(float),
            "complication_day": rng.integers(0, COMPLICATION_DAYS, n, endpoint=True).astype(float),
        }
    )
