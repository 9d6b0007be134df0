"""Summary: descriptive numbers, one a row."""

from __future__ import annotations

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError


def rows() -> pd.DataFrame:
    return pd.DataFrame({"statistic": ["mean", "n"], "variable": "age", "value": [61.5, 4]})


def test_columns_and_copies() -> None:
    frame = rows()
    summary = so.Summary(frame, sources=["a paper"])
    frame["value"] = 0
    handed_out = summary.tidy()
    handed_out["value"] = 0
    tidy = summary.tidy()
    assert tidy.columns.tolist() == ["variable", "level", "group", "statistic", "value", "n"]
    assert tidy["value"].tolist() == [61.5, 4]
    assert tidy["level"].tolist() == [None, None]
    assert summary.sources == ("a paper",)


def test_shows_itself() -> None:
    summary = so.Summary(rows(), method="counted", warnings=("few",))
    assert "61.5" in summary.summary()
    assert "Method: counted" in repr(summary)
    assert "Warning: few" in summary._repr_html_()


def test_errors() -> None:
    with pytest.raises(ArgumentError, match="Summary does not know the column"):
        so.Summary(rows().assign(oops=1))
    with pytest.raises(ArgumentError, match="needs a complete column 'variable'"):
        so.Summary(rows().assign(variable=[None, "age"]))
    with pytest.raises(ArgumentError, match="needs a complete column 'statistic'"):
        so.Summary(rows().drop(columns="statistic"))
