"""Change from baseline to a visit, against the bare reshape of pandas, polars and DuckDB."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pandas as pd
from contest import Contender, contest

import spineoutcomes as so
from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

VISITS = {"preop": -7, "6w": 42, "3m": 91, "6m": 183, "12m": 365, "24m": 730}
BARE = "select a.id, b.value - a.value as change from a left join b using (id)"


def synthetic(n: int, seed: int = 1) -> Registry:
    """Return a synthetic registry: n episodes of as many patients, up to six scores each."""
    random = np.random.default_rng(seed)
    episode = np.repeat(np.arange(n), len(VISITS))
    visit = np.tile(np.arange(len(VISITS)), n)
    kept = (visit == 0) | (random.random(len(visit)) > 0.1)
    episode, visit = episode[kept], visit[kept]
    days = np.array(list(VISITS.values()))[visit] + np.where(
        visit == 0, 0, random.integers(-10, 11, len(visit))
    )
    ids = np.array([f"E{number:07d}" for number in range(n)], dtype=object)
    patients = pd.DataFrame({"patient_id": ids, "last_contact_day": 900.0})
    episodes = pd.DataFrame(
        {"episode_id": ids, "patient_id": ids, "diagnosis": "lumbar_disc_herniation"}
    )
    scores = pd.DataFrame(
        {
            "episode_id": ids[episode],
            "instrument": pd.Categorical(["odi"]).repeat(len(episode)),
            "day": days.astype(float),
            "visit": pd.Categorical.from_codes(visit.tolist(), pd.Index(list(VISITS))),
            "value": random.integers(0, 51, len(episode)) * 2.0,
        }
    )
    given = {"patients": patients, "episodes": episodes.assign(index_day=0.0), "scores": scores}
    return build_registry(given, vocabulary=SHIPPED_VOCABULARY)


def run(n: int) -> None:
    """Time the change from baseline of n episodes."""
    registry = synthetic(n)
    cohort = so.select_cohort(registry)
    scores = registry.table("scores")
    ours = Contender(
        "change_from_baseline",
        lambda: so.metrics.change_from_baseline(cohort, instrument="odi", visit="12m"),
        lambda result: np.asarray(result["change"], dtype=float),  # type: ignore[index]
    )
    numbered = scores.assign(id=registry.links["scores", "episode_id"])
    for words, frame in (
        ("the registry's text ids", scores.assign(id=scores["episode_id"])),
        ("whole numbers as ids, which the others alone are given", numbered),
    ):
        others, skipped = _others(frame[["id", "visit", "value"]], cohort.data.index)
        title = f"change from baseline: {n:,} episodes, {len(scores):,} scores; {words}"
        contest(title, ours, others, skipped=skipped)


def _others(rows: pd.DataFrame, ids: pd.Index) -> tuple[list[Contender], list[str]]:
    others = [
        Contender("pandas, two indexed series", lambda: _pandas_index(rows), _by_id),
        Contender("pandas, merge", lambda: _pandas_merge(rows), _of_merge),
    ]
    skipped = []
    for name, made in (("polars", _polars), ("duckdb", _duckdb)):
        if importlib.util.find_spec(name) and importlib.util.find_spec("pyarrow"):
            others.append(made(rows))
        else:
            skipped.append(f"{name}: it or pyarrow is not installed")
    return others, skipped


def _pandas_index(rows: pd.DataFrame) -> pd.Series:
    before = rows[rows["visit"] == "preop"].set_index("id")["value"]
    after = rows[rows["visit"] == "12m"].set_index("id")["value"]
    return after - before


def _by_id(result: Any) -> np.ndarray:
    return np.asarray(result.sort_index(), dtype=float)


def _pandas_merge(rows: pd.DataFrame) -> pd.DataFrame:
    before = rows.loc[rows["visit"] == "preop", ["id", "value"]]
    after = rows.loc[rows["visit"] == "12m", ["id", "value"]]
    both = before.merge(after, on="id", how="left", suffixes=("_before", ""))
    return both.assign(change=both["value"] - both["value_before"])


def _of_merge(result: Any) -> np.ndarray:
    return np.asarray(result.sort_values("id")["change"], dtype=float)


def _polars(rows: pd.DataFrame) -> Contender:
    import polars as pl

    frame = pl.from_pandas(rows)

    def bare() -> Any:
        before = frame.filter(pl.col("visit") == "preop").select("id", before="value")
        after = frame.filter(pl.col("visit") == "12m").select("id", "value")
        both = before.join(after, on="id", how="left")
        return both.with_columns(change=pl.col("value") - pl.col("before"))

    return Contender(
        "polars, join", bare, lambda r: np.asarray(r.sort("id")["change"], dtype=float)
    )


def _duckdb(rows: pd.DataFrame) -> Contender:
    import duckdb
    import pyarrow

    connection = duckdb.connect()
    connection.register("given", pyarrow.Table.from_pandas(rows))
    connection.execute("create table scores as select * from given")
    connection.execute("create view a as select id, value from scores where visit = 'preop'")
    connection.execute("create view b as select id, value from scores where visit = '12m'")
    in_order = f"{BARE} order by a.id"
    return Contender(
        "DuckDB, join",
        lambda: connection.sql(BARE).fetchnumpy(),
        lambda _: np.ma.filled(connection.sql(in_order).fetchnumpy()["change"], np.nan),
    )
