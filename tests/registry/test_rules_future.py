"""Dates after the day on which the data were taken: against a declared day, never the clock."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.registry.rules import rule_findings
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

from .breaking import Change, all_of, put
from .conftest import Tables, built

AS_OF = pd.Timestamp("2021-06-30")
INDEX = put("episodes", 2, "index_date", "2021-01-01")  # of E3; 180 days before AS_OF
CASES: dict[str, tuple[Change, str, str, list[float]]] = {
    "an index": (put("episodes", 2, "index_date", "2021-07-01"), "episodes", "index_date", [3]),
    "an index year": (put("episodes", 2, "index_year", 2022), "episodes", "index_year", [3]),
    "a score": (put("scores", 2, "date", "2021-07-01"), "scores", "date", [3]),
    "a procedure": (put("procedures", 2, "date", "2021-07-01"), "procedures", "date", [3]),
    "a lesion": (put("lesions", 0, "date", "2021-07-01"), "lesions", "date", [1]),
    "an event": (put("events", 0, "date", "2021-07-01"), "events", "date", [1]),
    "a month": (all_of(INDEX, put("events", 1, "date", "2021-07")), "events", "lower_day", [2]),
    "a death": (put("patients", 1, "death_date", "2021-07-01"), "patients", "death_date", [2]),
    "a contact": (
        put("patients", 0, "last_contact_date", "2021-07-01"),
        "patients",
        "last_contact_date",
        [1],
    ),
    "a day of death": (
        all_of(INDEX, put("patients", 1, "last_contact_day", None)),
        "patients",
        "death_day",
        [2],
    ),
}


def found_in(tables: Tables, as_of: pd.Timestamp | None) -> pd.DataFrame:
    given = {name: frame.astype(object) for name, frame in tables.items()}
    for name, drop in (("scores", "day"), ("procedures", "day"), ("events", "day")):
        if "date" in given[name]:
            given[name] = given[name].drop(columns=drop)
    if "date" in given["lesions"]:
        given["lesions"] = given["lesions"].drop(columns="day")
    for what in ("death", "last_contact"):
        if f"{what}_date" in given["patients"]:
            given["patients"] = given["patients"].drop(columns=f"{what}_day")
    registry = built(given)
    found = rule_findings(registry.tables, SHIPPED_VOCABULARY, registry.links, as_of=as_of)
    return found[found["rule"] == "in_future"]


@pytest.mark.parametrize("what", CASES)
def test_a_date_in_the_future_is_an_error_of_its_row(what: str, tables: Tables) -> None:
    change, table, column, rows = CASES[what]
    change(tables)
    found = found_in(tables, AS_OF)
    own = found[(found["table"] == table) & (found["column"] == column)]
    assert sorted(own["row"]) == rows
    assert set(found["severity"]) == {"error"}
    assert "2021-06-30, the day the data were taken" in own["message"].iloc[0]
    assert "2021-07" not in found.to_csv()


@pytest.mark.parametrize("what", [w for w in CASES if w not in ("an index year", "a month")])
def test_the_day_itself_is_not_in_the_future(what: str, tables: Tables) -> None:
    change, table, column, _ = CASES[what]
    change(tables)
    found = found_in(
        tables, pd.Timestamp("2021-10-28") if "day" in what else AS_OF.replace(month=7, day=1)
    )
    assert not len(found[(found["table"] == table) & (found["column"] == column)])


def test_without_a_declared_day_nothing_is_in_the_future(tables: Tables) -> None:
    put("episodes", 2, "index_date", "2099-01-01")(tables)
    assert not len(found_in(tables, None))


def test_a_planned_day_is_no_date(tables: Tables) -> None:
    all_of(INDEX, put("patients", 1, "death_day", None), put("scores", 2, "day", 290))(tables)
    put("patients", 1, "last_contact_day", 100)(tables)
    put("patients", 1, "last_contact_status", None)(tables)
    assert not len(found_in(tables, AS_OF))
