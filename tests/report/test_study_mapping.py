"""The mapping a study names: a file beside it, or the name of a profile, as in `load_registry`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.mapping.shipped import read_profile
from spineoutcomes.report.manifest import manifest_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "neck_pain_rct.toml"


def study(folder: Path, mapping: str) -> so.Study:
    path = folder / "study.toml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("neck_pain_rct_mapping.toml", mapping)
    path.write_text(text, encoding="utf-8")
    return so.Study.read(path)


def test_a_path_counts_from_the_folder_of_the_study(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("x = 1\n", encoding="utf-8")
    own = study(tmp_path, "mine.toml")
    assert own.mapping == (tmp_path / "mine.toml").resolve()
    said = manifest_of(own, so.load_sample("case_report"), {})["mapping"]
    assert said == {"file": "mine.toml", "sha256": hashlib.sha256(b"x = 1\n").hexdigest()}


def test_a_word_is_the_name_of_a_profile(tmp_path: Path) -> None:
    own = study(tmp_path, "qod")
    assert own.mapping == "qod"
    said = manifest_of(own, so.load_sample("case_report"), {})["mapping"]
    text = read_profile("qod").text
    assert said == {"profile": "qod", "sha256": hashlib.sha256(text.encode()).hexdigest()}


def test_what_a_profile_cannot_know_is_said_by_the_study_too(tmp_path: Path) -> None:
    (tmp_path / "neck_pain_rct.csv").write_text("pt_study_id\n1\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="The profile 'qod' cannot know"):
        so.run_study(study(tmp_path, "qod"), tmp_path / "out")
    with pytest.raises(ArgumentError, match="There is no profile 'nonesuch'; profiles are"):
        so.run_study(study(tmp_path, "nonesuch"), tmp_path / "out")
