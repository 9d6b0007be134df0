"""A real randomised trial, from its file through a mapping to a report: the published contrast."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.cli import main

ROOT = Path(__file__).parents[2]
# R 4.2.2: t.test and lm on the changes times ten; printed to seven significant digits.
PRINTED = 1e-6


@pytest.fixture
def study(tmp_path: Path, real_file: Callable[[str], Path]) -> Path:
    for name in ("neck_pain_rct.toml", "neck_pain_rct_mapping.toml"):
        shutil.copy(ROOT / "examples" / name, tmp_path)
    shutil.copy(real_file("spine/neck_pain_rct.csv"), tmp_path)
    return tmp_path / "neck_pain_rct.toml"


def contrast(results: pd.DataFrame, name: str) -> pd.Series:
    own = results[(results["result"] == name) & (results["contrast"] == "active - placebo")]
    return own.set_index("statistic")["value"]


@pytest.mark.validates("compare.mean_difference", source="R stats 4.2.2, trial of Chow 2006")
def test_the_report_holds_the_numbers_of_the_trial(study: Path, tmp_path: Path) -> None:
    written = so.run_study(study, tmp_path / "out")
    results = pd.read_csv(written / "results.csv")
    welch = contrast(results, "Neck pain at 12 weeks, change")
    expected = {
        "estimate": -2.933333,
        "conf_low": -3.821644,
        "conf_high": -2.045023,
        "n": 90,
    }
    for name, value in expected.items():
        assert welch[name] == pytest.approx(value, rel=PRINTED), name
    assert welch["statistic"] == pytest.approx(-6.5625, abs=5e-5)
    assert welch["df"] == pytest.approx(87.869, abs=5e-4)
    ancova = contrast(results, "Neck pain at 12 weeks, change adjusted for baseline")
    expected = {
        "estimate": -2.347553,
        "std_error": 0.4594339,
        "conf_low": -3.260728,
        "conf_high": -1.434379,
    }
    for name, value in expected.items():
        assert ancova[name] == pytest.approx(value, rel=PRINTED), name


def test_without_the_declared_scale_nothing_is_written(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = tmp_path / "neck_pain_rct_mapping.toml"
    lines = mapping.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("scale")]
    mapping.write_text("\n".join(kept), encoding="utf-8")
    assert main(["report", str(study), "--output", str(tmp_path / "out")]) == 2
    assert "nothing is rescaled by guess" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
