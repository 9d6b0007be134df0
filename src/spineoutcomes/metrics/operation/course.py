"""The operation and the three months after it, one row an episode."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.observation import bounds, observe
from spineoutcomes.metrics.operation.early import FloatArray, died_within, early_events
from spineoutcomes.metrics.operation.stages import operated, summed_components, summed_stages
from spineoutcomes.metrics.operation.stay import Stays, hospital_stays
from spineoutcomes.metrics.status import Span, why_missing
from spineoutcomes.registry import Registry

SUMMED = ("operative_time_min", "blood_loss_ml", "incision_length_mm")
HORIZONS: Final = (30, 90)
LAST: Final = 90.0
FOLLOWED = ("complication", "reoperation", "readmission")
MINIMALLY_INVASIVE = ("mis", "mini_open", "interventional", "hybrid")


def perioperative(cohort: Cohort | Registry) -> pd.DataFrame:
    """Return what the operation took and what happened within 30 and 90 days of it.

    Parameters
    ----------
    cohort : Cohort or Registry

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `operative_time_min` (min), `blood_loss_ml` (mL),
        `incision_length_mm` (mm), `los_days` (days), `cost` (in the currency of the registry); as
        1, 0 or missing: `same_day_discharge`, `conversion` (planned as less invasive and performed
        open, or recorded as converted), `complication_30d`, `complication_90d`, `reoperation_30d`,
        `reoperation_90d`, `readmission_30d`, `readmission_90d`, `transfusion_30d`,
        `transfusion_90d`, `died_30d`, `died_90d`, `cement_leak`; `n_complications_30d` and
        `n_complications_90d` (events); `status` (of the complications, reoperations, readmissions
        and deaths within 90 days).

    Raises
    ------
    ArgumentError
        When `cohort` is neither a cohort nor a registry.

    Notes
    -----
    Missing data: time, blood loss and incision are summed over the components of an episode. Within
    a stage (one anaesthetic; components without a number of a stage are those of their day) a
    number that stands on a single component is that of the stage; where several components carry
    one and another does not, the stage is missing. An episode with a missing stage is missing,
    except that a stage of interventional components only, such as an embolization, may lack the
    number, and radiotherapy has none. Cost is the sum over all components, missing where any has
    none. The stay is that of `time_to_discharge`; a stay
    of 0 days that ended in death is no discharge.

    An event counts as 0 only when the episode was observed that long without it: up to the last
    follow-up (else the last contact, else death), or up to a row that says it was looked for and
    not seen. Death counts as 0 when any later row shows the patient alive. An undated event, or one
    whose month straddles the limit, leaves the value missing. Days count from day 0 whatever the
    landmark. Transfusions are missing in a registry that records none at all, and a cement leak is
    0 only where a row says that it was looked for. A number of complications is missing where a
    further one may have gone unseen. Status is observed when all events within 90 days are known,
    else the first reason of dead, not_due, withdrawn, lost, missing.

    A stage planned from the start is no reoperation and no readmission: an event that names such a
    component (planned, after day 0) on its day does not count; one that names none and fell on the
    day of such a stage, or a component recorded as unplanned without an event of its own, leaves
    the value missing.

    A later episode of the patient is a reoperation only where an event says so. A complication,
    reoperation or readmission is 0 for all who were observed in a registry that has none at all:
    whether there was none, or nobody wrote them down, the rows do not tell.

    Complications have two denominators: patients (`complication_30d`) and events
    (`n_complications_30d`); `complications` tells them by grade.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> so.metrics.perioperative(registry)[["blood_loss_ml", "complication_30d", "died_90d"]]
                blood_loss_ml  complication_30d  died_90d
    episode_id
    E1                    NaN               NaN       0.0
    """
    cohort = as_cohort(cohort)
    procedures, ids = cohort.rows("procedures"), cohort.data.index
    seen, stays = observe(cohort), hospital_stays(cohort)
    surgery = operated(procedures, cohort.vocabulary)
    columns: dict[str, pd.Series | FloatArray] = {
        name: summed_stages(surgery, name).reindex(ids) for name in SUMMED
    }
    columns["los_days"] = stays.days
    columns["cost"] = summed_components(procedures, "cost").reindex(ids)
    columns["same_day_discharge"] = _same_day(stays)
    columns["conversion"] = _conversion(cohort)
    for kind in (*FOLLOWED, "transfusion"):
        for days in HORIZONS:
            early = early_events(cohort, seen, kind, days)
            columns[f"{kind}_{days}d"] = early.flag()
            if kind == "complication":
                columns[f"n_complications_{days}d"] = early.count()
    if not (cohort.registry.tables["events"]["kind"] == "transfusion").any():
        columns |= {f"transfusion_{days}d": np.full(len(ids), np.nan) for days in HORIZONS}
    for days in HORIZONS:
        columns[f"died_{days}d"] = died_within(seen, days)
    columns["cement_leak"] = _said(cohort, "cement_leak")
    frame = pd.DataFrame(columns, index=ids)
    late = [f"{kind}_{LAST:.0f}d" for kind in (*FOLLOWED, "died")]
    unknown = frame[late].isna().any(axis="columns")
    # A partial date that straddles the limit leaves the columns open, so it settles nothing here.
    status = why_missing(
        cohort, Span(LAST, LAST), absent=unknown.to_numpy(), partial_dates="exclude"
    )
    return frame.assign(status=status)


def _same_day(stays: Stays) -> FloatArray:
    """Return 1 for a stay of 0 days after which the patient left the hospital."""
    left = np.where(stays.days == 0, 1.0 - stays.died, 0.0)
    return np.where(np.isnan(stays.days), np.nan, left)


def _conversion(cohort: Cohort) -> FloatArray:
    names = ["approach_planned", "approach_performed"]
    planned, performed = (cohort.each("episodes", names)[name].astype(object) for name in names)
    named = planned.notna() & performed.notna()
    known = named & (planned != "unknown") & (performed != "unknown")
    converted = planned.isin(MINIMALLY_INVASIVE) & (performed == "open")
    told = converted.astype(float).where(known).to_numpy()
    recorded = _said(cohort, "conversion")
    return np.where((recorded == 1) | np.isnan(told), recorded, told)


def _said(cohort: Cohort, kind: str) -> FloatArray:
    """Return 1 where a row says that it occurred, 0 where one only says that it did not.

    What names only the patient and came before day 0 is of an earlier episode.
    """
    rows = cohort.located("events", ["kind", "status", "day", "lower_day", "upper_day"])
    own = rows[(rows["kind"] == kind).to_numpy(dtype=bool)]
    own = own[~(bounds(own)[1] < 0)]
    occurred = (own["status"] == "occurred").to_numpy(dtype=bool)
    flag = np.full(len(cohort), np.nan)
    flag[own["episode"].to_numpy()[~occurred]] = 0.0
    flag[own["episode"].to_numpy()[occurred]] = 1.0
    return flag
