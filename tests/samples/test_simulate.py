"""The same seed gives the same registry, and every registry keeps the rules."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import TABLES
from spineoutcomes.samples import Scenario, simulate_registry

SCENARIOS: tuple[Scenario, ...] = ("metastases", "hemangioma", "ladder")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_same_seed_same_bytes(scenario: Scenario, tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate_registry(40, seed=5, scenario=scenario).save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "episodes.csv" in files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_another_seed_another_registry(scenario: Scenario) -> None:
    one, two = (simulate_registry(40, seed=s, scenario=scenario) for s in (5, 6))
    assert not one.table("patients").equals(two.table("patients"))


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("n", [1, 2, 30, 500])
def test_keeps_the_rules(scenario: Scenario, n: int) -> None:
    registry = simulate_registry(n, seed=n, scenario=scenario)
    # Some simulated patients do not answer, as real ones.
    assert set(registry.findings()["rule"]) <= {"visit_unanswered"}
    patients, episodes = registry.table("patients"), registry.table("episodes")
    assert len(patients) == n
    assert patients["patient_id"].str.startswith("SYN-").all()
    assert registry.truth is not None
    assert registry.truth.index.tolist() == episodes["episode_id"].tolist()
    assert registry.truth.index.name == "episode_id"


def test_a_part_does_not_disturb_the_others() -> None:
    """A coin toss for the arm changes the arms, and nothing drawn for another part."""
    as_treated, tossed = (simulate_registry(60, seed=3, randomised=r) for r in (False, True))
    assert as_treated.truth is not None
    assert tossed.truth is not None
    first = [name for name in as_treated.truth.index if name.endswith("-E1")]
    arms = ["arm", "propensity", "propensity_given_surgeon"]
    pd.testing.assert_frame_equal(
        as_treated.truth.loc[first].drop(columns=arms), tossed.truth.loc[first].drop(columns=arms)
    )
    assert not as_treated.truth.loc[first, "arm"].equals(tossed.truth.loc[first, "arm"])


def test_text_looks_as_if_it_had_been_read_from_a_file() -> None:
    registry = simulate_registry(200, seed=2)
    for name in TABLES:
        frame = registry.table(name)
        for column in frame.select_dtypes("category"):
            categories = frame[column].cat.categories.tolist()
            assert categories == sorted(categories), column
            assert set(categories) == set(frame[column].dropna()), column


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0, "seed": 1}, "at least 1"),
        ({"n": 2.5, "seed": 1}, "whole number of patients"),
        ({"n": 5, "seed": -1}, "seed must be"),
        ({"n": 5, "seed": "x"}, "seed must be"),
        ({"n": 5, "seed": 1, "scenario": "scoliosis"}, "metastases, hemangioma, ladder"),
    ],
)
def test_refuses(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        simulate_registry(**arguments)  # type: ignore[arg-type]
