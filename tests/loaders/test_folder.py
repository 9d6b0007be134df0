"""A folder of tables: what is read, what is left alone, what is wrong with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, SpineOutcomesError, ValidationError
from spineoutcomes.registry import TABLES

from .conftest import WIDE


def test_cells_are_text_until_the_registry_says_otherwise(folder: Path) -> None:
    episodes = so.load_registry(folder).table("episodes")
    assert episodes["ward"].tolist() == ["None", "NA"]
    assert episodes["lactate"].tolist()[0] == 1.25
    assert episodes["lactate"].isna().tolist() == [False, True]


def test_each_table_names_its_file_and_hash(folder: Path) -> None:
    provenance = so.load_registry(folder).provenance.set_index("table")
    content = (folder / "scores.csv").read_bytes()
    assert provenance.loc["scores", "file"] == "scores.csv"
    assert provenance.loc["scores", "sha256"] == hashlib.sha256(content).hexdigest()
    assert provenance.loc["scores", "n_rows_in"] == 3
    assert pd.isna(provenance.loc["events", "file"])


def test_other_files_are_left_alone(folder: Path) -> None:
    for name in ("README.md", "study.toml", "TRUE_EFFECTS.csv", ".DS_Store"):
        (folder / name).write_bytes(b"\xff\xfe anything")
    assert not len(so.load_registry(folder).findings())


def test_a_truth_marks_a_simulated_registry(folder: Path) -> None:
    assert so.load_registry(folder).truth is None
    (folder / "truth.csv").write_text("episode_id,propensity\nE1,0.25\n", encoding="utf-8")
    truth = so.load_registry(folder).truth
    assert truth is not None
    assert truth["propensity"].to_dict() == {"E1": 0.25}
    (folder / "truth.csv").write_text("id,propensity\nE1,0.25\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="needs a column 'episode_id'"):
        so.load_registry(folder)


def test_a_truth_belongs_to_episodes(folder: Path) -> None:
    (folder / "truth.csv").write_text("episode_id,risk\nE1,0.25\n", encoding="utf-8")
    truth = so.load_registry(folder).truth
    assert truth is not None
    assert truth.loc["E1", "risk"] == 0.25
    (folder / "truth.csv").write_text("id,risk\nE1,0.25\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="needs a column 'episode_id'"):
        so.load_registry(folder)


@pytest.mark.parametrize("name", ["event.csv", "Events.csv", "procedure.CSV"])
def test_a_file_that_looks_misspelt_is_a_warning(folder: Path, name: str) -> None:
    (folder / name).write_text("a\n1\n", encoding="utf-8")
    found = so.load_registry(folder).findings()
    assert found[["rule", "severity"]].to_numpy().tolist() == [["unknown_file", "warning"]]
    assert name in found.loc[0, "message"]


def test_a_misspelt_table_stands_among_the_findings_when_it_is_missed(folder: Path) -> None:
    (folder / "patients.csv").rename(folder / "patient.csv")
    with pytest.raises(ValidationError, match="There is no table 'patients'") as caught:
        so.load_registry(folder)
    assert set(caught.value.findings["rule"]) == {"missing_table", "unknown_file"}


def test_a_byte_order_mark_is_no_part_of_a_name(folder: Path) -> None:
    file = folder / "patients.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert len(so.load_registry(folder).table("patients")) == 2


def test_empty_lines_below_a_table_are_no_rows(folder: Path) -> None:
    with (folder / "patients.csv").open("a", encoding="utf-8") as file:
        file.write("\n,,\n\n")
    assert len(so.load_registry(folder).table("patients")) == 2


def test_rows_keep_their_number_below_an_empty_line(folder: Path) -> None:
    text = "patient_id,sex,death_date\nP1,female,\n\nP2,Zebra77,\n"
    (folder / "patients.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError) as caught:
        so.load_registry(folder)
    rows = caught.value.findings.set_index("rule")["row"]
    assert rows.to_dict() == {"required": 2, "unknown_value": 3}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b"\n\n,\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"patient_id,sex\n", "no_rows"),
        (b"patient_id,sex\nZebra77,male,extra\n", "ragged_rows"),
        (b'patient_id,sex\n"Zebra77,male\n', "ragged_rows"),
        (b"patient_id,sex,patient_id\nZebra77,male,P1\n", "repeated_column"),
        (b"patient_id,sex, sex\nZebra77,male,male\n", "repeated_column"),
        (b"patient_id,sex\nZebra77,\xe9\n", "not_in_encoding"),
        ("patient_id,sex\nZebra77,男\n".encode("gb18030"), "not_in_encoding"),
        ("patient_id,sex\nZebra77,male\n".encode("utf-16"), "not_in_encoding"),
        (b"patient_id;sex\nZebra77;male\n", "other_delimiter"),
        (b"patient_id\tsex\nZebra77\tmale\n", "other_delimiter"),
        (b"771,1\n772,2\n", "no_header"),
    ],
)
def test_a_file_that_is_no_table(folder: Path, content: bytes, rule: str) -> None:
    (folder / "patients.csv").write_bytes(content)
    with pytest.raises(ValidationError, match=r"patients\.csv") as caught:
        so.load_registry(folder)
    assert list(caught.value.findings["rule"]) == [rule]
    assert "Zebra77" not in str(caught.value) + caught.value.findings.to_csv()


def test_encodings_to_try_are_named(folder: Path) -> None:
    (folder / "patients.csv").write_bytes("patient_id\n病人\n".encode("gb18030"))
    with pytest.raises(ValidationError, match="gb18030, cp1252, latin-1 and utf-16"):
        so.load_registry(folder)


def test_paths_that_lead_nowhere(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"No such file or folder: .*nowhere"):
        so.load_registry(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArgumentError, match=r"holds no table; expected some of: patients\.csv"):
        so.load_registry(tmp_path / "empty")
    (tmp_path / "empty" / "Patient.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"There is Patient\.csv: rename it"):
        so.load_registry(tmp_path / "empty")
    with pytest.raises(ArgumentError, match="one file, so it needs a mapping"):
        so.load_registry(folder / "patients.csv")
    plan = tmp_path / "plan.toml"
    plan.write_text(WIDE, encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"A mapping with \[file\] is for one file"):
        so.load_registry(folder, mapping=plan)
    with pytest.raises(ArgumentError, match=r"format must be one of csv, .*, or None, got 'docx'"):
        so.load_registry(folder, format="docx")
    (tmp_path / "letter.docx").write_bytes(b"PK")
    with pytest.raises(ArgumentError, match=r"letter\.docx is of no kind that its name tells"):
        so.load_registry(tmp_path / "letter.docx", mapping=plan)
    with pytest.raises(ArgumentError, match='on_error must be "raise" or "reject"'):
        so.load_registry(folder, on_error="skip")


def test_a_vocabulary_of_ones_own(folder: Path, tmp_path: Path) -> None:
    file = folder / "episodes.csv"
    text = file.read_text(encoding="utf-8").replace("lumbar_stenosis", "coccygodynia")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError, match="add your own through a vocabulary file"):
        so.load_registry(folder)
    words = tmp_path / "words.toml"
    words.write_text(
        '[diagnoses.coccygodynia]\nname = "Coccygodynia"\ngroup = "degenerative"\n'
        'source = "convention"\n',
        encoding="utf-8",
    )
    registry = so.load_registry(folder, vocabulary=words)
    assert registry.vocabulary.diagnoses["coccygodynia"].name == "Coccygodynia"


@pytest.mark.parametrize("source", ["folder", "case_report", "hemangioma", "metastases", "ladder"])
def test_what_is_saved_comes_back(source: str, folder: Path, tmp_path: Path) -> None:
    registry = so.load_registry(folder) if source == "folder" else so.load_sample(source)
    registry.save(tmp_path / "saved")
    again = so.load_registry(tmp_path / "saved")
    for name in TABLES:
        first = registry.table(name).dropna(axis="columns", how="all")
        second = again.table(name).dropna(axis="columns", how="all")
        pd.testing.assert_frame_equal(
            first, second, check_like=True, check_exact=True, check_categorical=False
        )


def test_a_folder_where_a_file_is_expected(folder: Path) -> None:
    (folder / "events.csv").mkdir()
    assert not len(so.load_registry(folder).table("events"))
    (folder / "lesions.csv").symlink_to(folder / "nothing.csv")
    assert not len(so.load_registry(folder).table("lesions"))


def test_every_error_is_one_of_ours() -> None:
    assert issubclass(ValidationError, SpineOutcomesError)
    assert issubclass(ArgumentError, SpineOutcomesError)
