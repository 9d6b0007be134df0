"""The samples that travel with the library: loaded, marked as synthetic, written anew the same."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import TABLES
from spineoutcomes.samples import load_sample, simulate_registry, truth_effects

DATA = Path(__file__).parents[2] / "data"
SYNTHETIC = ("metastases", "hemangioma", "ladder")


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", DATA / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_samples"] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SYNTHETIC)
def test_synthetic_samples_say_so(name: str) -> None:
    registry = load_sample(name)
    assert registry.table("patients")["patient_id"].str.startswith("SYN-").all()
    assert registry.table("episodes")["episode_id"].str.startswith("SYN-").all()
    readme = (DATA / "sample" / name / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("SYNTHETIC data: simulated, no real patient.")
    assert f"simulate_registry({len(registry.table('patients'))}, seed=" in readme


@pytest.mark.parametrize("name", SYNTHETIC)
def test_samples_hold_what_was_simulated(name: str, writer: ModuleType) -> None:
    sample = next(s for s in writer.SAMPLES if s.scenario == name)
    loaded = load_sample(name)
    fresh = simulate_registry(sample.n, seed=sample.seed, scenario=sample.scenario)
    for table in TABLES:
        one, two = loaded.table(table), fresh.table(table)
        used = one.columns[one.notna().any()]
        assert set(used) == set(two.columns[two.notna().any()])
        # Columns the registry does not declare are text when read, so only the declared compare.
        columns = [name for name in used if name in TABLES[table].names]
        pd.testing.assert_frame_equal(one[columns], two[columns], check_dtype=False)
    assert loaded.truth is not None
    assert fresh.truth is not None
    pd.testing.assert_frame_equal(loaded.truth, fresh.truth, check_dtype=False)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_written_anew_the_same(name: str, writer: ModuleType, tmp_path: Path) -> None:
    writer.write_samples(tmp_path, (name,))
    committed = DATA / "sample" / name
    files = sorted(path.name for path in committed.iterdir())
    assert files == sorted(path.name for path in (tmp_path / name).iterdir())
    for file in files:
        assert (tmp_path / name / file).read_bytes() == (committed / file).read_bytes(), file


def test_true_effects_are_those_of_the_truth() -> None:
    registry = load_sample("metastases")
    episodes = registry.table("episodes")
    first = episodes.loc[episodes["prior_episode_id"].isna(), "episode_id"]
    effect = truth_effects(
        registry,
        outcome="blood_loss_ml",
        estimand="ATO",
        measure="geometric_mean_ratio",
        episodes=first,
    )
    stored = pd.read_csv(DATA / "sample" / "metastases" / "TRUE_EFFECTS.csv")
    row = stored[
        (stored["among"] == "this sample")
        & (stored["outcome"] == "blood_loss_ml")
        & (stored["measure"] == "geometric_mean_ratio")
        & (stored["estimand"] == "ATO")
    ]
    rounding = 5e-5  # effects are stored with four decimals
    assert row["estimate"].item() == pytest.approx(effect.loc[0, "estimate"], abs=rounding)


def test_metastases_sample_needs_the_choices_a_study_must_make() -> None:
    registry = load_sample("metastases")
    episodes = registry.table("episodes")
    assert 0.4 < episodes["approach_planned"].isin(["mis", "hybrid"]).mean() < 0.6
    assert episodes["patient_id"].duplicated().any()
    planned = episodes["approach_planned"].astype(object)
    assert (planned != episodes["approach_performed"].astype(object)).any()


def test_case_report_is_loaded_without_a_truth() -> None:
    registry = load_sample("case_report")
    assert registry.truth is None
    assert registry.table("patients")["patient_id"].tolist() == ["P1"]


def test_an_unknown_sample_lists_the_known() -> None:
    with pytest.raises(ArgumentError, match="case_report, hemangioma, metastases, ladder"):
        load_sample("scoliosis")
