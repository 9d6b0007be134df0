"""Each real statistical file, CDISC dataset and workbook, through a small mapping to a registry.

None is about spines, so a diagnosis is lent to them. Numbers of rows and values are those that the
tables beside the files show, or were counted in the files by hand.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.loaders.saved import comes_back

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.registry import Registry

RealFile = Callable[[str], Path]
Values = dict[str, list[Any]]
LENT = 'diagnosis = { always = "lumbar_stenosis" }'
NO_DATA = {"LICENSE", "LICENSE.md", "PROVENANCE.md"}
NUMBERS: Values = {"n": [1.1, 1.2, -1000.3, -1.4, 1000.3], "code": [1, 2, 1, 2, 1]}
SAMPLE = 'n = "mynum"\ncode = "mylabl"\n'
TAGGED = 'c = "var9"\nd = "var1"\n'
UPPER = 'n = "MYNUM"\ncode = "MYLABL"\n'
# File -> its id, columns of episodes, rows, and what those columns hold.
STATISTICAL: dict[str, tuple[str, str, int, Values]] = {
    **{f"basic/sample.{kind}": ("mychar", SAMPLE, 5, NUMBERS) for kind in ("sav", "zsav", "dta")},
    "basic/sample.sas7bdat": ("mychar", SAMPLE, 5, NUMBERS),
    "basic/sample.xpt": ("MYCHAR", UPPER, 5, NUMBERS),
    "basic/sample.por": ("MYCHAR", UPPER, 5, NUMBERS),
    "basic/sample.csv": ("mychar", SAMPLE, 5, NUMBERS),
    "basic/sample_missing.sav": ("row", SAMPLE, 7, {}),
    "basic/sample_missing.csv": ("row", SAMPLE, 7, {}),
    "basic/sample_missing_user.csv": ("row", SAMPLE, 7, {}),
    "basic/dates.sas7bdat": ("row", "", 50, {}),
    "basic/dates.csv": ("row", "", 50, {}),
    "basic/dates_xpt_v8.xpt": (
        "row",
        's = "seconds"\n',
        19,
        {"s": [-86401, -86400, -86399, -1, 0, 1]},
    ),
    "basic/hebrews.sav": ("row", 'v = "ותק_ב"\n', 99, {"v": [33, 34, 15, 35, 28]}),
    "basic/tegulu.sav": ("row", 'r = "record"\n', 1, {"r": [210]}),
    "basic/ordered_category.sav": ("row", 'c = "Col1"\n', 4, {"c": [1, 2, 3, 2]}),
    "missing_data/missing_char.sav": ("row", 'c = "mychar"\n', 2, {"c": [None, "a"]}),
    "missing_data/missing_test.sav": ("row", 'c = "var1"\n', 2, {"c": [None, 2]}),
    "missing_data/missing_test.dta": (
        "row",
        'c = "var9"\nd = "var1"\n',
        1,
        {"c": [1], "d": [None]},
    ),
    "missing_data/missing_test.sas7bdat": (
        "row",
        'c = "var9"\nd = "var1"\n',
        1,
        {"c": [1], "d": [None]},
    ),
    "multiple_response/simple_alltypes.sav": (
        "row",
        'z = "z"\nx = "x"\n',
        6,
        {"z": [None, None, 1.234, None, 3.14159, None], "x": [1, 2, 3, 4, None, 9]},
    ),
    "sas_catalog/test_data_linux.sas7bdat": (
        "ID",
        'sex_code = "SEXA"\n',
        3,
        {"sex_code": [1, 2, 1]},
    ),
    "sas_catalog/sas_formatted.csv": ("row", "", 3, {}),
}
CDISC = {"adsl": 254, "adtte": 254, "dm": 18, "ds": 53, "rs": 375, "dd": 3}


def load(path: Path, place: Path, patients: str, more: str = "", keys: str = "") -> Registry:
    plan = place / "plan.toml"
    plan.write_text(
        f'[file]\none_row_per = "patient"\n{keys}\n[patients]\n{patients}\n'
        f"[episodes]\n{LENT}\n{more}",
        encoding="utf-8",
    )
    return so.load_registry(path, mapping=plan)


def accounted(registry: Registry, place: Path, rows: int) -> None:
    comes_back(registry, place)
    counts = registry.provenance
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    of_file = counts.dropna(subset=["n_file_rows"])
    assert set(of_file["n_file_rows"]) == {rows}
    assert set(of_file["n_file_rows_used"]) == {rows}
    assert set(of_file["n_file_rows_left_out"]) == {0}
    assert not len(registry.rejects)


def identified(name: str) -> str:
    return "patient_id = { row_number = true }" if name == "row" else f'patient_id = "{name}"'


@pytest.mark.parametrize("name", STATISTICAL)
def test_a_statistical_file_and_the_table_beside_it(
    name: str, real_file: RealFile, tmp_path: Path
) -> None:
    if not name.endswith(".csv"):
        pytest.importorskip("pyreadstat")
    person, columns, rows, values = STATISTICAL[name]
    registry = load(real_file(f"stat_files/{name}"), tmp_path, identified(person), columns)
    accounted(registry, tmp_path, rows)
    episodes = registry.table("episodes")
    assert len(episodes) == len(registry.table("patients")) == rows
    for column, expected in values.items():
        found = episodes[column].astype(object).head(len(expected))
        assert found.where(found.notna(), None).tolist() == expected


def test_codes_of_a_catalog_become_words(real_file: RealFile, tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat")
    catalog = real_file("stat_files/sas_catalog/test_formats_linux.sas7bcat")
    registry = load(
        real_file("stat_files/sas_catalog/test_data_linux.sas7bdat"),
        tmp_path,
        'patient_id = "ID"\nsex = { column = "SEXA", codes = "labels" }',
        keys=f'catalog = "{catalog.as_posix()}"',
    )
    accounted(registry, tmp_path, 3)
    with real_file("stat_files/sas_catalog/sas_formatted.csv").open(encoding="utf-8") as stream:
        printed = [row["SEXA"].lower() for row in csv.DictReader(stream)]
    assert registry.table("patients")["sex"].tolist() == printed
    with pytest.raises(ArgumentError, match="sas7bcat is of no kind that its name tells"):
        load(catalog, tmp_path, identified("row"))


@pytest.mark.parametrize("suffix", ["xpt", "json", "ndjson"])
@pytest.mark.parametrize("name", CDISC)
def test_a_dataset_of_cdisc_by_itself(
    name: str, suffix: str, real_file: RealFile, tmp_path: Path
) -> None:
    if suffix == "xpt":
        pytest.importorskip("pyreadstat")
    persons = 'patient_id = "USUBJID"' if name in ("adsl", "adtte", "dm") else identified("row")
    registry = load(real_file(f"cdisc/{name}.{suffix}"), tmp_path, persons, 'domain = "STUDYID"\n')
    accounted(registry, tmp_path, CDISC[name])
    assert len(registry.table("patients")) == CDISC[name]
    data = json.loads(real_file(f"cdisc/{name}.json").read_text(encoding="utf-8"))
    at = [column["name"] for column in data["columns"]].index("STUDYID")
    assert registry.table("episodes")["domain"].tolist() == [row[at] for row in data["rows"]]


def test_a_dataset_in_japanese(real_file: RealFile, tmp_path: Path) -> None:
    registry = load(
        real_file("cdisc/i18n_ae.json"), tmp_path, identified("row"), 'term = "AETERM"\n'
    )
    accounted(registry, tmp_path, 1191)
    assert registry.table("episodes").loc[0, "term"] == "アプリケーションサイトの紅斑"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "define.xml is of no kind that its name tells"),
        ('format = "dataset_json"', "define.xml is not one of .json, .ndjson"),
        ('format = "statistical"', "define.xml is not one of .sav"),
        ('format = "redcap"', "define.xml"),
    ],
)
def test_a_definition_holds_no_rows(
    keys: str, message: str, real_file: RealFile, tmp_path: Path
) -> None:
    with pytest.raises((ArgumentError, ValidationError), match=message):
        load(real_file("cdisc/define.xml"), tmp_path, identified("row"), keys=keys)


KIDNEY = """
[file]
one_row_per = "patient"
first_row = 5
[patients]
patient_id = "study_id"
sex = { column = "Sex", codes = { Male = "male", Female = "female" } }
[episodes]
diagnosis = { always = "lumbar_stenosis" }
gfr = "Admission GFR"
"""


def test_a_workbook_with_notes_below_and_an_id_twice(real_file: RealFile, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path, plan = real_file("workbooks/messy_aki.xlsx"), tmp_path / "plan.toml"
    plan.write_text(KIDNEY, encoding="utf-8")
    with pytest.raises(ValidationError) as caught:
        so.load_registry(path, mapping=plan)
    wrong = caught.value.findings
    # Study ids 3 and 8 stand twice, in rows 8, 9, 14 and 15 of the sheet; the head is row 5.
    twice = wrong[(wrong["table"] == "patients") & (wrong["rule"] == "duplicate_key")]
    assert twice["row"].tolist() == [3, 4, 9, 10]
    registry = so.load_registry(path, mapping=plan, on_error="reject")
    counts = registry.provenance.set_index("table").loc["patients"]
    assert counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]
    assert counts["n_file_rows"] == 23
    assert counts["n_file_rows_used"] + counts["n_file_rows_left_out"] == 23
    assert {3, 4, 9, 10} <= set(
        registry.rejects.loc[registry.rejects["table"] == "patients", "row"]
    )
    comes_back(registry, tmp_path / "saved")


def test_a_workbook_with_a_head_of_two_rows(real_file: RealFile, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    registry = load(
        real_file("workbooks/messy_bp.xlsx"),
        tmp_path,
        identified("row") + '\nbirth_year = "Year birth"',
        'nr = "pat_id"\npressure = "Visit 1_BP"\nrate = "Visit 3_HR"\n',
        keys="first_row = 3\nheader_rows = 2",
    )
    accounted(registry, tmp_path, 20)
    first = registry.table("episodes").iloc[0]
    assert (first["pressure"], first["rate"]) == ("167/92", 77)
    assert registry.table("patients")["birth_year"].tolist()[:4] == [1967, 1990, 1989, 1977]


def test_a_cross_table_is_refused(real_file: RealFile, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    with pytest.raises(ValidationError, match=r"9 column\(s\) .* have no name in row 1"):
        load(real_file("workbooks/messy_infarct.xlsx"), tmp_path, identified("row"))


def test_a_table_without_a_head_is_refused(real_file: RealFile, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"7 of 7 cells in the first row .* are numbers"):
        load(real_file("spine/vertebral_column_uci.dat"), tmp_path, identified("row"))


SPINE = {
    "cervical_dystonia_rct.csv": 631,
    "disc_herniation_matched_pairs.csv": 434,
    "kyphosis_after_laminectomy.csv": 81,
    "low_back_pain_cohort.csv": 159,
    "neck_pain_rct.csv": 264,
}


@pytest.mark.parametrize("name", SPINE)
def test_every_row_of_a_spine_file(name: str, real_file: RealFile, tmp_path: Path) -> None:
    path = real_file(f"spine/{name}")
    # Lines of the file but for the first: no cell of these holds a line break.
    assert len(path.read_text(encoding="utf-8").splitlines()) - 1 == SPINE[name]
    accounted(load(path, tmp_path, identified("row")), tmp_path, SPINE[name])


def test_no_file_is_left_out(real_file: RealFile) -> None:
    folder = real_file("cdisc/dm.json").parents[1]

    def names(room: str) -> set[str]:
        own = (path for path in (folder / room).rglob("*") if path.is_file())
        return {path.relative_to(folder / room).as_posix() for path in own} - NO_DATA

    assert names("stat_files") == {*STATISTICAL, "sas_catalog/test_formats_linux.sas7bcat"}
    datasets = {f"{name}.{kind}" for name in CDISC for kind in ("xpt", "json", "ndjson")}
    assert names("cdisc") == {*datasets, "i18n_ae.json", "define.xml"}
    assert names("workbooks") == {f"messy_{what}.xlsx" for what in ("aki", "bp", "infarct")}
    assert names("spine") == {*SPINE, "vertebral_column_uci.dat"}
