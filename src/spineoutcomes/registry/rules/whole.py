"""Rules on the registry as a whole: the same patient twice, arms, centres that record unlike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.registry.links import Positions
from spineoutcomes.registry.rules.facts import Facts, Floats, Hits, Mask, is_any
from spineoutcomes.registry.texts import coded

# When two centres record a kind of event so unlike that chance does not explain it. Both must hold:
# with many centres and kinds a weaker test would cry wolf, and with millions of episodes any
# difference is beyond chance.
ERRORS_APART = 4.0
TIMES_APART = 2.0


def patients_are_different(facts: Facts) -> Hits:
    """Find patients who agree in centre, year of birth, sex and the date of their first index."""
    patients = facts.tables["patients"]
    alike = pd.DataFrame(
        {
            "centre": coded(patients["centre"])[0],  # one centre may have no name
            "birth_year": patients["birth_year"],
            "sex": patients["sex"].where(patients["sex"].isin(["female", "male", "other"])),
            "index_date": _first_index_date(facts),
        }
    )
    known = alike.notna().all(axis="columns")
    same_id = patients["patient_id"].duplicated(keep=False)  # an error of its own
    repeated = alike[known & ~same_id].duplicated(keep=False)
    rows = np.flatnonzero(repeated.reindex(patients.index, fill_value=False))
    yield (
        "patients",
        rows,
        "patient_id",
        f"{len(rows)} patient(s) agree with another in centre, year of birth, sex and the date of "
        "the first index. In a large centre that may be chance; a patient entered twice counts "
        "twice.",
    )


def some_approach_is_known(facts: Facts) -> Hits:
    """Find a registry in which every approach that is given is unknown."""
    for name, column in (
        ("episodes", "approach_planned"),
        ("episodes", "approach_performed"),
        ("procedures", "approach"),
    ):
        given = facts.tables[name][column].notna().to_numpy()
        if given.any() and is_any(facts.tables[name][column], {"unknown"})[given].all():
            message = f"All {given.sum()} value(s) of {name}.{column} are 'unknown'"
            yield name, None, column, f"{message}: no comparison of approaches can stand on them."


def centres_record_alike(facts: Facts) -> Hits:
    """Find kinds of events that one centre records much more or less often than the others."""
    centre, names = coded(facts.tables["patients"]["centre"])
    of_episode = np.append(centre, -1)[facts.places["episodes", "patient_id"]]
    n = np.bincount(of_episode[of_episode >= 0], minlength=len(names)).astype(float)
    if (n > 0).sum() < 2:
        return
    codes, kinds = coded(facts.tables["events"]["kind"])
    for code, kind in enumerate(kinds):
        if kind not in facts.vocabulary.event_kinds:
            continue
        k = _with_event(facts, codes == code, of_episode, len(names))
        for place in np.flatnonzero(_unlike(k, n)):
            first = np.flatnonzero(centre == place)[:1]
            yield "patients", first, "centre", _difference(kind, k, n, int(place))


def _with_event(facts: Facts, kind: Mask, of_episode: Positions, n_centres: int) -> Floats:
    """Return how many episodes of each centre have an event of a kind."""
    occurred = is_any(facts.tables["events"]["status"], {"occurred"})
    episode = facts.places["events", "episode_id"][kind & occurred]
    had = np.zeros(len(of_episode), dtype=bool)
    had[episode[episode >= 0]] = True
    return np.bincount(of_episode[had & (of_episode >= 0)], minlength=n_centres).astype(float)


def _unlike(k: Floats, n: Floats) -> Mask:
    """Tell which of some proportions differ from that of all the others together."""
    others, n_others = k.sum() - k, n.sum() - n
    both = (n > 0) & (n_others > 0)
    pooled = k.sum() / n.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(k / n - others / n_others)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_others))
        low, high = np.minimum(k / n, others / n_others), np.maximum(k / n, others / n_others)
    unlike: Mask = both & (apart > ERRORS_APART * error) & (high >= TIMES_APART * low)
    return unlike


def _difference(kind: str, k: Floats, n: Floats, place: int) -> str:
    return (
        f"The centre of this patient records {kind} in {k[place]:g} of {n[place]:g} episodes, the "
        f"others in {k.sum() - k[place]:g} of {n.sum() - n[place]:g}: more than "
        f"{ERRORS_APART:g} standard errors and at least {TIMES_APART:g} times apart. Are patients, "
        "follow-up or recording different there?"
    )


def _first_index_date(facts: Facts) -> pd.Series:
    """Return the date of the first index of each patient, missing where it is not known."""
    patient, date = facts.places["episodes", "patient_id"], facts.tables["episodes"]["index_date"]
    known = (patient >= 0) & date.notna().to_numpy()
    first = date[known].groupby(patient[known]).min()
    return first.reindex(range(len(facts.tables["patients"])))
