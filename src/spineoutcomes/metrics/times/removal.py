"""Which lesions were not wholly removed, so that what grows there is progression."""

from __future__ import annotations

import numpy as np

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.lesions.scans import with_scan
from spineoutcomes.metrics.times.units import Mask, Units, spread
from spineoutcomes.metrics.visits import extreme
from spineoutcomes.registry.links import Positions

PARTS = ["unit", "lesion_id", "compartment"]
# What is said of a lesion that nobody measured: some of it is there.
REMAINS = ("smaller", "unchanged", "larger")


def left_behind(cohort: Cohort, units: Units) -> Mask:
    """Return which units are known to have kept a part of a lesion.

    They are those whose first scan after surgery shows something left, in numbers or in words;
    those in which progression of the residual was seen or looked for; and those that nobody
    operated on although components are recorded: of the episode, or of its other lesions.
    """
    sized, left = _measured(cohort, units)
    return np.asarray(left | _looked_for(cohort, units, sized) | _untreated(cohort, units))


def _measured(cohort: Cohort, units: Units) -> tuple[Mask, Mask]:
    """Return which units were seen after surgery, and which had something left on the first scan.

    Where a scan gave numbers, the words beside them do not count.
    """
    columns = ["lesion_id", "compartment", "measure", "scan_id", "day", "visit", "value"]
    rows = with_scan(cohort.located("lesions", [*columns, "qualitative"]))
    sized, word = rows["value"].notna(), rows["qualitative"]
    rows = rows[rows["after"] & (sized | word.isin(["absent", *REMAINS]))]
    found = spread(units, rows["episode"].to_numpy(), rows["lesion_id"], to_all=True)
    first = extreme(rows.take(found.row).assign(unit=found.unit), by=PARTS, last=False)
    number = first["value"].notna()
    of_part = number.groupby([first[key] for key in PARTS], observed=True, dropna=False)
    first = first[number | ~of_part.transform("any").astype(bool)]
    value, removed = first["value"], first["measure"] == "percent_removed"
    by_number = (removed & (value < 100)) | (~removed & (value > 0))
    left = first[by_number | (value.isna() & first["qualitative"].isin(REMAINS))]
    return _marked(units, first["unit"].to_numpy()), _marked(units, left["unit"].to_numpy())


def _looked_for(cohort: Cohort, units: Units, sized: Mask) -> Mask:
    """Return in which units progression of a residual was seen or looked for.

    A row that names none of several lesions speaks for those that nobody measured.
    """
    rows = cohort.located("events", ["kind", "lesion_id"])
    rows = rows[rows["kind"] == "residual_progression"]
    found = spread(units, rows["episode"].to_numpy(), rows["lesion_id"], to_all=False)
    return _marked(units, found.unit[found.sure | ~sized[found.unit]])


def _untreated(cohort: Cohort, units: Units) -> Mask:
    """Return which units no component was aimed at, in episodes that have components."""
    rows = cohort.located("procedures", ["component", "lesion_id"])
    directed = [c for c, entry in cohort.vocabulary.procedures.items() if entry.directed]
    aimed = rows[rows["component"].isin(directed)]
    found = spread(units, aimed["episode"].to_numpy(), aimed["lesion_id"], to_all=True)
    has = np.isin(units.episode, rows["episode"].to_numpy())
    return np.asarray(has & ~_marked(units, found.unit))


def _marked(units: Units, found: Positions) -> Mask:
    mark = np.zeros(len(units), dtype=bool)
    mark[found] = True
    return mark
