"""A registry in several files: read by one mapping, joined by ids, every row accounted for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.registry import Registry

PLAN = """
[files.people]
path = "people.csv"
one_row_per = "patient"

[files.proms]
path = "forms/proms.csv"
one_row_per = "visit"
patient_id = "pid"
visit_column = "when"

[files.surgery]
path = "surgery.csv"
one_row_per = "procedure"
patient_id = "pid"

[patients]
patient_id = "id"
sex = { column = "sex", codes = { 1 = "male", 2 = "female" } }

[episodes]
diagnosis = { always = "lumbar_disc_herniation" }

[visits.codes]
0 = { visit = "preoperative", day = 0 }
1 = { visit = "3m", day = 91 }

[[scores]]
file = "proms"
instrument = "odi"
column = "odi"

[[procedures]]
file = "surgery"
component = { column = "op", codes = { 1 = "laminectomy", 2 = "microdiscectomy" } }
blood_loss_ml = "loss"
day = { always = 0 }
"""
PEOPLE = "id,sex\nA,1\nB,2\n"
PROMS = "pid,when,odi\nA,0,40\nB,0,44\nA,1,20\n"
SURGERY = "pid,op,loss\nB,1,200\nA,2,50\nA,1,60\n"
FILES = {"people.csv": PEOPLE, "forms/proms.csv": PROMS, "surgery.csv": SURGERY}
Several = Callable[..., Registry]


def written(folder: Path, files: Mapping[str, str], plan: str) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    mapping = folder / "plan.toml"
    mapping.write_text(plan, encoding="utf-8")
    return mapping


@pytest.fixture
def several(tmp_path: Path) -> Several:
    """Return a function that loads files, changed as told, through a mapping."""

    def load(plan: str = PLAN, files: Mapping[str, str] | None = None, **more: Any) -> Registry:
        folder = tmp_path / "data"
        mapping = written(folder, {**FILES, **(files or {})}, plan)
        return so.load_registry(folder, mapping=mapping, **more)

    return load


def test_patients_scores_and_procedures_of_three_files(several: Several) -> None:
    registry = several()
    assert registry.table("patients")["patient_id"].tolist() == ["A", "B"]
    scores = registry.table("scores")
    assert scores[["episode_id", "visit", "day", "value"]].to_numpy().tolist() == [
        ["A", "preoperative", 0, 40],
        ["B", "preoperative", 0, 44],
        ["A", "3m", 91, 20],
    ]
    procedures = registry.table("procedures")
    assert procedures[["episode_id", "component", "blood_loss_ml"]].to_numpy().tolist() == [
        ["B", "laminectomy", 200],
        ["A", "microdiscectomy", 50],
        ["A", "laminectomy", 60],
    ]
    assert procedures["procedure_id"].is_unique
    assert "patient_id" not in procedures
    assert not len(registry.findings())


def test_provenance_has_a_row_per_table_and_the_rows_of_each_file(several: Several) -> None:
    provenance = several().provenance
    names = ["table", "file", "n_rows_in", "n_rows_out", "n_rejected"]
    names += ["n_file_rows", "n_file_rows_used", "n_file_rows_left_out"]
    rows = provenance[names].astype(object).where(provenance[names].notna(), None)
    assert rows.to_numpy().tolist() == [
        ["patients", "people.csv", 2, 2, 0, 2, 2, 0],
        ["episodes", "people.csv", 2, 2, 0, 2, 2, 0],
        ["procedures", "surgery.csv", 3, 3, 0, 3, 3, 0],
        ["scores", "proms.csv", 3, 3, 0, 3, 3, 0],
        ["lesions", None, 0, 0, 0, None, None, None],
        ["events", None, 0, 0, 0, None, None, None],
    ]
    hashes = provenance.set_index("table")["sha256"]
    assert hashes["scores"] != hashes["patients"] == hashes["episodes"]


def test_a_table_of_two_files_has_a_row_of_provenance_for_each(several: Several) -> None:
    plan = PLAN + (
        '[files.late]\npath = "late.csv"\none_row_per = "patient"\npatient_id = "pid"\n'
        '[[scores]]\nfile = "late"\ninstrument = "odi"\ncolumns = { odi_late = "1" }\n'
    )
    late = "pid,odi_late\nB,30\nA,\n"
    registry = several(plan, {"late.csv": late})
    scores = registry.provenance[registry.provenance["table"] == "scores"]
    assert scores[["file", "n_rows_in", "n_file_rows_left_out"]].to_numpy().tolist() == [
        ["proms.csv", 3, 0],
        ["late.csv", 1, 1],
    ]
    found = registry.findings()
    assert found[["table", "row", "rule", "severity"]].to_numpy().tolist() == [
        ["late.csv", 2, "empty_row", "warning"]
    ]


def test_findings_and_rejects_name_the_row_and_the_file(several: Several) -> None:
    files = {"forms/proms.csv": PROMS + "A,0,Zebra77\n", "surgery.csv": SURGERY + "C,1,5\n"}
    with pytest.raises(ValidationError) as caught:
        several(files=files)
    found = caught.value.findings
    assert sorted(found[["table", "row", "rule", "file"]].to_numpy().tolist()) == [
        ["procedures", 4, "unknown_parent", "surgery.csv"],
        ["scores", 1, "duplicate_key", "proms.csv"],
        ["scores", 4, "duplicate_key", "proms.csv"],
        ["scores", 4, "not_a_number", "proms.csv"],
    ]
    assert "Zebra77" not in found.to_csv() + str(caught.value)
    registry = several(files=files, on_error="reject")
    assert sorted(registry.rejects[["table", "row", "file"]].to_numpy().tolist()) == [
        ["procedures", 4, "surgery.csv"],
        ["scores", 1, "proms.csv"],
        ["scores", 4, "proms.csv"],
    ]
    counts = registry.provenance.set_index("table")
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    assert counts.loc["scores", ["n_rows_in", "n_rejected"]].tolist() == [4, 2]


def test_a_patient_of_no_other_file_is_not_lost(several: Several) -> None:
    with pytest.raises(ValidationError, match="have a episode_id that episodes does not hold"):
        several(files={"forms/proms.csv": PROMS + "Q,0,30\n"})


OWN_EPISODES = PLAN.replace(
    '"people.csv"\none_row_per = "patient"', '"ops.csv"\none_row_per = "episode"'
)
OWN_EPISODES = OWN_EPISODES.replace(
    "[episodes]", '[episodes]\nepisode_id = "op"\nindex_day = "start"'
)
OPS = "id,op,start,sex\nA,A1,0,1\nA,A2,400,1\nB,B1,0,2\n"


def test_scores_by_patient_reach_the_only_episode_and_no_other(several: Several) -> None:
    files = {"ops.csv": OPS, "surgery.csv": "pid,op,loss\nB,1,200\n"}
    with pytest.raises(ValidationError, match=r"scores: which_episode \(2\)") as caught:
        several(OWN_EPISODES, files)
    wrong = caught.value.findings.query("rule == 'which_episode'")
    assert wrong["row"].tolist() == [1, 3]
    assert (
        "patient with exactly one episode; give the file's episode_id" in wrong["message"].iloc[0]
    )
    registry = several(OWN_EPISODES, files, on_error="reject")
    assert registry.table("scores")["episode_id"].tolist() == ["B1"]
    assert registry.table("procedures")["episode_id"].tolist() == ["B1"]


def test_an_episode_id_joins_files_too(several: Several) -> None:
    plan = OWN_EPISODES.replace(
        'patient_id = "pid"\nvisit_column', 'episode_id = "op"\nvisit_column'
    )
    proms = "op,when,odi\nA1,0,40\nA2,0,44\n"
    files = {"ops.csv": OPS, "surgery.csv": "pid,op,loss\nB,1,200\n", "forms/proms.csv": proms}
    assert several(plan, files).table("scores")["episode_id"].tolist() == ["A1", "A2"]


def test_an_event_of_a_patient_with_several_episodes_stays_the_patients(several: Several) -> None:
    plan = OWN_EPISODES[: OWN_EPISODES.index("[[procedures]]")] + (
        '[[events]]\nfile = "surgery"\nkind = { always = "reoperation" }\n'
        'status = { always = "occurred" }\nday = "loss"\n'
    )
    files = {"ops.csv": OPS, "forms/proms.csv": "pid,when,odi\nB,0,40\n"}
    files["surgery.csv"] = "pid,op,loss\nA,,500\nB,,20\n"
    events = several(plan, files).table("events")
    assert events["patient_id"].tolist() == ["A", "B"]
    assert events["episode_id"].isna().tolist() == [True, False]
    assert events["event_id"].is_unique


def test_episodes_of_another_file_than_patients(several: Several) -> None:
    plan = PLAN.replace("[episodes]", '[episodes]\nfile = "surgery"').replace(
        '[[procedures]]\nfile = "surgery"', '[[procedures]]\nfile = "surgery"\nprocedure_id = "nr"'
    )
    files = {"surgery.csv": "pid,nr,op,loss\nB,1,1,200\nA,2,2,50\nA,3,1,60\n"}
    registry = several(plan, files)
    assert registry.table("episodes")[["episode_id", "patient_id"]].to_numpy().tolist() == [
        ["B", "B"],
        ["A", "A"],
    ]
    lacking = plan.replace('patient_id = "pid"\n\n[patients]', "\n[patients]")
    with pytest.raises(ArgumentError, match="patient_id is required: the column of it in the file"):
        several(lacking, files)


def test_a_section_may_say_its_own_id(several: Several) -> None:
    plan = PLAN.replace('patient_id = "pid"\nvisit_column', "visit_column").replace(
        'instrument = "odi"', 'instrument = "odi"\npatient_id = "pid"'
    )
    assert several(plan).table("scores")["episode_id"].tolist() == ["A", "B", "A"]
    joined = plan.replace(
        'patient_id = "pid"\ncolumn', 'patient_id = { columns = ["pid"] }\ncolumn'
    )
    assert several(joined).table("scores")["episode_id"].tolist() == ["A", "B", "A"]


def test_dates_of_visits_differ_by_file(several: Several) -> None:
    plan = PLAN.replace('visit_column = "when"', 'visit_column = "when"\nvisit_date = "on"')
    plan = plan.replace("[episodes]", '[episodes]\nindex_date = { always = "2020-01-31" }')
    proms = "pid,when,on,odi\nA,0,2020-01-30,40\nA,1,2020-05-01,20\n"
    scores = several(plan, {"forms/proms.csv": proms}).table("scores")
    assert scores["day"].tolist() == [-1, 91]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('path = "people.csv"', 'path = "../people.csv"', "stays inside the folder"),
        ('path = "people.csv"', 'path = "/etc/passwd"', "stays inside the folder"),
        ('path = "people.csv"', 'path = "persons.csv"', "there is no file 'persons.csv'"),
        ('path = "people.csv"\n', "", "each file of it needs a path"),
        ('file = "proms"', 'file = "prom"', "there is no file 'prom'; files are people, proms"),
        ('patient_id = "pid"\nvisit_column', "visit_column", "rows of the file 'proms' need an id"),
        ('visit_column = "when"', "", "or [visits.codes] and the visit_column of a named file"),
        ('one_row_per = "procedure"', 'one_row_per = "procedure"\nvisit_column = "op"', "belongs"),
        ('patient_id = "pid"\nvisit_column', 'patient_id = "ident"\nvisit_column', "no column 'id"),
        ('visit_column = "when"', 'visit_column = "time"', "proms.csv has no column 'time'"),
        ("[visits.codes]", '[file]\none_row_per = "patient"\n[visits.codes]', "one of the two"),
        (
            'path = "people.csv"',
            'path = "people.csv"\nsheet = "A"',
            "belongs to the format workbook",
        ),
        ('path = "people.csv"', 'path = "people.csv"\nformat = "word"', "formats are csv,"),
    ],
)
def test_what_is_wrong_names_its_line(several: Several, old: str, new: str, message: str) -> None:
    assert old in PLAN
    with pytest.raises(ArgumentError) as caught:
        several(PLAN.replace(old, new, 1))
    assert message in str(caught.value)
    assert str(caught.value).startswith("plan.toml")
    if message not in ("one of the two", "rows of the file 'proms' need an id"):
        number = int(str(caught.value).split("line ")[1].split(":")[0])
        assert abs(number - PLAN[: PLAN.index(old)].count("\n") - 1) <= 4


def test_a_path_that_is_a_way_out_by_a_link(several: Several, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link.csv").symlink_to(outside)
    with pytest.raises(ArgumentError, match="stays inside the folder"):
        several(PLAN.replace("people.csv", "link.csv"))


def test_one_file_where_a_folder_is_meant_and_the_other_way_round(
    several: Several, tmp_path: Path
) -> None:
    several()
    folder = tmp_path / "data"
    with pytest.raises(ArgumentError, match=r"line 3: files\.people\.path: a path is for files"):
        so.load_registry(folder / "people.csv", mapping=folder / "plan.toml")


def test_two_files_of_the_same_name_are_told_apart(several: Several) -> None:
    plan = PLAN.replace("forms/proms.csv", "forms/people.csv")
    files = {"forms/people.csv": PROMS + "A,1,\n"}
    found = several(plan, files).findings()
    assert found["table"].tolist() == ["people.csv (proms)"]


CELLS = st.sampled_from(["A", "B", "C", "", "0", "1", "40", "7.5", "x", "Zebra77"])


@settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    proms=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    surgery=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
)
def test_rows_in_are_rows_used_and_rows_with_a_finding(proms: list, surgery: list) -> None:
    plan = PLAN.replace("[[procedures]]", '[[procedures]]\nonly = { op = ["1", "2"] }')
    with tempfile.TemporaryDirectory() as name:
        tables = {
            "people.csv": PEOPLE,
            "forms/proms.csv": pd.DataFrame(proms, columns=["pid", "when", "odi"]).to_csv(
                index=False
            ),
            "surgery.csv": pd.DataFrame(surgery, columns=["pid", "op", "loss"]).to_csv(index=False),
        }
        mapping = written(Path(name), tables, plan)
        try:
            registry = so.load_registry(name, mapping=mapping, on_error="reject")
        except ValidationError as error:
            assert "Zebra77" not in str(error) + error.findings.to_csv()
            return
    counts = registry.provenance
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    found = registry.findings()
    for table, rows in (("scores", proms), ("procedures", surgery)):
        own = counts[counts["table"] == table].iloc[0]
        said = found[found["table"] == own["file"]]
        not_read = sum(op not in ("1", "2") for _, op, _ in rows) if table == "procedures" else 0
        named = said["rule"].isin(["empty_row", "empty_visit"]).sum()
        filled = sum(bool(cells[-1].strip()) for cells in rows)
        assert own["n_file_rows"] == own["n_file_rows_used"] + named + not_read
        assert own["n_file_rows"] == len(rows)
        if table == "scores":
            assert own["n_file_rows_used"] == own["n_rows_in"] == filled
        assert ("rows_not_read" in set(said["rule"])) == (not_read > 0)
    assert "Zebra77" not in found.to_csv()
