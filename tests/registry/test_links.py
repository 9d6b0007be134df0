"""Links: where the parent of each row stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.registry.conftest import built, small_tables

from spineoutcomes.registry.links import first_rows, relinked


@pytest.mark.parametrize("kind", [object, "category"])
def test_an_id_stands_where_its_key_stands(kind: object) -> None:
    keys = pd.Series(["C", "A", "B"])
    ids = pd.Series(["A", None, "C", "A", "unknown"], dtype=kind)
    assert first_rows(ids, keys).tolist() == [1, -1, 0, 1, -1]


def test_of_a_key_that_stands_twice_the_first_row_counts() -> None:
    keys = pd.Series(["A", None, "B", "A"])
    assert first_rows(pd.Series(["A", "B", None]), keys).tolist() == [0, 2, -1]


def test_no_id_at_all() -> None:
    assert first_rows(pd.Series([None, None], dtype=object), pd.Series(["A"])).tolist() == [-1, -1]
    assert first_rows(pd.Series([], dtype=object), pd.Series(["A"])).tolist() == []


def test_links_of_a_registry_lead_to_the_ids_it_holds() -> None:
    registry = built(small_tables())
    for (table, column), place in registry.links.items():
        child = registry.table(table)[column]
        parent = "patients" if column == "patient_id" else "episodes"
        keys = registry.table(parent)[column].to_numpy(dtype=object)
        named = child.notna().to_numpy()
        assert keys[place[named]].tolist() == child[named].tolist(), table
        assert (place[~named] == -1).all()
    assert ("scores", "episode_id") in registry.links


def test_links_among_the_rows_that_are_kept() -> None:
    links = {
        ("scores", "episode_id"): np.array([0, 1, 2, 2]),
        ("episodes", "patient_id"): np.array([0, 0, 1]),
    }
    kept = {
        "patients": np.array([False, True]),
        "episodes": np.array([False, False, True]),
        "scores": np.array([False, False, True, True]),
    }
    after = relinked(links, kept)
    assert after["scores", "episode_id"].tolist() == [0, 0]
    assert after["episodes", "patient_id"].tolist() == [0]


def test_rows_left_out_at_loading_leave_no_gap() -> None:
    tables = small_tables()
    tables["scores"] = tables["scores"].astype({"value": float})
    tables["scores"].loc[0, "value"] = 1e9
    registry = built(tables, on_error="reject")
    assert registry.provenance.set_index("table").loc["scores", "n_rejected"] == 1
    place = registry.links["scores", "episode_id"]
    ids = registry.table("episodes")["episode_id"].to_numpy(dtype=object)
    assert ids[place].tolist() == registry.table("scores")["episode_id"].tolist()
    assert place.dtype == np.intp
