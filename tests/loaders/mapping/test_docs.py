"""The mappings of docs/mapping.md are read as they stand, and do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.loaders.mapping.checks import check_words
from spineoutcomes.loaders.mapping.read import read_mapping
from spineoutcomes.loaders.mapping.shipped import profile_names
from spineoutcomes.loaders.sources import FORMATS
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

PAGE = Path(__file__).parents[3] / "docs" / "mapping.md"
TEXT = PAGE.read_text(encoding="utf-8")
MAPPINGS = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize("number", range(len(MAPPINGS)))
def test_a_mapping_of_the_page_is_valid(tmp_path: Path, number: int) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(MAPPINGS[number], encoding="utf-8")
    mapping, document = read_mapping(plan)
    check_words(mapping, document, SHIPPED_VOCABULARY)


def test_the_page_has_every_format_and_profile() -> None:
    for name, known in FORMATS.items():
        (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", TEXT, flags=re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row.split("|")[1])) == set(known.keys)
        assert set(re.findall(r"\.\w+", row.split("|")[0])) == set(known.suffixes)
    assert all(f"`{name}`" in TEXT for name in profile_names())


def test_the_workbook_of_the_page(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Cases"
    heads = (
        "No|Name|Phone|Sex|Date of surgery|Age (months)|Smoking|VAS leg pre|VAS leg 3m|"
        "VAS leg final|ODI before|ODI (0-100) last|Date 3m|Date final|Time (h)|Dura"
    )
    first = "1|Zebra|555|1|31.01.2020|600|0|70|20|10|44|12|01.05.2020|31.01.2021|1.5|no"
    second = "2|Zebra|556|2|01.02.2020|720|1|80|-99|失访|50||||2|yes"
    for row in (heads, first, second):
        book.active.append(row.split("|"))
    path, plan = tmp_path / "cases.xlsx", tmp_path / "plan.toml"
    book.save(path)
    plan.write_text(MAPPINGS[0], encoding="utf-8")
    registry = so.load_registry(path, mapping=plan)
    assert registry.table("patients")["sex"].tolist() == ["male", "female"]
    assert registry.table("episodes")["age_years"].tolist() == [50, 60]
    scores = registry.table("scores")
    pain = scores[scores["instrument"] == "vas_pain"]
    assert pain[["episode_id", "visit"]].to_numpy().tolist() == [
        ["1", "preoperative"],
        ["2", "preoperative"],
        ["1", "3m"],
        ["2", "3m"],
        ["1", "final"],
        ["2", "final"],
    ]
    assert pain["value"].tolist()[:3] == [7, 8, 2]
    assert pain["missing_reason"].dropna().tolist() == ["unknown", "lost"]
    assert pain["day"].tolist()[2] == 91
    assert pain["day"].tolist()[4] == 366
    assert registry.table("procedures")["operative_time_min"].tolist() == [90, 120]
    assert registry.table("events")["status"].tolist() == ["absent", "occurred"]
