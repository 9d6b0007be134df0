"""The lesions of a cohort, with whole numbers for their names: text is slow to compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.lesions.scans import with_scan
from spineoutcomes.metrics.lesions.sizes import SECOND, THIRD
from spineoutcomes.metrics.lesions.sums import FLAGS
from spineoutcomes.metrics.measurements import only_asked
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import Span, why_missing

COLUMNS = ("lesion_id", "compartment", "measure", "scan_id", "day", "visit", "value", "unit")


@dataclass(frozen=True, slots=True, eq=False)
class LesionRows:
    """Measurements of lesions, and what their numbers stand for.

    Attributes
    ----------
    frame : DataFrame
        `episode` (position in the cohort), `lesion` and `scan` (position among the names), `after`
        (surgery), `measure`, `day`, `visit`, `value`, `unit`, `qualitative`, the flags, and the
        other diameters where they were recorded.
    lesions, scans : Index
        The names, sorted.
    """

    frame: pd.DataFrame
    lesions: pd.Index
    scans: pd.Index

    def named(self, cohort: Cohort, keys: pd.DataFrame) -> pd.Index:
        """Return the index of a result: the names of its episodes, lesions and scans."""
        ids = cohort.data.index.take(keys["episode"].to_numpy())
        if keys.shape[1] == 1:
            return ids
        names = {"lesion": ("lesion_id", self.lesions), "scan": ("scan", self.scans)}
        # Number -1 stands for no name, and has none.
        parts = [
            pd.Series(known.to_numpy(), name=name).reindex(keys[key]).reset_index(drop=True)
            for key, (name, known) in names.items()
            if key in keys
        ]
        return pd.MultiIndex.from_frame(pd.concat([ids.to_frame(index=False), *parts], axis=1))


def lesion_rows(cohort: Cohort, compartment: str | None) -> LesionRows:
    """Return the rows of lesions in one compartment.

    Raises
    ------
    ArgumentError
        When there are several compartments and none is asked, or the one asked is not there.
    """
    own = cohort.registry.tables["lesions"]
    others = [name for name in (SECOND, THIRD) if name in own]
    rows = cohort.located("lesions", [*COLUMNS, "qualitative", *FLAGS, *others])
    rows = with_scan(only_asked(rows, "compartment", compartment, of="The lesion"))
    lesion, lesions = pd.factorize(rows["lesion_id"], sort=True)
    scan, scans = pd.factorize(rows["scan"], sort=True)
    kept = rows.drop(columns=["lesion_id", "scan_id", "compartment"])
    return LesionRows(kept.assign(lesion=lesion, scan=scan), lesions, scans)


def reasons_of(
    cohort: Cohort,
    episode: pd.Series,
    absent: np.ndarray,
    span: Span,
    partial_dates: PartialDates | None,
) -> pd.Series:
    """Return, row by row, why there is no value where it is absent; elsewhere anything.

    Parameters
    ----------
    cohort : Cohort
    episode : Series of int
        Position of the episode of each row.
    absent : array of bool
        Rows without a value for which the course of the patient must say why.
    span, partial_dates
        As in `why_missing`.
    """
    needed = np.zeros(len(cohort), dtype=bool)
    needed[episode.to_numpy()[absent]] = True
    reasons = why_missing(cohort, span, absent=needed, partial_dates=partial_dates)
    return pd.Series(reasons.to_numpy(dtype=object)[episode.to_numpy()], dtype=object)
