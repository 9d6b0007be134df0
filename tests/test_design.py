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
    with pytest.raises(
        ArgumentError, match="Design: no column 'group'; the data have: arm, age, pair"
    ):
        so.Design(frame, treatment="group", reference="open")
    with pytest.raises(ArgumentError, match="no column 'surgeon'"):
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


@pytest.mark.parametrize("table", [None, [1], {"arm": ["mis"]}, pd.Series(["mis"]), np.ones(3)])
def test_the_data_are_a_frame(table: object) -> None:
    found = type(table).__name__
    with pytest.raises(
        ArgumentError, match=f"Design: data must be a pandas DataFrame, got a {found}"
    ):
        plain(table)


def test_columns_have_one_plain_name_each(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="several columns of the name arm; rename or drop"):
        plain(pd.concat([frame, frame[["arm"]]], axis=1))
    with pytest.raises(ArgumentError, match="columns must have plain names; these have 2 levels"):
        plain(frame.set_axis(pd.MultiIndex.from_product([["x"], frame.columns]), axis=1))
    with pytest.raises(ArgumentError, match="some of pair hold lists"):
        plain(frame.assign(pair=[[1]] * 4), cluster="pair")
    with pytest.raises(ArgumentError, match="Design: the data have no rows"):
        plain(frame.iloc[:0])


@pytest.mark.parametrize("name", ["treatment", "cluster", "unit"])
def test_a_column_is_named_not_given(frame: pd.DataFrame, name: str) -> None:
    for given in (["arm"], frame["arm"]):
        with pytest.raises(ArgumentError, match=f"Design: {name} must be the name of one column"):
            so.Design(frame, **{"treatment": "arm", "reference": "open", name: given})
    with pytest.raises(ArgumentError, match="Design: treatment must name a column, got None"):
        so.Design(frame, treatment=None, reference="open")


def test_covariates_are_a_list_of_forms(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match=r"covariates is a list of forms; write \['age'\]"):
        plain(frame, covariates="age")
    with pytest.raises(ArgumentError, match="a column or a list of columns, got a Series"):
        plain(frame, covariates=frame["age"])
    with pytest.raises(ArgumentError, match="this list holds values of type NoneType, list"):
        plain(frame, covariates=["age", None, ["pair"]])


@pytest.mark.parametrize("given", ["nope", 1, ["ATE"]])
def test_estimands_are_known(frame: pd.DataFrame, given: object) -> None:
    with pytest.raises(ArgumentError, match=r"unknown estimand .*; there are: ATE, ATT, ATC, ATO"):
        plain(frame, estimand=given)


@pytest.mark.parametrize(
    ("sets", "match"),
    [
        (["pair"], "the columns set, row, role, weight; got a list"),
        (pd.DataFrame({"set": [1], "row": [0]}), "set, row, role, weight; got a DataFrame"),
        (pd.DataFrame({"set": [1], "row": [4], "role": ["x"], "weight": [1]}), "rows, 0 to 3"),
        (pd.DataFrame({"set": [1], "row": [-1], "role": ["x"], "weight": [1]}), "rows, 0 to 3"),
        (pd.DataFrame({"set": [1], "row": ["e1"], "role": ["x"], "weight": [1]}), "rows, 0 to 3"),
    ],
)
def test_sets_are_a_column_or_positions(frame: pd.DataFrame, sets: object, match: str) -> None:
    with pytest.raises(ArgumentError, match=match):
        plain(frame, sets=sets)


SECRET, NUMBER = "SECRET-7", 987654.321


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ([SECRET] * 4, "Weights must be numbers, they have dtype"),
        ([NUMBER, SECRET, 1, 2], "Weights must be numbers, they have dtype object"),
        ([complex(NUMBER)] * 4, "Weights must be numbers, they have dtype complex128"),
        (
            pd.date_range("1987-06-05", periods=4),
            "Weights must be numbers, they have dtype datetime",
        ),
        ([-NUMBER, 1, 1, 1], r"finite and not negative, at most 1e\+100; 1 of 4 are not"),
        ([1e101, 1, np.inf, None], r"at most 1e\+100; 3 of 4 are not"),
        ([[NUMBER] * 4, [NUMBER]], r"Expected 4 weights, one per row, got shape \(2,\)"),
        (NUMBER, r"Expected 4 weights, one per row, got shape \(\)"),
    ],
)
def test_weights_are_numbers_and_are_not_said(
    frame: pd.DataFrame, weights: object, match: str
) -> None:
    with pytest.raises(ArgumentError, match=match) as refused:
        plain(frame, weights=weights)
    assert not any(word in str(refused.value) for word in (SECRET, str(NUMBER), "1987"))


def test_weights_of_a_series_lie_in_the_order_of_the_data(frame: pd.DataFrame) -> None:
    weights = pd.Series([1.0, 2, 3, 4], index=frame.index)
    assert plain(frame, weights=weights).weights.tolist() == [1, 2, 3, 4]
    for other in (weights[::-1], weights.reset_index(drop=True)):
        with pytest.raises(ArgumentError, match="whose index is not that of the data"):
            plain(frame, weights=other)


def test_a_column_of_measurements_is_not_printed_as_arms() -> None:
    many = pd.DataFrame({"arm": [f"SECRET-{i}" for i in range(13)]})
    with pytest.raises(ArgumentError, match="its arms are: 13 different values"):
        plain(many)


@pytest.mark.parametrize("given", [{"e1": 1}, np.ones((4, 2)), pd.DataFrame({"a": [1] * 4})])
def test_assign_takes_columns(frame: pd.DataFrame, given: object) -> None:
    found = type(given).__name__
    with pytest.raises(ArgumentError, match=f"'pain' must be a column, .* got a {found}"):
        plain(frame).assign(pain=given)
