"""Loading Parquet with all checks, against DuckDB that does the same; CSV against its reader."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from change import synthetic
from contest import Contender, contest, write

import spineoutcomes as so
from spineoutcomes.loaders.folder import read_folder

# Rows that break a rule, rule by rule: the key and range checks that loading makes as well.
CHECKS = (
    "select count(*) - count(distinct patient_id) from patients",
    "select count(*) - count(distinct episode_id) from episodes",
    "select count(*) from episodes anti join patients using (patient_id)",
    "select count(*) from scores anti join episodes using (episode_id)",
    "select count(*) from (select 1 from scores "
    "group by episode_id, instrument, location, side, day, visit, rater having count(*) > 1)",
    "select count(*) from scores where instrument = 'odi' and value not between 0 and 100",
    "select count(*) from scores where instrument not in ('odi', 'nrs_pain')",
    "select count(*) from scores where value is null and grade is null and missing_reason is null",
    "select count(*) from scores join episodes using (episode_id) join patients using (patient_id) "
    "where scores.day > patients.death_day - episodes.index_day",
    "select count(*) from patients where last_contact_day > death_day",
)
TABLES = ("patients", "episodes", "scores")
# Cells as they stand in the file, which is what a mapping and the checks need.
AS_TEXT: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_filter": False}
SCORES = ("location", "side", "rater", "grade", "missing_reason")


def run(n: int) -> None:
    """Time the loading of n patients."""
    if not importlib.util.find_spec("duckdb") or not importlib.util.find_spec("pyarrow"):
        write("\nload: skipped, duckdb or pyarrow is not installed\n")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        n_scores = _written(folder, n)
        ours = Contender(
            "load_registry",
            lambda: so.load_registry(folder),
            lambda registry: np.array([len(registry.findings())]),  # type: ignore[attr-defined]
        )
        duckdb = Contender("DuckDB, read and check", lambda: _duckdb(folder), np.asarray)
        contest(
            f"load from Parquet: {n:,} patients, {n_scores:,} scores; all checks",
            ours,
            [duckdb],
            rounds=3,
        )
        _peak(folder)
        _csv(folder, n, n_scores)


def _csv(folder: Path, n: int, n_scores: int) -> None:
    """Time the reading of the same tables from CSV, against the reader that it stands on."""
    place = folder / "csv"
    place.mkdir()
    for name in TABLES:
        pd.read_parquet(folder / f"{name}.parquet").to_csv(place / f"{name}.csv", index=False)
    ours = Contender(
        "read as a folder of tables",
        lambda: read_folder(place)[0],
        lambda files: np.array([files[name].rows.size for name in TABLES]),  # type: ignore[index]
    )
    reader = Contender(
        "pandas.read_csv, text",
        lambda: [pd.read_csv(place / f"{name}.csv", **AS_TEXT) for name in TABLES],
        lambda frames: np.array([frame.size for frame in frames]),  # type: ignore[attr-defined]
    )
    contest(f"read CSV: {n:,} patients, {n_scores:,} scores", ours, [reader], rounds=5)


def _written(folder: Path, n: int) -> int:
    """Write a synthetic registry as Parquet."""
    tables = synthetic(n).tables
    for name in TABLES:
        kept = tables[name].dropna(axis="columns", how="all")
        if name == "patients":
            kept = kept.assign(death_day=np.where(np.arange(n) % 10, np.nan, 2000.0))
        if name == "scores":
            kept = kept.assign(**dict.fromkeys(SCORES))
            kept = kept.astype(dict.fromkeys(SCORES, "string"))
        kept.to_parquet(folder / f"{name}.parquet", index=False)
    return len(tables["scores"])


def _duckdb(folder: Path) -> list[int]:
    """Return how many rows break a rule, read and checked by DuckDB."""
    import duckdb

    connection: Any = duckdb.connect()
    for name in TABLES:
        connection.execute(f"create table {name} as from read_parquet('{folder / name}.parquet')")
    return [sum(connection.execute(check).fetchone()[0] for check in CHECKS)]


def _peak(folder: Path) -> None:
    """Write the most memory that loading takes, in a process of its own, and what stays of it."""
    if not Path("/proc/self/status").is_file():
        write("  skipped: the most memory while loading is read from /proc, which is not here\n")
        return
    code = (
        "import sys, spineoutcomes as so, pandera.pandas\n"
        "lines = lambda: open('/proc/self/status').read().splitlines()\n"
        "peak = lambda: 1024 * int(next(x for x in lines() if x.startswith('VmHWM')).split()[1])\n"
        "before = peak()\n"
        "registry = so.load_registry(sys.argv[1])\n"
        "held = sum(t.memory_usage(deep=True).sum() for t in registry.tables.values())\n"
        "sys.stdout.write(f'{(peak() - before) / 1e6:.0f} {held / 1e6:.0f}')\n"
    )
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    peak, held = map(float, run.stdout.split())
    write(
        f"  most memory while loading {peak:,.0f} MB; the tables hold {held:,.0f} MB: "
        f"{peak / held:.2f} times that\n"
    )
