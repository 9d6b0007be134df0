"""Whatever REDCap exports, workbooks and folders of several files hold: each row accounted for."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so

from .redcap.project import SPINE, dictionary
from .test_malformed import CELLS, LONG_ENOUGH, account_for, loaded

PROJECT_HEAD = ["id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
PROJECT_HEAD += ["operated", "sex", "pain___1", "pain___2", "pain____99", "levels", "base_complete"]
PROJECT_HEAD += ["score", "smoker", "visit_complete"]
PROJECT = """
[file]
format = "redcap"
one_row_per = "visit"
dictionary = "dictionary.csv"
missing_codes = { UNK = "unknown" }
[patients]
patient_id = "id"
sex = { column = "sex", codes = { 1 = "female", 2 = "male" } }
[episodes]
diagnosis = { always = "lumbar_stenosis" }
index_date = "operated"
leg = "pain___2"
[visits]
column = "redcap_event_name"
[visits.codes]
base_arm_1 = { visit = "preoperative", day = 0 }
year_arm_1 = { visit = "12m", day = 365 }
[[scores]]
instrument = "odi"
column = "score"
only = { redcap_repeat_instrument = "" }
"""
FORMS = st.sampled_from(["", "", "base", "visit"])
EVENTS = st.sampled_from(["base_arm_1", "year_arm_1", "", "other_arm_2"])
INSTANCES = st.sampled_from(["", "1", "2", "x"])
MORE_CELLS = CELLS | st.sampled_from(["UNK", "1", "0", "2", "3,5", "2020-01-31", "[not completed]"])


@st.composite
def records(draw: st.DrawFn) -> list[list[str]]:
    """Draw rows of an export; a few are right, so that not all of them end in one error."""
    n = len(PROJECT_HEAD) - 4
    some = st.one_of(
        st.lists(MORE_CELLS, min_size=n, max_size=n),
        st.just(["2020-01-31", "1", "0", "1", "0", "2", "2", "44", "1", "2"]),
        st.just(["", "", "", "", "", "", "", "20", "0", "2"]),
    )
    ids = st.sampled_from(["1", "2", "3", "", "Zebra77"])
    row = st.tuples(ids, EVENTS, FORMS, INSTANCES, some)
    return [
        [i, event, form, nr, *cells]
        for i, event, form, nr, cells in draw(st.lists(row, min_size=1, max_size=6))
    ]


def as_csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([PROJECT_HEAD, *rows])
    return out.getvalue()


def as_json(rows: list[list[str]]) -> str:
    return json.dumps([dict(zip(PROJECT_HEAD, row, strict=True)) for row in rows])


@pytest.mark.parametrize("written", [as_csv, as_json])
@LONG_ENOUGH
@given(on_error=st.sampled_from(["raise", "reject"]), rows=records())
def test_any_redcap_export(written: object, on_error: str, rows: list[list[str]]) -> None:
    assert callable(written)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dictionary.csv").write_text(dictionary(*SPINE), encoding="utf-8")
        (folder / "data.csv").write_text(written(rows), encoding="utf-8")
        (folder / "plan.toml").write_text(PROJECT, encoding="utf-8")
        registry = loaded(folder / "data.csv", mapping=folder / "plan.toml", on_error=on_error)
    if registry is not None:
        account_for(registry)
        by_file(registry, len([row for row in rows if any(row)]), at_most=len(rows))


def by_file(registry: so.Registry, at_least: int, *, at_most: int) -> None:
    counts = registry.provenance.dropna(subset=["n_file_rows"])
    assert counts["n_file_rows"].between(at_least, at_most).all()
    used, left = counts["n_file_rows_used"], counts["n_file_rows_left_out"]
    assert (used + left == counts["n_file_rows"]).all()


VALUES = st.one_of(
    CELLS.filter(lambda text: text != "\t"),
    st.floats(-1e6, 1e6),
    st.integers(-5, 400),
    st.booleans(),
    st.datetimes(pd.Timestamp("1901-01-01").to_pydatetime()),
    st.none(),
    st.sampled_from(
        ["4+", "<1", "约200", "失访", "８", "#DIV/0!", "=1+1", "5/6/23", "2023年5月6日"]
    ),
)
HEADS = ("id", "sex", "vas_pre", "vas_3m")
WIDE = """
[file]
one_row_per = "patient"
sheet = "Cases"
[patients]
patient_id = "id"
sex = "sex"
[episodes]
diagnosis = { always = "lumbar_disc_herniation" }
[visits.codes]
pre = { visit = "preoperative", day = 0 }
3m = { day = 91 }
[[scores]]
instrument = "vas_pain"
column = "vas_{visit}"
location = "leg"
"""


@LONG_ENOUGH
@given(
    on_error=st.sampled_from(["raise", "reject"]),
    rows=st.lists(st.lists(VALUES, min_size=4, max_size=4), min_size=1, max_size=6),
)
def test_any_sheet(on_error: str, rows: list[list[object]]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    with tempfile.TemporaryDirectory() as name:
        book, path, plan = openpyxl.Workbook(), Path(name) / "b.xlsx", Path(name) / "p.toml"
        book.active.title = "Cases"
        for row in (HEADS, *rows):
            book.active.append(row)
        book.save(path)
        plan.write_text(WIDE, encoding="utf-8")
        registry = loaded(path, mapping=plan, on_error=on_error)
    if registry is not None:
        account_for(registry)
        by_file(registry, 1, at_most=len(rows))


TABLE_HEADS = {
    "patients": ("patient_id", "sex", "birth_year", "death_date"),
    "episodes": ("episode_id", "patient_id", "diagnosis", "index_date"),
    "scores": ("episode_id", "instrument", "day", "value"),
}
IDS = st.sampled_from(["P1", "E1", "P2", "spinal_metastasis", "vas_pain", 1, 2])


@LONG_ENOUGH
@given(on_error=st.sampled_from(["raise", "reject"]), data=st.data())
def test_any_workbook_of_tables(on_error: str, data: st.DataObject) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    n_rows = {}
    with tempfile.TemporaryDirectory() as name:
        book, path = openpyxl.Workbook(), Path(name) / "b.xlsx"
        book.remove(book.active)
        for table, heads in TABLE_HEADS.items():
            sheet = book.create_sheet(table)
            sheet.append(heads)
            rows = data.draw(
                st.lists(st.lists(VALUES | IDS, min_size=4, max_size=4), min_size=1, max_size=4)
            )
            for row in rows:
                sheet.append(row)
            n_rows[table] = len(rows)
        book.save(path)
        registry = loaded(path, on_error=on_error)
    if registry is not None:
        account_for(registry)
        counts = registry.provenance.set_index("table")
        assert all(counts.loc[table, "n_rows_in"] <= n for table, n in n_rows.items())


TWO_FILES = """
[files.people]
path = "people.csv"
one_row_per = "patient"
[files.proms]
path = "proms.csv"
one_row_per = "visit"
patient_id = "pid"
visit_column = "when"
[patients]
patient_id = "id"
sex = "sex"
[episodes]
diagnosis = { always = "lumbar_stenosis" }
[visits.codes]
0 = { visit = "preoperative", day = 0 }
1 = { visit = "12m", day = 365 }
[[scores]]
file = "proms"
instrument = "odi"
column = "odi"
"""


@LONG_ENOUGH
@given(on_error=st.sampled_from(["raise", "reject"]), data=st.data())
def test_any_two_files(on_error: str, data: st.DataObject) -> None:
    n_rows = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem, heads in (("people", ["id", "sex"]), ("proms", ["pid", "when", "odi"])):
            size = len(heads)
            rows = data.draw(
                st.lists(st.lists(CELLS, min_size=size, max_size=size), min_size=1, max_size=5)
            )
            frame = pd.DataFrame(rows, columns=heads, dtype=object)
            frame.to_csv(folder / f"{stem}.csv", index=False, encoding="utf-8")
            n_rows[f"{stem}.csv"] = len(rows)
        (folder / "plan.toml").write_text(TWO_FILES, encoding="utf-8")
        registry = loaded(folder, mapping=folder / "plan.toml", on_error=on_error)
    if registry is not None:
        account_for(registry)
        counts = registry.provenance.dropna(subset=["file"])
        for file, own in counts.groupby("file"):
            by_file_rows = own["n_file_rows"].dropna()
            assert (by_file_rows <= n_rows[str(file)]).all()
