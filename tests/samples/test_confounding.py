"""The crude comparison is wrong, by a margin, and the true propensity puts it right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.registry import Registry
from spineoutcomes.samples import simulate_registry, truth_effects

from .conftest import first_episodes, scores_of

STANDARD_ERRORS = 4.5  # a seed is fixed, so this only says that nothing is systematically off


def _log_blood(registry: Registry) -> pd.DataFrame:
    frame = first_episodes(registry)
    return frame.assign(y=np.log(frame["blood_loss_ml"]), mis=frame["arm"] == "mis")


def _crude(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the difference of means and its standard error."""
    arms = frame.groupby("mis")["y"].agg(["mean", "var", "size"])
    difference = arms.loc[True, "mean"] - arms.loc[False, "mean"]
    return float(difference), float(np.sqrt((arms["var"] / arms["size"]).sum()))


def _weighted(frame: pd.DataFrame) -> float:
    mis, e = frame["mis"].to_numpy(), frame["propensity"].to_numpy()
    weight = np.where(mis, 1 / e, 1 / (1 - e))
    y = frame["y"].to_numpy()
    treated, reference = (np.average(y[arm], weights=weight[arm]) for arm in (mis, ~mis))
    return float(treated - reference)


def _truth(registry: Registry, outcome: str, measure: str, horizon: float | None = None) -> float:
    effect = truth_effects(
        registry,
        outcome=outcome,
        estimand="ATE",
        measure=measure,
        horizon=horizon,
        episodes=first_episodes(registry).index,
    )
    return float(effect["estimate"].iloc[0])


def test_blood_loss_is_confounded_and_weighting_repairs_it(large: Registry) -> None:
    frame = _log_blood(large)
    crude, error = _crude(frame)
    true = np.log(_truth(large, "blood_loss_ml", "geometric_mean_ratio"))
    assert crude < true - 0.05  # sicker patients, who bleed more, are opened
    # Weights at most double the error here.
    assert abs(_weighted(frame) - true) < 2 * STANDARD_ERRORS * error


def test_survival_looks_better_after_mis_though_it_is_not(large: Registry) -> None:
    frame = first_episodes(large)
    mis = frame["arm"] == "mis"
    alive = frame["death_day_open"] > 365
    assert _truth(large, "death_day", "survival_difference", 365) == 0
    assert alive[mis].mean() - alive[~mis].mean() > 0.03


def test_a_trial_is_not_confounded(trial: Registry) -> None:
    crude, error = _crude(_log_blood(trial))
    true = np.log(_truth(trial, "blood_loss_ml", "geometric_mean_ratio"))
    assert abs(crude - true) < STANDARD_ERRORS * error
    assert trial.truth is not None
    assert (trial.truth["propensity"] == 0.5).all()


def test_pain_of_a_trial_is_near_the_truth_among_survivors(trial: Registry) -> None:
    """Questionnaires stay away by KPS, not by arm: what returns is a little healthier."""
    pain = scores_of(trial, "nrs_pain", "3m")["value"]
    frame = first_episodes(trial).assign(y=pain).dropna(subset=["y"])
    crude, error = _crude(frame.assign(mis=frame["arm"] == "mis"))
    shift_by_kps = 0.05  # points: the effect grows a little with KPS
    true = _truth(trial, "pain_3m", "mean_difference")
    assert abs(crude - true) < STANDARD_ERRORS * error + shift_by_kps


@pytest.mark.parametrize("column", ["propensity", "propensity_given_surgeon"])
def test_propensity_is_calibrated(large: Registry, column: str) -> None:
    frame = first_episodes(large)
    assert frame[column].between(0, 1, inclusive="neither").all()
    tenth = pd.qcut(frame[column], 10, labels=False)
    planned = (frame["arm"] == "mis").groupby(tenth).mean()
    expected = frame.groupby(tenth)[column].mean()
    tolerance = STANDARD_ERRORS * np.sqrt(0.25 / (len(frame) / 10))
    assert (planned - expected).abs().max() < tolerance


def test_sicker_patients_are_opened_and_mis_comes_later(large: Registry) -> None:
    frame = first_episodes(large)
    means = frame.groupby("arm")[["kps", "sins", "asa_class", "index_year"]].mean()
    assert means.loc["mis", "kps"] > means.loc["open", "kps"] + 2
    assert means.loc["mis", "sins"] < means.loc["open", "sins"]
    assert means.loc["mis", "asa_class"] < means.loc["open", "asa_class"]
    assert means.loc["mis", "index_year"] > means.loc["open", "index_year"] + 0.5
    share = (frame["arm"] == "mis").groupby(frame["escc"], observed=True).mean()
    assert share["0"] > share["3"] + 0.2


def test_surgeons_differ_in_preference_only(large: Registry) -> None:
    """The preference is no confounder: surgeons who differ in it lose the same blood."""
    frame = first_episodes(large)
    surgeon = frame["surgeon_id"].str[1:].astype(int) % 3
    planned = (frame["arm"] == "mis").groupby(surgeon).mean()
    assert planned.max() - planned.min() > 0.15
    blood = np.log(frame["blood_loss_ml_open"]).groupby(surgeon).mean()
    assert blood.max() - blood.min() < 0.06


def test_the_small_scenarios_have_their_propensities_too() -> None:
    for scenario, arm in (("hemangioma", "mis"), ("ladder", "ablation")):
        registry = simulate_registry(4000, seed=1, scenario=scenario)  # type: ignore[arg-type]
        assert registry.truth is not None
        truth = registry.truth.dropna(subset=["propensity"])
        assert len(truth) == 4000
        error = np.sqrt(0.25 / 4000)
        share = (truth["arm"] == arm).mean()
        assert abs(share - truth["propensity"].mean()) < STANDARD_ERRORS * error
