"""Whatever a study holds: tables that account for every row, or one of our errors."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spineoutcomes.errors import SpineOutcomesError, ValidationError
from spineoutcomes.loaders.cdisc import load_cdisc
from spineoutcomes.registry import build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

from .datasets import write_dataset
from .test_study import PLAN, STUDY

PLANTED = "Zebra77"
WORDS = """
0 1 -1 1e999 A B X 2020 2020-02 2020-13-40 2019-01-01T10:00 2019-01-01 Y OS PD DEATH MIS 3.5 nan
"""
CELLS = st.sampled_from(["", " ", PLANTED, *WORDS.split()])
LONG_ENOUGH = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@LONG_ENOUGH
@given(data=st.data())
def test_a_right_study_with_a_few_cells_changed(data: st.DataObject) -> None:
    study = {name: [dict(row) for row in rows] for name, rows in STUDY.items()}
    for _ in range(data.draw(st.integers(1, 5))):
        rows = study[data.draw(st.sampled_from(sorted(study)))]
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        # The name of a qualifier is that of a column, and messages name columns.
        row[data.draw(st.sampled_from(sorted(set(row) - {"QNAM"})))] = data.draw(CELLS)
    short = data.draw(st.sampled_from([None, *sorted(study)]))
    if short is not None:
        study[short] = study[short][: data.draw(st.integers(1, len(study[short])))]
    with tempfile.TemporaryDirectory() as name:
        for dataset, rows in study.items():
            write_dataset(Path(name) / "study", dataset, rows)
        plan = Path(name) / "plan.toml"
        plan.write_text(PLAN, encoding="utf-8")
        try:
            tables = load_cdisc(Path(name) / "study", plan)
        except ValidationError as error:
            assert PLANTED not in str(error) + error.findings.to_csv()
            return
    for dataset, file in tables.datasets.items():
        left_out = set(tables.left_out.loc[tables.left_out["file"] == file.name, "row"])
        assert left_out <= set(range(1, len(study[dataset]) + 1))
    for key, count in tables.counts.items():
        name = tables.files[key].name
        assert count.rows == count.used + (tables.left_out["file"] == name).sum()
    assert PLANTED not in tables.found.to_csv()
    try:
        registry = build_registry(
            tables.tables,
            vocabulary=SHIPPED_VOCABULARY,
            on_error="reject",
            also_found=tables.found,
        )
    except SpineOutcomesError as error:
        assert PLANTED not in str(error)
        return
    assert PLANTED not in registry.findings().to_csv()
    for table, counts in registry.provenance.set_index("table").iterrows():
        assert counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"], table
