"""Rules on keys: each once, and every id that a row names exists."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.links import first_rows
from spineoutcomes.registry.rules.facts import Facts, Hits, Mask

# table, column, the table and column it names
REFERENCES = (
    ("episodes", "prior_episode_id", "episodes", "episode_id"),
    ("events", "leads_to_episode_id", "episodes", "episode_id"),
    ("events", "procedure_id", "procedures", "procedure_id"),
)


def unique_keys(facts: Facts) -> Hits:
    """Find rows that share a key."""
    for name, spec in TABLES.items():
        frame = facts.tables[name]
        key = frame[list(spec.key)]
        known = key[spec.key[0]].notna().to_numpy()
        if (name, spec.key[0]) in facts.places:
            # Numbers in place of ids, which are slow to compare; an unknown id is no duplicate.
            place = facts.places[name, spec.key[0]]
            key, known = key.assign(**{spec.key[0]: place}), place >= 0
        rows = np.flatnonzero(_repeated(key) & known)
        words = ", ".join(spec.key)
        yield name, rows, spec.key[0], f"{len(rows)} row(s) of {name} share a key ({words})."


def _repeated(key: pd.DataFrame) -> Mask:
    """Return which rows share their whole key; rows alone on their day are not looked at again."""
    if "day" not in key:
        return key.duplicated(keep=False).to_numpy()
    repeated = np.array(key.duplicated([key.columns[0], "day"], keep=False))
    repeated[repeated] = key[repeated].duplicated(keep=False)
    return repeated


def known_parents(facts: Facts) -> Hits:
    """Find rows that name a patient or an episode that does not exist."""
    for name, spec in TABLES.items():
        for parent, column in spec.parents:
            named = facts.tables[name][column].notna().to_numpy()
            rows = np.flatnonzero(named & (facts.places[name, column] < 0))
            message = f"{len(rows)} row(s) of {name} have a {column} that {parent} does not hold."
            yield name, rows, column, message


def events_have_an_owner(facts: Facts) -> Hits:
    """Find events that belong to nobody."""
    events = facts.tables["events"]
    rows = np.flatnonzero(events["episode_id"].isna() & events["patient_id"].isna())
    yield "events", rows, "episode_id", f"{len(rows)} event(s) name no episode and no patient."


def index_procedure_is_known(facts: Facts) -> Hits:
    """Find episodes whose day 0 is that of a procedure they do not have."""
    episodes, procedures = facts.tables["episodes"], facts.tables["procedures"]
    named = episodes["index_procedure_id"]
    at = first_rows(named, procedures["procedure_id"])
    owner = np.append(facts.places["procedures", "episode_id"], -1)[at]
    # Of several rows of one episode the first owns its procedures; the key is an error elsewhere.
    first = ~episodes["episode_id"].duplicated().to_numpy()
    strange = named.notna().to_numpy() & first & (owner != np.arange(len(episodes)))
    rows = np.flatnonzero(strange)
    yield (
        "episodes",
        rows,
        "index_procedure_id",
        f"{len(rows)} episode(s) name an index procedure that is none of their procedures, so "
        "their day 0 is not known.",
    )


def references_are_known(facts: Facts) -> Hits:
    """Find rows that point to an episode or a procedure that does not exist."""
    for name, column, other, key in REFERENCES:
        named = facts.tables[name][column]
        missing = named.notna().to_numpy() & (first_rows(named, facts.tables[other][key]) < 0)
        rows = np.flatnonzero(missing)
        message = f"{len(rows)} row(s) of {name} have a {column} that {other} does not hold."
        yield name, rows, column, message
