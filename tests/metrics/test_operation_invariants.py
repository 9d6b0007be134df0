"""What holds for every metric of the course: order of rows, part of a cohort, one row each."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.cohort import Cohort
from spineoutcomes.registry import Registry, build_registry

RELIEF = {
    "instrument": "vas_pain",
    "threshold": "ostelo_2008",
    "location": "leg",
    "retreatment": "ends",
}
Metric = Callable[[Cohort | Registry], pd.DataFrame]
METRICS: dict[str, tuple[str, Metric]] = {
    "perioperative": ("metastases", metrics.perioperative),
    "complications": (
        "metastases",
        lambda data: metrics.complications(data, scale="clavien_dindo", within_days=90),
    ),
    "discharge": ("metastases", metrics.time_to_discharge),
    "radiotherapy": ("metastases", metrics.time_to_radiotherapy),
    "ambulation": ("metastases", metrics.time_to_ambulation),
    "fracture": (
        "metastases",
        lambda data: metrics.time_to_new_fracture(data, max_gap_days=365, censor_at="last_scan"),
    ),
    "next_step": (
        "ladder",
        lambda data: metrics.time_to_next_step(
            data, target="levels", terminal=["laminectomy"], censor_at="last_contact"
        ),
    ),
    "relief": ("ladder", lambda data: metrics.relief_duration(data, **RELIEF)),  # type: ignore[arg-type]
    "response": (
        "ladder",
        lambda data: metrics.time_in_response(data, tau=180, carry_days=60, **RELIEF),  # type: ignore[arg-type]
    ),
    "followup": (
        "metastases",
        lambda data: metrics.followup_completeness(
            data, instrument="frankel", visits=["baseline", "3m"]
        ),
    ),
}
STATUSES = {
    *("observed", "dead", "not_due", "withdrawn", "lost", "missing", "no_baseline"),
    "not_attainable",
}


@pytest.fixture(scope="module")
def samples() -> dict[str, Registry]:
    return {name: so.load_sample(name) for name in ("metastases", "ladder")}


@pytest.mark.parametrize("name", METRICS)
def test_one_row_each_in_the_order_of_the_cohort(name: str, samples: dict[str, Registry]) -> None:
    sample, metric = METRICS[name]
    result = metric(samples[sample])
    episodes = samples[sample].table("episodes")["episode_id"]
    assert result.index.is_unique
    assert result.index.get_level_values("episode_id").unique().tolist() == episodes.tolist()
    assert len(result) % len(episodes) == 0
    assert result["status"].notna().all()
    assert set(result["status"].cat.categories) == STATUSES


@pytest.mark.parametrize("name", METRICS)
def test_the_order_of_the_rows_does_not_matter(name: str, samples: dict[str, Registry]) -> None:
    sample, metric = METRICS[name]
    registry = samples[sample]
    tables = {table: frame[::-1].reset_index(drop=True) for table, frame in registry.tables.items()}
    kept = {table: frame for table, frame in tables.items() if len(frame)}
    turned = metric(build_registry(kept, vocabulary=registry.vocabulary))
    plain = metric(registry)
    pd.testing.assert_frame_equal(turned.reindex(plain.index), plain)


@pytest.mark.parametrize("name", METRICS)
def test_a_part_of_a_cohort_has_the_rows_of_the_whole(
    name: str, samples: dict[str, Registry]
) -> None:
    sample, metric = METRICS[name]
    where = {"age_years": ">= 60"}
    part = so.select_cohort(samples[sample], episodes="all", where=where)
    assert 0 < len(part) < len(samples[sample].table("episodes"))
    result, whole = metric(part), metric(samples[sample])
    inside = whole.index.get_level_values("episode_id").isin(part.data.index)
    pd.testing.assert_frame_equal(result, whole[inside])


@pytest.mark.parametrize("name", METRICS)
def test_nothing_is_written_to_the_registry(name: str, samples: dict[str, Registry]) -> None:
    sample, metric = METRICS[name]
    before = {table: samples[sample].table(table) for table in samples[sample].tables}
    metric(samples[sample])
    for table, frame in before.items():
        pd.testing.assert_frame_equal(samples[sample].tables[table], frame)


@pytest.mark.parametrize("name", METRICS)
def test_what_is_no_cohort(name: str) -> None:
    with pytest.raises(
        so.errors.ArgumentError, match="Expected a Cohort or a Registry, got a dict"
    ):
        METRICS[name][1]({})  # type: ignore[arg-type]
