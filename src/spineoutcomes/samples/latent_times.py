"""When things happen, seen or not: death, recurrence and the start of radiotherapy, by plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.numerics.distributions import expit
from spineoutcomes.samples.chosen_effects import METASTASES as CHOSEN
from spineoutcomes.samples.draws import Floats, weibull_days
from spineoutcomes.samples.patients import standardised, weighted_sum

# Log hazards by tumour: breast, kidney, lung, other, prostate.
DEATH_BY_TUMOUR = np.array([-0.5, -0.1, 0.5, 0.1, -0.3])
RECURRENCE_BY_TUMOUR = np.array([-0.2, 0.3, 0.3, 0.0, -0.2])
# Per standard deviation of the covariates.
DEATH = {"kps": -0.3, "age": 0.1, "asa": 0.15}
RECURRENCE = {"escc": 0.15}
DEATH_SCALE_DAYS = 560.0  # about half die within the first year
RECURRENCE_SCALE_DAYS = 900.0
CONSTANT_HAZARD = 1.0  # shape of both baselines
RADIOTHERAPY_DAYS_OPEN = 32.0  # median
RADIOTHERAPY_LOG_SD = 0.4
EARLIEST_RADIOTHERAPY = 7.0  # days, for the wound
NEVER_STARTED_INTERCEPT = -2.4  # log odds
NEVER_STARTED = {"kps": -0.4}


def deaths(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the day of death under each plan."""
    x = standardised(people)
    log_hazard = DEATH_BY_TUMOUR[people["tumour"]] + weighted_sum(x, DEATH)
    luck = rng.random(len(people))

    def under(effect: float) -> Floats:
        return weibull_days(luck, DEATH_SCALE_DAYS, CONSTANT_HAZARD, log_hazard + effect)

    return pd.DataFrame(
        {"death_day_mis": under(CHOSEN.log_hazard_death), "death_day_open": under(0.0)}
    )


def recurrences(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the day of recurrence or progression under each plan, as if nobody died before."""
    x = standardised(people)
    log_hazard = RECURRENCE_BY_TUMOUR[people["tumour"]] + weighted_sum(x, RECURRENCE)
    luck = rng.random(len(people))

    def under(effect: float) -> Floats:
        return weibull_days(luck, RECURRENCE_SCALE_DAYS, CONSTANT_HAZARD, log_hazard + effect)

    return pd.DataFrame(
        {
            "recurrence_day_mis": under(CHOSEN.log_hazard_recurrence),
            "recurrence_day_open": under(0.0),
        }
    )


def radiotherapy(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the day radiotherapy would start under each plan; infinite when it never would."""
    x, n = standardised(people), len(people)
    error = RADIOTHERAPY_LOG_SD * rng.standard_normal(n)
    never = rng.random(n) < expit(NEVER_STARTED_INTERCEPT + weighted_sum(x, NEVER_STARTED))
    never = np.asarray(never | ~people["radiotherapy_planned"])

    def under(effect: float) -> Floats:
        day = np.round(RADIOTHERAPY_DAYS_OPEN * np.exp(effect + error))
        return np.where(never, np.inf, np.maximum(day, EARLIEST_RADIOTHERAPY))

    return pd.DataFrame(
        {
            "radiotherapy_day_mis": under(CHOSEN.log_days_to_radiotherapy),
            "radiotherapy_day_open": under(0.0),
        }
    )
