"""Synthetic episodes with something for every metric: scans, lesions, fractures, stays, grades."""

from __future__ import annotations

import numpy as np
import pandas as pd

import spineoutcomes as so
from spineoutcomes.registry import build_registry

STEPS = ("nerve_root_block", "disc_ablation", "endoscopic_decompression", "vertebroplasty")
GRADES = ("I", "II", "IIIa", "IIIb", "IVa")
LEVELS = tuple(so.vocabulary.parse_levels("T4-L4"))
SCANS = (-7.0, 3.0, 180.0, 365.0)
SCAN_IDS = np.array(["S0", "S1", "S2", "S3"], dtype=object)


def synthetic(n: int, seed: int = 1) -> so.Cohort:
    """Return the episodes of so many simulated patients, with more recorded than the sample has."""
    made = so.simulate_registry(n, seed=seed)
    rng = np.random.default_rng(seed)
    tables, vocabulary = dict(made.tables), made.vocabulary
    # At a million episodes one copy of the tables is enough.
    del made
    episodes = tables["episodes"]
    ids, size = episodes["episode_id"].astype(str).to_numpy(), len(episodes)
    target = rng.integers(2, len(LEVELS) - 2, size)
    tables["episodes"] = episodes.assign(levels=np.take(LEVELS, target))
    procedures = tables["procedures"]
    at = pd.Index(ids).get_indexer(procedures["episode_id"].astype(str))
    tables["procedures"] = procedures.assign(
        component=np.take(STEPS, rng.integers(0, len(STEPS), size)[at]),
        levels=np.take(LEVELS, target[at]),
        cost=rng.integers(2, 40, len(at)) * 500.0,
    )
    lived = _last_day(tables["patients"], episodes)
    heights = _until(lived, _heights(ids, rng), ids)
    tables["scores"] = _with(tables["scores"], heights)
    tables["lesions"] = _until(lived, _lesions(ids, rng), ids)
    added = _events(tables["events"], ids, target, episodes["los_days"], rng)
    tables["events"] = _until(lived, added, ids)
    return so.select_cohort(build_registry(tables, vocabulary=vocabulary), episodes="all")


def _last_day(patients: pd.DataFrame, episodes: pd.DataFrame) -> np.ndarray:
    """Return the day of death of each episode's patient, from the episode's day 0."""
    at = pd.Index(patients["patient_id"].astype(str)).get_indexer(
        episodes["patient_id"].astype(str)
    )
    died = patients["death_day"].to_numpy()[at] - episodes["index_day"].to_numpy()
    return np.where(np.isnan(died), np.inf, died)


def _until(lived: np.ndarray, rows: pd.DataFrame, ids: np.ndarray) -> pd.DataFrame:
    """Return the rows that the patient lived to see."""
    limit = lived[pd.Index(ids).get_indexer(rows["episode_id"].astype(str))]
    return rows[~(rows["day"].to_numpy() > limit)].reset_index(drop=True)


def _lesions(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return the volume and the longest diameter of a lesion, of a fifth two, on four scans."""
    rows = pd.MultiIndex.from_product(
        [ids, ["L1", "L2"], range(len(SCANS)), ["volume", "diameter"]],
        names=["episode_id", "lesion_id", "scan", "measure"],
    ).to_frame(index=False)
    second = (rows["lesion_id"] == "L2").to_numpy()
    rows = rows[~second | np.repeat(rng.random(len(ids)) < 0.2, 4 * len(SCANS))]
    scan, volume = rows["scan"].to_numpy(), (rows["measure"] == "volume").to_numpy()
    return rows.drop(columns="scan").assign(
        day=np.take(SCANS, scan),
        scan_id=np.take(SCAN_IDS, scan),
        value=rng.integers(1, 60, len(rows)) / np.where(scan > 0, 10.0, 1.0),
        unit=np.where(volume, "cm3", "mm"),
    )


def _events(
    events: pd.DataFrame,
    ids: np.ndarray,
    target: np.ndarray,
    los_days: pd.Series,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the events with fractures, first walks, discharges and graded complications added."""
    size = len(ids)
    beside = np.clip(target + rng.integers(-2, 3, size), 0, len(LEVELS) - 1)
    broken = rng.random(size) < 0.2
    parts = [
        pd.DataFrame(
            {
                "episode_id": ids,
                "kind": "new_fracture",
                "day": rng.integers(1, 90, size).astype(float),
                "levels": np.take(LEVELS, beside),
            }
        )[broken],
        pd.DataFrame({"episode_id": ids, "kind": "ambulation", "day": rng.integers(0, 4, size)}),
        pd.DataFrame({"episode_id": ids, "kind": "discharge", "day": los_days.to_numpy()}).dropna(),
    ]
    complication = (events["kind"] == "complication").to_numpy()
    grade = np.take(GRADES, rng.integers(0, len(GRADES), len(events)))
    added = pd.concat(parts, ignore_index=True).assign(status="occurred")
    added["event_id"] = "ADDED-" + added.index.astype(str)
    graded = events.assign(grade=pd.Series(grade, events.index).where(complication))
    return _with(graded, added)


def _heights(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return the anterior height of a vertebra before and three months after surgery."""
    visits = pd.DataFrame({"day": [-1.0, 90.0], "visit": ["preoperative", "3m"]})
    rows = pd.DataFrame({"episode_id": ids}).merge(visits, how="cross")
    return rows.assign(
        instrument="vertebral_height_pct",
        location="anterior",
        value=rng.integers(40, 100, len(rows)).astype(float),
    )


def _with(rows: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Return a table with rows added; what they do not tell is missing."""
    text = rows.select_dtypes("category").columns
    return pd.concat([rows.astype(dict.fromkeys(text, object)), added], ignore_index=True)
