"""The Table, and Tables and results as HTML."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from spineoutcomes import Curves, Effects, ResultSet, Summary
from spineoutcomes.errors import ArgumentError
from spineoutcomes.tables import Table, results_table, to_html

EVIL = "<script>alert('x')</script> & \"more\""


def example(**changes):
    parts = {
        "columns": ["Name", "n"],
        "rows": [(("Age", ""), "heading"), (("Mean", "61"), "sub")],
        "caption": "Baseline",
        "footnotes": ["SD, standard deviation."],
    }
    return Table(**(parts | changes))


def test_a_table_is_frozen_and_settled():
    rows = [(["Age", ""], "heading")]
    table = example(rows=rows)
    rows.append((["later", ""], "row"))
    assert table.columns == ("Name", "n")
    assert table.rows == ((("Age", ""), "heading"),)
    assert table.alignments == ("left", "right")
    with pytest.raises(FrozenInstanceError):
        table.caption = "other"


def test_a_short_row_is_refused():
    with pytest.raises(ArgumentError, match=r"2 columns need 2 cells in every row; row\(s\) 2 "):
        example(rows=[(("a", "b"), "row"), (("a",), "row")])


def test_alignments_must_fit():
    with pytest.raises(ArgumentError, match="2 columns need 2 alignments, got 1"):
        example(alignments=["left"])


def test_html_is_semantic():
    table = ET.fromstring(to_html(example()))  # noqa: S314
    assert table.attrib == {"class": "so-table"}
    assert table.findtext("caption") == "Baseline"
    assert [(c.text, c.get("scope"), c.get("class")) for c in table.iterfind("thead/tr/th")] == [
        ("Name", "col", "so-left"),
        ("n", "col", "so-right"),
    ]
    assert [row.get("class") for row in table.iterfind("tbody/tr")] == ["so-heading", "so-sub"]
    assert [(c.tag, c.get("scope")) for c in table.find("tbody/tr")] == [
        ("th", "row"),
        ("td", None),
    ]
    assert table.find("tfoot/tr/td").get("colspan") == "2"
    assert table.findtext("tfoot/tr/td/p") == "SD, standard deviation."
    assert example()._repr_html_() == to_html(example())


def test_every_text_is_escaped():
    table = Table(columns=[EVIL, "n"], rows=[((EVIL, EVIL), "row")], caption=EVIL, footnotes=[EVIL])
    html = to_html(table)
    assert "<script" not in html
    element = ET.fromstring(html)  # noqa: S314
    texts = [element.findtext(path) for path in ("caption", "thead/tr/th", "tbody/tr/th",
                                                 "tbody/tr/td", "tfoot/tr/td/p")]  # fmt: skip
    assert texts == [EVIL] * 5


def test_names_in_results_are_escaped():
    curves = Curves(
        pd.DataFrame({"group": [EVIL], "time": [3.0], "estimate": [1.0], "n_risk": [4]}),
        measure="survival", horizons=(1,), warnings=(EVIL,),
    )  # fmt: skip
    summary = Summary(pd.DataFrame({"variable": [EVIL], "statistic": [EVIL], "value": [1.0]}))
    effects = Effects(pd.DataFrame({"outcome": [EVIL], "measure": ["risk"], "contrast": [EVIL]}))
    html = to_html(ResultSet({EVIL: curves, "b": summary, "c": effects}))
    assert "<script" not in html
    assert html.count('<table class="so-table">') == 3
    assert html.startswith('<section class="so-results">')


def test_an_empty_table_says_so():
    empty = results_table(Summary(pd.DataFrame({"variable": [], "statistic": []})))
    assert empty.columns == ()
    assert "Nothing to show." in to_html(empty)
    assert ET.fromstring(to_html(empty)) is not None  # noqa: S314


def test_only_tables_and_results_become_html():
    with pytest.raises(ArgumentError, match="Expected a Table, a result or a ResultSet, got a str"):
        to_html("text")
