"""True effects, against four episodes worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry
from spineoutcomes.samples import simulate_registry, truth_effects

EXACT = 1e-12  # sums of a few small numbers


@pytest.fixture
def by_hand() -> Registry:
    truth = pd.DataFrame(
        {
            "propensity": [0.2, 0.5, 0.8, 0.5],
            "pain_3m_mis": [1.0, 2.0, 3.0, np.nan],  # the fourth has died
            "pain_3m_open": [2.0, 4.0, 9.0, 5.0],
            "bled_mis": [0.0, 1.0, 0.0, 1.0],
            "bled_open": [1.0, 1.0, 0.0, 1.0],
            "recurrence_day_mis": [10.0, 40.0, 5.0, np.inf],
            "recurrence_day_open": [10.0, 50.0, 100.0, 1.0],
            "death_day_mis": [20.0, 30.0, np.inf, 60.0],
            "death_day_open": [20.0, 20.0, np.inf, 60.0],
        },
        index=pd.Index(["a", "b", "c", "d"], name="episode_id"),
    )
    return replace(simulate_registry(1, seed=1), truth=truth)


# Differences of the first three: -1, -2, -6, weighted by 1, e, 1 - e, e(1 - e).
@pytest.mark.parametrize(
    ("estimand", "expected"),
    [
        ("ATE", -9 / 3),
        ("ATT", (0.2 * -1 + 0.5 * -2 + 0.8 * -6) / 1.5),
        ("ATC", (0.8 * -1 + 0.5 * -2 + 0.2 * -6) / 1.5),
        ("ATO", (0.16 * -1 + 0.25 * -2 + 0.16 * -6) / 0.57),
    ],
)
def test_estimands_weigh_by_the_propensity(
    by_hand: Registry, estimand: str, expected: float
) -> None:
    effect = truth_effects(
        by_hand,
        outcome="pain_3m",
        estimand=estimand,  # type: ignore[arg-type]
        measure="mean_difference",
    )
    row = effect.iloc[0]
    assert row["estimate"] == pytest.approx(expected, abs=EXACT)
    assert row["treated"] - row["reference"] == pytest.approx(expected, abs=EXACT)
    assert row["n"] == 3


@pytest.mark.parametrize(
    ("outcome", "measure", "horizon", "treated", "reference", "expected"),
    [
        ("bled", "risk_difference", None, 2 / 4, 3 / 4, -1 / 4),
        ("bled", "risk_ratio", None, 2 / 4, 3 / 4, 2 / 3),
        ("bled", "odds_ratio", None, 2 / 4, 3 / 4, 1 / 3),
        # By day 45: MIS a and c (b dies at 30, before 40); open a and d (b dies at 20).
        ("recurrence_day", "incidence", 45, 2 / 4, 2 / 4, 0.0),
        ("recurrence", "incidence_difference", 8, 1 / 4, 1 / 4, 0.0),
        ("recurrence", "incidence_difference", 4, 0.0, 1 / 4, -1 / 4),
        # Alive on day 25: MIS all but a; open c and d.
        ("death", "survival_difference", 25, 3 / 4, 2 / 4, 1 / 4),
        # Days lived of 25: MIS 20, 25, 25, 25; open 20, 20, 25, 25.
        ("death", "rmst_difference", 25, 95 / 4, 90 / 4, 5 / 4),
        # Free of recurrence and alive: MIS 10, 30, 5, 50; open 10, 20, 50, 1.
        ("recurrence", "rmst_difference", 50, 95 / 4, 81 / 4, 14 / 4),
    ],
)
def test_measures(
    by_hand: Registry,
    outcome: str,
    measure: str,
    horizon: float | None,
    treated: float,
    reference: float,
    expected: float,
) -> None:
    effect = truth_effects(
        by_hand, outcome=outcome, estimand="ATE", measure=measure, horizon=horizon
    )
    numbers = effect.loc[0, ["treated", "reference", "estimate"]].tolist()
    assert numbers == pytest.approx([treated, reference, expected], abs=EXACT)


def test_geometric_means_and_chosen_episodes(by_hand: Registry) -> None:
    effect = truth_effects(
        by_hand,
        outcome="pain_3m",
        estimand="ATE",
        measure="geometric_mean_ratio",
        episodes=["a", "c"],
    )
    # sqrt(1 * 3) over sqrt(2 * 9)
    assert effect.loc[0, "estimate"] == pytest.approx(np.sqrt(3 / 18), abs=EXACT)
    assert effect.loc[0, "n"] == 2


def test_one_row_a_horizon(by_hand: Registry) -> None:
    effect = truth_effects(
        by_hand, outcome="recurrence", estimand="ATO", measure="incidence", horizon=[8, 45]
    )
    assert effect["horizon"].tolist() == [8.0, 45.0]
    assert effect.columns.tolist() == [
        "outcome",
        "estimand",
        "measure",
        "horizon",
        "estimate",
        "treated",
        "reference",
        "n",
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"outcome": "leg_pain"}, "Unknown outcome 'leg_pain'; the truth has: pain_3m, bled"),
        ({"estimand": "LATE"}, "Unknown estimand 'LATE'; known are: ATE, ATT, ATC, ATO"),
        ({"measure": "hazard_ratio"}, "Unknown measure 'hazard_ratio'"),
        ({"horizon": 30}, "mean_difference has no horizon"),
        ({"measure": "incidence"}, "needs a horizon"),
        ({"outcome": "death", "measure": "survival_difference", "horizon": 0}, "above 0"),
        ({"measure": "incidence", "horizon": 9}, "needs a time in days"),
        ({"measure": "risk_ratio"}, "needs a 0/1 outcome"),
        ({"outcome": "bled", "measure": "geometric_mean_ratio"}, "values above 0"),
        ({"outcome": "recurrence"}, "may never come"),
        ({"episodes": ["a", "z", "y"]}, "2 of 3 episodes have no row"),
        ({"episodes": ["d"]}, "No episode has both"),
    ],
)
def test_refuses(by_hand: Registry, changed: dict[str, object], message: str) -> None:
    asked = {"outcome": "pain_3m", "estimand": "ATE", "measure": "mean_difference"} | changed
    with pytest.raises(ArgumentError, match=message):
        truth_effects(by_hand, **asked)  # type: ignore[arg-type]


def test_a_real_registry_has_no_truth(by_hand: Registry) -> None:
    with pytest.raises(ArgumentError, match="no truth"):
        truth_effects(
            replace(by_hand, truth=None),
            outcome="pain_3m",
            estimand="ATE",
            measure="mean_difference",
        )


def test_the_estimands_differ_where_effects_do(large: Registry) -> None:
    """KPS moves both the arm and the effect on pain, so who is averaged over matters."""
    effects = {
        estimand: truth_effects(
            large,
            outcome="pain_3m",
            estimand=estimand,  # type: ignore[arg-type]
            measure="mean_difference",
        )["estimate"].item()
        for estimand in ("ATT", "ATE", "ATC")
    }
    assert effects["ATT"] < effects["ATE"] < effects["ATC"] < 0
