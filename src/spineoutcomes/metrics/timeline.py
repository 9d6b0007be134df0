"""The course of each episode as a list of what happened, in order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import bounds
from spineoutcomes.metrics.timeline_labels import (
    event_labels,
    flag,
    lesion_labels,
    score_labels,
    text,
)
from spineoutcomes.metrics.visits import before_surgery
from spineoutcomes.registry import Registry

LANES = ("procedures", "scores", "scans", "findings", "events")
# Things looked for on a scan or at a visit; other kinds of events happen to the patient.
FINDINGS = ("finding", "local_recurrence", "residual_progression", "new_fracture")
COLUMNS = ("lane", "kind", "label", "day", "end_day", "value", "approximate")
SHARED = ("episode_id", *COLUMNS, "order", "sequence")


def episode_timeline(cohort: Cohort | Registry) -> pd.DataFrame:
    """Return the course of each episode: procedures, scores, scans, findings and events in order.

    Parameters
    ----------
    cohort : Cohort or Registry

    Returns
    -------
    DataFrame
        Indexed by `episode_id`, one row per item: `lane` ("procedures", "scores", "scans",
        "findings", "events"), `kind` (code of the component, instrument, measure or event), `label`
        (plain words), `day` and `end_day` (from day 0; `end_day` only where the item has a span, or
        its date is known to a month or year), `value` (of a score or measurement), `approximate`.

    Raises
    ------
    ArgumentError
        When `cohort` is neither a cohort nor a registry.

    Notes
    -----
    Missing data: an item without a day keeps a missing day. Components without a day stand where
    their `sequence` puts them, scores and scans before surgery come first, others without a day
    last. Scores without an answer are left out; an episode of which nothing was recorded has no
    row. What was looked for and not seen is an item of its own.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> timeline = so.metrics.episode_timeline(so.load_sample("case_report"))
    >>> timeline.loc[timeline["lane"] == "procedures", "kind"].tolist()
    ['embolization', 'vertebroplasty', 'endoscopic_decompression']
    """
    cohort = as_cohort(cohort)
    parts = [_procedures(cohort), _scores(cohort), _lesions(cohort), _events(cohort), _ends(cohort)]
    filled = [part for part in parts if len(part)]
    items = pd.concat(filled or parts[:1], ignore_index=True)
    items["lane"] = pd.Categorical(items["lane"].to_numpy(), categories=list(LANES))
    items["place"] = cohort.data.index.get_indexer(pd.Index(items["episode_id"]))
    by = ["place", "order", "lane", "sequence", "kind", "label"]
    items = items.sort_values(by, kind="stable", na_position="last")
    return items.set_index("episode_id")[list(COLUMNS)]


def _procedures(cohort: Cohort) -> pd.DataFrame:
    rows = cohort.rows("procedures").sort_values(["episode_id", "sequence", "day"], kind="stable")
    names = {code: entry.name for code, entry in cohort.vocabulary.procedures.items()}
    # An undated component stands with the next dated one of its episode, else with the last.
    by_episode = rows.groupby("episode_id")["day"]
    order = by_episode.bfill().fillna(by_episode.ffill())
    kind = rows["component"].astype(object)
    label = text(rows["label"]).where(rows["label"].notna(), kind.map(names))
    return _items(rows, lane="procedures", kind=kind, label=label).assign(
        order=order, sequence=rows["sequence"]
    )


def _scores(cohort: Cohort) -> pd.DataFrame:
    scores = cohort.rows("scores")
    rows = scores[scores["value"].notna() | scores["grade"].notna()]
    items = _items(
        rows,
        lane="scores",
        kind=rows["instrument"],
        label=score_labels(rows, cohort.vocabulary),
    )
    return items.assign(value=rows["value"], order=_before_or_last(rows))


def _lesions(cohort: Cohort) -> pd.DataFrame:
    lesions = cohort.rows("lesions")
    rows = lesions[lesions["value"].notna() | lesions["qualitative"].notna()]
    kind = rows["measure"].astype(object).where(rows["measure"].notna(), "qualitative")
    items = _items(rows, lane="scans", kind=kind, label=lesion_labels(rows))
    # After the scan itself, which has no sequence within its day.
    return items.assign(value=rows["value"], order=_before_or_last(rows), sequence=1.0)


def _events(cohort: Cohort) -> pd.DataFrame:
    rows = cohort.rows("events")
    kind = rows["kind"].astype(object)
    lane = np.select([kind == "imaging", kind.isin(FINDINGS)], ["scans", "findings"], "events")
    labels = event_labels(rows, cohort.vocabulary)
    return _items(rows, lane=lane, kind=kind, label=labels)


def _ends(cohort: Cohort) -> pd.DataFrame:
    """Return death and last contact as items; whoever has neither has no item."""
    patients = cohort.rows("patients")
    status = text(patients["last_contact_status"])
    contact = "Last contact" + (" (" + status + ")").where(status != "", "")
    death = pd.Series("Death", index=patients.index)
    parts: list[pd.DataFrame] = []
    for kind, label, prefix in (
        ("last_contact", contact, "last_contact_"),
        ("death", death, "death_"),
    ):
        lower, upper = bounds(patients, prefix)
        dated = patients[["episode_id"]].assign(
            day=patients[f"{prefix}day"], lower_day=lower, upper_day=upper, approximate=False
        )
        items = _items(dated, lane="events", kind=kind, label=label)
        parts.append(items[lower.notna() | upper.notna()].assign(sequence=float(len(parts))))
    return pd.concat(parts, ignore_index=True)


def _items(
    rows: pd.DataFrame, *, lane: str | np.ndarray, kind: str | pd.Series, label: pd.Series
) -> pd.DataFrame:
    """Return rows as items; a day known as an interval becomes a span, and is approximate."""
    lower, upper = bounds(rows)
    span = lower != upper
    told = flag(rows["approximate"]) if "approximate" in rows else pd.Series(False, rows.index)
    items = pd.DataFrame(
        {
            "episode_id": rows["episode_id"],
            "lane": lane,
            "kind": kind if isinstance(kind, str) else text(kind),
            "label": text(label),
            "day": lower,
            "end_day": upper.where(span),
            "value": np.nan,
            "approximate": told | (span & lower.notna()),
            "order": lower,
            "sequence": 0.0,
        },
        index=rows.index,
    )
    return items[list(SHARED)]


def _before_or_last(rows: pd.DataFrame) -> pd.Series:
    """Return the day that orders a row: before all others when undated and preoperative."""
    undated = rows["day"].isna() & rows["lower_day"].isna()
    return bounds(rows)[0].where(~(undated & before_surgery(rows)), -np.inf)
