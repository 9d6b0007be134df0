"""The cohort: its rows, each on the clock of its own episode."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.registry.conftest import built, small_tables

import spineoutcomes as so
from spineoutcomes.cohort import as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry

ARMS = {"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}}


@pytest.fixture
def registry() -> Registry:
    tables = small_tables()
    more = pd.DataFrame(
        {
            "event_id": ["V4"],
            "patient_id": ["P1"],
            "kind": ["systemic_therapy_start"],
            "status": ["occurred"],
            "day": [450],
        }
    )
    tables["events"] = pd.concat([tables["events"], more], ignore_index=True)
    return built(tables)


@pytest.fixture
def cohort(registry: Registry) -> so.Cohort:
    return so.select_cohort(registry, arms=ARMS, episodes="all")


def test_one_row_per_episode(cohort: so.Cohort) -> None:
    assert cohort.data.index.name == "episode_id"
    assert cohort.data.index.tolist() == ["E1", "E2", "E3"]
    assert cohort.data["arm"].tolist() == ["mis", "open", "open"]
    assert cohort.data["centre"].tolist() == ["north", "north", "south"]
    assert cohort.data["index_day"].tolist() == [0, 400, 0]


def test_patients_come_on_the_clock_of_each_episode(cohort: so.Cohort) -> None:
    patients = cohort.rows("patients")
    assert patients["episode_id"].tolist() == ["E1", "E2", "E3"]
    assert patients["patient_id"].tolist() == ["P1", "P1", "P2"]
    assert patients["last_contact_day"].tolist() == [900, 500, 290]
    assert patients["death_day"].tolist()[2] == 300


def test_an_event_of_the_patient_alone_comes_with_each_of_his_episodes(cohort: so.Cohort) -> None:
    events = cohort.rows("events").set_index(["event_id", "episode_id"])["day"]
    assert events["V4"].to_dict() == {"E1": 450, "E2": 50}
    assert events["V3"].to_dict() == {"E3": 30}  # one episode: the registry already named it
    assert events["V1"].to_dict() == {"E1": 90}
    assert events.index.is_unique


def test_rows_of_those_left_out_do_not_come(registry: Registry) -> None:
    cohort = so.select_cohort(registry, arms={"open": ARMS["open"]}, episodes="all")
    assert set(cohort.rows("scores")["episode_id"]) == {"E3"}
    assert cohort.rows("episodes")["episode_id"].tolist() == ["E2", "E3"]
    assert set(cohort.rows("procedures")["episode_id"]) == {"E2", "E3"}
    assert not len(cohort.rows("lesions"))


def test_a_cohort_without_any_event() -> None:
    tables = small_tables()
    del tables["events"]
    cohort = so.select_cohort(built(tables), episodes="all")
    assert list(cohort.rows("events").columns)
    assert not len(cohort.rows("events"))


def test_an_unknown_table(cohort: so.Cohort) -> None:
    with pytest.raises(ArgumentError, match="No table 'visits'"):
        cohort.rows("visits")


def test_what_a_cohort_shows(cohort: so.Cohort) -> None:
    assert repr(cohort) == "<Cohort: 3 episodes (mis: 1, open: 2)>"
    assert "Analysed" in cohort._repr_html_()
    assert len(cohort) == 3
    assert cohort.vocabulary is cohort.registry.vocabulary


def test_a_registry_is_the_cohort_of_all_its_episodes(
    registry: Registry, cohort: so.Cohort
) -> None:
    everyone = as_cohort(registry)
    assert set(everyone.data["arm"]) == {"all"}
    assert len(everyone) == 3
    assert as_cohort(cohort) is cohort
    with pytest.raises(ArgumentError, match="Expected a Cohort or a Registry, got a dict"):
        as_cohort({})  # type: ignore[arg-type]
