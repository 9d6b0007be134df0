"""Two sources that contradict each other are both kept, named, and never averaged or chosen."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.registry.conftest import Tables, built

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError, ValidationError

# One study, one number, and what two reviews print of it.
REVIEWS = {"review_a": 16.7, "review_b": 17.7}


def with_two_reviews(tables: Tables, **named: list[str]) -> Tables:
    rows = {
        "episode_id": "E1",
        "instrument": "odi",
        "day": [-1, -1, 90, 90],
        "visit": ["preoperative", "preoperative", "3m", "3m"],
        "value": [60, 60, *REVIEWS.values()],
        **{name: words * 2 for name, words in named.items()},
    }
    return tables | {"scores": pd.DataFrame(rows)}


def test_both_are_kept_with_their_source(tables: Tables) -> None:
    both = built(with_two_reviews(tables, rater=list(REVIEWS), source=["page 3", "page 7"]))
    scores = both.table("scores")
    after = scores[scores["visit"] == "3m"]
    assert after["value"].tolist() == [16.7, 17.7]
    assert after["rater"].tolist() == list(REVIEWS)
    assert after["source"].tolist() == ["page 3", "page 7"]


def test_a_metric_asks_which_of_them_is_meant(tables: Tables) -> None:
    both = built(with_two_reviews(tables, rater=list(REVIEWS)))
    with pytest.raises(ArgumentError, match="different scores at the same time, by 2 rater"):
        metrics.score_at(both, instrument="odi", visit="3m")
    for review, printed in REVIEWS.items():
        one = metrics.change_from_baseline(both, instrument="odi", visit="3m", rater=review)
        assert one.loc["E1", ["value", "change"]].tolist() == [printed, printed - 60]


def test_without_a_name_they_are_a_finding(tables: Tables) -> None:
    with pytest.raises(ValidationError, match="duplicate_key") as caught:
        built(with_two_reviews(tables))
    found = caught.value.findings
    assert found["row"].tolist() == [1, 2, 3, 4]
    assert set(found["rule"]) == {"duplicate_key"}
    # `source` is a note; what tells two answers apart is the rater.
    with pytest.raises(ValidationError, match="duplicate_key"):
        built(with_two_reviews(tables, source=list(REVIEWS)))


def test_events_of_two_sources_are_two_events(tables: Tables) -> None:
    told = pd.DataFrame(
        {
            "event_id": ["V1", "V2"],
            "episode_id": "E1",
            "kind": "local_recurrence",
            "status": ["occurred", "absent"],
            "day": [150, 150],
            "source": ["letter", "radiology report"],
        }
    )
    events = built(tables | {"events": told, "lesions": tables["lesions"]}).table("events")
    assert events["status"].tolist() == ["occurred", "absent"]
    assert events["source"].tolist() == ["letter", "radiology report"]


def test_an_approach_performed_is_not_corrected_by_the_one_planned(tables: Tables) -> None:
    # A review that takes one arm for the other changes one column and leaves the other.
    swapped = tables["episodes"].assign(approach_planned=["open", "mis", "mis"])
    episodes = built(tables | {"episodes": swapped}).table("episodes")
    assert episodes["approach_planned"].tolist() == ["open", "mis", "mis"]
    assert episodes["approach_performed"].tolist() == ["mis", "open", "open"]
