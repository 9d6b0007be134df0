"""Profiles of known registries: each loads a synthetic extract with the names it was made from."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.mapping.shipped import profile_names, read_profile
from spineoutcomes.registry import Registry

OWN = {
    "swespine": (
        'extends = "swespine"\n[patients]\npatient_id = "PAT-Id"\n[episodes]\n'
        'diagnosis = { column = "OpHR-Neuro", codes = { 2 = "cervical_radiculopathy", '
        '3 = "cervical_myelopathy" } }\n'
    ),
    "norspine": (
        'extends = "norspine"\n[patients]\npatient_id = "PasientID"\n[episodes]\n'
        'diagnosis = { always = "lumbar_disc_herniation" }\n'
    ),
    "qod": 'extends = "qod"\n[episodes]\ndiagnosis = { always = "lumbar_stenosis" }\n',
}
SWESPINE = pd.DataFrame(
    {
        "PAT-Id": ["7", "8"],
        "DG-Klinik": ["11", "12"],
        "DG-Alder": [54, 61],
        "PAT-Kon": [1, 2],
        "OpHR-Neuro": [2, 3],
        "OpHR-ASA": [1, 3],
        "OpHR-Nurick": [0, 4],
        "PreopHR-Langd": [180, 165],
        "PreopHR-Vikt": [80, 70],
        "PreopHR-Rokare": [0, 1],
        "PreopHR-NRSArm": [8, 6],
        "PreopHR-NRSHalsBrost": [7, 5],
        "PreopHR-EQ5DIndex": [0.36, 0.62],
        "PreopHR-EQ5DVAS": [40, 55],
        "PreopHR-NDIIndex": [44, 38],
        "UppHR-NRSArm_1": [2, None],
        "UppHR-NRSArm_2": [1, 4],
    }
)
NORSPINE = pd.DataFrame(
    {
        "PasientID": [1.0, 2.0, 1.0],
        "ForlopsID": [101.0, 102.0, 103.0],
        "OpDato": pd.to_datetime(["2022-03-01", "2022-04-02", "2023-09-30"]),
        "OpMikroV3": [1.0, 3.0, 9.0],
        "HovedInngrepV2V3": [1.0, 1.0, 3.0],
        "ASA": [2.0, 9.0, 3.0],
        "Liggedogn": [1.0, 0.0, 2.0],
        "OswTotPre": [44.0, 38.0, 52.0],
        "OswTot3mnd": [18.0, None, 30.0],
        "OswTot12mnd": [12.0, 20.0, None],
        "SmRyPre": [6.0, 9.0, 5.0],
        "SmBePre": [8.0, 7.0, 9.0],
        "EQ5DV3Pre": [0.2, 0.4, 0.1],
        "EQ5DV33mnd": [0.7, None, 0.6],
        "PeropKompDura": [0.0, 1.0, 9.0],
        "KpInfDyp3mnd": [0.0, None, 1.0],
        "Ferdigstilt1b3mnd": [1.0, 0.0, 1.0],
        "KnivtidTot": [42.0, 60.0, 95.0],
    }
)
QOD = """pt_study_id,redcap_event_name,asa_grade,los,surgical_approach,laminectomy_performed,\
arthrodesis_performed,estimated_blood_loss_cc,back_pain_vas,leg_pain_vas1
12*3_LP0001,baseline_arm_1,2,3,1,1,0,200-300,7,8
12*3_LP0001,3month_arm_1,,,,,,,3,2
12*3_LP0001,12month_arm_1,,,,,,,2,1
12*3_LP0002,baseline_arm_1,3,4,2,1,1,minimal,6,9
12*3_LP0002,12month_arm_1,,,,,,,4,
"""


def mapped(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}_own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def swespine(folder: Path, text: str = OWN["swespine"]) -> Registry:
    file = folder / "extract.csv"
    SWESPINE.to_csv(file, index=False)
    return so.load_registry(file, mapping=mapped(folder, "swespine", text))


def norspine(folder: Path, text: str = OWN["norspine"]) -> Registry:
    pyreadstat = pytest.importorskip("pyreadstat")
    file = folder / "extract.sav"
    pyreadstat.write_sav(NORSPINE, str(file))
    return so.load_registry(file, mapping=mapped(folder, "norspine", text))


def qod(folder: Path, text: str = OWN["qod"]) -> Registry:
    file = folder / "export.csv"
    file.write_text(QOD, encoding="utf-8")
    return so.load_registry(file, mapping=mapped(folder, "qod", text))


def test_the_profiles_that_are_shipped() -> None:
    assert profile_names() == ["norspine", "qod", "swespine"]


def test_swespine(tmp_path: Path) -> None:
    registry = swespine(tmp_path)
    patients = registry.table("patients")
    assert patients[["patient_id", "centre", "sex"]].to_numpy().tolist() == [
        ["7", "11", "male"],
        ["8", "12", "female"],
    ]
    episodes = registry.table("episodes")
    assert episodes["diagnosis"].tolist() == ["cervical_radiculopathy", "cervical_myelopathy"]
    assert episodes["age_years"].tolist() == [54, 61]
    assert episodes["height_cm"].tolist() == [180, 165]
    scores = registry.table("scores")
    arm = scores[scores["location"] == "arm"]
    assert arm[["episode_id", "visit", "day", "value"]].to_numpy().tolist() == [
        ["7", "preoperative", 0, 8],
        ["8", "preoperative", 0, 6],
        ["7", "12m", 365, 2],
        ["7", "24m", 730, 1],
        ["8", "24m", 730, 4],
    ]
    assert scores.groupby("instrument", observed=True).size().to_dict() == {
        "nrs_pain": 7,
        "eq5d": 2,
        "eq_vas": 2,
        "ndi": 2,
        "nurick": 2,
    }
    assert scores.loc[scores["instrument"] == "nurick", "grade"].tolist() == ["0", "4"]


def test_what_an_extract_lacks_or_has_besides_is_said(tmp_path: Path) -> None:
    found = swespine(tmp_path).findings()
    absent = found[found["rule"] == "absent_column"]["column"].tolist()
    assert sorted(absent) == [
        "UppHR-EQ5DIndex_1",
        "UppHR-EQ5DIndex_2",
        "UppHR-EQ5DVAS_1",
        "UppHR-EQ5DVAS_2",
        "UppHR-NDIIndex_1",
        "UppHR-NDIIndex_2",
        "UppHR-NRSHalsBrost_1",
        "UppHR-NRSHalsBrost_2",
    ]
    assert found[found["rule"] == "unmapped_column"]["column"].tolist() == ["PreopHR-Rokare"]


def test_swespine_as_the_sheet_of_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "master_sheet"
    book.create_sheet("other").append(["x"])
    book.active.append(list(SWESPINE.columns))
    for row in SWESPINE.astype(object).where(SWESPINE.notna(), None).itertuples(index=False):
        book.active.append(list(row))
    file = tmp_path / "extract.xlsx"
    book.save(file)
    registry = so.load_registry(file, mapping=mapped(tmp_path, "own", OWN["swespine"]))
    first = swespine(tmp_path)
    pd.testing.assert_frame_equal(registry.table("scores"), first.table("scores"))
    pd.testing.assert_frame_equal(registry.table("episodes"), first.table("episodes"))


def test_norspine(tmp_path: Path) -> None:
    registry = norspine(tmp_path)
    assert registry.table("patients")["patient_id"].tolist() == ["1", "2"]
    episodes = registry.table("episodes")
    assert episodes["episode_id"].tolist() == ["101", "102", "103"]
    assert episodes["index_day"].tolist() == [0, 0, 578]
    assert episodes["asa_class"].isna().tolist() == [False, True, False]
    scores = registry.table("scores")
    odi = scores[scores["instrument"] == "odi"]
    assert odi[["episode_id", "visit", "value"]].to_numpy().tolist() == [
        ["101", "preoperative", 44],
        ["102", "preoperative", 38],
        ["103", "preoperative", 52],
        ["101", "3m", 18],
        ["103", "3m", 30],
        ["101", "12m", 12],
        ["102", "12m", 20],
    ]
    # A pain of 9 is a pain, though 9 is "not filled in" elsewhere.
    leg = scores[(scores["instrument"] == "nrs_pain") & (scores["location"] == "leg")]
    assert leg["value"].tolist() == [8, 7, 9]
    assert scores[scores["instrument"] == "eq5d"]["value"].tolist() == [0.2, 0.4, 0.1, 0.7, 0.6]


def test_what_norspine_proposes_in_its_comments_is_a_mapping(tmp_path: Path) -> None:
    text = read_profile("norspine").text
    lines = text[text.index("# [[procedures]]") : text.index("# Levels stand")].splitlines()
    proposed = "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines)
    proposed = proposed.replace('1 = "open", 3 = "mis"', '1 = "open", 3 = "mis", 9 = "unknown"')
    proposed = proposed.replace('{ 3 = "laminectomy"', '{ 1 = "microdiscectomy", 3 = "laminectomy"')
    registry = norspine(tmp_path, OWN["norspine"] + proposed)
    procedures = registry.table("procedures")
    assert procedures[["component", "approach", "operative_time_min"]].to_numpy().tolist() == [
        ["microdiscectomy", "open", 42],
        ["microdiscectomy", "mis", 60],
        ["laminectomy", "unknown", 95],
    ]
    events = registry.table("events")
    assert events[["episode_id", "kind", "status"]].to_numpy().tolist() == [
        ["101", "dural_tear", "absent"],
        ["102", "dural_tear", "occurred"],
        ["101", "surgical_site_infection", "absent"],
        ["103", "surgical_site_infection", "occurred"],
    ]


def test_qod(tmp_path: Path) -> None:
    registry = qod(tmp_path)
    assert registry.table("patients")["patient_id"].tolist() == ["12*3_LP0001", "12*3_LP0002"]
    episodes = registry.table("episodes")
    assert episodes[["asa_class", "los_days"]].to_numpy().tolist() == [[2, 3], [3, 4]]
    scores = registry.table("scores")
    back = scores[scores["location"] == "back"]
    assert back[["episode_id", "visit", "value"]].to_numpy().tolist() == [
        ["12*3_LP0001", "preoperative", 7],
        ["12*3_LP0001", "3m", 3],
        ["12*3_LP0001", "12m", 2],
        ["12*3_LP0002", "preoperative", 6],
        ["12*3_LP0002", "12m", 4],
    ]
    found = registry.findings()
    assert found["column"].tolist() == ["estimated_blood_loss_cc"]
    provenance = registry.provenance.set_index("table")
    assert provenance.loc["scores", "n_file_rows"] == provenance.loc["scores", "n_file_rows_used"]


@pytest.mark.parametrize("name", ["swespine", "norspine", "qod"])
def test_a_profile_alone_says_what_it_cannot_know(tmp_path: Path, name: str) -> None:
    file = tmp_path / "extract.csv"
    SWESPINE.to_csv(file, index=False)
    with pytest.raises(ArgumentError) as caught:
        so.load_registry(file, mapping=name)
    message = str(caught.value)
    assert f"The profile {name!r} cannot know" in message
    assert f'extends = "{name}"\n' in message
    assert "[episodes]\ndiagnosis = ..." in message
    with pytest.raises(ArgumentError, match=f"_own.toml, line 1: extends: The profile '{name}'"):
        so.load_registry(file, mapping=mapped(tmp_path, name, f'extends = "{name}"\n'))


def test_a_name_that_is_no_profile(tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    SWESPINE.to_csv(file, index=False)
    with pytest.raises(
        ArgumentError, match="no profile 'danespine'; profiles are norspine, qod, sw"
    ):
        so.load_registry(file, mapping="danespine")
    with pytest.raises(ArgumentError, match=r"line 1: extends: There is no profile 'finspine'"):
        so.load_registry(file, mapping=mapped(tmp_path, "x", 'extends = "finspine"'))
    with pytest.raises(ArgumentError, match="line 1: extends: the name of a profile, as text"):
        so.load_registry(file, mapping=mapped(tmp_path, "x", "extends = 3"))
    with pytest.raises(ArgumentError, match="No such file"):
        so.load_registry(file, mapping=Path("swespine"))


def test_a_score_of_ones_own_stands_instead_of_the_same_one(tmp_path: Path) -> None:
    own = OWN["swespine"] + (
        '[[scores]]\ninstrument = "nrs_pain"\nlocation = "arm"\nscale = [0, 100]\n'
        'columns = { "PreopHR-NRSArm" = "preop" }\n'
        '[[scores]]\ninstrument = "nrs_pain"\nlocation = "back"\n'
        'columns = { "PreopHR-NRSHalsBrost" = "preop" }\n'
    )
    scores = swespine(tmp_path, own).table("scores")
    arm = scores[scores["location"] == "arm"]
    assert arm["value"].tolist() == [0.8, 0.6]
    assert scores["location"].dropna().value_counts().to_dict() == {"arm": 2, "neck": 2, "back": 2}
    none = swespine(tmp_path, OWN["swespine"].replace("\n[patients]", "\nscores = []\n[patients]"))
    assert not len(none.table("scores"))


def test_keys_codes_and_columns_to_ignore_add_up(tmp_path: Path) -> None:
    own = OWN["swespine"].replace(
        "[patients]", '[file]\nignore = ["PreopHR-Rokare"]\n[patients]'
    ) + ('[visits.codes]\n1 = { visit = "1y", day = 360 }\n')
    registry = swespine(tmp_path, own)
    assert "unmapped_column" not in set(registry.findings()["rule"])
    assert set(registry.table("scores")["visit"]) == {"preoperative", "1y", "24m"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'patient_id = "PAT-Id"',
            'patient_id = "PAT"',
            r"own\.toml, line 3: .*has no column 'PAT'",
        ),
        ('"cervical_myelopathy"', '"myelopathy"', r"own\.toml, line 5: .*'myelopathy' is unknown"),
        (
            "[patients]",
            '[[scores]]\ninstrument = "x"\ncolumns = { a = "1" }\n[patients]',
            r"line 3: sc",
        ),
        ("[patients]", "scores = 3\n[patients]", r"own\.toml, line 2: scores"),
        ("[patients]", "visits = 3\n[patients]", r"own\.toml, line 2: visits"),
        ("[patients]", "[declare]\na = 3\n[patients]", r"own\.toml"),
        ("[patients]", '[file]\nsheet = "A"\n[patients]', r"line 3: file\.sheet: it belongs"),
    ],
)
def test_an_error_names_the_file_and_line_it_stands_in(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        swespine(tmp_path, OWN["swespine"].replace(old, new, 1))


def test_an_error_in_what_the_profile_says_names_the_profile(tmp_path: Path) -> None:
    own = OWN["swespine"] + '[[scores]]\ninstrument = "odi"\ncolumns = { a = "3" }\n'
    with pytest.raises(ArgumentError, match=r"swespine_own\.toml, line 6: scores\.1: visits"):
        swespine(tmp_path, own)
    gone = OWN["norspine"].replace("[patients]", '[file]\none_row_per = "visit"\n[patients]')
    with pytest.raises(
        ArgumentError, match=r"norspine_own\.toml, line 3: file\.one_row_per: a row"
    ):
        norspine(tmp_path, gone)
    words = tmp_path / "words.toml"
    words.write_text(
        '[instruments.odi]\nname = "x"\nshort = "x"\nkind = "ordinal"\ngrades = ["a"]\n'
        'higher_is = "worse"\nsource = "convention"\n',
        encoding="utf-8",
    )


def test_profiles_are_toml_with_a_source_and_known_columns() -> None:
    for name in profile_names():
        profile = read_profile(name)
        assert "Where the names come from:" in profile.text
        assert profile.data["declare"]
        assert all(len(line) <= 120 for line in profile.text.splitlines())


def test_a_value_out_of_range_is_a_finding_and_not_made_missing(tmp_path: Path) -> None:
    heights = '[[scores]]\ninstrument = "eq_vas"\ncolumns = { "PreopHR-Langd" = "preop" }\n'
    with pytest.raises(ValidationError, match=r"score_out_of_range \(2\)"):
        swespine(tmp_path, OWN["swespine"] + heights)


def test_the_synthetic_export_has_the_names_of_the_profile() -> None:
    head = next(csv.reader(io.StringIO(QOD)))
    profile = read_profile("qod").text
    assert all(name in profile for name in head)
