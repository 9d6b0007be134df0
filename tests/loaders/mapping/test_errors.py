"""What is wrong with a mapping names the line on which it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loaders.conftest import LONG, WIDE, Load

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError

FILE = "id,sex,vas_pre,vas_3m\nA,1,7,2.5\n"
LONG_FILE = "id,arm,time,odi\nA,x,0,40\n"


def line(mapping: str, words: str) -> int:
    return mapping[: mapping.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'one_row_per = "patient"',
            'one_row_per = "person"',
            "Input should be 'patient', 'episode', 'visit'",
        ),
        ("one_row_per", "one_row_pr", "unknown key; check its spelling"),
        ('patient_id = "id"', 'patient_id = "ident"', "data.csv has no column 'ident'; it has: id"),
        ('"vas_{visit}"', '"pain_{visit}"', "has no column 'pain_pre'"),
        ('"vas_pain"', '"vas_pane"', "'vas_pane' is not in the vocabulary; known are"),
        ('"lumbar_disc_herniation"', '"hernia"', "'hernia' is unknown; known are"),
        ('2 = "female"', '2 = "woman"', "'woman' is unknown; known are: female, male"),
        ('location = "leg"', 'location = "leg"\nscale = [10, 0]', "scale is [lowest, highest]"),
        ('location = "leg"', 'location = "leg"\nside = "above"', "'left', 'right' or 'both'"),
        ('location = "leg"', 'location = "leg"\nvisits = ["12m"]', "not among them: 12m"),
        ("day = 91", 'day = "later"', "valid number"),
        ('column = "sex"', 'column = "sex", always = "male"', "say one of: column, columns"),
        ('column = "sex"', 'column = "sex", date_format = "dd.mm.yy"', "date_format has %d"),
        ('column = "sex"', 'column = "sex", missing = { 9 = "dunno" }', "'not_due'"),
        ('column = "vas_{visit}"', 'column = "vas_pre"', 'columns = { "vas_pre" ='),
        ('column = "vas_{visit}"', 'columns = { vas_pre = "m12" }', "not among them: m12"),
        ('column = "vas_{visit}"', "", "say one of: column, columns"),
        ('"vas_pain"', '"frankel"\nscale = [0, 1]', "grades, not a scale"),
        ('"vas_pain"', '"frankel"\ncodes = { 1 = "Z" }', "Z is no grade; grades are"),
        ('sex = { column = "sex"', 'sex = { columns = ["sex", "id"]', "make only an id"),
        ("[visits.codes]", '[visits]\ncolumn = "id"\n[visits.codes]', 'one_row_per = "visit"'),
        (
            "[visits.codes]",
            '[visits]\ndate = "a"\nday = "b"\n[visits.codes]',
            "say date or day",
        ),
        ('diagnosis = { always = "lumbar_disc_herniation" }', "", "diagnosis is required"),
        ('"patient"', '"patient"\ndelimiter = ";;"', "the delimiter is one character"),
    ],
)
def test_wide(load: Load, old: str, new: str, message: str) -> None:
    assert old in WIDE
    with pytest.raises(ArgumentError) as caught:
        load(FILE, WIDE.replace(old, new))
    said = str(caught.value)
    assert said.startswith("plan.toml, line ")
    assert message in said
    number = int(said.split("line ")[1].split(":")[0])
    assert abs(number - line(WIDE, old)) <= 4


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('column = "odi"', 'column = "odi_{visit}"', "a score is one column"),
        ('column = "time"', "", "needs [visits] with column and codes"),
        ('column = "time"', 'column = "when"', "has no column 'when'"),
        ('arm = "arm"', 'patient_id = "id"', "it belongs into [patients]"),
        ('"visit"', '"episode"', "episode_id is required"),
        ('patient_id = "id"', 'centre = "arm"', "patient_id is required"),
    ],
)
def test_long(load: Load, old: str, new: str, message: str) -> None:
    assert old in LONG
    with pytest.raises(ArgumentError) as caught:
        load(LONG_FILE, LONG.replace(old, new, 1))
    assert message in str(caught.value)
    assert "plan.toml" in str(caught.value)


def test_the_line_of_an_entry_among_several(load: Load) -> None:
    mapping = WIDE + (
        '[[events]]\nkind = { always = "imaging" }\nstatus = { always = "occurred" }\n'
        'day = "scan"\n'
        '[[events]]\nkind = { always = "imagination" }\nstatus = { always = "occurred" }\n'
    )
    with pytest.raises(ArgumentError, match=r"events\.2\.kind: 'imagination' is unknown") as caught:
        load(FILE, mapping)
    assert f"line {line(mapping, 'imagination')}:" in str(caught.value)


def test_an_entry_without_what_it_needs(load: Load) -> None:
    with pytest.raises(ArgumentError, match="kind, status is required"):
        load(FILE, WIDE + '[[events]]\nday = "vas_pre"\n')


def test_an_ignored_column_that_is_not_there(load: Load) -> None:
    mapping = WIDE.replace('"patient"', '"patient"\nignore = ["X"]')
    with pytest.raises(ArgumentError, match="has no column 'X'"):
        load(FILE, mapping)


def test_no_mapping_there_or_not_toml(load: Load, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"plan\.toml is not valid TOML: .*line 2"):
        load(FILE, "[file]\none_row_per =\n")
    with pytest.raises(ArgumentError, match="No such file"):
        so.load_registry(tmp_path / "data.csv", mapping=tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "text", ["", "file = 3", "[file]\n[patients]\n", "patients = 'x'", "events = 3"]
)
def test_a_mapping_that_lacks_sections(load: Load, text: str) -> None:
    with pytest.raises(ArgumentError, match=r"plan\.toml"):
        load(FILE, text)


def test_a_vocabulary_of_ones_own_is_known_to_the_mapping(load: Load, tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text(
        '[instruments.vas_pane]\nname = "Pane"\nshort = "pane"\nkind = "continuous"\n'
        "range = [0, 10]\n"
        'higher_is = "worse"\nsource = "convention"\n',
        encoding="utf-8",
    )
    mapping = WIDE.replace("vas_pain", "vas_pane")
    assert len(load(FILE, mapping, vocabulary=words).table("scores")) == 2
