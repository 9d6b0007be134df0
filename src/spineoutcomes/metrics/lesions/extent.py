"""How much of a lesion was removed, by a scheme that is always named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.margins import recorded_margins
from spineoutcomes.metrics.lesions.residual import Measure, Recorded, residual_lesion
from spineoutcomes.metrics.lesions.schemes import MARGIN, VOLUME, scheme_of
from spineoutcomes.metrics.lesions.sizes import AREAS, LENGTHS, VOLUMES
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.visits import Window
from spineoutcomes.registry import Registry

By = Literal["episode", "lesion"]
COLUMNS = (
    *("extent", "removed_percent", "residual_percent", "residual_cm3", "day"),
    *("approximate", "confounded", "over_100", "method", "status"),
)


def resection_extent(
    cohort: Cohort | Registry,
    *,
    scheme: str,
    measure: Measure | None = None,
    limits: Mapping[str, float] | None = None,
    compartment: str | None = None,
    visit: str | None = None,
    window: Window | None = None,
    by: By = "episode",
    column: str | None = None,
    words: Mapping[str, str | None] | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return the extent of resection as a category of a named scheme.

    Parameters
    ----------
    cohort : Cohort or Registry
    scheme : {"eor_generic", "percent", "rano_resect_style", "oncologic_margin"}
        By the percent removed, with the limits of glioma series (complete 100, near-total from 95,
        subtotal from 80, partial above 0, none 0) or with those of `limits`; by the residual volume
        in cm3, with `limits`; or the margin as it was recorded. Of glioma papers that report an
        extent about half define it: there is no default.
    measure : str, optional
        As in `residual_lesion`; required except for a margin. Sizes are held against the last scan
        before surgery.
    limits : mapping of str to float, optional
        For "percent" the lowest percent removed of each class, the first one 0; for
        "rano_resect_style" the largest residual of each class in cm3, required as soon as any
        residual above 0 is known.
    compartment, visit, window, partial_dates
        As in `residual_lesion`.
    by : {"episode", "lesion"}
        One row per episode or per lesion.
    column : str, optional
        Column of the episodes with the margin; by default `oncologic_margin`, else `margin`.
    words : mapping of str to str or None, optional
        What the registry's words for a margin mean: wide, marginal, intralesional, debulking; None
        where one says that nothing is known.

    Returns
    -------
    DataFrame
        Indexed by `episode_id` or (`episode_id`, `lesion_id`): `extent` (ordered, from the least
        removed), `removed_percent` and `residual_percent` (%), `residual_cm3` (cm3, of volumes),
        `day` (of the scan, from day 0), `approximate`, `confounded`, `over_100` (more was left than
        the reference: the percent removed is negative and the extent that of nothing removed),
        `method` (what the classes mean, and whether their limits were verified), `status`.

    Raises
    ------
    ArgumentError
        For an unknown scheme, limits that are lacking or superfluous, a measure that is lacking or
        no volume where volumes are needed, words for margins that are not known, which are named,
        and as in `residual_lesion`.

    Notes
    -----
    60 % of an area is not 60 % of a volume: `method` says what the percentages are of. The margin
    is another axis than the percentage; the two are never converted into each other.

    Missing data: by the percentage, what has no residual has no extent, and the status of
    `residual_lesion`. By the volume, a recorded percentage, or a volume in an unknown unit, has no
    residual volume: missing, never guessed; a residual volume needs no scan before surgery. A
    margin that was not recorded is missing.

    References
    ----------
    .. [1] Karschnia P et al. Prognostic validation of a new classification system for extent of
       resection in glioblastoma: a report of the RANO resect group. Neuro Oncol 2023;25:940-954.
       doi:10.1093/neuonc/noac193

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> ask = {"measure": "percent_removed"}
    >>> so.metrics.resection_extent(registry, scheme="eor_generic", **ask)[
    ...     ["extent", "removed_percent", "approximate", "status"]
    ... ]
                 extent  removed_percent  approximate    status
    episode_id
    E1          partial             60.0         True  observed
    >>> so.metrics.resection_extent(registry, scheme="rano_resect_style", **ask)[
    ...     ["extent", "removed_percent", "residual_cm3", "status"]
    ... ]
               extent  removed_percent  residual_cm3   status
    episode_id
    E1            NaN             60.0           NaN  missing
    """
    cohort = as_cohort(cohort)
    chosen = scheme_of(scheme, limits)
    if by not in get_args(By):
        raise ArgumentError(f'by must be "episode" or "lesion", got {by!r}.')
    if scheme == MARGIN:
        if by != "episode" or any(v is not None for v in (measure, compartment, visit, window)):
            raise ArgumentError(
                "A margin is recorded once an episode; leave measure, compartment, visit, window "
                "and by out."
            )
        return recorded_margins(cohort, column, words or {})[[*COLUMNS]]
    if column is not None or words is not None:
        raise ArgumentError(f'column and words are for "{MARGIN}"; leave them out for {scheme}.')
    size = _checked_measure(scheme, measure)
    residual = residual_lesion(
        cohort,
        measure=size,
        compartment=compartment,
        reference_scan=None if size in get_args(Recorded) else "preoperative",
        visit=visit,
        window=window,
        by=by,
        partial_dates=partial_dates,
    )
    left = residual["value"].where(residual["unit"] == "cm3").astype(float)
    residual_cm3 = left if size in VOLUMES else left.where(np.zeros(len(left), dtype=bool))
    removed = 100.0 - residual["residual_percent"]
    extent = chosen.classes(removed, residual_cm3)
    status = residual["status"]
    if scheme == VOLUME:
        known = status.astype(object).where(residual_cm3.isna(), "observed")
        # A percentage is known, and the volume is not.
        lacking = extent.isna() & status.isin(["observed", "no_baseline", "not_attainable"])
        status = as_status(known.where(~lacking, "missing").to_numpy(), residual.index)
    return residual.assign(
        extent=extent,
        removed_percent=removed,
        residual_cm3=residual_cm3,
        method=chosen.method(size),
        status=status,
    )[[*COLUMNS]]


def _checked_measure(scheme: str, measure: Measure | None) -> Measure:
    if measure is None:
        raise ArgumentError(
            f"{scheme} needs measure=..., what the extent is judged by: a size or a recorded "
            "percentage, as in residual_lesion."
        )
    if scheme == VOLUME and measure in (*AREAS, *LENGTHS):
        raise ArgumentError(
            f"{scheme} goes by the residual volume, and {measure} is none; ask for "
            f"{', '.join(VOLUMES)}."
        )
    return measure
