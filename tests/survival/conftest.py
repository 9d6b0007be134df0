"""Histories of events that come again, with a known mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

# Events a year while alive, deaths a year, ends of observation between these years.
RATE, HAZARD, CLOSES = 0.8, 0.3, (1.0, 4.0)
# Of the gamma frailty that multiplies the rate of a subject: its events are correlated.
FRAILTY_SHAPE = 2.0


def true_mean(t: float) -> float:
    """Return the mean count by t: the rate times the mean time alive."""
    return RATE * (1 - np.exp(-HAZARD * t)) / HAZARD


@pytest.fixture(scope="session")
def simulate() -> Callable[..., pd.DataFrame]:
    def histories(rng: np.random.Generator, n: int) -> pd.DataFrame:
        death = rng.exponential(1 / HAZARD, n)
        closes = rng.uniform(*CLOSES, n)
        end = np.minimum(death, closes)
        number = rng.poisson(RATE * rng.gamma(FRAILTY_SHAPE, 1 / FRAILTY_SHAPE, n) * end)
        subject = np.repeat(np.arange(n), number)
        again = pd.DataFrame({"id": subject, "stop": rng.uniform(0, end[subject]), "event": 1})
        last = pd.DataFrame({"id": np.arange(n), "stop": end, "event": 0, "died": death <= closes})
        rows = pd.concat([again.assign(died=False), last]).sort_values(["id", "stop"])
        start = rows.groupby("id")["stop"].shift(fill_value=0.0)
        return rows.assign(start=start, g=np.where(rows["id"] % 2, "a", "b")).reset_index(drop=True)

    return histories


@pytest.fixture(scope="session")
def mean_by() -> Callable[[float], float]:
    return true_mean
