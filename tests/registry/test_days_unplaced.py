"""Months and years without an index to count from: said, never lost in silence."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes.errors import ValidationError

from .breaking import Change, all_of, put, without
from .conftest import Tables, built


def no_index(tables: Tables) -> None:
    """Leave the patient who died without any date of an index."""
    all_of(without("patients", "death_day"), without("patients", "last_contact_day"))(tables)
    put("patients", 1, "last_contact_status", None)(tables)


def found_in(tables: Tables) -> pd.DataFrame:
    try:
        return built(tables).findings()
    except ValidationError as error:
        return error.findings


INDEX = put("episodes", 2, "index_date", "2020-01-31")


@pytest.mark.parametrize("date", ["2021-03", "2021"])
def test_a_death_in_a_month_is_an_error_without_an_index(date: str, tables: Tables) -> None:
    died = all_of(no_index, put("patients", 1, "death_date", date))
    fine = {name: frame.copy() for name, frame in tables.items()}
    died(tables)
    found = found_in(tables)
    assert found[["table", "row", "column", "rule", "severity"]].to_numpy().tolist() == [
        ["patients", 2, "death_date", "date_without_index", "error"]
    ]
    assert date not in found.to_csv()
    all_of(died, INDEX)(fine)
    assert "date_without_index" not in set(found_in(fine)["rule"])
    assert built(fine).table("patients")["death_lower_day"].notna().tolist() == [False, True]


def test_a_full_date_of_death_needs_no_index(tables: Tables) -> None:
    all_of(no_index, put("patients", 1, "death_date", "2021-03-01"))(tables)
    registry = built(tables)
    assert not len(registry.findings())
    assert registry.table("patients")["death_date"].notna().tolist() == [False, True]


def test_a_last_contact_and_an_event_are_warnings(tables: Tables) -> None:
    def dated(tables: Tables) -> None:
        tables["events"] = tables["events"].astype(object).assign(date=[None, "2021-03", None])
        tables["events"].loc[1, "day"] = None

    change: Change = all_of(no_index, put("patients", 1, "last_contact_date", "2021-03"), dated)
    change(tables)
    registry = built(tables)
    found = registry.findings()
    assert found[["table", "row", "column", "rule", "severity"]].to_numpy().tolist() == [
        ["events", 2, "date", "date_without_index", "warning"],
        ["patients", 2, "last_contact_date", "date_without_index", "warning"],
    ]
    assert len(registry.table("events")) == 3


def test_an_index_in_a_month_keeps_its_year(tables: Tables) -> None:
    put("episodes", 2, "index_date", "2020-05")(tables)
    registry = built(tables)
    found = registry.findings()
    assert found[["table", "row", "column", "rule", "severity"]].to_numpy().tolist() == [
        ["episodes", 3, "index_date", "coarse_index_date", "warning"]
    ]
    assert registry.table("episodes")["index_year"].tolist()[2] == 2020
    assert registry.table("episodes")["index_date"].isna().tolist()[2]
