"""The course of each episode as a list of what happened, in order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.ladder_courses import courses_of
from spineoutcomes.metrics.observation import bounds, known_of_patients
from spineoutcomes.metrics.operation.stay import hospital_stays
from spineoutcomes.metrics.timeline_labels import (
    episode_labels,
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
FINDINGS = (
    *("finding", "local_recurrence", "residual_progression", "new_site", "systemic_progression"),
    *("new_fracture", "cement_leak"),
)
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
        "findings", "events"), `kind` (code of the component, instrument, measure or event; also
        earlier_episode, later_episode, simultaneous_episode, stay, last_contact and death), `label`
        (plain words), `day` and `end_day` (from day 0; `end_day` only where the item has a span, or
        its date is known to a month or year), `value` (of a score or measurement), `approximate`.

    Raises
    ------
    ArgumentError
        When `cohort` is neither a cohort nor a registry.

    Notes
    -----
    Missing data: an item without a day keeps a missing day; one known only to have come by a day
    has that as `end_day`. Components without a day stand where their `sequence` puts them, scores
    and scans before surgery come first, others without a day last. Scores without an answer are
    left out; an episode of which nothing was recorded has no row. What was looked for and not seen
    is an item of its own, and so is a death that nobody dated.

    Each episode has its own clock. The patient's other episodes, also those the cohort leaves out,
    stand on it as one item each; so do the last contact and death, and events that name only the
    patient. The stay in hospital is a span from day 0 where it is a single one: of several stays
    only their discharges are items.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> timeline = so.metrics.episode_timeline(so.load_sample("case_report"))
    >>> timeline.loc[timeline["lane"] == "procedures", "kind"].tolist()
    ['embolization', 'vertebroplasty', 'endoscopic_decompression']
    """
    cohort = as_cohort(cohort)
    parts = [
        *(_procedures(cohort), _scores(cohort), _lesions(cohort), _events(cohort)),
        *(_other_episodes(cohort), _stays(cohort), _ends(cohort)),
    ]
    filled = [part for part in parts if len(part)]
    items = pd.concat(filled or parts[:1], ignore_index=True)
    items["lane"] = pd.Categorical(items["lane"].to_numpy(), categories=list(LANES))
    items["place"] = cohort.data.index.get_indexer(pd.Index(items["episode_id"]))
    by = ["place", "order", "lane", "sequence", "kind", "label"]
    items = items.sort_values(by, kind="stable", na_position="last")
    return items.set_index("episode_id")[list(COLUMNS)]


def _procedures(cohort: Cohort) -> pd.DataFrame:
    rows = cohort.rows("procedures")
    rows = rows.assign(first=_first_known(rows))
    rows = rows.sort_values(["episode_id", "sequence", "first"], kind="stable")
    names = {code: entry.name for code, entry in cohort.vocabulary.procedures.items()}
    # An undated component stands with the next dated one of its episode, else with the last.
    by_episode = rows.groupby("episode_id")["first"]
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


def _other_episodes(cohort: Cohort) -> pd.DataFrame:
    """Return the patient's other episodes as items on the clock of each."""
    registry = cohort.registry
    course = courses_of(registry)
    labels = episode_labels(registry)
    owners = pd.DataFrame(
        {
            "patient": course.patient[cohort.places],
            "own": cohort.places,
            "episode_id": cohort.data.index,
        }
    )
    others = pd.DataFrame({"patient": course.patient, "other": np.arange(len(course.patient))})
    # Most patients have one episode; the pairs are those of the others only.
    several = others[others.duplicated("patient", keep=False)]
    pairs = owners.merge(several, on="patient")
    pairs = pairs[pairs["own"] != pairs["other"]].reset_index(drop=True)
    other = pairs["other"].to_numpy()
    day = course.start[other] - course.start[pairs["own"].to_numpy()]
    rows = pairs.assign(day=day, lower_day=np.nan, upper_day=np.nan)
    word = np.select([day < 0, day > 0], ["earlier", "later"], "simultaneous")
    when = pd.Series(word, index=rows.index, dtype=object)
    name = pd.Series(labels[other], index=rows.index, dtype=object)
    label = when.str.capitalize().astype(object) + " episode" + name
    return _items(rows, lane="procedures", kind=when + "_episode", label=label)


def _stays(cohort: Cohort) -> pd.DataFrame:
    """Return the stay in hospital of episodes with a single one."""
    stays = hospital_stays(cohort)
    placed = stays.single & ~np.isnan(stays.until)
    discharge = cohort.each("episodes", ["discharge"])["discharge"]
    rows = pd.DataFrame({"episode_id": cohort.data.index, "day": 0.0})
    rows = rows.assign(lower_day=np.nan, upper_day=np.nan)
    where = text(discharge).reset_index(drop=True)
    label = "Stay in hospital" + (" (" + where + ")").where(where != "", "").astype(object)
    items = _items(rows, lane="events", kind="stay", label=label)
    span = np.where(stays.until > 0, stays.until, np.nan)
    return items.assign(end_day=span)[placed]


def _ends(cohort: Cohort) -> pd.DataFrame:
    """Return death and last contact as items; whoever has neither has no item."""
    patients = cohort.rows("patients")
    undated = known_of_patients(cohort)["death_undated"].to_numpy()
    status = text(patients["last_contact_status"])
    contact = "Last contact" + (" (" + status + ")").where(status != "", "")
    death = pd.Series("Death", index=patients.index)
    nobody = np.zeros(len(patients), dtype=bool)
    parts: list[pd.DataFrame] = []
    for kind, label, prefix, always in (
        ("last_contact", contact, "last_contact_", nobody),
        ("death", death, "death_", undated),
    ):
        lower, upper = bounds(patients, prefix)
        dated = patients[["episode_id"]].assign(
            day=patients[f"{prefix}day"], lower_day=lower, upper_day=upper, approximate=False
        )
        items = _items(dated, lane="events", kind=kind, label=label)
        known = lower.notna() | upper.notna() | always
        parts.append(items[known].assign(sequence=float(len(parts))))
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
            "approximate": told | (span & (lower.notna() | upper.notna())),
            "order": _first_known(rows),
            "sequence": 0.0,
        },
        index=rows.index,
    )
    return items[list(SHARED)]


def _before_or_last(rows: pd.DataFrame) -> pd.Series:
    """Return the day that orders a row: before all others when undated and preoperative."""
    first = _first_known(rows)
    return first.where(~(first.isna() & before_surgery(rows)), -np.inf)


def _first_known(rows: pd.DataFrame) -> pd.Series:
    """Return the first day a row may mean, or the day by which it had come."""
    lower, upper = bounds(rows)
    return lower.fillna(upper)
