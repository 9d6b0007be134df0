"""Rules across tables, declared one by one: keys, ranges by instrument, order in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.findings import Severity, joined, rows_found
from spineoutcomes.vocabulary import Vocabulary

Tables = dict[str, pd.DataFrame]
Hits = Iterator[tuple[str, np.ndarray, str | None, str]]  # table, rows, column, message


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, how grave a breach is, and the function that finds breaches."""

    name: str
    check: Callable[[Tables, Vocabulary], Hits]
    severity: Severity = "error"


def rule_findings(tables: Tables, vocabulary: Vocabulary) -> pd.DataFrame:
    """Return every breach of every rule."""
    return joined(
        rows_found(table, rows, column, rule.name, message, rule.severity)
        for rule in RULES
        for table, rows, column, message in rule.check(tables, vocabulary)
    )


def _unique_keys(tables: Tables, vocabulary: Vocabulary) -> Hits:
    for name, spec in TABLES.items():
        frame = tables[name]
        keys = frame[list(spec.key)]
        repeated = keys.duplicated(keep=False) & keys[spec.key[0]].notna()
        words = ", ".join(spec.key)
        rows = np.flatnonzero(repeated)
        yield name, rows, spec.key[0], f"{len(rows)} row(s) of {name} share a key ({words})."


def _known_parents(tables: Tables, vocabulary: Vocabulary) -> Hits:
    for name, spec in TABLES.items():
        for parent, column in spec.parents:
            child = tables[name][column]
            rows = np.flatnonzero(child.notna() & ~child.isin(tables[parent][column]))
            message = f"{len(rows)} row(s) of {name} have a {column} that {parent} does not hold."
            yield name, rows, column, message


def _events_have_an_owner(tables: Tables, vocabulary: Vocabulary) -> Hits:
    events = tables["events"]
    rows = np.flatnonzero(events["episode_id"].isna() & events["patient_id"].isna())
    yield "events", rows, "episode_id", f"{len(rows)} event(s) name no episode and no patient."


def _scores_in_range(tables: Tables, vocabulary: Vocabulary) -> Hits:
    scores = tables["scores"]
    for code, part in scores.groupby("instrument", observed=True):
        instrument = vocabulary.instruments.get(str(code))
        if instrument is None or instrument.range is None:
            continue
        low, high = instrument.range
        rows = part.index[part["value"].notna() & ~part["value"].between(low, high)].to_numpy()
        yield (
            "scores",
            rows,
            "value",
            f"{len(rows)} value(s) of {code} lie outside {low:g} to {high:g}. If the file stores "
            "another scale, declare it in a mapping; nothing is rescaled by guess.",
        )


def _grades_are_known(tables: Tables, vocabulary: Vocabulary) -> Hits:
    scores = tables["scores"]
    for code, part in scores.groupby("instrument", observed=True):
        instrument = vocabulary.instruments.get(str(code))
        if instrument is None:
            continue
        grade = part["grade"].astype(object)
        known = instrument.grades or ()
        rows = part.index[grade.notna() & ~grade.isin(known)].to_numpy()
        words = f"grades are {', '.join(known)}" if known else "it has values, not grades"
        yield "scores", rows, "grade", f"{len(rows)} grade(s) of {code} are unknown; {words}."
        if known:
            rows = part.index[part["value"].notna()].to_numpy()
            yield (
                "scores",
                rows,
                "value",
                f"{len(rows)} row(s) of {code} hold a number; its ordered grades go into `grade`.",
            )


def _scores_are_answered(tables: Tables, vocabulary: Vocabulary) -> Hits:
    scores = tables["scores"]
    empty = scores["value"].isna() & scores["grade"].isna() & scores["missing_reason"].isna()
    rows = np.flatnonzero(empty)
    message = f"{len(rows)} score(s) have no value, no grade and no missing_reason."
    yield "scores", rows, "value", message


def _nothing_before_day_0(tables: Tables, vocabulary: Vocabulary) -> Hits:
    events = tables["events"]
    after = {code for code, kind in vocabulary.event_kinds.items() if kind.after_index}
    early = (events["day"] < 0) | (events["upper_day"] < 0)
    rows = np.flatnonzero(events["kind"].isin(after) & early)
    yield (
        "events",
        rows,
        "day",
        f"{len(rows)} event(s) of a kind that follows surgery lie before day 0 of their episode "
        f"({', '.join(sorted(after))}).",
    )


def _nothing_after_death(tables: Tables, vocabulary: Vocabulary) -> Hits:
    patients, episodes = tables["patients"], tables["episodes"]
    death = patients.drop_duplicates("patient_id").set_index("patient_id")
    latest = death["death_day"].fillna(death["death_upper_day"])
    by_episode = episodes.drop_duplicates("episode_id").set_index("episode_id")
    died = by_episode["patient_id"].map(latest) - by_episode["index_day"].fillna(0)
    for name in ("procedures", "scores", "lesions", "events"):
        frame = tables[name]
        first = frame["day"].fillna(frame["lower_day"])
        rows = np.flatnonzero(first > frame["episode_id"].map(died).astype(float))
        yield name, rows, "day", f"{len(rows)} row(s) of {name} lie after the patient's death."
    rows = np.flatnonzero(patients["last_contact_day"] > patients["patient_id"].map(latest))
    message = f"{len(rows)} patient(s) have a last contact after their death."
    yield "patients", rows, "last_contact_day", message
    late = episodes["last_followup_day"] > episodes["episode_id"].map(died)
    rows = np.flatnonzero(late)
    message = f"{len(rows)} episode(s) have a last follow-up after the patient's death."
    yield "episodes", rows, "last_followup_day", message
    negative = by_episode["patient_id"].map(death["death_day"]) < by_episode["index_day"].fillna(0)
    rows = np.flatnonzero(episodes["episode_id"].map(negative).fillna(False).astype(bool))
    yield "episodes", rows, "index_day", f"{len(rows)} episode(s) begin after the patient's death."


def _status_fits_death(tables: Tables, vocabulary: Vocabulary) -> Hits:
    patients = tables["patients"]
    known = patients["death_day"].notna() | patients["death_lower_day"].notna()
    rows = np.flatnonzero(known & patients["last_contact_status"].isin(["alive"]))
    message = f"{len(rows)} patient(s) have a death and a last contact status 'alive'."
    yield "patients", rows, "last_contact_status", message


def _episodes_are_in_order(tables: Tables, vocabulary: Vocabulary) -> Hits:
    episodes = tables["episodes"]
    several = episodes.duplicated("patient_id", keep=False)
    rows = np.flatnonzero(several & episodes["index_day"].isna() & episodes["patient_id"].notna())
    yield (
        "episodes",
        rows,
        "index_day",
        f"{len(rows)} episode(s) of patients with several have neither index_date nor index_day, "
        "so their order in time is unknown.",
    )


def _intervals_are_ordered(tables: Tables, vocabulary: Vocabulary) -> Hits:
    events = tables["events"]
    rows = np.flatnonzero(events["lower_day"] > events["upper_day"])
    message = f"{len(rows)} event(s) have a lower_day after their upper_day."
    yield "events", rows, "lower_day", message


def _recurrence_after_a_residual(tables: Tables, vocabulary: Vocabulary) -> Hits:
    events, lesions = tables["events"], tables["lesions"]
    removed = (lesions["measure"] == "percent_removed") & (lesions["value"] < 100)
    left = (lesions["measure"] == "percent_residual") & (lesions["value"] > 0)
    residual = set(lesions.loc[removed | left, "episode_id"])
    recurred = events["kind"].isin(["local_recurrence"]) & (events["status"] == "occurred")
    rows = np.flatnonzero(recurred & events["episode_id"].isin(residual))
    yield (
        "events",
        rows,
        "kind",
        f"{len(rows)} recurrence(s) follow an incomplete removal; growth of a known residual is "
        "residual_progression.",
    )


RULES = (
    Rule("duplicate_key", _unique_keys),
    Rule("unknown_parent", _known_parents),
    Rule("no_owner", _events_have_an_owner),
    Rule("score_out_of_range", _scores_in_range),
    Rule("unknown_grade", _grades_are_known),
    Rule("score_without_answer", _scores_are_answered),
    Rule("before_day_0", _nothing_before_day_0),
    Rule("after_death", _nothing_after_death),
    Rule("alive_and_dead", _status_fits_death),
    Rule("order_unknown", _episodes_are_in_order),
    Rule("interval_reversed", _intervals_are_ordered),
    Rule("recurrence_after_residual", _recurrence_after_a_residual, severity="warning"),
)
