"""Rules on the course of treatment: which operation is day 0, what recurs, what is likely."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.links import Positions, first_rows
from spineoutcomes.registry.rules.facts import Facts, Hits, Mask, is_any

# table, column, lowest and highest likely value, unit
LIKELY = (
    ("procedures", "operative_time_min", 5.0, 1440.0, "minutes"),
    ("procedures", "blood_loss_ml", 0.0, 20_000.0, "ml"),
    ("episodes", "los_days", 0.0, 365.0, "days"),
)
SIZES = {"volume", "area", "diameter", "percent_residual"}
REMAINS = {"smaller", "unchanged", "larger"}


def index_procedure_is_on_day_0(facts: Facts) -> Hits:
    """Find index procedures on another day than day 0: two sources tell the index differently."""
    day = facts.numbers("procedures", "day")
    rows = np.flatnonzero(_is_index(facts) & ~np.isnan(day) & (day != 0))
    yield (
        "procedures",
        rows,
        "day",
        f"{len(rows)} procedure(s) are the index procedure of their episode but not on its day 0; "
        "index_date, index_procedure_id and the date of the procedure must tell the same day.",
    )


def one_index_procedure(facts: Facts) -> Hits:
    """Find episodes with operations on several days of which none is named as the index."""
    procedures, episodes = facts.tables["procedures"], facts.tables["episodes"]
    episode = facts.places["procedures", "episode_id"]
    day = facts.numbers("procedures", "day")
    staged = (procedures["stage"].notna() | procedures["planned"].notna()).to_numpy()
    counted = _directed(facts) & ~np.isnan(day) & ~staged & (episode >= 0)
    days = pd.Series(day[counted]).groupby(episode[counted]).nunique()
    several = np.zeros(len(episodes), dtype=bool)
    several[days.index[days > 1].to_numpy(dtype=int)] = True
    rows = np.flatnonzero(several & episodes["index_procedure_id"].isna().to_numpy())
    yield (
        "episodes",
        rows,
        "index_procedure_id",
        f"{len(rows)} episode(s) have components aimed at the lesion on several days, with no "
        "stage and no index_procedure_id. Name the one that is day 0; a later operation that was "
        "not planned from the start opens an episode of its own.",
    )


def recurrence_of_a_residual(facts: Facts) -> Hits:
    """Find recurrences of what had not been removed."""
    rows, state = _states_before(facts)
    hit = rows[state == "residual"]
    yield (
        "events",
        hit,
        "kind",
        f"{len(hit)} recurrence(s) follow an incomplete removal; growth of a known residual is "
        "residual_progression.",
    )


def recurrence_needs_removal(facts: Facts) -> Hits:
    """Find recurrences in episodes that record no removal before them.

    That is an episode whose lesion is measured, but on no scan between day 0 and the recurrence; or
    one without an operation, in a registry that has operations.
    """
    rows, state = _states_before(facts)
    episode = facts.places["events", "episode_id"][rows]
    measured = np.isin(episode, facts.places["lesions", "episode_id"])
    operated = np.isin(episode, facts.places["procedures", "episode_id"][_directed(facts)])
    unoperated = ~operated & (len(facts.tables["procedures"]) > 0)
    hit = rows[(state == "unknown") & (episode >= 0) & (measured | unoperated)]
    yield (
        "events",
        hit,
        "kind",
        f"{len(hit)} recurrence(s) have neither an operation nor a scan before them that tells "
        "how much of the lesion was removed. Without a complete removal it is "
        "residual_progression.",
    )


def values_are_likely(facts: Facts) -> Hits:
    """Find numbers that are possible but hardly ever true."""
    for name, column, low, high, unit in LIKELY:
        value = facts.numbers(name, column)
        # Below 0 is an error of the column itself.
        rows = np.flatnonzero((value >= 0) & ((value < low) | (value > high)))
        message = f"{len(rows)} value(s) of {name}.{column} lie outside {low:g} to {high:g} {unit}."
        yield name, rows, column, f"{message} Is the unit another, or a digit too many?"


def _directed(facts: Facts) -> Mask:
    """Tell which procedures are aimed at the lesion or pathology."""
    directed = {code for code, entry in facts.vocabulary.procedures.items() if entry.directed}
    return is_any(facts.tables["procedures"]["component"], directed)


def _is_index(facts: Facts) -> Mask:
    """Tell which procedures their episode names as its index."""
    named = facts.tables["episodes"]["index_procedure_id"]
    own = first_rows(facts.tables["procedures"]["procedure_id"], named)
    index: Mask = (own >= 0) & (own == facts.places["procedures", "episode_id"])
    return index


def _lesion_states(facts: Facts) -> pd.DataFrame:
    """Return what scans from day 0 on say of each lesion: `left` is True, False or missing."""
    lesions = facts.tables["lesions"]
    value, measure = lesions["value"], lesions["measure"]
    left = pd.Series(np.nan, index=lesions.index)
    removed, sized = measure.isin(["percent_removed"]), measure.isin(SIZES)
    left[removed & value.notna()] = (value < 100).astype(float)
    left[sized & value.notna()] = (value > 0).astype(float)
    left[left.isna() & lesions["qualitative"].isin(REMAINS)] = 1.0
    left[left.isna() & lesions["qualitative"].isin(["absent"])] = 0.0
    before = (lesions["day"] < 0).to_numpy()
    return pd.DataFrame(
        {
            "episode": facts.places["lesions", "episode_id"],
            "lesion": lesions["lesion_id"].astype(object),
            "day": lesions["day"],
            "left": left.mask(before),
        }
    )


def _states_before(facts: Facts) -> tuple[Positions, npt.NDArray[np.object_]]:
    """Return the rows of recurrences, and what the last scan before each says of the lesion."""
    events = facts.tables["events"]
    recurred = is_any(events["kind"], {"local_recurrence"}) & is_any(events["status"], {"occurred"})
    rows = np.flatnonzero(recurred)
    own = pd.DataFrame(
        {
            "episode": facts.places["events", "episode_id"][rows],
            "event": rows,
            "event_lesion": events["lesion_id"].astype(object).to_numpy()[rows],
            "event_day": facts.numbers("events", "day")[rows],
        }
    )
    scans = _lesion_states(facts).dropna(subset=["left"])
    pairs = own[own["episode"] >= 0].merge(scans, on="episode")
    same = pairs["event_lesion"].isna() | (pairs["event_lesion"] == pairs["lesion"])
    # The scan that shows the recurrence is no scan before it.
    pairs = pairs[same & ~(pairs["day"] >= pairs["event_day"])]
    last = pairs.groupby("event")["day"].transform("max")
    latest = pairs[(pairs["day"] == last) | last.isna()]
    left = latest.groupby("event")["left"].max().reindex(rows)
    states = np.where(left.isna(), "unknown", np.where(left > 0, "residual", "removed"))
    return rows, states.astype(object)
