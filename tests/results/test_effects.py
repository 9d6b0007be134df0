"""Effects: known columns, settled types, its own copy; and the measures."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.results.measures import MEASURES, measure

COLUMNS = [
    "term",
    "contrast",
    "measure",
    "estimate",
    "std_error",
    "statistic",
    "df",
    "p_value",
    "p_adjusted",
    "conf_low",
    "conf_high",
    "n",
    "n_event",
    "n_missing",
    "method",
    "estimand",
]


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {"estimate": [1, 2], "measure": ["mean", "risk_ratio"], "contrast": [None, "a - b"]},
        index=[7, 7],
    )


def test_absent_columns_are_filled_and_ordered() -> None:
    tidy = so.Effects(rows()).tidy()
    assert tidy.columns.tolist() == COLUMNS
    assert tidy.index.tolist() == [0, 1]
    assert tidy["contrast"].tolist() == [None, "a - b"]
    assert tidy["estimate"].dtype == float
    assert tidy["p_value"].isna().all()
    assert tidy["method"].tolist() == [None, None]


def test_keys_come_first_in_their_order() -> None:
    frame = rows().assign(cause="death", horizon=24, outcome="pain")
    tidy = so.Effects(frame).tidy()
    assert tidy.columns.tolist() == ["outcome", "horizon", "cause", *COLUMNS]
    assert tidy["horizon"].tolist() == [24.0, 24.0]


def test_method_and_estimand_fill_rows_without_their_own() -> None:
    frame = rows().assign(method=["its own", None])
    effects = so.Effects(frame, method="for all", estimand="ATE", sources=["doi:1"])
    assert effects.tidy()["method"].tolist() == ["its own", "for all"]
    assert effects.tidy()["estimand"].tolist() == ["ATE", "ATE"]
    assert effects.sources == ("doi:1",)
    assert so.Effects(rows().assign(method=["its own", None])).tidy()["method"].tolist() == [
        "its own",
        None,
    ]


def test_nothing_leaks_in_or_out() -> None:
    frame = rows()
    effects = so.Effects(frame)
    frame["estimate"] = -1
    handed_out = effects.tidy()
    handed_out.loc[0, "estimate"] = -1
    assert effects.tidy()["estimate"].tolist() == [1, 2]
    with pytest.raises(FrozenInstanceError):
        effects.method = "another"


def test_errors() -> None:
    with pytest.raises(ArgumentError, match=r"Effects does not know the column\(s\) oops"):
        so.Effects(rows().assign(oops=1))
    with pytest.raises(ArgumentError, match="Effects needs each column once; twice there: estimat"):
        so.Effects(pd.concat([rows(), rows()[["estimate"]]], axis="columns"))
    with pytest.raises(ArgumentError, match="Effects needs a complete column 'measure'"):
        so.Effects(rows().drop(columns="measure"))
    with pytest.raises(ArgumentError, match="Unknown measure 'effect'; known are: concordance"):
        so.Effects(rows().assign(measure="effect"))
    with pytest.raises(ArgumentError, match="needs numbers in the column 'estimate'"):
        so.Effects(rows().assign(estimate="one"))
    for level in (0, 1, 95):
        with pytest.raises(ArgumentError, match="conf_level must lie between 0 and 1"):
            so.Effects(rows(), conf_level=level)


def test_text_and_html_show_the_method_and_warnings() -> None:
    frame = rows().assign(contrast="a < b")
    effects = so.Effects(frame, method="Welch <t>", warnings=("few & small",))
    assert "Method: Welch <t>" in effects.summary()
    assert "Warning: few & small" in repr(effects)
    html = effects._repr_html_()
    assert "Welch &lt;t&gt;" in html
    assert "few &amp; small" in html
    assert "a &lt; b" in html
    assert "no rows" in so.Effects(rows().iloc[:0]).summary()


def test_measures_know_their_null() -> None:
    assert measure("mean_difference").null == 0
    assert measure("odds_ratio").null == 1
    assert measure("risk").null is None
    assert measure("e_value").null is None
    assert all(name == known.name for name, known in MEASURES.items())
    with pytest.raises(ArgumentError, match="Unknown measure 'hr'"):
        measure("hr")


def test_missing_numbers_of_any_kind_are_nan() -> None:
    frame = rows().assign(p_value=[pd.NA, 0.5], n=pd.array([None, 3], dtype="Int64"))
    tidy = so.Effects(frame.astype({"p_value": "Float64"})).tidy()
    assert np.isnan(tidy.loc[0, "p_value"])
    assert tidy.loc[1, "n"] == 3
