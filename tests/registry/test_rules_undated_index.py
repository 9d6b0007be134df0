"""Dates that contradict each other do so without the date of any index."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.errors import ValidationError

from .breaking import Change, all_of, put
from .conftest import Tables, built

DIED = put("patients", 1, "death_date", "2021-03-01")


def dated(table: str, row: int, date: str) -> Change:
    def change(tables: Tables) -> None:
        tables[table] = tables[table].astype(object).assign(date=None)
        tables[table].loc[row, ["date", "day"]] = [date, None]

    return change


CASES: dict[str, tuple[Change, Change, str, str]] = {
    "a last contact after death": (
        put("patients", 1, "last_contact_date", "2021-03-02"),
        put("patients", 1, "last_contact_date", "2021-03-01"),
        "patients",
        "after_death",
    ),
    "alive and dead": (
        put("patients", 1, "last_contact_status", "alive"),
        put("patients", 1, "last_contact_status", "dead"),
        "patients",
        "alive_and_dead",
    ),
    "a score after death": (
        dated("scores", 2, "2021-03-02"),
        dated("scores", 2, "2021-03-01"),
        "scores",
        "after_death",
    ),
    "an operation after death": (
        dated("procedures", 2, "2021-04-01"),
        put("procedures", 2, "day", None),
        "procedures",
        "after_death",
    ),
    "an event of the patient after death": (
        dated("events", 2, "2021-03-02"),
        dated("events", 2, "2021-03-01"),
        "events",
        "after_death",
    ),
    "an event of the episode after death": (
        dated("events", 1, "2021-03-02"),
        dated("events", 1, "2021-03-01"),
        "events",
        "after_death",
    ),
}


def undated(tables: Tables) -> None:
    days = ["death_day", "last_contact_day"]
    tables["patients"] = tables["patients"].drop(columns=days)
    tables["procedures"] = tables["procedures"].astype(object)
    # No component that gives the episode of the patient who died a day 0.
    tables["procedures"].loc[2, "component"] = "biopsy"


def found_in(tables: Tables) -> pd.DataFrame:
    try:
        return built(tables).findings()
    except ValidationError as error:
        return error.findings


@pytest.mark.parametrize("what", CASES)
def test_dates_are_held_against_each_other(what: str, tables: Tables) -> None:
    broken, fine, table, rule = CASES[what]
    untouched = {name: frame.copy() for name, frame in tables.items()}
    all_of(undated, DIED, broken)(tables)
    found = found_in(tables)
    own = found[(found["table"] == table) & (found["rule"] == rule)]
    row = {"patients": 2, "scores": 3, "procedures": 3}.get(table, 3 if "patient" in what else 2)
    assert own["row"].tolist() == [row]
    assert set(own["severity"]) == {"error"}
    assert "2021" not in found.to_csv()
    all_of(undated, DIED, fine)(untouched)
    found = found_in(untouched)
    assert rule not in set(found.loc[found["table"] == table, "rule"])
