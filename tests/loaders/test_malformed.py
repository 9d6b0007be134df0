"""Whatever the files hold: a registry that accounts for each row, or one of our errors."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.registry.conftest import small_tables

import spineoutcomes as so
from spineoutcomes.errors import SpineOutcomesError, ValidationError
from spineoutcomes.registry import TABLES, Registry

from .conftest import LONG, WIDE

PLANTED = "Zebra77"
WORDS = """
P1 P2 E1 E2 0 1 -5 7.5 300 1e999 nan None ４ 2020-01-31 2020-02 2021 03/04/2020 vas_pain frankel D
odi mis open spinal_metastasis vertebroplasty imaging occurred local_recurrence alive dead yes é
"""
CELLS = st.sampled_from(["", " ", *WORDS.split(), PLANTED, 'a"b', "x\ny", "\t"])
# The same examples in every run: a failure in CI is one that a reader can repeat.
LONG_ENOUGH = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def table_text(draw: st.DrawFn, columns: tuple[str, ...], always: int) -> str:
    """Draw a CSV text: the key columns, a few others, and cells that may be anything."""
    others = draw(st.lists(st.sampled_from(columns[always:]), unique=True, max_size=6))
    names = [*columns[:always], *others]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=5))
    return pd.DataFrame(rows, columns=names, dtype=object).to_csv(index=False)


@st.composite
def folders(draw: st.DrawFn) -> dict[str, str]:
    texts = {}
    for name, spec in TABLES.items():
        if spec.required or draw(st.booleans()):
            needed = [column.name for column in spec.columns if column.required]
            columns = (*needed, *(n for n in spec.names if n not in needed), "extra")
            texts[name] = draw(table_text(columns, len(needed)))
    return texts


def account_for(registry: Registry) -> None:
    counts = registry.provenance.set_index("table")
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    for name in TABLES:
        assert counts.loc[name, "n_rows_out"] == len(registry.table(name))
    rejected = registry.rejects.groupby("table").size()
    own = counts["n_rejected"][counts["n_rejected"] > 0]
    assert {name: rejected[name] for name in own.index} == own.to_dict()


def loaded(path: Path, **more: Any) -> Registry | None:
    try:
        return so.load_registry(path, **more)
    except SpineOutcomesError as error:
        assert PLANTED not in str(error)
        if isinstance(error, ValidationError):
            assert len(error.findings)
            assert PLANTED not in error.findings.to_csv()
        return None


@LONG_ENOUGH
@given(texts=folders(), on_error=st.sampled_from(["raise", "reject"]))
def test_any_folder(texts: dict[str, str], on_error: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        for table, text in texts.items():
            (Path(name) / f"{table}.csv").write_text(text, encoding="utf-8")
        registry = loaded(Path(name), on_error=on_error)
    if registry is not None:
        account_for(registry)
        for table, text in texts.items():
            n_in = registry.provenance.set_index("table").loc[table, "n_rows_in"]
            assert n_in <= text.count("\n")
        assert PLANTED not in registry.findings().to_csv()


@LONG_ENOUGH
@given(data=st.data())
def test_a_right_folder_with_a_few_cells_changed(data: st.DataObject) -> None:
    tables = {name: frame.astype(object) for name, frame in small_tables().items()}
    for _ in range(data.draw(st.integers(1, 4))):
        table = tables[data.draw(st.sampled_from(sorted(tables)))]
        names = [*TABLES[next(n for n, f in tables.items() if f is table)].names, "extra"]
        column = data.draw(st.sampled_from(names))
        cells = table.get(column, pd.Series("", index=table.index, dtype=object)).copy()
        cells.loc[data.draw(st.sampled_from(table.index.tolist()))] = data.draw(CELLS)
        table[column] = cells
    with tempfile.TemporaryDirectory() as name:
        for table_name, frame in tables.items():
            frame.to_csv(Path(name) / f"{table_name}.csv", index=False, encoding="utf-8")
        strict = loaded(Path(name))
        registry = so.load_registry(name, on_error="reject")
    account_for(registry)
    assert (strict is None) == (len(registry.rejects) > 0)
    for table_name, frame in tables.items():
        counts = registry.provenance.set_index("table").loc[table_name]
        assert counts["n_rows_in"] == len(frame)
    assert PLANTED not in registry.findings().drop(columns="message").to_csv()
    assert PLANTED not in " ".join(registry.findings()["message"])


@LONG_ENOUGH
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode()))
def test_any_bytes(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        for table in ("patients", "episodes"):
            (Path(name) / f"{table}.csv").write_bytes(content)
        assert loaded(Path(name)) is None


@pytest.mark.parametrize(
    ("mapping", "columns"),
    [(WIDE, ("id", "sex", "vas_pre", "vas_3m")), (LONG, ("id", "arm", "time", "odi"))],
)
@pytest.mark.parametrize("on_error", ["raise", "reject"])
@LONG_ENOUGH
@given(data=st.data())
def test_any_mapped_file(
    mapping: str, columns: tuple[str, ...], on_error: str, data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=6), label="rows"
    )
    with tempfile.TemporaryDirectory() as name:
        file, plan = Path(name) / "data.csv", Path(name) / "plan.toml"
        frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
        frame.to_csv(file, index=False, encoding="utf-8")
        plan.write_text(mapping, encoding="utf-8")
        registry = loaded(file, mapping=plan, on_error=on_error)
    if registry is not None:
        account_for(registry)
        assert registry.rejects["row"].between(1, len(rows)).all()


@LONG_ENOUGH
@given(text=st.text(alphabet='[]{}="\n.,#abc123 file patients', max_size=120))
def test_any_mapping(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        file, plan = Path(name) / "data.csv", Path(name) / "plan.toml"
        file.write_text("id\n1\n", encoding="utf-8")
        plan.write_text(text, encoding="utf-8")
        assert loaded(file, mapping=plan) is None
