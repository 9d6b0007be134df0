"""Events that come again until death, in patients of whom some are frailer than others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from validation.samples import HORIZON, FloatArray, Sample, arms

FRAILTY = 0.5  # variance of the gamma frailty, of mean 1, that multiplies both hazards
MIS, OPEN = (0.03, 0.010), (0.05, 0.015)  # events and deaths a month


def recurring(n: int) -> Sample:
    """Make recurrent events of one group."""

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        return followed(rng, np.tile(OPEN, (n, 1)))

    words = "0.05 events and .015 deaths a month, gamma frailty of variance 0.5"
    return Sample(f"{words}, at 24 months", n, {"mean_count": mean_count(*OPEN)}, draw)


def recurring_of_arms(n: int) -> Sample:
    """Make recurrent events of two arms of equal size."""
    arm = arms(n, n // 2)

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        rows = followed(rng, np.where((arm == "mis")[:, None], MIS, OPEN))
        return rows.assign(arm=arm[rows["patient"]])

    words = "0.03 v 0.05 events, .010 v .015 deaths a month, gamma frailty of variance 0.5"
    truths = {"mean_count_difference": mean_count(*MIS) - mean_count(*OPEN)}
    return Sample(f"{words}, at 24 months", n, truths, draw)


def followed(rng: np.random.Generator, hazards: FloatArray) -> pd.DataFrame:
    """Make each patient's stretches between events, until death or the end of 18 to 48 months."""
    n = len(hazards)
    frailty = rng.gamma(1 / FRAILTY, FRAILTY, n)
    rate, dying = frailty * hazards.T
    death, end = rng.exponential(1 / dying), rng.uniform(18, 48, n)
    last = np.minimum(death, end)
    # Given how many there are, the events of a Poisson process lie anywhere alike.
    of = np.repeat(np.arange(n), rng.poisson(rate * last))
    rows = pd.DataFrame(
        {
            "patient": np.concatenate([of, np.arange(n)]),
            "stop": np.concatenate([last[of] * rng.random(len(of)), last]),
            "event": np.repeat([1, 0], [len(of), n]),
            "died": np.concatenate([np.zeros(len(of), dtype=int), (death <= end).astype(int)]),
        }
    ).sort_values(["patient", "stop"], ignore_index=True)
    return rows.assign(start=rows.groupby("patient")["stop"].shift(fill_value=0.0))


def mean_count(rate: float, dying: float) -> float:
    """Return the mean number of events by the horizon.

    Of a patient of frailty Z it is rate (1 - exp(-Z dying t)) / dying, whose mean over Z is in the
    gamma's Laplace transform.
    """
    alive = (1 + FRAILTY * dying * HORIZON) ** (-1 / FRAILTY)
    return rate * (1 - alive) / dying
