"""The mappings of docs/mapping.md are read as they stand, and do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.loaders.cdisc.datasets import named, write_dataset

import spineoutcomes as so
from spineoutcomes.loaders.mapping.checks import check_words
from spineoutcomes.loaders.mapping.read import read_mapping
from spineoutcomes.loaders.mapping.shipped import profile_names
from spineoutcomes.loaders.sources import FORMATS
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

PAGE = Path(__file__).parents[3] / "docs" / "mapping.md"
TEXT = PAGE.read_text(encoding="utf-8")
EVERY = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
MAPPINGS = [text for text in EVERY if "[cdisc]" not in text]
(STUDY,) = (text for text in EVERY if "[cdisc]" in text)


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


def test_the_study_of_the_page(tmp_path: Path) -> None:
    folder, plan = tmp_path / "study", tmp_path / "plan.toml"
    plan.write_text(STUDY.replace('suffix = "xpt"', 'suffix = "ndjson"'), encoding="utf-8")
    write_dataset(
        folder,
        "adsl",
        named(
            "USUBJID SITEID SEX AGE AGEU TRTSDT SAFFL TRT01P",
            "A 01 F 61 YEARS 2020-01-10 Y MIS",
            "B 01 M 70 YEARS 2020-02-10 Y OPEN",
            "C 02 F 55 YEARS . N OPEN",
        ),
    )
    write_dataset(
        folder,
        "adqs",
        named(
            "USUBJID PARAMCD AVISIT AVAL ADT ABLFL ANL01FL DTYPE",
            "A ODITOT Screening 48 2020-01-09 Y Y .",
            "A ODITOT Month_3 20 2020-04-10 . Y .",
            "A ODITOT Month_3 30 2020-04-12 . . .",
            "B ODITOT Screening 52 2020-02-09 Y Y .",
            "B ODITOT Month_3 52 2020-05-11 . Y LOCF",
        ),
    )
    write_dataset(
        folder,
        "adtte",
        named(
            "USUBJID PARAMCD PARAM AVAL STARTDT ADT CNSR EVNTDESC",
            "A TTREC Recurrence 101 2020-01-10 2020-04-19 0 Local_recurrence",
            "B TTREC Recurrence 366 2020-02-10 2021-02-09 1 End_of_study",
        ),
    )
    registry = so.load_registry(folder, mapping=plan)
    assert registry.table("episodes")["arm"].tolist() == ["MIS", "OPEN"]
    scores = registry.table("scores")[["episode_id", "visit", "day", "value"]]
    # What was carried forward, and the record that no flag chooses, are no scores.
    assert sorted(scores.to_numpy().tolist()) == [
        ["A", "3m", 91, 20],
        ["A", "preoperative", -1, 48],
        ["B", "preoperative", -1, 52],
    ]
    events = registry.table("events")[["episode_id", "kind", "status", "day"]]
    assert sorted(events.to_numpy().tolist()) == [
        ["A", "local_recurrence", "occurred", 100],
        ["B", "local_recurrence", "absent", 365],
    ]
    left_out = registry.provenance.set_index("file")["n_file_rows_left_out"].to_dict()
    assert left_out["adqs.ndjson"] == 2
    said = " ".join(registry.findings()["message"])
    assert "counts days + 1" in said
