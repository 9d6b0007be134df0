"""Cumulative incidence under competing risks: Aalen-Johansen curves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Literal, get_args

import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.survival.aalen_johansen import (
    delta_error,
    incidence_of_cause,
    jackknife_error,
)
from spineoutcomes.survival.limits import ConfType
from spineoutcomes.survival.outcome import Outcome, read_outcome
from spineoutcomes.survival.steps import (
    checked_horizons,
    count_groups,
    curve_rows,
    reader_notes,
    stacked,
)

Variance = Literal["delta", "infinitesimal-jackknife"]

SOURCES = (
    "Aalen & Johansen 1978, Scandinavian Journal of Statistics 5:141-150",
    "Gray 1988, doi:10.1214/aos/1176350951",
)
ERRORS = {"delta": delta_error, "infinitesimal-jackknife": jackknife_error}
ERROR_WORDS = {
    "delta": "delta-method error",
    "infinitesimal-jackknife": "infinitesimal-jackknife error",
}


def cumulative_incidence(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    cause: Hashable = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    variance: Variance = "delta",
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
    time_unit: str = "days",
) -> Curves:
    """Return the cumulative incidence of each cause in each group.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment.
    time : str
        Column with the end of observation in `time_unit`, at least 0.
    event : str
        Column that is an ordered Categorical (`censored < recurrence < death`), bool, or
        0 = censored and 1, 2, ... = causes.
    entry : str, optional
        Column with the start of observation (late entry); without it all start at 0.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`. Without either, one group, "all".
    cause : optional
        Category or number of the cause wanted; None returns all.
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    variance : {"delta", "infinitesimal-jackknife"}
        Error: the delta method, valid with late entry, or the infinitesimal jackknife, offered
        without late entry.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the limits are symmetric: log(-log F), log F or F.
    conf_level : float
        Level of the limits.
    time_unit : str
        Unit of `time`, for labels.

    Returns
    -------
    Curves
        Measure "incidence"; one row per group, cause and distinct entry, event or censoring time.
        `n_event` counts the events of the cause.

    Raises
    ------
    ArgumentError
        For unknown columns, causes or options, unusable times or events, the jackknife with late
        entry, or a Design with weights, sets or clusters.
    NotEstimableError
        When a group has no complete row, or the event declares no cause.

    Notes
    -----
    Missing data: rows lacking time, event, entry or group are left out, counted in one
    `MissingDataWarning` and in `Curves.warnings`; censoring must not depend on the prognosis.

    F_j(t) is the sum over times s <= t of S(s-) d_j(s) / n(s), S being the Kaplan-Meier curve of
    any event: exact with ties. The delta-method variance (Aalen 1978, as in Gray 1988) holds for
    any risk sets entry < t <= time. Where F is 0 its log and log-log limits are missing.

    References
    ----------
    Aalen & Johansen 1978, Scandinavian Journal of Statistics 5:141-150. Gray 1988,
    doi:10.1214/aos/1176350951.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"months": [3, 6, 6, 9, 12, 12], "event": [1, 2, 0, 1, 0, 0]})
    >>> curves = so.survival.cumulative_incidence(data, time="months", event="event")
    >>> curves.at(12)[["cause", "estimate"]].round(3).to_numpy().tolist()
    [['1', 0.389], ['2', 0.167]]
    """
    rows = analysis_rows(
        data,
        function="cumulative_incidence",
        respects=(),
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    outcome = read_outcome(rows, "cumulative_incidence")
    _check_variance(variance, entry)
    at_risk = count_groups(rows, outcome)
    parts = [
        curve_rows(
            sets,
            group=group,
            cause=outcome.causes[j],
            n_event=sets.n_event[j],
            estimate=incidence_of_cause(sets, j).F,
            std_error=ERRORS[variance](sets, j),
            conf_type=conf_type,
            conf_level=conf_level,
        )
        for group, sets in zip(rows.groups, at_risk, strict=True)
        for j in _wanted(outcome, cause)
    ]
    return Curves(
        stacked(parts),
        measure="incidence",
        time_unit=time_unit,
        method=f"Aalen-Johansen estimate, {ERROR_WORDS[variance]}, {conf_level:.0%} {conf_type} "
        "limits" + ("; late entry" if entry else ""),
        sources=SOURCES,
        conf_level=conf_level,
        horizons=checked_horizons(horizons, "cumulative_incidence"),
        warnings=reader_notes(rows, at_risk),
    )


def _check_variance(variance: str, entry: str | None) -> None:
    if variance not in get_args(Variance):
        raise ArgumentError(
            f"Unknown variance {variance!r}; choose one of: {', '.join(get_args(Variance))}."
        )
    if variance == "infinitesimal-jackknife" and entry is not None:
        raise ArgumentError(
            "cumulative_incidence offers the infinitesimal jackknife without late entry only; "
            "with `entry` use variance='delta'."
        )


def _wanted(outcome: Outcome, cause: Hashable) -> list[int]:
    if not outcome.causes:
        raise NotEstimableError(
            "cumulative_incidence: the event declares no cause beside 'censored'."
        )
    if cause is None:
        return list(range(len(outcome.causes)))
    return [outcome.cause_code(cause, "cumulative_incidence") - 1]
