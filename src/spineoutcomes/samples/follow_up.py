"""How long each patient is seen, and which questionnaires come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.numerics.distributions import expit
from spineoutcomes.samples.draws import Flags, Floats

STATUSES = ("alive", "dead", "lost", "withdrawn")


@dataclass(frozen=True, slots=True)
class Loss:
    """How patients get out of sight: some at once, the others at a constant rate."""

    early: float  # share lost soon after discharge
    early_days: float  # how soon, at the latest
    yearly_rate: float
    withdrawn: float  # share of the losses that are withdrawals


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit at which questionnaires are given out: when, and how often they stay away."""

    name: str
    due_day: float
    jitter_days: float
    widest_days: float
    missing_intercept: float  # log odds that a patient of average sickness does not answer


def last_contact(
    death: Floats, cutoff: Floats, loss: Loss, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the last day each patient is seen and how things stood then.

    A death after loss to follow-up stays unknown, so that loss censors all alike.
    """
    n = len(death)
    early = np.ceil(loss.early_days * rng.random(n))
    late = np.ceil(365.25 / loss.yearly_rate * rng.exponential(size=n))
    lost = np.where(rng.random(n) < loss.early, early, late)
    way = np.where(rng.random(n) < loss.withdrawn, "withdrawn", "lost")
    day = np.minimum(np.minimum(death, cutoff), lost)
    status = np.where(day == death, "dead", np.where(day == cutoff, "alive", way))
    codes = np.searchsorted(np.array(STATUSES), status)
    return pd.DataFrame(
        {
            "last_contact_day": day,
            "status": codes,
            "death_day": np.where(day == death, death, np.nan),
        }
    )


def visit_days(visit: Visit, n: int, rng: np.random.Generator) -> Floats:
    """Return the day on which each patient would come to the visit."""
    stray = np.clip(
        visit.jitter_days * rng.standard_normal(n), -visit.widest_days, visit.widest_days
    )
    return np.asarray(np.round(visit.due_day + stray))


def answers(visit: Visit, sickness: Floats, rng: np.random.Generator) -> Flags:
    """Return whether each questionnaire comes back: the sicker the patient, the more stay away."""
    return np.asarray(rng.random(len(sickness)) >= expit(visit.missing_intercept + sickness))
