"""Rules on keys: each once, and every id that a row names exists."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.links import Positions, first_rows
from spineoutcomes.registry.rules.facts import Facts, Hits, Mask

LARGEST = 2**62  # a key is packed into one whole number below this
# Words that sum a table up below its last row; none that might be somebody's initials.
_SUMMARIES = (
    *("mean", "average", "total", "sum", "median", "minimum", "maximum", "std dev", "std. dev."),
    *("mean ± sd", "mean±sd", "mean (sd)", "stdev", "standard deviation", "p value", "p-value"),
    *("medel", "medelvärde", "gjennomsnitt", "snitt", "gennemsnit", "summa", "totalt", "i alt"),
    *("keskiarvo", "yhteensä", "mittelwert", "summe", "平均", "平均值", "平均数", "均值", "均数"),
    *("合计", "总计", "总和", "中位数", "标准差", "均数±标准差"),
)
SUMMARIES = frozenset(
    cased + end
    for word in _SUMMARIES
    for cased in (word, word.capitalize(), word.title(), word.upper())
    for end in ("", ":")
)
FAR = 1e9  # days beyond this are no days, and too many to number
# table, column, the table and column it names
REFERENCES = (
    ("episodes", "prior_episode_id", "episodes", "episode_id"),
    ("events", "leads_to_episode_id", "episodes", "episode_id"),
    ("events", "procedure_id", "procedures", "procedure_id"),
)


def unique_keys(facts: Facts) -> Hits:
    """Find rows that share a key."""
    for name, spec in TABLES.items():
        frame, first = facts.tables[name], spec.key[0]
        known = frame[first].notna().to_numpy()
        if (name, first) in facts.places:
            # An unknown id is an error of its own, and no duplicate.
            known = facts.places[name, first] >= 0
        rows = np.flatnonzero(_repeated([frame[column] for column in spec.key]) & known)
        words = ", ".join(spec.key)
        yield name, rows, first, f"{len(rows)} row(s) of {name} share a key ({words})."


def _repeated(key: list[pd.Series]) -> Mask:
    """Return which rows share their whole key."""
    packed = np.zeros(len(key[0]), dtype=np.int64)
    size = 1
    for column in key:
        number, n = _numbered(column)
        if size * n > LARGEST:
            packed, names = pd.factorize(packed)
            size = len(names)
        if n > 1:
            packed, size = packed * n + number, size * n
    in_order = np.sort(packed)
    if not (in_order[1:] == in_order[:-1]).any():
        return np.zeros(len(packed), dtype=bool)
    return np.asarray(pd.Series(packed).duplicated(keep=False))


def _numbered(column: pd.Series) -> tuple[npt.NDArray[np.int64], int]:
    """Return a whole number from 0 for each value, the same for the same, and how many there are.

    Categories and days have their numbers; others are counted out.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        if not len(column.cat.categories):
            return np.zeros(len(column), dtype=np.int64), 1
        codes = column.cat.codes.to_numpy().astype(np.int64)
        return codes + 1, len(column.cat.categories) + 1
    if pd.api.types.is_float_dtype(column):
        days = column.to_numpy()
        low, high = np.fmin.reduce(days, initial=np.inf), np.fmax.reduce(days, initial=-np.inf)
        if abs(low) < FAR and abs(high) < FAR:
            known = np.where(np.isnan(days), low - 1, days)
            whole = known.astype(np.int64)
            if (whole == known).all():
                return whole - (int(low) - 1), int(high - low) + 2
    places, names = pd.factorize(column)
    return places.astype(np.int64) + 1, len(names) + 1


def ids_are_of_persons(facts: Facts) -> Hits:
    """Find patients called like a line of totals: a mean is no patient, and would be averaged."""
    summary = facts.tables["patients"]["patient_id"].isin(SUMMARIES).to_numpy()
    rows = np.flatnonzero(summary)
    yield (
        "patients",
        rows,
        "patient_id",
        f"{len(rows)} patient(s) have the word for a mean, a total or a deviation as their id: a "
        "line of results below the table is no patient.",
    )


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


def events_are_of_their_patient(facts: Facts) -> Hits:
    """Find events that name an episode and a patient who is not the patient of that episode."""
    patient = facts.places["events", "patient_id"]
    own = _patients_of(facts, "events")
    rows = np.flatnonzero((patient >= 0) & (own >= 0) & (own != patient))
    yield (
        "events",
        rows,
        "patient_id",
        f"{len(rows)} event(s) name an episode and a patient who is not the patient of that "
        "episode. Correct the one that is wrong, or leave the patient out: the episode names its "
        "own.",
    )


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


def references_stay_with_the_patient(facts: Facts) -> Hits:
    """Find rows that point to an episode or a procedure of another patient."""
    patients = {
        "episodes": facts.places["episodes", "patient_id"],
        **{name: _patients_of(facts, name) for name in ("procedures", "events")},
    }
    for name, column, other, key in REFERENCES:
        at = first_rows(facts.tables[name][column], facts.tables[other][key])
        theirs = np.append(patients[other], -1)[at]
        rows = np.flatnonzero((theirs >= 0) & (patients[name] >= 0) & (theirs != patients[name]))
        message = f"{len(rows)} row(s) of {name} have a {column} that is of another patient."
        yield name, rows, column, message


def _patients_of(facts: Facts, name: str) -> Positions:
    """Return the patient of each row of a table, by its episode; -1 where it names none."""
    return np.append(facts.places["episodes", "patient_id"], -1)[facts.places[name, "episode_id"]]


def references_are_known(facts: Facts) -> Hits:
    """Find rows that point to an episode or a procedure that does not exist."""
    for name, column, other, key in REFERENCES:
        named = facts.tables[name][column]
        missing = named.notna().to_numpy() & (first_rows(named, facts.tables[other][key]) < 0)
        rows = np.flatnonzero(missing)
        message = f"{len(rows)} row(s) of {name} have a {column} that {other} does not hold."
        yield name, rows, column, message
