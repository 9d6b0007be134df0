"""The vocabulary as shipped, and a user's own on top of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, load_vocabulary

CATALOGUES = ("instruments", "procedures", "diagnoses", "event_kinds", "sources")
OWN = """
[sources.our_study]
citation = "Our study, 2024"

[instruments.zurich]
name = "Zurich claudication questionnaire"
short = "ZCQ"
kind = "continuous"
range = [1, 5]
higher_is = "worse"
source = "our_study"

[instruments.zurich.thresholds.ours]
kind = "MIC"
value = 0.5
basis = "points"
comparison = ">="
population = "lumbar stenosis"
method = "anchor"
source = "our_study"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", CATALOGUES[:-1])
def test_every_fact_has_a_source(name: str) -> None:
    for code, entry in getattr(SHIPPED_VOCABULARY, name).items():
        assert entry.source in so.vocabulary.sources, code


def test_every_threshold_has_a_source_a_population_and_a_method() -> None:
    n = 0
    for code, instrument in so.vocabulary.instruments.items():
        for name, threshold in instrument.thresholds.items():
            n += 1
            assert threshold.source in so.vocabulary.sources, (code, name)
            assert threshold.population, (code, name)
            assert threshold.method, (code, name)
            assert threshold.value > 0 or threshold.kind == "RECOVERED", (code, name)
    assert n > 10


def test_every_source_can_be_found() -> None:
    for code, source in so.vocabulary.sources.items():
        assert source.citation, code
        assert source.doi is None or source.doi.startswith("10."), code


def test_instruments_have_a_range_or_grades() -> None:
    for code, instrument in so.vocabulary.instruments.items():
        assert (instrument.range is None) == instrument.is_graded, code
        if instrument.range is not None:
            assert instrument.range[0] < instrument.range[1], code
        if instrument.grades is not None:
            assert len(set(instrument.grades)) == len(instrument.grades), code


def test_a_catalogue_is_a_mapping() -> None:
    instruments = so.vocabulary.instruments
    assert "odi" in instruments
    assert "ODI" not in instruments
    assert len(instruments) == len(list(instruments)) == len(instruments.to_frame())
    assert instruments.get("nothing") is None


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_shows_itself(name: str) -> None:
    catalogue = getattr(so.vocabulary, name)
    code = next(iter(catalogue))
    assert code in repr(catalogue)
    assert code in catalogue._repr_html_()
    assert catalogue._repr_html_().count("<tr") == len(catalogue) + 2


def test_html_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace('"Zurich', '"<script>'), encoding="utf-8")
    assert "<script>" not in load_vocabulary(path).instruments._repr_html_()


def test_an_unknown_code_lists_what_is_known() -> None:
    with pytest.raises(ArgumentError, match=r"Unknown instrument 'oswestry'; known are: .*odi"):
        so.vocabulary.instruments["oswestry"]
    with pytest.raises(KeyError):
        so.vocabulary.diagnoses["oswestry"]


def test_own_entries_stand_beside_the_shipped(own: Path) -> None:
    words = load_vocabulary(own)
    assert words.instruments["zurich"].thresholds["ours"].value == 0.5
    assert words.instruments["odi"] == so.vocabulary.instruments["odi"]
    assert "zurich" not in so.vocabulary.instruments
    assert words.sha256 != SHIPPED_VOCABULARY.sha256
    assert load_vocabulary().sha256 == SHIPPED_VOCABULARY.sha256


def test_an_own_entry_replaces_a_shipped_one(own: Path) -> None:
    own.write_text(OWN.replace("instruments.zurich", "instruments.odi"), encoding="utf-8")
    odi = load_vocabulary(own).instruments["odi"]
    assert odi.range == (1, 5)
    assert list(odi.thresholds) == ["ours"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("higher_is", "higher", "line 10: instruments.zurich.higher: unknown key"),
        ('"MIC"', '"mcid"', "instruments.zurich.thresholds.ours.kind: Input should be 'MCID'"),
        ("value = 0.5", 'value = "half"', "line 15: .*valid number"),
        ("range = [1, 5]", "", "an instrument has either a range or grades"),
        ("range = [1, 5]", 'grades = ["a"]', "grades belong to an ordinal instrument"),
        ("range = [1, 5]", 'range = [1, 5]\nmeanings = { 1 = "x" }', r"is no grade: \['1'\]"),
        ('source = "our_study"', 'source = "hearsay"', "'hearsay' is not among the sources"),
        ("[sources.our_study]", "[source.our_study]", "line 2: source: unknown key"),
    ],
)
def test_a_mistake_names_its_line(own: Path, old: str, new: str, message: str) -> None:
    assert old in OWN
    own.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(ArgumentError, match=message) as caught:
        load_vocabulary(own)
    assert "own.toml, line" in str(caught.value)


def test_a_threshold_without_a_source_is_refused(own: Path) -> None:
    lines = OWN.rstrip().splitlines()[:-1]
    own.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"thresholds\.ours\.source: this key is required"):
        load_vocabulary(own)
