"""What a registry sees of the truth: scans, deaths, conversions, questionnaires that stay away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.registry import Registry
from spineoutcomes.samples import Scenario, simulate_registry

from .conftest import first_episodes, scores_of

RECURRENCES = ["local_recurrence", "residual_progression"]


def _occurred(registry: Registry, kinds: list[str]) -> pd.DataFrame:
    events = registry.table("events")
    return events[events["kind"].isin(kinds) & (events["status"] == "occurred")]


@pytest.mark.parametrize("scenario", ["metastases", "hemangioma"])
def test_recurrence_is_seen_on_a_scan_after_it_began(scenario: Scenario) -> None:
    registry = simulate_registry(1500, seed=4, scenario=scenario)
    assert registry.truth is not None
    stem = {"metastases": "recurrence_day", "hemangioma": "progression_day"}[scenario]
    truth = registry.truth
    latent = truth[f"{stem}_mis"].where(truth["arm"] == "mis", truth[f"{stem}_open"])
    scans, found = _occurred(registry, ["imaging"]), _occurred(registry, RECURRENCES)
    assert len(found) > 20
    assert found["scan_id"].isin(scans["scan_id"]).all()
    on_scan = found.merge(scans, on=["episode_id", "scan_id", "day"])
    assert len(on_scan) == len(found)
    assert (found["day"] >= found["episode_id"].map(latent)).all()
    clean = scans[~scans["scan_id"].isin(found["scan_id"])]
    assert (clean["day"] < clean["episode_id"].map(latent)).all()
    assert found["episode_id"].is_unique


@pytest.mark.parametrize("scenario", ["metastases", "hemangioma", "ladder"])
def test_nothing_after_death_or_last_contact(scenario: Scenario) -> None:
    registry = simulate_registry(800, seed=9, scenario=scenario)
    patients = registry.table("patients").set_index("patient_id")
    episodes = registry.table("episodes").set_index("episode_id")
    last = episodes["patient_id"].map(patients["last_contact_day"]) - episodes["index_day"]
    for table in ("procedures", "scores", "lesions", "events"):
        rows = registry.table(table)
        assert (rows["day"] <= rows["episode_id"].map(last)).all(), table
    assert (episodes["last_followup_day"] <= last).all()
    dead = patients["last_contact_status"] == "dead"
    assert (patients.loc[dead, "death_day"] == patients.loc[dead, "last_contact_day"]).all()
    assert patients.loc[~dead, "death_day"].isna().all()


def test_what_was_recorded_is_the_potential_outcome_of_the_plan(large: Registry) -> None:
    frame = first_episodes(large)
    mis = frame["arm"] == "mis"
    for name in ("blood_loss_ml", "operative_time_min"):
        expected = frame[f"{name}_mis"].where(mis, frame[f"{name}_open"])
        assert (frame[name] == expected).all()
        step = 50 if name == "blood_loss_ml" else 5
        assert (frame[name] % step == 0).all()
        assert (frame[name] > 0).all()
    pain = scores_of(large, "nrs_pain", "3m")["value"].dropna()
    expected = frame["pain_3m_mis"].where(mis, frame["pain_3m_open"])
    first = pain[pain.index.isin(frame.index)]
    assert (first == expected.reindex(first.index)).all()


def test_plans_are_kept_or_converted_with_an_event(large: Registry) -> None:
    episodes = large.table("episodes")
    planned = episodes["approach_planned"].astype(object)
    performed = episodes["approach_performed"].astype(object)
    converted = set(episodes.loc[planned != performed, "episode_id"])
    assert 0.03 < len(converted) / planned.isin(["mis", "hybrid"]).sum() < 0.12
    events = _occurred(large, ["conversion"])
    assert set(events["episode_id"]) == converted
    assert events["episode_id"].is_unique
    assert performed[planned != performed].eq("open").all()
    assert planned[planned != performed].isin(["mis", "hybrid"]).all()
    assert large.truth is not None
    arm = episodes["episode_id"].map(large.truth["arm"]).astype(object)
    assert (arm == np.where(planned.isin(["mis", "hybrid"]), "mis", "open")).all()


def test_a_second_operation_follows_a_recurrence_and_is_linked(large: Registry) -> None:
    episodes = large.table("episodes").set_index("episode_id")
    second = episodes[episodes["prior_episode_id"].notna()]
    assert 0.02 < len(second) / len(episodes) < 0.15
    events = _occurred(large, ["reoperation"]).set_index("leads_to_episode_id")
    assert set(events.index) == set(second.index)
    linked = events.loc[second.index]
    assert (linked["episode_id"].to_numpy() == second["prior_episode_id"].to_numpy()).all()
    assert (linked["day"].to_numpy() == second["index_day"].to_numpy()).all()
    assert set(second["prior_episode_id"]) <= set(_occurred(large, RECURRENCES)["episode_id"])


def test_questionnaires_of_the_sicker_stay_away_more_often(large: Registry) -> None:
    pain = scores_of(large, "nrs_pain", "3m")
    kps = pain.index.map(large.table("episodes").set_index("episode_id")["kps"])
    missing = pain["value"].isna().groupby(kps >= 80).mean()
    assert missing[False] > missing[True] + 0.05
    assert (pain["missing_reason"] == "missing").eq(pain["value"].isna()).all()


def test_scans_come_about_every_three_months(large: Registry) -> None:
    scans = _occurred(large, ["imaging"])
    first = scans.groupby("episode_id")["day"].min()
    assert first.quantile([0.05, 0.8]).between(70, 110).all()
    gaps = scans.groupby("episode_id")["day"].diff().dropna()
    assert (gaps > 0).all()
    assert 80 < gaps.median() < 100


def test_ladder_climbs_one_step_at_a_time() -> None:
    registry = simulate_registry(600, seed=2, scenario="ladder")
    main = registry.table("procedures").set_index("episode_id")["component"].astype(object)
    order = {"nerve_root_block": 1, "disc_ablation": 2, "endoscopic_decompression": 3}
    episodes = registry.table("episodes").set_index("episode_id")
    step = episodes.index.map(main).map(order)
    later = episodes["prior_episode_id"].notna().to_numpy()
    prior = episodes.loc[episodes["prior_episode_id"][later], "patient_id"]
    assert (prior.to_numpy() == episodes["patient_id"][later].to_numpy()).all()
    before = episodes["prior_episode_id"][later].map(main).map(order)
    assert (step[later].to_numpy() == before.to_numpy() + 1).all()
    scores = registry.table("scores")
    rough = scores["approximate"].fillna(False).astype(bool)
    assert 0.25 < rough[scores["visit"] != "preoperative"].mean() < 0.55
    assert set(scores["instrument"]) == {"vas_pain", "odi"}


def test_hemangioma_residual_shrinks_unless_it_progresses() -> None:
    registry = simulate_registry(300, seed=2, scenario="hemangioma")
    volume = registry.table("lesions").pivot(index="episode_id", columns="visit", values="value")
    scanned = volume.dropna(subset=["1w"])
    assert len(scanned) > 290
    assert (scanned["1w"] < scanned["preoperative"]).all()
    both = volume.dropna(subset=["4m"])
    assert (both["4m"] < both["1w"]).mean() > 0.9
    found = _occurred(registry, RECURRENCES).set_index("episode_id")["day"]
    lesions = registry.table("lesions")
    late = lesions[lesions["visit"] == "12m"].set_index("episode_id")["day"]
    grown = found.index[found.eq(late.reindex(found.index))]
    assert len(grown) > 0
    assert (volume.loc[grown, "12m"] > volume.loc[grown, "1w"]).all()
