"""One row per visit: rows of an id are one patient, and what repeats must agree."""

from __future__ import annotations

import pytest
from tests.loaders.conftest import LONG, Load

from spineoutcomes.errors import ValidationError

FILE = "id,arm,time,odi\nA,x,0,40\nA,x,1,20\nB,y,0,44\n"


def test_rows_of_an_id_are_one_patient(load: Load) -> None:
    registry = load(FILE, LONG)
    assert registry.table("patients")["patient_id"].tolist() == ["A", "B"]
    assert registry.table("episodes")["arm"].tolist() == ["x", "y"]
    scores = registry.table("scores")
    assert scores[["episode_id", "visit", "day", "value"]].to_numpy().tolist() == [
        ["A", "preoperative", 0, 40],
        ["A", "3m", 91, 20],
        ["B", "preoperative", 0, 44],
    ]


def test_rows_need_not_be_together(load: Load) -> None:
    registry = load("id,arm,time,odi\nB,y,0,44\nA,x,0,40\nB,,1,20\n", LONG)
    assert registry.table("episodes")["arm"].tolist() == ["y", "x"]


def test_rows_that_disagree_are_an_error(load: Load) -> None:
    text = "id,arm,time,odi\nB,y,0,44\nA,x,0,40\nA,Zebra77,1,20\n"
    with pytest.raises(ValidationError, match="several values of 'arm'") as caught:
        load(text, LONG)
    found = caught.value.findings
    assert found[["table", "row", "rule"]].to_numpy().tolist() == [["episodes", 2, "rows_disagree"]]
    assert "Zebra77" not in found.to_csv() + str(caught.value)
    registry = load(text, LONG, on_error="reject")
    assert registry.table("episodes")["episode_id"].tolist() == ["B"]
    assert registry.provenance.set_index("table")["n_rejected"].to_dict()["scores"] == 2


def test_an_unknown_visit(load: Load) -> None:
    text = FILE + "A,x,Zebra77,30\nB,y,,31\n"
    with pytest.raises(ValidationError, match=r"of the column 'time' are not a code of") as caught:
        load(text, LONG)
    found = caught.value.findings
    assert found[["row", "rule"]].to_numpy().tolist() == [
        [4, "unknown_visit"],
        [5, "unknown_visit"],
    ]
    assert "Zebra77" not in found.to_csv()
    assert len(load(text, LONG, on_error="reject").table("scores")) == 3


def test_a_visit_twice(load: Load) -> None:
    with pytest.raises(ValidationError) as caught:
        load(FILE + "B,y,0,30\n", LONG)
    assert caught.value.findings[["row", "rule"]].to_numpy().tolist() == [
        [3, "duplicate_key"],
        [4, "duplicate_key"],
    ]


def test_a_visit_at_which_nothing_was_filled_in_is_said(load: Load) -> None:
    registry = load(FILE + "B,y,1,\n", LONG)
    found = registry.findings()
    assert found[["table", "row", "rule", "severity"]].to_numpy().tolist() == [
        ["data.csv", 4, "empty_visit", "warning"]
    ]
    assert len(registry.table("scores")) == 3


@pytest.mark.parametrize(
    ("what", "column", "cells", "days"),
    [
        ("day", "days", ["-3", "95", ""], [-3, 95, None]),
        ("date", "on", ["2020-01-30", "2020-05-01", ""], [-2, 90, None]),
    ],
)
def test_the_day_as_it_was_stands_instead_of_the_day_as_planned(
    load: Load, what: str, column: str, cells: list[str], days: list[float | None]
) -> None:
    mapping = LONG.replace("[visits]\n", f'[visits]\n{what} = "{column}"\n')
    mapping = mapping.replace('arm = "arm"', 'arm = "arm"\nindex_date = { always = "2020-02-01" }')
    lines = FILE.splitlines()
    text = "\n".join(f"{line},{cell}" for line, cell in zip(lines, [column, *cells], strict=True))
    day = load(text, mapping).table("scores")["day"]
    assert [None if value != value else value for value in day] == days


def test_events_and_procedures_of_a_long_file(load: Load) -> None:
    mapping = LONG + (
        '[[procedures]]\ncomponent = { always = "laminectomy" }\nblood_loss_ml = "loss"\n'
        '[[events]]\nkind = { always = "imaging" }\n'
        'status = { column = "mri", codes = { 1 = "occurred" } }\n'
    )
    text = "id,arm,time,odi,loss,mri\nA,x,0,40,200,\nA,x,1,20,200,1\nB,y,0,44,300,1\nB,y,1,4,,1\n"
    registry = load(text, mapping)
    assert registry.table("procedures")["blood_loss_ml"].tolist() == [200, 300]
    events = registry.table("events")
    assert events[["episode_id", "day"]].to_numpy().tolist() == [["A", 91], ["B", 0], ["B", 91]]
    assert events["event_id"].is_unique


def test_several_episodes_of_a_patient(load: Load) -> None:
    mapping = LONG.replace('arm = "arm"', 'arm = "arm"\nepisode_id = "op"\nindex_day = "start"')
    text = "id,op,start,arm,time,odi\nA,1,0,x,0,40\nA,2,500,y,0,41\nA,2,500,y,1,20\n"
    registry = load(text, mapping)
    assert len(registry.table("patients")) == 1
    assert registry.table("episodes")[["episode_id", "index_day"]].to_numpy().tolist() == [
        ["1", 0],
        ["2", 500],
    ]
