"""Patients with spinal metastases: who they are on day 0."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.samples.draws import Floats, chosen

TUMOURS = ("breast", "kidney", "lung", "other", "prostate")
TUMOUR_SHARES = (0.22, 0.12, 0.27, 0.22, 0.17)
FEMALE_SHARES = np.array([0.99, 0.35, 0.40, 0.45, 0.0])  # by tumour
ESCC = ("0", "1a", "1b", "1c", "2", "3")
ESCC_CUTS = np.array([-1.64, -1.04, -0.52, 0.0, 0.67])  # shares 5, 10, 15, 20, 25, 25 %
CENTRES = ("A", "B", "C", "D")
CENTRE_SHARES = (0.4, 0.3, 0.2, 0.1)
SURGEONS_PER_CENTRE = 3
YEARS = (2014, 2023)  # first and last year of operations
MIDDLE_YEAR = 2018.5
DATA_CLOSED = np.datetime64("2024-12-31")
LEVELS = (*(f"T{k}" for k in range(2, 13)), *(f"L{k}" for k in range(1, 6)))
N_THORACIC = 11  # of LEVELS
RADIOTHERAPY_PLANNED = 0.8
FRAILTY_WEIGHT = 0.5  # one trait behind ESCC, KPS and ASA, so that sick patients are sick all over


def covariates(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the facts known on day 0, one row per patient; text as positions in the lists here."""
    frailty, noise = rng.standard_normal(n), rng.standard_normal((n, 4))
    own = np.sqrt(1 - FRAILTY_WEIGHT**2)
    sickness = FRAILTY_WEIGHT * frailty[:, None] + own * noise
    tumour = chosen(rng, n, TUMOUR_SHARES)
    year = rng.integers(YEARS[0], YEARS[1], n, endpoint=True)
    age = np.clip(np.round(63 + 11 * rng.standard_normal(n)), 22, 92)
    centre = chosen(rng, n, CENTRE_SHARES)
    return pd.DataFrame(
        {
            "age_years": age,
            "female": rng.random(n) < FEMALE_SHARES[tumour],
            "birth_year": year - age,
            "index_year": year.astype(float),
            "index_day": 0.0,
            "cutoff_day": days_to_closure(year, rng.integers(0, 365, n)),
            "centre": centre,
            "surgeon": rng.integers(0, SURGEONS_PER_CENTRE, n),
            "tumour": tumour,
            "sins": np.clip(np.round(10 + 2.6 * sickness[:, 0]), 3, 18),
            "kps": np.clip(np.round((74 - 14 * sickness[:, 1]) / 10) * 10, 30, 100),
            "escc": np.searchsorted(ESCC_CUTS, sickness[:, 2]).astype(float),
            "asa_class": np.clip(np.round(2.7 + 0.7 * sickness[:, 3]), 1, 4),
            "radiotherapy_planned": rng.random(n) < RADIOTHERAPY_PLANNED,
            "level": rng.integers(0, len(LEVELS), n),
            "redo": 0.0,
        }
    )


def days_to_closure(year: np.ndarray, day_of_year: np.ndarray) -> Floats:
    """Return the days from an operation to the day the data were closed."""
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + day_of_year
    return np.asarray((DATA_CLOSED - start).astype(float))


def at_second_operation(
    first: pd.DataFrame, index_day: Floats, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the covariates of patients on the day of their second operation, weaker than before.

    Parameters
    ----------
    first : DataFrame
        Covariates at the first operation.
    index_day : array
        Days from the first operation to the second.
    rng : Generator
    """
    n = len(first)
    years = np.floor(index_day / 365.25)
    return first.assign(
        age_years=first["age_years"] + years,
        index_year=first["index_year"] + years,
        index_day=index_day,
        cutoff_day=first["cutoff_day"] - index_day,
        kps=np.clip(first["kps"] - 10.0 * rng.integers(0, 2, n), 30, 100),
        escc=np.clip(first["escc"] + rng.integers(0, 2, n), 0, len(ESCC) - 1),
        radiotherapy_planned=rng.random(n) < RADIOTHERAPY_PLANNED,
        redo=1.0,
    )


def weighted_sum(x: pd.DataFrame, weights: Mapping[str, float]) -> Floats:
    """Return the sum of the named columns of `standardised(people)`, each times its weight."""
    return np.asarray(sum(weight * x[name].to_numpy() for name, weight in weights.items()))


def standardised(people: pd.DataFrame) -> pd.DataFrame:
    """Return the covariates about zero, in units of roughly one standard deviation."""
    return pd.DataFrame(
        {
            "age": (people["age_years"] - 63) / 11,
            "sins": (people["sins"] - 10) / 2.6,
            "kps": (people["kps"] - 70) / 15,
            "escc": (people["escc"] - 3) / 1.5,
            "asa": (people["asa_class"] - 2.7) / 0.7,
            "year": (people["index_year"] - MIDDLE_YEAR) / 3,
            "kidney": (people["tumour"] == TUMOURS.index("kidney")).astype(float),
            "redo": people["redo"],
        }
    )
