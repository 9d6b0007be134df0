"""Links: where the parent of each row stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.registry.conftest import built, small_tables

from spineoutcomes.registry.links import positions


@pytest.mark.parametrize("kind", [object, "category"])
def test_an_id_stands_where_its_key_stands(kind: object) -> None:
    keys = pd.Series(["C", "A", "B"])
    ids = pd.Series(["A", None, "C", "A", "unknown"], dtype=kind)
    assert positions(ids, keys).tolist() == [1, -1, 0, 1, -1]


def test_no_id_at_all() -> None:
    assert positions(pd.Series([None, None], dtype=object), pd.Series(["A"])).tolist() == [-1, -1]
    assert positions(pd.Series([], dtype=object), pd.Series(["A"])).tolist() == []


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
