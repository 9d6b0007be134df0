"""Registries large enough that chance plays hardly any part, simulated once."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.registry import Registry
from spineoutcomes.samples import simulate_registry

LARGE = 20_000


@pytest.fixture(scope="session")
def large() -> Registry:
    return simulate_registry(LARGE, seed=11)


@pytest.fixture(scope="session")
def trial() -> Registry:
    return simulate_registry(LARGE, seed=11, randomised=True)


def first_episodes(registry: Registry) -> pd.DataFrame:
    """Return first episodes with their patient's facts, their operation and the truth."""
    assert registry.truth is not None
    episodes = registry.table("episodes")
    first = episodes[episodes["prior_episode_id"].isna()]
    main = registry.table("procedures").drop_duplicates("episode_id").set_index("episode_id")
    operation = main[["blood_loss_ml", "operative_time_min", "surgeon_id"]]
    patients = registry.table("patients").set_index("patient_id")
    contact = patients[["death_day", "last_contact_day"]]
    return (
        first.join(operation, on="episode_id")
        .join(contact, on="patient_id")
        .join(registry.truth, on="episode_id")
        .set_index("episode_id")
    )


def scores_of(registry: Registry, instrument: str, visit: str) -> pd.DataFrame:
    """Return the scores of one instrument at one visit, indexed by episode."""
    scores = registry.table("scores")
    rows = scores[(scores["instrument"] == instrument) & (scores["visit"] == visit)]
    return rows.set_index("episode_id")
