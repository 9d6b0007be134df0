"""Matched rows as clusters of their sets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError
from spineoutcomes.numerics.matched import clustered_on_sets
from spineoutcomes.numerics.rows import Rows, analysis_rows

FRAME = pd.DataFrame(
    {
        "arm": ["mis", "open", "mis", "open", "open"],
        "y": [1.0, 2.0, 3.0, 4.0, 5.0],
        "pair": ["p", "p", "q", "q", None],
        "surgeon": [1, 2, 1, 2, 1],
    }
)


def matched(frame: pd.DataFrame = FRAME, **more: Any) -> Rows:
    design = so.Design(frame, treatment="arm", reference="open", **({"sets": "pair"} | more))
    rows = analysis_rows(
        design, function="here", respects={"sets", "cluster"}, columns={"outcome": "y"}
    )
    return clustered_on_sets(rows, design, "here")


def test_rows_without_a_set_are_left_out_and_are_not_missing() -> None:
    rows = matched()
    assert rows.numbers("outcome").tolist() == [1, 2, 3, 4]
    assert rows.cluster is not None
    assert rows.cluster.tolist() == [0, 0, 1, 1]
    assert rows.weights is None
    assert rows.n_missing_total == 0


def test_a_missing_outcome_leaves_its_partner() -> None:
    with pytest.warns(MissingDataWarning, match="1 of 5 rows"):
        rows = matched(FRAME.assign(y=[1, None, 3, 4, 5]))
    assert rows.numbers("outcome").tolist() == [1, 3, 4]
    assert rows.cluster is not None
    assert rows.cluster.tolist() == [0, 1, 1]


def test_the_weight_of_a_set_is_the_weight_of_its_rows() -> None:
    sets = pd.DataFrame(
        {"set": [1, 1, 1], "row": [0, 1, 3], "role": ["treated", "control", "control"]}
    ).assign(weight=[1.0, 0.5, 0.5])
    rows = matched(sets=sets)
    assert rows.weights is not None
    assert rows.weights.tolist() == [1, 0.5, 0.5]


def test_without_sets_nothing_changes() -> None:
    rows = matched(sets=None)
    assert rows.cluster is None
    assert len(rows.group) == 5


def test_what_is_refused() -> None:
    twice = pd.DataFrame({"set": [1, 1, 2, 2], "row": [0, 1, 2, 1]}).assign(
        role=["treated", "control"] * 2, weight=1.0
    )
    with pytest.raises(ArgumentError, match="1 rows stand in several sets"):
        matched(sets=twice)
    with pytest.raises(ArgumentError, match="matched sets and clusters at once"):
        matched(cluster="surgeon")
    alone = FRAME.assign(y=[None, None, None, None, 1.0])
    with (
        pytest.warns(MissingDataWarning),
        pytest.raises(NotEstimableError, match="no row of a matched set is complete"),
    ):
        matched(alone)
