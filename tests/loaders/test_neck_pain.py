"""A real trial (Chow 2006) through the mapping in examples: counts, scale, and the mean change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.errors import ValidationError
from spineoutcomes.registry import Registry

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "examples" / "neck_pain_rct_mapping.toml"
ARMS = {"active": {"laser": ["active"]}, "placebo": {"laser": ["placebo"]}}


@pytest.fixture
def trial(real_file: Callable[[str], Path]) -> Path:
    return real_file("spine/neck_pain_rct.csv")


@pytest.fixture
def registry(trial: Path) -> Registry:
    return so.load_registry(trial, mapping=MAPPING)


def test_everyone_is_there(registry: Registry) -> None:
    assert len(registry.table("patients")) == len(registry.table("episodes")) == 90
    visits = registry.table("scores").groupby("episode_id", observed=True).size()
    assert visits.value_counts().to_dict() == {3: 84, 2: 6}
    assert not len(registry.findings())
    assert set(registry.table("scores")["day"]) == {0, 49, 84}


def test_the_arms_differ_by_what_was_published(registry: Registry) -> None:
    cohort = so.select_cohort(registry, arms=ARMS)
    assert cohort.data["arm"].value_counts().to_dict() == {"active": 45, "placebo": 45}
    scores = cohort.rows("scores").pivot(index="episode_id", columns="visit", values="value")
    change = (scores["12w"] - scores["preoperative"]).reindex(cohort.data.index)
    means = change.groupby(cohort.data["arm"], observed=True).mean()
    assert means["active"] - means["placebo"] == pytest.approx(-2.9333333, abs=1e-6)


def test_without_the_scale_nothing_is_guessed(trial: Path, tmp_path: Path) -> None:
    text = MAPPING.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("scale")]
    mapping = tmp_path / "no_scale.toml"
    mapping.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValidationError, match=r"`scale = \[0, 1\]` if the file stores it so"):
        so.load_registry(trial, mapping=mapping)


def test_it_is_saved_and_comes_back(registry: Registry, tmp_path: Path) -> None:
    registry.save(tmp_path)
    again = so.load_registry(tmp_path)
    assert again.table("scores")["value"].tolist() == registry.table("scores")["value"].tolist()
    assert again.table("episodes")["laser"].tolist() == registry.table("episodes")["laser"].tolist()
