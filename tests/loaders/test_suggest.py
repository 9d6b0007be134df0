"""Proposals for real and synthetic files, held against a key made by hand."""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.suggest.heads import unit_of, visit_in, words_of

# What each column is, by hand. "fact": of the episode, with no column of its own in the registry;
# "score": of an instrument that the vocabulary does not hold; "-": nothing that is loaded.
KEYS: dict[str, dict[str, str]] = {
    "spine/cervical_dystonia_rct.csv": {
        "week": "visits.column",
        "site": "patients.patient_id",
        "id": "patients.patient_id",
        "treat": "fact",
        "age": "episodes.age_years",
        "sex": "patients.sex",
        "twstrs": "score",
    },
    "spine/disc_herniation_matched_pairs.csv": dict.fromkeys(
        ("ID", "status", "driver", "suburban"), "fact"
    ),
    "spine/kyphosis_after_laminectomy.csv": {
        "rownames": "-",
        "Kyphosis": "fact",
        "Age": "episodes.age_years",
        "Number": "fact",
        "Start": "fact",
    },
    "spine/low_back_pain_cohort.csv": {
        **dict.fromkeys(
            ("Chronic", "Carrying", "Tampascale", "Function", "Radiation", "Smoking", "BMI"), "fact"
        ),
        **dict.fromkeys(
            ("Satisfaction", "JobControl", "JobDemands", "SocialSupport", "Duration"), "fact"
        ),
        "Pain": "scores.nrs_pain",
        "Gender": "patients.sex",
        "Age": "episodes.age_years",
    },
    "spine/neck_pain_rct.csv": {
        "id": "patients.patient_id",
        "X": "-",
        "vas": "scores.vas_pain",
        "laser": "fact",
        "time": "visits.column",
    },
    "workbooks/messy_aki.xlsx": {
        "study_id": "patients.patient_id",
        "dob": "-",
        "Race": "fact",
        "Sex": "patients.sex",
        "Hispanic": "fact",
        **dict.fromkeys(("Admission GFR", "Day 1 gfr", "DAY2GFR`"), "score"),
        **dict.fromkeys(("day 3 GfR", "Day 4 GFR", "DAY5 GFR"), "score"),
        "diagnosis": "episodes.diagnosis",
        **dict.fromkeys(("sediment", "HD catheter", "AV fistula"), "fact"),
    },
    "workbooks/messy_bp.xlsx": {
        "pat_id": "patients.patient_id",
        "Month of birth": "-",
        "Day birth": "-",
        "Year birth": "patients.birth_year",
        "Race": "fact",
        "Sex": "patients.sex",
        "Hispanic": "fact",
        **dict.fromkeys(
            ("Visit 1_BP", "Visit 1_HR", "Visit 2_BP", "Visit 2_HR", "Visit 3_BP", "Visit 3_HR"),
            "score",
        ),
    },
}
# Right, wrong, and left as a question.
COUNTS = {
    "spine/cervical_dystonia_rct.csv": (4, 0, 3),
    "spine/disc_herniation_matched_pairs.csv": (0, 0, 4),
    "spine/kyphosis_after_laminectomy.csv": (0, 0, 5),
    "spine/low_back_pain_cohort.csv": (1, 0, 14),
    "spine/neck_pain_rct.csv": (4, 0, 1),
    "workbooks/messy_aki.xlsx": (3, 0, 12),
    "workbooks/messy_bp.xlsx": (5, 0, 8),
}


def places(text: str) -> dict[str, str]:
    """Return where each column goes in the lines that stand."""
    data = tomllib.loads(text)
    return dict(columns_of(data))


def columns_of(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((column, "-") for column in data["file"].get("ignore", []))
    sections = [(name, data.get(name, {})) for name in ("patients", "episodes")]
    sections += [("procedures", entry) for entry in data.get("procedures", [])]
    for section, fields in sections:
        for name, field in fields.items():
            own = field if isinstance(field, dict) else {"column": field}
            yield from ((c, f"{section}.{name}") for c in own.get("columns", [own.get("column")]))
    if "column" in data.get("visits", {}):
        yield data["visits"]["column"], "visits.column"
    for score in data.get("scores", []):
        yield from ((head, f"scores.{score['instrument']}") for head in heads_of(score))


def heads_of(score: dict[str, Any]) -> list[str]:
    if "columns" in score:
        return list(score["columns"])
    group = re.fullmatch(r"(.*)\((.*\|.*)\)(.*)", score["column"])
    if group is None:
        return [score["column"]]
    return [f"{group[1]}{code}{group[3]}" for code in group[2].split("|")]


def asked(text: str, heads: list[str]) -> set[str]:
    """Return the columns that lines behind "# ?" ask about."""
    questions = "\n".join(line for line in text.splitlines() if line.startswith("# ? "))
    return {h for h in heads if f'"{h}"' in questions or f"{{ {h} = " in questions}


@pytest.mark.parametrize("name", KEYS)
def test_a_real_file(real_file: Callable[[str], Path], name: str) -> None:
    text = so.suggest_mapping(real_file(name))
    proposed, key = places(text), KEYS[name]
    right = [c for c in proposed if proposed[c] == key[c]]
    wrong = [c for c in proposed if proposed[c] != key[c]]
    open_ones = asked(text, list(key)) - set(proposed)
    assert (len(right), len(wrong), len(open_ones)) == COUNTS[name], (wrong, open_ones)
    # Every column is either proposed or asked about.
    assert set(proposed) | open_ones == set(key)


def test_files_without_names_are_refused(real_file: Callable[[str], Path]) -> None:
    with pytest.raises(ValidationError, match="seems to have no column names"):
        so.suggest_mapping(real_file("spine/vertebral_column_uci.dat"))
    with pytest.raises(ValidationError, match="hold data and have no name"):
        so.suggest_mapping(real_file("workbooks/messy_infarct.xlsx"))


def answered(text: str, *answers: tuple[str, str]) -> str:
    """Return a proposal with lines behind "# ?" answered: found by how they begin, or added."""
    for begins, line in answers:
        lines = text.splitlines()
        own = [n for n, old in enumerate(lines) if old.startswith(f"# ? {begins}")]
        assert own, begins
        lines[own[0]] = line
        text = "\n".join(lines) + "\n"
    return text


def loaded(path: Path, folder: Path, text: str) -> so.Registry:
    mapping = folder / "answered.toml"
    mapping.write_text(text, encoding="utf-8")
    return so.load_registry(path, mapping=mapping)


def used(registry: so.Registry) -> tuple[int, int]:
    counts = registry.provenance.set_index("table").loc["patients"]
    assert counts["n_file_rows"] == counts["n_file_rows_used"] + counts["n_file_rows_left_out"]
    return int(counts["n_file_rows"]), int(counts["n_file_rows_used"])


def test_neck_pain_once_answered(real_file: Callable[[str], Path], tmp_path: Path) -> None:
    path = real_file("spine/neck_pain_rct.csv")
    text = answered(
        so.suggest_mapping(path),
        ("diagnosis", 'diagnosis = { always = "chronic_neck_pain" }'),
        ("laser", 'laser = "laser"'),
        ("1 =", '1 = { visit = "preoperative", day = 0 }'),
        ("2 =", '2 = { visit = "7w", day = 49 }'),
        ("3 =", '3 = { visit = "12w", day = 84 }'),
        ("location", 'location = "neck"'),
        ("scale", "scale = [0, 1]"),
    )
    registry = loaded(path, tmp_path, text)
    assert len(registry.table("patients")) == 90
    assert len(registry.table("scores")) == 264
    assert not len(registry.findings())
    assert used(registry) == (264, 264)


def test_cervical_dystonia_once_answered(real_file: Callable[[str], Path], tmp_path: Path) -> None:
    path = real_file("spine/cervical_dystonia_rct.csv")
    text = answered(
        so.suggest_mapping(path),
        ("diagnosis", 'diagnosis = { always = "chronic_neck_pain" }'),
        ("sex", 'sex = { column = "sex", codes = { 1 = "unknown", 2 = "unknown" } }'),
        ("treat", 'treat = "treat"'),
    )
    words = tmp_path / "words.toml"
    words.write_text(
        '[instruments.twstrs]\nname = "TWSTRS"\nshort = "TWSTRS"\nkind = "count"\n'
        'range = [0, 85]\nhigher_is = "worse"\nsource = "convention"\n',
        encoding="utf-8",
    )
    mapping = tmp_path / "answered.toml"
    text += '\n[[scores]]\ninstrument = "twstrs"\ncolumn = "twstrs"\n'
    mapping.write_text(text, encoding="utf-8")
    registry = so.load_registry(path, mapping=mapping, vocabulary=words)
    # 19 ids, unique only within the site: 109 persons.
    assert len(registry.table("patients")) == 109
    assert len(registry.table("scores")) == 631
    assert registry.table("episodes")["treat"].value_counts().to_dict() == {1: 37, 2: 36, 3: 36}
    assert set(registry.table("scores")["day"]) == {0, 14, 28, 56, 84, 112}
    assert used(registry) == (631, 631)


def test_low_back_pain_once_answered(real_file: Callable[[str], Path], tmp_path: Path) -> None:
    path = real_file("spine/low_back_pain_cohort.csv")
    text = answered(
        so.suggest_mapping(path),
        ("one_row_per", 'one_row_per = "patient"'),
        ("patient_id = { row_number", "patient_id = { row_number = true }"),
        ("sex", 'sex = { column = "Gender", codes = { 0 = "unknown", 1 = "unknown" } }'),
        ("diagnosis", 'diagnosis = { always = "chronic_low_back_pain" }'),
        ("bmi", 'bmi = "BMI"'),
    )
    text += '\n[visits.codes]\nentry = { visit = "preoperative", day = 0 }\n[[scores]]\n'
    text += 'instrument = "nrs_pain"\nlocation = "back"\ncolumns = { Pain = "entry" }\n'
    registry = loaded(path, tmp_path, text)
    assert len(registry.table("patients")) == 159
    assert len(registry.table("scores")) == 125  # cells of Pain that are filled
    assert used(registry) == (159, 159)
    # 34 of 159 (21 %) have no Pain: more than the fifth that is said at loading.
    assert set(registry.findings()["rule"]) == {"unmapped_column", "visit_unanswered"}


def test_kyphosis_once_answered(real_file: Callable[[str], Path], tmp_path: Path) -> None:
    path = real_file("spine/kyphosis_after_laminectomy.csv")
    events = (
        '[[events]]\nkind = { always = "finding" }\nday = { always = 1 }\nstatus = { column = '
        '"Kyphosis", codes = { present = "occurred", absent = "absent" } }\n'
    )
    text = answered(
        so.suggest_mapping(path),
        ("one_row_per", 'one_row_per = "patient"'),
        ("patient_id", 'patient_id = "rownames"'),
        ("age_years", 'age_years = { column = "Age", unit = "month" }'),
        ("diagnosis", 'diagnosis = { always = "kyphosis" }'),
        ("number", 'n_levels = "Number"'),
        ("start", 'first_level = "Start"'),
    )
    registry = loaded(path, tmp_path, text + events)
    episodes = registry.table("episodes")
    assert len(episodes) == 81
    assert episodes["age_years"].max() == pytest.approx(206 / 12, abs=1e-9)
    assert registry.table("events")["status"].value_counts().to_dict() == {
        "absent": 64,
        "occurred": 17,
    }
    assert used(registry) == (81, 81)


def test_matched_pairs_are_two_persons_of_one_id(
    real_file: Callable[[str], Path], tmp_path: Path
) -> None:
    path = real_file("spine/disc_herniation_matched_pairs.csv")
    first = answered(
        so.suggest_mapping(path),
        ("one_row_per", 'one_row_per = "patient"'),
        ("patient_id", 'patient_id = "ID"'),
        ("diagnosis", 'diagnosis = { always = "lumbar_disc_herniation" }'),
    )
    with pytest.raises(ValidationError, match=r"patients: duplicate_key \(434\)"):
        loaded(path, tmp_path, first)
    right = first.replace('patient_id = "ID"', 'patient_id = { columns = ["ID", "status"] }')
    right = right.replace('# ? status = "status"', 'pair = "ID"\nrole = "status"')
    registry = loaded(path, tmp_path, right)
    assert len(registry.table("patients")) == 434
    assert registry.table("episodes")["role"].value_counts().to_dict() == {
        "case": 217,
        "control": 217,
    }
    assert used(registry) == (434, 434)


CHINESE = (
    "住院号,姓名,性别,年龄,手术日期,手术方式,手术节段,手术时间(min),术中出血量(ml),住院天数,"
    "VAS术前,VAS术后3月,VAS末次随访,ODI术前,ODI术后3月,JOA术前,并发症,随访时间(月)\n"
    "Zebra1,Zebra2,男,54,2023.5.6,PVP,L4/5,90,200,5,8,3,2,56,30,10,无,24\n"
    "Zebra3,Zebra4,女,61,2023.5.16,PVP,L3,80,150,4,7,2,1,60,20,11,有,12\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_chinese_table(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(CHINESE.encode(encoding))
    text = so.suggest_mapping(file)
    assert places(text) == {
        "住院号": "-",
        "姓名": "-",
        "性别": "patients.sex",
        "年龄": "episodes.age_years",
        "手术日期": "episodes.index_date",
        "手术节段": "episodes.levels",
        "手术时间(min)": "procedures.operative_time_min",
        "术中出血量(ml)": "procedures.blood_loss_ml",
        "住院天数": "episodes.los_days",
        **dict.fromkeys(("VAS术前", "VAS术后3月", "VAS末次随访"), "scores.vas_pain"),
        **dict.fromkeys(("ODI术前", "ODI术后3月"), "scores.odi"),
        "JOA术前": "scores.joa",
    }
    heads = CHINESE.splitlines()[0].split(",")
    assert asked(text, heads) - set(places(text)) == {"手术方式", "并发症", "随访时间(月)"}
    assert ("# ? encoding" in text) == (encoding != "utf-8")
    assert "Zebra" not in text
    codes = tomllib.loads(text)["visits"]["codes"]
    assert codes == {
        "术前": {"visit": "preoperative", "day": 0},
        "术后3月": {"visit": "3m", "day": 91},
        "末次随访": {"visit": "final"},
    }


def test_a_chinese_table_once_answered(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(CHINESE.encode("gb18030"))
    text = answered(
        so.suggest_mapping(file),
        ("one_row_per", 'one_row_per = "patient"'),
        ("encoding", 'encoding = "gb18030"'),
        ("patient_id = { row", "patient_id = { row_number = true }"),
        ("diagnosis", 'diagnosis = { always = "osteoporotic_fracture" }'),
        ("component", 'component = { always = "vertebroplasty" }'),
        ("location", 'location = "back"'),
        ("last_followup", 'last_followup_day = { column = "随访时间(月)", multiply = 30.4375 }'),
    )
    registry = loaded(file, tmp_path, text)
    assert registry.table("patients")["sex"].tolist() == ["male", "female"]
    assert len(registry.table("scores")) == 12
    assert registry.table("procedures")["operative_time_min"].tolist() == [90, 80]


NORDIC = (
    "PasientID;Kjønn;Alder;OpDato;OswTotPre;OswTot3mnd;SmRyPre;SmBePre;EQ5DV33mnd;Liggedogn;ASA\n"
    "1;1;54;31.01.2020;44,5;20;7;8;0,3;2;2\n2;2;61;05.02.2021;38;12;6;9;0,8;1;1\n"
)


def test_a_nordic_table(tmp_path: Path) -> None:
    file = tmp_path / "uttrekk.csv"
    file.write_bytes(NORDIC.encode("cp1252"))
    text = so.suggest_mapping(file)
    data = tomllib.loads(text)
    assert data["file"] == {"one_row_per": "patient", "delimiter": ";", "decimal": ","}
    assert '# ? encoding = "cp1252"' in text
    assert places(text) == {
        "PasientID": "patients.patient_id",
        "Alder": "episodes.age_years",
        "OpDato": "episodes.index_date",
        "OswTotPre": "scores.odi",
        "OswTot3mnd": "scores.odi",
        "SmRyPre": "scores.nrs_pain",
        "SmBePre": "scores.nrs_pain",
        "Liggedogn": "episodes.los_days",
        "ASA": "episodes.asa_class",
    }
    assert data["episodes"]["index_date"]["date_format"] == "%d.%m.%Y"
    # 33 months is no time at which patients are seen: V3 and 3mnd stand together.
    assert "33m" not in text.replace("EQ5DV33mnd", "")


WIDE = (
    "patient_id,centre,gender,age,surgery_date,vas_back_pre,vas_back_3m,vas_leg_pre,odi_pre,odi_12m,"
    "eq5d_pre,eq5d_vas_pre,nurick_pre,complication,ebl (ml),op_time (h),operative_time,smoking,"
    "phone\n"
    "1,A,male,50,01/02/2020,70,20,80,44,10,0.5,60,2,none,200,2.5,90,1,555\n"
    "2,B,female,60,03/04/2020,60,30,70,54,12,0.4,50,3,dural,300,1.5,80,0,556\n"
)


def test_a_wide_table_in_english(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text(WIDE, encoding="utf-8")
    text = so.suggest_mapping(file)
    assert places(text) == {
        "phone": "-",
        "patient_id": "patients.patient_id",
        "centre": "patients.centre",
        "gender": "patients.sex",
        "age": "episodes.age_years",
        "vas_back_pre": "scores.vas_pain",
        "vas_back_3m": "scores.vas_pain",
        "vas_leg_pre": "scores.vas_pain",
        "odi_pre": "scores.odi",
        "odi_12m": "scores.odi",
        "eq5d_pre": "scores.eq5d",
        "eq5d_vas_pre": "scores.eq_vas",
        "nurick_pre": "scores.nurick",
        "ebl (ml)": "procedures.blood_loss_ml",
        "op_time (h)": "procedures.operative_time_min",
    }
    scores = tomllib.loads(text)["scores"]
    assert [score.get("location") for score in scores][:2] == ["back", "leg"]
    # Which of day and month comes first, on which scale pain is, in which unit a time is: asked.
    assert "# ? index_date" in text
    assert text.count("# ? scale = [0, 100]") == 2
    assert '# ? operative_time_min = "operative_time"' in text
    assert '# ? kind = { always = "complication" }' in text


def test_a_redcap_export(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(
        "record_id,redcap_event_name,sex,odi,odi_complete\n"
        "1,baseline_arm_1,1,40,2\n1,m3_arm_1,,20,2\n2,baseline_arm_1,2,50,0\n",
        encoding="utf-8",
    )
    text = so.suggest_mapping(file, format="redcap")
    data = tomllib.loads(text)
    assert data["file"]["format"] == "redcap"
    assert data["file"]["ignore"] == ["odi_complete"]
    assert data["visits"]["column"] == "redcap_event_name"
    # The slug of an event says nothing for sure.
    assert "# ? m3_arm_1 = " in text
    assert data["visits"]["codes"] == {}


def test_names_with_other_words_are_questions(tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    file.write_text(
        "PAT-Id,DG-Klinik,DG-Alder,PAT-Kon,PreopHR-NRSArm,UppHR-NRSArm_1\n1,1,50,1,7,3\n",
        encoding="utf-8",
    )
    text = so.suggest_mapping(file)
    assert places(text) == {"PAT-Id": "patients.patient_id"}
    heads = ["DG-Klinik", "DG-Alder", "PAT-Kon", "PreopHR-NRSArm", "UppHR-NRSArm_1"]
    assert asked(text, heads) == set(heads)


def test_a_statistical_file(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    file = tmp_path / "made.sav"
    frame = pd.DataFrame({"id": [1.0, 2.0], "odi_pre": [44.0, 38.0], "odi_3m": [20.0, None]})
    pyreadstat.write_sav(frame, str(file))
    assert places(so.suggest_mapping(file)) == {
        "id": "patients.patient_id",
        "odi_pre": "scores.odi",
        "odi_3m": "scores.odi",
    }


def test_a_workbook_of_several_sheets(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["by whom"])
    book.active.append(["me"])
    sheet = book.create_sheet("cases")
    for row in (["id", "age"], [1, 50], [2, 60]):
        sheet.append(row)
    file = tmp_path / "book.xlsx"
    book.save(file)
    text = so.suggest_mapping(file)
    assert tomllib.loads(text)["file"]["sheet"] == "cases"
    assert "'notes'" in text
    template = so.write_template(tmp_path / "template.xlsx")
    with pytest.raises(ArgumentError, match="needs no mapping"):
        so.suggest_mapping(template)


@pytest.mark.parametrize(
    ("head", "code", "name", "day"),
    [
        ("vas_pre", "pre", "preoperative", 0),
        ("术前VAS", "术前", "preoperative", 0),
        ("JOA术后12个月", "术后12个月", "12m", 365),
        ("ODI 1 year", "1 year", "1y", 365),
        ("DAY2GFR`", "DAY2", "2d", 2),
        ("m12_odi", "m12", "12m", 365),
        ("odi_6wk", "6wk", "6w", 42),
        ("last_fu_odi", "last_fu", "final", None),
        ("ODI_post", "post", "postoperative", None),
        ("OswTot3mnd", "3mnd", "3m", 91),
    ],
)
def test_a_visit_in_a_name(head: str, code: str, name: str, day: int | None) -> None:
    visit = visit_in(head)
    assert visit is not None
    assert (visit.code, visit.name, visit.day) == (code, name, day)
    assert visit.before + visit.code + visit.after == head


@pytest.mark.parametrize(
    "head", ["pressure", "postcode", "premium", "age_months", "EQ5D", "EQ-5D index", "week", "SF36"]
)
def test_no_visit_in_a_name(head: str) -> None:
    assert visit_in(head) is None


def test_words_and_units_of_a_name() -> None:
    assert words_of("NRSHalsBrost") == ("nrs", "hals", "brost")
    assert words_of("EQ-5D VAS") == ("eq5d", "vas")
    assert words_of("手术时间(min)") == ("手术时间",)
    assert unit_of("手术时间（min）") == "min"
    assert unit_of("随访时间(月)") == "month"
    assert unit_of("PAT-Kon (1 m/2 f)") is None


def test_what_cannot_be_looked_at(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"looks at one file, and .* is a folder"):
        so.suggest_mapping(tmp_path)
    with pytest.raises(ArgumentError, match="is not there"):
        so.suggest_mapping(tmp_path / "nothing.csv")
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(ArgumentError, match="of no kind that its name tells"):
        so.suggest_mapping(tmp_path / "a.docx")
    (tmp_path / "a.csv").write_text("a;b\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="seems to be separated by a semicolon"):
        so.suggest_mapping(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="is not a table"):
        so.suggest_mapping(tmp_path / "a.csv")


HEADS = st.text(min_size=1, max_size=12).filter(lambda text: text.strip())
CELLS = st.sampled_from(["", "1", "0", "2.5", "Zebra77", "2020-01-31", "male", "40"])


@settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_names_give_toml_that_holds_no_cell(data: st.DataObject) -> None:
    known = st.sampled_from(
        ["id", "sex", "age", "vas_pre", "odi_3m", "time", "姓名", 'a"b\\', "week"]
    )
    heads = data.draw(st.lists(HEADS | known, min_size=1, max_size=6, unique_by=str.strip))
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=len(heads), max_size=len(heads)), min_size=1, max_size=5)
    )
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "any.csv"
        frame = pd.DataFrame(rows, columns=heads, dtype=object)
        file.write_bytes(frame.to_csv(index=False).encode("utf-8", errors="ignore"))
        try:
            text = so.suggest_mapping(file)
        except ValidationError:
            return
    tomllib.loads(text)
    assert "2020-01-31" not in text
