"""Scores of ADQS and QS: one record for each person and visit, nothing made up."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.cdisc.load import CdiscTables, cdisc_tables
from spineoutcomes.loaders.cdisc.plan import CdiscPlan, CdiscScores, CdiscVisits
from spineoutcomes.loaders.mapping.grammar import Field, Visit
from spineoutcomes.registry import build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

from .datasets import dataset, named

DM = dataset(
    "dm", named("USUBJID RFSTDTC SEX", "A 2020-01-10 F", "B 2020-02-10 M", "C 2020-03-10 U")
)
ADQS = (
    "A ODITOT 44 2020-01-09 Baseline . Y Y",
    "A ODITOT 20 2020-04-10 Month_3 . . Y",
    "A ODITOT 24 2020-04-01 Month_3 . . .",
    "A ODITOT 20 2020-07-10 Month_6 LOCF . Y",
    "B ODITOT 50 2020-02-01 Screening . Y Y",
    "B ODITOT . 2020-05-10 Month_3 . . Y",
    "B ODITOT 12 2020-09-01 Unscheduled . . Y",
    "C NDITOT 30 2020-03-09 Baseline . Y Y",
)
COLUMNS = "USUBJID PARAMCD AVAL ADT AVISIT DTYPE ABLFL ANL01FL"
VISITS = CdiscVisits(
    codes={
        "Baseline": Visit(visit="preoperative", day=0),
        "Month 3": Visit(visit="3m", day=91),
        "Month 6": Visit(visit="6m", day=182),
    },
    baseline=Visit(visit="preoperative"),
)
ODI = CdiscScores(file="adqs", parameter="ODITOT", instrument="odi", only={"ANL01FL": ("Y",)})


def read(
    rows: tuple[str, ...] = ADQS,
    columns: str = COLUMNS,
    *scores: CdiscScores,
    visits: CdiscVisits | None = VISITS,
    name: str = "adqs",
    **more: Any,
) -> CdiscTables:
    plan = CdiscPlan(
        subjects="dm",
        episodes={"diagnosis": Field(always="lumbar_stenosis")},
        visits=visits,
        scores=scores or (ODI,),
        **more,
    )
    return cdisc_tables({"dm": DM, name: dataset(name, named(columns, *rows))}, plan=plan)


def scores_of(tables: CdiscTables) -> list[list[object]]:
    registry = build_registry(tables.tables, vocabulary=SHIPPED_VOCABULARY, also_found=tables.found)
    scores = registry.table("scores").astype(object)
    columns = ["episode_id", "visit", "day", "value", "missing_reason"]
    return scores[columns].where(scores[columns].notna(), None).to_numpy().tolist()


def test_one_record_for_each_visit_chosen_by_flags() -> None:
    assert scores_of(read()) == [
        ["A", "preoperative", -1.0, 44, None],
        ["A", "3m", 91.0, 20, None],
        ["B", "preoperative", -9.0, 50, None],
    ]


def test_every_row_is_used_or_left_out_for_a_reason() -> None:
    tables = read()
    assert tables.left_out[["row", "reason"]].to_numpy().tolist() == [
        [3, "not chosen by `only` (ODITOT)"],
        [4, "made up, as DTYPE says (ODITOT)"],
        [6, "without anything that is read"],
        [7, "at a visit that is not in the plan (ODITOT)"],
        [8, "in no section of the plan"],
    ]
    assert set(tables.left_out["file"]) == {"adqs.xpt"}
    count = tables.counts["adqs"]
    assert (count.rows, count.used) == (8, 3)
    said = tables.found[tables.found["rule"] == "rows_left_out"]
    assert len(said) == 5
    assert said["message"].iloc[0] == (
        "1 row(s) of adqs.xpt are not chosen by `only` (ODITOT) and were left out."
    )


def test_rows_carried_forward_are_counted_by_kind() -> None:
    found = read((*ADQS, "C ODITOT 5 2020-07-10 Month_6 WOCF . Y")).found
    message = found.loc[found["rule"] == "imputed_rows", "message"].iloc[0]
    assert message == (
        "2 row(s) of ODITOT in adqs.xpt were made up and are left out, as DTYPE says: LOCF 1, "
        "WOCF 1."
    )


def test_two_records_of_a_visit_need_a_flag() -> None:
    loose = CdiscScores(file="adqs", parameter="ODITOT", instrument="odi")
    tables = read(ADQS, COLUMNS, loose)
    wrong = tables.found[tables.found["severity"] == "error"]
    # The second and third scores of the table, rows 2 and 3 of the dataset.
    assert wrong[["table", "row", "rule"]].to_numpy().tolist() == [
        ["scores", 2, "several_records"],
        ["scores", 3, "several_records"],
    ]
    assert (
        'choose one of each with a flag, such as only = { ANL01FL = "Y" }'
        in (wrong["message"].iloc[0])
    )
    with pytest.raises(ValidationError, match="share their person and visit"):
        scores_of(tables)
    kept = build_registry(
        tables.tables,
        vocabulary=SHIPPED_VOCABULARY,
        on_error="reject",
        also_found=tables.found,
    )
    assert len(kept.table("scores")) == 2
    assert kept.rejects[["table", "row", "rule"]].to_numpy().tolist() == [
        ["scores", 2, "several_records"],
        ["scores", 3, "several_records"],
    ]


def test_the_baseline_flag_gives_the_visit_only_where_the_plan_says_so() -> None:
    plain = CdiscVisits(codes=VISITS.codes)
    assert [row[:2] for row in scores_of(read(visits=plain))] == [
        ["A", "preoperative"],
        ["A", "3m"],
    ]


QS = (
    "A ODI01 50 2020-01-09 1 . Y",
    "A ODI01 40 2020-01 2 . .",
    "B ODI01 . 2020-05-10 2 NOT_DONE .",
    "B ODI01 . 2020-06-10 3 . .",
    "C ODI01 30 2020-05-10 9 . .",
)
RAW = "USUBJID QSTESTCD QSSTRESN QSDTC VISITNUM QSSTAT QSLOBXFL"


def test_raw_records_of_sdtm() -> None:
    visits = CdiscVisits(
        codes={"1": Visit(visit="preoperative"), "2": Visit(visit="3m"), "3": Visit(visit="6m")},
        column="VISITNUM",
    )
    entry = CdiscScores(file="qs", parameter="ODI01", instrument="odi")
    tables = read(QS, RAW, entry, visits=visits, name="qs")
    assert scores_of(tables) == [
        ["A", "preoperative", -1.0, 50, None],
        ["A", "3m", None, 40, None],
        ["B", "3m", 90.0, None, "not_done"],
    ]
    assert tables.left_out[["row", "reason"]].to_numpy().tolist() == [
        [4, "without anything that is read"],
        [5, "at a visit that is not in the plan (ODI01)"],
    ]


def test_days_as_planned_where_the_dataset_has_no_dates() -> None:
    rows = ("A ODITOT 44 Baseline", "A ODITOT 20 Month_3")
    loose = CdiscScores(file="adqs", parameter="ODITOT", instrument="odi")
    assert scores_of(read(rows, "USUBJID PARAMCD AVAL AVISIT", loose)) == [
        ["A", "preoperative", 0.0, 44, None],
        ["A", "3m", 91.0, 20, None],
    ]


def test_the_imputed_part_of_a_date_is_not_read() -> None:
    rows = (
        "A ODITOT 44 2020-01-09 Baseline .",
        "A ODITOT 20 2020-04-15 Month_3 D",
        "A ODITOT 22 2020-07-01 Month_6 M",
    )
    loose = CdiscScores(file="adqs", parameter="ODITOT", instrument="odi")
    tables = read(rows, "USUBJID PARAMCD AVAL ADT AVISIT ADTF", loose)
    registry = build_registry(tables.tables, vocabulary=SHIPPED_VOCABULARY)
    scores = registry.table("scores")
    assert scores["day"].fillna(-99).tolist() == [-1, -99, -99]
    # April from 10 January: day 82 to 111; all of 2020: day -9 to 356.
    assert scores["lower_day"].tolist()[1:] == [82, -9]
    assert scores["upper_day"].tolist()[1:] == [111, 356]
    found = tables.found[tables.found["rule"] == "imputed_date"]
    assert found[["table", "row", "severity"]].to_numpy().tolist() == [
        ["adqs.xpt", 2, "warning"],
        ["adqs.xpt", 3, "warning"],
    ]


def test_grades_are_read_from_text_and_scales_are_declared() -> None:
    rows = (
        "A FRANKEL D 4 2020-01-09 Baseline",
        "A VASBACK . 71 2020-01-09 Baseline",
    )
    tables = read(
        rows,
        "USUBJID PARAMCD AVALC AVAL ADT AVISIT",
        CdiscScores(file="adqs", parameter="FRANKEL", instrument="frankel"),
        CdiscScores(
            file="adqs",
            parameter="VASBACK",
            instrument="vas_pain",
            location="back",
            scale=(0, 100),
        ),
    )
    scores = tables.tables["scores"]
    assert scores["grade"].fillna("").tolist() == ["D", ""]
    assert scores["value"].isna().tolist() == [True, False]
    assert scores["value"].tolist()[1] == 7.1
    assert scores["location"].fillna("").tolist() == ["", "back"]


def test_a_parameter_that_no_row_has_is_said() -> None:
    other = CdiscScores(file="adqs", parameter="ODI99", instrument="odi")
    found = read(ADQS, COLUMNS, ODI, other).found
    message = found.loc[found["rule"] == "no_parameter", "message"].iloc[0]
    assert message == "adqs.xpt has no row of PARAMCD 'ODI99', which the plan reads."


def test_datasets_that_do_not_fit() -> None:
    with pytest.raises(ValidationError, match="no PARAMCD and no --TESTCD"):
        read(("A 1",), "USUBJID AVAL", CdiscScores(file="adqs", parameter="x", instrument="odi"))
    with pytest.raises(ArgumentError, match=r"adqs.xpt has no column 'ANL01FL'; it has: USUBJID"):
        read(("A ODITOT 1",), "USUBJID PARAMCD AVAL", ODI)
    loose = CdiscScores(file="adqs", parameter="ODITOT", instrument="odi")
    with pytest.raises(ArgumentError, match=r"adqs.xpt has no column 'VISIT'"):
        read(("A ODITOT 1",), "USUBJID PARAMCD AVAL", loose)
    with pytest.raises(ArgumentError, match=r"adqs.xpt has no column 'AVAL'"):
        read(("A ODITOT V",), "USUBJID PARAMCD AVISIT", loose)


def test_a_visit_without_codes_reads_nothing() -> None:
    tables = read(visits=CdiscVisits())
    assert "scores" not in tables.tables
    assert len(tables.left_out) == 8
    assert isinstance(tables.found, pd.DataFrame)
