"""What happened to each unit: events with their days, their cause, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import PartialDates, bounds, is_interval, settled_days
from spineoutcomes.metrics.planned import unplanned_only
from spineoutcomes.metrics.times.treated import relation_on, treated_since, vertebrae_of
from spineoutcomes.metrics.times.units import Spread, Units, spread
from spineoutcomes.vocabulary.levels import VERTEBRAE, Relation

KEPT = (
    *("unit", "place", "shift", "cause", "lower", "upper", "level"),
    *("approximate", "of_patient", "on_scan", "sure"),
)
COLUMNS = (
    *("event_id", "episode_id", "kind", "status", "day", "lower_day", "upper_day"),
    *("levels", "lesion_id", "scan_id", "procedure_id", "approximate"),
)


def occurrences(
    cohort: Cohort,
    units: Units,
    causes: Mapping[str, Sequence[str]],
    seen: pd.DataFrame,
    *,
    relation: Relation | None = None,
    partial_dates: PartialDates | None,
    first_only: bool = True,
) -> pd.DataFrame:
    """Return the events of each unit that could matter, each with one day.

    Parameters
    ----------
    cohort : Cohort
    units : Units
    causes : mapping of str to sequence of str
        The kinds of events that make each cause; the first cause is the one asked for.
    seen : DataFrame
        As `observe` returns it.
    relation : {"index", "adjacent", "remote"}, optional
        Which vertebrae an event of the first cause must be at.
    partial_dates : {"midpoint", "earliest", "latest", "exclude"}, optional
    first_only : bool
        Only the first event of a unit is wanted, so a day that surely comes later is not needed.

    Returns
    -------
    DataFrame
        `unit`, `cause` (1, 2, ... in the order of `causes`), `day` (missing where nobody knows it),
        `lower`, `upper`, `approximate`, `of_patient` (the row names only the patient), `on_scan`,
        `sure` (it is known to be of this unit and to lie as asked).

    Raises
    ------
    ArgumentError
        When a month or year is met that matters, and nothing was chosen.
    """
    rows = _dated(cohort, _event_rows(cohort, units, causes), seen)
    parts = [
        _placed(units, rows[rows["cause"] == 1], relation),
        _everywhere(units, rows[rows["cause"] != 1]),
    ]
    found = pd.concat([part[[*KEPT]] for part in parts], ignore_index=True)
    by_relation = None if units.within else relation
    exact = found["lower"].where(found["lower"] == found["upper"])
    found = _lying(cohort, found, exact, by_relation)
    if first_only:
        found = _perhaps_first(found, len(units))
    day = settled_days(found["lower"], found["upper"], what="events", partial_dates=partial_dates)
    found = _lying(cohort, found, day, by_relation).assign(day=day)
    opens, closes = (days[found["unit"]] for days in (units.opens, units.closes))
    outside = (found["cause"] == 1) & ((found["day"] < opens) | (found["day"] >= closes))
    loose = found["approximate"] | is_interval(found["lower"], found["upper"])
    sure = found["sure"] & found["lies"]
    return found.assign(approximate=loose, sure=sure)[~outside].reset_index(drop=True)


def _event_rows(cohort: Cohort, units: Units, causes: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the events that occurred, on the clock of the unit's episode.

    A row of a patient has those of the patient's other episodes too, in the cohort or not.
    """
    cause = {kind: n for n, kinds in enumerate(causes.values(), start=1) for kind in kinds}

    def wanted(cohort: Cohort) -> pd.DataFrame:
        rows = cohort.located("events", COLUMNS)
        kept = rows[rows["kind"].isin([*cause]) & (rows["status"] == "occurred")]
        kept = unplanned_only(cohort, kept, cause)
        return kept.assign(cause=kept["kind"].astype(object).map(cause).astype(int))

    rows = wanted(cohort)
    rows = rows.assign(
        place=cohort.places[rows["episode"]],
        shift=0.0,
        of_patient=rows["episode_id"].isna(),
    )
    if units.by != "patient":
        return rows
    whole = as_cohort(cohort.registry)
    other = wanted(whole).dropna(subset=["episode_id"])
    patient = cohort.registry.links["episodes", "patient_id"]
    position = np.full(len(cohort.registry.tables["patients"]), -1)
    position[patient[cohort.places]] = np.arange(len(cohort))
    place = other["episode"].to_numpy()
    own = position[patient[place]]
    start = whole.data["index_day"].to_numpy()
    other = other.assign(place=place, episode=own, of_patient=False)
    other["shift"] = start[place] - start[cohort.places[own]]
    other = other[(own >= 0) & (cohort.places[own] != place)]
    return pd.concat([rows, other], ignore_index=True) if len(other) else rows


def _dated(cohort: Cohort, rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Return rows with `lower` and `upper` on the clock of the unit, as narrow as facts allow."""
    lower, upper = bounds(rows)
    kinds = cohort.vocabulary.event_kinds
    after = [code for code in kinds if kinds[code].after_index]
    # What follows surgery in its own episode cannot have come before day 0.
    follows = rows["kind"].isin(after) & ~rows["of_patient"] & is_interval(lower, upper)
    lower = lower.mask(follows & ~(lower > 0), 0.0) + rows["shift"]
    upper = upper + rows["shift"]
    # Nothing happens after death.
    last = seen["death_upper"].to_numpy()[rows["episode"]]
    upper = upper.mask((upper > last) & (lower <= last), pd.Series(last, index=rows.index))
    return pd.DataFrame(
        {
            "episode": rows["episode"].to_numpy(),
            "place": rows["place"],
            "shift": rows["shift"],
            "cause": rows["cause"],
            "lower": lower,
            "upper": upper,
            "levels": rows["levels"],
            "lesion_id": rows["lesion_id"].astype(object),
            "approximate": rows["approximate"].fillna(False).astype(bool),
            "of_patient": rows["of_patient"],
            "on_scan": rows["scan_id"].notna(),
            "doubtful": rows["doubtful"].to_numpy(dtype=bool),
        }
    )


def _placed(units: Units, rows: pd.DataFrame, relation: Relation | None) -> pd.DataFrame:
    """Return rows of the event asked for, set against the units they name."""
    if units.by == "level" or relation is not None:
        row, level = vertebrae_of(rows["levels"])
        rows = rows.take(row).assign(level=level)
        names = np.array([*VERTEBRAE, None], dtype=object)
        key = pd.Series(names[level])
    else:
        rows = rows.assign(level=-1)
        key = rows["lesion_id"]
    found = spread(units, rows["episode"].to_numpy(), key, to_all=False)
    set_against = _sure_of(rows, found)
    if units.by != "level":
        return set_against
    # A vertebra has the relation asked for from one day to another.
    opens, closes = units.opens[found.unit], units.closes[found.unit]
    return set_against[~(set_against["upper"] < opens) & ~(set_against["lower"] >= closes)]


def _everywhere(units: Units, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of competing events: without a lesion they concern every unit of the episode."""
    nowhere = pd.Series(None, index=rows.index, dtype=object)
    key = rows["lesion_id"] if units.by == "lesion" else nowhere
    found = spread(units, rows["episode"].to_numpy(), key, to_all=True)
    return _sure_of(rows, found).assign(level=-1)


def _sure_of(rows: pd.DataFrame, found: Spread) -> pd.DataFrame:
    """Return rows with their unit, and whether they surely happened to it."""
    taken = rows.take(found.row)
    return taken.assign(unit=found.unit, sure=found.sure & ~taken["doubtful"].to_numpy())


def _perhaps_first(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return rows without those that surely follow another event of their unit."""
    sure = rows["sure"] & rows["lies"] & (rows["lower"] >= 0) & rows["upper"].notna()
    known = rows[sure.to_numpy()]
    earliest = np.full(n, np.inf)
    np.minimum.at(earliest, known["unit"].to_numpy(), known["upper"].to_numpy())
    late = rows["lower"].to_numpy() > earliest[rows["unit"].to_numpy()]
    return rows.take(np.flatnonzero(~late))


def _lying(
    cohort: Cohort, rows: pd.DataFrame, day: pd.Series, relation: Relation | None
) -> pd.DataFrame:
    """Return rows with `lies`: the vertebra lies as asked to all that was treated by the day.

    Those that surely lie otherwise are left out.
    """
    if relation is None:
        return rows.assign(lies=True)
    asked = (rows["cause"] == 1).to_numpy()
    places, at = np.unique(rows["place"].to_numpy()[asked], return_inverse=True)
    since = treated_since(cohort.registry, places)[at]
    found = relation_on(
        since, rows["level"].to_numpy()[asked], (day - rows["shift"]).to_numpy()[asked]
    )
    lies, otherwise = np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    lies[asked] = found == relation
    otherwise[asked] = ~pd.isna(found) & (found != relation)
    return rows.assign(lies=lies)[~otherwise]
