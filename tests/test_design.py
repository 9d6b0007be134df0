"""Design: what it checks, keeps and adds."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"arm": ["mis", "open", "mis", "open"], "age": [50, 60, 70, 80], "pair": [1, 1, 2, 2]},
        index=["e1", "e2", "e3", "e4"],
    )


def plain(frame: pd.DataFrame, **more: object) -> so.Design:
    return so.Design(frame, treatment="arm", reference="open", **more)


def test_defaults(frame: pd.DataFrame) -> None:
    design = plain(frame, covariates=["age"])
    assert design.covariates == ("age",)
    assert design.features == frozenset()
    assert design.unit is None
    assert design.weights is None
    assert repr(design) == "<Design: arm (mis: 2, open: 2), reference open>"


def test_features(frame: pd.DataFrame) -> None:
    design = plain(frame, weights=[1, 2, 0, 1], sets="pair", cluster="pair")
    assert design.features == {"weights", "sets", "cluster"}
    assert repr(design).endswith("reference open, cluster, sets, weights>")
    assert design.weights.tolist() == [1, 2, 0, 1]


def test_a_set_column_becomes_the_long_table(frame: pd.DataFrame) -> None:
    frame["pair"] = [1, 1, None, 2]
    sets = plain(frame, sets="pair").sets
    assert sets.columns.tolist() == ["set", "row", "role", "weight"]
    assert sets["row"].tolist() == [0, 1, 3]
    assert sets["role"].tolist() == ["treated", "control", "control"]
    assert sets["weight"].tolist() == [1, 1, 1]


def test_nothing_leaks_in_or_out(frame: pd.DataFrame) -> None:
    weights = np.ones(4)
    design = plain(frame, weights=weights)
    frame.loc["e1", "age"] = -1
    weights[0] = 9
    assert design.data.loc["e1", "age"] == 50
    assert design.weights[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        design.weights[0] = 2
    with pytest.raises(FrozenInstanceError):
        design.reference = "mis"


def test_assign_aligns_on_the_index(frame: pd.DataFrame) -> None:
    design = plain(frame, weights=[1, 2, 3, 4])
    pain = pd.Series({"e4": 4.0, "e3": 3.0, "e2": 2.0, "e1": 1.0, "e9": 9.0})
    more = design.assign(pain=pain, visit=2, score=[5, 6, 7, 8])
    assert more.data["pain"].tolist() == [1, 2, 3, 4]
    assert more.data["visit"].tolist() == [2] * 4
    assert more.data["score"].tolist() == [5, 6, 7, 8]
    assert "pain" not in design.data
    assert more.weights.tolist() == [1, 2, 3, 4]


def test_assign_errors(frame: pd.DataFrame) -> None:
    design = plain(frame, covariates=["age"])
    with pytest.raises(ArgumentError, match=r"age, arm belong\(s\) to the design"):
        design.assign(age=1, arm="mis")
    with pytest.raises(ArgumentError, match="'pain' has no row for 3 of the design's 4 rows"):
        design.assign(pain=pd.Series({"e1": 1.0}))
    with pytest.raises(ArgumentError, match="'pain' names some rows more than once"):
        design.assign(pain=pd.Series([1.0, 2.0], index=["e1", "e1"]))
    with pytest.raises(ArgumentError, match="'pain' has 2 values for 4 rows"):
        design.assign(pain=[1, 2])


def test_repeated_patients_need_a_cluster(frame: pd.DataFrame) -> None:
    frame["patient_id"] = ["p1", "p1", "p2", "p3"]
    with pytest.raises(ArgumentError, match="1 values of 'patient_id' stand in several rows"):
        plain(frame)
    assert plain(frame, cluster="patient_id").unit == "patient_id"
    with pytest.raises(ArgumentError, match="2 values of 'pair' stand in several rows"):
        plain(frame.drop(columns="patient_id"), unit="pair")


def test_errors(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="No column 'group'; there are: arm, age, pair"):
        so.Design(frame, treatment="group", reference="open")
    with pytest.raises(ArgumentError, match="No column 'surgeon'"):
        plain(frame, cluster="surgeon")
    with pytest.raises(ArgumentError, match=r"'control' is not an arm of 'arm'.*'mis', 'open'"):
        so.Design(frame, treatment="arm", reference="control")
    with pytest.raises(ArgumentError, match="1 of 4 rows have no 'arm'"):
        plain(frame.assign(arm=["mis", None, "mis", "open"]))
    with pytest.raises(ArgumentError, match=r"Expected 4 weights, one per row, got shape \(2,\)"):
        plain(frame, weights=[1, 2])
    for bad in ([1, 1, 1, -1], [1, 1, 1, np.nan]):
        with pytest.raises(ArgumentError, match="finite and not negative"):
            plain(frame, weights=bad)
