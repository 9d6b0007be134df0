"""What names only a patient counts its days from the patient's first index."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.registry import build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY


def test_a_date_that_names_only_the_patient_has_a_day() -> None:
    registry = build_registry(
        {
            "patients": pd.DataFrame({"patient_id": ["p", "q"]}),
            "episodes": pd.DataFrame(
                {
                    "episode_id": ["B", "A", "C"],
                    "patient_id": ["p", "p", "q"],
                    "diagnosis": "spinal_metastasis",
                    "index_date": ["2020-10-27", "2020-01-01", "2021-06-01"],
                }
            ),
            "events": pd.DataFrame(
                {
                    "event_id": ["1", "2", "3", "4"],
                    "patient_id": ["p", "p", None, "p"],
                    "episode_id": [None, "B", "C", None],
                    "kind": "imaging",
                    "status": "occurred",
                    "date": ["2020-02-10", "2020-10-30", "2021-06-03", "2020-03"],
                }
            ),
        },
        vocabulary=SHIPPED_VOCABULARY,
    )
    events = registry.tables["events"]
    assert events["day"].tolist()[:3] == [40, 3, 2] and pd.isna(events["day"][3])
    # March 2020 begins 60 days after the patient's first index, in a leap year.
    assert events[["lower_day", "upper_day"]].iloc[3].tolist() == [60, 90]
    assert not len(registry.findings())
