"""ResultSet: ordered, named results; one printed number a row."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError

COLUMNS = [
    "result",
    "kind",
    "outcome",
    "term",
    "contrast",
    "group",
    "level",
    "visit",
    "cause",
    "time",
    "measure",
    "statistic",
    "value",
    "method",
    "warning",
]


@pytest.fixture
def results() -> so.ResultSet:
    effects = so.Effects(
        pd.DataFrame(
            {
                "outcome": "pain",
                "horizon": [24.0, None],
                "term": ["arm", None],
                "contrast": ["mis - open", "mis"],
                "measure": ["mean_difference", "mean"],
                "estimate": [-1.5, 3.0],
                "conf_low": [-2.0, None],
                "method": [None, "t"],
            }
        ),
        method="Welch",
        warnings=("few", "small"),
    )
    curves = so.Curves(
        pd.DataFrame(
            {"group": "mis", "time": [1.0, 3.0], "n_risk": [4, 2], "estimate": [0.75, 0.5]}
        ),
        measure="survival",
        method="Kaplan-Meier",
        horizons=(2,),
    )
    flow = so.Summary(
        pd.DataFrame(
            {
                "variable": ["sex"],
                "level": ["f"],
                "group": ["mis"],
                "statistic": ["count"],
                "value": [7],
            }
        )
    )
    return so.ResultSet({"Pain": effects, "Survival": curves, "Flow": flow})


def test_tidy_is_one_number_a_row_in_order(results: so.ResultSet) -> None:
    tidy = results.tidy()
    assert tidy.columns.tolist() == COLUMNS
    shown = tidy[["result", "kind", "measure", "statistic", "value"]].astype(object)
    shown = shown.where(shown.notna(), None)
    assert [tuple(row) for row in shown.to_numpy()] == [
        ("Pain", "effects", "mean_difference", "estimate", -1.5),
        ("Pain", "effects", "mean_difference", "conf_low", -2.0),
        ("Pain", "effects", "mean", "estimate", 3.0),
        ("Survival", "curves", "survival", "n_risk", 2.0),
        ("Survival", "curves", "survival", "n_event", 0.0),
        ("Survival", "curves", "survival", "n_censor", 0.0),
        ("Survival", "curves", "survival", "estimate", 0.75),
        ("Flow", "summary", None, "count", 7.0),
    ]


def test_keys_methods_and_warnings(results: so.ResultSet) -> None:
    tidy = results.tidy()
    pain = tidy[tidy["result"] == "Pain"]
    assert pain["time"].iloc[0] == 24
    assert pain["time"].isna().tolist() == [False, False, True]
    assert pain["method"].tolist() == ["Welch", "Welch", "t"]
    assert pain["warning"].unique().tolist() == ["few; small"]
    assert pain["contrast"].tolist() == ["mis - open", "mis - open", "mis"]
    curve = tidy[tidy["result"] == "Survival"]
    assert curve["time"].unique().tolist() == [2]
    assert curve["method"].unique().tolist() == ["Kaplan-Meier"]
    flow = tidy[tidy["result"] == "Flow"].iloc[0]
    assert (flow["term"], flow["level"], flow["group"]) == ("sex", "f", "mis")
    assert pd.isna(flow["method"])
    assert pd.isna(flow["warning"])


def test_order_is_that_of_the_results(results: so.ResultSet) -> None:
    assert list(results) == ["Pain", "Survival", "Flow"]
    assert [name for name, _ in results.items()] == list(results)
    assert len(results) == 3
    backwards = so.ResultSet(dict(reversed(list(results.items()))))
    assert backwards.tidy()["result"].unique().tolist() == ["Flow", "Survival", "Pain"]


def test_empty() -> None:
    empty = so.ResultSet({})
    assert empty.tidy().columns.tolist() == COLUMNS
    assert repr(empty) == "<ResultSet: empty>"


def test_it_is_frozen_and_keeps_its_own_names(results: so.ResultSet) -> None:
    given = {"Pain": results["Pain"]}
    own = so.ResultSet(given)
    given["More"] = results["Flow"]
    assert list(own) == ["Pain"]
    with pytest.raises(FrozenInstanceError):
        own._results = {}


def test_shows_itself() -> None:
    flow = so.Summary(pd.DataFrame({"variable": ["a"], "statistic": ["n"], "value": [1.0]}))
    results = so.ResultSet({"A < B": flow})
    assert "A < B" in results.summary()
    assert "<h4>A &lt; B</h4>" in results._repr_html_()
    assert repr(results) == "<ResultSet: A < B>"


def test_errors(results: so.ResultSet) -> None:
    with pytest.raises(ArgumentError, match="No result 'Flux'; there are: Pain, Survival, Flow"):
        results["Flux"]
    with pytest.raises(ArgumentError, match="'x' is a DataFrame; a ResultSet holds Effects"):
        so.ResultSet({"x": pd.DataFrame()})
