"""CSV that no spreadsheet runs, and that comes back to the last character."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry
from spineoutcomes.registry.export import as_saved, csv_text, marked, unmarked

from .conftest import built

RUN = ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\x00=1"]
RUN += ["＝1+1", "＋1", "－1", "＠a", "-1+2", "+1-2", "-2,5", "=", "@", "-a", "\tplain"]
RUN += ["'=1", "''=1", "'-1"]
QUIET = ["-1.5", "+3", "4+", "-", "3-", "+", "++", "+-", "-.5", "-1e5", "", "a=1", "'", "'quoted'"]
QUIET += ["L4-L5", "1 - 2", "'s", "12:30", "（=", "a@b.no"]
# NUL ends a cell for the reader, and a surrogate is no character.
TEXTS = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
    | st.sampled_from("'=+-@\t\r\n,\"1"),
    min_size=1,
).filter(lambda text: text.strip() == text)


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_runs_is_marked(text: str) -> None:
    assert marked(text) == f"'{text}"
    assert unmarked(marked(text)) == text


@pytest.mark.parametrize("text", QUIET)
def test_what_it_does_not_run_stays(text: str) -> None:
    assert marked(text) == text
    assert unmarked(text) == text


@given(st.text() | TEXTS)
def test_marks_are_undone(text: str) -> None:
    assert unmarked(marked(text)) == text


@given(st.text() | TEXTS)
def test_nothing_marked_begins_a_formula(text: str) -> None:
    shown = marked(text).lstrip()
    number = shown.lstrip("+-").replace(".", "", 1).lower().replace("e+", "e").replace("e-", "e")
    is_harmless = not number or number.replace("e", "", 1).isdigit()
    assert is_harmless or not shown.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def noted(*texts: str) -> Registry:
    ids = [f"P{k}" for k in range(len(texts))]
    return built(
        {
            "patients": pd.DataFrame({"patient_id": ids, "note": texts, "lactate": -1.5}),
            "episodes": pd.DataFrame(
                {"episode_id": ids, "patient_id": ids, "diagnosis": "lumbar_stenosis"}
            ),
            "events": pd.DataFrame(
                {
                    "event_id": ids,
                    "episode_id": ids,
                    "kind": "finding",
                    "status": "occurred",
                    "day": -3,
                    "label": texts,
                }
            ),
        }
    )


def come_back(registry: Registry, folder: Path) -> None:
    registry.save(folder)
    again = so.load_registry(folder)
    for name in registry.tables:
        one, two = (r.table(name).dropna(axis="columns", how="all") for r in (registry, again))
        pd.testing.assert_frame_equal(
            one, two, check_like=True, check_exact=True, check_categorical=False
        )


def test_what_is_saved_cannot_run_and_comes_back(tmp_path: Path) -> None:
    texts = [text.strip("\t\r\n \x00") for text in (*RUN, *QUIET) if text.strip("\t\r\n \x00")]
    come_back(noted(*texts), tmp_path)
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [marked(text) for text in texts]
    assert {row["day"] for row in rows} == {"-3"}
    with (tmp_path / "patients.csv").open(encoding="utf-8", newline="") as file:
        assert {row["lactate"] for row in csv.DictReader(file)} == {"-1.5"}


def test_grades_are_written_as_they_are(tmp_path: Path) -> None:
    so.load_sample("hemangioma").save(tmp_path)
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        grades = {row["grade"] for row in csv.DictReader(file)}
    assert {"4-", "4+", "3-"} <= grades
    assert not any(grade.startswith("'") for grade in grades)


@settings(deadline=None, max_examples=25)
@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(["a\rb", "c"])
@example(["a\r\nb", "c\nd", '"', ",", "\ufeffx"])
@example(["NA", "None", "nan", "-99"])
def test_any_text_comes_back(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        come_back(noted(*texts), Path(folder))


def test_ids_and_names_of_columns_are_marked_too(tmp_path: Path) -> None:
    registry = built(
        {
            "patients": pd.DataFrame({"patient_id": ["=P1", "-2"], "=HYPERLINK(1)": ["a", "b"]}),
            "episodes": pd.DataFrame(
                {
                    "episode_id": ["@E1", "+E2"],
                    "patient_id": ["=P1", "-2"],
                    "diagnosis": "lumbar_stenosis",
                }
            ),
        }
    )
    come_back(registry, tmp_path)
    assert (tmp_path / "patients.csv").read_text(encoding="utf-8").splitlines() == [
        "patient_id,'=HYPERLINK(1)",
        "'=P1,a",
        "-2,b",
    ]


def test_large_and_small_numbers_come_back(tmp_path: Path) -> None:
    registry = noted("a", "b", "c")
    values = [1e300, 2.0**53, 5e-324]
    patients = registry.table("patients").assign(lactate=values)
    tables = {name: registry.table(name) for name in ("episodes", "events")}
    come_back(built({"patients": patients, **tables}), tmp_path)


def test_a_truth_comes_back_marked_where_it_must_be(tmp_path: Path) -> None:
    registry = noted("a", "b")
    truth = pd.DataFrame(
        {"arm": ["=mis", "-"], "risk": [-0.25, 0.5]},
        index=pd.Index(["P0", "P1"], name="episode_id"),
    )
    tables = {name: frame for name, frame in registry.tables.items() if len(frame)}
    built(tables, truth=truth).save(tmp_path)
    text = (tmp_path / "truth.csv").read_text(encoding="utf-8")
    assert text == "episode_id,arm,risk\nP0,'=mis,-0.25\nP1,-,0.5\n"
    again = so.load_registry(tmp_path).truth
    pd.testing.assert_frame_equal(again, truth, check_dtype=False)


def test_text_of_others_that_only_looks_quoted_is_left_alone(tmp_path: Path) -> None:
    noted("'s-Hertogenbosch", "'", "'90").save(tmp_path)
    again = so.load_registry(tmp_path).table("patients")["note"]
    assert again.tolist() == ["'s-Hertogenbosch", "'", "'90"]


def test_results_of_a_report_do_not_run(tmp_path: Path) -> None:
    text = so.example("metastases").read_text(encoding="utf-8")
    assert "mis = " in text
    plan = tmp_path / "study.toml"
    plan.write_text(text.replace("mis = ", '"=cmd" = ', 1), encoding="utf-8")
    written = so.run_study(plan, tmp_path / "out")
    with (written / "results.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=cmd" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t", "\r"))]
    json.loads((written / "manifest.json").read_text(encoding="utf-8"))


def test_numbers_among_texts_stay_numbers() -> None:
    mixed = pd.DataFrame({"a": pd.Series(["=1", -2, None, 2.5], dtype=object), "b": [-1, 2, 3, 4]})
    assert csv_text(mixed) == "a,b\n'=1,-1\n-2,2\n,3\n2.5,4\n"
    assert as_saved(pd.DataFrame({"'=a": ["'=1", "'a"]})).to_dict("list") == {"=a": ["=1", "'a"]}


@pytest.mark.parametrize("name", ["scores.csv", "truth.csv", "patients.parquet"])
def test_a_table_of_another_registry_is_not_left_beside(name: str, tmp_path: Path) -> None:
    registry = noted("a")
    registry.save(tmp_path)
    registry.save(tmp_path)  # over itself
    (tmp_path / name).write_bytes(b"of another")
    with pytest.raises(ArgumentError, match=f"holds {name} of another registry"):
        registry.save(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / "README.md").write_bytes(b"no table")
    registry.save(tmp_path)
