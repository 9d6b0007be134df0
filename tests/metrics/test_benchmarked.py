"""The benchmark of how costs grow leaves out no metric."""

from __future__ import annotations

from pathlib import Path

from spineoutcomes import metrics

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "linear.py"
NO_METRIC = "CHARLSON_CONDITIONS"


def test_every_metric_has_its_cost_measured() -> None:
    text = BENCHMARK.read_text(encoding="utf-8")
    called = [name for name in metrics.__all__ if name != NO_METRIC]
    assert [name for name in called if f"so.metrics.{name}" not in text] == []
