"""A small registry, right in every respect, to break in one respect at a time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

Tables = dict[str, pd.DataFrame]


def small_tables() -> Tables:
    """Return two patients; the first has two episodes, the second died on day 300."""
    return {
        "patients": pd.DataFrame(
            {
                "patient_id": ["P1", "P2"],
                "centre": ["north", "south"],
                "sex": ["female", "male"],
                "death_day": [None, 300],
                "last_contact_day": [900, 290],
                "last_contact_status": ["alive", "dead"],
            }
        ),
        "episodes": pd.DataFrame(
            {
                "episode_id": ["E1", "E2", "E3"],
                "patient_id": ["P1", "P1", "P2"],
                "diagnosis": ["spinal_metastasis", "spinal_metastasis", "spinal_metastasis"],
                "index_day": [0, 400, 0],
                "approach_planned": ["mis", "open", "open"],
                "approach_performed": ["mis", "open", "open"],
                "age_years": [61, 62, 70],
                "kps": [80, 70, None],
            }
        ),
        "procedures": pd.DataFrame(
            {
                "procedure_id": ["R1", "R2", "R3"],
                "episode_id": ["E1", "E2", "E3"],
                "component": ["vertebroplasty", "laminectomy", "separation_surgery"],
                "approach": ["mis", "open", "open"],
                "day": [0, 0, 0],
                "blood_loss_ml": [50, 700, 900],
            }
        ),
        "scores": pd.DataFrame(
            {
                "episode_id": ["E1", "E1", "E3", "E3"],
                "instrument": ["vas_pain", "vas_pain", "vas_pain", "frankel"],
                "location": ["back", "back", "back", None],
                "day": [-1, 90, 88, 90],
                "visit": ["preoperative", "3m", "3m", "3m"],
                "value": [7, 2, 3, None],
                "grade": [None, None, None, "D"],
            }
        ),
        "lesions": pd.DataFrame(
            {
                "episode_id": ["E1"],
                "lesion_id": ["L1"],
                "measure": ["percent_removed"],
                "day": [7],
                "value": [100],
            }
        ),
        "events": pd.DataFrame(
            {
                "event_id": ["V1", "V2", "V3"],
                "episode_id": ["E1", "E3", None],
                "patient_id": [None, None, "P2"],
                "kind": ["imaging", "local_recurrence", "radiotherapy_start"],
                "status": ["occurred", "occurred", "occurred"],
                "day": [90, 150, 30],
            }
        ),
    }


def built(tables: Tables, **more: Any) -> Registry:
    return build_registry(tables, vocabulary=SHIPPED_VOCABULARY, **more)


@pytest.fixture
def tables() -> Tables:
    return small_tables()


@pytest.fixture
def registry(tables: Tables) -> Registry:
    return built(tables)
