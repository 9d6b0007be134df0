"""Building a registry: what must be there, what is rejected with what, where days come from."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.registry import TABLES, Registry

from .conftest import Tables, built


def dated_tables() -> Tables:
    return {
        "patients": pd.DataFrame({"patient_id": ["P1"], "death_date": ["2021-03"]}),
        "episodes": pd.DataFrame(
            {"episode_id": ["E1"], "patient_id": ["P1"], "diagnosis": ["spinal_metastasis"]}
        ),
        "procedures": pd.DataFrame(
            {
                "procedure_id": ["R1", "R2"],
                "episode_id": ["E1", "E1"],
                "component": ["angiography", "vertebroplasty"],
                "date": ["2020-01-30", "2020-02-01"],
            }
        ),
        "events": pd.DataFrame(
            {
                "event_id": ["V1", "V2", "V3"],
                "episode_id": ["E1", "E1", "E1"],
                "kind": ["imaging", "imaging", "imaging"],
                "status": ["occurred", "occurred", "occurred"],
                "date": ["2020-02-11T08:30", "2020-04", "2021"],
            }
        ),
    }


@pytest.mark.parametrize("table", ["patients", "episodes"])
def test_a_required_table_must_be_there(tables: Tables, table: str) -> None:
    del tables[table]
    with pytest.raises(ValidationError, match=f"There is no table '{table}'") as caught:
        built(tables)
    assert list(caught.value.findings["rule"]) == ["missing_table"]


@pytest.mark.parametrize("on_error", ["raise", "reject"])
def test_an_empty_table_is_an_error(tables: Tables, on_error: str) -> None:
    tables["scores"] = tables["scores"].iloc[:0]
    with pytest.raises(ValidationError, match="'scores' has no rows") as caught:
        built(tables, on_error=on_error)
    assert list(caught.value.findings["rule"]) == ["empty_table"]


def test_a_missing_column_leaves_nothing_to_reject(tables: Tables) -> None:
    tables["episodes"] = tables["episodes"].drop(columns="diagnosis")
    with pytest.raises(ValidationError, match="has no column 'diagnosis'; it needs one"):
        built(tables, on_error="reject")


def test_unknown_arguments(tables: Tables) -> None:
    with pytest.raises(ArgumentError, match='"raise" or "reject", got \'skip\''):
        built(tables, on_error="skip")
    with pytest.raises(ArgumentError, match=r"Unknown table\(s\) visits; known: patients"):
        built(tables | {"visits": tables["scores"]})


def test_only_two_tables_are_needed(tables: Tables) -> None:
    registry = built({name: tables[name] for name in ("patients", "episodes")})
    assert list(registry.tables) == list(TABLES)
    assert not len(registry.table("events"))


def test_input_is_left_as_it_was(tables: Tables) -> None:
    before = {name: frame.copy() for name, frame in tables.items()}
    built(tables)
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_rejecting_a_patient_rejects_all_that_belongs_to_him(tables: Tables) -> None:
    tables["patients"] = tables["patients"].assign(sex=["female", "unheard of"])
    registry = built(tables, on_error="reject")
    rejects = registry.rejects
    why = {(t, int(r)): rule for t, r, rule in rejects.itertuples(index=False)}
    assert why == {
        ("patients", 2): "unknown_value",
        ("episodes", 3): "parent_rejected",
        ("procedures", 3): "parent_rejected",
        ("scores", 3): "parent_rejected",
        ("scores", 4): "parent_rejected",
        ("events", 2): "parent_rejected",
        ("events", 3): "parent_rejected",
    }
    counts = registry.provenance.set_index("table")
    assert counts["n_rejected"].to_dict() == {
        "patients": 1,
        "episodes": 1,
        "procedures": 1,
        "scores": 2,
        "lesions": 0,
        "events": 2,
    }
    assert list(registry.table("patients")["patient_id"]) == ["P1"]
    assert "7 rows rejected" in registry.summary()


def test_a_rejected_row_with_two_faults_is_counted_once(tables: Tables) -> None:
    scores = tables["scores"].astype(object)
    scores.loc[0, ["value", "side"]] = [77, "above"]
    tables["scores"] = scores
    registry = built(tables, on_error="reject")
    assert len(registry.rejects) == 1
    assert len(registry.findings()) == 2


def test_day_0_is_the_first_component_aimed_at_the_lesion() -> None:
    registry = built(dated_tables())
    assert registry.table("episodes")["index_date"].dt.strftime("%F").tolist() == ["2020-02-01"]
    assert registry.table("episodes")["index_year"].tolist() == [2020]
    assert registry.table("procedures")["day"].tolist() == [-2, 0]


def test_an_episode_may_name_its_index_procedure() -> None:
    tables = dated_tables()
    tables["episodes"] = tables["episodes"].assign(index_procedure_id="R1")
    assert built(tables).table("procedures")["day"].tolist() == [0, 2]


def test_a_month_or_year_gives_an_interval_and_no_day() -> None:
    registry = built(dated_tables())
    events = registry.table("events")
    assert events["day"].tolist()[0] == 10
    assert events["day"].isna().tolist() == [False, True, True]
    assert events["lower_day"].tolist()[1:] == [60, 335]  # 1 April 2020, 1 January 2021
    assert events["upper_day"].tolist()[1:] == [89, 699]  # 30 April 2020, 31 December 2021
    patients = registry.table("patients")
    assert patients["death_day"].isna().all()
    assert patients["death_lower_day"].tolist() == [394]
    assert patients["death_upper_day"].tolist() == [424]


def test_a_day_that_is_not_what_the_dates_give_is_found() -> None:
    tables = dated_tables()
    tables["events"] = tables["events"].assign(day=[11, None, None])
    with pytest.raises(ValidationError) as caught:
        built(tables)
    assert caught.value.findings[["rule", "row"]].to_numpy().tolist() == [
        ["day_disagrees_with_date", 1]
    ]


def test_the_second_episode_counts_from_the_first_index() -> None:
    tables = dated_tables()
    second = pd.DataFrame(
        {
            "episode_id": ["E2"],
            "patient_id": ["P1"],
            "diagnosis": ["spinal_metastasis"],
            "index_date": ["2020-03-02"],
        }
    )
    tables["episodes"] = pd.concat([tables["episodes"], second], ignore_index=True)
    episodes = built(tables).table("episodes")
    assert episodes["index_day"].tolist() == [0, 30]


def test_columns_nobody_declared_are_kept(tables: Tables) -> None:
    tables["episodes"] = tables["episodes"].assign(
        weekday=["Mon", "Tue", "Mon"], lactate=[1.5, 2, 3]
    )
    episodes = built(tables).table("episodes")
    assert isinstance(episodes["weekday"].dtype, pd.CategoricalDtype)
    assert episodes["lactate"].tolist() == [1.5, 2, 3]


def test_ids_read_as_numbers_stay_whole(tables: Tables) -> None:
    tables["patients"] = tables["patients"].assign(patient_id=[1.0, 2.0])
    tables["episodes"] = tables["episodes"].assign(patient_id=[1, 1, 2])
    tables["events"] = tables["events"].assign(patient_id=[None, None, 2])
    assert list(built(tables).table("patients")["patient_id"]) == ["1", "2"]


def test_what_a_registry_shows(registry: Registry) -> None:
    assert repr(registry) == (
        "<Registry: 2 patients, 3 episodes, 3 procedures, 4 scores, 1 lesions, 3 events>"
    )
    assert "n_rejected" in registry._repr_html_()
    with pytest.raises(ArgumentError, match="No table 'visits'; there are: patients, episodes"):
        registry.table("visits")


def test_tables_and_findings_are_handed_out_as_copies(registry: Registry) -> None:
    patients, found = registry.table("patients"), registry.findings()
    patients.loc[0, "patient_id"] = "changed"
    found.loc[0, "rule"] = "changed"
    assert registry.table("patients").loc[0, "patient_id"] == "P1"
    assert not len(registry.findings())
