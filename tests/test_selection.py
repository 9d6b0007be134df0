"""Selecting a cohort: arms, conditions, choices that must be made, and who was left out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests.registry.conftest import built, small_tables

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry

ARMS = {"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}}


def registry_with(**columns: object) -> Registry:
    tables = small_tables()
    tables["episodes"] = tables["episodes"].assign(**columns)
    return built(tables)


@pytest.fixture
def registry() -> Registry:
    return registry_with(laser=["active", "placebo", "active"], asa_class=[1, 2, None])


def selected(registry: Registry, **more: Any) -> list[str]:
    cohort = so.select_cohort(registry, **{"episodes": "all", **more})
    return cohort.data.index.tolist()


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        (None, ["all", "all", "all"]),
        (ARMS, ["mis", "open", "open"]),
        (
            {"cement": {"component": ["vertebroplasty"]}, "bone": {"component": "laminectomy"}},
            ["cement", "bone"],
        ),
        ({"a": {"laser": ["active"]}, "p": {"laser": ["placebo"]}}, ["a", "p", "a"]),
        ({"old": {"age_years": ">= 62"}, "young": {"age_years": "< 62"}}, ["young", "old", "old"]),
        ({"both": {"approach": ["open"], "laser": ["active"]}}, ["both"]),
    ],
)
def test_arms(registry: Registry, arms: Any, expected: list[str]) -> None:
    cohort = so.select_cohort(registry, arms=arms, episodes="all")
    assert cohort.data["arm"].tolist() == expected
    assert set(cohort.data["arm"].cat.categories) == set(arms or ["all"])


def test_arms_keep_the_order_they_are_named_in(registry: Registry) -> None:
    arms = {"open": {"approach": ["open"]}, "mis": {"approach": ["mis"]}}
    cohort = so.select_cohort(registry, arms=arms, episodes="all")
    assert cohort.data["arm"].iloc[0] == "mis"
    assert cohort.data["arm"].cat.categories.tolist() == ["open", "mis"]


def test_the_index_procedure_is_the_one_an_episode_names() -> None:
    case = so.load_sample("case_report")
    cohort = so.select_cohort(case, covariates=["component"])
    assert cohort.data["component"].tolist() == ["vertebroplasty"]


def test_an_episode_in_two_arms(registry: Registry) -> None:
    arms = {"mis": {"approach": ["mis", "open"]}, "open": {"approach": ["open"]}}
    with pytest.raises(ArgumentError, match=r"2 episode\(s\) fall into two arms"):
        selected(registry, arms=arms)


def test_an_arm_without_anyone(registry: Registry) -> None:
    arms = ARMS | {"hybrid": {"approach": ["hybrid"]}}
    with pytest.raises(ArgumentError, match=r"No episode falls into the arm\(s\) hybrid"):
        selected(registry, arms=arms)
    with pytest.raises(ArgumentError, match="No episode is left after the step 'In one of the"):
        selected(registry, arms={"hybrid": {"approach": ["hybrid"]}})


@pytest.mark.parametrize("arms", [{}, {"mis": {}}])
def test_arms_without_rules(registry: Registry, arms: Any) -> None:
    with pytest.raises(ArgumentError, match="at least one"):
        selected(registry, arms=arms)


def test_planned_and_performed_must_be_chosen_where_they_differ() -> None:
    registry = registry_with(approach_performed=["open", "open", "open"])
    with pytest.raises(ArgumentError, match="differ in 1 of 3 episodes; say assignment="):
        selected(registry, arms=ARMS)
    planned = so.select_cohort(registry, arms=ARMS, episodes="all", assignment="planned")
    assert planned.data["arm"].tolist() == ["mis", "open", "open"]
    performed = {"open": {"approach": ["open"]}}
    assert len(selected(registry, arms=performed, assignment="performed")) == 3
    with pytest.raises(ArgumentError, match="got 'as treated'"):
        selected(registry, arms=ARMS, assignment="as treated")


def test_planned_is_never_filled_from_performed() -> None:
    registry = registry_with(approach_planned=[None, "open", "open"])
    with pytest.raises(ArgumentError, match="differ in 1 of 3"):
        selected(registry, arms=ARMS)
    assert selected(registry, arms={"open": ARMS["open"]}, assignment="planned") == ["E2", "E3"]


def test_first_or_all_episodes_must_be_chosen(registry: Registry) -> None:
    with pytest.raises(ArgumentError, match="1 patients have several episodes"):
        so.select_cohort(registry)
    assert selected(registry, episodes="first") == ["E1", "E3"]
    assert selected(registry, episodes="first", where={"laser": ["placebo"]}) == ["E2"]
    assert len(so.select_cohort(registry, where={"laser": ["active"]})) == 2
    with pytest.raises(ArgumentError, match="got 'last'"):
        selected(registry, episodes="last")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"age_years": ">= 62"}, ["E2", "E3"]),
        ({"age_years": ">= 62", "laser": "active"}, ["E3"]),
        ({"asa_class": [1, 2]}, ["E1", "E2"]),
        ({"sex": "== female"}, ["E1", "E2"]),
        ({"sex": "!= female"}, ["E3"]),
        ({"component": ["laminectomy"]}, ["E2"]),
        ({"kps": ">= 0"}, ["E1", "E2"]),
    ],
)
def test_conditions(registry: Registry, where: Any, expected: list[str]) -> None:
    assert selected(registry, where=where) == expected


def test_a_condition_given_as_a_series(registry: Registry) -> None:
    where = pd.Series([True, False, True], index=["E3", "E2", "E1"])
    assert selected(registry, where=where) == ["E1", "E3"]
    with pytest.raises(ArgumentError, match="has no row for 1 of 3"):
        selected(registry, where=where.drop("E1"))
    with pytest.raises(ArgumentError, match="must be True or False"):
        selected(registry, where=where.astype(int))
    with pytest.raises(ArgumentError, match="must be True or False"):
        selected(registry, where=where.astype("boolean").mask(where.index == "E1"))


@pytest.mark.parametrize(
    "column",
    ["death_day", "last_contact_status", "los_days", "approach_performed", "death_lower_day"],
)
def test_what_is_known_later_is_refused(registry: Registry, column: str) -> None:
    for more in ({"where": {column: "> 0"}}, {"covariates": [column]}):
        with pytest.raises(ArgumentError, match="known only after day 0"):
            selected(registry, **more)
    with pytest.raises(ArgumentError, match="known only after day 0"):
        selected(registry, arms={"a": {column: "> 0"}, "b": {column: "<= 0"}})


def test_unknown_columns_and_codes(registry: Registry) -> None:
    with pytest.raises(ArgumentError, match="No column 'shoe' in episodes, patients or procedures"):
        selected(registry, where={"shoe": "> 40"})
    with pytest.raises(ArgumentError, match="Unknown diagnosis 'hernia'"):
        selected(registry, diagnosis="hernia")
    with pytest.raises(ArgumentError, match="No episode is left after the step"):
        selected(registry, diagnosis=["lumbar_stenosis", "vertebral_fracture"])


def test_covariates_come_from_three_tables(registry: Registry) -> None:
    cohort = so.select_cohort(
        registry, episodes="all", covariates=["age_years", "sex", "component", "centre"]
    )
    assert cohort.data["age_years"].tolist() == [61, 62, 70]
    assert cohort.data["sex"].tolist() == ["female", "female", "male"]
    assert cohort.data["component"].tolist() == [
        "vertebroplasty",
        "laminectomy",
        "separation_surgery",
    ]


@pytest.mark.parametrize("name", ["blood_loss_ml", "operative_time_min", "los_days", "death_day"])
def test_what_the_operation_brought_is_no_confounder(registry: Registry, name: str) -> None:
    with pytest.raises(ArgumentError, match=f"'{name}' is known only after day 0"):
        so.select_cohort(registry, episodes="all", covariates=[name])


def test_a_landmark_keeps_those_still_observed(registry: Registry) -> None:
    cohort = so.select_cohort(registry, episodes="all", landmark_day=295)
    assert cohort.data.index.tolist() == ["E1", "E2"]
    assert cohort.landmark_day == 295
    assert "Alive and observed on day 295" in set(cohort.steps["level"])
    # 500 days after the second index the first patient was last seen 500 days after it.
    assert selected(registry, landmark_day=500) == ["E1", "E2"]
    assert selected(registry, landmark_day=501) == ["E1"]


def test_a_death_known_to_the_month_counts_at_a_landmark() -> None:
    tables = small_tables()
    tables["patients"] = (
        tables["patients"]
        .drop(columns="death_day")
        .assign(death_date=[None, "2020-03"], last_contact_day=[900, None])
    )
    tables["episodes"] = tables["episodes"].assign(index_date=[None, None, "2020-01-01"])
    for name in ("scores", "events", "procedures"):
        tables[name] = tables[name].assign(day=0)
    assert selected(built(tables), landmark_day=200) == ["E1", "E2"]


def test_the_flow_adds_up(registry: Registry) -> None:
    cohort = so.select_cohort(
        registry,
        diagnosis="spinal_metastasis",
        where={"age_years": ">= 61"},
        arms={"open": {"approach": ["open"]}},
        episodes="first",
        landmark_day=10,
    )
    assert_adds_up(cohort)


def test_the_flow_adds_up_with_rejects() -> None:
    tables = small_tables()
    tables["episodes"] = tables["episodes"].assign(kps=[80, 177, 60])
    registry = built(tables, on_error="reject")
    cohort = so.select_cohort(registry, arms=ARMS)
    flow = cohort.flow().tidy()
    assert flow.loc[flow["level"] == "Rejected at loading", "value"].tolist() == [2, 1]
    assert flow["value"].iloc[0] == 3
    assert_adds_up(cohort)


def assert_adds_up(cohort: so.Cohort) -> None:
    steps = cohort.steps
    steps = steps[steps["level"] != "Analysed"]
    count = steps[steps["statistic"] == "count"].set_index("level")["value"]
    excluded = steps[steps["statistic"] == "excluded"].set_index("level")["value"]
    before = count.shift().dropna()
    assert (before - excluded[before.index] == count[before.index]).all()
    analysed = cohort.steps.loc[cohort.steps["level"] == "Analysed", "value"]
    assert analysed.sum() == count.iloc[-1] == len(cohort)


def test_an_arm_made_of_a_later_stage_is_warned_of() -> None:
    tables = {
        "patients": pd.DataFrame({"patient_id": ["p", "q", "r"], "death_day": [90, 9, None]}),
        "episodes": pd.DataFrame(
            {"episode_id": ["P", "Q", "R"], "patient_id": ["p", "q", "r"]}
        ).assign(diagnosis="spinal_metastasis"),
        "procedures": pd.DataFrame(
            {
                "procedure_id": ["1", "2", "3", "4", "5"],
                "episode_id": ["P", "P", "Q", "R", "R"],
                "component": ["laminectomy", "vertebroplasty"] * 2 + ["embolization"],
                "day": [0, 30, 0, 0, -1],
            }
        ),
    }
    # Q died before cement could be used; R had it on day 0.
    tables["procedures"].loc[2, "component"] = "laminectomy"
    registry = built(tables)
    cement = {"cement": {"component": ["vertebroplasty"]}}
    with pytest.warns(so.errors.SpineOutcomesWarning, match=r"1 episode\(s\) .* after day 0: who"):
        cohort = so.select_cohort(registry, arms=cement)
    assert cohort.data.index.tolist() == ["P", "R"]
    # Of those alive on day 30 it is a fact of the start; planned, it is one of day 0.
    assert so.select_cohort(registry, arms=cement, landmark_day=30).data["arm"].tolist() == [
        "cement",
        "cement",
    ]
    assert len(so.select_cohort(registry, arms=cement, assignment="planned")) == 2
    early = {"fed": {"component": "embolization"}}
    assert so.select_cohort(registry, arms=early).data.index.tolist() == ["R"]
